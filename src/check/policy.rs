//! What a repository or an organisation asks of `check`: the `[check]` table of scaffold.toml, read.

use std::collections::{BTreeMap, BTreeSet};

use crate::bases::Date;
use crate::report::{Location, Severity};

/// The newest edition: rules of a later one only give notes until a policy names it.
pub const EDITION: u16 = 2026;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The edition whose rules may fail a run.
    pub edition: u16,
    /// Globs on `registry/repository`, such as `docker.io/library/*`; empty: any image will do.
    pub registries: Vec<String>,
    /// Labels that an image must have, each with the format of its value.
    pub labels: BTreeMap<String, LabelFormat>,
    /// Rules that are worse or better here than usual; `None` turns one off.
    pub levels: BTreeMap<String, Option<Severity>>,
    /// Rules that no waiver silences.
    pub locked: BTreeSet<String>,
    /// A waiver must say why.
    pub reasons_required: bool,
    /// Further programs that scan images, for `scan-missing-in-ci`.
    pub scanners: Vec<String>,
    /// Stages that are published beside the last one.
    pub targets: Vec<String>,
    /// Waivers of the file.
    pub waivers: Vec<PolicyWaiver>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            edition: EDITION,
            registries: Vec::new(),
            labels: BTreeMap::new(),
            levels: BTreeMap::new(),
            locked: BTreeSet::new(),
            reasons_required: false,
            scanners: Vec::new(),
            targets: Vec::new(),
            waivers: Vec::new(),
        }
    }
}

/// What a label's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelFormat {
    /// Anything that is not empty.
    Text,
    /// An http or https address.
    Url,
    /// A version such as `1.2.3`.
    Semver,
    /// A time of RFC 3339.
    Time,
    /// An SPDX licence expression.
    Spdx,
    /// A commit: 7 to 64 hexadecimal digits.
    Hash,
    /// An address for mail.
    Email,
}

/// A waiver of scaffold.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWaiver {
    /// The rule.
    pub rule: String,
    /// A glob on the path of the file; any file without it.
    pub path: Option<String>,
    /// Why.
    pub because: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands: file 0 of the report stands for the policy's own file.
    pub at: Location,
}
