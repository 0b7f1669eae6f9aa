//! What is to be written against what is there.

use std::fs;
use std::path::Path;

use similar::TextDiff;

use crate::spec::lock::Lock;

/// What a file on disk is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It is not there.
    New,
    /// It is what would be written.
    Same,
    /// It is what was written last time, and something else is due now.
    Old,
    /// It was written by us and edited since.
    Edited,
    /// It was not written by us.
    Foreign,
}

/// A file that is due.
pub(super) struct Due {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) state: State,
    /// What is there.
    pub(super) old: Option<String>,
}

impl Due {
    /// Holds a text against the folder and the lock.
    pub(super) fn new(folder: &Path, lock: Option<&Lock>, path: &str, text: String) -> Self {
        let bytes = fs::read(folder.join(path)).ok();
        let old = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        // a checkout with CRLF line ends is not an edit
        let same = |a: &str, b: &str| a == b || a.replace("\r\n", "\n") == b;
        let state = match &old {
            None => State::New,
            Some(old) if same(old, &text) => State::Same,
            Some(old) => match lock.and_then(|lock| lock.text_of(path)) {
                Some(base) if same(old, base) => State::Old,
                Some(_) => State::Edited,
                None => State::Foreign,
            },
        };
        Self { path: path.to_owned(), text, state, old }
    }

    /// Whether writing it would lose somebody's work.
    pub(super) fn conflicts(&self) -> bool {
        matches!(self.state, State::Edited | State::Foreign)
    }

    /// The difference as a patch, with colours if asked. For a terminal, without what could command it: the old text
    /// may be a stranger's.
    pub(super) fn diff(&self, colour: bool, terminal: bool) -> String {
        let old = self.old.as_deref().unwrap_or_default();
        let diff = TextDiff::from_lines(old, self.text.as_str());
        let from = if self.old.is_some() { format!("a/{}", self.path) } else { "/dev/null".to_owned() };
        let text = diff.unified_diff().context_radius(3).header(&from, &format!("b/{}", self.path)).to_string();
        if terminal || colour { coloured(&text, colour) } else { text }
    }
}

/// A patch for a terminal, without what could command it: the texts may be a stranger's.
pub(super) fn coloured(patch: &str, colour: bool) -> String {
    let clean = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    let patch: String = patch.chars().map(clean).collect();
    if !colour {
        return patch;
    }
    let paint = |line: &str| match line.as_bytes().first() {
        Some(b'+') => format!("\u{1b}[32m{line}\u{1b}[0m\n"),
        Some(b'-') => format!("\u{1b}[31m{line}\u{1b}[0m\n"),
        Some(b'@') => format!("\u{1b}[36m{line}\u{1b}[0m\n"),
        _ => format!("{line}\n"),
    };
    patch.lines().map(paint).collect()
}
