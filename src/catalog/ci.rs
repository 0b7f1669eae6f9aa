//! What pipelines are made of: pinned actions, images and tools, in `templates/ci/pins.toml`.

use serde::{Deserialize, Serialize};

use super::Catalog;
use crate::report::Diagnostic;

/// The template's name of the file.
const FILE: &str = "ci/pins.toml";

/// Everything of other people's that a pipeline runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    /// Actions of GitHub.
    pub actions: Actions,
    /// Images.
    pub images: Images,
    /// Programs by their version.
    pub tools: Tools,
}

/// The actions of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Actions {
    /// Checks the source out.
    pub checkout: Action,
    /// Emulates other processors.
    pub qemu: Action,
    /// Makes a builder.
    pub buildx: Action,
    /// Logs in to a registry.
    pub login: Action,
    /// Builds an image.
    pub build: Action,
    /// Scans with Trivy.
    pub trivy: Action,
    /// Scans with Docker Scout.
    pub scout: Action,
    /// Uploads findings to code scanning.
    pub upload: Action,
    /// Installs cosign.
    pub cosign: Action,
}

/// An action at a commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// `owner/name`, perhaps with a folder.
    pub uses: String,
    /// The release, for people and for Renovate.
    pub tag: String,
    /// The commit, in 40 hexadecimal digits.
    pub commit: String,
    /// The day of the commit.
    pub date: String,
    /// Where its inputs are written down.
    pub source: String,
    /// All inputs, sorted.
    pub inputs: Vec<String>,
    /// All outputs, sorted.
    pub outputs: Vec<String>,
}

/// Images that jobs run in, or run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// Installs emulators.
    pub binfmt: String,
    /// The client of the engine.
    pub docker: String,
    /// The engine in a container.
    pub dind: String,
    /// Builds `scaffold`.
    pub rust: String,
    /// Trivy.
    pub trivy: String,
    /// Runs Snyk.
    pub node: String,
    /// Docker Scout.
    pub scout: String,
}

/// Programs that are installed by their version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    /// Trivy, with a `v`.
    pub trivy: String,
    /// Snyk's package of npm.
    pub snyk: String,
    /// This program: a project is checked by the version that wrote its files.
    #[serde(skip_deserializing, default = "own_version")]
    pub scaffold: String,
}

fn own_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Reads the pins.
///
/// # Errors
/// A pack's own file that says something else than the fields here.
pub fn pins(catalog: &Catalog) -> Result<Pins, Box<Diagnostic>> {
    catalog.template_table(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_pinned_to_a_commit_and_says_where_its_inputs_are() {
        let pins = pins(&Catalog::default()).unwrap();
        let all = serde_json::to_value(&pins.actions).unwrap();
        for action in all.as_object().unwrap().values() {
            let action: Action = serde_json::from_value(action.clone()).unwrap();
            assert!(action.commit.len() == 40 && action.commit.bytes().all(|b| b.is_ascii_hexdigit()), "{action:?}");
            assert!(action.tag.starts_with('v') && action.source.contains(&action.commit), "{action:?}");
            assert!(action.inputs.is_sorted() && action.outputs.is_sorted(), "{action:?}");
        }
        assert!(pins.images.binfmt.contains("@sha256:"), "what runs with privileges has a digest");
        assert_eq!(pins.tools.scaffold, env!("CARGO_PKG_VERSION"));
    }
}
