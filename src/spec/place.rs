//! Where a key stands in `scaffold.toml`, for what is found to be wrong only after it was read.

use std::ops::Range;

use toml::de::{DeArray, DeTable, DeValue};

/// The bytes of the last key of `path` that is there; the entry of a list is meant by its `name`. `None` if not even the
/// first is there, or the text cannot be read.
#[must_use]
pub fn of(text: &str, path: &[String]) -> Option<Range<usize>> {
    let root = DeTable::parse(text).ok()?;
    let mut table = root.get_ref();
    let mut found = None;
    let mut list = None;
    for key in path {
        if let Some(entries) = list.take() {
            let Some((inner, place)) = entry(entries, key) else { break };
            (table, found) = (inner, Some(place));
            continue;
        }
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == key.as_str()) else { break };
        found = Some(name.span());
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            DeValue::Array(entries) => list = Some(entries),
            _ => break,
        }
    }
    found
}

/// The entry of this name, and where the name stands.
fn entry<'t, 'i>(entries: &'t DeArray<'i>, name: &str) -> Option<(&'t DeTable<'i>, Range<usize>)> {
    entries.iter().find_map(|entry| {
        let table = entry.get_ref().as_table()?;
        let named = table.get("name")?;
        (named.get_ref().as_str() == Some(name)).then(|| (table, named.span()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_that_is_there_is_named() {
        let text = "[backing]\npostgress = true\n[proxy]\nroutes = { \"/x\" = \"a\" }\n";
        let at = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
            of(text, &path).map(|span| &text[span])
        };
        assert_eq!(at(&["backing", "postgress"]), Some("postgress"));
        assert_eq!(at(&["proxy", "routes", "/x"]), Some("\"/x\""));
        assert_eq!(at(&["proxy", "routes", "/y"]), Some("routes"));
        assert_eq!(at(&["processes", "a"]), None);
    }

    #[test]
    fn an_entry_of_a_list_is_known_by_its_name() {
        let text = "[[secrets]]\nname = \"a\"\n[[secrets]]\nname = \"b\"\nkey = \"x/y\"\n";
        let at = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
            of(text, &path)
        };
        let second = text.rfind("[[").unwrap();
        assert_eq!(
            at(&["secrets", "b", "provider"]).map(|span| (span.start > second, &text[span])),
            Some((true, "\"b\""))
        );
        assert_eq!(at(&["secrets", "b", "key"]).map(|span| &text[span]), Some("key"));
        assert_eq!(at(&["secrets", "c"]).map(|span| &text[span]), Some("secrets"));
    }
}
