//! Old files that the user wants to find again: `.scaffold/backup/<n>/path`.

use std::fs;
use std::io;
use std::path::Path;

use super::disk;
use super::path::STATE;
use super::state::State;

/// The folder of all backups, in `.scaffold/`.
pub(super) const FOLDER: &str = "backup";

/// The number after the highest that is taken.
pub(super) fn next_number(state: &State) -> io::Result<u32> {
    let mut highest: u32 = 0;
    match fs::read_dir(state.directory().join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
        Ok(entries) => {
            for entry in entries {
                let number = entry?.file_name().to_str().and_then(|name| name.parse().ok());
                highest = highest.max(number.unwrap_or(0));
            }
        }
    }
    highest.checked_add(1).ok_or_else(|| io::Error::other("no number is left for another backup"))
}

/// Where the old `path` is kept, relative to the root.
pub(super) fn name(number: u32, path: &str) -> String {
    format!("{STATE}/{FOLDER}/{number}/{path}")
}

/// Copies the file at `from` into the backup.
pub(super) fn keep(state: &State, number: u32, path: &str, from: &Path) -> io::Result<()> {
    let mut folder = state.directory().to_path_buf();
    let number_name = number.to_string();
    for part in parts(&number_name, path) {
        folder.push(part);
        match disk::look(&folder)? {
            Some(found) if found.is_dir() => {}
            Some(_) => return Err(io::Error::from(io::ErrorKind::NotADirectory)),
            None => disk::make_directory(&folder, Some(0o700))?,
        }
    }
    disk::copy(from, &state.root().join(name(number, path)))?;
    disk::sync_directory(&folder)
}

/// Removes a backup of a run that is undone, but nothing that the run did not put there.
pub(super) fn discard<'a>(state: &State, number: u32, paths: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let number_name = number.to_string();
    for path in paths {
        let mut folders = Vec::new();
        let mut folder = state.directory().to_path_buf();
        for part in parts(&number_name, path) {
            folder.push(part);
            // A link in this place was not put there by a run.
            if !disk::look(&folder)?.is_some_and(|found| found.is_dir()) {
                break;
            }
            folders.push(folder.clone());
        }
        if folders.len() == parts(&number_name, path).count() {
            disk::remove(&state.root().join(name(number, path)))?;
        }
        folders.iter().rev().for_each(|folder| disk::remove_empty(folder));
    }
    Ok(())
}

/// The folders from `.scaffold/` down to that of the old `path`.
fn parts<'a>(number: &'a str, path: &'a str) -> impl Iterator<Item = &'a str> {
    let folders = path.rsplit_once('/').map(|(folders, _)| folders);
    [FOLDER, number].into_iter().chain(folders.into_iter().flat_map(|folders| folders.split('/')))
}
