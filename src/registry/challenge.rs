//! `WWW-Authenticate`: how a registry wants to be asked (RFC 9110, section 11, and the distribution token specification).

/// A way to authenticate that is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// Name and password with each request.
    Basic,
    /// A token from another service.
    Bearer {
        /// Where it is asked for.
        realm: String,
        /// What the token is for.
        service: Option<String>,
        /// What it shall allow.
        scope: Option<String>,
    },
}

/// More is no challenge of a registry.
const LONGEST: usize = 8 * 1024;

/// Reads a header, which may hold several challenges. What cannot be read is left out.
pub(super) fn challenges(header: &str) -> Vec<Challenge> {
    if header.len() > LONGEST {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut scheme = String::new();
    let mut parameters: Vec<(String, String)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let word_end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        if word.is_empty() {
            break;
        }
        let after = after.trim_start_matches([' ', '\t']);
        match after.strip_prefix('=').map(|value| value.trim_start_matches([' ', '\t'])) {
            Some(value) => {
                let Some((value, left)) = value_of(value) else { break };
                parameters.push((word.to_ascii_lowercase(), value));
                rest = left;
            }
            None => {
                found.extend(made(&scheme, &parameters));
                scheme = word.to_ascii_lowercase();
                parameters.clear();
                rest = after;
            }
        }
    }
    found.extend(made(&scheme, &parameters));
    found
}

/// A token or a quoted string, and what follows it.
fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        return Some((text.get(..end)?.to_owned(), text.get(end..)?));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

fn made(scheme: &str, parameters: &[(String, String)]) -> Option<Challenge> {
    let get = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    match scheme {
        "basic" => Some(Challenge::Basic),
        "bearer" => Some(Challenge::Bearer { realm: get("realm")?, service: get("service"), scope: get("scope") }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
            scope: scope.map(str::to_owned),
        }
    }

    #[test]
    fn challenges_of_real_registries_are_read() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/node:pull""#;
        let read =
            bearer("https://auth.docker.io/token", Some("registry.docker.io"), Some("repository:library/node:pull"));
        assert_eq!(challenges(hub), [read]);
        assert_eq!(challenges("Basic realm=\"Registry Realm\""), [Challenge::Basic]);
        assert_eq!(
            challenges("Negotiate, basic realm=x , bearer\tREALM = \"https://a/\\\"b\" , scope=\"a b,c\", error=x"),
            [Challenge::Basic, bearer("https://a/\"b", None, Some("a b,c"))]
        );
    }

    #[test]
    fn what_is_no_challenge_is_none() {
        for header in ["", ",,", "Bearer", "Bearer service=x", "Bearer realm=\"open", "=", "Digest realm=x"] {
            assert_eq!(challenges(header), [], "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_to_its_end(header in "[ -~]{0,60}") {
            let _ = challenges(&header);
        }
    }
}
