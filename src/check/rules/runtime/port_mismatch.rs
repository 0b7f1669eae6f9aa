//! `port-mismatch`

use std::collections::BTreeSet;

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Program, Service, commands_of, probe, serves};
use crate::compose::project::VolumeType;
use crate::dockerfile::{Healthcheck, Kind};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "port-mismatch",
        family: Family::Runtime,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "The port that is published, exposed or checked is not the one that is listened on",
        why: "A published port on which nobody listens refuses every connection, and an EXPOSE of another port misleads those who \
              run the image and the proxies that read it. Ports are compared only where the program's words or a variable such as \
              PORT say which one it is; a port that is named anywhere else in the image's settings counts as known.",
        instead: "Let `ports`, EXPOSE, PORT and the program's own flag name the same port.",
        bad: &[
            Example::Dockerfile(
                "FROM python:3.14-slim\nEXPOSE 8080\nCMD [\"gunicorn\", \"--bind\", \"0.0.0.0:8000\", \"app\"]\n",
            ),
            Example::Dockerfile("FROM node:26-trixie-slim\nENV PORT=3000\nEXPOSE 8080\nCMD [\"node\", \"a.js\"]\n"),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nENV PORT=3000\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n"),
                ("compose.yaml", "services:\n  app:\n    build: .\n    ports: [\"127.0.0.1:8080:8080\"]\n"),
            ]),
            Example::Dockerfile(
                "FROM node:26\nEXPOSE 3000\nHEALTHCHECK CMD curl -f http://127.0.0.1:8080/\nCMD [\"node\", \"a.js\"]\n",
            ),
        ],
        good: &[
            Example::Dockerfile(
                "FROM python:3.14-slim\nEXPOSE 8000\nCMD [\"gunicorn\", \"--bind\", \"0.0.0.0:8000\", \"app\"]\n",
            ),
            Example::Dockerfile("FROM node:26-trixie-slim\nENV PORT=3000\nEXPOSE $PORT\nCMD [\"node\", \"a.js\"]\n"),
            // More than one, and one of them is it.
            Example::Dockerfile(
                "FROM node:26-trixie-slim\nENV PORT=3000\nEXPOSE 3000 9090\nCMD [\"node\", \"a.js\"]\n",
            ),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nENV PORT=3000\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n"),
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: .\n    environment: {PORT: 8080}\n    ports: [\"127.0.0.1:80:8080\"]\n",
                ),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nENV PORT=3000\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n"),
                ("compose.yaml", "services:\n  app:\n    build: .\n    ports: [\"127.0.0.1:8080:3000\"]\n"),
            ]),
            // Another program is run there.
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nENV PORT=3000\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n"),
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: .\n    command: [node, b.js]\n    ports: [\"127.0.0.1:8080:8080\"]\n",
                ),
            ]),
        ],
        equivalents: &[],
        cis: &["5.9"],
        point: Some(Point::Ports),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let program = build.program();
    let Some(exposed) = serves::exposed(build) else { return };
    let flag = serves::by_flag(&program.commands).filter(|_| !program.opaque && !program.arguments);
    // Behind a proxy of the image a variable names the port of what is behind it.
    let listening = flag.or_else(|| serves::by_variable(build).filter(|_| !has_proxy(build)));
    let mentioned = serves::mentioned(build, program);
    let base = build.target().origin.base();
    let known = |port: u16| mentioned.contains(&port) || base.is_some_and(|base| base.ports.contains(&port));
    let exposes = |port: u16| exposed.iter().any(|(exposed, _)| *exposed == port);

    // A port of EXPOSE against what the program says.
    if let Some(listening) = &listening
        && !exposed.is_empty()
        && !exposes(listening.port)
        && exposed.iter().all(|(port, _)| !known(*port))
        && let Some((port, instruction)) = exposed.first()
        && let Some(instruction) = build.file.instructions.get(*instruction)
    {
        let at = build.at(found, instruction.span.clone());
        let related = build.at(found, listening.span.clone());
        found
            .add(at, format!("EXPOSE names port {port}, and `{}` says {}", listening.by, listening.port))
            .related(related, "says the port")
            .help("name the port that is listened on");
    }
    published(build, program, listening.as_ref(), &exposed, &known, found);

    // What the check asks, against a single EXPOSE.
    if let [(port, _)] = exposed.as_slice()
        && listening.is_none()
        && let Some(set) = &build.target().image.healthcheck
        && let Healthcheck::Cmd { form, .. } = &set.value
        && let Some(instruction) = build.file.instructions.get(set.instruction)
    {
        let variables = |name: &str| build.target().image.env.get(name).map(|set| set.value.clone());
        for target in commands_of(form, &variables).iter().flat_map(probe::targets) {
            if target.port != *port && !known(target.port) {
                let at = build.at(found, instruction.span.clone());
                found
                    .add(at, format!("the health check asks port {}, and EXPOSE names {port}", target.port))
                    .help("ask the port that is listened on, or expose it");
            }
        }
    }
}

/// The container ports of compose.
fn published(
    build: &Build<'_>,
    program: &Program<'_>,
    listening: Option<&serves::Listening>,
    exposed: &[(u16, usize)],
    known: &dyn Fn(u16) -> bool,
    found: &mut Found,
) {
    if listening.is_none() && exposed.is_empty() {
        return;
    }
    for service in &build.services {
        if service.command().is_some() || service.entrypoint().is_some() || program.opaque || program.arguments {
            continue;
        }
        // A file of settings may say another port.
        let settings =
            service.volumes().iter().any(|volume| volume.kind != VolumeType::Volume) || !service.configs().is_empty();
        if listening.is_none() && settings {
            continue;
        }
        let Some(named) = numbers_of(service) else { continue };
        let ports = service.ports();
        let targets: Vec<_> = ports
            .iter()
            .filter(|port| port.protocol().is_none_or(|protocol| protocol == "tcp"))
            .filter_map(|port| Some((port, port.target_range().filter(|(first, last)| first == last)?.0)))
            .collect();
        let fits = |port: u16| {
            listening.is_some_and(|listening| listening.port == port)
                || exposed.iter().any(|(exposed, _)| *exposed == port)
                || known(port)
                || named.contains(&port)
        };
        // One that fits shows that the others are something else: a debugger, metrics.
        if targets.is_empty() || targets.iter().any(|(_, port)| fits(*port)) {
            continue;
        }
        for (port, target) in targets {
            let at = service.at(found, &port.place);
            let (message, related) = match listening {
                Some(listening) => (
                    format!("port {target} is published, and `{}` of the image says {}", listening.by, listening.port),
                    listening.span.clone(),
                ),
                None => {
                    let Some((first, instruction)) = exposed.first() else { continue };
                    let Some(instruction) = build.file.instructions.get(*instruction) else { continue };
                    (format!("port {target} is published, and the image exposes {first}"), instruction.span.clone())
                }
            };
            let related = build.at(found, related);
            found.add(at, message).related(related, "the image").help("publish the port that is listened on");
        }
    }
}

/// A reverse proxy is installed in the image or copied into it.
fn has_proxy(build: &Build<'_>) -> bool {
    let names =
        |text: &str| ["nginx", "caddy", "traefik", "haproxy", "envoy", "apache"].iter().any(|name| text.contains(name));
    build.chain(build.target).any(|view| {
        view.runs.iter().flat_map(|run| &run.commands).any(|command| command.args.iter().any(|arg| names(&arg.start)))
            || build.instructions(view).any(|(_, instruction)| match &instruction.kind {
                Kind::Copy(transfer) | Kind::Add(transfer) => transfer
                    .sources
                    .iter()
                    .chain([&transfer.destination])
                    .any(|word| names(&word.raw.to_ascii_lowercase())),
                _ => false,
            })
    })
}

/// The numbers in the environment of a service; `None` if part of it is not known.
fn numbers_of(service: &Service<'_>) -> Option<BTreeSet<u16>> {
    let mut numbers = BTreeSet::new();
    for pair in service.environment() {
        match pair.value.map(|value| value.text.known_or_default()) {
            Some(Some(value)) => numbers.extend(serves::numbers(&value)),
            // A port may come from outside.
            _ if pair.name.contains("PORT") || pair.name.contains("URL") || pair.name.contains("ADDR") => return None,
            _ => {}
        }
    }
    // What a file of variables says is not looked at.
    service.env_file().is_empty().then_some(numbers)
}
