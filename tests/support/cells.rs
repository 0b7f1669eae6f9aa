//! The cells of the proofs: each app, starter and variant on each base, rendered by the program itself.
//!
//! Everything is found by looking into folders: a new app, preset or variant is picked up without a word here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scaffold_dockerfile::catalog::Catalog;

/// The bases, in the order of reports.
pub(crate) const BASES: [&str; 3] = ["slim", "alpine", "distroless"];

/// What is written, and shown in snapshots. The lock is left out: it repeats them all.
pub(crate) const FILES: [&str; 4] = ["Dockerfile", ".dockerignore", "compose.yaml", "scaffold.toml"];

/// Set-ups that a base cannot give, and the start of the error that says so.
const REFUSED: [(&str, &str, &str); 2] = [
    ("node-vite-spa", "distroless", "error: nginx has no base `distroless`"),
    // its driver is linked to a library of the distribution, and distroless has no package manager
    ("python-native", "distroless", "error: the service needs libpq, libpq5 at run time"),
];

/// Where a cell's project comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A folder of `tests/apps`.
    App(String),
    /// The starter of a language.
    Starter(String),
}

/// One set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    /// `node-npm`, `starter-node`, or `node-npm.volume` for a variant.
    pub(crate) name: String,
    pub(crate) base: &'static str,
    pub(crate) source: Source,
    /// The user's `scaffold.toml`, if this is a variant.
    pub(crate) spec: Option<String>,
}

/// `tests/`
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// What `case.toml` says of an app.
pub(crate) fn case(app: &str) -> toml::Table {
    let path = folder().join("apps").join(app).join("case.toml");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).parse().unwrap()
}

/// The apps whose language has a preset.
pub(crate) fn apps() -> Vec<String> {
    let known = Catalog::built_in().languages();
    let apps = names(&folder().join("apps")).into_iter().filter(|name| folder().join("apps").join(name).is_dir());
    apps.filter(|app| case(app)["language"].as_str().is_some_and(|lang| known.iter().any(|known| known == lang)))
        .collect()
}

/// The languages that have a starter.
pub(crate) fn starters() -> Vec<String> {
    let catalog = Catalog::built_in();
    catalog
        .languages()
        .into_iter()
        .filter(|lang| !catalog.template_folder(&format!("{lang}/starter")).is_empty())
        .collect()
}

/// Every app and starter on every base.
pub(crate) fn matrix() -> Vec<Cell> {
    let apps = apps().into_iter().map(|app| (app.clone(), Source::App(app)));
    let starters = starters().into_iter().map(|lang| (format!("starter-{lang}"), Source::Starter(lang)));
    let all: Vec<(String, Source)> = apps.chain(starters).collect();
    all.iter()
        .flat_map(|(name, source)| {
            BASES.map(|base| Cell { name: name.clone(), base, source: source.clone(), spec: None })
        })
        .collect()
}

/// The apps of `tests/variants`, where `node-npm.volume.toml` is the spec of a variant of the app `node-npm`.
pub(crate) fn variants() -> Vec<Cell> {
    let files = names(&folder().join("variants"));
    files
        .iter()
        .filter_map(|file| file.strip_suffix(".toml"))
        .map(|name| {
            let spec = fs::read_to_string(folder().join("variants").join(format!("{name}.toml"))).unwrap();
            let app = name.split('.').next().unwrap_or(name).to_owned();
            Cell { name: name.to_owned(), base: "slim", source: Source::App(app), spec: Some(spec) }
        })
        .collect()
}

/// What became of a cell: the files, or the first line of the error.
pub(crate) type Outcome = Result<BTreeMap<String, String>, String>;

impl Cell {
    /// `node-npm.slim`
    pub(crate) fn id(&self) -> String {
        if self.spec.is_some() { self.name.clone() } else { format!("{}.{}", self.name, self.base) }
    }

    /// Whether the base cannot give this set-up, and this is its error.
    pub(crate) fn is_refused(&self, error: &str) -> bool {
        REFUSED.iter().any(|(app, base, start)| *app == self.name && *base == self.base && error.starts_with(start))
    }

    /// Whether the base cannot give this set-up at all.
    pub(crate) fn never(&self) -> bool {
        REFUSED.iter().any(|(app, base, _)| *app == self.name && *base == self.base)
    }

    /// Copies the project below `parent` and lets `scaffold new --yes` write into it. Gives the folder too.
    pub(crate) fn write(&self, parent: &Path, set: &[String]) -> (PathBuf, Outcome) {
        // the folder's name is the service's
        let folder_name = match &self.source {
            Source::App(app) => app.clone(),
            Source::Starter(lang) => format!("starter-{lang}"),
        };
        let dir = parent.join(folder_name);
        fs::create_dir_all(&dir).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_scaffold"));
        command.arg("new").arg(&dir).args(["--yes", "--color", "never"]);
        match &self.source {
            Source::App(app) => copy(&folder().join("apps").join(app), &dir),
            Source::Starter(lang) => {
                command.args(["--starter", "--lang", lang]);
            }
        }
        match &self.spec {
            Some(spec) => fs::write(dir.join("scaffold.toml"), spec).unwrap(),
            None => {
                command.args(["--base", self.base]);
            }
        }
        command.args(set.iter().flat_map(|set| ["--set", set]));
        let output = command.output().unwrap();
        if !output.status.success() {
            return (dir, Err(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let files =
            FILES.iter().filter_map(|file| Some(((*file).to_owned(), fs::read_to_string(dir.join(file)).ok()?)));
        let files = files.collect();
        (dir, Ok(files))
    }
}

/// A folder with all below it, without what belongs to the tests.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in names(from).iter().filter(|name| *name != "case.toml") {
        let (from, to) = (from.join(name), to.join(name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        }
    }
}
