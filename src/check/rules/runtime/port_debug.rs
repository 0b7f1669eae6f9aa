//! `port-debug`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, Service, written};
use crate::compose::project::Command;
use crate::dockerfile::Kind;
use crate::report::{Confidence, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "port-debug",
        family: Family::Runtime,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A port for debugging or remote control is open",
        why: "Whoever reaches a debugger, a remote desktop or the engine's port runs what he likes in the container, mostly without a password; an SSH server in it is a second way in, with keys and patches of its own.",
        instead: "Leave it out of what ships: debug in an image of its own, or on 127.0.0.1; use `docker exec` in place of SSH.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 22\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nEXPOSE 3000 9229\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 2375 5900-5901 3389/tcp 23\n"),
            Example::Dockerfile(
                "FROM node:26-trixie-slim\nCMD [\"node\", \"--inspect=0.0.0.0:9229\", \"server.js\"]\n",
            ),
            Example::Dockerfile(
                "FROM eclipse-temurin:25-jre\nENV JAVA_TOOL_OPTIONS=\"-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005\"\nCMD [\"java\", \"-jar\", \"/app.jar\"]\n",
            ),
            Example::Dockerfile("FROM python:3.14-slim\nCMD python -m debugpy --listen 0.0.0.0:5678 app.py\n"),
            Example::Dockerfile(
                "FROM golang:1.26-trixie\nCMD [\"dlv\", \"exec\", \"/app\", \"--headless\", \"--listen=:2345\"]\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get install -y openssh-server\nCMD [\"/usr/sbin/sshd\", \"-D\"]\n",
            ),
            Example::Compose("services:\n  app:\n    image: app:1.2\n    ports:\n      - \"9229:9229\"\n"),
            Example::Compose("services:\n  app:\n    image: app:1.2\n    command: node --inspect=0.0.0.0 server.js\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 80 443 2222\n"),
            // These are the ports of other programs, too.
            Example::Dockerfile("FROM python:3.14-slim\nEXPOSE 5005 5678 2345\n"),
            Example::Dockerfile(
                "FROM node:26-trixie-slim\nCMD [\"node\", \"--inspect=127.0.0.1:9229\", \"server.js\"]\n",
            ),
            Example::Dockerfile("FROM node:26-trixie-slim\nCMD [\"node\", \"--inspect\", \"server.js\"]\n"),
            // It is for development.
            Example::Files(&[(
                "Dockerfile.dev",
                "FROM node:26-trixie-slim\nEXPOSE 9229\nCMD [\"node\", \"--inspect=0.0.0.0\", \"server.js\"]\n",
            )]),
            Example::Compose(
                "services:\n  app:\n    image: app:1.2\n    ports:\n      - \"127.0.0.1:9229:9229\"\n      - \"${DEBUG_PORT}\"\n",
            ),
            // Another stage is what has it.
            Example::Dockerfile(
                "FROM node:26-trixie-slim AS debug\nEXPOSE 9229\nFROM node:26-trixie-slim\nEXPOSE 3000\n",
            ),
        ],
        equivalents: &[("trivy", &["DS-0004"]), ("checkov", &["CKV_DOCKER_1"]), ("kics", &["5907595b"])],
        cis: &["5.7", "5.9"],
        point: Some(Point::Ports),
        fix: Fixable::No,
    },
    checks: &[Check::Build(dockerfile), Check::Service(compose)],
};

/// Ports of one program alone. Those of delve (2345, 40000), debugpy (5678) and JDWP (5005) are of other programs, too: there
/// the command decides.
const PORTS: [(u16, &str); 9] = [
    (22, "SSH"),
    (23, "Telnet"),
    (2375, "the Docker engine without a password"),
    (3389, "remote desktops"),
    (5900, "VNC"),
    (5901, "VNC"),
    (5902, "VNC"),
    (9229, "Node's debugger"),
    (5985, "WinRM"),
];

fn dockerfile(build: &Build<'_>, found: &mut Found) {
    if build.dev {
        return;
    }
    let on_purpose = || {
        is_on_purpose(build.path)
            || build.services.iter().any(|service| is_on_purpose(&service.name))
            || is_server_of_it(build.text)
    };
    for view in build.chain(build.target) {
        for one in written(build, view).filter(|one| !one.trigger) {
            match &one.instruction.kind {
                Kind::Expose(words) => {
                    for word in words {
                        let Known::Value(text) = build.word(view, word) else { continue };
                        let Some((port, what)) = range(&text).and_then(opened) else { continue };
                        let at = build.at(found, word.span.clone());
                        report(at, &format!("port {port} is that of {what}"), on_purpose(), found);
                    }
                }
                Kind::Env(pairs) => {
                    for pair in pairs {
                        let Known::Value(value) = build.word(view, &pair.value) else { continue };
                        if let Some(what) = debugger(&value) {
                            let at = build.at(found, pair.value.span.clone());
                            report(at, &format!("{what} listens on every address"), false, found);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let image = &build.target().image;
    for setting in [&image.entrypoint, &image.cmd].into_iter().flatten() {
        let command = setting.value.join(" ");
        let Some(instruction) = build.file.instructions.get(setting.instruction) else { continue };
        let what = debugger(&command).map(|what| format!("{what} listens on every address"));
        let sshd = starts_sshd(&command).then(|| "an SSH server is what the container runs".to_owned());
        if let Some(message) = what.or(sshd) {
            let at = build.at(found, instruction.span.clone());
            report(at, &message, on_purpose(), found);
        }
    }
}

fn compose(service: &Service<'_>, found: &mut Found) {
    if service.is_dev() {
        return;
    }
    let image = service.reference().map(|reference| reference.repository).unwrap_or_default();
    let on_purpose = is_on_purpose(&service.name) || is_on_purpose(&image);
    for port in service.service.ports() {
        // An address of the host is a choice, whatever it is.
        if port.host_ip.is_some() {
            continue;
        }
        if let Some((number, what)) = port.target_range().and_then(opened) {
            let at = service.at(found, &port.place);
            report(at, &format!("port {number} is that of {what}, and it is published"), on_purpose, found);
        }
    }
    let Some(command) = service.service.command() else { return };
    let text = match &command {
        Command::Line(line) => line.text.known().unwrap_or_default(),
        Command::Words(words, _) => words.iter().filter_map(|word| word.text.known()).collect::<Vec<_>>().join(" "),
    };
    if let Some(what) = debugger(&text) {
        let at = service.at(found, command.place());
        report(at, &format!("{what} listens on every address"), false, found);
    }
}

fn report(at: Location, message: &str, on_purpose: bool, found: &mut Found) {
    let finding = found.add(at, message);
    finding.help("leave it out of what ships, or keep it on 127.0.0.1");
    if on_purpose {
        finding.severity(Severity::Note);
    }
}

/// `22`, `22/tcp`, `5900-5910`
fn range(text: &str) -> Option<(u16, u16)> {
    let ports = text.split('/').next()?;
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// The first such port of a range that is narrow enough to mean it.
fn opened((first, last): (u16, u16)) -> Option<(u16, &'static str)> {
    let known = |(port, what): &(u16, &'static str)| (first..=last).contains(port).then_some((*port, *what));
    PORTS.iter().find_map(known).filter(|_| last - first.min(last) < 20)
}

/// Servers whose work is SSH, or a desktop.
fn is_on_purpose(name: &str) -> bool {
    const WORDS: [&str; 17] = [
        "git", "gitea", "gitlab", "gogs", "forgejo", "sftp", "ssh", "sshd", "openssh", "bastion", "vnc", "novnc",
        "desktop", "rdp", "guacd", "selenium", "dind",
    ];
    let lower = name.to_ascii_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// Whether a Dockerfile is that of a Git server, or of a proxy before the engine: it names itself or what it needs.
fn is_server_of_it(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let named = |word: &str| lower.match_indices(word).any(|(at, _)| !lower[at + word.len()..].starts_with(".com"));
    ["gitea", "gitlab", "gogs", "forgejo", "gitolite", "docker.sock"].into_iter().any(named)
}

/// The debugger that a command, or the options of a runtime, opens to everybody.
fn debugger(text: &str) -> Option<&'static str> {
    let after = |key: &str| text.find(key).map(|at| &text[at + key.len()..]);
    let everywhere = |rest: &str| {
        let rest = rest.trim_start_matches([' ', '=']);
        ["0.0.0.0", "*", "[::]", ":"].iter().any(|address| rest.starts_with(address))
    };
    if ["--inspect=", "--inspect-brk=", "--inspect-wait="].iter().any(|key| after(key).is_some_and(everywhere)) {
        return Some("Node's debugger");
    }
    if text.contains("jdwp") && after("address=").is_some_and(everywhere) {
        return Some("Java's debugger");
    }
    if text.contains("debugpy") && after("--listen").is_some_and(everywhere) {
        return Some("Python's debugger");
    }
    if text.contains("dlv") && text.contains("--headless") && after("--listen").is_some_and(everywhere) {
        return Some("Go's debugger");
    }
    None
}

/// Whether a command line starts an SSH server: itself, or as a part of it.
fn starts_sshd(command: &str) -> bool {
    let is_server = |word: &str| word == "sshd" || word.ends_with("/sshd");
    let mut words =
        command.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '"')).filter(|word| !word.is_empty());
    words.any(is_server) || command.contains("service ssh start")
}
