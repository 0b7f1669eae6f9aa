//! `apt-recommends`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::packages::{Action, Family as Packages, Kind, Manager, Version, actions, apt_is_configured};
use crate::check::subject::{Build, written};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "apt-recommends",
        family: Family::Build,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "apt installs what packages only recommend",
        why: "apt adds every recommended package to what is asked for, so that the image grows by programs that nobody \
              chose, each with its own vulnerabilities. A stage that does not ship is not looked at.",
        instead: "Write `apt-get install -y --no-install-recommends ...`, and name what turns out to be needed, such as \
                  `ca-certificates`.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\napt-get update\napt-get -y install curl\nEOF\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get -y install curl --no-install-recommends\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get -o APT::Install-Recommends=false install -y curl\n",
            ),
            // apt's configuration says so already, also in the stage that this one is FROM.
            Example::Dockerfile(
                "FROM debian:13-slim AS base\nRUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/99x\n\
                 FROM base\nRUN apt-get update && apt-get install -y curl\n",
            ),
            // It does not ship.
            Example::Dockerfile("FROM debian:13 AS build\nRUN apt-get install -y gcc\nFROM debian:13-slim\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get install -y ./a.deb\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3015"]),
            ("trivy", &["DS-0029"]),
            ("kics", &["7384dfb2"]),
            ("semgrep", &["missing-no-install-recommends"]),
        ],
        cis: &["4.3"],
        point: Some(Point::Minimal),
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in build.shipped() {
        for run in &view.runs {
            for action in actions(run).iter().filter(|action| recommends(action)) {
                if apt_is_configured(build, view, run, "Install-Recommends") {
                    continue;
                }
                let Some(verb) = action.verb else { continue };
                let (span, name) = action.named();
                let at = build.at(found, span);
                let end = written::end_of(build, verb);
                let text = format!("{name} also installs what packages only recommend");
                let edit = end.map(|end| Edit {
                    at: Location::new(at.file, end..end),
                    text: " --no-install-recommends".to_owned(),
                });
                let finding = found.add(at, text).help("write `--no-install-recommends` behind it");
                if let Some(edit) = edit {
                    finding.unsafe_fix("install only what is named and what it needs", vec![edit]);
                }
            }
        }
    }
}

fn recommends(action: &Action<'_>) -> bool {
    let apt = action.manager.family() == Packages::Apt && action.manager != Manager::Dpkg;
    let said = action.has(&["--no-install-recommends", "--without-recommends", "-R", "--install-recommends"])
        || action.apt_setting("APT::Install-Recommends").is_some();
    let only_files =
        !action.packages.is_empty() && action.packages.iter().all(|package| package.version == Version::Local);
    apt && action.kind == Kind::Install && !said && !action.unclear && !action.is_dry() && !only_files
}
