//! Why a registry could not be asked, or what is wrong with its answer.

use crate::report::Diagnostic;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The registry has no such image.
    Missing,
    /// It asks for a login, or refuses the one that is known.
    Unauthorised,
    /// It does not answer, or breaks off.
    Unreachable,
    /// It asks to come back later.
    Limited,
    /// It answers, and not as a registry does.
    Broken,
    /// A setting of this machine is wrong: a certificate, a proxy.
    Setting,
}

/// A failure, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What kind.
    pub kind: ErrorKind,
    /// What is wrong: lower case, no final stop.
    pub message: String,
    /// Further facts.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), notes: Vec::new(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Whether the world failed, and not the file that names the image.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        self.kind != ErrorKind::Missing
    }

    /// The message for a person.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.message.as_str());
        diagnostic.notes.clone_from(&self.notes);
        diagnostic.help.clone_from(&self.help);
        diagnostic
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
