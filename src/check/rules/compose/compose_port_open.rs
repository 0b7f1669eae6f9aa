//! `compose-port-open`

use crate::bases::Kind;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::{Port, Scalar};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::report::{Edit, Location};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-port-open",
        family: Family::Compose,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A database, broker or admin page is open to the network",
        why: "A published port without an address is open on every address of the host, and Docker's own rules let it through before a firewall such as ufw looks. Databases that were open in this way are found within hours.",
        instead: "Services of a project reach one another without `ports`. To reach it from the host write the address: `127.0.0.1:5432:5432`.",
        bad: &[
            Example::Compose("services:\n  db:\n    image: postgres:17\n    ports:\n      - 5432:5432\n"),
            Example::Compose(
                "services:\n  db:\n    image: postgres:17\n    ports:\n      - '${DB_PORT:-5432}:${DB_PORT:-5432}'\n",
            ),
            Example::Compose("services:\n  cache:\n    image: redis:8\n    ports:\n      - '0.0.0.0:6379:6379'\n"),
            Example::Compose(
                "services:\n  search:\n    image: example.com/search:8.1.0\n    ports:\n      - target: 9200\n        published: 9200\n",
            ),
            Example::Compose("services:\n  admin:\n    image: phpmyadmin:5.2.2\n    ports:\n      - 8081:80\n"),
        ],
        good: &[
            Example::Compose("services:\n  db:\n    image: postgres:17\n    ports:\n      - 127.0.0.1:5432:5432\n"),
            Example::Compose(
                "services:\n  db:\n    image: postgres:17\n    ports:\n      - '${BIND:-127.0.0.1}:5432:5432'\n",
            ),
            Example::Compose("services:\n  db:\n    image: postgres:17\n    ports:\n      - '${BIND}:5432:5432'\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports:\n      - 80:80\n      - 443:443\n",
            ),
            Example::Compose("services:\n  db:\n    image: postgres:17\n    expose: [5432]\n"),
            Example::Compose("services:\n  db:\n    image: postgres:17\n    ports:\n      - '[::1]:5432:5432'\n"),
        ],
        equivalents: &[("kics", &["451d79dc"]), ("dclint", &["no-unbound-port-interfaces"])],
        cis: &["5.14"],
        point: Some(Point::Ports),
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Service(check)],
};

/// Ports that hardly anything else listens on, each with what does.
const PORTS: [(u16, &str); 22] = [
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2375, "the engine of Docker"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (4369, "Erlang's port mapper"),
    (5432, "PostgreSQL"),
    (5672, "AMQP"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (7474, "Neo4j"),
    (7687, "Neo4j"),
    (9042, "Cassandra"),
    (9092, "Kafka"),
    (9200, "Elasticsearch"),
    (9229, "the debugger of Node"),
    (9300, "Elasticsearch"),
    (11211, "memcached"),
    (15672, "RabbitMQ's management"),
    (26257, "CockroachDB"),
    (27017, "MongoDB"),
    (2181, "ZooKeeper"),
];

/// Pages that manage a database, an engine or a mailbox: by the last part of the repository.
const PAGES: [&str; 18] = [
    "adminer",
    "phpmyadmin",
    "pgadmin4",
    "mongo-express",
    "redis-commander",
    "redisinsight",
    "cloudbeaver",
    "pgweb",
    "portainer",
    "portainer-ce",
    "portainer-ee",
    "dpage",
    "kafka-ui",
    "akhq",
    "kafdrop",
    "mailhog",
    "mailpit",
    "flower",
];

fn check(service: &Service<'_>, found: &mut Found) {
    // On the host's network, or that of another service, what is published here is published by nobody.
    if service.scalar("network_mode").is_some() {
        return;
    }
    let reference = service.reference();
    let base = service.base().filter(|base| base.kind == Kind::Datastore);
    let page = reference
        .as_ref()
        .and_then(|reference| reference.repository.rsplit('/').next())
        .filter(|name| PAGES.contains(name));
    for port in service.ports() {
        if !is_open(&port) {
            continue;
        }
        let Some((first, last)) = port.usual_target_range() else { continue };
        let holds = |number: u16| (first..=last).contains(&number);
        // Where a mailbox takes mail is no page of it.
        let what = if let Some(name) = page.filter(|_| !holds(1025)) {
            name.to_owned()
        } else if base.is_some_and(|base| base.ports.iter().any(|number| holds(*number))) {
            reference
                .as_ref()
                .and_then(|reference| reference.repository.rsplit('/').next())
                .unwrap_or("a datastore")
                .to_owned()
        } else if let Some((_, what)) = PORTS.iter().find(|(number, _)| holds(*number) && last - first < 100) {
            (*what).to_owned()
        } else {
            // A proxy's own ports are there to be open.
            let published = port.usual_published_range();
            if published.is_none_or(|(first, last)| (first, last) != (80, 80) && (first, last) != (443, 443)) {
                let at = service.at(found, &port.place);
                let message =
                    format!("the port {first} of service `{}` is open on every address of the host", service.name);
                let finding = found.add(at, message);
                finding
                    .severity(Severity::Note)
                    .pedantic()
                    .help("write an address before it, such as `127.0.0.1:`, if it is not for everybody");
            }
            continue;
        };
        let edits = bound(service, &port, found);
        let at = service.at(found, &port.place);
        let message = format!("service `{}` opens port {first} ({what}) on every address of the host", service.name);
        let finding = found.add(at, message);
        finding.severity(service.level(Severity::Warning));
        finding.help("leave it out: services reach one another without it; or write `127.0.0.1:` before it to reach it from this host alone");
        if let Some(edits) = edits {
            finding.unsafe_fix("publish it on 127.0.0.1 alone", edits);
        }
    }
}

/// Whether it is on every address, as far as one can see: a variable may hold an address as well.
fn is_open(port: &Port) -> bool {
    let everywhere = port.host_ip.as_ref().is_none_or(|ip| ip.is("0.0.0.0") || ip.is("::"));
    let plain = |scalar: &Scalar| scalar.text.known_or_default().is_some_and(|text| !text.contains(':'));
    everywhere && port.published.as_ref().is_none_or(plain) && plain(&port.target)
}

/// The edit that writes the address into the short notation.
fn bound(service: &Service<'_>, port: &Port, found: &mut Found) -> Option<Vec<Edit>> {
    let written = |scalar: &Scalar| service.project.written(&scalar.place) == scalar.text.raw();
    if let Some(ip) = &port.host_ip {
        let at = service.at(found, &ip.place);
        return written(ip).then(|| vec![Edit { at, text: "127.0.0.1".to_owned() }]);
    }
    let (first, text) = match &port.published {
        Some(published) => (published, "127.0.0.1:"),
        None => (&port.target, "127.0.0.1::"),
    };
    let inside = first.place.span.0 >= port.place.span.0 && first.place.span.1 <= port.place.span.1;
    let short = service.project.written(&port.place).trim_start_matches(['"', '\'']).starts_with(first.text.raw());
    if !(written(first) && inside && short) {
        return None;
    }
    let at = service.at(found, &first.place);
    Some(vec![Edit { at: Location::new(at.file, at.start..at.start), text: text.to_owned() }])
}
