//! Where a key stands in `scaffold.toml`, for what is found to be wrong only after it was read.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The bytes of the last key of `path` that is there. `None` if not even the first is, or the text cannot be read.
#[must_use]
pub fn of(text: &str, path: &[String]) -> Option<Range<usize>> {
    let root = DeTable::parse(text).ok()?;
    let mut table = root.get_ref();
    let mut found = None;
    for key in path {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == key.as_str()) else { break };
        found = Some(name.span());
        let DeValue::Table(inner) = value.get_ref() else { break };
        table = inner;
    }
    found
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
}
