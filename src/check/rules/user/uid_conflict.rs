//! `uid-conflict`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Users};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "uid-conflict",
        family: Family::User,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A user is created with a uid that is another's, or that makes a huge file",
        why: "`useradd` and `adduser` fail if the uid is taken: 1000 is `node` in the Node images and `ubuntu` in Ubuntu since \
              24.04. With `--non-unique` both are one user, with all files of the other. A uid of six digits or more without \
              `--no-log-init` makes a sparse lastlog file of gigabytes, over which some builders stumble.",
        instead: "Use the user that is there, delete it before, or take a free uid such as 10001.",
        bad: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nRUN useradd --uid 1000 app\n"),
            Example::Dockerfile("FROM ubuntu:24.04\nRUN useradd -l -m -u 1000 app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN useradd -l -u 10001 a && useradd -l -u 10001 b\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN useradd -u 1000010001 app\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN useradd --uid 1000 app\n"),
            Example::Dockerfile("FROM ubuntu:22.04\nRUN useradd --uid 1000 app\n"),
            // It is not there any more.
            Example::Dockerfile("FROM ubuntu:24.04\nRUN userdel -r ubuntu && useradd -l -u 1000 app\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nRUN usermod -u 1500 node && useradd -l -u 1000 app\n"),
            // Only if nobody has it.
            Example::Dockerfile("FROM ubuntu:24.04\nRUN id -u 1000 || useradd -l -u 1000 app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN useradd --no-log-init -u 1000010001 app\n"),
        ],
        equivalents: &[("hadolint", &["DL3046"]), ("dockle", &["DKL-LI-0002"])],
        cis: &[],
        point: Some(Point::NonRoot),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

/// The first uid of six digits: with it lastlog is 29 MB, with ten digits hundreds of gigabytes (sparse).
const HIGH: u32 = 100_000;

fn check(build: &Build<'_>, found: &mut Found) {
    for view in build.views.iter().filter(|view| view.needed) {
        if !view.runs.iter().flat_map(|run| &run.commands).any(|command| command.is(&["useradd", "adduser"])) {
            continue;
        }
        let own = build.from(view).span.end..;
        for account in Users::of(build, view.stage.index).created {
            // What an earlier stage of the chain creates is said there.
            if !own.contains(&account.span.start) {
                continue;
            }
            let Some(uid) = account.uid else { continue };
            if let Some(other) = &account.taken_by {
                let at = build.at(found, account.span.clone());
                let finding = found.add(at, format!("uid {uid} is already `{other}` in this image"));
                finding.help(if account.shares {
                    format!("both are one user to the kernel; use `{other}`, or a free uid")
                } else {
                    format!("the step fails; use `{other}`, delete it before, or take a free uid")
                });
            } else if uid >= HIGH && account.logs {
                let at = build.at(found, account.span.clone());
                let place = Location::new(at.file, account.options_at..account.options_at);
                let written = build.text.get(..account.options_at).is_some_and(|text| text.ends_with("useradd"));
                let finding = found.add(at, format!("uid {uid} makes `useradd` write a huge sparse lastlog file"));
                finding.severity(Severity::Note).help("add `--no-log-init`");
                if written && !build.is_inline() {
                    let edit = Edit { at: place, text: " --no-log-init".to_owned() };
                    finding.safe_fix("add `--no-log-init`", vec![edit]);
                }
            }
        }
    }
}
