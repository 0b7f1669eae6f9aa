//! The transaction on disk: each file is old or new, a journal exists exactly while they are mixed, and the next
//! command finishes or undoes what was cut off.
//!
//! One run goes through these steps (see [`Step`]): the list of what will be done is announced in
//! `.scaffold/pending`; new contents go to temporary files beside their targets and to the disk; old files are kept
//! beside theirs. Then the announcement is renamed to `.scaffold/journal`: that single rename is the moment of
//! decision. Before it, [`recover`] throws everything away; after it, [`recover`] renames what is still to be
//! renamed. A failure that the run itself sees is always undone.
//!
//! Nothing here is trusted: not the folder (it may be a stranger's clone with links that lead elsewhere), and not
//! the journal, which names only paths that are checked as those of a [`Change`] are.

#![expect(clippy::disallowed_methods, reason = "this is the edge that writes to the disk")]

mod backup;
mod digest;
mod disk;
mod error;
mod journal;
mod path;
mod plan;
mod recover;
mod state;
mod step;

use std::io;
use std::path::Path;

pub use error::{Kind, WriteError};
pub use recover::{Outcome, Recovered, recover};
pub use step::{Step, Verdict};

use journal::Phase;
use plan::Plan;
use state::State;

/// A file as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, relative to the root, with `/`.
    pub path: String,
    /// The whole content.
    pub content: Vec<u8>,
    /// Unix permission bits of a new file, whatever the umask says. A file that is replaced keeps its own.
    pub mode: u32,
    /// Unix permission bits of folders that have to be made for this file; without it the umask decides.
    pub directory_mode: Option<u32>,
}

/// What becomes of the files that are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backup {
    /// They are gone once all new files are in place.
    None,
    /// They are kept in `.scaffold/backup/<n>/`, n being the next free number.
    Keep,
}

/// What a finished [`Transaction::commit`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// One entry a change, sorted by path.
    pub files: Vec<WrittenFile>,
}

/// What was done about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// What was done.
    pub action: Action,
    /// Where the old content is now, relative to the root, if it was kept.
    pub kept: Option<String>,
}

/// What was done about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was not there before.
    Created,
    /// It had another content before.
    Replaced,
    /// It had this content already and was not touched.
    Same,
}

/// The right to write to a folder, held by one process at a time. Dropped without a commit, it leaves no trace.
#[derive(Debug)]
pub struct Transaction {
    state: State,
    recovered: Option<Recovered>,
}

impl Transaction {
    /// Makes the folder if need be, locks it, and ends what an earlier run left half done.
    ///
    /// # Errors
    /// The root is a file, cannot be made or written to, is locked by another process, or holds a half-done run that
    /// can neither be finished nor undone.
    pub fn new(root: &Path) -> Result<Self, WriteError> {
        let mut state = State::open(root)?;
        let recovered = recover::recover_locked(&mut state)?;
        Ok(Self { state, recovered })
    }

    /// What an earlier run had left half done, and how it was ended.
    #[must_use]
    pub fn recovered(&self) -> Option<&Recovered> {
        self.recovered.as_ref()
    }

    /// Brings all files to the wanted content, or none.
    ///
    /// # Errors
    /// Paths that leave the root, name a folder, or stand in each other's way ([`Kind::Input`]); a disk that refuses
    /// ([`Kind::Outside`]). Files are as they were before, and if even that was refused, the error says so.
    pub fn commit(self, changes: Vec<Change>, backup: Backup) -> Result<Written, WriteError> {
        self.commit_watched(changes, backup, &mut |_| Verdict::Go)
    }

    /// As [`Self::commit`], with a watcher that is asked before each step and may let it fail or stop there as a
    /// crash would: without any cleaning up.
    ///
    /// # Errors
    /// As [`Self::commit`], and those that the watcher makes.
    pub fn commit_watched(
        mut self,
        changes: Vec<Change>,
        backup: Backup,
        watch: &mut dyn FnMut(&Step) -> Verdict,
    ) -> Result<Written, WriteError> {
        let plan = Plan::new(&self.state, changes, backup)?;
        if plan.files.is_empty() {
            return Ok(plan.written);
        }
        match self.run(&plan, watch) {
            Ok(()) => Ok(plan.written),
            Err(Stop::Crash) => {
                self.state.abandon();
                Err(WriteError::outside("the run was stopped"))
            }
            Err(Stop::Failed(phase, error)) => Err(self.give_up(&plan, phase, error)),
        }
    }

    fn run(&self, plan: &Plan, watch: &mut dyn FnMut(&Step) -> Verdict) -> Result<(), Stop> {
        let mut phase = Phase::Pending;
        for step in plan.steps() {
            if matches!(step, Step::Release(_) | Step::End) {
                phase = Phase::Done;
            }
            match watch(&step) {
                Verdict::Go => {}
                Verdict::Crash => return Err(Stop::Crash),
                Verdict::Fail(error) => return Err(Stop::Failed(phase, failure(&step, &error))),
            }
            plan.take(&self.state, &step).map_err(|error| Stop::Failed(phase, failure(&step, &error)))?;
            if step == Step::Decide {
                phase = Phase::Journal;
            }
        }
        Ok(())
    }

    fn give_up(&mut self, plan: &Plan, phase: Phase, error: WriteError) -> WriteError {
        if phase == Phase::Done {
            return error
                .note("all files have their new content; the next command cleans up what is left of the old ones");
        }
        match recover::undo(&self.state, &plan.journal, phase) {
            Ok(()) => error.note("nothing was changed"),
            Err(second) => {
                let reason = second.diagnostic.message;
                error.note(format!("undoing failed too: {reason}")).note("the next command tries again to undo it")
            }
        }
    }
}

/// Why a run ended before its last step.
enum Stop {
    /// The watcher said so; nothing may be cleaned up.
    Crash,
    /// The disk refused a step.
    Failed(Phase, WriteError),
}

fn failure(step: &Step, error: &io::Error) -> WriteError {
    let (verb, path) = match step {
        Step::Announce => ("write", ".scaffold/pending"),
        Step::Directory(path) => ("make the folder", path.as_str()),
        Step::Backup(path) => ("keep the old", path.as_str()),
        Step::Keep(path) | Step::Release(path) | Step::Swap(path) => ("replace", path.as_str()),
        Step::Stage(path) => ("write", path.as_str()),
        Step::Decide | Step::End => ("write", ".scaffold/journal"),
        Step::Settle => ("write to", "."),
    };
    WriteError::refused(verb, path, error)
}
