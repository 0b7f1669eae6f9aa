//! Ports of the host and names of containers that two services want.
//!
//! Only services with the same profiles are compared: others need not run together.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use super::merge::clean;
use super::port::Port;
use super::problem::{Problem, ProblemKind};
use super::service::Service;
use super::value::Scalar;

/// So many ports are compared with one another.
const MOST_PORTS: usize = 2_000;

/// The profiles of a service, for comparing; none if one is a variable.
fn profiles(service: &Service) -> Option<BTreeSet<String>> {
    service.profiles().into_iter().map(Scalar::known).collect()
}

/// Whether the service never runs.
fn is_off(service: &Service) -> bool {
    service.replicas().is_some_and(|replicas| replicas.as_int() == Some(0))
}

/// A published port of a service that runs.
struct Published<'p> {
    service: &'p Service,
    profiles: BTreeSet<String>,
    range: (u16, u16),
    protocol: String,
    /// None is every address.
    ip: Option<String>,
    port: Port,
}

fn published(project: &Project) -> Vec<Published<'_>> {
    let mut found = Vec::new();
    for service in
        project.services.iter().filter(|service| !is_off(service) && service.scalar("network_mode").is_none())
    {
        let Some(profiles) = profiles(service) else { continue };
        for port in service.ports() {
            let (Some(range), Some(protocol)) = (port.published_range(), port.protocol()) else { continue };
            // Of a range for a single port the engine takes whichever is free.
            if range.0 != range.1 && port.target_range().is_none_or(|(first, last)| first == last) {
                continue;
            }
            let ip = match &port.host_ip {
                None => None,
                Some(ip) => match ip.known().as_deref() {
                    Some("0.0.0.0" | "::") => None,
                    Some(ip) => Some(ip.to_owned()),
                    None => continue,
                },
            };
            found.push(Published { service, profiles: profiles.clone(), range, protocol, ip, port });
        }
    }
    found.truncate(MOST_PORTS);
    found
}

/// Whether a service says the same of a port twice, alone and in a range: compose makes one of them.
fn is_same(a: &Published<'_>, b: &Published<'_>) -> bool {
    let offset = |published: &Published<'_>| {
        published.port.target_range().map(|(first, _)| i32::from(first) - i32::from(published.range.0))
    };
    a.service.name == b.service.name && a.ip == b.ip && offset(a).is_some() && offset(a) == offset(b)
}

/// A port of the host that is published twice.
pub(super) fn ports(project: &Project, problems: &mut Vec<Problem>) {
    let mut all = published(project);
    all.sort_by_key(|published| published.range);
    for (at, later) in all.iter().enumerate() {
        let clashes = |earlier: &&Published<'_>| {
            earlier.range.1 >= later.range.0
                && earlier.protocol == later.protocol
                && earlier.profiles == later.profiles
                && !is_same(earlier, later)
                && (earlier.ip == later.ip || earlier.ip.is_none() || later.ip.is_none())
        };
        let Some(earlier) = all.get(..at).unwrap_or_default().iter().find(clashes) else { continue };
        let (first, second) = if earlier.port.place <= later.port.place { (earlier, later) } else { (later, earlier) };
        let number = later.range.0;
        let message = format!("the port {number} of the host is published by `{}` already", first.service.name);
        let problem = Problem::error(ProblemKind::PortTwice, &second.port.place, message);
        problems.push(problem.help("publish another port of the host").related(&first.port.place, "the first"));
    }
}

/// A name of a container that is given twice, or to several containers.
pub(super) fn container_names(project: &Project, problems: &mut Vec<Problem>) {
    let mut taken: BTreeMap<(String, BTreeSet<String>), (&Service, &Scalar)> = BTreeMap::new();
    for service in project.services.iter().filter(|service| !is_off(service)) {
        let Some(written) = service.scalar("container_name") else { continue };
        let (Some(name), Some(profiles)) = (written.known(), profiles(service)) else { continue };
        if let Some(replicas) = service.replicas().filter(|replicas| replicas.as_int().is_some_and(|count| count > 1)) {
            let message = format!("`container_name` allows one container of `{}`, not several", service.name);
            let problem =
                Problem::error(ProblemKind::Conflict, &written.place, message).help("remove `container_name`");
            problems.push(problem.related(&replicas.place, "the number of them"));
        }
        match taken.get(&(name.clone(), profiles.clone())) {
            Some((earlier, at)) => {
                let message = format!("the container name `{name}` is taken by the service `{}`", earlier.name);
                let problem = Problem::error(ProblemKind::ContainerNameTwice, &written.place, message);
                problems.push(problem.help("give each container its own name").related(&at.place, "the first"));
            }
            None => {
                taken.insert((name, profiles), (service, written));
            }
        }
    }
}

/// A path in a container at which two things are mounted.
pub(super) fn mounts(project: &Project, problems: &mut Vec<Problem>) {
    for service in &project.services {
        let volumes = service.volumes();
        let memory = service.list("tmpfs").into_iter().filter_map(|scalar| scalar.split(':').into_iter().next());
        let targets: Vec<Scalar> = memory.chain(volumes.into_iter().filter_map(|volume| volume.target)).collect();
        let mut taken: BTreeMap<String, &Scalar> = BTreeMap::new();
        for target in &targets {
            let Some(path) = target.known() else { continue };
            let Some(earlier) = taken.get(&clean(&path)) else {
                taken.insert(clean(&path), target);
                continue;
            };
            let message = format!("something is mounted at `{path}` already");
            let problem = Problem::error(ProblemKind::MountTwice, &target.place, message);
            problems.push(problem.help("keep one of the mounts").related(&earlier.place, "the first"));
        }
    }
}
