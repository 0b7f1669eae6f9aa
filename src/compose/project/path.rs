//! Paths inside of the tree that is read: relative to its root, with `/`.

/// The folder of a file; empty for the root.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path that is written in a file whose relative paths start at `folder`. None if it leads out of the tree.
#[must_use]
pub fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~', '\\']) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether compose fetches it (git and OCI references).
pub(super) fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@") || path.starts_with("github.com/") || path.starts_with("oci:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_tree() {
        let table = [
            ("", "a/b.yml", Some("a/b.yml")),
            ("a", "./b.yml", Some("a/b.yml")),
            ("a/b", "../../c", Some("c")),
            ("a", "../../c", None),
            ("a", "/etc/x", None),
            ("", "~/x", None),
            ("a", "..", Some("")),
        ];
        for (folder, path, joined) in table {
            assert_eq!(join(folder, path).as_deref(), joined, "{folder} {path}");
        }
    }
}
