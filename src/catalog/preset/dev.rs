//! How a project runs while somebody works on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::When;

/// `[dev]` of a preset. Without it, each change builds the image anew.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Dev {
    /// The ways, of which the first that fits is taken. None fits: each change builds the image anew.
    pub ways: Vec<DevWay>,
    /// Environment of the stage `dev`, over that of the running service.
    pub env: BTreeMap<String, String>,
    /// Memory, where nobody says how much the service may have: compilers and watchers run beside it.
    pub memory: Option<String>,
    /// Folders of the working directory that tools write to, beside the source.
    pub writable: Vec<String>,
    /// Patterns that are never brought into the container.
    pub ignore: Vec<String>,
}

/// One way to run a project that is worked on.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DevWay {
    /// When it fits.
    pub when: Option<When>,
    /// It fits where the start command names this program.
    pub program: Option<String>,
    /// It fits only where none of these steps does something with the source: what runs is the source itself.
    pub without: Vec<String>,
    /// What a change does.
    pub action: DevAction,
    /// The command, with `{name}` filled in; the start command otherwise.
    pub argv: Vec<String>,
    /// Put right behind the program's name.
    pub options: Vec<String>,
    /// Put at the end.
    pub append: Vec<String>,
    /// The port that a debugger finds it on, if `options` or `argv` open one.
    pub debug_port: Option<u16>,
}

/// What a change of the source does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DevAction {
    /// It is brought into the container, where the command sees it.
    #[default]
    Sync,
    /// It is brought into the container, which is started again.
    Restart,
    /// The image of production is built anew.
    Rebuild,
}
