//! Parts of TOML: keys, values and comments, in the order of the text.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Part, Parts, Unreadable};

pub(super) fn parts(text: &str) -> Parts {
    let table = DeTable::parse(text).map_err(|error| Unreadable {
        why: error.message().to_owned(),
        at: error.span().map_or(text.len(), |span| span.start),
    })?;
    let mut parts = comments(text);
    pairs(table.get_ref(), 0, &mut parts);
    // Tables are kept by name; a name may be a value, so only the text's own order is the same in both renderings.
    parts.sort_by_key(|part| part.at);
    Ok(parts)
}

fn pairs(table: &DeTable<'_>, depth: usize, parts: &mut Vec<Part>) {
    for (key, value) in table {
        let key: &Spanned<DeString<'_>> = key;
        parts.push(Part::new(format!("a key at depth {depth}"), key.get_ref().as_ref(), key.span().start));
        one(value, depth + 1, parts);
    }
}

fn one(value: &Spanned<DeValue<'_>>, depth: usize, parts: &mut Vec<Part>) {
    let at = value.span().start;
    let role = format!("a value of type {} at depth {depth}", value.get_ref().type_str());
    match value.get_ref() {
        DeValue::String(text) => parts.push(Part::new(role, text.as_ref(), at)),
        DeValue::Integer(number) => parts.push(Part::new(role, number.as_str(), at)),
        DeValue::Float(number) => parts.push(Part::new(role, number.as_str(), at)),
        DeValue::Boolean(whether) => parts.push(Part::new(role, whether.to_string(), at)),
        DeValue::Datetime(date) => parts.push(Part::new(role, date.to_string(), at)),
        DeValue::Array(items) => {
            parts.push(Part::new(format!("{role} and length {}", items.len()), "", at));
            items.iter().for_each(|item| one(item, depth + 1, parts));
        }
        DeValue::Table(table) => {
            parts.push(Part::new(format!("{role} and length {}", table.len()), "", at));
            pairs(table, depth, parts);
        }
    }
}

/// The comments, found by walking over the strings of a text that is known to be TOML.
fn comments(text: &str) -> Vec<Part> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        at += match c {
            '#' => {
                let length = rest.find('\n').unwrap_or(rest.len());
                found.push(Part::new("a comment", rest[1..length].trim_end_matches('\r'), at));
                length
            }
            '"' | '\'' => string_length(rest, c),
            c => c.len_utf8(),
        };
    }
    found
}

fn string_length(rest: &str, quote: char) -> usize {
    let triple = String::from(quote).repeat(3);
    let close = if rest.starts_with(&triple) { &triple[..] } else { &triple[..1] };
    let mut at = close.len();
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(close) {
            return at + close.len();
        }
        at += c.len_utf8();
        if c == '\\' && quote == '"' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}
