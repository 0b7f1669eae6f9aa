//! What can go wrong, and whose turn it is then.

use std::io;

use crate::report::Diagnostic;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What was asked for cannot be: the user changes the input (exit code 2).
    Input,
    /// The disk or another process refused (exit code 3).
    Outside,
}

/// An error of the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError {
    /// What to tell the user.
    pub diagnostic: Box<Diagnostic>,
    /// Whose turn it is.
    pub kind: Kind,
}

impl WriteError {
    pub(super) fn input(message: impl Into<String>) -> Self {
        Self { diagnostic: Box::new(Diagnostic::error(message)), kind: Kind::Input }
    }

    pub(super) fn outside(message: impl Into<String>) -> Self {
        Self { diagnostic: Box::new(Diagnostic::error(message)), kind: Kind::Outside }
    }

    /// The file system refused to `verb` the `path`.
    pub(super) fn refused(verb: &str, path: &str, error: &io::Error) -> Self {
        use io::ErrorKind as E;
        let (kind, help) = match error.kind() {
            E::NotADirectory | E::IsADirectory | E::InvalidFilename => {
                (Kind::Input, "choose another folder, or move what is in the way")
            }
            E::StorageFull | E::QuotaExceeded => (Kind::Outside, "free some space, then run the command again"),
            E::FileTooLarge => (Kind::Outside, "raise the limit (`ulimit -f`), then run the command again"),
            E::ReadOnlyFilesystem => (Kind::Outside, "choose a folder on a file system that can be written to"),
            E::PermissionDenied => (Kind::Outside, "check whose folder it is and what its permissions allow"),
            _ => (Kind::Outside, "look into what the system says, then run the command again"),
        };
        let diagnostic = Diagnostic::error(format!("cannot {verb} `{path}`: {}", reason(error))).help(help);
        Self { diagnostic: Box::new(diagnostic), kind }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic.help = Some(help.into());
        self
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.diagnostic.notes.push(note.into());
        self
    }
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::error::Error for WriteError {}

/// The system's words in our case, without the number that means something to programmers only.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default().trim_end_matches('.');
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_words_lose_their_capital_and_their_number() {
        // 28 is ENOSPC on Linux and macOS alike.
        let error = io::Error::from_raw_os_error(28);
        if cfg!(unix) {
            assert_eq!(reason(&error), "no space left on device");
            let shown = WriteError::refused("write", "compose.yaml", &error);
            assert_eq!(shown.diagnostic.message, "cannot write `compose.yaml`: no space left on device");
            assert_eq!(shown.kind, Kind::Outside);
        }
        assert_eq!(reason(&io::Error::other("")), "");
    }
}
