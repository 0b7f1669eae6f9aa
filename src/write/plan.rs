//! From the wanted files to the steps of a run.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::digest::Digest;
use super::disk;
use super::error::WriteError;
use super::journal::{Entry, Journal};
use super::path::Target;
use super::state::State;
use super::step::Step;
use super::{Action, Backup, Change, Written, WrittenFile, backup};

/// What a run does.
pub(super) struct Plan {
    pub(super) journal: Journal,
    /// Only those that change.
    pub(super) files: Vec<Planned>,
    pub(super) written: Written,
    directories: Vec<(String, Option<u32>)>,
}

pub(super) struct Planned {
    change: Change,
    target: Target,
}

impl Plan {
    /// Checks all changes against the disk; touches nothing.
    pub(super) fn new(state: &State, mut changes: Vec<Change>, keep: Backup) -> Result<Self, WriteError> {
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        check_conflicts(&changes)?;
        let number = match keep {
            Backup::None => None,
            Backup::Keep => Some(
                backup::next_number(state).map_err(|error| WriteError::refused("read", ".scaffold/backup", &error))?,
            ),
        };
        let mut journal =
            Journal { levels: state.levels(), backup: None, directories: Vec::new(), entries: Vec::new() };
        let mut files = Vec::new();
        let mut written = Vec::new();
        let mut directories: Vec<(String, Option<u32>)> = Vec::new();
        for change in changes {
            let target = Target::resolve(state.root(), &change.path)?;
            let new = Digest::of(&change.content);
            let old = match &target.old {
                None => None,
                Some(_) => {
                    Digest::of_file(&target.file).map_err(|error| WriteError::refused("read", &change.path, &error))?
                }
            };
            let same = old == Some(new) && fs::read(&target.file).is_ok_and(|content| content == change.content);
            let action = match old {
                _ if same => Action::Same,
                Some(_) => Action::Replaced,
                None => Action::Created,
            };
            let kept = number.filter(|_| action == Action::Replaced);
            journal.backup = journal.backup.or(kept);
            let kept = kept.map(|number| backup::name(number, &change.path));
            written.push(WrittenFile { path: change.path.clone(), action, kept });
            if action == Action::Same {
                continue;
            }
            for waiting in [target.staged(), target.held()] {
                check_free(state.root(), &waiting)?;
            }
            for folder in &target.missing {
                if directories.iter().all(|(known, _)| known != folder) {
                    directories.push((folder.clone(), change.directory_mode));
                }
            }
            journal.entries.push(Entry { path: change.path.clone(), old, new });
            files.push(Planned { change, target });
        }
        journal.directories = directories.iter().map(|(folder, _)| folder.clone()).collect();
        Ok(Self { journal, files, written: Written { files: written }, directories })
    }

    /// The steps in their order.
    pub(super) fn steps(&self) -> Vec<Step> {
        let each = |make: fn(String) -> Step, replaced_only: bool| {
            self.files
                .iter()
                .filter(move |file| !replaced_only || file.target.old.is_some())
                .map(move |file| make(file.change.path.clone()))
        };
        let mut steps = vec![Step::Announce];
        steps.extend(self.directories.iter().map(|(folder, _)| Step::Directory(folder.clone())));
        if self.journal.backup.is_some() {
            steps.extend(each(Step::Backup, true));
        }
        steps.extend(each(Step::Stage, false));
        steps.extend(each(Step::Keep, true));
        steps.extend([Step::Settle, Step::Decide]);
        steps.extend(each(Step::Swap, false));
        steps.push(Step::Settle);
        steps.extend(each(Step::Release, true));
        steps.push(Step::End);
        steps
    }

    /// Takes one step.
    pub(super) fn take(&self, state: &State, step: &Step) -> io::Result<()> {
        match step {
            Step::Announce => self.journal.announce(state),
            Step::Directory(folder) => {
                let mode = self.directories.iter().find(|(known, _)| known == folder).and_then(|(_, mode)| *mode);
                disk::make_directory(&state.root().join(folder), mode)
            }
            Step::Backup(path) => match self.journal.backup {
                Some(number) => backup::keep(state, number, path, &self.file(path)?.target.file),
                None => Ok(()),
            },
            Step::Stage(path) => {
                let Planned { change, target } = self.file(path)?;
                disk::create(&target.staged(), &change.content, change.mode, target.old.as_ref())
            }
            Step::Keep(path) => {
                let target = &self.file(path)?.target;
                // A second name keeps owner, attributes and all; file systems without one get a copy.
                fs::hard_link(&target.file, target.held()).or_else(|_| disk::copy(&target.file, &target.held()))
            }
            Step::Settle => self.settle(state),
            Step::Decide => Journal::decide(state),
            Step::Swap(path) => {
                let target = &self.file(path)?.target;
                fs::rename(target.staged(), &target.file)
            }
            Step::Release(path) => disk::remove(&self.file(path)?.target.held()),
            Step::End => {
                disk::remove(&state.journal())?;
                disk::sync_directory(state.directory())
            }
        }
    }

    fn file(&self, path: &str) -> io::Result<&Planned> {
        self.files.iter().find(|file| file.change.path == path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn settle(&self, state: &State) -> io::Result<()> {
        let folders: BTreeSet<&Path> = self.files.iter().map(|file| file.target.folder()).collect();
        for folder in folders {
            disk::sync_directory(folder)?;
            // The entry of a folder that was made stands in the folder above.
            for above in folder.ancestors().skip(1).take_while(|above| above.starts_with(state.root())) {
                disk::sync_directory(above)?;
            }
        }
        Ok(())
    }
}

/// One path cannot be two files, nor a file and a folder.
fn check_conflicts(sorted: &[Change]) -> Result<(), WriteError> {
    let paths: BTreeSet<&str> = sorted.iter().map(|change| change.path.as_str()).collect();
    for pair in sorted.windows(2) {
        if let [first, second] = pair
            && first.path == second.path
        {
            return Err(WriteError::input(format!("`{}` is to be written twice", first.path))
                .help("give each file its own name"));
        }
    }
    for path in &paths {
        for (at, _) in path.match_indices('/') {
            if let Some(folder) = path.get(..at).filter(|folder| paths.contains(folder)) {
                return Err(WriteError::input(format!("`{folder}` is to be a file, and the folder of `{path}`"))
                    .help("give one of them another name"));
            }
        }
    }
    Ok(())
}

/// The names beside the targets are ours; what has one of them without a journal was orphaned, or is a stranger's.
fn check_free(root: &Path, waiting: &Path) -> Result<(), WriteError> {
    let shown = waiting.strip_prefix(root).unwrap_or(waiting).display().to_string();
    match disk::look(waiting) {
        // The folder does not exist yet.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(()),
        Err(error) => Err(WriteError::refused("look at", &shown, &error)),
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(WriteError::input(format!("`{shown}` is in the way: a temporary file has that name"))
            .help("look whether you still need it, then remove it")),
    }
}
