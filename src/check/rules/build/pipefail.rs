//! `pipefail`
//!
//! Other than hadolint's DL4006 it warns only where what fails brings something from elsewhere, and believes `SHELL` with
//! pipefail whatever the shell: one that does not know it ends the build.

use crate::bases::Sh;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Run, StageView};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "pipefail",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "The failure of a command before a pipe goes unnoticed",
        why: "A pipeline fails only if its last command does: a download that breaks off is unpacked as far as it came, and the image is built all the same.",
        instead: "Write `set -o pipefail &&` before it where the shell knows it (bash, busybox, dash from 0.5.13), or `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` above it, or download into a file first.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -fsSL https://example.org/a.tgz | tar xz\n"),
            Example::Dockerfile("FROM alpine:3.24\nRUN wget -qO- https://example.org/key | gpg --import\n"),
            // Pedantic: other commands rarely fail.
            Example::Dockerfile("FROM debian:13-slim\nRUN ls | wc -l\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN curl https://example.org/a | tar x || (echo failed && exit 1)\n",
            ),
            // Its own shell has no pipefail.
            Example::Dockerfile(
                "FROM debian:13-slim\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN bash -c 'curl https://example.org | tar x'\n",
            ),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl https://example.org/a.tgz | tar xz\n",
            ),
            Example::Dockerfile("FROM alpine:3.24\nRUN set -euxo pipefail; curl https://example.org/a.tgz | tar xz\n"),
            // Of the stage before, and by a script of its own.
            Example::Dockerfile(
                "FROM debian:13-slim AS base\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nFROM base\nRUN curl https://example.org/a | tar x\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN <<EOF\n#!/bin/bash\nset -eo pipefail\ncurl https://example.org/a | tar x\nEOF\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN echo a | tee b && printf a | cat && yes | make && cat a | sort\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nRUN curl https://example.org | grep x || true\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN if curl https://example.org | grep -q x; then true; fi\n"),
            Example::Dockerfile(
                "FROM mcr.microsoft.com/windows/servercore:ltsc2025\nSHELL [\"powershell\", \"-Command\"]\nRUN Get-Process | Stop-Process\n",
            ),
        ],
        equivalents: &[("hadolint", &["DL4006"]), ("kics", &["efbf148a"]), ("semgrep", &["set-pipefail"])],
        cis: &[],
        point: Some(Point::Verified),
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Build(check)],
};

/// Programs that bring something from elsewhere, or whose output must be whole.
const PRODUCERS: [&str; 19] = [
    "curl", "wget", "git", "pip", "pip3", "openssl", "gpg", "gpg2", "aria2c", "aws", "gsutil", "gcloud", "az", "svn",
    "ftp", "scp", "ssh", "gh", "http",
];

/// Programs that do not fail, or whose failure the next command sees.
const HARMLESS: [&str; 10] = ["echo", "printf", "yes", "cat", "true", ":", "head", "tail", "sort", "uniq"];

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for run in view.runs.iter().filter(|run| run.posix) {
            let lost = || run.commands.iter().filter(|command| is_lost(command, run));
            let Some((command, producer)) = lost()
                .find(|command| is_producer(command))
                .map(|command| (command, true))
                .or_else(|| lost().find(|command| !command.is(&HARMLESS)).map(|command| (command, false)))
            else {
                continue;
            };
            let at = build.at(found, command.span.clone());
            let edit = edit(build, view, run, command, at.file);
            let name = if command.name.is_empty() { "the command" } else { &command.name };
            let finding = found.add(at, format!("the failure of `{name}` before the pipe goes unnoticed"));
            finding.help(advice(view));
            if !producer {
                finding.severity(Severity::Note).pedantic();
            }
            if let Some(edit) = edit {
                finding.unsafe_fix("let a pipeline fail with any of its commands", vec![edit]);
            }
        }
    }
}

/// Whether nobody sees that the command fails.
fn is_lost(command: &Command, run: &Run<'_>) -> bool {
    command.feeds() && !command.pipefail && !(command.guarded && is_tolerated(command, run))
}

/// Whether the step goes on if it fails: behind `|| true`, but not behind `|| exit 1`, which asks for a failure and gets
/// none from the pipe.
fn is_tolerated(command: &Command, run: &Run<'_>) -> bool {
    !run.commands.iter().any(|other| {
        other.conditional
            && other.statement == command.statement
            && other.span.start > command.span.start
            && (other.is(&["false"])
                || other.is(&["exit", "return"]) && !other.args.first().is_some_and(|arg| arg.is("0")))
    })
}

/// What runs in `$( )` makes a word, and its failure would be lost there with pipefail, too.
fn is_producer(command: &Command) -> bool {
    command.is(&PRODUCERS) && !command.substitution
}

fn advice(view: &StageView<'_>) -> &'static str {
    match view.origin.base().map(|base| (base.shell, base.has_bash())) {
        Some((Sh::Ash | Sh::Bash, _)) => "write `set -o pipefail &&` before it",
        Some((Sh::Dash, Some(true))) => {
            "write `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` above it: older releases of dash know no pipefail"
        }
        _ => {
            "write `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` above it if bash is there, or use a file in place of the pipe"
        }
    }
}

/// `set -o pipefail` at the start of the script, where the shell is known to understand it.
fn edit(build: &Build<'_>, view: &StageView<'_>, run: &Run<'_>, command: &Command, file: usize) -> Option<Edit> {
    let knows = match &view.image.shell {
        None => matches!(view.origin.base()?.shell, Sh::Ash | Sh::Bash),
        Some(shell) => shell.instruction < run.at && shell.value.first()?.ends_with("bash"),
    };
    let own = std::ptr::eq(run.instruction, build.file.instructions.get(run.at)?);
    if !knows || !own || build.is_inline() || command.nesting > 0 || !run.instruction.heredocs.is_empty() {
        return None;
    }
    let start = run.instruction.source_span(0..0).start;
    Some(Edit { at: Location::new(file, start..start), text: "set -o pipefail && ".to_owned() })
}
