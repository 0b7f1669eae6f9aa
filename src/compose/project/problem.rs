//! What is wrong with a project, as data.

use super::File;
use super::value::Place;
use crate::report::{Diagnostic, Severity};

/// What a problem is about, for rules that want only some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// No valid YAML, a key twice, or an alias without its anchor.
    Yaml,
    /// More values, or deeper ones, than are read.
    TooLarge,
    /// A file that is named is not there, or cannot be read.
    MissingFile,
    /// A file is named that lies outside of the tree, or on another machine: nothing is known of it.
    Remote,
    /// A text that cannot be interpolated.
    Interpolation,
    /// `${X:?message}` without a value.
    Required,
    /// A value of the wrong type.
    Shape,
    /// A key that compose does not know.
    UnknownKey,
    /// `extends` or `include` that leads nowhere, or in a circle.
    Extends,
    /// A service, network, volume, secret or config that is not defined.
    Undefined,
    /// Services that wait for one another.
    Circle,
    /// A service with neither image nor build.
    NoImage,
    /// A host port that two services publish.
    PortTwice,
    /// A name of a container that two services have.
    ContainerNameTwice,
    /// A path in a container at which two things are mounted.
    MountTwice,
    /// A name that the engine refuses.
    BadName,
    /// Keys that exclude each other.
    Conflict,
}

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is about.
    pub kind: ProblemKind,
    /// [`Severity::Error`] if compose refuses the project.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do about it.
    pub help: Option<String>,
    /// The other place, if there are two, and what stands there.
    pub related: Option<(Place, String)>,
}

impl Problem {
    pub(super) fn error(kind: ProblemKind, place: &Place, message: impl Into<String>) -> Self {
        Self {
            kind,
            severity: Severity::Error,
            message: message.into(),
            place: place.clone(),
            help: None,
            related: None,
        }
    }

    pub(super) fn note(kind: ProblemKind, place: &Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(kind, place, message) }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn related(mut self, place: &Place, what: impl Into<String>) -> Self {
        self.related = Some((place.clone(), what.into()));
        self
    }

    /// The message for a person; `files` are those of the project.
    #[must_use]
    pub fn diagnostic(&self, files: &[File]) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.message.as_str());
        if let Some(file) = files.get(self.place.file) {
            diagnostic = diagnostic.at(file.path.as_str(), file.text.as_str(), self.place.range());
        }
        diagnostic.severity = self.severity;
        diagnostic.help.clone_from(&self.help);
        if let Some((place, what)) = &self.related
            && let Some(file) = files.get(place.file)
        {
            let (line, _) = crate::report::line_column(&file.text, place.span.0);
            diagnostic = diagnostic.with_note(format!("{what} stands in {} line {line}", file.path));
        }
        diagnostic
    }
}

/// The known name that is meant, for the first hundred problems: comparing names with names must stay near-linear.
///
/// Of a name of one or two letters everything is near, so nothing is.
pub(super) fn near<'n>(name: &str, known: impl Iterator<Item = &'n str>, problems: &[Problem]) -> Option<&'n str> {
    if name.len() < 3 || name.len() > 100 || problems.len() > 100 {
        return None;
    }
    crate::report::did_you_mean(name, known.take(1000))
}
