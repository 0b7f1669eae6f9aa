//! `*` and `?` patterns of `${NAME#pattern}`, `%` and `/`, through a regular expression as in BuildKit.
//!
//! The engine is linear in text and pattern, so a hostile pattern cannot stall the reader.

use regex_lite::{Regex, escape};

use super::expand::ExpandError;

/// What one match may cost, in bytes of text times bytes of pattern: real ones stay far below.
const MAX_WORK: usize = 1 << 24;

fn bounded(text: &str, other: &str) -> Result<(), ExpandError> {
    if text.len().saturating_mul(other.len()) > MAX_WORK {
        return Err(ExpandError { message: "the pattern or its text is too long".to_owned() });
    }
    Ok(())
}

fn compile(pattern: &str, greedy: bool, anchored: bool) -> Result<Regex, ExpandError> {
    let refuse = |why: String| ExpandError { message: format!("invalid pattern `{pattern}`: {why}") };
    let mut regex = String::from(if anchored { "^" } else { "" });
    let mut chars = pattern.chars().peekable();
    while let Some(ch) = chars.next() {
        match ch {
            '*' => regex.push_str(if greedy { ".*" } else { ".*?" }),
            '?' => regex.push('.'),
            // These end a part of `${}`; the escape is not part of the pattern.
            '\\' if matches!(chars.peek(), Some('}' | '/')) => {}
            '\\' => match chars.next() {
                Some(escaped @ ('*' | '?' | '\\')) => {
                    regex.push('\\');
                    regex.push(escaped);
                }
                Some(other) => return Err(refuse(format!("invalid escape `\\{other}`"))),
                None => return Err(refuse("it ends in an escape".to_owned())),
            },
            _ => regex.push_str(&escape(ch.encode_utf8(&mut [0; 4]))),
        }
    }
    Regex::new(&regex).map_err(|error| refuse(error.to_string()))
}

/// `${value#pattern}` and `${value%pattern}`; a doubled sign takes the longest match.
pub(super) fn trim(value: &str, sign: char, word: &str) -> Result<String, ExpandError> {
    bounded(value, word)?;
    let (greedy, pattern) = match word.strip_prefix(sign) {
        Some(pattern) => (true, pattern),
        None => (false, word),
    };
    if sign == '#' {
        return trim_start(value, pattern, greedy);
    }
    // The shortest match at the end is the shortest one at the start of the mirrored text.
    let mirrored: String = value.chars().rev().collect();
    let trimmed = trim_start(&mirrored, &mirror(pattern), greedy)?;
    Ok(trimmed.chars().rev().collect())
}

fn trim_start(value: &str, pattern: &str, greedy: bool) -> Result<String, ExpandError> {
    let end = compile(pattern, greedy, true)?.find(value).map_or(0, |found| found.end());
    Ok(value[end..].to_owned())
}

/// The pattern backwards, each escape still before what it escapes.
fn mirror(pattern: &str) -> String {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(ch) = chars.next() {
        match chars.clone().next() {
            Some(escaped) if ch == '\\' => {
                chars.next();
                parts.extend([escaped, '\\']);
            }
            _ => parts.push(ch),
        }
    }
    parts.iter().rev().collect()
}

/// `${value/pattern/replacement}`, or every match if `all`.
pub(super) fn replace(value: &str, pattern: &str, replacement: &str, all: bool) -> Result<String, ExpandError> {
    bounded(value, pattern)?;
    bounded(value, replacement)?;
    let regex = compile(pattern, true, false)?;
    if all {
        return Ok(regex.replace_all(value, replacement).into_owned());
    }
    Ok(match regex.find(value) {
        Some(found) => [&value[..found.start()], replacement, &value[found.end()..]].concat(),
        None => value.to_owned(),
    })
}
