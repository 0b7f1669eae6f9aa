//! What a rule is: its description, and the function that looks.

use super::found::Found;
use super::subject::images::NamedImage;
use super::subject::{Build, Project, Service, Workspace};
use crate::report::RuleInfo;

/// A rule: one file of `rules/`, and one word in its list.
pub struct Rule {
    /// What it says of itself.
    pub info: RuleInfo,
    /// How it looks; nothing if the engine itself reports it (waivers, files that cannot be read).
    pub checks: &'static [Check],
}

/// What a rule looks at.
pub enum Check {
    /// One Dockerfile, as it is built for one target.
    Build(fn(&Build<'_>, &mut Found)),
    /// An image from outside, where a Dockerfile or a service names it.
    Image(fn(&NamedImage, &Workspace<'_>, &mut Found)),
    /// One service of a compose project.
    Service(fn(&Service<'_>, &mut Found)),
    /// A compose project.
    Project(fn(&Project<'_>, &mut Found)),
    /// The whole tree.
    Workspace(fn(&Workspace<'_>, &mut Found)),
}
