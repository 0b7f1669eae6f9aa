//! The releases of a language, and where a project says which one it wants.

use serde::{Deserialize, Serialize};

use super::{Source, When};

/// How the ranges of a language's versions are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RangeKind {
    /// `^22 || >=24.1 <25`, `22.x`, `lts/*`.
    Npm,
    /// `>=3.11,<3.14`, `==3.12.*`, `~=3.12`; a caret as Poetry writes it.
    Pep440,
    /// `1.26` means that or newer.
    Floor,
    /// `3.13.2` means 3.13 and nothing else.
    #[default]
    Exact,
}

/// A release line of a language.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// As image tags name it: `26`, `3.14`.
    pub release: String,
    /// The last day of its support, `YYYY-MM-DD`; absent when none is announced.
    #[serde(default)]
    pub end_of_life: Option<String>,
    /// The newest patch known, for ranges that ask for one.
    #[serde(default)]
    pub patch: Option<String>,
}

/// The versions of a language.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Versions {
    /// The release taken when the project asks for none.
    pub default: String,
    /// Where the facts of this table come from and when they were read: a URL or a document, and a date.
    pub source: String,
    /// How many parts of a version make a release: 1 for `26`, 2 for `3.14`.
    pub parts: usize,
    /// Releases that still get security fixes, newest first.
    pub supported: Vec<Release>,
    /// Releases that no longer do, newest first.
    pub ended: Vec<Release>,
    /// Where a project says which version it wants.
    pub from: Vec<VersionSource>,
    /// Dependencies that do not work with every release.
    pub limits: Vec<VersionLimit>,
}

/// Where a version is declared, and how that text is read.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VersionSource {
    /// The kind of range.
    pub range: RangeKind,
    /// Where it stands.
    pub source: Source,
}

/// A release bound that a dependency brings.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VersionLimit {
    /// When it applies.
    pub when: When,
    /// The newest release that works.
    #[serde(default)]
    pub at_most: Option<String>,
    /// The oldest release that works.
    #[serde(default)]
    pub at_least: Option<String>,
    /// Why, with a source.
    pub because: String,
}
