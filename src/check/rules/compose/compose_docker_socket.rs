//! `compose-docker-socket`

use crate::check::Found;
use crate::check::needs::Need;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::{Place, VolumeType};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-docker-socket",
        family: Family::Compose,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service can call the engine of the host",
        why: "Who can call the engine can start a container with the host's whole file system in it: the socket is root on the host. `:ro` makes the file read-only, not what is sent through it.",
        instead: "Put a socket proxy that lets only the calls through that are needed between them, or use a rootless engine of its own. Builds need no engine: rootless BuildKit and Kaniko do without.",
        bad: &[
            Example::Compose(
                "services:\n  edge:\n    image: traefik:v3.6\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n",
            ),
            Example::Compose(
                "services:\n  edge:\n    image: traefik:v3.6\n    volumes:\n      - type: bind\n        source: ${XDG_RUNTIME_DIR}/podman/podman.sock\n        target: /var/run/docker.sock\n",
            ),
            Example::Compose(
                "services:\n  ci:\n    image: gitlab/gitlab-runner:v17.5.0\n    environment:\n      DOCKER_HOST: tcp://host.docker.internal:2375\n",
            ),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    volumes:\n      - ./docker.sock.md:/docs/docker.md:ro\n      - sock:/var/run/app\nvolumes:\n  sock:\n",
            ),
            Example::Compose(
                "services:\n  edge:\n    image: traefik:v3.6\n    environment:\n      DOCKER_HOST: tcp://socket-proxy:2375\n  socket-proxy:\n    image: example.com/proxy:1.2.0\n",
            ),
            Example::Compose(
                "services:\n  edge:\n    image: traefik:v3.6\n    volumes:\n      - ${SOCKET}:/var/run/docker.sock\n",
            ),
        ],
        equivalents: &[("kics", &["d6355c88"]), ("semgrep", &["exposing-docker-socket-volume"])],
        cis: &["5.32"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

/// Sockets of engines: who can write to one has the host.
const SOCKETS: [&str; 6] =
    ["docker.sock", "docker.sock.raw", "podman.sock", "containerd.sock", "crio.sock", "docker_engine"];

/// Folders that hold them.
const FOLDERS: [&str; 4] = ["/run", "/var/run", "/run/docker", "/run/containerd"];

/// Of more services nobody looks for the one that answers to a name.
const SERVICES: usize = 1000;

fn check(service: &Service<'_>, found: &mut Found) {
    for volume in service.volumes() {
        if matches!(volume.kind, VolumeType::Volume | VolumeType::Tmpfs) {
            continue;
        }
        let Some(source) = &volume.source else { continue };
        let path = source.text.known_or_default();
        // Of an unknown folder the name at its end is still what it is.
        let path = path.as_deref().unwrap_or_else(|| source.text.raw());
        let path = path.trim_end_matches('/');
        let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let socket = SOCKETS.contains(&file);
        if !socket && !FOLDERS.contains(&path) {
            continue;
        }
        let name = &service.name;
        let (message, need) = if socket {
            (format!("service `{name}` is given the engine's socket: that is root on the host"), Need::Socket)
        } else {
            (
                format!("service `{name}` is given `{path}` with the engine's socket in it: that is root on the host"),
                Need::Files,
            )
        };
        report(service, &volume.place, message, need, found);
    }
    let environment = service.environment();
    let Some(host) = environment.iter().find(|variable| variable.name == "DOCKER_HOST").and_then(|host| host.value)
    else {
        return;
    };
    let Some(name) = host.known().and_then(|url| Some(url.strip_prefix("tcp://")?.strip_suffix(":2375")?.to_owned()))
    else {
        return;
    };
    // An engine or a proxy of the project itself is reached over its own network.
    let own = |other: &Service<'_>| {
        other.name == name
            || other.scalar("container_name").is_some_and(|own| own.is(&name))
            || other.scalar("hostname").is_some_and(|own| own.is(&name))
            || other.networks().iter().any(|network| network.aliases.iter().any(|alias| alias.is(&name)))
    };
    if service.project.services.len() <= SERVICES
        && !service.project.all().any(|other| own(&other))
        && !service.project.is_incomplete
        && !name.starts_with("127.")
        && name != "localhost"
    {
        let message = format!("service `{}` calls an engine at `{name}` that lets everybody in", service.name);
        report(service, &host.place, message, Need::Socket, found);
    }
}

fn report(service: &Service<'_>, place: &Place, message: String, need: Need, found: &mut Found) {
    let (severity, known) = service.power(Severity::Error, need);
    let at = service.at(found, place);
    let help = "let it call a socket proxy that passes on only what it needs";
    found.add(at, message).severity(severity).help(known.unwrap_or_else(|| help.to_owned()));
}
