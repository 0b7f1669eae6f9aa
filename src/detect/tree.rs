//! The one way in which the core sees a project's files.

use std::collections::{BTreeMap, BTreeSet};

/// A source tree, read-only. Paths are relative to its root, with `/`.
pub trait Tree {
    /// Whether there is a file (not a folder) of this path.
    fn exists(&self, path: &str) -> bool;
    /// Whether there is a folder of this path with a file in it.
    fn has_folder(&self, path: &str) -> bool;
    /// The text of a file; `None` if there is none, it is no UTF-8, or it is too long to be worth reading.
    fn read(&self, path: &str) -> Option<&str>;
    /// The bytes of a file; `None` if there is none.
    fn size(&self, path: &str) -> Option<u64> {
        self.read(path).map(|text| text.len() as u64)
    }
    /// The names of the files in the root.
    fn root(&self) -> &[String];
    /// All files, shallow ones first and then by name, without the folders that never hold source of the project.
    fn files(&self) -> &[String];
    /// Those folders, as far as they are there and not in one another, in the order of [`files`](Self::files).
    fn skipped(&self) -> &[String];
}

/// Folders that never hold source of a project, at any depth.
pub const SKIPPED_FOLDERS: [&str; 14] = [
    "node_modules",
    ".git",
    ".hg",
    ".svn",
    "target",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".scaffold",
    ".next",
    "site-packages",
];

/// Sorts paths as [`Tree::files`] promises.
pub fn shallow_first(paths: &mut [String]) {
    paths.sort_by(|a, b| (a.matches('/').count(), a.as_str()).cmp(&(b.matches('/').count(), b.as_str())));
}

/// A tree in memory: for tests, and for places without a disk.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    texts: BTreeMap<String, String>,
    root: Vec<String>,
    files: Vec<String>,
    skipped: Vec<String>,
}

impl MemoryTree {
    /// A tree of these files.
    pub fn new<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let texts: BTreeMap<String, String> =
            files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        let root = texts.keys().filter(|path| !path.contains('/')).cloned().collect();
        let mut files: Vec<String> =
            texts.keys().filter(|path| !path.split('/').any(|part| SKIPPED_FOLDERS.contains(&part))).cloned().collect();
        shallow_first(&mut files);
        let skipped: BTreeSet<String> = texts
            .keys()
            .filter_map(|path| {
                let parts: Vec<&str> = path.split('/').collect();
                let at = parts.iter().position(|part| SKIPPED_FOLDERS.contains(part))?;
                (at + 1 < parts.len()).then(|| parts[..=at].join("/"))
            })
            .collect();
        let mut skipped: Vec<String> = skipped.into_iter().collect();
        shallow_first(&mut skipped);
        Self { texts, root, files, skipped }
    }
}

impl Tree for MemoryTree {
    fn exists(&self, path: &str) -> bool {
        self.texts.contains_key(path)
    }
    fn has_folder(&self, path: &str) -> bool {
        let prefix = format!("{path}/");
        self.texts.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
    }
    fn read(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }
    fn root(&self) -> &[String] {
        &self.root
    }
    fn files(&self) -> &[String] {
        &self.files
    }
    fn skipped(&self) -> &[String] {
        &self.skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shallow_files_come_first() {
        let tree = MemoryTree::new([("z.js", ""), ("a/b/c.js", ""), ("a/z.js", ""), ("node_modules/x/y.js", "")]);
        assert_eq!(tree.files(), ["z.js", "a/z.js", "a/b/c.js"]);
    }
}
