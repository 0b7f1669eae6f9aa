//! Files that belonged to a set-up and do no more: an output that was switched off, a service that was taken out.

use std::fs;
use std::path::Path;

use super::args::New;
use super::compare::{Due, State};
use crate::render::FileSet;
use crate::report::Diagnostic;
use crate::spec::lock::Lock;

/// What the lock names and the set-up no longer has.
#[derive(Debug, Default)]
pub(super) struct Orphans {
    /// As they were written: they go.
    pub(super) unedited: Vec<String>,
    /// Edited since: they stay.
    edited: Vec<String>,
}

impl Orphans {
    /// Looks for them. A run that writes some files only leaves the others alone.
    pub(super) fn find(dir: &Path, lock: Option<&Lock>, files: &FileSet, args: &New) -> Self {
        let mut found = Self::default();
        let Some(lock) = lock.filter(|_| args.only.is_empty()) else { return found };
        for file in lock.files.iter().filter(|file| !files.0.contains_key(&file.path)) {
            // a lock is the user's file, too: nothing outside the folder is looked at
            let inside = crate::spec::values::RelPath::new(file.path.clone()).is_ok();
            match Due::new(dir, Some(lock), &file.path, file.text.clone()).state {
                State::Same if inside => found.unedited.push(file.path.clone()),
                State::Edited | State::Old if inside => found.edited.push(file.path.clone()),
                _ => {}
            }
        }
        found
    }

    /// Deletes what nobody has edited, with the folders that are empty then, and says what became of each.
    pub(super) fn remove(&self, dir: &Path) -> Vec<Diagnostic> {
        let mut said = Vec::new();
        for path in &self.unedited {
            match fs::remove_file(dir.join(path)) {
                Ok(()) => {
                    said.push(Diagnostic::note(format!("{path} is no longer part of the set-up, and was removed")))
                }
                Err(error) => said.push(Diagnostic::warning(format!(
                    "{path} is no longer part of the set-up, and cannot be removed: {error}"
                ))),
            }
            let mut folder = Path::new(path).parent();
            while let Some(inner) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
                // only an empty one can be removed
                if fs::remove_dir(dir.join(inner)).is_err() {
                    break;
                }
                folder = inner.parent();
            }
        }
        said.extend(self.edited.iter().map(|path| {
            Diagnostic::warning(format!("{path} is no longer part of the set-up, and stays: it was edited"))
                .help("delete it when you no longer need it")
        }));
        said
    }
}
