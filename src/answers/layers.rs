//! What the user says, by who says it: a flag wins over the spec, the spec over an answer to a question.

use std::collections::BTreeMap;

use crate::catalog::merge;
use crate::detect::{Found, Origin};
use crate::report::{self, Diagnostic};
use crate::spec::file::{self, SpecFile};
use crate::spec::text::{inline, quoted};

/// Keys of `--set` that have a short form.
const SHORT: [(&str, &str); 12] = [
    ("name", "service.name"),
    ("lang", "service.lang"),
    ("port", "service.port"),
    ("start", "service.start"),
    ("health", "service.health"),
    ("worker", "service.worker"),
    ("manager", "build.manager"),
    ("version", "build.version"),
    ("command", "build.command"),
    ("base", "image.base"),
    ("user", "runtime.user"),
    ("memory", "runtime.memory"),
];

/// The layers of a user's answers, strongest first.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    layers: Vec<(Origin, toml::Table)>,
}

impl Layers {
    /// Puts a layer below those there are.
    pub fn push(&mut self, origin: Origin, table: toml::Table) {
        self.layers.push((origin, table));
    }

    /// The layers, strongest first.
    pub fn each(&self) -> impl Iterator<Item = (Origin, &toml::Table)> {
        self.layers.iter().map(|(origin, table)| (*origin, table))
    }

    /// All layers as one table: tables are merged, and of everything else the strongest wins.
    #[must_use]
    pub fn table_of_all(&self) -> toml::Table {
        let mut all = toml::Table::new();
        for (_, table) in self.layers.iter().rev() {
            merge(&mut all, table.clone());
        }
        all
    }

    /// All layers as one.
    ///
    /// # Errors
    /// When a value is not what its key takes, naming the key.
    pub fn merged(&self) -> Result<SpecFile, Box<Diagnostic>> {
        let text = toml_text(&self.table_of_all());
        file::read(file::NAME, &text).map_err(|error| Box::new(Diagnostic { place: None, ..*error }))
    }

    /// Who says a key, if anybody does.
    #[must_use]
    pub fn origin(&self, key: &str) -> Option<Origin> {
        self.layers.iter().find(|(_, table)| lookup(table, key).is_some()).map(|(origin, _)| *origin)
    }

    /// What one origin says.
    #[must_use]
    pub fn of(&self, origin: Origin) -> toml::Table {
        let mut all = toml::Table::new();
        for (_, table) in self.layers.iter().rev().filter(|(said_by, _)| *said_by == origin) {
            merge(&mut all, table.clone());
        }
        all
    }

    /// The text of a key and who says it.
    #[must_use]
    pub fn found(&self, key: &str) -> Option<Found> {
        self.layers.iter().find_map(|(origin, table)| {
            let value = match lookup(table, key)? {
                toml::Value::String(text) => text.clone(),
                toml::Value::Array(words) => words
                    .iter()
                    .filter_map(toml::Value::as_str)
                    .map(crate::spec::values::shell_word)
                    .collect::<Vec<_>>()
                    .join(" "),
                other => inline(other),
            };
            Some(Found { value, evidence: None, origin: *origin })
        })
    }

    /// The values of a table and who says each.
    #[must_use]
    pub fn table(&self, key: &str) -> BTreeMap<String, Found> {
        let mut all = BTreeMap::new();
        for (origin, table) in self.layers.iter().rev() {
            if let Some(toml::Value::Table(table)) = lookup(table, key) {
                for (name, value) in table {
                    if let Some(text) = value.as_str() {
                        all.insert(name.clone(), Found { value: text.to_owned(), evidence: None, origin: *origin });
                    }
                }
            }
        }
        all
    }
}

/// Reads `--set key=value` into a table. The value is TOML if it can be, and text otherwise.
///
/// # Errors
/// When there is no `=`, or the key is not one of `scaffold.toml`.
pub fn parse_set(settings: &[String]) -> Result<toml::Table, Box<Diagnostic>> {
    let mut all = toml::Table::new();
    for setting in settings {
        let (key, value) = setting.split_once('=').ok_or_else(|| {
            Box::new(
                Diagnostic::error(format!("`--set {setting}` has no value"))
                    .help("write `--set key=value`, such as `--set service.port=8080`"),
            )
        })?;
        let key = key.trim();
        let full = SHORT.iter().find(|(short, _)| *short == key).map_or(key, |(_, full)| full);
        let parsed: toml::Value = toml::from_str::<toml::Table>(&format!("value = {value}\n"))
            .ok()
            .and_then(|mut table| table.remove("value"))
            // `version=26` and `memory=1` are texts to their keys
            .filter(|parsed| {
                !matches!(full, "build.version" | "build.manager_version" | "runtime.user" | "runtime.cpus")
                    || parsed.is_str()
            })
            .unwrap_or_else(|| toml::Value::String(value.to_owned()));
        let end = inline(&parsed).len() + 2 * full.matches('.').count() + 1;
        let mut one = parsed;
        let known = full.split('.').rev().all(|part| {
            one = toml::Value::Table(
                [(part.to_owned(), std::mem::replace(&mut one, toml::Value::Boolean(false)))].into_iter().collect(),
            );
            !part.is_empty()
        });
        let toml::Value::Table(table) = one else { continue };
        if !known {
            return Err(Box::new(Diagnostic::error(format!("`{key}` is not a key of {}", file::NAME))));
        }
        // alone, so that an error names this flag
        let text = toml_text(&table);
        let alone = file::read(file::NAME, &text);
        // what a table as a whole lacks may come from another flag, or stand in the file
        let about_it = |error: &Diagnostic| {
            let start = error.place.as_ref().map_or(text.len(), |place| place.span.start);
            !text.get(start..).is_some_and(|rest| rest.starts_with('{')) || start > text.len().saturating_sub(end)
        };
        if let Some(error) = alone.err().filter(|error| about_it(error)) {
            let help = error.help.clone().or(error.label.clone());
            let near = report::did_you_mean(key, SHORT.iter().map(|(short, _)| *short)).filter(|near| *near != key);
            let mut shown = Diagnostic::error(format!("`--set {key}=...`: {}", error.message));
            shown.help = match (near, help) {
                (Some(near), _) if !key.contains('.') => Some(format!("did you mean `{near}`?")),
                (_, help) => help,
            };
            return Err(Box::new(shown));
        }
        merge(&mut all, table);
    }
    Ok(all)
}

/// A table as the `key=value` words that [`parse_set`] reads.
#[must_use]
pub fn settings(table: &toml::Table) -> Vec<String> {
    fn walk(table: &toml::Table, prefix: &str, into: &mut Vec<String>) {
        for (key, value) in table {
            match value {
                toml::Value::Table(inner) => walk(inner, &format!("{prefix}{key}."), into),
                // text that TOML would read as something else keeps its quotes
                toml::Value::String(text) if toml::from_str::<toml::Table>(&format!("value = {text}\n")).is_err() => {
                    into.push(format!("{prefix}{key}={text}"));
                }
                value => into.push(format!("{prefix}{key}={}", inline(value))),
            }
        }
    }
    let mut all = Vec::new();
    walk(table, "", &mut all);
    all
}

fn lookup<'t>(table: &'t toml::Table, key: &str) -> Option<&'t toml::Value> {
    let mut parts = key.split('.');
    let mut value = table.get(parts.next()?)?;
    for part in parts {
        value = value.as_table()?.get(part)?;
    }
    Some(value)
}

/// A table as TOML text. Only for reading back: comments and order do not matter.
fn toml_text(table: &toml::Table) -> String {
    table.iter().map(|(key, value)| format!("{} = {}\n", quoted(key), inline(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_layer_wins_key_by_key() {
        let mut layers = Layers::default();
        layers.push(Origin::Flag, parse_set(&["port=4000".to_owned()]).unwrap());
        layers.push(Origin::Spec, "[service]\nport = 3000\nname = \"a\"\n".parse().unwrap());
        let merged = layers.merged().unwrap();
        assert_eq!(merged.service.port.unwrap().get(), 4000);
        assert_eq!(merged.service.name.unwrap().as_str(), "a");
        assert_eq!(
            (layers.origin("service.port"), layers.origin("service.name")),
            (Some(Origin::Flag), Some(Origin::Spec))
        );
    }

    #[test]
    fn wrong_settings_name_their_flag() {
        let error = |setting: &str| parse_set(&[setting.to_owned()]).unwrap_err().to_string();
        assert!(error("port=70000").contains("--set port") && error("port=70000").contains("70000 is not a port"));
        assert!(error("prot=1").contains("did you mean `port`?"), "{}", error("prot=1"));
        assert!(error("port").contains("has no value"));
        assert!(error("service..port=1").contains("service..port"));
        // an error within a table is one, however the table is said
        for wrong in ["proxy.tsl=true", "proxies.tls=true", "proxy={tsl=true}", "proxy={tls=1}", "processes.a.port=0"] {
            assert!(error(wrong).contains("--set "), "{wrong}: {}", error(wrong));
        }
    }

    #[test]
    fn what_one_flag_leaves_out_another_one_says() {
        let said = ["proxy.tls=true", "proxy.kind=caddy"].map(str::to_owned);
        let mut layers = Layers::default();
        layers.push(Origin::Flag, parse_set(&said).unwrap());
        assert!(layers.merged().unwrap().proxy.is_some_and(|proxy| proxy.tls));
        let mut half = Layers::default();
        half.push(Origin::Flag, parse_set(&said[..1]).unwrap());
        assert!(half.merged().unwrap_err().message.contains("missing field `kind`"));
        for half in ["proxy={tls=true}", "services.a.uses=[]", "services.a.processes.b.kind=job"] {
            assert!(parse_set(&[half.to_owned()]).is_ok(), "{half}");
        }
    }

    #[test]
    fn settings_say_again_what_was_set() {
        let said = [
            "service.port=4000",
            "service.start=node server.js",
            "build.version=26",
            "build.secrets=[\"npmrc\"]",
            "backing.postgres=true",
            "secrets=[{ name = \"a\" }]",
            "facts.x=\"1\"",
        ];
        let table = parse_set(&said.map(str::to_owned)).unwrap();
        assert_eq!(parse_set(&settings(&table)).unwrap(), table);
        assert!(settings(&table).contains(&"service.start=node server.js".to_owned()), "{:?}", settings(&table));
    }

    #[test]
    fn values_are_toml_or_text() {
        let table =
            parse_set(&["start=[\"node\", \"a b.js\"]".to_owned(), "version=26".to_owned(), "name=api".to_owned()])
                .unwrap();
        let mut layers = Layers::default();
        layers.push(Origin::Flag, table);
        assert_eq!(layers.found("service.start").unwrap().value, "node 'a b.js'");
        assert_eq!(layers.merged().unwrap().build.version.unwrap().as_str(), "26");
    }
}
