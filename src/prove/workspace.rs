//! The copy that `prove` works in: the user's own folder is read, never written.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A temporary folder that goes away with this value.
pub(super) struct Workspace {
    folder: PathBuf,
    keep: bool,
}

/// Folders that tools make again, left out of the copy when .dockerignore keeps them out of the build anyway.
const REGENERATED: [&str; 8] = [".git", "node_modules", "target", ".venv", "venv", "__pycache__", ".next", ".gradle"];
/// Secret files are small; reading a wrong path must not fill the memory.
const LARGEST_SECRET: u64 = 1 << 20;

impl Workspace {
    /// Copies `from` into a fresh folder that only this user may enter.
    pub(super) fn copy_of(from: &Path, run: &str, keep: bool) -> io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("scaffold-prove-{run}"));
        fs::create_dir(&folder)?;
        let workspace = Self { folder: folder.canonicalize()?, keep };
        #[cfg(unix)]
        fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let ignore = fs::read_to_string(from.join(".dockerignore")).unwrap_or_default();
        copy_folder(from, &workspace.project(), &regenerated(&ignore), true)?;
        for name in ["secrets", "probe"] {
            fs::create_dir(workspace.folder.join(name))?;
        }
        Ok(workspace)
    }

    /// The copied project.
    pub(super) fn project(&self) -> PathBuf {
        self.folder.join("project")
    }

    /// A file of our own, outside of the project.
    pub(super) fn own(&self, name: &str) -> PathBuf {
        self.folder.join("probe").join(name)
    }

    /// The folder of files of our own.
    pub(super) fn scratch(&self) -> PathBuf {
        self.folder.join("probe")
    }

    /// A build secret's file.
    pub(super) fn secret(&self, index: usize) -> PathBuf {
        self.folder.join("secrets").join(index.to_string())
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if !self.keep {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Reads a small file.
pub(super) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    fs::File::open(path)?.take(LARGEST_SECRET).read_to_end(&mut content)?;
    Ok(content)
}

/// What the copy leaves out: folders at the root, and folders at every depth.
#[derive(Debug, Default, PartialEq, Eq)]
struct LeftOut {
    root: Vec<&'static str>,
    everywhere: Vec<&'static str>,
}

/// Which of [`REGENERATED`] the ignore file keeps out, if no exception could bring some back.
fn regenerated(ignore: &str) -> LeftOut {
    let mut found = LeftOut::default();
    let patterns: Vec<&str> = ignore.lines().map(str::trim).collect();
    if patterns.iter().any(|pattern| pattern.starts_with('!')) {
        return found;
    }
    let named =
        |wanted: &str| patterns.iter().any(|pattern| pattern.trim_end_matches("/**").trim_end_matches('/') == wanted);
    for name in REGENERATED {
        if named(&format!("**/{name}")) {
            found.everywhere.push(name);
        } else if named(name) || named(&format!("/{name}")) || named(&format!("./{name}")) {
            found.root.push(name);
        }
    }
    found
}

fn copy_folder(from: &Path, to: &Path, left_out: &LeftOut, root: bool) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let (source, target) = (entry.path(), to.join(&name));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            link(&fs::read_link(&source)?, &target)?;
        } else if kind.is_dir() {
            let listed = |names: &[&str]| names.iter().any(|known| name == *known);
            let left_out_here = listed(&left_out.everywhere) || (root && listed(&left_out.root));
            if !left_out_here {
                copy_folder(&source, &target, left_out, false)?;
            }
        } else if kind.is_file() {
            fs::copy(&source, &target)?;
        }
    }
    fs::set_permissions(to, fs::metadata(from)?.permissions())
}

#[cfg(unix)]
fn link(points_to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(points_to, at)
}

#[cfg(windows)]
fn link(points_to: &Path, at: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(points_to, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_holds_all_but_what_tools_make_again_and_goes_away() {
        let source = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = source.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(".dockerignore", "**/node_modules\n.git\n");
        write("src/main.js", "1");
        write("node_modules/x/index.js", "2");
        write(".git/config", "3");
        write("vendored/.git/config", "4");
        let workspace = Workspace::copy_of(source.path(), &format!("test-{}", std::process::id()), false).unwrap();
        let project = workspace.project();
        assert!(project.join("src/main.js").exists());
        assert!(!project.join("node_modules").exists());
        assert!(!project.join(".git").exists());
        assert!(project.join("vendored/.git/config").exists(), "a pattern without ** speaks of the root alone");
        drop(workspace);
        assert!(!project.exists());
    }

    #[test]
    fn an_exception_in_the_ignore_file_keeps_everything() {
        assert_eq!(regenerated("**/node_modules/\n").everywhere, ["node_modules"]);
        assert_eq!(regenerated("**/node_modules\n!node_modules/mine\n"), LeftOut::default());
    }
}
