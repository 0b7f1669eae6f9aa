//! The exec form: a JSON array of strings, read as Go's `encoding/json` does.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::text::{Logical, Text};

/// What an argument that may be a JSON array is.
pub(super) enum Json {
    /// An array of strings.
    Strings(Vec<Text>),
    /// An array, but not of strings: BuildKit refuses it.
    OtherArray,
    /// Anything else: BuildKit takes it for shell form, without a word.
    No,
}

pub(super) fn read(line: &Logical, range: Range<usize>) -> Json {
    let text = &line.as_str()[range.clone()];
    if !text.starts_with('[') {
        return Json::No;
    }
    if let Some(strings) = strings(text) {
        let place = |(value, at): (String, Range<usize>)| Text {
            value,
            span: line.source_span(range.start + at.start..range.start + at.end),
        };
        return Json::Strings(strings.into_iter().map(place).collect());
    }
    match serde_json::from_str::<Vec<IgnoredAny>>(text) {
        Ok(_) => Json::OtherArray,
        Err(_) => Json::No,
    }
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

fn strings(text: &str) -> Option<Vec<(String, Range<usize>)>> {
    let mut found = Vec::new();
    let mut rest = text.strip_prefix('[')?.trim_start_matches(SPACE);
    if let Some(after) = rest.strip_prefix(']') {
        return after.trim_matches(SPACE).is_empty().then_some(found);
    }
    loop {
        let start = text.len() - rest.len();
        let (value, after) = string(rest)?;
        found.push((value, start..text.len() - after.len()));
        let after = after.trim_start_matches(SPACE);
        match after.strip_prefix(',') {
            Some(more) => rest = more.trim_start_matches(SPACE),
            None => return after.strip_prefix(']')?.trim_matches(SPACE).is_empty().then_some(found),
        }
    }
}

fn string(text: &str) -> Option<(String, &str)> {
    let mut chars = text.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => match chars.next()? {
                ch @ ('"' | '\\' | '/') => value.push(ch),
                'b' => value.push('\u{8}'),
                'f' => value.push('\u{c}'),
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                'u' => {
                    let (ch, rest) = unicode(chars.as_str())?;
                    value.push(ch);
                    chars = rest.chars();
                }
                _ => return None,
            },
            ch if ch < ' ' => return None,
            ch => value.push(ch),
        }
    }
}

/// `XXXX`, and the other half of a pair of surrogates; half a pair becomes U+FFFD, as Go does it.
fn unicode(text: &str) -> Option<(char, &str)> {
    let hex = |text: &str| {
        let digits = text.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = hex(text)?;
    let rest = &text[4..];
    if let Some(second) = rest.strip_prefix("\\u").and_then(hex)
        && (0xD800..0xDC00).contains(&first)
        && (0xDC00..0xE000).contains(&second)
    {
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return Some((char::from_u32(code)?, &rest[6..]));
    }
    Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), rest))
}
