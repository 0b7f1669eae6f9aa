//! Flags of instructions: `--name=value` before the arguments.

use std::collections::BTreeSet;
use std::ops::Range;

use super::problem::Problems;
use super::text::Logical;

/// One flag with its quotes and escapes removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Without the dashes, as written.
    pub name: String,
    /// What follows `=`; `None` without `=`.
    pub value: Option<String>,
    /// The bytes of the whole flag.
    pub span: Range<usize>,
    /// The bytes of the value, quotes included; the end of the flag if there is none.
    pub value_span: Range<usize>,
}

impl Flag {
    /// Whether a switch such as `--link` is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.value.as_deref().is_none_or(|value| value.eq_ignore_ascii_case("true"))
    }
}

fn is_space(ch: char) -> bool {
    // BuildKit looks at single bytes here: U+0085 and U+00A0 are the two of Latin-1 that count as space.
    matches!(ch, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// Takes the flags off the front of a part of `line`; also says where the arguments start.
pub(super) fn split(line: &Logical, part: Range<usize>, escape: char, problems: &mut Problems) -> (Vec<Flag>, usize) {
    let text = &line.as_str()[..part.end];
    let mut flags = Vec::new();
    let mut at = part.start;
    loop {
        // Before a flag only ASCII counts as space: the first byte of a wider one does not.
        let blank = |ch: char| is_space(ch) && ch.is_ascii();
        at += text[at..].len() - text[at..].trim_start_matches(blank).len();
        if !text[at..].starts_with("--") {
            return (flags, at);
        }
        let word = word(&text[at..], escape);
        let end = at + word.length;
        if word.text == "--" {
            return (flags, end);
        }
        let span = line.source_span(at..end);
        if !word.text.is_ascii() {
            problems
                .warn(span.clone(), "BuildKit reads the bytes of a flag as Latin-1: letters outside ASCII are mangled");
        }
        let body = word.text.strip_prefix("--").unwrap_or(&word.text);
        let (name, value) = match body.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (body, None),
        };
        let value_span = line.source_span(at + word.value..end);
        flags.push(Flag { name: name.to_owned(), value, span, value_span });
        at = end;
    }
}

struct FlagWord {
    text: String,
    /// Bytes of the raw text.
    length: usize,
    /// Where the value starts in the raw text.
    value: usize,
}

fn word(raw: &str, escape: char) -> FlagWord {
    let mut text = String::new();
    let mut value = None;
    let mut quote = None;
    let mut chars = raw.char_indices();
    let mut length = raw.len();
    while let Some((at, ch)) = chars.next() {
        if quote == Some(ch) {
            quote = None;
            continue;
        }
        if quote.is_none() {
            if is_space(ch) {
                length = at;
                break;
            }
            if matches!(ch, '\'' | '"') {
                quote = Some(ch);
                continue;
            }
        }
        let kept = if ch == escape { chars.next().map(|(_, escaped)| escaped) } else { Some(ch) };
        let Some(kept) = kept else { break };
        text.push(kept);
        if kept == '=' && value.is_none() {
            value = Some(at + ch.len_utf8());
        }
    }
    FlagWord { text, length, value: value.unwrap_or(length) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    One,
    Many,
}

/// The flags that each instruction has in docker/dockerfile 1 (BuildKit of August 2026); `None`: flags are not looked at.
fn known(instruction: &str) -> Option<&'static [(&'static str, Takes)]> {
    use Takes::{Many, Nothing, One};
    Some(match instruction {
        "FROM" => &[("platform", One)],
        "RUN" => &[("mount", Many), ("network", One), ("security", One), ("device", Many)],
        "COPY" => {
            &[("from", One), ("chown", One), ("chmod", One), ("link", Nothing), ("parents", Nothing), ("exclude", Many)]
        }
        "ADD" => &[
            ("chown", One),
            ("chmod", One),
            ("link", Nothing),
            ("keep-git-dir", Nothing),
            ("checksum", One),
            ("unpack", Nothing),
            ("exclude", Many),
        ],
        "HEALTHCHECK" => {
            &[("interval", One), ("timeout", One), ("start-period", One), ("start-interval", One), ("retries", One)]
        }
        "ARG" | "STOPSIGNAL" => return None,
        _ => &[],
    })
}

/// Says which flags BuildKit refuses.
pub(super) fn check(instruction: &str, flags: &[Flag], problems: &mut Problems) {
    let Some(known) = known(instruction) else { return };
    let mut seen = BTreeSet::new();
    for flag in flags {
        let shown = &flag.name;
        let mut refuse = |message: String| problems.fatal(flag.span.clone(), message);
        let Some((_, takes)) = known.iter().find(|(name, _)| name == shown) else {
            refuse(format!("{instruction} has no flag `--{shown}`"));
            continue;
        };
        if !seen.insert(shown) && *takes != Takes::Many {
            refuse(format!("`--{shown}` is given twice"));
        }
        match (takes, flag.value.as_deref()) {
            (Takes::Nothing, None) => {}
            (Takes::Nothing, Some(value)) => {
                if !value.eq_ignore_ascii_case("true") && !value.eq_ignore_ascii_case("false") {
                    refuse(format!("`--{shown}` must be true or false"));
                }
            }
            (_, None) => refuse(format!("`--{shown}` needs a value")),
            (_, Some(_)) => {}
        }
    }
}
