//! A service as it will be: every answer given, each with its origin.

use std::collections::BTreeMap;

use super::file::{BuildSecret, HeartbeatTable, SpecFile};
use super::values::{Argv, EnvName, Line, Port, ServiceName, Shell, UrlPath, Version};

/// A complete service. What only the user's file says is taken from [`Spec::file`].
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name.
    pub name: ServiceName,
    /// The id of its language's preset.
    pub lang: String,
    /// The release of the language.
    pub release: Option<Version>,
    /// The package manager's id.
    pub manager: Option<String>,
    /// The package manager's version.
    pub manager_version: Option<Version>,
    /// The framework's id.
    pub framework: Option<String>,
    /// The base.
    pub base: String,
    /// How it is started.
    pub start: Argv,
    /// Variables that its start command sets.
    pub start_env: Vec<(EnvName, Line)>,
    /// Its program ends on SIGTERM as PID 1.
    pub handles_sigterm: bool,
    /// Its port; a worker has none.
    pub port: Option<Port>,
    /// The variable that it reads its port from.
    pub port_env: Option<EnvName>,
    /// How it is asked for its health.
    pub health: Health,
    /// The build command, when the user says it. `Some(None)`: nothing is built.
    pub build: Option<Option<Shell>>,
    /// Credentials of the build.
    pub build_secrets: Vec<BuildSecret>,
    /// All layers of what the user says, merged: the strongest wins.
    pub file: SpecFile,
    /// Where each answer comes from, by its key in `scaffold.toml`.
    pub origins: BTreeMap<String, Answer>,
}

/// How a service is asked for its health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// This path answers 2xx or 3xx.
    Path(UrlPath),
    /// `/` answers anything below 500: no health path is known.
    Reachable,
    /// This command ends with 0.
    Command(Argv),
    /// This file is young enough.
    Heartbeat(HeartbeatTable),
    /// Not at all.
    None,
}

/// An answer as `scaffold.toml` and `scaffold.lock` show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The value, as TOML writes it.
    pub value: String,
    /// `flag`, `spec`, `prompt`, `detected` or `preset`.
    pub origin: &'static str,
    /// `file:line`, if it was read in the project.
    pub evidence: Option<String>,
}
