//! Whether an image serves, and on which ports: by EXPOSE, by the flags of its program, by variables such as PORT.

use std::collections::BTreeSet;
use std::ops::Range;

use super::build::Build;
use super::command::Command;
use super::program::Program;
use crate::dockerfile::Variables;

/// A port on which a program listens, and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// The port.
    pub port: u16,
    /// As a text for messages: `--port`, `ENV PORT`.
    pub by: String,
    /// Bytes of the file that its command stands in; of an ENV those of the instruction.
    pub span: Range<usize>,
    /// The address that it listens on, if that is said too.
    pub host: Option<String>,
}

/// Variables that say on which port a program listens, by common frameworks and platforms.
pub const PORT_VARIABLES: [&str; 10] = [
    "PORT",
    "HTTP_PORT",
    "SERVER_PORT",
    "APP_PORT",
    "ASPNETCORE_HTTP_PORTS",
    "ASPNETCORE_URLS",
    "NITRO_PORT",
    "FLASK_RUN_PORT",
    "UVICORN_PORT",
    "STREAMLIT_SERVER_PORT",
];

/// Programs that do nothing but serve.
const SERVERS: [&str; 40] = [
    "apache2-foreground",
    "apache2ctl",
    "apachectl",
    "caddy",
    "daphne",
    "envoy",
    "granian",
    "gunicorn",
    "haproxy",
    "http-server",
    "httpd",
    "httpd-foreground",
    "hypercorn",
    "lighttpd",
    "memcached",
    "mongod",
    "mosquitto",
    "mysqld",
    "named",
    "nats-server",
    "nginx",
    "openresty",
    "php-fpm",
    "postgres",
    "puma",
    "puma-dev",
    "pumactl",
    "rackup",
    "redis-server",
    "rabbitmq-server",
    "serve",
    "squid",
    "starman",
    "thin",
    "traefik",
    "unicorn",
    "uvicorn",
    "uwsgi",
    "valkey-server",
    "waitress-serve",
];

/// Whether a command is one that serves.
#[must_use]
pub fn is_server(command: &Command) -> bool {
    if command.is(&SERVERS) {
        return true;
    }
    let has = |word: &str| command.args.iter().any(|arg| arg.is(word));
    let first = command.args.first().map_or("", |arg| arg.text());
    match command.name.as_str() {
        "next" | "nuxt" | "remix-serve" | "rails" | "flask" | "fastapi" | "streamlit" | "ng" | "vite" | "strapi" => {
            ["start", "s", "server", "serve", "run", "preview", "dev"].contains(&first)
        }
        "php" => has("-S") || has("serve") || has("octane:start"),
        "python" | "python3" => {
            has("http.server") || has("runserver") || has("uvicorn") || has("gunicorn") || has("flask")
        }
        "bundle" | "poetry" | "uv" | "pipenv" | "pdm" | "npx" | "bunx" => {
            command.args.iter().any(|arg| SERVERS.contains(&arg.text()) || arg.is("rails"))
        }
        _ => false,
    }
}

/// Whether the target serves: it has an EXPOSE, or starts a known server.
#[must_use]
pub fn serves(build: &Build<'_>, program: &Program<'_>) -> bool {
    !build.target().image.expose.is_empty()
        || program.of_base
        || program.commands.iter().any(is_server)
        || (program.at.is_none() && build.target().origin.base().is_some_and(|base| base.serves))
}

/// The TCP ports of its EXPOSEs, each with its instruction; `None` if a variable has a say.
#[must_use]
pub fn exposed(build: &Build<'_>) -> Option<Vec<(u16, usize)>> {
    let mut ports = Vec::new();
    for (port, set) in &build.target().image.expose {
        let (port, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        if protocol != "tcp" {
            continue;
        }
        let (first, last) = port.split_once('-').unwrap_or((port, port));
        let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>()) else { return None };
        // A long range is no list of what is listened on.
        if last.saturating_sub(first) > 16 {
            return None;
        }
        ports.extend((first..=last).map(|port| (port, set.instruction)));
    }
    Some(ports)
}

/// The port that the words of a command say.
#[must_use]
pub fn by_flag(commands: &[Command]) -> Option<Listening> {
    let command = commands.last()?;
    let text = |at: usize| command.args.get(at).and_then(|arg| arg.value.as_deref());
    let mut host: Option<String> = None;
    let mut found: Option<Listening> = None;
    let short_port = matches!(
        command.name.as_str(),
        "next" | "nuxt" | "rails" | "puma" | "http-server" | "hypercorn" | "daphne" | "flask" | "thin" | "rackup"
    );
    let runs = |name: &str| command.name == name || command.args.iter().any(|arg| arg.is(name));
    for (at, arg) in command.args.iter().enumerate() {
        let Some(value) = arg.value.as_deref() else { continue };
        let (name, inline) = match value.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (value, None),
        };
        let given = inline.or_else(|| text(at + 1));
        let mut set = |port: Option<u16>, by: &str| {
            if let Some(port) = port.filter(|port| *port > 0) {
                found = Some(Listening { port, by: by.to_owned(), span: arg.span.clone(), host: None });
            }
        };
        match name {
            "--host" | "--hostname" => host = given.map(str::to_owned),
            "--port" | "--http-port" | "--server.port" | "--server-port" => {
                set(given.and_then(|given| given.parse().ok()), name);
            }
            "-p" if short_port => set(given.and_then(|given| given.parse().ok()), name),
            "--bind" | "-b" if runs("gunicorn") || runs("hypercorn") => {
                if let Some((address, port)) = given.and_then(|given| given.rsplit_once(':')) {
                    set(port.parse().ok(), name);
                    host = Some(address.to_owned());
                }
            }
            "--urls" => {
                set(given.and_then(port_of_url), name);
            }
            "-S" if command.name == "php" => {
                if let Some((address, port)) = given.and_then(|given| given.rsplit_once(':')) {
                    set(port.parse().ok(), name);
                    host = Some(address.to_owned());
                }
            }
            "runserver" => match given.and_then(|given| given.rsplit_once(':')) {
                Some((address, port)) => {
                    set(port.parse().ok(), name);
                    host = Some(address.to_owned());
                }
                None => set(given.and_then(|given| given.parse().ok()), name),
            },
            "http.server" => set(given.and_then(|given| given.parse().ok()), name),
            _ => {}
        }
    }
    // Several programs in one line: nobody knows which of them the port is of.
    found.map(|found| Listening { host, ..found })
}

/// The port that a variable of the image says.
#[must_use]
pub fn by_variable(build: &Build<'_>) -> Option<Listening> {
    let image = &build.target().image;
    PORT_VARIABLES.iter().find_map(|name| {
        let set = image.env.get(*name)?;
        // An ARG without a value may stand in it.
        image.get(name)?;
        let port = set.value.parse().ok().or_else(|| port_of_url(&set.value))?;
        let span = build.file.instructions.get(set.instruction)?.span.clone();
        Some(Listening { port, by: format!("ENV {name}"), span, host: None })
    })
}

/// Every number that stands in a variable or in the words of the program: any of them may be a port.
#[must_use]
pub fn mentioned(build: &Build<'_>, program: &Program<'_>) -> BTreeSet<u16> {
    let values = build.target().image.env.values().map(|set| set.value.as_str());
    let words = program.commands.iter().flat_map(|command| command.args.iter().map(|arg| arg.start.as_str()));
    values.chain(words).flat_map(numbers).collect()
}

/// The numbers in a text that may be ports.
pub fn numbers(text: &str) -> impl Iterator<Item = u16> + '_ {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() >= 2)
        .filter_map(|digits| digits.parse().ok())
}

/// `http://+:8080;https://...`: the first port.
fn port_of_url(text: &str) -> Option<u16> {
    let first = text.split(';').next()?;
    let (scheme, rest) = first.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((_, port)) => port.parse().ok(),
        None => Some(if scheme == "https" { 443 } else { 80 }),
    }
}
