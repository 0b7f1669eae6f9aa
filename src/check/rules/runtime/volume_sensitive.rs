//! `volume-sensitive`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, written};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "volume-sensitive",
        family: Family::Runtime,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A volume lies on a folder that it must not hide",
        why: "A VOLUME on the root, on /etc or /root takes what the image has there out of its layers, into a folder of the host that stays when the image is replaced; on /proc, /sys, /dev or the engine's socket it opens the host.",
        instead: "Put a volume on a folder that holds data and nothing else, such as `/var/lib/app`.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nVOLUME /var/run/docker.sock\n"),
            Example::Dockerfile("FROM debian:13-slim\nVOLUME [\"/etc\", \"/data\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nVOLUME /\n"),
            Example::Dockerfile("FROM debian:13-slim\nVOLUME /root/\n"),
            Example::Dockerfile("FROM debian:13-slim\nVOLUME /sys/fs/cgroup\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nVOLUME /data /etc/app /root/.cache /dev/shm\n"),
            Example::Dockerfile("FROM debian:13-slim\nARG DIR\nVOLUME $DIR\n"),
            Example::Dockerfile("FROM debian:13-slim\nVOLUME /devices\n"),
        ],
        equivalents: &[("dockle", &["DKL-DI-0002"]), ("semgrep", &["dockerfile-dockerd-socket-mount"])],
        cis: &["5.6"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for one in written(build, view) {
            let Kind::Volume(words) = &one.instruction.kind else { continue };
            for word in words {
                let Known::Value(path) = build.word(view, word) else { continue };
                if is_sensitive(&path) {
                    let at = build.at(found, word.span.clone());
                    found
                        .add(at, format!("a volume on `{path}`"))
                        .help("put it on a folder that holds data and nothing else");
                }
            }
        }
    }
}

fn is_sensitive(path: &str) -> bool {
    let clean = path.trim_end_matches('/');
    let below = |folder: &str| clean.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    (path.starts_with('/') && clean.is_empty())
        || matches!(clean, "/etc" | "/root")
        || clean.ends_with("/docker.sock")
        || below("/proc")
        || below("/sys")
        || (below("/dev") && clean != "/dev/shm")
}
