//! Presets and templates: what a language is, as data out of a set of files.
//!
//! The built-in set stands in the binary; an edge may bring another, whose files win by name.

pub mod backing;
pub mod ci;
pub mod clients;
pub mod glob;
mod origins;
pub mod preset;
#[cfg(test)]
mod schema;

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use self::glob::glob;
pub use origins::{Leaf, leaves};
pub use preset::Preset;

use crate::report::{self, Diagnostic};

static PRESETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/presets");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// What the index knows of a built-in preset without parsing it.
struct Entry {
    id: &'static str,
    markers: &'static [&'static str],
    aliases: &'static [&'static str],
    server: bool,
    /// The preset's values, as they stand in its file.
    json: &'static str,
}

static INDEX: &[Entry] = include!(concat!(env!("OUT_DIR"), "/index.rs"));

/// The presets and templates at hand.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Files that win over the built-in ones, by path: `presets/zig.toml`, `templates/zig/Dockerfile`.
    brought: BTreeMap<String, String>,
}

impl Catalog {
    /// The built-in presets and templates.
    #[must_use]
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The built-in presets and templates, and before them these files.
    #[must_use]
    pub fn with_files(brought: BTreeMap<String, String>) -> Self {
        Self { brought }
    }

    /// The text of a file, by its path from the root of the set.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&str> {
        if let Some(text) = self.brought.get(path) {
            return Some(text);
        }
        let (folder, rest) = path.split_once('/')?;
        let dir = match folder {
            "presets" => &PRESETS,
            "templates" => &TEMPLATES,
            _ => return None,
        };
        dir.get_file(rest)?.contents_utf8()
    }

    /// The text of a template.
    #[must_use]
    pub fn template(&self, name: &str) -> Option<&str> {
        self.file(&format!("templates/{name}"))
    }

    /// A file of TOML among the templates.
    ///
    /// # Errors
    /// A pack's own file that says something else than the fields of `T`.
    pub(in crate::catalog) fn template_table<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<T, Box<Diagnostic>> {
        let text = self.template(name).unwrap_or_default();
        toml::from_str(text).map_err(|error| Box::new(report::toml_error(name, text, &error)))
    }

    /// All files below a folder of the templates, by the path that they get in a project.
    ///
    /// A file may be kept as `X.in` and become `X`: under its own name `Cargo.toml` would be a package nested in this
    /// one, which `cargo package` leaves out with all that is below it.
    #[must_use]
    pub fn template_folder(&self, folder: &str) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut stack: Vec<&Dir<'_>> = TEMPLATES.get_dir(folder).into_iter().collect();
        while let Some(dir) = stack.pop() {
            stack.extend(dir.dirs());
            for file in dir.files() {
                let path = file.path().to_string_lossy().replace('\\', "/");
                if let (Some(path), Some(text)) =
                    (path.strip_prefix(folder).and_then(|path| path.strip_prefix('/')), file.contents_utf8())
                {
                    files.insert(path.to_owned(), text.to_owned());
                }
            }
        }
        let prefix = format!("templates/{folder}/");
        for (path, text) in &self.brought {
            if let Some(path) = path.strip_prefix(&prefix) {
                files.insert(path.to_owned(), text.clone());
            }
        }
        files.into_iter().map(|(path, text)| (path.strip_suffix(".in").unwrap_or(&path).to_owned(), text)).collect()
    }

    /// The names of the TOML files in a folder of the presets, without their ending, sorted.
    pub(crate) fn preset_folder(&self, folder: &str) -> Vec<String> {
        let built_in = PRESETS.get_dir(folder).into_iter().flat_map(Dir::files).filter_map(|file| file.path().to_str());
        let paths = built_in.chain(self.brought.keys().filter_map(|path| path.strip_prefix("presets/")));
        let name = |path: &str| Some(path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".toml")?.to_owned());
        let names: std::collections::BTreeSet<String> = paths.filter_map(name).collect();
        names.into_iter().collect()
    }

    /// The ids of all presets, sorted.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = INDEX.iter().map(|entry| entry.id.to_owned()).chain(self.brought_ids()).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    fn brought_ids(&self) -> impl Iterator<Item = String> {
        let id = |path: &String| Some(path.strip_prefix("presets/")?.strip_suffix(".toml")?.to_owned());
        self.brought.keys().filter_map(id).filter(|id| !id.contains('/'))
    }

    /// The id that a user's word for a language stands for.
    ///
    /// # Errors
    /// When no preset has that id or alias, with the nearest one.
    pub fn resolve(&self, word: &str) -> Result<String, Box<Diagnostic>> {
        let lower = word.to_ascii_lowercase();
        if self.ids().contains(&lower) {
            return Ok(lower);
        }
        if let Some(entry) = INDEX.iter().find(|entry| entry.aliases.contains(&lower.as_str())) {
            return Ok(entry.id.to_owned());
        }
        for id in self.brought_ids() {
            if self.preset(&id)?.aliases.contains(&lower) {
                return Ok(id);
            }
        }
        let ids = self.languages();
        let words = ids.iter().map(String::as_str).chain(INDEX.iter().flat_map(|entry| entry.aliases.iter().copied()));
        let error = Diagnostic::error(format!(
            "`{}` is not a language that scaffold knows",
            word.chars().take(40).collect::<String>()
        ));
        Err(Box::new(match report::did_you_mean(&lower, words) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("the languages are {}", ids.join(", "))),
        }))
    }

    /// The presets that are languages, not only servers.
    #[must_use]
    pub fn languages(&self) -> Vec<String> {
        self.ids().into_iter().filter(|id| !INDEX.iter().any(|entry| entry.id == id && entry.server)).collect()
    }

    /// The ids of the presets whose marker files are in the root of a project.
    ///
    /// # Errors
    /// When a brought preset cannot be read.
    pub fn marked(&self, root: &[String]) -> Result<Vec<String>, Box<Diagnostic>> {
        let any = |marker: &str| root.iter().any(|name| glob(marker, name));
        let brought: Vec<String> = self.brought_ids().collect();
        let mut ids: Vec<String> = INDEX
            .iter()
            .filter(|entry| !brought.iter().any(|id| id == entry.id) && entry.markers.iter().any(|marker| any(marker)))
            .map(|entry| entry.id.to_owned())
            .collect();
        for id in brought {
            if self.preset(&id)?.detect.markers.iter().any(|marker| any(marker)) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// Reads a preset, with what it inherits.
    ///
    /// # Errors
    /// With file, line and column, when there is none of this id or it is wrong.
    pub fn preset(&self, id: &str) -> Result<Preset, Box<Diagnostic>> {
        let path = format!("presets/{id}.toml");
        // a built-in one that stands alone is read in its quick form; the tests hold it against the file
        if !self.brought.contains_key(&path)
            && let Some(entry) = INDEX.iter().find(|entry| entry.id == id)
            && let Ok(preset) = serde_json::from_str::<Preset>(entry.json)
            && preset.extends.is_none()
        {
            return Ok(preset);
        }
        let text = self.file(&path).ok_or_else(|| Box::new(Diagnostic::error(format!("there is no preset `{id}`"))))?;
        // the file alone first: only so does an error have its place
        let own: Preset = read(&path, text)?;
        if own.extends.is_none() {
            return Ok(own);
        }
        let chain = self.chain(id)?;
        let mut merged = toml::Table::new();
        for (_, text) in chain.iter().rev() {
            merge(&mut merged, text.parse().unwrap_or_default());
        }
        Preset::deserialize(merged).map_err(|error| {
            Box::new(Diagnostic::error(format!("the preset `{id}`, merged with what it extends, is wrong: {error}")))
        })
    }

    /// The files that make up a preset, by path and text: its own, the one that it extends, and so on.
    ///
    /// # Errors
    /// When one is missing or wrong, or they go round in a circle.
    pub fn chain(&self, id: &str) -> Result<Vec<(String, &str)>, Box<Diagnostic>> {
        let mut chain: Vec<(String, &str)> = Vec::new();
        let mut child = id.to_owned();
        let mut next = Some(id.to_owned());
        while let Some(id) = next {
            let path = format!("presets/{id}.toml");
            if let (Some((first, _)), true) = (chain.first(), chain.iter().any(|(known, _)| *known == path)) {
                return Err(Box::new(
                    Diagnostic::error(format!("{first} extends itself by way of `{id}`"))
                        .help("one of them must stand alone"),
                ));
            }
            let text = self.file(&path).ok_or_else(|| {
                Box::new(Diagnostic::error(if chain.is_empty() {
                    format!("there is no preset `{id}`")
                } else {
                    format!("`{child}` extends `{id}`, and there is no such preset")
                }))
            })?;
            next = read(&path, text)?.extends;
            chain.push((path, text));
            child = id;
        }
        Ok(chain)
    }
}

use serde::Deserialize as _;

fn read(path: &str, text: &str) -> Result<Preset, Box<Diagnostic>> {
    toml::from_str(text).map_err(|error| Box::new(report::toml_error(path, text, &error)))
}

/// Tables are merged key by key; everything else is replaced.
pub(crate) fn merge(into: &mut toml::Table, from: toml::Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_preset_can_be_read() {
        let catalog = Catalog::built_in();
        assert!(!catalog.ids().is_empty());
        for id in catalog.ids() {
            let preset = catalog.preset(&id).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(preset.id, id, "the file's name is the id");
            let path = format!("presets/{id}.toml");
            let of_file = read(&path, catalog.file(&path).unwrap()).unwrap_or_else(|error| panic!("{error}"));
            assert!(
                of_file.extends.is_some()
                    || serde_json::to_value(&of_file).unwrap() == serde_json::to_value(&preset).unwrap(),
                "{id}: the quick form differs"
            );
        }
    }

    #[test]
    fn a_preset_inherits_tables_key_by_key() {
        let files = [
            ("presets/a.toml", "id = \"a\"\ntitle = \"A\"\nmemory = \"64m\"\n[env]\nX = \"1\"\nY = \"1\"\n"),
            ("presets/b.toml", "id = \"b\"\ntitle = \"B\"\nextends = \"a\"\n[env]\nY = \"2\"\n"),
        ];
        let catalog = Catalog::with_files(files.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
        let preset = catalog.preset("b").unwrap();
        assert_eq!((preset.memory.as_str(), preset.env["X"].as_str(), preset.env["Y"].as_str()), ("64m", "1", "2"));
    }

    #[test]
    fn presets_that_extend_each_other_are_refused() {
        let file = |id: &str, parent: &str| {
            (format!("presets/{id}.toml"), format!("id = \"{id}\"\ntitle = \"{id}\"\nextends = \"{parent}\"\n"))
        };
        let error = |files: Vec<(String, String)>| {
            Catalog::with_files(files.into_iter().collect()).preset("a").unwrap_err().message
        };
        assert_eq!(error(vec![file("a", "b"), file("b", "a")]), "presets/a.toml extends itself by way of `a`");
        assert_eq!(error(vec![file("a", "b"), file("b", "c")]), "`b` extends `c`, and there is no such preset");
    }

    #[test]
    fn a_starter_file_loses_the_ending_that_hides_it() {
        let files = Catalog::built_in().template_folder("rust/starter");
        assert!(files.contains_key("Cargo.toml") && files.contains_key("src/main.rs"), "{:?}", files.keys());
        assert!(files.keys().all(|path| !path.ends_with(".in")), "{:?}", files.keys());
    }

    #[test]
    fn a_wrong_preset_is_refused_with_its_place() {
        let files = [("presets/a.toml".to_owned(), "id = \"a\"\ntitle = \"A\"\n[probe]\npaht = []\n".to_owned())];
        let error = Catalog::with_files(files.into()).preset("a").unwrap_err().render(false);
        assert!(error.contains("presets/a.toml:4:1") && error.contains("`path`"), "{error}");
    }

    #[test]
    fn a_misspelt_language_is_answered_with_the_nearest() {
        let error = Catalog::built_in().resolve("ndoe").unwrap_err();
        assert!(error.help.unwrap().contains("`node`"));
    }
}
