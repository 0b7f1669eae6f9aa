//! `[check]` of scaffold.toml: what a repository asks of `scaffold check`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `[check]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CheckTable {
    /// The edition whose rules may fail a run, such as 2026: rules of later ones give notes.
    pub edition: Option<u16>,
    /// The severity from which on findings fail a run: `note`, `warning` (the default), `error` or `never`.
    pub fail_on: Option<FailOn>,
    /// Also what only some care about.
    pub pedantic: bool,
    /// Images must come from here: globs on `registry/repository`, such as `docker.io/library/*`.
    pub registries: Vec<String>,
    /// Images must be published by one of these: a kind (`official`, `verified`, `sponsored-oss`, `vendor`, `community`), a
    /// publisher such as `vendor:Google`, or images of your own such as `ghcr.io/acme/*`.
    pub publishers: Vec<String>,
    /// Labels that an image must have, each with the format of its value.
    pub labels: BTreeMap<String, LabelFormat>,
    /// Severities by rule: `off`, `note`, `warning` or `error`.
    pub levels: BTreeMap<String, Level>,
    /// Rules that no waiver silences.
    pub locked: Vec<String>,
    /// A waiver must say why.
    pub require_reasons: bool,
    /// Further programs that scan images in CI.
    pub scanners: Vec<String>,
    /// Stages that are published beside the last one.
    pub targets: Vec<String>,
    /// Findings that are known and accepted.
    pub waivers: Vec<WaiverTable>,
}

/// An accepted finding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WaiverTable {
    /// The rule.
    pub rule: String,
    /// A glob on the file's path.
    pub path: Option<String>,
    /// Why it is accepted.
    #[serde(default)]
    pub because: String,
    /// The last day on which it is: `2027-06-30`.
    pub until: Option<String>,
}

/// From which severity on a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Everything.
    Note,
    /// Warnings and errors.
    Warning,
    /// Errors alone.
    Error,
    /// Nothing.
    Never,
}

/// The severity of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It does not look.
    Off,
    /// Worth knowing.
    Note,
    /// To be mended.
    Warning,
    /// Not acceptable.
    Error,
}

/// What the value of a label must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LabelFormat {
    /// Anything but nothing.
    Text,
    /// An http or https address.
    Url,
    /// `1.2.3`
    Semver,
    /// A time of RFC 3339.
    Time,
    /// An SPDX licence expression.
    Spdx,
    /// 7 to 64 hexadecimal digits.
    Hash,
    /// An address for mail.
    Email,
}
