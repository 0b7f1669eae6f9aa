//! `compose-flat-network`

use std::collections::BTreeMap;

use crate::bases::Kind;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Project;
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-flat-network",
        family: Family::Compose,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "Networks do not keep apart what they could, or cut off what is published",
        why: "A service whose networks are all `internal` has no way in: its published ports do nothing. And a database on the same network as what is published is one broken service away from it.",
        instead: "Put the published service on a network of its own as well: `networks: [edge, data]`, with `data: {internal: true}`.",
        bad: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports: ['8080:80']\n    networks: [inside]\nnetworks:\n  inside:\n    internal: true\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports: ['8080:80']\n  app:\n    image: example.com/app:1.0.0\n  db:\n    image: postgres:17\n",
            ),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports: ['8080:80']\n    networks: [inside, edge]\nnetworks:\n  inside:\n    internal: true\n  edge:\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports: ['8080:80']\n    networks: [inside]\nnetworks:\n  inside:\n    internal: ${INTERNAL}\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports: ['8080:80']\n    networks: [edge]\n  app:\n    image: example.com/app:1.0.0\n    networks: [edge, data]\n  db:\n    image: postgres:17\n    networks: [data]\nnetworks:\n  edge:\n  data:\n",
            ),
            Example::Compose(
                "services:\n  app:\n    image: example.com/app:1.0.0\n    ports: ['8080:8080']\n  db:\n    image: postgres:17\n",
            ),
        ],
        equivalents: &[("kics", &["ce14a68b"])],
        cis: &["5.30"],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, found: &mut Found) {
    for service in project.all() {
        cut_off(&service, found);
    }
    shared(project, found);
}

/// Ports of a service that is on internal networks only.
fn cut_off(service: &Service<'_>, found: &mut Found) {
    let networks = service.networks();
    let internal = |name: &str| {
        service
            .project
            .network(name)
            .is_some_and(|network| network.internal() == Some(true) && network.external() == Some(false))
    };
    if networks.is_empty() || service.project.is_incomplete || !networks.iter().all(|network| internal(network.name)) {
        return;
    }
    if let Some(port) = service.ports().first() {
        let at = service.at(found, &port.place);
        found
            .add(at, format!("the ports of service `{}` lead nowhere: its networks are internal", service.name))
            .help("add a network that is not internal, or leave the ports out");
    }
}

/// A datastore whose only network is that of a published service which does not wait for it.
fn shared(project: &Project<'_>, found: &mut Found) {
    let networks = |service: &Service<'_>| -> Vec<String> {
        if service.scalar("network_mode").is_some() {
            return Vec::new();
        }
        let named: Vec<String> = service.networks().iter().map(|network| network.name.to_owned()).collect();
        if named.is_empty() { vec!["default".to_owned()] } else { named }
    };
    let services: Vec<Service<'_>> = project.all().collect();
    if services.len() < 3 || project.is_incomplete {
        return;
    }
    // The first published server of each network.
    let mut published: BTreeMap<String, &str> = BTreeMap::new();
    for server in &services {
        let serves = server.base().is_some_and(|base| matches!(base.kind, Kind::Server | Kind::Proxy));
        if serves && !server.ports().is_empty() {
            for network in networks(server) {
                published.entry(network).or_insert(&server.service.name);
            }
        }
    }
    for store in services.iter().filter(|service| service.base().is_some_and(|base| base.kind == Kind::Datastore)) {
        let own = networks(store);
        let [only] = own.as_slice() else { continue };
        if let Some(other) = published.get(only) {
            let at = store.absence(found);
            found
                .add(at, format!("service `{}` is on the network of `{other}`, which is published", store.name))
                .severity(Severity::Note)
                .pedantic()
                .help("put it on a network of its own with the services that use it");
        }
    }
}
