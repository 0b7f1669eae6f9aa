//! `privileged-port`

use crate::bases::Os;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, serves};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "privileged-port",
        family: Family::User,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A user other than root is to listen below port 1024",
        why: "On Docker's bridge network every user may open every port; in Kubernetes, in Podman and on the host's network \
              ports below 1024 need a capability, and the program fails with `permission denied`. It is a warning where a \
              compose file puts it on the host's network.",
        instead: "Listen on a port such as 8080 and publish it as the one that is wanted: `ports: [\"80:8080\"]`.",
        bad: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nEXPOSE 80\nUSER node\nCMD [\"node\", \"a.js\"]\n"),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nEXPOSE 443/tcp\nUSER node\nCMD [\"node\", \"a.js\"]\n"),
                ("compose.yaml", "services:\n  app:\n    build: .\n    network_mode: host\n"),
            ]),
        ],
        good: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nEXPOSE 8080\nUSER node\nCMD [\"node\", \"a.js\"]\n"),
            // Root may.
            Example::Dockerfile("FROM nginx:1.30-alpine3.24\nEXPOSE 80\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN setcap cap_net_bind_service=+ep /server\nEXPOSE 80\nUSER 10001\nCMD [\"/server\"]\n",
            ),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nEXPOSE 80\nUSER node\nCMD [\"node\", \"a.js\"]\n"),
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: .\n    sysctls: [net.ipv4.ip_unprivileged_port_start=0]\n",
                ),
            ]),
        ],
        equivalents: &[],
        cis: &["5.8"],
        point: Some(Point::Ports),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let view = build.target();
    // Windows has no such ports.
    let windows = view.origin.base().is_some_and(|base| base.os == Os::Windows);
    if view.user.root != Some(false) || windows {
        return;
    }
    let Some(ports) = serves::exposed(build) else { return };
    let low: Vec<_> = ports.into_iter().filter(|(port, _)| (1..1024).contains(port)).collect();
    if low.is_empty() || is_allowed(build) {
        return;
    }
    let host = build.services.iter().any(|service| service.scalar("network_mode").is_some_and(|mode| mode.is("host")));
    let user = build.target().user.name.value().unwrap_or_default();
    for (port, instruction) in low {
        let Some(instruction) = build.file.instructions.get(instruction) else { continue };
        let at = build.at(found, instruction.span.clone());
        let finding = found.add(at, format!("`{user}` may not listen on port {port} everywhere"));
        finding.severity(if host { Severity::Warning } else { Severity::Note });
        finding.help(if host {
            "on the host's network it needs a capability: listen on a port from 1024 on"
        } else {
            "listen on a port from 1024 on, and publish it as the one that is wanted"
        });
    }
}

/// A file capability, or a switch of the kernel, lets it.
fn is_allowed(build: &Build<'_>) -> bool {
    let capability = build.views.iter().flat_map(|view| &view.runs).flat_map(|run| &run.commands).any(|command| {
        command.name == "setcap" && command.args.iter().any(|arg| arg.start.contains("cap_net_bind_service"))
    });
    let switch = |service: &crate::check::subject::Service<'_>| {
        service.pairs("sysctls").iter().any(|pair| pair.name == "net.ipv4.ip_unprivileged_port_start")
    };
    capability || build.services.iter().any(switch)
}
