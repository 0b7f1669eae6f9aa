//! `package-prompt`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::packages::{Action, Family as Packages, Kind, Manager, actions, apt_is_configured};
use crate::check::subject::{Arg, Build, Command, Run, StageView, written};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "package-prompt",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A package manager asks before it installs",
        why: "Nobody answers in a build: as soon as the installation pulls in one package more than those named, the \
              manager asks and the build ends. `microdnf` and `apk` never ask, and `add-apt-repository` asks nobody but a \
              terminal: they are not looked at.",
        instead: "Write `-y` (`--noconfirm` for pacman, `--non-interactive` for zypper).",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update && apt-get install curl\n"),
            Example::Dockerfile("FROM fedora:43\nRUN dnf install gcc && dnf clean all\n"),
            Example::Dockerfile("FROM fedora:43\nRUN dnf install --downloadonly gcc && dnf -y clean all\n"),
            Example::Dockerfile("FROM opensuse/leap:15.6\nRUN zypper install gcc\n"),
            Example::Dockerfile("FROM archlinux:base\nRUN pacman -Syu gcc\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get install curl -y\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get install -qq curl && apt-get -qqy install wget\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN yes | apt-get install curl\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90y\nRUN apt-get install curl\n",
            ),
            // What OPTIONS holds is not known.
            Example::Dockerfile("FROM debian:13-slim\nARG OPTIONS\nRUN apt-get install $OPTIONS curl\n"),
            Example::Dockerfile("FROM opensuse/leap:15.6\nRUN zypper --non-interactive install gcc\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get purge --auto-remove && apt -f install\n"),
            Example::Dockerfile("FROM redhat/ubi9-minimal\nRUN microdnf install gcc\n"),
            Example::Dockerfile("FROM ubuntu:24.04\nRUN add-apt-repository ppa:a/b\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3014", "DL3030", "DL3034", "DL3038"]),
            ("trivy", &["DS-0021"]),
            ("kics", &["77783205", "7ebd323c", "6e19193a", "45e1fca5"]),
            (
                "semgrep",
                &[
                    "missing-assume-yes-switch",
                    "missing-dnf-assume-yes-switch",
                    "missing-yum-assume-yes-switch",
                    "missing-zypper-no-confirm-switch",
                ],
            ),
        ],
        cis: &[],
        point: None,
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for run in &view.runs {
            for action in actions(run) {
                let changes = action.kind.installs() || action.kind == Kind::Remove;
                if !changes || !action.asks() || is_answered(action.command) {
                    continue;
                }
                if is_configured(build, view, run, action.manager) {
                    continue;
                }
                let Some(verb) = action.verb else { continue };
                // Nothing is named: there is nothing to ask about, unless something is broken.
                if action.packages.is_empty() && matches!(verb.text(), "install" | "remove" | "purge") {
                    continue;
                }
                let word = if action.manager == Manager::Pacman { " --noconfirm" } else { " -y" };
                report(build, found, &action, verb, word);
            }
        }
    }
}

/// `yes | apt-get install`, `echo y | ...`, `<<< y`.
fn is_answered(command: &Command) -> bool {
    let piped = command.pipe.is_some_and(|pipe| pipe.position > 0);
    piped || command.input.is_some() || command.redirects.iter().any(|redirect| redirect.operator == "<")
}

fn is_configured(build: &Build<'_>, view: &StageView<'_>, run: &Run<'_>, manager: Manager) -> bool {
    if manager.family() == Packages::Apt {
        return apt_is_configured(build, view, run, "Assume-Yes");
    }
    // `echo assumeyes=1 >> /etc/dnf/dnf.conf`
    build.chain(view.stage.index).any(|stage| {
        build.instructions(stage).filter(|(at, _)| *at <= run.at).any(|(_, instruction)| {
            build.text.get(instruction.span.clone()).is_some_and(|text| text.contains("assumeyes"))
        })
    })
}

fn report(build: &Build<'_>, found: &mut Found, action: &Action<'_>, verb: &Arg, word: &str) {
    let (span, named) = action.named();
    let at = build.at(found, span);
    let edit =
        written::end_of(build, verb).map(|end| Edit { at: Location::new(at.file, end..end), text: word.to_owned() });
    let finding = found.add(at, format!("{named} asks, and nobody answers in a build"));
    match edit {
        Some(edit) => finding.safe_fix(format!("write `{}` behind it", word.trim()), vec![edit]),
        None => finding.help(format!("write `{}` behind it", word.trim())),
    };
}
