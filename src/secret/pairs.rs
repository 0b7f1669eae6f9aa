//! Names and values in configuration files of any kind: `.env`, INI, YAML, TOML, JSON.

use super::{NameVerdict, ValueVerdict, name, value};

/// The strongest verdict over all pairs of a text whose names say secret; `None` if there is no such name.
///
/// A value that is only a well known default ranks below every literal.
pub(super) fn secret(text: &str) -> Option<ValueVerdict> {
    let rank = |verdict: &ValueVerdict| match verdict {
        ValueVerdict::Literal { likely: true } => 3,
        ValueVerdict::Literal { .. } => 2,
        ValueVerdict::WellKnownDefault(_) => 1,
        _ => 0,
    };
    pairs(text).filter(|(key, _)| name(key) == NameVerdict::Secret).map(|(key, text)| value(key, text)).max_by_key(rank)
}

/// Every name with its value. JSON on one line is parted at its commas and braces.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])).flat_map(|line| {
        let json = line.trim_start().starts_with(['{', '[', '"']);
        line.split(move |c| json && matches!(c, '{' | '}' | ',')).filter_map(pair)
    })
}

fn pair(part: &str) -> Option<(&str, &str)> {
    let part = part.trim().trim_start_matches("- ");
    let part = part.strip_prefix("export ").unwrap_or(part);
    let at = part.find(['=', ':'])?;
    let (key, rest) = part.split_at(at);
    let key = key.trim().trim_matches(['"', '\'']);
    let text = rest.get(1..)?.trim().trim_end_matches(',');
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!key.is_empty() && key.len() <= 128 && key.chars().all(word)).then(|| (key, uncommented(text)))
}

/// A value without the comment behind it; a `#` in quotes or within a word belongs to the value.
fn uncommented(text: &str) -> &str {
    if text.starts_with(['"', '\'']) {
        return text;
    }
    if text.starts_with('#') {
        return "";
    }
    text.split_once(" #").map_or(text, |(before, _)| before.trim_end())
}
