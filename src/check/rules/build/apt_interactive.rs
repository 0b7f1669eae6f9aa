//! `apt-interactive`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "apt-interactive",
        family: Family::Build,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "apt is used where apt-get is made for scripts",
        why: "`apt` is for people: its output and its options may change from release to release, and it says so at every call.",
        instead: "Write `apt-get`, and `apt-cache` to search.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt update && apt install -y curl\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN apt search curl\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update && apt-get install -y apt\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo apt install; ls /etc/apt\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3027"]),
            ("checkov", &["CKV_DOCKER_9"]),
            ("kics", &["b84a0b47"]),
            ("semgrep", &["prefer-apt-get"]),
        ],
        cis: &[],
        point: None,
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

/// What both do alike; `apt upgrade` also installs new packages, and others are of `apt` alone.
const SHARED: [&str; 7] = ["update", "install", "remove", "purge", "autoremove", "clean", "autoclean"];

fn check(build: &Build<'_>, found: &mut Found) {
    for run in build.views.iter().flat_map(|view| &view.runs) {
        for command in run.commands_named(&["apt"]) {
            let verb = command.verb(&["-o", "-t", "-c"]);
            let span = command.name_span.clone();
            let at = build.at(found, span.clone());
            let edit = (SHARED.contains(&verb) && build.text.get(span.clone()) == Some("apt") && !build.is_inline())
                .then(|| Edit { at: Location::new(at.file, span), text: "apt-get".to_owned() });
            let finding = found.add(at, "`apt` is made for people, not for scripts");
            finding.help("write `apt-get`");
            if let Some(edit) = edit {
                finding.safe_fix("write apt-get", vec![edit]);
            }
        }
    }
}
