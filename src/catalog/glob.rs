//! Patterns for paths: which files of a project a preset means.

/// Whether a pattern is more than the path of one file.
#[must_use]
pub fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '{'])
}

/// The globs without `{a,b}` that a glob stands for.
#[must_use]
pub fn alternatives_of(pattern: &str) -> Vec<String> {
    match braces(pattern) {
        Some((before, after, inner)) => {
            inner.split(',').flat_map(|choice| alternatives_of(&format!("{before}{choice}{after}"))).collect()
        }
        None => vec![pattern.to_owned()],
    }
}

/// Matches a path against a glob: `*` and `?` within a name, `**/` for any folders. For `{a,b}` see [`alternatives_of`].
#[must_use]
pub fn glob(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    folders(&pattern, &path)
}

fn braces(pattern: &str) -> Option<(&str, &str, &str)> {
    let open = pattern.find('{')?;
    let close = open + pattern[open..].find('}')?;
    Some((&pattern[..open], &pattern[close + 1..], &pattern[open + 1..close]))
}

fn folders(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            folders(rest, path) || path.split_first().is_some_and(|(_, deeper)| folders(pattern, deeper))
        }
        (Some((name, rest)), Some((part, deeper))) => {
            segment(name.as_bytes(), part.as_bytes()) && folders(rest, deeper)
        }
        _ => false,
    }
}

fn segment(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            segment(rest, name) || name.split_first().is_some_and(|(_, more)| segment(pattern, more))
        }
        (Some((b'?', rest)), Some((_, more))) => segment(rest, more),
        (Some((a, rest)), Some((b, more))) => a == b && segment(rest, more),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_people_expect() {
        for (pattern, path, expected) in [
            ("*.py", "app.py", true),
            ("*.py", "src/app.py", false),
            ("**/*.py", "app.py", true),
            ("**/*.py", "a/b/app.py", true),
            ("src/**/main.{ts,js}", "src/main.js", true),
            ("src/**/main.{ts,js}", "src/a/main.py", false),
            ("cmd/*/main.go", "cmd/server/main.go", true),
            ("cmd/*/main.go", "cmd/a/b/main.go", false),
            ("requirements*.txt", "requirements-dev.txt", true),
        ] {
            assert_eq!(
                alternatives_of(pattern).iter().any(|pattern| glob(pattern, path)),
                expected,
                "{pattern} {path}"
            );
        }
    }
}
