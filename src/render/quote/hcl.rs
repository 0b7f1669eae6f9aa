//! The filter for a string of HCL, the language of bake files.

use super::Quoted;
use super::plain::needs_escape;

/// One HCL string in quotes that is exactly `text`: no `${` and no `%{` in it begins a template.
///
/// The `$` is written as `\u0024` instead of being doubled: what `$$${` is, readers do not agree upon, while an escape
/// is read after templates are found (the syntax of hashicorp/hcl v2, read 2026-11-25).
pub(super) fn hcl(text: &str) -> Quoted {
    let mut quoted = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if needs_escape(c) => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_string_begins_no_template_and_reads_back_the_value(value in hostile::text()) {
            let quoted = hcl(&value).unwrap();
            let begins = ["${", "%{", "\n"].iter().any(|sign| quoted.contains(sign));
            prop_assert!(!begins, "{}", quoted);
            // without templates an HCL string is a JSON string: the same escapes
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), value);
        }
    }

    #[test]
    fn a_template_is_text() {
        assert_eq!(hcl("a ${TAG} %{if} $5").unwrap(), r#""a \u0024{TAG} \u0025{if} $5""#);
    }
}
