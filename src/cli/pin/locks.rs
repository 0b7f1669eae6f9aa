//! `scaffold.lock` beside what is pinned: its digests and base texts go along, so that a pin is nobody's edit.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{Source, folder_of};
use super::{Entry, Status};
use crate::check::names;
use crate::cli::Failure;
use crate::cli::check::walk::Tree;
use crate::pin::{Built, compose, dockerfile, with_digests};
use crate::report::Diagnostic;
use crate::spec::lock::{self, Lock, LockedFile};
use crate::write::Change;

/// The locks of a tree that change.
pub(super) fn changes(
    tree: &Tree,
    number: usize,
    sources: &[Source],
    entries: &[Entry<'_>],
) -> Result<Vec<Change>, Failure> {
    let own = || sources.iter().filter(|source| source.tree == number);
    let folders: BTreeSet<&str> = own().flat_map(|source| above(&source.path)).collect();
    let mut changes = Vec::new();
    for folder in folders {
        let path = if folder.is_empty() { lock::NAME.to_owned() } else { format!("{folder}/{}", lock::NAME) };
        let Some(text) = std::fs::read_to_string(tree.root.join(&path)).ok() else { continue };
        let mut lock = Lock::read(&text).map_err(|error| Failure::input(Diagnostic { ..*error }))?;
        let inside =
            |file: &LockedFile| if folder.is_empty() { file.path.clone() } else { format!("{folder}/{}", file.path) };
        let paths: BTreeSet<String> = lock.files.iter().map(inside).collect();
        let mut digests = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.source.tree == number && paths.contains(&entry.source.path)) {
            if let (Some(tagged), Status::Pinned(digest) | Status::Moved(_, digest) | Status::Kept(digest)) =
                (entry.image.tagged(), &entry.status)
            {
                digests.insert(tagged, digest.clone());
            }
        }
        if digests.is_empty() {
            continue;
        }
        for file in &mut lock.files {
            if own().any(|source| source.path == inside(file)) {
                *file = LockedFile::new(&file.path, &pinned(&file.path, &file.text, &digests));
            }
        }
        lock.images.extend(digests);
        let new = lock.write();
        // A checkout with CRLF line ends is the same lock.
        if new != text.replace("\r\n", "\n") {
            changes.push(Change { path, content: new.into_bytes(), mode: 0o644, directory_mode: None });
        }
    }
    Ok(changes)
}

/// The folders above a path, up to the root.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder_of(path)), |folder| (!folder.is_empty()).then(|| folder_of(folder)))
}

/// The text that was rendered, with the digests that the file has now. The file may have been edited since; its base
/// then gets the same digests and nothing of the edits.
fn pinned(path: &str, text: &str, digests: &BTreeMap<String, String>) -> String {
    let found = if names::is_yaml(path) {
        let mut built = Built::default();
        built.add(text);
        compose(text, &built)
    } else {
        dockerfile(text, false)
    };
    with_digests(text, &found, digests)
}
