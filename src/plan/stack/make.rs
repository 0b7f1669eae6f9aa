//! Plans, and what the project says around them, to a stack.

use std::collections::BTreeMap;

use super::{
    Built, Ci, Kubernetes, Stack, Unit, beside, cluster, dev, docker_run, mounts, network, process, publish, remote,
    sidecar, swarm,
};
use crate::catalog::{Catalog, ci};
use crate::plan::Plan;
use crate::plan::images::Naming;
use crate::report::Diagnostic;
use crate::spec::Spec;
use crate::spec::file::SpecFile;
use crate::spec::secrets::Delivery;
use crate::spec::values::{Branch, Line, Namespace, Platform, Port, Repository, ServiceName};

/// A service of the project, planned.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// What its image is.
    pub plan: &'a Plan,
    /// What was said about it.
    pub spec: &'a Spec,
    /// Its folder; empty for the project's own.
    pub path: &'a str,
    /// The backing services that it uses; all of them otherwise.
    pub uses: Option<&'a [ServiceName]>,
}

/// Makes the stack of a project of that name. `file` is what the whole project says.
///
/// # Errors
/// A kind of backing service or proxy that is not known, two units of one name, a secret whose keeper is not described.
pub fn make(
    catalog: &Catalog,
    name: &ServiceName,
    file: &SpecFile,
    members: &[Member<'_>],
) -> Result<Stack, Box<Diagnostic>> {
    let naming = Naming { qualified: file.image.qualified.unwrap_or(false), registry: file.image.registry.clone() };
    let mut images = Vec::new();
    let mut ours = Vec::new();
    for member in members {
        let table = table_of(file, member);
        let repository = repository(file, member, members.len() > 1)?;
        let mut units = process::units(member, &repository).map_err(|error| Box::new(error.within(&table)))?;
        for (unit, _) in &mut units {
            unit.origin.splice(0..0, table.iter().map(|&part| part.to_owned()));
        }
        ours.extend(units);
        images.push(built(member, repository)?);
    }
    let beside = beside::backing(catalog, &naming, name, file)?;
    for member in members {
        for used in member.uses.unwrap_or_default() {
            if !beside.iter().any(|one| one.key == *used) {
                let error = format!("`{}` uses `{used}`, and there is no such entry in [backing]", member.plan.name);
                return Err(Box::new(
                    Diagnostic::error(error)
                        .about(&["uses"])
                        .within(&table_of(file, member))
                        .help("name an entry of [backing], or put one in with `scaffold add`"),
                ));
            }
        }
    }
    for (unit, reach) in &mut ours {
        let uses =
            members.iter().find(|member| unit.built.as_ref() == Some(&member.plan.name)).and_then(|member| member.uses);
        if *reach != crate::spec::deploy::Reach::None {
            for one in beside.iter().filter(|one| uses.is_none_or(|uses| uses.contains(&one.key))) {
                one.tell(unit)?;
            }
        }
    }
    let ports: Vec<(ServiceName, Port)> =
        ours.iter().filter_map(|(unit, _)| Some((unit.name.clone(), unit.port?))).collect();
    let (proxy, routes) = match &file.proxy {
        Some(table) => {
            let (unit, routes) = beside::proxy(catalog, &naming, table, &ports)?;
            ours.iter_mut().for_each(|(unit, _)| unit.publish = None);
            (Some(unit), routes)
        }
        None => (None, Vec::new()),
    };
    let generated: Vec<_> = beside.iter().filter_map(|one| one.password.clone()).collect();
    let (mut units, networks) = network::join(ours, beside.into_iter().map(|one| one.unit).collect(), proxy);
    units.iter_mut().for_each(|unit| unit.names_files = unit.secrets.iter().any(|secret| secret.env.is_some()));
    once(&units)?;
    publish(&mut units)?;

    let tables: Vec<_> = members.iter().map(|member| (&member.spec.file.secrets, table_of(file, member))).collect();
    let secrets = remote::secrets(name, file, &tables, &units, &generated)?;
    let providers = remote::providers(name, file, &secrets)?;
    let mut volumes: Vec<ServiceName> =
        units.iter().filter_map(|unit| Some(unit.volume.as_ref()?.name.clone())).collect();
    volumes.sort();
    volumes.dedup();
    let build_secrets = mounts::of(&images, tables.iter().map(|(_, table)| &table[..]), &secrets)?;
    let away = secrets.iter().any(|secret| !secret.provider.is_here());
    let outputs = &file.outputs;
    let sidecar = match providers.delivery {
        Delivery::Sidecar if outputs.compose => sidecar::make(catalog, &naming, &units, &secrets, &providers)?,
        _ => None,
    };
    let mut stack = Stack {
        name: name.clone(),
        docker_run: docker_run::of(name, &units)?,
        dev: dev::of(&images, &units)?,
        images,
        networks,
        volumes,
        routes,
        proxy: file.proxy.as_ref().map(|proxy| proxy.kind.clone()),
        tls: file.proxy.as_ref().is_some_and(|proxy| proxy.tls),
        kubernetes: Kubernetes {
            namespace: file.kubernetes.namespace.clone().map_or_else(|| Namespace::new(slug(name.as_str())), Ok)?,
            secrets: file.kubernetes.delivery,
            allow_from: file.kubernetes.allow_from.clone(),
        },
        cluster: None,
        swarm: None,
        ci: Ci {
            scanner: file.ci.scanner,
            branch: file.ci.branch.clone().map_or_else(|| Branch::new("main"), Ok)?,
            pins: (outputs.github || outputs.gitlab).then(|| ci::pins(catalog)).transpose()?,
        },
        platforms: platforms(file)?,
        outputs: *outputs,
        secrets_script: away || outputs.swarm && !secrets.is_empty(),
        waits: units.iter().all(|unit| unit.healthcheck != super::Healthcheck::Off || unit.role == super::Role::Task),
        units,
        secrets,
        build_secrets,
        providers,
        sidecar,
    };
    // what only one of them cannot do is no matter where it is not asked for
    if stack.outputs.kubernetes {
        stack.cluster = Some(cluster::of(&stack)?);
    }
    if stack.outputs.swarm {
        stack.swarm = Some(swarm::of(&stack)?);
    }
    Ok(stack)
}

/// The table of `scaffold.toml` that speaks of a member; for the project's own the file itself.
fn table_of<'a>(file: &'a SpecFile, member: &Member<'_>) -> Vec<&'a str> {
    let found = file.services.iter().find(|(_, table)| table.path.as_str() == member.path);
    found.map_or_else(Vec::new, |(key, _)| vec!["services", key.as_str()])
}

/// A name as Kubernetes and the shell take it.
pub(super) fn slug(text: &str) -> String {
    let plain: String =
        text.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain.trim_matches('-').chars().take(63).collect::<String>().trim_end_matches('-').to_owned()
}

fn repository(file: &SpecFile, member: &Member<'_>, several: bool) -> Result<Repository, Box<Diagnostic>> {
    let name = &member.plan.name;
    let placed = |why: String| Box::new(Diagnostic::error(why).about(&["image", "repository"]));
    let own = &member.spec.file.image.repository;
    match (own, &file.image.repository) {
        (Some(own), Some(all)) if several && own == all && !member.path.is_empty() => {
            Repository::new(format!("{all}/{name}")).map_err(placed)
        }
        (Some(own), _) => Ok(own.clone()),
        (None, Some(all)) if several => Repository::new(format!("{all}/{name}")).map_err(placed),
        (None, Some(all)) => Ok(all.clone()),
        (None, None) => Repository::new(name.as_str()).map_err(placed),
    }
}

fn built(member: &Member<'_>, repository: Repository) -> Result<Built, String> {
    let plan = member.plan;
    let own = member.path.is_empty();
    let published = repository.as_str() != plan.name.as_str();
    Ok(Built {
        name: plan.name.clone(),
        title: plan.title.clone(),
        lang: plan.lang.clone(),
        context: Line::new(if own { ".".to_owned() } else { format!("./{}", member.path) })?,
        prefix: Line::new(if own { String::new() } else { format!("{}/", member.path) })?,
        build_image: plan.images.build.clone(),
        runtime_image: plan.images.runtime.clone(),
        mounts: plan.recipe.mounts.clone(),
        ssh: plan.recipe.ssh,
        proxy: member.spec.file.build.proxy,
        job: publish::job(&plan.name)?,
        published,
        registry: publish::registry(&repository)?.filter(|_| published),
        host: publish::host(&repository, published),
        repository,
        dev: plan.dev.clone(),
    })
}

fn platforms(file: &SpecFile) -> Result<Vec<Platform>, String> {
    if file.image.platforms.is_empty() {
        return ["linux/amd64", "linux/arm64"].into_iter().map(Platform::new).collect();
    }
    let mut platforms = file.image.platforms.clone();
    platforms.sort();
    platforms.dedup();
    Ok(platforms)
}

/// No two units have one name.
fn once(units: &[Unit]) -> Result<(), Box<Diagnostic>> {
    let mut seen: BTreeMap<&ServiceName, &Unit> = BTreeMap::new();
    for unit in units {
        if let Some(other) = seen.insert(&unit.name, unit) {
            let error = format!("{} and {} are both named `{}`", other.title, unit.title, unit.name);
            let said = [&unit.origin, &other.origin].into_iter().max_by_key(|origin| origin.len());
            return Err(Box::new(
                Diagnostic::error(error)
                    .about(said.map_or(&[][..], Vec::as_slice))
                    .help("give one of them another name in scaffold.toml"),
            ));
        }
    }
    Ok(())
}

/// Each port of the host is taken once.
fn publish(units: &mut [Unit]) -> Result<(), String> {
    let mut taken = Vec::new();
    for unit in units {
        if let Some(port) = unit.publish {
            unit.publish = Some(free(port, &mut taken)?);
        }
    }
    Ok(())
}

/// The port, or the next one that is not taken; it is then.
pub(super) fn free(port: Port, taken: &mut Vec<Port>) -> Result<Port, String> {
    let mut port = port;
    while taken.contains(&port) {
        port = Port::new(i64::from(port.get()) + 1)?;
    }
    taken.push(port);
    Ok(port)
}
