//! Ending a run that was cut off: finishing it if it had been decided, else throwing it away.

use std::fs;
use std::io;
use std::path::Path;

use super::backup;
use super::digest::Digest;
use super::disk;
use super::error::{WriteError, reason};
use super::journal::{Entry, Journal, Phase};
use super::path::Target;
use super::state::State;
use crate::report::Diagnostic;

/// How a cut-off run was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Which way.
    pub outcome: Outcome,
    /// The files of that run.
    pub files: Vec<String>,
    /// Files that someone had edited since, and where that content is now; both relative to the root.
    pub kept: Vec<(String, String)>,
}

/// The two ways of ending a cut-off run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All files are as that run wanted them.
    Finished,
    /// All files are as they were before that run.
    Undone,
}

impl Recovered {
    /// The same for a person.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let what = match self.outcome {
            Outcome::Finished => "was cut off while it wrote, and has been finished",
            Outcome::Undone => "was cut off before it had written everything, and has been undone",
        };
        let mut diagnostic = Diagnostic::note(format!("an earlier run {what}"));
        if !self.files.is_empty() {
            diagnostic = diagnostic.with_note(format!("its files: {}", self.files.join(", ")));
        }
        for (path, kept) in &self.kept {
            diagnostic = diagnostic.with_note(format!("`{path}` had been edited since: that version is now `{kept}`"));
        }
        diagnostic
    }
}

/// Ends what an earlier run left half done in `root`, and says how. Touches nothing if there is nothing to do.
///
/// # Errors
/// Another process is at work there, the disk refuses, or the files can neither be finished nor undone.
pub fn recover(root: &Path) -> Result<Option<Recovered>, WriteError> {
    match State::open_existing(root)? {
        Some(mut state) => recover_locked(&mut state),
        None => Ok(None),
    }
}

/// As [`recover`], by who holds the lock already.
pub(super) fn recover_locked(state: &mut State) -> Result<Option<Recovered>, WriteError> {
    let Some((phase, journal)) = Journal::read(state)? else { return Ok(None) };
    let files = journal.entries.iter().map(|entry| entry.path.clone()).collect();
    let targets = targets(state, &journal)?;
    // What cannot be finished, because the disk refuses or a part is gone, is undone.
    if phase == Phase::Journal
        && can_finish(&targets, &journal)?
        && let Ok(kept) = finish(state, &targets, &journal)
    {
        return Ok(Some(Recovered { outcome: Outcome::Finished, files, kept }));
    }
    undo(state, &journal, phase)?;
    state.adopt(journal.levels);
    Ok(Some(Recovered { outcome: Outcome::Undone, files, kept: Vec::new() }))
}

/// What became of one file of a run that had been decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The new content still waits beside it.
    Waiting,
    /// It is new.
    Done,
    /// It is as before, and the new content is gone.
    Lost,
    /// It is neither, or was changed back, so someone has edited it since: theirs is the last word.
    Edited,
}

fn fate(target: &Target, entry: &Entry) -> Result<Fate, WriteError> {
    let refused = |error: io::Error| WriteError::refused("read", &entry.path, &error);
    if disk::look(&target.staged()).map_err(refused)?.is_some() {
        return Ok(Fate::Waiting);
    }
    let now = if target.missing.is_empty() { Digest::of_file(&target.file).map_err(refused)? } else { None };
    Ok(match now {
        now if now == Some(entry.new) => Fate::Done,
        now if now == entry.old && disk::look(&target.held()).map_err(refused)?.is_none() => Fate::Lost,
        _ => Fate::Edited,
    })
}

/// The places of the files, checked like those of a change: the record may be a stranger's.
fn targets(state: &State, journal: &Journal) -> Result<Vec<Target>, WriteError> {
    journal
        .entries
        .iter()
        .map(|entry| {
            Target::resolve(state.root(), &entry.path).map_err(|error| {
                error.note("a record in `.scaffold/` says that an earlier run was cut off while it wrote this file")
            })
        })
        .collect()
}

fn can_finish(targets: &[Target], journal: &Journal) -> Result<bool, WriteError> {
    for (target, entry) in targets.iter().zip(&journal.entries) {
        if fate(target, entry)? == Fate::Lost {
            return Ok(false);
        }
    }
    Ok(true)
}

fn finish(state: &State, targets: &[Target], journal: &Journal) -> Result<Vec<(String, String)>, WriteError> {
    let mut kept = Vec::new();
    let mut number = None;
    for (target, entry) in targets.iter().zip(&journal.entries) {
        if fate(target, entry)? == Fate::Waiting {
            let refused = |error: io::Error| WriteError::refused("replace", &entry.path, &error);
            let now = Digest::of_file(&target.file).map_err(refused)?;
            if now.is_some() && now != entry.old && now != Some(entry.new) {
                let number = match number {
                    Some(number) => number,
                    None => *number.insert(backup::next_number(state).map_err(refused)?),
                };
                backup::keep(state, number, &entry.path, &target.file).map_err(refused)?;
                kept.push((entry.path.clone(), backup::name(number, &entry.path)));
            }
            fs::rename(target.staged(), &target.file).map_err(refused)?;
            disk::sync_directory(target.folder()).map_err(refused)?;
        }
    }
    for (target, entry) in targets.iter().zip(&journal.entries) {
        disk::remove(&target.held()).map_err(|error| WriteError::refused("clean up after", &entry.path, &error))?;
    }
    close(state)?;
    Ok(kept)
}

/// Brings all files back to what they were before the run.
pub(super) fn undo(state: &State, journal: &Journal, phase: Phase) -> Result<(), WriteError> {
    let mut troubles = Vec::new();
    for (target, entry) in targets(state, journal)?.iter().zip(&journal.entries) {
        if !target.missing.is_empty() {
            continue;
        }
        if let Err(error) = undo_one(target, entry, phase) {
            troubles.push(format!("`{}`: {}", entry.path, reason(&error)));
        }
    }
    if !troubles.is_empty() {
        return Err(WriteError::outside(format!("cannot undo a run that was cut off: {}", troubles.join("; ")))
            .note("`.scaffold/journal` lists its files; `.NAME.scaffold-old` beside each is the old version")
            .help("put them right by hand, then remove `.scaffold/journal`"));
    }
    for folder in journal.directories.iter().rev() {
        // Checked like the path of a file in it, so that no link leads to another's empty folder.
        if Target::resolve(state.root(), &format!("{folder}/x")).is_ok_and(|target| target.missing.is_empty()) {
            disk::remove_empty(&state.root().join(folder));
        }
    }
    if let Some(number) = journal.backup {
        let paths = journal.entries.iter().filter(|entry| entry.old.is_some()).map(|entry| entry.path.as_str());
        backup::discard(state, number, paths)
            .map_err(|error| WriteError::refused("clean up", ".scaffold/backup", &error))?;
    }
    close(state)
}

fn undo_one(target: &Target, entry: &Entry, phase: Phase) -> io::Result<()> {
    if phase != Phase::Pending && disk::look(&target.staged())?.is_none() {
        let now = Digest::of_file(&target.file)?;
        if now == Some(entry.new) {
            match entry.old {
                None => disk::remove(&target.file)?,
                Some(_) => fs::rename(target.held(), &target.file)?,
            }
        }
    }
    // In this order, so that an old file that is kept beside an unchanged target means: swapped, and changed back.
    disk::remove(&target.held())?;
    disk::remove(&target.staged())?;
    disk::sync_directory(target.folder())
}

fn close(state: &State) -> Result<(), WriteError> {
    for (path, name) in [(state.journal(), ".scaffold/journal"), (state.pending(), ".scaffold/pending")] {
        disk::remove(&path).map_err(|error| WriteError::refused("remove", name, &error))?;
    }
    disk::sync_directory(state.directory()).map_err(|error| WriteError::refused("write to", ".scaffold", &error))
}
