//! The one way in which the core sees a project's files.

use std::collections::BTreeMap;

/// A source tree, read-only. Paths are relative to its root, with `/`.
pub trait Tree {
    /// Whether there is a file (not a folder) of this path.
    fn exists(&self, path: &str) -> bool;
    /// Whether there is a folder of this path with a file in it.
    fn has_folder(&self, path: &str) -> bool;
    /// The text of a file; `None` if there is none, it is no UTF-8, or it is too long to be worth reading.
    fn read(&self, path: &str) -> Option<&str>;
    /// The names of the files in the root.
    fn root(&self) -> &[String];
    /// All files, shallow ones first and then by name, without the folders that never hold source of the project.
    fn files(&self) -> &[String];
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
        Self { texts, root, files }
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
}

/// Whether a pattern is more than the path of one file.
#[must_use]
pub fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '{'])
}

/// The globs without `{a,b}` that a glob stands for.
#[must_use]
pub fn alternatives_of(pattern: &str) -> Vec<String> {
    match braces(pattern) {
        Some((before, after, inner)) => {
            inner.split(',').flat_map(|choice| alternatives_of(&format!("{before}{choice}{after}"))).collect()
        }
        None => vec![pattern.to_owned()],
    }
}

/// Matches a path against a glob: `*` and `?` within a name, `**/` for any folders. For `{a,b}` see [`alternatives_of`].
#[must_use]
pub fn glob(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    folders(&pattern, &path)
}

fn braces(pattern: &str) -> Option<(&str, &str, &str)> {
    let open = pattern.find('{')?;
    let close = open + pattern[open..].find('}')?;
    Some((&pattern[..open], &pattern[close + 1..], &pattern[open + 1..close]))
}

fn folders(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            folders(rest, path) || path.split_first().is_some_and(|(_, deeper)| folders(pattern, deeper))
        }
        (Some((name, rest)), Some((part, deeper))) => {
            segment(name.as_bytes(), part.as_bytes()) && folders(rest, deeper)
        }
        _ => false,
    }
}

fn segment(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            segment(rest, name) || name.split_first().is_some_and(|(_, more)| segment(pattern, more))
        }
        (Some((b'?', rest)), Some((_, more))) => segment(rest, more),
        (Some((a, rest)), Some((b, more))) => a == b && segment(rest, more),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_people_expect() {
        for (pattern, path, expected) in [
            ("*.py", "app.py", true),
            ("*.py", "src/app.py", false),
            ("**/*.py", "app.py", true),
            ("**/*.py", "a/b/app.py", true),
            ("src/**/main.{ts,js}", "src/main.js", true),
            ("src/**/main.{ts,js}", "src/a/main.py", false),
            ("cmd/*/main.go", "cmd/server/main.go", true),
            ("cmd/*/main.go", "cmd/a/b/main.go", false),
            ("requirements*.txt", "requirements-dev.txt", true),
        ] {
            assert_eq!(
                alternatives_of(pattern).iter().any(|pattern| glob(pattern, path)),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn shallow_files_come_first() {
        let tree = MemoryTree::new([("z.js", ""), ("a/b/c.js", ""), ("a/z.js", ""), ("node_modules/x/y.js", "")]);
        assert_eq!(tree.files(), ["z.js", "a/z.js", "a/b/c.js"]);
    }
}
