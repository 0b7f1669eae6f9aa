//! From a folder and what was said about it to the files of a set-up: answers, plans, stack, texts. Nothing is written.

use std::collections::BTreeMap;
use std::path::Path;

use super::disk::DiskTree;
use super::new::folder_name;
use super::{Context, Failure, folder_error};
use crate::answers::{
    Completed, Layers, MemberLayers, choose_language, complete, has_own, members, project_of, server_of,
};
use crate::catalog::Preset;
use crate::plan::stack::{self, Stack};
use crate::plan::{self, Plan};
use crate::render::{FileSet, image_files, stack_files};
use crate::report::Diagnostic;
use crate::spec::file::NAME;
use crate::spec::place;
use crate::spec::values::ServiceName;

/// A set-up that is ready to be held against the disk.
pub(super) struct Ready {
    /// The preset of the project's first service.
    pub(super) preset: Preset,
    /// Its answers, and what a person should hear about all services.
    pub(super) completed: Completed,
    pub(super) plan: Plan,
    pub(super) stack: Stack,
    pub(super) files: FileSet,
    /// The root is a service itself.
    pub(super) own: bool,
}

/// A service that is planned.
struct Planned {
    member: MemberLayers,
    preset: Preset,
    /// What serves the files that it builds, if that is another's program.
    server: Option<Preset>,
    completed: Completed,
    plan: Plan,
}

/// Answers, plans and files.
pub(super) fn make(
    context: &Context,
    dir: &Path,
    layers: &Layers,
    starter: &BTreeMap<String, String>,
) -> Result<Ready, Failure> {
    ready(context, dir, layers, starter).map_err(|failure| placed(dir, failure))
}

/// What is wrong with a key says where it stands.
fn placed(dir: &Path, mut failure: Failure) -> Failure {
    let error = &mut failure.diagnostic;
    if error.place.is_none() && !error.key.is_empty() {
        let path = dir.join(NAME);
        // no such file, or no such key in it: somebody said it by a flag
        if let Ok(text) = std::fs::read_to_string(&path) {
            let text = text.trim_start_matches('\u{feff}');
            if let Some(span) = place::of(text, &error.key) {
                let there = Diagnostic::error("").at(path.display().to_string(), text, span);
                error.place = there.place;
            }
        }
    }
    failure
}

fn ready(context: &Context, dir: &Path, layers: &Layers, starter: &BTreeMap<String, String>) -> Result<Ready, Failure> {
    let file = layers.merged()?;
    let own = has_own(&file, layers);
    let mut all = Vec::new();
    for member in members(&file, layers) {
        all.push(plan_of(context, dir, member, starter)?);
    }
    let name = if own {
        all.first().map(|first: &Planned| first.plan.name.clone())
    } else {
        ServiceName::new(crate::detect::text::kebab(&folder_name(dir))).ok()
    };
    let name = name.map_or_else(|| ServiceName::new("services"), Ok).map_err(Diagnostic::error)?;
    let listed: Vec<stack::Member<'_>> = all
        .iter()
        .map(|planned| stack::Member {
            plan: &planned.plan,
            spec: &planned.completed.spec,
            path: planned.member.path.as_ref().map_or("", |path| path.as_str()),
            uses: planned.member.uses.as_deref(),
        })
        .collect();
    let stack = stack::make(&context.catalog, &name, &file, &listed)?;
    let files = files_of(context, &all, &stack, file.outputs.dockerignore)?;
    let mut all = all.into_iter();
    let Some(Planned { preset, mut completed, plan, .. }) = all.next() else {
        return Err(Failure::input(Diagnostic::error("there is no service")));
    };
    for other in all {
        completed.notes.extend(other.completed.notes);
        let prefix = other.member.key.map(|key| format!("services.{key}.")).unwrap_or_default();
        let answers = other.completed.spec.origins.into_iter();
        completed.spec.origins.extend(answers.map(|(key, answer)| (format!("{prefix}{key}"), answer)));
    }
    let notes = stack
        .units
        .iter()
        .filter_map(|unit| Some(Diagnostic::note(format!("{}: {}", unit.title, unit.note.as_ref()?))));
    completed.notes.extend(notes);
    if stack.units.iter().any(|unit| unit.built.is_some() && !unit.capabilities.is_empty()) {
        completed.notes.push(
            Diagnostic::note("a program that is not root gains nothing by a kept capability: `no-new-privileges` forbids it to take one")
                .help("keep it only for a file that carries it (setcap), which does not start without; a port below 1024 needs none under Docker"),
        );
    }
    completed.spec.file = file;
    Ok(Ready { preset, completed, plan, stack, files, own })
}

/// All files: those of each image, and those of the stack.
fn files_of(context: &Context, all: &[Planned], stack: &Stack, dockerignore: bool) -> Result<FileSet, Failure> {
    let catalog = &context.catalog;
    let mut files = FileSet::default();
    for planned in all {
        let prefix = planned.member.path.as_ref().map(|path| format!("{path}/")).unwrap_or_default();
        let Planned { preset, server, plan, .. } = planned;
        let made = image_files(catalog, preset, server.as_ref(), plan, &prefix, dockerignore)?;
        for (path, text) in made.0 {
            if files.0.insert(path.clone(), text).is_some() {
                return Err(Failure::input(
                    Diagnostic::error(format!("two services write {path}"))
                        .about(&[&key_of(&planned.member)[..], &["path"]].concat())
                        .help("each service of scaffold.toml has a folder of its own"),
                ));
            }
        }
    }
    files.0.extend(stack_files(catalog, stack)?.0);
    Ok(files)
}

/// Answers and plan of one service.
fn plan_of(
    context: &Context,
    dir: &Path,
    member: MemberLayers,
    starter: &BTreeMap<String, String>,
) -> Result<Planned, Failure> {
    let memory;
    let disk;
    let folder = member.path.as_ref().map_or_else(|| dir.to_owned(), |path| dir.join(path.as_str()));
    let tree: &dyn crate::detect::Tree = if starter.is_empty() {
        if !folder.is_dir() && member.path.is_some() {
            let mut failure = folder_error(&folder, "is the folder of a service, and there is no such folder");
            failure.diagnostic = Box::new(failure.diagnostic.about(&[&key_of(&member)[..], &["path"]].concat()));
            return Err(failure);
        }
        disk = DiskTree::open(&folder).map_err(|error| folder_error(&folder, &error.to_string()))?;
        &disk
    } else {
        memory = crate::detect::MemoryTree::new(starter.clone());
        &memory
    };
    let layers = &member.layers;
    let (preset, evidence) = choose_language(&context.catalog, tree, layers)?;
    let project = project_of(&preset, tree, layers);
    let found = server_of(&context.catalog, &project, layers)?;
    let (project, layers) = match &found {
        Some((_, layers)) => (project_of(&preset, tree, layers), layers),
        None => (project, layers),
    };
    let server = found.as_ref().map(|(server, _)| server);
    let mut completed = complete(&project, layers, &folder_name(&folder))?;
    if let Some(answer) = completed.spec.origins.get_mut("service.lang").filter(|answer| answer.origin == "detected") {
        answer.evidence = evidence.map(|evidence| evidence.to_string());
    }
    if let (Some(path), Some(key)) = (&member.path, &member.key)
        && folder.join(NAME).exists()
    {
        completed.notes.push(
            Diagnostic::warning(format!("{path}/{NAME} is not read: the service is what [services.{key}] says"))
                .help(format!("move what it says to [services.{key}], and delete it")),
        );
    }
    let plan =
        plan::make(&project, &completed.spec, server).map_err(|error| Box::new(error.within(&key_of(&member))))?;
    drop(project);
    let server = found.map(|(server, _)| server);
    Ok(Planned { member, preset, server, completed, plan })
}

/// Where scaffold.toml speaks of a service.
fn key_of(member: &MemberLayers) -> Vec<&str> {
    member.key.iter().flat_map(|key| ["services", key.as_str()]).collect()
}
