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
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        Diagnostic::error(format!("{} cannot be edited: {}", file::NAME, error.message())).at(
            file::NAME,
            text,
            error.span().unwrap_or(0..0),
        )
    })?;
    apply(document.as_table_mut(), changes)?;
    Ok(document.to_string())
}

fn apply(into: &mut dyn toml_edit::TableLike, changes: &toml::Table) -> Result<(), Diagnostic> {
    for (key, value) in changes {
        if let toml::Value::Table(inner) = value {
            let item = into.entry(key).or_insert_with(toml_edit::table);
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
    fn comments_and_order_stay() {
        let text = "# mine\n[service]\nport = 3000 # why\nname = \"a\"\n";
        let edited = set(text, &"service = { port = 4000, health = \"/h\" }".parse().unwrap()).unwrap();
        assert_eq!(edited, "# mine\n[service]\nport = 4000 # why\nname = \"a\"\nhealth = \"/h\"\n");
        assert_eq!(set(text, &"service = { port = 3000 }".parse().unwrap()).unwrap(), text);
    }
}
