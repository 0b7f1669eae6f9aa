//! Which package manager: what the project names, then its lockfiles, then the default.

use super::project::{Evidence, Found, Origin, Project};
use super::release;
use crate::catalog::preset::Manager;
use crate::report::Diagnostic;

/// The manager by the rank of signs: named, locked, seen, default.
pub(super) fn choose<'a>(project: &Project<'a>) -> Option<(&'a Manager, Found)> {
    let managers = &project.preset.managers;
    if let Some(given) = project.given("manager") {
        return managers.iter().find(|manager| manager.id == given.value).map(|manager| (manager, given.clone()));
    }
    for manager in managers {
        if let Some(found) = project.first(&manager.declared) {
            return Some((manager, found));
        }
    }
    let seen: Vec<(&Manager, Evidence)> = managers
        .iter()
        .filter_map(|manager| {
            let when = manager.when.iter().find(|when| project.holds(when))?;
            let evidence = project.evidence_of(when).or_else(|| {
                let file = manager.lockfiles.iter().find(|file| project.tree.exists(file))?;
                Some(Evidence { file: file.clone(), line: 1 })
            });
            evidence.map(|evidence| (manager, evidence))
        })
        .collect();
    if seen.len() > 1 {
        let listed = seen
            .iter()
            .map(|(manager, evidence)| format!("{} ({})", manager.title, evidence.file))
            .collect::<Vec<_>>()
            .join(", ");
        project.note(
            Diagnostic::note(format!(
                "there are signs of several package managers: {listed}; {} is taken",
                seen[0].0.title
            ))
            .help(format!("delete what is stale, or choose with `--set build.manager={}`", seen[1].0.id)),
        );
    }
    if let Some((manager, evidence)) = seen.into_iter().next() {
        return Some((
            manager,
            Found { value: manager.id.clone(), evidence: Some(evidence), origin: Origin::Detected },
        ));
    }
    managers.iter().find(|manager| manager.default).map(|manager| (manager, Found::preset(manager.id.clone())))
}

/// The manager's exact version.
pub(super) fn version(project: &Project) -> Option<Found> {
    let (manager, found) = choose(project)?;
    let declared =
        (project.given("manager").is_none() && found.value.contains(|c: char| c.is_ascii_digit())).then_some(found);
    let declared = declared.or_else(|| project.first(&manager.version));
    let default = manager.default_version.as_deref();
    match declared {
        Some(declared) => match release::exact(&declared.value, &manager.known_versions, default) {
            Some(version) => Some(Found { value: version, ..declared }),
            None => default.map(Found::preset),
        },
        None => default.map(Found::preset),
    }
}
