//! What a run is going to do, in a form that the next command can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};

use super::digest::Digest;
use super::disk;
use super::error::WriteError;
use super::state::State;

/// How far a run has come, told by the name of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// `.scaffold/pending`: no target was touched.
    Pending,
    /// `.scaffold/journal`: targets may be old or new.
    Journal,
    /// All targets are new; old ones are being removed.
    Done,
}

/// A record larger than this is not one of ours.
const LIMIT: u64 = 4 * 1024 * 1024;
const FIRST_LINE: &str = "scaffold journal 1";
const LAST_LINE: &str = "end";

/// The record of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Journal {
    /// How many levels of the root itself were made for this run.
    pub(super) levels: usize,
    /// The number of the backup that this run makes.
    pub(super) backup: Option<u32>,
    /// The folders that this run makes, outermost first.
    pub(super) directories: Vec<String>,
    /// The files that change.
    pub(super) entries: Vec<Entry>,
}

/// One file in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: String,
    /// What was there; `None` if nothing was.
    pub(super) old: Option<Digest>,
    pub(super) new: Digest,
}

impl Journal {
    /// Writes the announcement.
    pub(super) fn announce(&self, state: &State) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(state.pending())?;
        file.write_all(self.to_string().as_bytes())?;
        file.sync_all()?;
        disk::sync_directory(state.directory())
    }

    /// Turns the announcement into the journal.
    pub(super) fn decide(state: &State) -> io::Result<()> {
        fs::rename(state.pending(), state.journal())?;
        disk::sync_directory(state.directory())
    }

    /// Reads what an earlier run left. An announcement that breaks off was never acted upon: it reads as empty.
    pub(super) fn read(state: &State) -> Result<Option<(Phase, Self)>, WriteError> {
        for (phase, path, name) in [
            (Phase::Journal, state.journal(), ".scaffold/journal"),
            (Phase::Pending, state.pending(), ".scaffold/pending"),
        ] {
            let found = disk::look(&path).map_err(|error| WriteError::refused("read", name, &error))?;
            let Some(found) = found else { continue };
            if !found.is_file() || found.len() > LIMIT {
                return Err(unreadable(name));
            }
            let mut text = String::new();
            let read = fs::File::open(&path).and_then(|file| file.take(LIMIT).read_to_string(&mut text));
            return match (read, Self::parse(&text), phase) {
                (Ok(_), Some(journal), _) => Ok(Some((phase, journal))),
                (Ok(_), None, Phase::Pending) if !ends_well(&text) => Ok(Some((phase, Self::empty()))),
                (Err(error), _, _) if error.kind() != io::ErrorKind::InvalidData => {
                    Err(WriteError::refused("read", name, &error))
                }
                _ => Err(unreadable(name)),
            };
        }
        Ok(None)
    }

    fn empty() -> Self {
        Self { levels: 0, backup: None, directories: Vec::new(), entries: Vec::new() }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(FIRST_LINE) || !ends_well(text) {
            return None;
        }
        let mut journal = Self::empty();
        for line in lines {
            if line == LAST_LINE {
                return Some(journal);
            }
            let (word, rest) = line.split_once(' ')?;
            match word {
                "levels" => journal.levels = rest.parse().ok()?,
                "backup" => journal.backup = Some(rest.parse().ok()?),
                "directory" => journal.directories.push(rest.to_owned()),
                "file" => {
                    let (old, rest) = rest.split_once(' ')?;
                    let (new, path) = rest.split_once(' ')?;
                    let old = if old == "-" { None } else { Some(old.parse().ok()?) };
                    journal.entries.push(Entry { path: path.to_owned(), old, new: new.parse().ok()? });
                }
                _ => return None,
            }
        }
        None
    }
}

fn ends_well(text: &str) -> bool {
    text.ends_with("\nend\n")
}

fn unreadable(name: &str) -> WriteError {
    WriteError::outside(format!("`{name}` is not a record that this version of scaffold understands"))
        .note("it says that an earlier run was cut off while it wrote")
        .help(format!("look at the files of this folder (`git status`), then remove `{name}`"))
}

impl std::fmt::Display for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "levels {}", self.levels)?;
        if let Some(number) = self.backup {
            writeln!(f, "backup {number}")?;
        }
        for directory in &self.directories {
            writeln!(f, "directory {directory}")?;
        }
        for Entry { path, old, new } in &self.entries {
            let old = old.map_or_else(|| "-".to_owned(), |old| old.to_string());
            writeln!(f, "file {old} {new} {path}")?;
        }
        writeln!(f, "{LAST_LINE}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Journal {
        Journal {
            levels: 1,
            backup: Some(3),
            directories: vec!["secrets".to_owned()],
            entries: vec![
                Entry { path: "Dockerfile".to_owned(), old: Some(Digest::of(b"a")), new: Digest::of(b"b") },
                Entry { path: "secrets/a b.txt".to_owned(), old: None, new: Digest::of(b"") },
            ],
        }
    }

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        assert_eq!(Journal::parse(&example().to_string()), Some(example()));
    }

    #[test]
    fn a_journal_that_breaks_off_is_no_journal() {
        let text = example().to_string();
        for end in 0..text.len() {
            assert_eq!(Journal::parse(&text[..end]), None, "{}", &text[..end]);
        }
    }
}
