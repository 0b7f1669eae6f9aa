//! Spec and preset to plan.

use std::collections::BTreeMap;

use super::images::Naming;
use super::recipe::{self, Applied, own, pairs};
use super::{Compose, Ignore, Images, Pair, Plan, Record, Runtime, Secret, Tmpfs, Volume, dev, health, process};
use crate::catalog::Preset;
use crate::catalog::preset::{Base, Os, RuntimeImage};
use crate::detect::{Project, start};
use crate::report::Diagnostic;
use crate::spec::Spec;
use crate::spec::values::{AbsPath, Cpus, Duration, EnvName, Line, Size, User};

/// What reads the Dockerfile: the newest of the first line, as its own documentation asks
/// (docs.docker.com/build/buildkit/frontend, read 2026-11-24).
const FRONTEND: &str = "docker/dockerfile:1";

/// Makes the plan of a service. `server` is the preset that serves what this one builds, if there is one.
///
/// # Errors
/// When the preset has no image for what is asked, or a value cannot be what its place takes.
pub fn make(project: &Project, spec: &Spec, server: Option<&Preset>) -> Result<Plan, Box<Diagnostic>> {
    let preset = project.preset;
    let applied = Applied::new(project, spec);
    let base = base(preset, &spec.base)?;
    let naming =
        Naming { qualified: spec.file.image.qualified.unwrap_or(false), registry: spec.file.image.registry.clone() };
    let filled = |text: &str| {
        project
            .fill(text, str::to_owned)
            .ok_or_else(|| format!("`{text}` of the preset `{}` needs a fact that was not found", preset.id))
    };

    // the final stage is the language's own, or another's that serves what was built
    let (running, running_base) = match server {
        Some(server) => (server, self::base(server, &spec.base)?),
        None => (preset, base),
    };
    let chosen = running_base
        .runtime
        .iter()
        .find(|image| image.when.as_ref().is_none_or(|when| project.holds(when)))
        .ok_or_else(|| format!("the base `{}` has no image for this service", spec.base))?;

    let mut running_base = running_base.clone();
    running_base.programs.extend(chosen.programs.clone());
    let running_base = &running_base;

    let named = |text: &str| filled(text).and_then(|image| naming.name(&image));
    let mut more = Record::default();
    for name in preset.bases.values().flat_map(|base| base.images.keys()) {
        more.0.insert(name.clone(), None);
    }
    for (name, image) in &base.images {
        more.0.insert(name.clone(), Some(named(image)?));
    }
    let images = Images {
        frontend: naming.name(FRONTEND)?,
        build: spec.file.image.build.clone().map_or_else(|| named(&base.build), Ok)?,
        runtime: spec.file.image.runtime.clone().map_or_else(|| named(&chosen.image), Ok)?,
        more,
    };

    let build_os = build_os(base);
    let workdir = AbsPath::new(preset.workdir.clone())?;
    let recipe = recipe::make(project, spec, &applied, build_os, workdir.as_str())?;
    let mut facts = Record::default();
    for fact in &preset.facts {
        facts.0.insert(fact.name.clone(), project.text_of(&fact.name).map(Line::new).transpose()?);
    }

    let runtime = runtime(project, spec, &applied, running, running_base, chosen, server.is_some())?;
    let compose = compose(project, spec, &applied, running)?;
    let processes = process::make(spec, running, running_base, server.is_some(), &runtime)?;
    let dev = dev::make(project, spec, &applied, &recipe, &runtime, &compose.tmpfs, server.is_some())?;
    Ok(Plan {
        name: spec.name.clone(),
        lang: preset.id.clone(),
        title: preset.title.clone(),
        base: spec.base.clone(),
        build_os: build_os.to_owned(),
        os: running_base.os.name().to_owned(),
        images,
        workdir,
        home: AbsPath::new(running.workdir.clone())?,
        facts,
        manager: spec.manager.clone(),
        framework: spec.framework.clone(),
        ignore: Ignore { patterns: preset.ignore.clone(), allowed: recipe::allowed(project, &applied) },
        recipe,
        runtime,
        compose,
        processes,
        dev,
    })
}

fn base<'p>(preset: &'p Preset, name: &str) -> Result<&'p Base, String> {
    preset.bases.get(name).ok_or_else(|| {
        let known = preset.bases.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        format!("{} has no base `{name}`: take one of {known}", preset.title)
    })
}

/// Distroless images are built on Debian; the base of that name says so by its build image.
fn build_os(base: &Base) -> &'static str {
    if base.build.contains("alpine") { Os::Alpine.name() } else { Os::Debian.name() }
}

fn runtime(
    project: &Project,
    spec: &Spec,
    applied: &Applied,
    running: &Preset,
    base: &Base,
    chosen: &RuntimeImage,
    served: bool,
) -> Result<Runtime, String> {
    let own_user = chosen.user.as_deref().or(chosen.make_user.as_deref()).unwrap_or("10001:10001");
    let image_user = User::new(own_user)?;
    let user = spec.file.runtime.user.unwrap_or(image_user);
    let make_user = base.os != Os::None && (chosen.user.is_none() || user != image_user);

    let mut env = BTreeMap::new();
    let mut set = |name: &str, value: &str| -> Result<(), String> {
        if let Some(value) = project.fill(value, str::to_owned) {
            env.insert(EnvName::new(name)?, Line::new(value)?);
        }
        Ok(())
    };
    for (name, value) in &running.env {
        set(name, value)?;
    }
    if !served {
        for (name, value) in start::framework(project)
            .iter()
            .flat_map(|framework| &framework.env)
            .chain(applied.settings.iter().flat_map(|settings| &settings.env))
        {
            set(name, value)?;
        }
        for (name, value) in &spec.start_env {
            env.insert(name.clone(), value.clone());
        }
        if let (Some(name), Some(port)) = (&spec.port_env, spec.port) {
            env.insert(name.clone(), Line::new(port.to_string())?);
        }
    }
    env.extend(spec.file.stages.runtime.env.clone());
    env.extend(spec.file.runtime.env.clone());

    let argv = if served {
        let entry = running.start.first().ok_or_else(|| format!("the preset `{}` has no start command", running.id))?;
        entry.argv.clone()
    } else {
        let mut argv: Vec<String> = spec.start.words().map(str::to_owned).collect();
        let options: Vec<String> =
            applied.settings.iter().flat_map(|settings| settings.options.iter().cloned()).collect();
        argv.splice(1..1, options);
        argv
    };
    let mut words = argv.into_iter();
    let program = words.next().unwrap_or_default();
    let program = base.programs.get(&program).cloned().unwrap_or(program);
    if base.os == Os::None && !program.starts_with('/') && !base.on_path {
        return Err(format!(
            "the base `{}` has no program `{program}`: take `--base slim`, or name it by its full path",
            spec.base
        ));
    }
    let mut labels =
        vec![Pair { name: Line::new("org.opencontainers.image.title")?, value: Line::new(spec.name.as_str())? }];
    for (name, value) in &spec.file.image.labels {
        labels.retain(|label| label.name.as_str() != name.0);
        labels.push(Pair { name: Line::new(name.0.clone())?, value: value.clone() });
    }
    labels.sort_by(|a, b| a.name.cmp(&b.name));

    Ok(Runtime {
        user,
        make_user,
        starts_as_user: chosen.starts_as_user,
        packages: applied.packages(|settings| &settings.runtime_packages, base.os.name(), &spec.file.stages.runtime)?,
        env: pairs(env),
        own: own(project.preset, spec, &spec.file.stages.runtime)?,
        labels,
        entrypoint: vec![Line::new(program)?],
        arguments: words.map(Line::new).collect::<Result<_, _>>()?,
        port: spec.port,
        health: health::of_service(spec, running, base, served)?,
        volume: spec.file.runtime.volume.as_ref().map(|volume| volume.path.clone()),
    })
}

/// The secrets of the running service.
fn secrets(spec: &Spec) -> Result<Vec<Secret>, Box<Diagnostic>> {
    let mut all = Vec::new();
    for table in &spec.file.secrets {
        let env = match &table.env {
            Some(env) => env.clone(),
            None => EnvName::new(format!("{}_FILE", EnvName::of(table.name.as_str())?))?,
        };
        if all.iter().any(|secret: &Secret| secret.name == table.name) {
            let error = format!("the secret `{}` stands twice in [[secrets]]", table.name);
            return Err(Box::new(
                Diagnostic::error(error).about(&["secrets", table.name.as_str()]).help("keep one of them"),
            ));
        }
        all.push(Secret { name: table.name.clone(), env });
    }
    Ok(all)
}

fn compose(project: &Project, spec: &Spec, applied: &Applied, running: &Preset) -> Result<Compose, Box<Diagnostic>> {
    let table = &spec.file.runtime;
    let volume = table.volume.as_ref().map(|volume| Volume { name: volume.name.clone(), path: volume.path.clone() });
    let mut tmpfs = vec![Tmpfs { path: AbsPath::new("/tmp")?, size: Size::new("64m")?, exec: false, own: false }];
    let mut writable: Vec<AbsPath> = table.writable.clone();
    let served = start::served_by_another(project);
    let of_framework = start::framework(project)
        .filter(|_| !served)
        .map(|framework| framework.writable.as_slice())
        .unwrap_or_default();
    for path in of_framework.iter().chain(applied.settings.iter().flat_map(|settings| &settings.writable)) {
        writable.push(AbsPath::new(path.clone())?);
    }
    for path in writable {
        if volume.as_ref().is_none_or(|volume| volume.path != path) && !tmpfs.iter().any(|there| there.path == path) {
            tmpfs.push(Tmpfs { path, size: Size::new("64m")?, exec: false, own: true });
        }
    }
    for asked in &table.tmpfs {
        tmpfs.retain(|there| there.path != asked.path);
        tmpfs.push(Tmpfs {
            path: asked.path.clone(),
            size: asked.size.clone().map_or_else(|| Size::new("64m"), Ok)?,
            exec: asked.exec,
            own: asked.path.as_str() != "/tmp",
        });
    }
    tmpfs.sort_by(|a, b| a.path.cmp(&b.path));
    let memory = applied
        .settings
        .iter()
        .filter_map(|settings| settings.memory.clone())
        .next_back()
        .unwrap_or_else(|| running.memory.clone());
    Ok(Compose {
        read_only: table.read_only.unwrap_or(true),
        tmpfs,
        volume,
        memory: table.memory.clone().map_or_else(|| Size::new(memory), Ok)?,
        cpus: table.cpus.clone().map_or_else(|| Cpus::new("1"), Ok)?,
        pids: table.pids.unwrap_or(128).clamp(1, 32_768),
        init: table.init.unwrap_or(!served && !spec.handles_sigterm),
        stop_grace: table.stop_grace.clone().map_or_else(|| Duration::new(running.stop_grace.clone()), Ok)?,
        secrets: secrets(spec)?,
    })
}
