//! A folder on disk as the core sees it. Bounded: what is too much to be somebody's source is not read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use crate::check::names;
use crate::detect::Tree;
use crate::detect::tree::{SKIPPED_FOLDERS, shallow_first};

/// Files that are listed, folders deep that are looked into, and bytes of a file that are read, at most.
const FILES: usize = 20_000;
const DEPTH: usize = 8;
const BYTES: u64 = 4 * 1024 * 1024;

/// A folder on disk. Files are read once; links that lead out of the folder are not followed.
pub(super) struct DiskTree {
    root: PathBuf,
    real_root: OnceLock<Option<PathBuf>>,
    names: Vec<String>,
    /// Files, and folders that are not looked into.
    files: OnceLock<(Vec<String>, Vec<String>)>,
    /// Texts live as long as the tree: a run reads few files, and a reference to each may be held.
    texts: Mutex<BTreeMap<String, Option<&'static str>>>,
}

impl DiskTree {
    /// The folder, whose root is listed at once. A folder that is not there is empty.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn open(root: &Path) -> std::io::Result<Self> {
        let mut names = Vec::new();
        match fs::read_dir(root) {
            Ok(entries) => {
                for entry in entries.take(FILES) {
                    let entry = entry?;
                    // The kind comes with the entry; only a link has to be asked where it leads to.
                    let is_folder = entry
                        .file_type()
                        .is_ok_and(|kind| kind.is_dir() || (kind.is_symlink() && entry.path().is_dir()));
                    if let Some(name) = entry.file_name().to_str().filter(|_| !is_folder) {
                        names.push(name.to_owned());
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        names.sort();
        Ok(Self {
            root: root.to_owned(),
            real_root: OnceLock::new(),
            names,
            files: OnceLock::new(),
            texts: Mutex::default(),
        })
    }

    /// The file of a path, if it is one and stays in the folder.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        if path.split('/').any(|part| part == ".." || part.is_empty()) {
            return None;
        }
        let full = self.root.join(path);
        let metadata = fs::metadata(&full).ok()?;
        if !metadata.is_file() {
            return None;
        }
        let real_root = self.real_root.get_or_init(|| fs::canonicalize(&self.root).ok()).as_ref()?;
        fs::canonicalize(&full).ok().filter(|real| real.starts_with(real_root))
    }
}

impl DiskTree {
    fn listed(&self) -> &(Vec<String>, Vec<String>) {
        self.files.get_or_init(|| {
            let mut files = Vec::new();
            let mut skipped = Vec::new();
            let mut folders = vec![(self.root.clone(), String::new(), 0)];
            while let Some((folder, prefix, depth)) = folders.pop() {
                let Ok(entries) = fs::read_dir(&folder) else { continue };
                let mut entries: Vec<_> = entries.flatten().collect();
                entries.sort_by_key(std::fs::DirEntry::file_name);
                for entry in entries {
                    let (Some(name), Ok(kind)) = (entry.file_name().to_str().map(str::to_owned), entry.file_type())
                    else {
                        continue;
                    };
                    let path = format!("{prefix}{name}");
                    if kind.is_dir() && SKIPPED_FOLDERS.contains(&name.as_str()) {
                        skipped.push(path);
                    } else if kind.is_dir() {
                        if depth < DEPTH {
                            folders.push((entry.path(), format!("{path}/"), depth + 1));
                        }
                    } else if files.len() < FILES && (kind.is_file() || self.inside(&path).is_some()) {
                        files.push(path);
                    }
                }
            }
            shallow_first(&mut files);
            shallow_first(&mut skipped);
            (files, skipped)
        })
    }
}

impl Tree for DiskTree {
    fn exists(&self, path: &str) -> bool {
        if !path.contains('/') && self.names.binary_search_by(|name| name.as_str().cmp(path)).is_err() {
            return false;
        }
        self.inside(path).is_some()
    }

    fn has_folder(&self, path: &str) -> bool {
        !path.split('/').any(|part| part == "..")
            && fs::read_dir(self.root.join(path)).is_ok_and(|mut entries| entries.next().is_some())
    }

    fn read(&self, path: &str) -> Option<&str> {
        let mut texts = self.texts.lock().ok()?;
        if let Some(known) = texts.get(path) {
            return *known;
        }
        let text = self.inside(path).and_then(|full| {
            if fs::metadata(&full).ok()?.len() > BYTES {
                return None;
            }
            let text = match String::from_utf8(fs::read(&full).ok()?) {
                Ok(text) => text,
                // BuildKit takes a comment in Latin-1, and so must an audit of the file.
                Err(error) if names::is_dockerfile(path) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
                Err(_) => return None,
            };
            Some(&*Box::leak(text.into_boxed_str()))
        });
        texts.insert(path.to_owned(), text);
        text
    }

    fn size(&self, path: &str) -> Option<u64> {
        fs::metadata(self.inside(path)?).ok().map(|metadata| metadata.len())
    }

    fn root(&self) -> &[String] {
        &self.names
    }

    fn files(&self) -> &[String] {
        &self.listed().0
    }

    fn skipped(&self) -> &[String] {
        &self.listed().1
    }
}
