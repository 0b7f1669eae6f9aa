//! Changes of a `scaffold.toml` that keep its comments and its order.

use toml_edit::{DocumentMut, Item, Value};

use super::file;
use super::text::inline;
use crate::report::Diagnostic;

/// Sets keys in a file's text. What is not named stays as it is, to the byte.
///
/// # Errors
/// When the text is no TOML.
pub fn set(text: &str, changes: &toml::Table) -> Result<String, Diagnostic> {
    if changes.is_empty() {
        return Ok(text.to_owned());
    }
    let mut document = parse(text)?;
    apply(document.as_table_mut(), changes)?;
    Ok(document.to_string())
}

fn parse(text: &str) -> Result<DocumentMut, Diagnostic> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        Diagnostic::error(format!("{} cannot be edited: {}", file::NAME, error.message())).at(
            file::NAME,
            text,
            error.span().unwrap_or(0..0),
        )
    })
}

/// Takes a key out, and the tables around it that hold nothing else then. Comments of other keys stay.
///
/// # Errors
/// When the text is no TOML. `None` when there is no such key.
pub fn remove(text: &str, path: &[&str]) -> Result<Option<String>, Diagnostic> {
    let mut document = parse(text)?;
    Ok(take(document.as_table_mut(), path).then(|| document.to_string()))
}

fn take(from: &mut dyn toml_edit::TableLike, path: &[&str]) -> bool {
    match path {
        [] => false,
        [key] => from.remove(key).is_some(),
        [key, rest @ ..] => {
            let Some(inner) = from.get_mut(key).and_then(Item::as_table_like_mut) else { return false };
            let taken = take(inner, rest);
            if taken && inner.is_empty() {
                from.remove(key);
            }
            taken
        }
    }
}

fn apply(into: &mut dyn toml_edit::TableLike, changes: &toml::Table) -> Result<(), Diagnostic> {
    for (key, value) in changes {
        if let toml::Value::Table(inner) = value {
            let item = into.entry(key).or_insert_with(|| {
                // a table that holds nothing but tables needs no line of its own
                let mut table = toml_edit::Table::new();
                table.set_implicit(true);
                Item::Table(table)
            });
            let table = item
                .as_table_like_mut()
                .ok_or_else(|| Diagnostic::error(format!("`{key}` is not a table in {}", file::NAME)))?;
            apply(table, inner)?;
            continue;
        }
        let new: Value = inline(value)
            .parse()
            .map_err(|_| Diagnostic::error(format!("`{key}` cannot be written to {}", file::NAME)))?;
        match into.get_mut(key).and_then(Item::as_value_mut) {
            Some(old) if old.to_string().trim() == new.to_string().trim() => {}
            Some(old) => {
                let decor = old.decor().clone();
                *old = new;
                *old.decor_mut() = decor;
            }
            None => {
                into.insert(key, Item::Value(new));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_taken_out_again() {
        let text = "# mine\n[service]\nname = \"a\" # why\n";
        let added = set(text, &"backing = { postgres = true }".parse().unwrap()).unwrap();
        assert_eq!(added, format!("{text}\n[backing]\npostgres = true\n"));
        assert_eq!(remove(&added, &["backing", "postgres"]).unwrap().unwrap().trim_end(), text.trim_end());
        let nested = set(text, &"services = { api = { path = \"api\" } }".parse().unwrap()).unwrap();
        assert_eq!(nested, format!("{text}\n[services.api]\npath = \"api\"\n"));
        let two = "[backing]\n# kept\nredis = true\npostgres = true\n";
        assert_eq!(remove(two, &["backing", "postgres"]).unwrap().unwrap(), "[backing]\n# kept\nredis = true\n");
        assert_eq!(remove(text, &["backing", "postgres"]).unwrap(), None);
    }

    #[test]
    fn comments_and_order_stay() {
        let text = "# mine\n[service]\nport = 3000 # why\nname = \"a\"\n";
        let edited = set(text, &"service = { port = 4000, health = \"/h\" }".parse().unwrap()).unwrap();
        assert_eq!(edited, "# mine\n[service]\nport = 4000 # why\nname = \"a\"\nhealth = \"/h\"\n");
        assert_eq!(set(text, &"service = { port = 3000 }".parse().unwrap()).unwrap(), text);
    }
}
