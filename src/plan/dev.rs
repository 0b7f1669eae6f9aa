//! The stage `dev`, and what compose does when the source changes.

use std::collections::BTreeMap;

use super::recipe::{Applied, pairs};
use super::{Dev, Recipe, Runtime, Tmpfs, health};
use crate::catalog::preset::{DevAction, DevWay, Os};
use crate::detect::Project;
use crate::spec::Spec;
use crate::spec::complete::Health as Asked;
use crate::spec::values::{EnvName, Line, Port, RelPath, Size};

/// How the service runs while somebody works on it. `served`: in production another preset's server serves it.
pub(super) fn make(
    project: &Project,
    spec: &Spec,
    applied: &Applied,
    recipe: &Recipe,
    runtime: &Runtime,
    tmpfs: &[Tmpfs],
    served: bool,
) -> Result<Option<Dev>, String> {
    if !spec.file.outputs.dev {
        return Ok(None);
    }
    let preset = project.preset;
    let workdir = preset.workdir.as_str();
    let lines = |texts: &[String]| texts.iter().map(|text| Line::new(text.clone())).collect::<Result<Vec<_>, _>>();
    let manifests = recipe.manifests.iter().chain(&recipe.manifest_folders).cloned().collect();
    let plain = Dev {
        rebuild: true,
        restart: false,
        entrypoint: Vec::new(),
        arguments: Vec::new(),
        debug_port: None,
        target: Line::new(workdir)?,
        manifests,
        ignore: lines(&preset.dev.ignore)?,
        env: Vec::new(),
        health: None,
        memory: None,
        writable: Vec::new(),
    };
    // the stage is FROM an image of the build: its own programs are those of a base with a distribution
    let os = if recipe_os(project, spec) == Os::Alpine { "alpine" } else { "slim" };
    let Some(base) = preset.bases.get(os) else { return Ok(Some(plain)) };
    // the processes of an image without a distribution name programs where the stage has none
    let foreign = preset.bases.get(&spec.base).is_some_and(|own| own.os == Os::None && own.programs != base.programs);
    let way = preset.dev.ways.iter().find(|way| fits(way, project, spec, recipe, served));
    let kept = !foreign || spec.file.processes.is_empty();
    let Some(way) = way.filter(|way| kept && way.action != DevAction::Rebuild) else {
        return Ok(Some(plain));
    };

    let Some(mut words) = command(way, project, spec, applied).filter(|words| !words.is_empty()) else {
        return Ok(Some(plain));
    };
    if let Some(program) = words.first_mut()
        && let Some(real) = base.programs.get(program)
    {
        program.clone_from(real);
    }
    let words = lines(&words)?;
    let mut env: BTreeMap<EnvName, Line> = if served { BTreeMap::new() } else { of(runtime) };
    for (name, value) in &preset.dev.env {
        if let Some(value) = project.fill(value, str::to_owned) {
            env.insert(EnvName::new(name.clone())?, Line::new(value)?);
        }
    }
    env.extend(spec.file.runtime.env.clone());
    let asked = if served { Asked::Reachable } else { spec.health.clone() };
    let own = Spec { base: os.to_owned(), ..spec.clone() };
    let debug_port = way.debug_port.map(|port| Port::new(i64::from(port))).transpose()?;
    Ok(Some(Dev {
        rebuild: false,
        restart: way.action == DevAction::Restart,
        entrypoint: words.iter().take(1).cloned().collect(),
        arguments: words.into_iter().skip(1).collect(),
        debug_port,
        env: pairs(env),
        health: health::make(&own, preset, base, false, &asked, spec.port)?,
        memory: match (&spec.file.runtime.memory, &preset.dev.memory) {
            (None, Some(memory)) => Some(Size::new(memory.clone())?),
            _ => None,
        },
        writable: writable(&preset.dev.writable, tmpfs, workdir)?,
        ..plain
    }))
}

fn of(runtime: &Runtime) -> BTreeMap<EnvName, Line> {
    runtime.env.iter().map(|pair| (pair.name.clone(), pair.value.clone())).collect()
}

/// Folders of the working directory that belong to the service. A mount in one of them would make it root's on the way.
fn writable(of_preset: &[String], tmpfs: &[Tmpfs], workdir: &str) -> Result<Vec<RelPath>, String> {
    let mut all: Vec<String> = of_preset.to_vec();
    let inside = |folder: &Tmpfs| Some(folder.path.as_str().strip_prefix(workdir)?.strip_prefix('/')?.to_owned());
    for path in tmpfs.iter().filter_map(inside) {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for parent in ends.filter_map(|end| path.get(..end)) {
            if !all.iter().any(|there| there == parent) {
                all.push(parent.to_owned());
            }
        }
    }
    all.into_iter().map(RelPath::new).collect()
}

/// The distribution of the build stages.
fn recipe_os(project: &Project, spec: &Spec) -> Os {
    let build = project.preset.bases.get(&spec.base).map(|base| base.build.as_str());
    if build.is_some_and(|build| build.contains("alpine")) { Os::Alpine } else { Os::Debian }
}

fn fits(way: &DevWay, project: &Project, spec: &Spec, recipe: &Recipe, served: bool) -> bool {
    let source_itself = way.without.is_empty()
        || recipe.build.run.is_empty()
            && way.without.iter().all(|step| recipe.steps.0.get(step).is_none_or(Option::is_none));
    let program = way.program.as_ref().is_none_or(|program| spec.start.words().next() == Some(program.as_str()));
    let started = !way.argv.is_empty() || way.action == DevAction::Rebuild || !served;
    started && source_itself && program && way.when.as_ref().is_none_or(|when| project.holds(when))
}

/// The command of a way: its own, or the start command with what the way adds.
fn command(way: &DevWay, project: &Project, spec: &Spec, applied: &Applied) -> Option<Vec<String>> {
    let mut words: Vec<String> = if way.argv.is_empty() {
        let mut words: Vec<String> = spec.start.words().map(str::to_owned).collect();
        let at = words.len().min(1);
        words.splice(at..at, applied.settings.iter().flat_map(|settings| settings.options.iter().cloned()));
        words
    } else {
        way.argv.iter().map(|word| project.fill(word, str::to_owned)).collect::<Option<_>>()?
    };
    let at = words.len().min(1);
    words.splice(at..at, way.options.iter().cloned());
    words.extend(way.append.iter().cloned());
    Some(words)
}
