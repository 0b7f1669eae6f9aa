//! `compose-no-authentication`

use crate::bases::split;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::{Command, Place};
use crate::report::{Confidence, Example, Family, Finding, Fixable, Location, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, NameVerdict, ValueVerdict};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-no-authentication",
        family: Family::Compose,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A datastore or a service lets everybody in",
        why: "Without a password, or with one that everybody knows, whoever reaches the port has the data; scanners find a \
              published port within hours, and one broken service of the project is enough for an unpublished one. With a key that everybody knows (`SECRET_KEY: secret`) \
              everybody signs sessions of their own.",
        instead: "Give a password by `secrets:` and `NAME_FILE`, or by `${NAME:?}`; publish the port on `127.0.0.1` or not at \
                  all.",
        bad: &[
            Example::Compose(
                "services:\n  db:\n    image: postgres:18\n    ports: ['5432:5432']\n    environment:\n      POSTGRES_HOST_AUTH_METHOD: trust\n",
            ),
            Example::Compose(
                "services:\n  db:\n    image: postgres:18\n    ports: ['5432:5432']\n    environment:\n      POSTGRES_PASSWORD: ${PW:-postgres}\n",
            ),
            Example::Compose("services:\n  cache:\n    image: redis:8\n    ports: ['6379:6379']\n"),
        ],
        good: &[
            Example::Compose(
                "services:\n  db:\n    image: postgres:18\n    ports: ['5432:5432']\n    environment:\n      POSTGRES_PASSWORD: ${PW:?}\n",
            ),
            Example::Compose(
                "services:\n  cache:\n    image: redis:8\n    ports: ['6379:6379']\n    command: redis-server --requirepass ${PW:?}\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: example/web:1\n    ports: ['80:80']\n    environment:\n      ALLOW_EMPTY_PASSWORD: 'no'\n",
            ),
        ],
        equivalents: &[],
        cis: &[],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

/// Switches that turn a login off, with the value that does; `*` for whatever is not a no.
const SWITCHES: [(&str, &str); 12] = [
    ("POSTGRES_HOST_AUTH_METHOD", "trust"),
    ("ALLOW_EMPTY_PASSWORD", "*"),
    ("MYSQL_ALLOW_EMPTY_PASSWORD", "*"),
    ("MARIADB_ALLOW_EMPTY_PASSWORD", "*"),
    ("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "*"),
    ("xpack.security.enabled", "false"),
    ("plugins.security.disabled", "true"),
    ("DISABLE_SECURITY_PLUGIN", "true"),
    ("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", "true"),
    ("ALLOW_ANONYMOUS_LOGIN", "*"),
    ("NEO4J_AUTH", "none"),
    ("ACCEPT_NO_PASSWORD", "*"),
];

fn check(service: &Service<'_>, found: &mut Found) {
    for variable in service.environment() {
        let Some(value) = variable.value else { continue };
        let default = secret::default_of(value.text.raw()).map(str::to_owned);
        let text = default.clone().or_else(|| value.text.is_literal().then(|| value.text.raw().to_owned()));
        let Some(text) = text else { continue };
        if let Some((name, wanted)) = SWITCHES.iter().find(|(name, _)| *name == variable.name) {
            let no = matches!(text.to_ascii_lowercase().as_str(), "" | "no" | "false" | "0" | "off");
            if (*wanted == "*" && !no) || text.eq_ignore_ascii_case(wanted) {
                let at = service.at(found, variable.name_place);
                report(service, at, format!("`{name}` lets everybody in"), found);
            }
            continue;
        }
        if secret::name(variable.name) != NameVerdict::Secret || !is_own(service, variable.name) {
            continue;
        }
        if let ValueVerdict::WellKnownDefault(_) = secret::value(variable.name, &text) {
            let at: Location = service.at(found, &value.place);
            let by_default = if default.is_some() { "has a default that" } else { "is one that" };
            report(service, at, format!("`{}` {by_default} everybody knows", variable.name), found);
        }
    }
    if let Some(place) = open_redis(service) {
        let at = service.at(found, &place);
        let message = format!("`{}` runs without a password", service.name);
        let finding = report(service, at, message, found);
        if !is_published(service) {
            finding.pedantic();
        }
    }
}

fn report<'f>(service: &Service<'_>, at: Location, message: String, found: &'f mut Found) -> &'f mut Finding {
    let finding = found
        .add(at, message)
        .help("give it a password by `secrets` or `${NAME:?}`, and publish its port on 127.0.0.1 or not at all");
    if service.is_dev() || !is_published(service) {
        finding.severity(Severity::Note);
    }
    finding
}

/// Programs that keep data behind a password of their own, by a word of their image's name.
const STORES: [&str; 30] = [
    "postgres",
    "postgis",
    "timescale",
    "pgvector",
    "pgpool",
    "mysql",
    "mariadb",
    "percona",
    "mongo",
    "redis",
    "valkey",
    "keydb",
    "rabbitmq",
    "minio",
    "elastic",
    "opensearch",
    "neo4j",
    "couch",
    "clickhouse",
    "influx",
    "cassandra",
    "mssql",
    "oracle",
    "cockroach",
    "arango",
    "surreal",
    "typesense",
    "meilisearch",
    "dragonfly",
    "activemq",
];

/// Whether a password opens this service, and is not what it opens another one with.
fn is_own(service: &Service<'_>, name: &str) -> bool {
    let stores = |text: &str| STORES.iter().any(|store| text.contains(store));
    let image = service.reference().map(|reference| reference.normalised().to_ascii_lowercase());
    if image.as_deref().is_some_and(stores) {
        return true;
    }
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split('_').collect();
    let first = ["admin", "initial", "bootstrap"].iter().any(|word| words.contains(word));
    let signs = ["secret_key", "secret_key_base", "jwt_secret", "session_secret", "nextauth_secret", "app_secret"];
    // `DB_ADMIN_PASSWORD` of an application is for its database.
    let elsewhere = ["db", "database", "smtp", "mail", "ldap", "redis", "postgres", "mysql", "mongo", "s3", "minio"];
    (first && !elsewhere.iter().any(|word| words.contains(word))) || signs.iter().any(|end| lower.ends_with(end))
}

/// Whether a port of it is open on more than this machine.
fn is_published(service: &Service<'_>) -> bool {
    service.ports().iter().any(|port| {
        // `${PORT:-127.0.0.1:6379}:6379`
        let address = match (&port.host_ip, &port.published) {
            (Some(ip), _) => ip.text.known_or_default(),
            (None, Some(published)) => {
                let text = published.text.known_or_default().unwrap_or_default();
                Some(text.rsplit_once(':').map_or("", |(address, _)| address).to_owned())
            }
            (None, None) => Some(String::new()),
        };
        address.is_some_and(|address| matches!(address.as_str(), "" | "0.0.0.0" | "::" | "[::]"))
    })
}

/// Where a Redis (or its kin) is started that nothing gives a password.
fn open_redis(service: &Service<'_>) -> Option<Place> {
    let image = service.service.image().filter(|_| service.service.build().is_none())?;
    let reference = service.reference()?;
    let normalised = reference.normalised();
    let name = split(&normalised).0.rsplit('/').next().unwrap_or_default();
    if !matches!(name, "redis" | "valkey" | "keydb" | "dragonfly" | "redis-stack" | "redis-stack-server") {
        return None;
    }
    let says = |text: &str| {
        let lower = text.to_ascii_lowercase();
        ["requirepass", "aclfile", ".conf", "password", "protected-mode"].iter().any(|word| lower.contains(word))
    };
    let command = |command: Option<Command<'_>>| match command {
        Some(Command::Words(words, _)) => words.iter().any(|word| word.is_unknown() || says(word.text.raw())),
        Some(Command::Line(line)) => says(line.text.raw()) || line.text.raw().trim().starts_with('$'),
        None => false,
    };
    let volume = service.volumes().iter().any(|volume| says(service.project.written(&volume.place)));
    let variable = service.environment().iter().any(|variable| says(variable.name) || variable.name.ends_with("_ARGS"));
    let set = command(service.command()) || command(service.entrypoint()) || volume || variable;
    let elsewhere = !service.env_file().is_empty() || !service.configs().is_empty() || !service.secrets().is_empty();
    (!set && !elsewhere).then(|| image.place.clone())
}
