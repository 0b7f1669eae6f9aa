//! `sudo`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Run};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "sudo",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "sudo is used in a build",
        why: "A RUN is root already unless a USER came before it, so that sudo does nothing there but hide who acts; its \
              rules, its setuid bit and its bugs ship with the image.",
        instead: "Leave it out, or write `USER root` before the step and the service's user behind it.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN sudo apt-get update\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo a && sudo -E make install\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN [\"sudo\", \"make\"]\n"),
        ],
        good: &[
            // A package's name, a word of a text and a file's name are no command.
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get install -y sudo\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo 'run sudo make'; find / -name sudo; command -v sudo\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3004"]),
            ("trivy", &["DS-0010"]),
            ("checkov", &["CKV2_DOCKER_1"]),
            ("dockle", &["DKL-DI-0001"]),
            ("kics", &["8ada6e80"]),
            ("semgrep", &["no-sudo-in-dockerfile"]),
        ],
        cis: &[],
        point: Some(Point::NonRoot),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for run in build.views.iter().flat_map(|view| &view.runs) {
        for command in &run.commands {
            for (name, span) in &command.prefixes {
                if name != "sudo" {
                    continue;
                }
                let at = build.at(found, span.clone());
                let edit = removal(build, run, span, command.name_span.start, &at);
                let finding = found.add(at, "`sudo` in a build step");
                if steps_down(build, span, command.name_span.start) {
                    finding.severity(Severity::Note).help("write a `USER` before this step, and `USER root` behind it");
                    continue;
                }
                match edit {
                    Some(edit) => finding.safe_fix("leave `sudo` out: this step is root already", vec![edit]),
                    None => finding.help("write `USER root` before this step, and the service's user behind it"),
                };
            }
        }
    }
}

/// Whether it is told to run the command as somebody else than root: `sudo -E -u app`.
fn steps_down(build: &Build<'_>, span: &std::ops::Range<usize>, next: usize) -> bool {
    let mut words = build.text.get(span.end..next).unwrap_or_default().split_ascii_whitespace();
    let user = words.find_map(|word| match word {
        "-u" | "--user" => Some(""),
        _ => word.strip_prefix("--user="),
    });
    let user = user.map(|user| if user.is_empty() { words.next().unwrap_or_default() } else { user });
    user.is_some_and(|user| !matches!(user, "" | "root" | "0" | "#0"))
}

/// The edit that takes a bare `sudo` away where the step is known to be root.
fn removal(
    build: &Build<'_>,
    run: &Run<'_>,
    span: &std::ops::Range<usize>,
    next: usize,
    at: &Location,
) -> Option<Edit> {
    let between = build.text.get(span.end..next)?;
    let bare = !between.is_empty() && between.chars().all(|c| c == ' ');
    // In the exec form and in the text of a `sh -c` the words have no places of their own.
    let written = build.text.get(span.clone())? == "sudo";
    (run.root == Some(true) && bare && written && !build.is_inline())
        .then(|| Edit { at: Location::new(at.file, span.start..next), text: String::new() })
}
