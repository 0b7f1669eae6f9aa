//! From a path in a change to a place on the disk that is certainly inside the root.

use std::fs;
use std::path::{Path, PathBuf};

use super::disk;
use super::error::WriteError;

/// The folder of the transaction's own files.
pub(super) const STATE: &str = ".scaffold";

/// Where a change goes.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The path as the change has it.
    pub(super) path: String,
    /// The place on the disk; its folder is free of links as far as it exists.
    pub(super) file: PathBuf,
    /// The folders that do not exist yet, as in the change, outermost first.
    pub(super) missing: Vec<String>,
    /// The file's metadata if it exists.
    pub(super) old: Option<fs::Metadata>,
}

impl Target {
    /// Checks a path and finds its place below `root`, which must be canonical.
    pub(super) fn resolve(root: &Path, path: &str) -> Result<Self, WriteError> {
        let names = names(path)?;
        let (name, folders) = names.split_last().ok_or_else(|| bad(path, "is empty"))?;
        let mut here = root.to_path_buf();
        let mut missing = Vec::new();
        let mut written = String::new();
        for folder in folders {
            if !written.is_empty() {
                written.push('/');
            }
            written.push_str(folder);
            here.push(folder);
            if missing.is_empty() {
                match disk::look(&here).map_err(|error| WriteError::refused("look at", &written, &error))? {
                    None => missing.push(written.clone()),
                    Some(found) if found.is_dir() => {}
                    Some(found) if found.is_symlink() => here = follow(root, &here, path, &written)?,
                    Some(_) => {
                        return Err(WriteError::input(format!("`{path}` needs a folder where `{written}` is a file"))
                            .help(format!("move `{written}` away, or choose another place")));
                    }
                }
            } else {
                missing.push(written.clone());
            }
        }
        here.push(name);
        let old = if missing.is_empty() { target(&here, path)? } else { None };
        Ok(Self { path: path.to_owned(), file: here, missing, old })
    }

    /// Where the new content waits.
    pub(super) fn staged(&self) -> PathBuf {
        self.beside("new")
    }

    /// Where the old file waits.
    pub(super) fn held(&self) -> PathBuf {
        self.beside("old")
    }

    /// The folder of the file.
    pub(super) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(&self.file)
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.folder().join(format!(".{name}.scaffold-{ending}"))
    }
}

fn target(file: &Path, path: &str) -> Result<Option<fs::Metadata>, WriteError> {
    let found = disk::look(file).map_err(|error| WriteError::refused("look at", path, &error))?;
    match &found {
        Some(old) if old.is_dir() => Err(WriteError::input(format!("`{path}` is a folder, and a file is due there"))
            .help("move the folder away, or choose another place")),
        Some(old) if old.is_symlink() => {
            Err(WriteError::input(format!("`{path}` is a symbolic link, and files are not written through links"))
                .help("replace the link by the file it points to, or remove it"))
        }
        Some(old) if !old.is_file() => Err(WriteError::input(format!("`{path}` exists and is not a regular file"))
            .help("move it away, or choose another place")),
        _ => Ok(found),
    }
}

/// A link to a folder inside the root is the user's own order; one that leads out may be a trap.
fn follow(root: &Path, link: &Path, path: &str, written: &str) -> Result<PathBuf, WriteError> {
    let help = "replace the link by a folder, or choose another place";
    let real = fs::canonicalize(link).map_err(|_| {
        WriteError::input(format!("`{path}` lies behind the link `{written}`, which leads nowhere")).help(help)
    })?;
    if !real.starts_with(root) || real.starts_with(root.join(STATE)) {
        return Err(WriteError::input(format!(
            "`{path}` lies behind the link `{written}`, which leads out of the folder"
        ))
        .help(help));
    }
    if !real.is_dir() {
        return Err(WriteError::input(format!("`{path}` needs a folder where `{written}` leads to a file")).help(help));
    }
    Ok(real)
}

/// The parts of a path that means the same place on every system, and only below the root.
fn names(path: &str) -> Result<Vec<&str>, WriteError> {
    if path.starts_with('/') {
        return Err(bad(path, "is absolute"));
    }
    // Drives, streams and other separators of Windows, and what would break the lines of the journal.
    if path.contains(['\\', ':']) || path.chars().any(char::is_control) {
        return Err(bad(path, "has a character that file names here do not have"));
    }
    let names: Vec<&str> = path.split('/').collect();
    if names.iter().any(|name| name.is_empty() || *name == ".") {
        return Err(bad(path, "has an empty part"));
    }
    if names.contains(&"..") {
        return Err(bad(path, "leads out of the folder"));
    }
    if names.first().is_some_and(|first| first.eq_ignore_ascii_case(STATE)) {
        return Err(bad(path, "belongs to the tool's own records"));
    }
    Ok(names)
}

fn bad(path: &str, why: &str) -> WriteError {
    WriteError::input(format!("`{}` cannot be written: the path {why}", path.escape_debug()))
        .help("name a file inside the folder, relative to it, with `/`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(root: &Path, path: &str) -> String {
        Target::resolve(root, path).expect_err(path).diagnostic.message
    }

    #[test]
    fn paths_that_do_not_lie_below_the_root_are_refused() {
        let root = tempfile::tempdir().expect("a folder");
        for path in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/", "C:x", "a\\b", "a\nb", "a\0b"] {
            assert!(refusal(root.path(), path).contains("cannot be written"), "{path}");
        }
        assert!(refusal(root.path(), ".scaffold/journal").contains("own records"));
        assert!(refusal(root.path(), ".Scaffold/journal").contains("own records"));
    }

    #[test]
    fn folders_that_have_to_be_made_are_named_outermost_first() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("a")).expect("a folder");
        let target = Target::resolve(root.path(), "a/b/c/file").expect("a good path");
        assert_eq!(target.missing, ["a/b", "a/b/c"]);
        assert_eq!(target.staged().file_name().and_then(|name| name.to_str()), Some(".file.scaffold-new"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_may_lead_to_another_place_inside_but_not_out() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(root.path()).expect("its real path");
        let outside = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.join("real")).expect("a folder");
        symlink("real", root.join("inside")).expect("a link");
        symlink(outside.path(), root.join("out")).expect("a link");
        symlink("nothing", root.join("dangling")).expect("a link");
        symlink("real/file", root.join("link-to-file")).expect("a link");

        let target = Target::resolve(&root, "inside/file").expect("a link that stays inside");
        assert_eq!(target.file, root.join("real/file"));
        assert!(refusal(&root, "out/file").contains("leads out of the folder"));
        assert!(refusal(&root, "dangling/file").contains("leads nowhere"));
        assert!(refusal(&root, "link-to-file").contains("symbolic link"));
    }
}
