//! The files that are looked at, with what is found in each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::check::names;
use crate::cli::Context;
use crate::cli::check::walk::Tree;
use crate::compose::project::{is_compose, is_compose_name};
use crate::compose::yaml;
use crate::detect::Tree as _;
use crate::pin::{Built, Found, compose, dockerfile};
use crate::report::Diagnostic;
use crate::spec::lock::{self, Lock};

/// A file.
pub(super) struct Source {
    /// The number of its tree.
    pub(super) tree: usize,
    /// The root of its tree.
    pub(super) root: PathBuf,
    /// From that root, with `/`.
    pub(super) path: String,
    /// As the user would write it.
    pub(super) shown: String,
    pub(super) text: String,
    pub(super) found: Found,
}

/// Reads the files of the trees. One that cannot be read is said.
pub(super) fn read(context: &Context, trees: &[Tree], syntax: bool) -> Vec<Source> {
    let mut sources = Vec::new();
    for (number, tree) in trees.iter().enumerate() {
        let mut built: BTreeMap<String, Built> = BTreeMap::new();
        for path in &tree.paths {
            let Some(text) = tree.disk().read(path) else {
                context.say(&Diagnostic::warning(format!("{} cannot be read as text", tree.show(path))));
                continue;
            };
            let found = if names::is_yaml(path) {
                let folder = folder_of(path);
                let built = built.entry(folder.to_owned()).or_insert_with(|| built_in(tree, folder));
                built.add(text);
                compose(text, built)
            } else {
                dockerfile(text, syntax)
            };
            sources.push(Source {
                tree: number,
                root: tree.root.clone(),
                path: path.clone(),
                shown: tree.show(path),
                text: text.to_owned(),
                found,
            });
        }
    }
    sources
}

/// The files with images that scaffold wrote, whatever their names: `scaffold.lock` lists them.
pub(super) fn written(tree: &Tree) -> Vec<String> {
    let locks = tree.disk().files().iter().filter(|path| path.rsplit('/').next() == Some(lock::NAME));
    let mut found = Vec::new();
    for path in locks {
        // one that cannot be read is said where it has to be changed
        let Some(lock) = tree.disk().read(path).and_then(|text| Lock::read(text).ok()) else { continue };
        let folder = path.strip_suffix(lock::NAME).unwrap_or_default();
        let inside = lock.files.iter().map(|file| format!("{folder}{}", file.path));
        found.extend(inside.filter(|path| {
            names::is_yaml(path) && tree.disk().read(path).is_some_and(|text| is_compose(&yaml::parse(text)))
        }));
    }
    found
}

pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What the compose files of a folder build, those too that are not looked at.
fn built_in(tree: &Tree, folder: &str) -> Built {
    let mut built = Built::default();
    let beside = |path: &&String| folder_of(path) == folder && is_compose_name(path.rsplit('/').next().unwrap_or(path));
    for path in tree.disk().files().iter().filter(beside) {
        if let Some(text) = tree.disk().read(path) {
            built.add(text);
        }
    }
    built
}
