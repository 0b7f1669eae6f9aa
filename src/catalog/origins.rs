//! The values of a preset one by one, each with the file and the line that it comes from.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::report::line_column;

/// A value of a preset.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Its key, with dots, and with an index for each list of tables: `managers[0].id`.
    pub key: String,
    /// The value: a number, a text, a truth value, or a list of such.
    pub value: toml::Value,
    /// The file, as the catalog names it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// The values of a chain of files, the strongest first, as they are merged: tables key by key, and of everything else
/// the strongest wins.
#[must_use]
pub fn leaves(chain: &[(String, &str)]) -> Vec<Leaf> {
    let mut all: Vec<Leaf> = Vec::new();
    for (file, text) in chain {
        let Ok(table) = DeTable::parse(text) else { continue };
        let stronger = all.len();
        let mut here = Vec::new();
        walk("", table.get_ref(), &mut |key, value, span| {
            here.push(Leaf { key, value, file: file.clone(), line: line_column(text, span.start).0 });
        });
        here.sort_by_key(|leaf| leaf.line);
        // a list of tables is one value when files are merged, and so is what hides a table or is hidden by one
        here.retain(|weak| !all.iter().take(stronger).any(|strong| hides(&strong.key, &weak.key)));
        all.extend(here);
    }
    all
}

/// Whether a stronger key leaves no place for a weaker one.
fn hides(strong: &str, weak: &str) -> bool {
    let below = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let list = strong.split_once('[').map_or(strong, |(list, _)| list);
    below(list, weak) || below(weak, strong)
}

fn walk(prefix: &str, table: &DeTable<'_>, found: &mut impl FnMut(String, toml::Value, Range<usize>)) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => walk(&format!("{key}."), inner, found),
            DeValue::Array(items) if items.iter().any(|item| matches!(item.get_ref(), DeValue::Table(_))) => {
                for (index, item) in items.iter().enumerate() {
                    match item.get_ref() {
                        DeValue::Table(inner) => walk(&format!("{key}[{index}]."), inner, found),
                        other => found(format!("{key}[{index}]"), plain(other), item.span()),
                    }
                }
            }
            other => found(key, plain(other), name.span()),
        }
    }
}

/// A value without its places.
fn plain(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Boolean(truth) => toml::Value::Boolean(*truth),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| toml::Value::String(number.to_string()), toml::Value::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| toml::Value::String(number.to_string()), toml::Value::Float)
        }
        DeValue::Datetime(time) => toml::Value::Datetime(*time),
        DeValue::Array(items) => toml::Value::Array(items.iter().map(|item| plain(item.get_ref())).collect()),
        DeValue::Table(table) => toml::Value::Table(
            table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref()))).collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::text::inline;

    #[test]
    fn every_value_has_its_file_and_line_and_is_the_one_that_counts() {
        let child = "id = \"b\"\nextends = \"a\"\n[env]\nY = \"2\"\n[[managers]]\nid = \"m\"\n";
        let parent = "id = \"a\"\nport = 0x10\n[env]\nX = \"1\"\nY = \"1\"\n[[managers]]\nid = \"n\"\ntitle = \"N\"\n";
        let chain = [("presets/b.toml".to_owned(), child), ("presets/a.toml".to_owned(), parent)];
        let shown: Vec<String> = leaves(&chain)
            .iter()
            .map(|leaf| format!("{} = {} {}:{}", leaf.key, inline(&leaf.value), leaf.file, leaf.line))
            .collect();
        assert_eq!(
            shown,
            [
                "id = \"b\" presets/b.toml:1",
                "extends = \"a\" presets/b.toml:2",
                "env.Y = \"2\" presets/b.toml:4",
                "managers[0].id = \"m\" presets/b.toml:6",
                "port = 16 presets/a.toml:2",
                "env.X = \"1\" presets/a.toml:4",
            ]
        );
    }
}
