//! The steps of a run, in the order in which they are taken.

use std::io;

/// One step; paths are those of the changes. Each leaves the disk in a state that `recover` understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Says in `.scaffold/pending` what will be done, so that a cut-off run can be thrown away.
    Announce,
    /// Makes a folder.
    Directory(String),
    /// Copies the old file to where the user finds it later.
    Backup(String),
    /// Writes the new content beside the target.
    Stage(String),
    /// Keeps the old file beside the target, for undoing.
    Keep(String),
    /// Makes sure that the folders' entries are on the disk.
    Settle,
    /// Turns the announcement into the journal: from here on a cut-off run is finished.
    Decide,
    /// Puts the new file in place of the old.
    Swap(String),
    /// Removes what was kept beside the target: from here on nothing can be undone, and nothing needs to be.
    Release(String),
    /// Removes the journal.
    End,
}

/// What a watcher wants to happen instead of a step.
#[derive(Debug)]
pub enum Verdict {
    /// The step.
    Go,
    /// A refusal by the disk.
    Fail(io::Error),
    /// The end of the process.
    Crash,
}
