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
    Ok(as_before(text, &document.to_string()))
}

fn parse(text: &str) -> Result<DocumentMut, Diagnostic> {
    let text = text.trim_start_matches(BOM);
    text.parse().map_err(|error: toml_edit::TomlError| {
        Diagnostic::error(format!("{} cannot be edited: {}", file::NAME, error.message())).at(
            file::NAME,
            text,
            error.span().unwrap_or(0..0),
        )
    })
}

const BOM: char = '\u{feff}';

/// The edited text with what `toml_edit` does not keep: a byte order mark, the ends of lines as Windows writes them,
/// and a last line without an end.
fn as_before(old: &str, new: &str) -> String {
    let body = old.trim_start_matches(BOM);
    let new = if body.is_empty() || body.ends_with('\n') { new } else { new.strip_suffix('\n').unwrap_or(new) };
    let old_lines: Vec<&str> = body.split('\n').collect();
    // a text of several lines keeps its ends, all else loses them
    let new_lines: Vec<&str> = new.split('\n').map(bare).collect();
    let same = |(old, new): &(&&str, &&str)| bare(old) == **new;
    let head = old_lines.iter().zip(&new_lines).take_while(same).count();
    let most = old_lines.len().min(new_lines.len()) - head;
    let tail = old_lines.iter().rev().zip(new_lines.iter().rev()).take_while(same).take(most).count();
    let usual = if old_lines[0].ends_with('\r') { "\r\n" } else { "\n" };
    let mut text = old[..old.len() - body.len()].to_owned();
    for (at, line) in new_lines.iter().enumerate() {
        let kept = match at {
            at if at < head => Some(at),
            at if at + tail >= new_lines.len() => Some(at + old_lines.len() - new_lines.len()),
            _ => None,
        };
        text.push_str(line);
        if at + 1 < new_lines.len() {
            text.push_str(match kept.filter(|kept| kept + 1 < old_lines.len()) {
                Some(kept) if old_lines[kept].ends_with('\r') => "\r\n",
                Some(_) => "\n",
                None => usual,
            });
        }
    }
    text
}

fn bare(line: &str) -> &str {
    line.strip_suffix('\r').unwrap_or(line)
}

/// Takes a key out, and the tables around it that hold nothing else then. Comments of other keys stay.
///
/// # Errors
/// When the text is no TOML. `None` when there is no such key.
pub fn remove(text: &str, path: &[&str]) -> Result<Option<String>, Diagnostic> {
    let mut document = parse(text)?;
    Ok(take(document.as_table_mut(), path).then(|| as_before(text, &document.to_string())))
}

fn take(from: &mut dyn toml_edit::TableLike, path: &[&str]) -> bool {
    match path {
        [] => false,
        [key] => from.remove(key).is_some(),
        [key, rest @ ..] => {
            let Some(item) = from.get_mut(key) else { return false };
            let Some(inner) = item.as_table_like_mut() else { return false };
            if !take(inner, rest) {
                return false;
            }
            let empty = inner.is_empty();
            match item.as_table_mut().filter(|table| !table.is_implicit()) {
                // somebody wrote words about it
                Some(table) if remarked(table) => {}
                // the header of a table that holds nothing but tables says nothing
                Some(table) if !empty => {
                    let tables_alone = !table.iter().any(|(_, item)| item.is_value());
                    table.set_implicit(tables_alone);
                }
                _ if empty => drop(from.remove(key)),
                _ => {}
            }
            true
        }
    }
}

/// Whether a comment stands before the header of a table or behind it.
fn remarked(table: &toml_edit::Table) -> bool {
    let decor = table.decor();
    [decor.prefix(), decor.suffix()]
        .into_iter()
        .flatten()
        .any(|raw| raw.as_str().is_some_and(|text| text.contains('#')))
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
    fn a_file_that_was_added_to_is_the_same_to_the_byte_after_the_removal() {
        let files = [
            "# mine\n[service]\nname = \"a\" # why\n\n\n# the end\n",
            "[service]\nname = \"\"\"\na\n\"\"\"\n",
            "[service]\nname = \"a\"",
            "# db\n[backing] # none yet\n\n[outputs]\ndev = true\n",
            "[service]\nname = \"a\"\n\n[backing] # here\n# cache\nredis = true # x\n# last\n",
            "backing = {redis=true}\n[service]\nname = \"a\"\n",
            "backing.redis = true # c\nservice.name = \"a\"\n# tail",
            "[backing.orders]\nkind = \"mysql\"\n\n# s\n[service]\nname = \"a\"\n",
            "\u{feff}[service]\nname = \"a\"\n",
            "",
        ];
        for file in files.into_iter().flat_map(|file| [file.to_owned(), file.replace('\n', "\r\n")]) {
            for (path, value) in [("backing.postgres", "true"), ("outputs.bake", "true"), ("services.b.path", "\"b\"")]
            {
                let added = set(&file, &format!("{path} = {value}").parse().unwrap()).unwrap();
                assert!(added.contains('\r') == file.contains('\r') && added != file, "{added:?}");
                assert!(!file.contains('\r') || added.matches('\n').count() == added.matches("\r\n").count());
                let key: Vec<&str> = path.split('.').take(2).collect();
                assert_eq!(remove(&added, &key).unwrap().unwrap(), file, "{added:?}");
            }
        }
    }

    #[test]
    fn comments_and_order_stay() {
        let text = "# mine\n[service]\nport = 3000 # why\nname = \"a\"\n";
        let edited = set(text, &"service = { port = 4000, health = \"/h\" }".parse().unwrap()).unwrap();
        assert_eq!(edited, "# mine\n[service]\nport = 4000 # why\nname = \"a\"\nhealth = \"/h\"\n");
        assert_eq!(set(text, &"service = { port = 3000 }".parse().unwrap()).unwrap(), text);
    }
}
