//! Which files are looked at, and the looking itself: whole trees, on all processors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use super::progress::Progress;
use crate::check::{Found, Options, check as check_paths, names};
use crate::cli::disk::DiskTree;
use crate::cli::{Failure, folder_error};
use crate::report::{Audit, Diagnostic};

/// A tree and the files of it that are looked at.
pub(in crate::cli) struct Tree {
    /// Its root on disk.
    pub(in crate::cli) root: PathBuf,
    /// The root as the user would write it before a path of it; empty for the current folder.
    pub(in crate::cli) shown: String,
    /// From the root, with `/`.
    pub(in crate::cli) paths: Vec<String>,
    disk: DiskTree,
}

impl Tree {
    /// A path of the tree as the user would write it.
    pub(in crate::cli) fn show(&self, path: &str) -> String {
        if self.shown.is_empty() { path.to_owned() } else { format!("{}/{path}", self.shown) }
    }

    /// The file on disk of a path that the user would write.
    pub(in crate::cli) fn file(&self, shown: &str) -> Option<PathBuf> {
        let path = if self.shown.is_empty() { shown } else { shown.strip_prefix(&self.shown)?.strip_prefix('/')? };
        Some(self.root.join(path))
    }

    pub(in crate::cli) fn disk(&self) -> &DiskTree {
        &self.disk
    }
}

/// The trees of these paths: a folder is one itself, a file is in that of its repository.
pub(in crate::cli) fn trees(paths: &[PathBuf]) -> Result<Vec<Tree>, Failure> {
    let mut wanted: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| {
            let message = match error.kind() {
                std::io::ErrorKind::NotFound => format!("{}: there is no such file or folder", path.display()),
                _ => format!("{}: {error}", path.display()),
            };
            Failure::input(Diagnostic::error(message).help("name Dockerfiles, compose files or folders"))
        })?;
        if metadata.is_dir() {
            wanted.entry(path.clone()).or_default().extend(walk(path)?);
        } else {
            let (root, inside) = repository_of(path)?;
            wanted.entry(root).or_default().push(inside);
        }
    }
    let open = |(root, mut paths): (PathBuf, Vec<String>)| {
        paths.sort();
        paths.dedup();
        let disk = DiskTree::open(&root).map_err(|error| folder_error(&root, &error.to_string()))?;
        Ok(Tree { shown: shown(&root), disk, root, paths })
    };
    wanted.into_iter().map(open).collect()
}

/// Everything below a folder that looks like something to check, as git would see it.
fn walk(root: &Path) -> Result<Vec<String>, Failure> {
    let mut builder = ignore::WalkBuilder::new(root);
    // A folder need not be a repository for its .gitignore to mean something; in one, those above it mean nothing, and
    // the walk knows where a repository begins only if it is to require one.
    let repository =
        std::fs::canonicalize(root).is_ok_and(|folder| folder.ancestors().any(|folder| folder.join(".git").exists()));
    // `.devcontainer` and the like count.
    builder.hidden(false).require_git(repository).follow_links(false).filter_entry(|entry| {
        let skipped = entry.file_type().is_some_and(|kind| kind.is_dir())
            && entry
                .file_name()
                .to_str()
                .is_some_and(|name| crate::detect::tree::SKIPPED_FOLDERS.contains(&name) || name == "vendor");
        !skipped || entry.depth() == 0
    });
    let mut found = Vec::new();
    for entry in builder.build() {
        // A folder that cannot be read is like one that is not there: git would not track it either.
        let Ok(entry) = entry else { continue };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let Some(path) = entry.path().strip_prefix(root).ok().and_then(Path::to_str) else { continue };
        let path = path.replace('\\', "/");
        if names::is_target(&path) {
            found.push(path);
        }
    }
    Ok(found)
}

/// The root of the repository that holds a file (its folder if there is none), and its path from there.
fn repository_of(path: &Path) -> Result<(PathBuf, String), Failure> {
    let outside = |error: std::io::Error| Failure::outside(Diagnostic::error(format!("{}: {error}", path.display())));
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::fs::canonicalize(parent).map_err(outside)?;
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Failure::input(Diagnostic::error(format!("{}: its name is no UTF-8", path.display()))))?;
    let root = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&folder);
    let inside = folder.strip_prefix(root).ok().and_then(Path::to_str).unwrap_or_default().replace('\\', "/");
    let inside = if inside.is_empty() { name.to_owned() } else { format!("{inside}/{name}") };
    Ok((root.to_owned(), inside))
}

/// A root as the user would write it.
fn shown(root: &Path) -> String {
    if root == Path::new(".") {
        return String::new();
    }
    let text = |path: &Path| path.display().to_string().replace('\\', "/").trim_end_matches('/').to_owned();
    if root.is_relative() {
        return text(root.strip_prefix("./").unwrap_or(root));
    }
    let here = std::env::current_dir().ok().and_then(|here| std::fs::canonicalize(here).ok());
    match here.as_deref().and_then(|here| root.strip_prefix(here).ok()) {
        Some(inside) => text(inside),
        None => text(root),
    }
}

/// Looks at a tree, some folders on each processor.
pub(super) fn check(tree: &Tree, options: &Options, progress: &Progress) -> Audit {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(tree.paths.len() / 8 + 1);
    // The compose files of a folder belong together; a Dockerfile finds those near it by itself.
    let (yaml, dockerfiles): (Vec<&String>, Vec<&String>) = tree.paths.iter().partition(|path| names::is_yaml(path));
    let mut folders: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for path in yaml {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push(path.clone());
    }
    let mut shares: Vec<Vec<String>> = vec![Vec::new(); workers];
    for part in folders.into_values().chain(dockerfiles.into_iter().map(|path| vec![path.clone()])) {
        if let Some(share) = shares.iter_mut().min_by_key(|share| share.len()) {
            share.extend(part);
        }
    }
    let audits: Vec<Audit> = thread::scope(|scope| {
        let look = |share: &[String]| {
            let audit = check_paths(&tree.disk, true, share, options);
            progress.done(share.len());
            audit
        };
        let rest: Vec<_> = shares.iter().skip(1).map(|share| scope.spawn(move || look(share))).collect();
        let mut audits: Vec<Audit> = shares.first().map(|share| look(share)).into_iter().collect();
        for worker in rest {
            match worker.join() {
                Ok(audit) => audits.push(audit),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        audits
    });
    let mut all = Found::default();
    for mut audit in audits {
        for file in &mut audit.files {
            file.path = tree.show(&file.path);
        }
        for checklist in &mut audit.checklists {
            checklist.subject = tree.show(&checklist.subject);
        }
        all.merge(audit);
    }
    all.finish()
}
