//! Filters for places whose grammar is small: JSON and TOML strings, comments, bare words.

use super::{Quoted, is_plain, one_line, refuse};

/// One JSON string that every line-based reader leaves whole.
pub(super) fn json(text: &str) -> Quoted {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if needs_escape(c) => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

/// Characters that some reader takes for a line break, drops, or cannot print (all below U+10000).
pub(super) fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// One TOML basic string; its escapes are JSON's, but for `\/`, which [`json`] does not write.
pub(super) fn toml(text: &str) -> Quoted {
    json(text)
}

/// A comment's text.
pub(super) fn comment(text: &str) -> Quoted {
    one_line(text, "a comment")?;
    if text.trim() != text {
        return refuse(text, "starts or ends with a blank, which a comment does not keep");
    }
    Ok(text.to_owned())
}

/// A bare word.
pub(super) fn word(text: &str) -> Quoted {
    if text.is_empty() {
        return refuse(text, "is empty, where a word is needed");
    }
    match text.chars().find(|c| !is_plain(*c) && *c != '=') {
        Some(found) => {
            refuse(text, &format!("holds {found:?}; here only letters, digits and `_./:@=+,%-` are possible"))
        }
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn json_and_toml_read_back_the_value(value in hostile::text()) {
            prop_assert_eq!(&serde_json::from_str::<String>(&json(&value).unwrap()).unwrap(), &value);
            let table: toml::Table = toml::from_str(&format!("k = {}\n", toml(&value).unwrap())).unwrap();
            prop_assert_eq!(table["k"].as_str().unwrap(), value);
        }

        #[test]
        fn comments_and_words_are_one_line_and_unchanged(value in hostile::text()) {
            for quoted in [comment(&value), word(&value)].into_iter().flatten() {
                prop_assert!(!quoted.contains(|c: char| c.is_control()));
                prop_assert_eq!(quoted, value.as_str());
            }
        }
    }

    #[test]
    fn words_of_the_field_pass_and_blanks_do_not() {
        for good in ["node:26-trixie-slim", "ghcr.io/a/b@sha256:0a", "10001:10001", "30s", "512m", "type=cache"] {
            assert_eq!(word(good).unwrap(), good);
        }
        for bad in ["", "a b", "$X", "a\"", "é", "a#", "*"] {
            assert!(word(bad).is_err(), "{bad}");
        }
    }
}
