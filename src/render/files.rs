//! A plan's files: which templates make them, and in which order they are shown.

use std::collections::BTreeMap;

use super::{Environment, FileKind, closure, contexts, render};
use crate::catalog::{Catalog, Preset};
use crate::plan::Plan;
use crate::report::Diagnostic;

/// The texts of a set-up by their path in the project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSet(pub BTreeMap<String, String>);

/// The template that a server's Dockerfile extends: the one of the language that is built.
const BUILDER: &str = "builder/Dockerfile";

/// Which files are made.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// `compose.yaml`
    pub compose: bool,
    /// `.dockerignore`
    pub dockerignore: bool,
}

/// Renders a plan with the templates of its language, and of the server if there is one.
///
/// # Errors
/// A template that is wrong, or a value that would change what a file says: nothing is to be written then.
pub fn files(
    catalog: &Catalog,
    preset: &Preset,
    server: Option<&Preset>,
    plan: &Plan,
    wanted: Wanted,
) -> Result<FileSet, Diagnostic> {
    let own = |preset: &Preset| preset.template.clone().unwrap_or_else(|| format!("{}/Dockerfile", preset.id));
    let builder = own(preset);
    let mut entries = vec![("Dockerfile", server.map_or_else(|| builder.clone(), own), FileKind::Dockerfile)];
    if wanted.dockerignore {
        entries.push((".dockerignore", "dockerignore".to_owned(), FileKind::Ignore));
    }
    if wanted.compose {
        entries.push(("compose.yaml", "compose.yaml".to_owned(), FileKind::Compose));
    }
    let lookup = |name: &str| catalog.template(if name == BUILDER { &builder } else { name });
    let mut templates: BTreeMap<String, String> = BTreeMap::new();
    for (_, entry, _) in &entries {
        templates.extend(closure(entry, &lookup)?);
    }
    let listed: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let environment = Environment::new(&listed)?;
    let contexts = contexts(plan)?;
    let mut files = FileSet::default();
    for (path, entry, kind) in &entries {
        let text = render(&environment, entry, path, *kind, &contexts)?;
        let text = text.trim_start().to_owned();
        super::facets::check(plan, path, entry, *kind, &text)?;
        files.0.insert((*path).to_owned(), text);
    }
    Ok(files)
}
