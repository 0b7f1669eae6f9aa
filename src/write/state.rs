//! The folder `.scaffold/`: lock, journal and backups, there only while there is something to keep.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::backup::FOLDER;
use super::disk;
use super::error::WriteError;
use super::path::STATE;

const LOCK: &str = "lock";
const IGNORE: &str = ".gitignore";
const IGNORE_ALL: &str = "*\n";
/// Another process may remove the folder between two of our steps; more often than this it is no accident.
const TRIES: usize = 100;

/// The locked folder of a root.
#[derive(Debug)]
pub(super) struct State {
    root: PathBuf,
    directory: PathBuf,
    /// The folders made for the root, outermost first.
    made: Vec<PathBuf>,
    lock: Option<File>,
    abandoned: bool,
}

impl State {
    /// Makes the root and its `.scaffold/` if need be, and locks it.
    pub(super) fn open(root: &Path) -> Result<Self, WriteError> {
        let shown = root.display().to_string();
        survive_size_limits();
        let made = make_root(root).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                WriteError::input(format!("`{shown}` is not a folder")).help("name a folder; it is made if need be")
            }
            _ => WriteError::refused("make the folder", &shown, &error),
        })?;
        let root = fs::canonicalize(root).map_err(|error| WriteError::refused("open", &shown, &error))?;
        let mut state = Self { directory: root.join(STATE), root, made, lock: None, abandoned: false };
        // If that fails, dropping `state` removes what was made.
        state.acquire()?;
        Ok(state)
    }

    /// Locks the `.scaffold/` of a root that may not have one; then nothing is made, and there is nothing to lock.
    pub(super) fn open_existing(root: &Path) -> Result<Option<Self>, WriteError> {
        let Ok(root) = fs::canonicalize(root) else { return Ok(None) };
        let mut state = Self { directory: root.join(STATE), root, made: Vec::new(), lock: None, abandoned: false };
        let found = |path: PathBuf| disk::look(&path).is_ok_and(|found| found.is_some());
        if !found(state.journal()) && !found(state.pending()) {
            let only_backups = found(state.directory.join(FOLDER)) && !found(state.directory.join(LOCK));
            if found(state.directory.clone()) && !only_backups {
                // Left over by a run that was cut off before it did anything, unless its process lives; dropping the
                // lock tidies up, and where that is not allowed, nothing is lost.
                let _ = state.acquire();
            }
            return Ok(None);
        }
        state.acquire()?;
        Ok(Some(state))
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn pending(&self) -> PathBuf {
        self.directory.join("pending")
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.directory.join("journal")
    }

    /// How many levels of the root were made.
    pub(super) fn levels(&self) -> usize {
        self.made.len()
    }

    /// Takes over from an undone run that had made so many levels of the root: they go if they stay empty.
    pub(super) fn adopt(&mut self, levels: usize) {
        self.made = self.root.ancestors().take(levels.max(self.made.len())).map(Path::to_path_buf).collect();
        self.made.reverse();
    }

    /// Lets go without cleaning up, as the end of the process would.
    pub(super) fn abandon(&mut self) {
        self.abandoned = true;
        self.lock = None;
    }

    fn acquire(&mut self) -> Result<(), WriteError> {
        let refused = |error: &io::Error| WriteError::refused("write to", STATE, error);
        for _ in 0..TRIES {
            match disk::look(&self.directory).map_err(|error| refused(&error))? {
                Some(found) if found.is_dir() => {}
                Some(_) => {
                    return Err(WriteError::input(format!("`{STATE}` is not a folder"))
                        .help(format!("scaffold keeps its journal in `{STATE}/`: move what is there away")));
                }
                None => match disk::make_directory(&self.directory, None) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    result => result.map_err(|error| WriteError::refused("make the folder", STATE, &error))?,
                },
            }
            let path = self.directory.join(LOCK);
            if disk::look(&path).map_err(|error| refused(&error))?.is_some_and(|found| !found.is_file()) {
                return Err(WriteError::input(format!("`{STATE}/{LOCK}` is not a regular file")).help("remove it"));
            }
            let file = match OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    disk::remove_empty(&self.directory);
                    return Err(refused(&error));
                }
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(WriteError::outside("another scaffold is writing to this folder")
                        .help("wait until it has ended, then run the command again"));
                }
                // A file system without locks: better unguarded than not at all.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(WriteError::refused("lock", STATE, &error)),
            }
            if !is_still(&file, &path) {
                continue;
            }
            self.lock = Some(file);
            let ignore = self.directory.join(IGNORE);
            if disk::look(&ignore).map_err(|error| refused(&error))?.is_none() {
                fs::write(&ignore, IGNORE_ALL).map_err(|error| {
                    let _ = disk::remove(&ignore);
                    refused(&error)
                })?;
            }
            return Ok(());
        }
        Err(WriteError::outside(format!("`{STATE}` is removed again and again by another process"))
            .help("wait until it has ended, then run the command again"))
    }

    /// Removes the lock, and the folder if only what this module put there is left.
    fn clean(&mut self) {
        let Some(lock) = self.lock.take() else { return };
        let busy = |path: PathBuf| disk::look(&path).map_or(true, |found| found.is_some());
        if busy(self.journal()) || busy(self.pending()) {
            return;
        }
        let _ = disk::remove(&self.directory.join(LOCK));
        let ignore = self.directory.join(IGNORE);
        let mut names = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let others = names.any(|entry| entry.file_name() != IGNORE);
        // A full disk or a crash may have cut its text off.
        let ours = fs::read_to_string(&ignore).map_or(true, |text| IGNORE_ALL.starts_with(&text));
        if ours && !others {
            let _ = disk::remove(&ignore);
            disk::remove_empty(&self.directory);
        }
        drop(lock);
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if !self.abandoned {
            self.clean();
            self.made.iter().rev().for_each(|folder| disk::remove_empty(folder));
        }
    }
}

/// Makes the missing levels of `root`; says which, outermost first.
fn make_root(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut missing: Vec<&Path> =
        root.ancestors().take_while(|level| !level.as_os_str().is_empty() && fs::metadata(level).is_err()).collect();
    missing.reverse();
    let mut made: Vec<PathBuf> = Vec::new();
    for level in missing {
        match fs::create_dir(level) {
            Ok(()) => made.push(level.to_path_buf()),
            // `a/..` exists as soon as `a` does.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && level.is_dir() => {}
            Err(error) => {
                made.iter().rev().for_each(|folder| disk::remove_empty(folder));
                return Err(error);
            }
        }
    }
    if root.is_dir() || root.as_os_str().is_empty() { Ok(made) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

/// Whether the path still names the file that was opened: who held the lock before may have removed it.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => identity(open) == identity(named),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// A file size limit ends a process by signal before it sees the error. Caught, the error reaches us and is undone.
fn survive_size_limits() {
    #[cfg(unix)]
    {
        use std::sync::{Arc, Once, atomic::AtomicBool};
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // Without the handler the process dies, and the next command undoes the run.
            let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
        });
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_lock_on_a_file_that_was_removed_meanwhile_is_no_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(LOCK);
        let file = File::create(&path).expect("a file");
        assert!(is_still(&file, &path));
        fs::remove_file(&path).expect("a removal");
        assert!(!is_still(&file, &path));
        File::create(&path).expect("another file of that name");
        assert!(!is_still(&file, &path));
    }
}
