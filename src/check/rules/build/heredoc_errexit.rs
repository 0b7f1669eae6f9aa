//! `heredoc-errexit`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Run};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};
use crate::shell::{self, CompoundKind, Node};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "heredoc-errexit",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A heredoc goes on where a command of it fails",
        why: "A shell goes on behind a command that failed, so that only the last line of the heredoc decides whether the step did: what failed before it is missing from the image, and the build is green.",
        instead: "Begin the heredoc with `set -e`, or better `set -eu`.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF bash\nmake\nmake install\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN bash <<'EOF'\nmake\nmake install\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\n#!/bin/bash\nset -u\nmake\nmake install\nEOF\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\nset -e\nmake\nmake install\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\n#!/bin/sh -eu\nmake\nmake install\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\nmake\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF bash -e\nmake\nmake install\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN bash -euo pipefail <<EOF\nmake\nmake install\nEOF\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nSHELL [\"/bin/bash\", \"-ec\"]\nRUN <<EOF\nmake\nmake install\nEOF\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\nmake && \\\nmake install\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\nmake || exit 1\nmake install\nEOF\n"),
            // Nothing before the last line can fail.
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\nexport A=1\necho building\nmake\nEOF\n"),
            // Another program reads it, or it is a file.
            Example::Dockerfile("FROM python:3.14-slim\nRUN <<EOF python3\nprint(1)\nprint(2)\nEOF\n"),
            Example::Dockerfile(
                "FROM python:3.14-slim\nRUN <<EOF\n#!/usr/bin/env python3\nimport os\nos.mkdir('a')\nEOF\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN cat <<EOF > /etc/x\na b\nc d\nEOF\nCOPY <<EOF /y\nmake\nmake install\nEOF\n",
            ),
        ],
        equivalents: &[],
        cis: &[],
        point: Some(Point::Verified),
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for run in build.views.iter().flat_map(|view| &view.runs).filter(|run| run.posix) {
        let Some(heredoc) = run.instruction.heredocs.first() else { continue };
        let Some(text) = script(run) else { continue };
        if !loses_a_failure(&text) {
            continue;
        }
        let words = run.instruction.arguments().lines().next().unwrap_or_default().len();
        let at = build.at(found, run.instruction.source_span(0..words));
        let file = at.file;
        let finding = found.add(at, "a command of this heredoc may fail and the build goes on");
        finding.help("begin it with `set -eu`");
        if !build.is_inline() && !text.starts_with("#!") {
            let start = heredoc.span.start;
            let edit = Edit { at: Location::new(file, start..start), text: "set -e\n".to_owned() };
            finding.unsafe_fix("end the heredoc with the first command that fails", vec![edit]);
        }
    }
}

/// The script that the heredoc is, if nothing turned `set -e` on before it.
fn script(run: &Run<'_>) -> Option<String> {
    let whole = run.instruction.script_text()?;
    if run.instruction.arguments().trim_start().starts_with("<<")
        && run.instruction.arguments().split_ascii_whitespace().count() == 1
    {
        let text = whole.as_str();
        let strict = run.commands.first().is_some_and(|first| first.errexit);
        let first_line = text.lines().next().unwrap_or_default();
        let option = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('e');
        let shebang = first_line.starts_with("#!") && first_line.split_ascii_whitespace().skip(1).any(option);
        return (!strict && !shebang).then(|| text.to_owned());
    }
    let shell = |command: &&Command| {
        command.is(&["sh", "bash", "ash", "dash", "zsh", "ksh"]) && command.input.is_some() && command.nesting == 0
    };
    let command = run.commands.iter().find(shell)?;
    let flags =
        command.args.iter().all(|arg| arg.start.starts_with(['-', '+']) || arg.is("pipefail") || arg.is("errexit"));
    let strict = command.short('e').is_some() || command.args.iter().any(|arg| arg.is("errexit"));
    (flags && !strict).then(|| command.input.as_ref().map(|(text, _)| text.clone())).flatten()
}

/// Commands that do not fail, or whose failure changes nothing of what follows.
const HARMLESS: [&str; 14] = [
    "set", "echo", "printf", "export", "true", ":", "unset", "shopt", "trap", "alias", "umask", "readonly", "local",
    "exit",
];

/// Whether a command of any statement but the last one may fail unseen.
fn loses_a_failure(text: &str) -> bool {
    let tree = shell::parse(text);
    let last = tree.statements.len().saturating_sub(1);
    let is_function = |index: usize| matches!(&tree.statements[index].node, Node::Compound(body) if body.kind == CompoundKind::Function);
    for step in shell::steps(&tree) {
        let words: Vec<Option<String>> = step.simple.words.iter().map(shell::Word::literal).collect();
        let name = words.first().and_then(Option::as_deref);
        if name == Some("set") {
            let on = words.iter().flatten().any(|word| {
                word == "errexit" || (word.starts_with('-') && !word.starts_with("--") && word.contains('e'))
            });
            if on {
                return false;
            }
        }
        let around = &step.around;
        if around.statement < last
            && !around.guarded
            && !around.substitution
            && !is_function(around.statement)
            && !step.simple.words.is_empty()
            && !name.is_some_and(|name| HARMLESS.contains(&name))
        {
            return true;
        }
    }
    false
}
