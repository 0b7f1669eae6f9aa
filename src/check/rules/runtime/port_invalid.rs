//! `port-invalid`
//!
//! Other than hadolint's DL3011 it also looks at what variables hold, and at ranges of more than a hundred ports for those
//! who ask for more.

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, written};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "port-invalid",
        family: Family::Runtime,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "EXPOSE names no port",
        why: "EXPOSE takes a port, or a range of ports, of the container, from 1 to 65535: addresses and ports of the host belong to where the container is started, and a port that cannot be breaks the build.",
        instead: "Write `EXPOSE 8080` or `EXPOSE 8080/tcp`, and publish it by `docker run --publish` or `ports` in compose.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 80000\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 8080:80\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 127.0.0.1:80:80/tcp\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE http\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 80,443\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 90-80\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 80/http\n"),
            // Pedantic: more ports than anybody can watch.
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 10000-20000/udp\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 80 443/tcp 53/UDP 9000-9010 132/sctp\n"),
            Example::Dockerfile("FROM debian:13-slim\nARG PORT\nEXPOSE $PORT ${PORT}/tcp\n"),
            Example::Dockerfile("FROM debian:13-slim\nENV PORT=8080\nEXPOSE ${PORT}\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE \"8080\"\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3011"]),
            ("buildkit", &["ExposeInvalidFormat"]),
            ("trivy", &["DS-0008"]),
            ("kics", &["71bf8cf8"]),
            ("semgrep", &["invalid-port"]),
        ],
        cis: &["5.9"],
        point: Some(Point::Ports),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for one in written(build, view) {
            let Kind::Expose(words) = &one.instruction.kind else { continue };
            for word in words {
                // What variables hold may be several ports.
                let Known::Value(text) = build.word(view, word) else { continue };
                for port in text.split_ascii_whitespace() {
                    match wrong(port) {
                        Some(Wrong::Never(message)) => {
                            let at = build.at(found, word.span.clone());
                            found.add(at, message).help("write the port of the container alone: `EXPOSE 8080`");
                        }
                        Some(Wrong::Wide(count)) => {
                            let at = build.at(found, word.span.clone());
                            found
                                .add(at, format!("`{port}` opens {count} ports"))
                                .severity(Severity::Note)
                                .pedantic()
                                .help("name the ports that are used");
                        }
                        None => {}
                    }
                }
            }
        }
    }
}

enum Wrong {
    /// It is no port.
    Never(String),
    /// It is this many.
    Wide(u32),
}

fn wrong(text: &str) -> Option<Wrong> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    if !["tcp", "udp", "sctp"].contains(&protocol.to_ascii_lowercase().as_str()) {
        return Some(Wrong::Never(format!("`{protocol}` is no protocol of a port: it is tcp, udp or sctp")));
    }
    if ports.contains(':') {
        return Some(Wrong::Never(format!(
            "`{text}` names a port or an address of the host, which EXPOSE does not know"
        )));
    }
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let number = |port: &str| port.parse::<u32>().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()));
    match (number(first), number(last)) {
        (Some(first), Some(last)) if last > 65535 || first > 65535 || first == 0 => {
            Some(Wrong::Never(format!("`{ports}` is not between 1 and 65535")))
        }
        (Some(first), Some(last)) if last < first => Some(Wrong::Never(format!("`{ports}` ends before it begins"))),
        (Some(first), Some(last)) if last - first >= 100 => Some(Wrong::Wide(last - first + 1)),
        (Some(_), Some(_)) => None,
        _ => Some(Wrong::Never(format!("`{text}` is no port"))),
    }
}
