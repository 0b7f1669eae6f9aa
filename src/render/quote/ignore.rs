//! The filter for a line of `.dockerignore`.

use super::{Quoted, one_line, refuse};

/// A line that matches exactly the path `text`.
///
/// Docker turns a pattern into a regular expression, and does so without escaping `+(){}|^` (moby `patternmatcher`,
/// read 2026-11-24), unless the pattern holds no special character at all: then it compares texts. So one escape
/// brings those of all the others.
pub(super) fn ignore(text: &str) -> Quoted {
    one_line(text, "a line of .dockerignore")?;
    if text.is_empty() {
        return refuse(text, "is empty, where a path is needed");
    }
    let blank_end = text.ends_with(' ');
    if text.trim_matches(' ').trim() != text.trim_matches(' ') || text.trim().is_empty() {
        return refuse(text, "starts or ends with a blank that .dockerignore cannot keep");
    }
    let special = |c: char| "\\*?[]".contains(c);
    if !text.contains(special) && !text.starts_with(['#', '!', ' ']) && !blank_end {
        return Ok(text.to_owned());
    }
    let mut line = String::new();
    for (at, c) in text.char_indices() {
        if special(c) || "+(){}|^".contains(c) || (at == 0 && "#! ".contains(c)) {
            line.push('\\');
        }
        if blank_end && at + 1 == text.len() {
            line.push_str("[ ]"); // the line is trimmed before it is read, so a backslash would be left alone
        } else {
            line.push(c);
        }
    }
    Ok(line)
}

/// A line that a preset wrote as a pattern, with its wildcards and its `!`.
pub(super) fn pattern(text: &str) -> Quoted {
    one_line(text, "a line of .dockerignore")?;
    if text.is_empty() || text.trim() != text || text.starts_with('#') {
        return refuse(text, "is no pattern: it is empty, a comment, or has blanks around it");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use proptest::prelude::*;

    /// The one path that a line without active wildcards matches.
    fn decode(line: &str) -> String {
        assert!(!line.starts_with(['#', '!']));
        let mut path = String::new();
        let mut rest = line.trim().chars();
        while let Some(c) = rest.next() {
            match c {
                '\\' => path.push(rest.next().unwrap()),
                '[' => {
                    path.push(rest.next().unwrap());
                    assert_eq!(rest.next(), Some(']'));
                }
                '*' | '?' => panic!("an active wildcard in {line}"),
                c => path.push(c),
            }
        }
        path
    }

    proptest! {
        #[test]
        fn a_line_matches_the_value_alone(value in hostile::text()) {
            if let Ok(line) = ignore(&value) {
                prop_assert!(!line.contains('\n'));
                prop_assert_eq!(decode(&line), value);
            }
        }
    }

    #[test]
    fn patterns_are_lines_as_they_are() {
        assert_eq!(pattern("!**/*.env").unwrap(), "!**/*.env");
        for bad in ["", "#a", " a", "a\nb", "a\u{a0}"] {
            assert!(pattern(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn paths_stay_readable() {
        assert_eq!(ignore(".env").unwrap(), ".env");
        assert_eq!(ignore("a+b (1)").unwrap(), "a+b (1)");
        assert_eq!(ignore("!a*+").unwrap(), "\\!a\\*\\+");
        assert_eq!(ignore(" a ").unwrap(), "\\ a[ ]");
        assert!(ignore("").is_err() && ignore("\u{a0}a").is_err() && ignore("  ").is_err());
    }
}
