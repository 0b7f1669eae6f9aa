//! Small operations on the file system, each durable when it returns.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Metadata of the path itself, not of what a link points to; `None` if there is nothing.
pub(super) fn look(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file that must not exist yet and brings it to the disk. `like` is a file whose owner and permissions it
/// takes; without one it gets `mode`.
pub(super) fn create(path: &Path, content: &[u8], mode: u32, like: Option<&Metadata>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // A secret must not be readable by others for the moment between making the file and setting its mode.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    set_permissions(&file, mode, like)?;
    file.sync_all()
}

/// Copies a file with its permissions to a place where nothing is yet, and brings the copy to the disk.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let metadata = source.metadata()?;
    let mut content = Vec::new();
    io::copy(&mut source, &mut content)?;
    create(to, &content, 0o600, Some(&metadata))
}

#[cfg(unix)]
fn set_permissions(file: &File, mode: u32, like: Option<&Metadata>) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mode = match like {
        Some(old) => {
            // Only root may give files away; for all others the file is theirs already or cannot be kept another's.
            let _ = fchown(file, Some(old.uid()), Some(old.gid()));
            old.mode()
        }
        None => mode,
    };
    file.set_permissions(fs::Permissions::from_mode(mode & 0o7777))
}

#[cfg(not(unix))]
fn set_permissions(file: &File, _mode: u32, like: Option<&Metadata>) -> io::Result<()> {
    like.map_or(Ok(()), |old| file.set_permissions(old.permissions()))
}

/// Makes one folder, with exactly these permissions if any are given.
pub(super) fn make_directory(path: &Path, mode: Option<u32>) -> io::Result<()> {
    fs::create_dir(path)?;
    #[cfg(unix)]
    if let Some(mode) = mode {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o7777))?;
    }
    #[cfg(not(unix))]
    let _ = mode;
    Ok(())
}

/// Removes a file; that there is none is as good.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes a folder if it is empty.
pub(super) fn remove_empty(path: &Path) {
    // Anything that keeps it from being removed is a reason to let it stand.
    let _ = fs::remove_dir(path);
}

/// Brings the entries of a folder to the disk.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match File::open(path)?.sync_all() {
        // Some network file systems know no such thing; there the server decides.
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            return Err(error);
        }
        _ => {}
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
