//! What stands beside a service: `presets/backing/<id>.toml` for databases, caches and queues, `presets/proxy/<id>.toml`
//! for reverse proxies. Adding one is adding a file.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Catalog;
use crate::report::{self, Diagnostic};

/// A kind of container that is not ours, with all that it needs to run locked down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Backing {
    /// Its name for people.
    pub title: String,
    /// Its name in compose, unless the user gives it another.
    pub service: String,
    /// What the variables begin with that tell the app where it is; also of the name of its password's secret.
    #[serde(default)]
    pub prefix: String,
    /// The port that it listens on.
    pub port: u16,
    /// Its image; `{version}` stands for the release line.
    pub image: String,
    /// The release line that is taken.
    pub default: String,
    /// The release lines that there are, newest first.
    pub versions: Vec<Release>,
    /// The numeric user and group in the image.
    pub user: String,
    /// Memory.
    pub memory: String,
    /// Processors.
    pub cpus: String,
    /// Processes and threads.
    pub pids: u32,
    /// Shared memory.
    pub shm_size: Option<String>,
    /// The signal that stops it, if not SIGTERM.
    pub stop_signal: Option<String>,
    /// How long a stop may take.
    pub stop_grace: String,
    /// In the place of the image's entrypoint.
    #[serde(default)]
    pub entrypoint: Vec<String>,
    /// In the place of the image's command.
    #[serde(default)]
    pub command: Vec<String>,
    /// The root is read-only.
    #[serde(default = "yes")]
    pub read_only: bool,
    /// Why it is not.
    pub read_only_reason: Option<String>,
    /// Where its data is.
    pub volume: Option<String>,
    /// The image's own documentation.
    pub docs: String,
    /// What a person should hear.
    pub note: Option<String>,
    /// Its environment: never a secret.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Folders in memory.
    #[serde(default)]
    pub tmpfs: Vec<Memory>,
    /// Capabilities that it keeps.
    #[serde(default)]
    pub capabilities: Vec<Kept>,
    /// How it says that it is healthy.
    pub health: Probe,
    /// Variables that tell the app where it is.
    #[serde(default)]
    pub app: BTreeMap<String, String>,
    /// It has no password.
    #[serde(default)]
    pub open: bool,
    /// The file of the project that holds its settings, made by the template `<folder>/<id>`.
    pub config: Option<Settings>,
    /// It runs in a cluster, too: nothing in it has to persist.
    #[serde(default)]
    pub stateless: bool,
}

/// A release line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Its name, as the tag has it.
    pub name: String,
    /// The day on which it gets its last fix, if it is known.
    pub end_of_life: Option<String>,
    /// Its image, if not the one that all have.
    pub image: Option<String>,
    /// Where its data is, if elsewhere than in the others.
    pub volume: Option<String>,
}

/// A folder in memory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The folder.
    pub path: String,
    /// Its size.
    pub size: String,
    /// It belongs to the service alone.
    #[serde(default)]
    pub own: bool,
    /// Programs in it may be run.
    #[serde(default)]
    pub exec: bool,
}

/// A capability that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Its name, without `CAP_`.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// How it says that it is healthy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// The command, without a shell.
    pub command: Vec<String>,
    /// Time between two checks.
    pub interval: String,
    /// Time that one may take.
    pub timeout: String,
    /// Time in which failures do not count.
    pub start_period: String,
    /// Failures in a row.
    pub retries: u32,
}

/// A file of settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// In the project.
    pub file: String,
    /// In the container.
    pub target: String,
}

fn yes() -> bool {
    true
}

impl Catalog {
    /// Reads a kind of backing service (`folder` is `backing`) or of reverse proxy (`proxy`).
    ///
    /// # Errors
    /// When there is none of this id, with the nearest one, or it is wrong, with file, line and column.
    pub fn backing(&self, folder: &str, id: &str) -> Result<Backing, Box<Diagnostic>> {
        let path = format!("presets/{folder}/{id}.toml");
        let Some(text) = self.file(&path) else {
            let known = self.backing_ids(folder);
            let shown: String = id.chars().take(40).collect();
            let error = Diagnostic::error(format!("there is no {folder} service `{shown}`"));
            return Err(Box::new(match report::did_you_mean(id, known.iter().map(String::as_str)) {
                Some(near) => error.help(format!("did you mean `{near}`? There are {}", known.join(", "))),
                None => error.help(format!("there are {}", known.join(", "))),
            }));
        };
        toml::from_str(text).map_err(|error| Box::new(report::toml_error(&path, text, &error)))
    }

    /// The ids of what there is, sorted.
    #[must_use]
    pub fn backing_ids(&self, folder: &str) -> Vec<String> {
        self.preset_folder(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_one_can_be_read_and_says_its_default_among_its_versions() {
        let catalog = Catalog::built_in();
        for folder in ["backing", "proxy"] {
            let ids = catalog.backing_ids(folder);
            assert!(!ids.is_empty(), "{folder}");
            for id in ids {
                let backing = catalog.backing(folder, &id).unwrap_or_else(|error| panic!("{error}"));
                assert!(backing.versions.iter().any(|release| release.name == backing.default), "{id}");
                assert!(backing.read_only || backing.read_only_reason.is_some(), "{id}");
            }
        }
    }

    #[test]
    fn a_misspelt_one_is_answered_with_the_nearest() {
        let error = Catalog::built_in().backing("backing", "postgers").unwrap_err();
        assert!(error.help.unwrap().contains("`postgres`"));
    }
}
