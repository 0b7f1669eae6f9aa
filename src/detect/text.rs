//! Small texts: names, versions, paths, and what is filled into them.

/// The version in a range's text: what begins with its first digit.
pub(super) fn first_version(text: &str) -> Option<&str> {
    text.find(|c: char| c.is_ascii_digit()).map(|at| &text[at..])
}

/// A path joined to a folder, with `./` and `..` resolved; `None` if it leaves the project.
pub(super) fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Lower-case letters and digits with single dashes.
#[must_use]
pub fn kebab(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// Fills `{name}` with what `value` gives; a brace that no lower-case name follows, or that a `$` precedes, stays.
pub(crate) fn fill_with(text: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let name = after[1..].find('}').map(|close| &after[1..=close]);
        match name {
            Some(name)
                if !before.ends_with('$')
                    && name.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
                    && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') =>
            {
                out.push_str(&value(name)?);
                rest = &after[name.len() + 2..];
            }
            _ => {
                out.push('{');
                rest = &after[1..];
            }
        }
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_the_shell_keeps_its_own() {
        let value = |name: &str| (name == "port").then(|| "80".to_owned());
        assert_eq!(fill_with("x {port} ${PORT} {a,b} {}", value).as_deref(), Some("x 80 ${PORT} {a,b} {}"));
        assert_eq!(fill_with("{missing}", value), None);
    }

    #[test]
    fn paths_do_not_leave_the_project() {
        assert_eq!(joined("a", "./b/../c.js").as_deref(), Some("a/c.js"));
        assert_eq!(joined("", "../c.js"), None);
    }
}
