//! The files that are looked at, with what is found in each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::check::names;
use crate::cli::Context;
use crate::cli::check::walk::Tree;
use crate::compose::project::is_compose_name;
use crate::detect::Tree as _;
use crate::pin::{Built, Found, compose, dockerfile};
use crate::report::Diagnostic;

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
