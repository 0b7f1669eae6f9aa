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
        copy_folder(from, &workspace.project(), &regenerated(&ignore))?;
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

/// Which of [`REGENERATED`] the ignore file keeps out at every depth, with no later exception that could bring some back.
fn regenerated(ignore: &str) -> Vec<&'static str> {
    if ignore.lines().any(|line| line.trim_start().starts_with('!')) {
        return Vec::new();
    }
    let kept_out = |name: &str| {
        let everywhere = format!("**/{name}");
        ignore.lines().any(|line| line.trim().trim_end_matches("/**").trim_end_matches('/') == everywhere)
    };
    REGENERATED.into_iter().filter(|name| kept_out(name)).collect()
}

fn copy_folder(from: &Path, to: &Path, leave_out: &[&str]) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            link(&fs::read_link(&source)?, &target)?;
        } else if kind.is_dir() {
            if !leave_out.iter().any(|name| entry.file_name() == *name) {
                copy_folder(&source, &target, leave_out)?;
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
        let workspace = Workspace::copy_of(source.path(), &format!("test-{}", std::process::id()), false).unwrap();
        let project = workspace.project();
        assert!(project.join("src/main.js").exists());
        assert!(!project.join("node_modules").exists());
        assert!(project.join(".git/config").exists(), "a pattern without ** speaks of the root alone");
        drop(workspace);
        assert!(!project.exists());
    }

    #[test]
    fn an_exception_in_the_ignore_file_keeps_everything() {
        assert_eq!(regenerated("**/node_modules/\n"), ["node_modules"]);
        assert!(regenerated("**/node_modules\n!node_modules/mine\n").is_empty());
    }
}
