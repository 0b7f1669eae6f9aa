//! The build: steps, packages, mounts and what is shipped, as the preset chooses them for the project.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cache, Own, Pair, Recipe, Record, SecretMount, Ship};
use crate::catalog::Preset;
use crate::catalog::preset::{CredentialKind, Manager, Settings, Step};
use crate::detect::text::fill_with;
use crate::detect::{Project, start};
use crate::report::Diagnostic;
use crate::spec::Spec;
use crate::spec::file::StageTable;
use crate::spec::secret;
use crate::spec::values::{AbsPath, EnvName, Line, PackageName, RelPath, SecretId, Shell, shell_word};

/// What of the preset applies to this project.
pub(super) struct Applied<'p> {
    pub(super) manager: Option<&'p Manager>,
    pub(super) settings: Vec<&'p Settings>,
}

impl<'p> Applied<'p> {
    pub(super) fn new(project: &Project<'p>, spec: &Spec) -> Self {
        let preset = project.preset;
        Self {
            manager: preset.managers.iter().find(|manager| spec.manager.as_deref() == Some(manager.id.as_str())),
            settings: preset.settings.iter().filter(|settings| project.holds(&settings.when)).collect(),
        }
    }

    /// The packages that the settings name for a distribution, with the user's own, sorted.
    pub(super) fn packages(
        &self,
        of: impl Fn(&Settings) -> &BTreeMap<String, Vec<String>>,
        os: &str,
        own: &StageTable,
    ) -> Result<Vec<PackageName>, String> {
        let mut all: BTreeSet<PackageName> = own.packages.iter().cloned().collect();
        for settings in &self.settings {
            let table = of(settings);
            match table.get(os) {
                Some(packages) => {
                    for package in packages {
                        all.insert(PackageName::new(package.clone())?);
                    }
                }
                None if os == "none" && table.values().any(|packages| !packages.is_empty()) => {
                    let packages = table
                        .values()
                        .flatten()
                        .map(String::as_str)
                        .collect::<BTreeSet<_>>()
                        .into_iter()
                        .collect::<Vec<_>>()
                        .join(", ");
                    return Err(format!(
                        "the service needs {packages} at run time, and this base has no package manager: take `--base slim`"
                    ));
                }
                None => {}
            }
        }
        Ok(all.into_iter().collect())
    }
}

pub(super) fn make(
    project: &Project,
    spec: &Spec,
    applied: &Applied,
    build_os: &str,
    workdir: &str,
) -> Result<Recipe, String> {
    let preset = project.preset;
    let framework = start::framework(project);
    let allowed = allowed(project, applied);
    let mut recipe = Recipe {
        packages: applied.packages(|settings| &settings.build_packages, build_os, &spec.file.stages.build)?,
        ..Recipe::default()
    };
    recipe.packages.extend(spec.file.stages.deps.packages.iter().cloned());
    recipe.packages.sort();
    recipe.packages.dedup();

    let mut env = BTreeMap::new();
    let tables = [
        Some(&preset.build_env),
        applied.manager.map(|manager| &manager.build_env),
        framework.map(|framework| &framework.build_env),
    ];
    for (name, value) in
        tables.into_iter().flatten().chain(applied.settings.iter().map(|settings| &settings.build_env)).flatten()
    {
        if let Some(value) = project.fill(value, str::to_owned) {
            env.insert(EnvName::new(name.clone())?, Line::new(value)?);
        }
    }
    recipe.env = pairs(env);

    if let Some(manager) = applied.manager {
        for manifest in &manager.manifests {
            if let Some(folder) = manifest.strip_suffix('/') {
                if project.tree.has_folder(folder) {
                    recipe.manifest_folders.push(RelPath::new(folder)?);
                }
                continue;
            }
            for path in project.paths(manifest) {
                if ignored_as_credential(&path) && !allowed.iter().any(|allowed| allowed.as_str() == path) {
                    continue;
                }
                let list = if path.contains('/') { &mut recipe.manifest_folders } else { &mut recipe.manifests };
                let path = RelPath::new(path)?;
                if !list.contains(&path) {
                    list.push(path);
                }
            }
        }
        for target in &manager.caches {
            let target = AbsPath::new(target.clone())?;
            let id = Line::new(format!(
                "{}-{}-{}",
                spec.name,
                manager.id,
                target.as_str().rsplit('/').next().unwrap_or_default()
            ))?;
            recipe.caches.push(Cache { id, target });
        }
    }

    let trusted = trusted(preset, spec);
    let prefixes = Prefixes { credentials: mounts(spec, applied, &mut recipe)? + &trusted, trusted };
    recipe.steps = steps(project, spec, applied, &prefixes)?;

    if let Some(framework) = framework {
        for ship in framework.ship.iter().filter(|ship| ship.when.as_ref().is_none_or(|when| project.holds(when))) {
            recipe.ship.push(shipped(project, &ship.from, &ship.to, workdir)?);
        }
        recipe.output =
            project.first(&framework.output).map(|found| RelPath::new(found.value.trim_matches('/'))).transpose()?;
    }
    for ship in preset.ship.iter().filter(|ship| ship.when.as_ref().is_none_or(|when| project.holds(when))) {
        recipe.ship.push(shipped(project, &ship.from, &ship.to, workdir)?);
    }
    let after_source = preset.steps.keys().map(String::as_str).chain(["build", "rebuild"]);
    let mut steps = after_source.filter_map(|name| recipe.steps.0.get(name));
    recipe.built = steps.any(Option::is_some) || recipe.output.is_some() || !spec.file.stages.build.run.is_empty();
    recipe.deps = own(preset, spec, &spec.file.stages.deps)?;
    recipe.build = own(preset, spec, &spec.file.stages.build)?;
    Ok(recipe)
}

fn shipped(project: &Project, from: &str, to: &str, workdir: &str) -> Result<Ship, String> {
    let filled = |text: &str| {
        project
            .fill(text, str::to_owned)
            .ok_or_else(|| format!("`{text}` of the preset `{}` needs a fact that was not found", project.preset.id))
    };
    let from = filled(from)?;
    let from = if from.starts_with('/') { from } else { format!("{workdir}/{from}") };
    Ok(Ship { from: Line::new(from)?, to: Line::new(filled(to)?)? })
}

/// Configuration that the build needs although its name is a credential's, and that holds no secret.
pub(super) fn allowed(project: &Project, applied: &Applied) -> Vec<RelPath> {
    let mut allowed = Vec::new();
    for path in applied.settings.iter().flat_map(|settings| &settings.context) {
        let Some(text) = project.tree.read(path) else { continue };
        match secret_line(text) {
            None => allowed.extend(RelPath::new(path.clone())),
            Some(line) => project.add_note(
                Diagnostic::warning(format!("{path}:{line} holds a secret: the file stays out of the build"))
                    .help("take the secret out of the file (and renew it, if it was committed), and give it to the build as a secret: see build.secrets"),
            ),
        }
    }
    allowed
}

/// The line of the first secret in a configuration file.
fn secret_line(text: &str) -> Option<usize> {
    text.lines()
        .position(|line| {
            let line = line.trim();
            if line.starts_with(['#', ';']) {
                return false;
            }
            // `//host/:_authToken=x`, `npmAuthToken: x`
            let (name, value) = line.split_once('=').or_else(|| line.split_once(": ")).unwrap_or((line, ""));
            let value = value.trim().trim_matches(['"', '\'']);
            let auth = name.rsplit(':').next().unwrap_or_default().eq_ignore_ascii_case("_auth")
                && !value.is_empty()
                && !value.starts_with('$');
            // what a front end is built with is public by its name
            let public = ["VITE_", "NEXT_PUBLIC_", "NUXT_PUBLIC_", "REACT_APP_", "PUBLIC_", "GATSBY_"]
                .iter()
                .any(|prefix| name.trim().starts_with(prefix));
            auth || secret::kind(if public { "" } else { name.trim() }, value).is_some()
        })
        .map(|line| line + 1)
}

/// Names that .dockerignore keeps out, and that some package manager wants as configuration.
fn ignored_as_credential(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, ".npmrc" | ".yarnrc.yml" | ".yarnrc" | ".pypirc" | ".netrc" | "pip.conf" | "bunfig.toml")
        || name.starts_with(".env")
        || path == ".cargo/config.toml"
}

/// The id of the mount that holds the authority which the build trusts.
const AUTHORITY: &str = "build_ca";

/// The variables that steps begin with.
struct Prefixes {
    /// Where credentials are mounted.
    credentials: String,
    /// Where only the authority is.
    trusted: String,
}

/// The variables that name the authority which the build trusts, before a step that sees it.
fn trusted(preset: &Preset, spec: &Spec) -> String {
    let names = spec.file.build.ca.iter().flat_map(|_| &preset.ca_env);
    names.map(|name| format!("{name}=/run/secrets/{AUTHORITY} ")).collect()
}

/// The secret mounts, and the variables that the steps which use them begin with.
fn mounts(spec: &Spec, applied: &Applied, recipe: &mut Recipe) -> Result<String, String> {
    let mut prefix = String::new();
    for asked in &spec.build_secrets {
        let known =
            applied.manager.and_then(|manager| manager.credentials.iter().find(|known| known.id == asked.id.as_str()));
        let mut set = |name: &str, value: &str| prefix.push_str(&format!("{name}={} ", shell_word(value)));
        for (name, value) in known.iter().flat_map(|known| &known.with_env) {
            set(name, value);
        }
        if known.is_some_and(|known| known.kind == CredentialKind::Ssh) {
            recipe.ssh = true;
            continue;
        }
        let target = match (&asked.target, known.and_then(|known| known.target.as_ref())) {
            (Some(target), _) => Some(target.clone()),
            (None, Some(target)) => Some(AbsPath::new(target.clone())?),
            (None, None) => None,
        };
        let file = target.as_ref().map_or_else(|| format!("/run/secrets/{}", asked.id), ToString::to_string);
        match (&asked.env, known.and_then(|known| known.env.as_deref())) {
            (Some(env), _) => set(env.as_str(), &file),
            (None, Some(env)) => set(env, &file),
            (None, None) => {}
        }
        let variable = EnvName::of(asked.id.as_str())?;
        recipe.mounts.push(SecretMount {
            id: asked.id.clone(),
            target,
            required: asked.required,
            file_variable: EnvName::new(format!("{variable}_FILE"))?,
            variable,
            file: None,
        });
    }
    if let Some(file) = &spec.file.build.ca {
        let id = SecretId::new(AUTHORITY)?;
        recipe.authority = Some(id.clone());
        recipe.mounts.push(SecretMount {
            id,
            target: None,
            required: true,
            file_variable: EnvName::new("BUILD_CA_FILE")?,
            variable: EnvName::new("BUILD_CA")?,
            file: Some(file.clone()),
        });
    }
    Ok(prefix)
}

fn steps(project: &Project, spec: &Spec, applied: &Applied, prefixes: &Prefixes) -> Result<Record<Shell>, String> {
    let preset = project.preset;
    let framework = start::framework(project);
    let mut steps = Record::default();
    let resolver = Resolver { project, manager: applied.manager };
    let is_in = |list: &[String], name: &str| list.iter().any(|step| step == name);
    let with_environment = |name: &str, text: String| {
        if applied.manager.is_some_and(|manager| is_in(&manager.with_credentials, name)) {
            with_environment(&prefixes.credentials, &text)
        } else if is_in(&preset.ca_steps, name) {
            with_environment(&prefixes.trusted, &text)
        } else {
            text
        }
    };
    for name in preset.managers.iter().flat_map(|manager| manager.steps.keys()) {
        steps.0.entry(name.clone()).or_insert(None);
    }
    let of_manager = applied.manager.into_iter().flat_map(|manager| &manager.steps);
    for (name, choice) in of_manager.chain(&preset.steps) {
        let text = resolver.choose(choice)?;
        let text = text.map(|text| with_environment(name, text));
        steps.0.insert(name.clone(), text.map(Shell::new).transpose()?);
    }
    let build = match &spec.build {
        Some(Some(command)) => Some(Shell::new(with_environment("build", command.to_string()))?),
        Some(None) => None,
        None => {
            let of_framework = framework.map(|framework| framework.build.as_slice()).unwrap_or_default();
            let chosen = if of_framework.is_empty() {
                resolver.choose(&preset.build)?
            } else {
                resolver.choose(of_framework)?
            };
            chosen.map(|text| with_environment("build", text)).map(Shell::new).transpose()?
        }
    };
    steps.0.insert("build".to_owned(), build);
    Ok(steps)
}

/// Puts variables before a command: `A=b cmd`, or `export A=b; first && second`.
fn with_environment(prefix: &str, command: &str) -> String {
    if prefix.is_empty() {
        command.to_owned()
    } else if command.contains(['&', '|', ';', '\n']) {
        format!("export {}; {command}", prefix.trim_end())
    } else {
        format!("{prefix}{command}")
    }
}

struct Resolver<'r, 'p> {
    project: &'r Project<'p>,
    manager: Option<&'p Manager>,
}

impl Resolver<'_, '_> {
    /// The first step whose condition holds; `None` when it is empty or there is none.
    fn choose(&self, choice: &[Step]) -> Result<Option<String>, String> {
        let Some(step) = choice.iter().find(|step| step.when.as_ref().is_none_or(|when| self.project.holds(when)))
        else {
            return Ok(None);
        };
        if step.run.is_empty() {
            return Ok(None);
        }
        // `{run}` may be another step of the manager: that is text for the shell; a fact's value is quoted
        let filled = fill_with(&step.run, |name| {
            let other = self.manager.and_then(|manager| manager.steps.get(name));
            match other {
                Some(choice) => self.choose(choice).ok().flatten(),
                None => self
                    .project
                    .text_of(name)
                    .map(|value| value.split(' ').map(shell_word).collect::<Vec<_>>().join(" ")),
            }
        });
        filled.map(Some).ok_or_else(|| {
            format!(
                "the step `{}` of the preset `{}` needs a fact that was not found",
                step.run, self.project.preset.id
            )
        })
    }
}

/// What a user adds to a stage.
pub(super) fn own(preset: &Preset, spec: &Spec, stage: &StageTable) -> Result<Own, String> {
    let trusted = trusted(preset, spec);
    let run = stage.run.iter().map(|step| Shell::new(with_environment(&trusted, step.as_str())));
    Ok(Own { copy: stage.copy.clone(), env: pairs(stage.env.clone()), run: run.collect::<Result<_, _>>()? })
}

pub(super) fn pairs(map: BTreeMap<EnvName, Line>) -> Vec<Pair<EnvName>> {
    map.into_iter().map(|(name, value)| Pair { name, value }).collect()
}
