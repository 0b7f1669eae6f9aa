//! `tests/proofs.toml`: what was proven on an engine, cell by cell.
//!
//! A cell's hash is made of what was rendered, of the project, and of the engine with its images. It knows nothing of
//! the version of `scaffold` or of how `prove` works: a change of the prover asks for `SCAFFOLD_PROOF=all`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use scaffold_dockerfile::dockerfile::{self, Base};
use scaffold_dockerfile::spec::lock::sha256;

/// What a run of `prove` came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Of files, project and engine.
    pub(crate) hash: String,
    /// The engine, and whether its images were stand-ins.
    pub(crate) engine: String,
    /// The day of the run.
    pub(crate) date: String,
    /// How long it took, in seconds.
    pub(crate) seconds: i64,
    /// Steps that were not proven, as the table of exceptions allows.
    pub(crate) not_proven: Vec<String>,
}

/// Entries by the cell's id.
pub(crate) type Ledger = BTreeMap<String, Entry>;

const HEAD: &str = "# What `scaffold prove` has shown on an engine, for each app and starter on each base.
# Written by `SCAFFOLD_ENGINE=1 cargo test --test engine`; `SCAFFOLD_PROOF=all` proves everything anew.
# A cell whose files, project or engine change is proven again.
";

pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proofs.toml")
}

pub(crate) fn read() -> Ledger {
    let table: toml::Table = fs::read_to_string(path()).unwrap_or_default().parse().unwrap();
    let text = |entry: &toml::Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    table
        .iter()
        .map(|(id, entry)| {
            let not_proven = entry.get("not_proven").and_then(toml::Value::as_array).into_iter().flatten();
            let entry = Entry {
                hash: text(entry, "hash"),
                engine: text(entry, "engine"),
                date: text(entry, "date"),
                seconds: entry["seconds"].as_integer().unwrap_or_default(),
                not_proven: not_proven.filter_map(|step| step.as_str().map(str::to_owned)).collect(),
            };
            (id.clone(), entry)
        })
        .collect()
}

pub(crate) fn write(ledger: &Ledger) {
    let mut text = HEAD.to_owned();
    for (id, entry) in ledger {
        text.push_str(&format!(
            "\n[\"{id}\"]\nhash = \"{}\"\nengine = \"{}\"\ndate = \"{}\"\nseconds = {}\n",
            entry.hash, entry.engine, entry.date, entry.seconds
        ));
        if !entry.not_proven.is_empty() {
            text.push_str(&format!("not_proven = {:?}\n", entry.not_proven));
        }
    }
    fs::write(path(), text).unwrap();
}

/// The hash of a project's folder as it was written. `scaffold.toml` and the lock are left out: all that they do is in
/// the other files.
pub(crate) fn hash(dir: &Path, engine: &str) -> String {
    let mut all = format!("{engine}\n");
    let mut folders = vec![dir.to_owned()];
    let mut files = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path);
            }
        }
    }
    for path in files {
        let name = path.strip_prefix(dir).unwrap().to_string_lossy().replace('\\', "/");
        // secrets are random
        if ["scaffold.toml", "scaffold.lock"].contains(&name.as_str()) || name.starts_with("secrets/") {
            continue;
        }
        let bytes: String = fs::read(&path).unwrap().iter().map(|byte| char::from(*byte)).collect();
        all.push_str(&format!("{name} {}\n", sha256(&bytes)));
    }
    sha256(&all)
}

/// The engine in words: its version, and which images of the Dockerfile are stand-ins.
pub(crate) fn engine(dockerfile: &str) -> String {
    let ask = |args: &[&str]| {
        let output = Command::new("docker").args(args).output().unwrap_or_else(|error| panic!("docker: {error}"));
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let version = ask(&["version", "--format", "{{.Server.Version}}"]).expect("the engine does not answer");
    let file = dockerfile::parse(dockerfile);
    let stages = file.stages();
    let images: BTreeSet<&str> = stages
        .stages
        .iter()
        .filter_map(|stage| match &stage.base {
            Base::Image(image) => Some(image.as_str()),
            _ => None,
        })
        .collect();
    let label = "{{index .Config.Labels \"standin.of\"}}";
    let standins = images
        .iter()
        .any(|image| ask(&["image", "inspect", "--format", label, image]).is_some_and(|label| !label.is_empty()));
    format!("{version}{}", if standins { ", stand-in images" } else { "" })
}

/// Today, in UTC, as `2026-11-24`.
pub(crate) fn today() -> String {
    let days = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970, days);
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let months = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= months[month] {
        left -= months[month];
        month += 1;
    }
    format!("{year}-{:02}-{:02}", month + 1, left + 1)
}
