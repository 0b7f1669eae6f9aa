//! The files of a plan and of a stack: which templates make them.

use std::collections::BTreeMap;

use super::outputs::{self, Output};
use super::{Environment, FileKind, closure, contexts, facets, render};
use crate::catalog::{Catalog, Preset};
use crate::plan::Plan;
use crate::plan::stack::Stack;
use crate::report::Diagnostic;

/// The texts of a set-up by their path in the project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSet(pub BTreeMap<String, String>);

/// The template that a server's Dockerfile extends: the one of the language that is built.
const BUILDER: &str = "builder/Dockerfile";

/// Renders what belongs to an image, into the folder `prefix` (empty, or ending with `/`): the Dockerfile with the
/// templates of its language, and of the server if there is one, and the .dockerignore if it is `wanted`.
///
/// # Errors
/// A template that is wrong, or a value that would change what a file says: nothing is to be written then.
pub fn image_files(
    catalog: &Catalog,
    preset: &Preset,
    server: Option<&Preset>,
    plan: &Plan,
    prefix: &str,
    wanted: bool,
) -> Result<FileSet, Diagnostic> {
    let own = |preset: &Preset| preset.template.clone().unwrap_or_else(|| format!("{}/Dockerfile", preset.id));
    let builder = own(preset);
    let output = |path: &str, template: String, kind| Output { path: format!("{prefix}{path}"), template, kind };
    let mut entries = vec![output("Dockerfile", server.map_or_else(|| builder.clone(), own), FileKind::Dockerfile)];
    if wanted {
        entries.push(output(".dockerignore", "dockerignore".to_owned(), FileKind::Ignore));
    }
    let lookup = |name: &str| catalog.template(if name == BUILDER { &builder } else { name });
    let files = all(&entries, plan, &lookup)?;
    for entry in entries.iter().filter(|entry| entry.kind == FileKind::Dockerfile) {
        let text = files.0.get(&entry.path).map_or("", String::as_str);
        facets::dockerfile(plan, &entry.path, &entry.template, text)?;
    }
    Ok(files)
}

/// Renders what says how the images of a project run together, and how they are built and published.
///
/// # Errors
/// As for [`image_files`].
pub fn stack_files(catalog: &Catalog, stack: &Stack) -> Result<FileSet, Diagnostic> {
    let entries = outputs::of(stack);
    let files = all(&entries, stack, &|name: &str| catalog.template(name))?;
    if let Some(text) = files.0.get(outputs::COMPOSE) {
        facets::compose(stack, outputs::COMPOSE, outputs::COMPOSE, text)?;
    }
    if let Some(text) = files.0.get(outputs::DEV) {
        facets::dev(stack, outputs::DEV, outputs::DEV, text)?;
    }
    Ok(files)
}

fn all<'t, T: serde::Serialize>(
    entries: &[Output],
    value: &T,
    lookup: &dyn Fn(&str) -> Option<&'t str>,
) -> Result<FileSet, Diagnostic> {
    let mut templates: BTreeMap<String, String> = BTreeMap::new();
    for entry in entries {
        templates.extend(closure(&entry.template, lookup)?);
    }
    let listed: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let environment = Environment::new(&listed)?;
    let contexts = contexts(value)?;
    let mut files = FileSet::default();
    for Output { path, template, kind } in entries {
        let text = render(&environment, template, path, *kind, &contexts)?;
        files.0.insert(path.clone(), text.trim_start().to_owned());
    }
    Ok(files)
}
