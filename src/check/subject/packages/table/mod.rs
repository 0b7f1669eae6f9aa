//! How each manager is called: names, verbs, and the options that take a value.

mod javascript;
mod others;
mod python;
mod system;

use super::{Kind, Manager};

/// A way to call a manager.
pub(super) struct Tool {
    pub(super) manager: Manager,
    pub(super) names: &'static [&'static str],
    /// One word or more; the longest that fits is the one.
    pub(super) verbs: &'static [(&'static str, Kind)],
    /// What it does without a verb.
    pub(super) bare: Kind,
    /// Options that take the next word, if no `=` stands in them.
    pub(super) values: &'static [&'static str],
}

/// The tool of this name.
pub(super) fn find(name: &str) -> Option<&'static Tool> {
    let all = [system::TOOLS, python::TOOLS, javascript::TOOLS, others::TOOLS];
    all.into_iter().flatten().find(|tool| tool.names.contains(&name))
}
