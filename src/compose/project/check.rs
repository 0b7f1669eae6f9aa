//! What compose or the engine refuses, of a whole project: names without a definition, ports and names that are taken
//! twice, keys that nobody knows.

use std::collections::{BTreeMap, BTreeSet};

use super::port::{Port, ports_of};
use super::problem::{Problem, ProblemKind};
use super::schema;
use super::service::{Resource, Service};
use super::value::{Entry, Place, Scalar, Value};
use super::{Project, Volume};
use crate::report::did_you_mean;

/// So many ports are compared with one another.
const MOST_PORTS: usize = 2_000;

/// All problems that need the whole project.
pub(super) fn problems(project: &Project) -> Vec<Problem> {
    let mut problems = Vec::new();
    keys(project, &mut problems);
    shapes(project, &mut problems);
    for service in &project.services {
        own(service, project, &mut problems);
    }
    if !project.is_incomplete {
        references(project, &mut problems);
    }
    ports(project, &mut problems);
    container_names(project, &mut problems);
    problems
}

/// The name and whether the engine takes it: `[a-zA-Z0-9][a-zA-Z0-9_.-]+` (moby `daemon/names`, read in November 2026).
fn is_container_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_part)
}

fn keys(project: &Project, problems: &mut Vec<Problem>) {
    let mut check = |value: &Value, known: &[&str], what: &str| {
        for Entry { key, key_place, .. } in value.entries() {
            if known.contains(&key.as_str()) || key.starts_with("x-") || key == "<<" {
                continue;
            }
            let problem = Problem::error(ProblemKind::UnknownKey, key_place, format!("{what} has no key `{key}`"));
            problems.push(problem.help(match did_you_mean(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it, or begin its name with `x-`".to_owned(),
            }));
        }
    };
    check(&project.tree, &schema::TOP_LEVEL, "a compose file");
    for service in &project.services {
        check(&service.value, &schema::SERVICE, "a service");
        let parts: [(&str, &[&str]); 3] =
            [("build", &schema::BUILD), ("deploy", &schema::DEPLOY), ("healthcheck", &schema::HEALTHCHECK)];
        for (key, known) in parts {
            if let Some(value) = service.value.get(key) {
                check(value, known, &format!("`{key}`"));
            }
        }
    }
    let sections: [(&[Resource], &[&str], &str); 4] = [
        (&project.networks, &schema::NETWORK, "a network"),
        (&project.volumes, &schema::VOLUME, "a volume"),
        (&project.secrets, &schema::SECRET, "a secret"),
        (&project.configs, &schema::CONFIG, "a config"),
    ];
    for (resources, known, what) in sections {
        resources.iter().for_each(|resource| check(&resource.value, known, what));
    }
}

fn shapes(project: &Project, problems: &mut Vec<Problem>) {
    let mut wrong = |place: &Place, message: String| problems.push(Problem::error(ProblemKind::Shape, place, message));
    for section in ["services", "networks", "volumes", "secrets", "configs"] {
        match project.tree.get(section) {
            Some(value) if !value.is_null() && !matches!(value, Value::Mapping(..)) => {
                wrong(value.place(), format!("`{section}` is a mapping by name, and this is not"));
            }
            _ => {}
        }
    }
    for service in &project.services {
        if !matches!(service.value, Value::Mapping(..)) {
            wrong(&service.place, format!("the service `{}` is no mapping", service.name));
        }
        for (key, wanted) in [
            ("ports", true),
            ("volumes", true),
            ("cap_add", true),
            ("cap_drop", true),
            ("security_opt", true),
            ("secrets", true),
            ("devices", true),
            ("environment", false),
            ("labels", false),
            ("depends_on", false),
            ("networks", false),
            ("healthcheck", false),
            ("deploy", false),
            ("ulimits", false),
        ] {
            let Some(value) = service.value.get(key) else { continue };
            let fits = match value {
                Value::Sequence(..) => wanted,
                Value::Mapping(..) => !wanted,
                value @ Value::Scalar(_) => value.is_null(),
            };
            if !fits {
                let kind = if wanted { "a list" } else { "a mapping" };
                wrong(value.place(), format!("`{key}` is {kind}, and this is not"));
            }
        }
        for item in service.value.get("ports").map(Value::items).unwrap_or_default() {
            if ports_of(item).is_none() {
                let wanted = "a text such as `127.0.0.1:8080:80` or a mapping with `target`";
                wrong(item.place(), format!("an entry of `ports` is {wanted}, and this is not"));
            }
        }
        for key in ["privileged", "read_only", "init", "tty", "stdin_open", "oom_kill_disable"] {
            if let Some(scalar) =
                service.scalar(key).filter(|scalar| !scalar.is_unknown() && scalar.as_bool().is_none())
            {
                wrong(&scalar.place, format!("`{key}` is `true` or `false`, and this is not"));
            }
        }
    }
}

/// What is wrong with a service by itself.
fn own(service: &Service, project: &Project, problems: &mut Vec<Problem>) {
    let name = &service.name;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || !name.chars().all(is_part) {
        let message = format!("the name of the service `{name}` may have letters, digits, `.`, `_` and `-` only");
        problems.push(Problem::error(ProblemKind::BadName, &service.place, message).help("rename the service"));
    }
    if let Some(written) = service.scalar("container_name")
        && let Some(name) = written.known().filter(|name| !is_container_name(name))
    {
        let message = format!("the engine takes no container of the name `{name}`");
        let help = "use letters, digits, `_`, `.` and `-`, with a letter or digit first, and at least two of them";
        problems.push(Problem::error(ProblemKind::BadName, &written.place, message).help(help));
    }
    let is_mapping = matches!(service.value, Value::Mapping(..));
    let is_extended = service.value.get("extends").is_some() && project.is_incomplete;
    let provides = ["image", "build", "provider"].into_iter().any(|key| service.value.get(key).is_some());
    if is_mapping && !provides && !is_extended && !project.is_incomplete {
        let message = format!("the service `{name}` has neither `image` nor `build`");
        problems
            .push(Problem::error(ProblemKind::NoImage, &service.place, message).help("say where its image comes from"));
    }
    let mut conflict = |first: &str, second: &str| {
        let (Some(one), Some(other)) = (service.value.entry(first), service.value.entry(second)) else { return };
        if one.value.is_null() || other.value.is_null() || other.value.entries().is_empty() {
            return;
        }
        let message = format!("`{first}` and `{second}` exclude each other");
        let problem = Problem::error(ProblemKind::Conflict, &one.key_place, message).help("keep one of them");
        problems.push(problem.related(&other.key_place, format!("`{second}`")));
    };
    conflict("network_mode", "networks");
    if let Some(build) = service.build()
        && let (Some(inline), Some(file)) = (build.dockerfile_inline(), build.dockerfile())
    {
        let message = "`dockerfile_inline` and `dockerfile` exclude each other";
        let problem = Problem::error(ProblemKind::Conflict, &inline.place, message).help("keep one of them");
        problems.push(problem.related(&file.place, "`dockerfile`"));
    }
}

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
        problems.push(problem.help(match did_you_mean(name, self.names.iter().copied()) {
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

fn references(project: &Project, problems: &mut Vec<Problem>) {
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
        for key in ["network_mode", "ipc", "pid"] {
            let Some(mode) = service.scalar(key) else { continue };
            let known = mode.known();
            if let Some(name) = known.as_deref().and_then(|mode| mode.strip_prefix("service:")) {
                services.check(name, &mode.place, problems);
            }
        }
        for link in service.list("links").into_iter().chain(service.list("volumes_from")) {
            if let Some(name) = link.split(':').first().filter(|name| !name.is("container")) {
                services.check_known(name, problems);
            }
        }
    }
}

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

fn ports(project: &Project, problems: &mut Vec<Problem>) {
    let mut all = published(project);
    all.sort_by_key(|published| published.range);
    for (at, later) in all.iter().enumerate() {
        let clashes = |earlier: &&Published<'_>| {
            earlier.range.1 >= later.range.0
                && earlier.protocol == later.protocol
                && earlier.profiles == later.profiles
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

fn container_names(project: &Project, problems: &mut Vec<Problem>) {
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
