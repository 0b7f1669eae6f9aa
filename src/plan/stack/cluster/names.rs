//! Names as a cluster takes them: labels of DNS.

use std::collections::BTreeMap;

use crate::report::Diagnostic;
use crate::spec::values::Namespace;

/// A label of DNS that a Service may have, too (RFC 1035: it begins with a letter), made of a name.
///
/// # Errors
/// When nothing of the name is left.
pub(super) fn label(name: &str) -> Result<Namespace, String> {
    let plain = words(name);
    let begins = plain.starts_with(|c: char| c.is_ascii_lowercase());
    Namespace::new(shortened(if begins { plain } else { format!("s-{plain}") }))
}

/// A name for a volume of a pod, made of a path; `taken` has those that are used already.
pub(super) fn of_path(path: &str, taken: &mut Vec<String>) -> Result<Namespace, String> {
    let plain = shortened(words(path));
    let first = if plain.is_empty() { "folder".to_owned() } else { plain };
    let mut name = first.clone();
    let mut number = 1;
    while taken.contains(&name) {
        number += 1;
        let short: String = first.chars().take(56).collect();
        name = format!("{short}-{number}");
    }
    taken.push(name.clone());
    Namespace::new(name)
}

/// That no two of `names`, each with the key that asks for it, have become the same one.
///
/// # Errors
/// The two names.
pub(super) fn apart<'n>(
    names: impl Iterator<Item = (&'n str, Namespace, &'n Vec<String>)>,
) -> Result<(), Box<Diagnostic>> {
    let mut seen: BTreeMap<Namespace, &str> = BTreeMap::new();
    for (name, label, origin) in names {
        if let Some(other) = seen.insert(label.clone(), name) {
            let error = format!("`{other}` and `{name}` would both be `{label}` in Kubernetes");
            return Err(Box::new(Diagnostic::error(error).about(origin).help("rename one of them")));
        }
    }
    Ok(())
}

fn words(text: &str) -> String {
    let plain: String =
        text.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

fn shortened(text: String) -> String {
    text.chars().take(63).collect::<String>().trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_of_a_service() {
        let of = |name: &str| label(name).unwrap().to_string();
        assert_eq!(
            [of("api"), of("my_api.v2"), of("3api"), of(&"a_".repeat(40))],
            ["api".to_owned(), "my-api-v2".to_owned(), "s-3api".to_owned(), format!("{}a", "a-".repeat(31)),]
        );
    }

    #[test]
    fn folders_are_told_apart() {
        let mut taken = vec!["tmp".to_owned()];
        let names: Vec<String> =
            ["/tmp", "/tmp", "/var/cache.d", "/é"].map(|path| of_path(path, &mut taken).unwrap().to_string()).into();
        assert_eq!(names, ["tmp-2", "tmp-3", "var-cache-d", "folder"]);
    }

    #[test]
    fn two_names_that_become_one_are_refused() {
        let origin = vec!["processes".to_owned()];
        let pair = |name| (name, label(name).unwrap(), &origin);
        assert!(apart(["a.b", "c"].map(pair).into_iter()).is_ok());
        assert!(apart(["a.b", "a_b"].map(pair).into_iter()).unwrap_err().message.contains("`a.b` and `a_b`"));
    }
}
