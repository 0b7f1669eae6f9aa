//! Which language a project is of.

use super::Layers;
use crate::catalog::{Catalog, Preset};
use crate::detect::{Evidence, Project, Tree, start};
use crate::report::Diagnostic;

/// A language that a project may be of.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its preset.
    pub preset: Preset,
    /// The file that calls for it.
    pub evidence: Option<Evidence>,
    /// It is the only one, or a start command was found and something of the project's own runs.
    pub starts: bool,
}

/// All languages whose marks are in the project, those that can be started first.
///
/// # Errors
/// When a preset or a file of the project cannot be read.
pub fn candidates(catalog: &Catalog, tree: &dyn Tree, layers: &Layers) -> Result<Vec<Candidate>, Box<Diagnostic>> {
    let mut all = Vec::new();
    let marked = catalog.marked(tree.root())?;
    // only a choice needs to know which of them can be started
    let alone = marked.len() == 1;
    for id in marked {
        let preset = catalog.preset(&id)?;
        let project = Project::new(&preset, tree, super::complete::given(layers));
        let found = if preset.detect.when.is_empty() {
            Some(None)
        } else {
            preset.detect.when.iter().find(|when| project.holds(when)).map(|when| project.evidence(when))
        };
        let Some(evidence) = found else { continue };
        let starts = alone || project.field("start").is_some() && !start::served_by_another(&project);
        drop(project);
        all.push(Candidate { preset, evidence, starts });
    }
    all.sort_by_key(|candidate| !candidate.starts);
    Ok(all)
}

/// The languages that the service may be written in, as far as they cannot be told apart: what only helps another one
/// is left out, and so is what cannot be started beside the one that can.
///
/// # Errors
/// When a preset or a file of the project cannot be read.
pub fn contenders(catalog: &Catalog, tree: &dyn Tree, layers: &Layers) -> Result<Vec<Candidate>, Box<Diagnostic>> {
    let mut found = candidates(catalog, tree, layers)?;
    if found.len() > 1 {
        let helpers = |candidate: &Candidate| candidate.preset.detect.yields && !candidate.starts;
        if found.iter().any(|candidate| !helpers(candidate)) {
            found.retain(|candidate| !helpers(candidate));
        }
    }
    let starting = found.iter().filter(|candidate| candidate.starts).count();
    if found.len() > 1 && starting == 1 {
        found.retain(|candidate| candidate.starts);
    }
    Ok(found)
}

/// The language: the one that was asked for, or the only one that is there.
///
/// # Errors
/// When there is none, or several that could be meant.
pub fn choose_language(
    catalog: &Catalog,
    tree: &dyn Tree,
    layers: &Layers,
) -> Result<(Preset, Option<Evidence>), Box<Diagnostic>> {
    if let Some(asked) = layers.found("service.lang") {
        let id = catalog.resolve(&asked.value)?;
        return Ok((catalog.preset(&id)?, None));
    }
    let mut found = contenders(catalog, tree, layers)?;
    match found.len() {
        0 => Err(Box::new(Diagnostic::error("no language was found in this folder").help(format!(
            "name it with `--lang`, one of {}; in an empty folder add `--starter` for a small service that runs",
            catalog.languages().join(", ")
        )))),
        1 => {
            let Candidate { preset, evidence, .. } = found.remove(0);
            Ok((preset, evidence))
        }
        _ => {
            let listed: Vec<String> = found
                .iter()
                .map(|candidate| match &candidate.evidence {
                    Some(evidence) => format!("{} ({})", candidate.preset.title, evidence.file),
                    None => candidate.preset.title.clone(),
                })
                .collect();
            let flags: Vec<String> =
                found.iter().map(|candidate| format!("`--lang {}`", candidate.preset.id)).collect();
            Err(Box::new(
                Diagnostic::error(format!("several languages were found: {}", listed.join(", ")))
                    .help(format!("say which one the service is written in: {}", flags.join(" or "))),
            ))
        }
    }
}
