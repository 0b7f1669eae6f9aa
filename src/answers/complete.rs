//! The answers that were not given are taken from the project and the preset.

use std::collections::BTreeMap;

use super::Layers;
use crate::catalog::Preset;
use crate::catalog::glob::glob;
use crate::catalog::preset::CredentialKind;
use crate::detect::{Found, Origin, Project, Tree, start, text};
use crate::report::{self, Diagnostic, Severity};
use crate::spec::Spec;
use crate::spec::complete::{Answer, Health};
use crate::spec::file::BuildSecret;
use crate::spec::values::{Argv, EnvName, Line, Port, SecretId, ServiceName, UrlPath, Version};

/// A complete service, and what a person should hear about it.
#[derive(Debug)]
pub struct Completed {
    /// The service.
    pub spec: Spec,
    /// Guesses, warnings, notes.
    pub notes: Vec<Diagnostic>,
}

/// An answer that nothing gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The key of `scaffold.toml`.
    pub key: &'static str,
    /// What is not known.
    pub what: String,
    /// The flag that gives it.
    pub flag: &'static str,
}

/// The answers of the user by the name of the field that the project knows them under.
pub(super) fn given(layers: &Layers) -> BTreeMap<String, Found> {
    let mut given = layers.table("facts");
    for (field, key) in [
        ("release", "build.version"),
        ("manager", "build.manager"),
        ("manager_version", "build.manager_version"),
        ("base", "image.base"),
        ("start", "service.start"),
        ("port", "service.port"),
        ("health", "service.health"),
    ] {
        if let Some(found) = layers.found(key) {
            given.insert(field.to_owned(), found);
        }
    }
    given
}

/// A project through the eyes of its preset, with what the user says.
pub fn project_of<'a>(preset: &'a Preset, tree: &'a dyn Tree, layers: &Layers) -> Project<'a> {
    Project::new(preset, tree, given(layers))
}

/// Completes a service. `folder` is the name of the project's folder.
///
/// # Errors
/// What is wrong, or everything that is missing, in one error.
pub fn complete(project: &Project, layers: &Layers, folder: &str) -> Result<Completed, Box<Diagnostic>> {
    let preset = project.preset;
    let file = layers.merged()?;
    let mut origins = BTreeMap::new();
    let mut missing: Vec<Missing> = Vec::new();

    let name = match &file.service.name {
        Some(name) => name.clone(),
        None => ServiceName::new(text::kebab(folder))
            .or_else(|_| ServiceName::new("service"))
            .map_err(|why| Box::new(Diagnostic::error(why)))?,
    };
    note(
        &mut origins,
        "service.name",
        layers.found("service.name").or(Some(Found {
            value: name.to_string(),
            evidence: None,
            origin: Origin::Detected,
        })),
    );
    note(
        &mut origins,
        "service.lang",
        layers.found("service.lang").or(Some(Found {
            value: preset.id.clone(),
            evidence: None,
            origin: Origin::Detected,
        })),
    );

    let base = project.text_of("base").unwrap_or_else(|| "slim".to_owned());
    if !preset.bases.contains_key(&base) {
        let known: Vec<&str> = preset.bases.keys().map(String::as_str).collect();
        let error = Diagnostic::error(format!("{} has no base `{base}`", preset.title));
        let help = match report::did_you_mean(&base, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? There are {}", known.join(", ")),
            None => format!("the bases are {}", known.join(", ")),
        };
        return Err(Box::new(error.help(help)));
    }
    note(&mut origins, "image.base", project.field("base"));

    if let Some(asked) = &file.build.manager
        && !preset.managers.iter().any(|manager| manager.id == *asked)
    {
        let known: Vec<&str> = preset.managers.iter().map(|manager| manager.id.as_str()).collect();
        let error = Diagnostic::error(format!("{} has no package manager `{asked}`", preset.title));
        return Err(Box::new(match report::did_you_mean(asked, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("there are {}", known.join(", "))),
        }));
    }
    let release = project.field("release");
    note(&mut origins, "build.version", release.clone());
    let manager = project.field("manager");
    note(&mut origins, "build.manager", manager.clone());
    let manager_version = project.field("manager_version").filter(|_| {
        preset.managers.iter().any(|known| {
            manager.as_ref().is_some_and(|found| found.value == known.id) && known.default_version.is_some()
        })
    });
    note(&mut origins, "build.manager_version", manager_version.clone());
    let framework = project.text_of("framework");
    if let Some(found) = project.field("framework") {
        note(&mut origins, "framework", Some(found));
    }

    let served = start::served_by_another(project);
    let chosen = start::chosen(project);
    if chosen.is_none() && !served {
        missing.push(Missing {
            key: "service.start",
            what: "nothing was found that could be started".to_owned(),
            flag: "--set start=\"PROGRAM ARGUMENTS\"",
        });
    }
    if let Some(error) = broken(project).filter(|_| !missing.is_empty()) {
        return Err(error);
    }
    if !missing.is_empty() {
        // a file that cannot be read is why
        if let Some(broken) = project.problems().into_iter().find(|problem| problem.severity == Severity::Error) {
            return Err(Box::new(broken));
        }
        settings_notes(project);
        let mut error =
            Diagnostic::error(missing.iter().map(|missing| missing.what.as_str()).collect::<Vec<_>>().join("; "))
                .help(format!("give {}", missing.iter().map(|missing| missing.flag).collect::<Vec<_>>().join(" ")));
        for problem in project.problems() {
            error = error.with_note(problem.message);
        }
        return Err(Box::new(error));
    }
    let wrong = |why: String| Box::new(Diagnostic::error(why));
    let (start, start_env, handles_sigterm) = match &chosen {
        Some(found) => {
            note(
                &mut origins,
                "service.start",
                Some(Found {
                    value: Argv::new(found.argv.clone()).map_err(wrong)?.to_string(),
                    evidence: found.evidence.clone(),
                    origin: found.origin,
                }),
            );
            let env = found
                .env
                .iter()
                .filter_map(|(name, value)| Some((EnvName::new(name.clone()).ok()?, Line::new(value.clone()).ok()?)))
                .collect();
            (Argv::new(found.argv.clone()).map_err(wrong)?, env, found.handles_sigterm)
        }
        None => (Argv::new(["served"]).map_err(wrong)?, Vec::new(), true),
    };

    let worker = file.service.worker.unwrap_or(false);
    let port_found = if worker { None } else { project.field("port") };
    let port = match &port_found {
        Some(found) => Some(Port::new(found.value.parse::<i64>().unwrap_or_default()).map_err(wrong)?),
        None => None,
    };
    note(&mut origins, "service.port", port_found);
    let port_env = start::port_env(project).and_then(|name| EnvName::new(name).ok()).filter(|_| port.is_some());

    let health_found = project.field("health");
    let health = if file.health.none {
        Health::None
    } else if let Some(command) = &file.health.command {
        Health::Command(command.clone())
    } else if let Some(heartbeat) = &file.health.heartbeat {
        Health::Heartbeat(heartbeat.clone())
    } else if port.is_none() {
        Health::None
    } else if let Some(found) = &health_found {
        Health::Path(UrlPath::new(found.value.clone()).map_err(wrong)?)
    } else {
        // what serves the files of a front end answers a path of its own
        if !served {
            project.add_note(
                Diagnostic::note("no health path was found: `/` is asked, and any answer below 500 counts")
                    .help("name one with `--set health=/healthz`"),
            );
        }
        Health::Reachable
    };
    if port.is_some() {
        note(&mut origins, "service.health", health_found);
    }
    let given = [file.health.none, file.health.command.is_some(), file.health.heartbeat.is_some()]
        .iter()
        .filter(|given| **given)
        .count();
    if given > 1 {
        return Err(wrong("`[health]` has more than one of `command`, `heartbeat` and `none`: keep one".to_owned()));
    }

    let mut build_secrets = file.build.secrets.clone();
    // who says which secrets there are has said all of them: nothing is proposed
    let said = layers.origin("build.secrets").is_some();
    if !said
        && let Some(known) =
            preset.managers.iter().find(|known| manager.as_ref().is_some_and(|found| found.value == known.id))
    {
        for credential in &known.credentials {
            if credential.kind == CredentialKind::File && credential.when.iter().any(|when| project.holds(when)) {
                build_secrets.push(BuildSecret {
                    id: SecretId::new(credential.id.clone()).map_err(wrong)?,
                    target: None,
                    env: None,
                    required: false,
                });
                project.add_note(Diagnostic::note(format!(
                    "the build takes the secret `{}`: {}",
                    credential.id, credential.title
                )));
            }
        }
    }

    let version = |found: Option<Found>| found.map(|found| Version::new(found.value)).transpose();
    let spec = Spec {
        name,
        lang: preset.id.clone(),
        release: version(release).map_err(wrong)?,
        manager: manager.map(|found| found.value),
        manager_version: version(manager_version).map_err(wrong)?,
        framework,
        base,
        start,
        start_env,
        handles_sigterm,
        port,
        port_env,
        health,
        build: file.build.command.clone().map(|command| command.0),
        build_secrets,
        file,
        origins,
    };
    start::look_for_loopback(project);
    settings_notes(project);
    lockfile_note(project);
    if let Some(port) = spec.port.filter(|port| port.get() < 1024) {
        project.add_note(
            Diagnostic::warning(format!(
                "the service listens on port {port}: under Kubernetes a process without privileges may not"
            ))
            .help("let it read its port from a variable, and use 1024 or above"),
        );
    }
    if let Some(error) = broken(project) {
        return Err(error);
    }
    Ok(Completed { spec, notes: notes(project) })
}

/// A file that says what the project is, and cannot be read: whatever was found besides is not to be relied on.
fn broken(project: &Project) -> Option<Box<Diagnostic>> {
    let says = |file: &str| project.preset.detect.markers.iter().any(|marker| glob(marker, file));
    let fatal = |problem: &Diagnostic| {
        problem.severity == Severity::Error && problem.place.as_ref().is_some_and(|place| says(&place.file))
    };
    project.problems().into_iter().find(fatal).map(Box::new)
}

/// What a person should hear. What could not be read and was not needed is no error.
#[must_use]
pub fn notes(project: &Project) -> Vec<Diagnostic> {
    let milder = |note: Diagnostic| Diagnostic { severity: note.severity.min(Severity::Warning), ..note };
    project.problems().into_iter().map(milder).collect()
}

fn settings_notes(project: &Project) {
    for settings in project.preset.settings.iter().filter(|settings| settings.warning.is_some()) {
        if project.holds(&settings.when)
            && let Some(warning) = settings.warning.as_ref().and_then(|warning| project.fill(warning, str::to_owned))
        {
            let mut warning = Diagnostic::warning(warning);
            warning.help.clone_from(&settings.help);
            project.add_note(warning);
        }
    }
}

fn lockfile_note(project: &Project) {
    let Some(manager) =
        project.text_of("manager").and_then(|id| project.preset.managers.iter().find(|manager| manager.id == id))
    else {
        return;
    };
    let needed = !manager.lockfiles.is_empty() && !project.dependencies().is_empty();
    if needed && !manager.lockfiles.iter().any(|file| project.tree.exists(file)) {
        let mut warning = Diagnostic::warning(format!(
            "there is no {}: every build may take other versions of the dependencies",
            manager.lockfiles.join(" or ")
        ));
        warning.help = manager.lock_with.as_ref().map(|command| format!("run `{command}` and commit the file"));
        project.add_note(warning);
    }
}

fn note(origins: &mut BTreeMap<String, Answer>, key: &str, found: Option<Found>) {
    if let Some(found) = found {
        let origin = match found.origin {
            Origin::Flag => "flag",
            Origin::Spec => "spec",
            Origin::Prompt => "prompt",
            Origin::Detected => "detected",
            Origin::Preset => "preset",
        };
        origins.insert(
            key.to_owned(),
            Answer { value: found.value, origin, evidence: found.evidence.map(|evidence| evidence.to_string()) },
        );
    }
}
