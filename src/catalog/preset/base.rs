//! The images of a base.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::When;

/// The images of a base, and what is in them.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// `debian`, `alpine` or `none` (no package manager and no shell).
    pub os: Os,
    /// The image of the build stages.
    pub build: String,
    /// The image of the final stage, or a choice.
    pub runtime: Vec<RuntimeImage>,
    /// Further images by name (`uv`).
    #[serde(default)]
    pub images: BTreeMap<String, String>,
    /// The releases that it has; all when empty.
    #[serde(default)]
    pub releases: Vec<String>,
    /// Its PATH holds what start commands name, although there is no shell.
    #[serde(default)]
    pub on_path: bool,
    /// Programs by full path, for start commands and probes: `{ node = "/nodejs/bin/node" }`.
    #[serde(default)]
    pub programs: BTreeMap<String, String>,
    /// Where these facts come from.
    pub source: String,
}

/// The distribution of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Os {
    /// apt, glibc, bash.
    Debian,
    /// apk, musl, busybox.
    Alpine,
    /// Nothing: distroless or scratch.
    None,
}

impl Os {
    /// As presets write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Debian => "debian",
            Self::Alpine => "alpine",
            Self::None => "none",
        }
    }
}

/// A final image under a condition.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuntimeImage {
    /// When.
    #[serde(default)]
    pub when: Option<When>,
    /// The image.
    pub image: String,
    /// The user that the image brings; otherwise one is made.
    #[serde(default)]
    pub user: Option<String>,
    /// The user that is made otherwise.
    #[serde(default)]
    pub make_user: Option<String>,
    /// Programs of this image, beside and before the base's.
    #[serde(default)]
    pub programs: BTreeMap<String, String>,
    /// The image sets a user other than root itself, so a step as root must say so.
    #[serde(default)]
    pub starts_as_user: bool,
}
