//! Parts of YAML: its events, comments among them.

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::super::quote::{Scalar, scalar};
use super::super::shell::ACTIVE;
use super::{Part, Parts, Unreadable};

/// Most events that are looked at.
const MAX_EVENTS: usize = 100_000;

/// Who reads `$` in the scalars of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expands {
    /// `$X` and `${X}` are variables, `$$` is a `$`.
    Compose,
    /// `${{` begins an expression; every other `$` is a shell's, or text.
    Github,
    /// `$X` and `${X}` are variables; what `$$` is depends on the place.
    Gitlab,
}

/// The events of a document; whatever is expanded in its scalars is marked, and literal blocks are read as documents of
/// their own to the depth `within`.
pub(super) fn parts(text: &str, expands: Option<Expands>, within: u8) -> Parts {
    let mut parts = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Unreadable {
            why: error.info(),
            at: error.marker().byte_offset().unwrap_or(text.len()),
        })?;
        let at = span.byte_range().map_or(0, |range| range.start);
        if parts.len() == MAX_EVENTS {
            return Err(Unreadable { why: "it is too long".to_owned(), at });
        }
        let tagged = |role: &str, anchor: usize, tag: Option<&Tag>| {
            let anchor = if anchor > 0 { " with an anchor" } else { "" };
            let tag = tag.map_or_else(String::new, |tag| format!(" with the tag {}{}", tag.handle(), tag.suffix()));
            format!("{role}{anchor}{tag}")
        };
        if let (Event::Scalar(text, ScalarStyle::Literal, ..), Some(within)) = (&event, within.checked_sub(1)) {
            let inner = self::parts(text, expands, within).map_err(|inner| Unreadable { at, ..inner })?;
            parts.extend(inner.into_iter().map(|part| Part { at, ..part }));
            continue;
        }
        let scalar_event = matches!(event, Event::Scalar(..));
        let (role, text) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let role = match (style, scalar(&text)) {
                    (ScalarStyle::Plain, Scalar::Null) => "nothing",
                    (ScalarStyle::Plain, Scalar::Bool) => "a yes or no",
                    (ScalarStyle::Plain, Scalar::Number) => "a number",
                    _ => "a text",
                };
                let text = match expands {
                    Some(Expands::Compose) => expanded(&text),
                    Some(Expands::Github) => marked(&text, "${{"),
                    Some(Expands::Gitlab) => marked(&text, "$"),
                    None => text.into_owned(),
                };
                (tagged(role, anchor, tag.as_deref()), text)
            }
            Event::SequenceStart(_, anchor, tag) => (tagged("a list", anchor, tag.as_deref()), String::new()),
            Event::MappingStart(_, anchor, tag) => (tagged("a mapping", anchor, tag.as_deref()), String::new()),
            Event::SequenceEnd => ("the end of a list".to_owned(), String::new()),
            Event::MappingEnd => ("the end of a mapping".to_owned(), String::new()),
            Event::Alias(id) => (format!("the alias {id}"), String::new()),
            Event::Comment(text, _) => ("a comment".to_owned(), text.into_owned()),
            Event::DocumentStart(..) => ("a document".to_owned(), String::new()),
            Event::DocumentEnd => ("the end of a document".to_owned(), String::new()),
            Event::StreamStart | Event::StreamEnd => continue,
            _ => ("something else".to_owned(), String::new()),
        };
        let part = Part::new(role, text, at);
        parts.push(if scalar_event { part.separated() } else { part });
    }
    Ok(parts)
}

/// A scalar after compose's own reading of `$`, with each that starts a variable marked.
fn expanded(text: &str) -> String {
    let mut read = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '$' && rest.next_if_eq(&'$').is_none() {
            read.push(ACTIVE);
        }
        read.push(c);
    }
    read
}

/// A scalar in which everything that begins like `begins` is marked.
fn marked(text: &str, begins: &str) -> String {
    text.replace(begins, &format!("{ACTIVE}{begins}"))
}
