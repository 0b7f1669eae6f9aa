//! Replacing one file whole: it is old or new, never half of it.

use std::io;
use std::path::Path;

/// Writes beside the file and renames. A file that is there keeps its permissions.
pub(super) fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut beside = file.to_owned().into_os_string();
    beside.push(".scaffold-new");
    let written = std::fs::write(&beside, text)
        .and_then(|()| match std::fs::metadata(file) {
            Ok(old) => std::fs::set_permissions(&beside, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
