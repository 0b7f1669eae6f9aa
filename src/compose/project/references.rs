//! Names that have to be defined, and services that wait for one another.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::{Problem, ProblemKind, near};
use super::service::{Resource, Service};
use super::value::{Place, Scalar};
use super::{Project, Volume};

/// So many circles are told of: one dependency may close many.
const MOST_CIRCLES: usize = 10;

/// Names that have to be defined.
struct Defined<'p> {
    kind: &'static str,
    names: BTreeSet<&'p str>,
}

impl Defined<'_> {
    fn check(&self, name: &str, place: &Place, problems: &mut Vec<Problem>) {
        if self.names.contains(name) {
            return;
        }
        let kind = self.kind;
        let problem = Problem::error(ProblemKind::Undefined, place, format!("there is no {kind} `{name}`"));
        let near = near(name, self.names.iter().copied(), problems);
        problems.push(problem.help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if kind == "service" => "correct the name, or add the service".to_owned(),
            None => format!("add `{name}:` to the top-level `{kind}s`"),
        }));
    }

    fn check_known(&self, written: &Scalar, problems: &mut Vec<Problem>) {
        if let Some(name) = written.known() {
            self.check(&name, &written.place, problems);
        }
    }
}

/// Every name of a service, network, volume, secret or config must be defined.
pub(super) fn references(project: &Project, problems: &mut Vec<Problem>) {
    fn defined<'p>(kind: &'static str, resources: &'p [Resource]) -> Defined<'p> {
        Defined { kind, names: resources.iter().map(|resource| resource.name.as_str()).collect() }
    }
    let mut networks = defined("network", &project.networks);
    networks.names.insert("default");
    let volumes = defined("volume", &project.volumes);
    let secrets = defined("secret", &project.secrets);
    let configs = defined("config", &project.configs);
    let services = project.services.iter().map(|service| service.name.as_str()).collect();
    let services = Defined { kind: "service", names: services };
    for service in &project.services {
        for used in service.networks().iter().filter(|used| !used.name.contains('$')) {
            networks.check(used.name, used.place, problems);
        }
        for volume in service.volumes() {
            if let Some(named) = Volume::named(&volume) {
                volumes.check_known(named, problems);
            }
        }
        service.secrets().iter().for_each(|used| secrets.check_known(used.source, problems));
        service.configs().iter().for_each(|used| configs.check_known(used.source, problems));
        if let Some(build) = service.build() {
            build.secrets().iter().for_each(|used| secrets.check_known(used.source, problems));
        }
        for used in service.depends_on().iter().filter(|used| !used.name.contains('$')) {
            services.check(used.name, used.place, problems);
        }
        for (name, place) in shared(service) {
            services.check(&name, &place, problems);
        }
    }
}

/// The services whose namespaces, names or volumes a service shares, each with its place.
fn shared(service: &Service) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
        let Some(mode) = service.scalar(key) else { continue };
        if let Some(name) = mode.known().as_deref().and_then(|mode| mode.strip_prefix("service:")) {
            found.push((name.to_owned(), mode.place.clone()));
        }
    }
    for link in service.list("links").into_iter().chain(service.list("volumes_from")) {
        let name = link.split(':').into_iter().next();
        if let Some((name, place)) = name.and_then(|name| Some((name.known()?, name.place)))
            && name != "container"
        {
            found.push((name, place));
        }
    }
    found
}

/// Services that wait for one another never start.
pub(super) fn circles(project: &Project, problems: &mut Vec<Problem>) {
    let waits = |service: &Service| -> Vec<(String, Place)> {
        let named = service.depends_on().into_iter().map(|on| (on.name.to_owned(), on.place.clone()));
        named.chain(shared(service)).collect()
    };
    let open: BTreeMap<&str, Vec<(String, Place)>> =
        project.services.iter().map(|service| (service.name.as_str(), waits(service))).collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut told = 0;
    for service in &project.services {
        // The way here, each with the next of its dependencies to look at; a list, since chains may be long.
        let mut way: Vec<(&str, usize)> = vec![(service.name.as_str(), 0)];
        let mut on_way: BTreeSet<&str> = BTreeSet::from([service.name.as_str()]);
        while let Some((name, next)) = way.last_mut() {
            let dependency = open.get(name).filter(|_| !done.contains(name)).and_then(|waits| waits.get(*next));
            let Some((on, place)) = dependency else {
                done.insert(name);
                on_way.remove(name);
                way.pop();
                continue;
            };
            *next += 1;
            if on_way.contains(on.as_str()) {
                let from = way.iter().position(|(name, _)| name == on).unwrap_or_default();
                let circle: Vec<&str> = way.iter().skip(from).map(|(name, _)| *name).chain([on.as_str()]).collect();
                let message = format!("services wait for one another in a circle: {}", circle.join(" -> "));
                problems
                    .push(Problem::error(ProblemKind::Circle, place, message).help("remove one of the dependencies"));
                told += 1;
                if told == MOST_CIRCLES {
                    return;
                }
            } else if open.contains_key(on.as_str()) && !done.contains(on.as_str()) {
                on_way.insert(on.as_str());
                way.push((on.as_str(), 0));
            }
        }
    }
}
