//! `shell-form-command`

use crate::bases::{Entrypoint, Os};
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, probe, shell_stays};
use crate::dockerfile::{Form, Text};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};
use crate::shell::{self, Node};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "shell-form-command",
        family: Family::Runtime,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "CMD or ENTRYPOINT is in shell form",
        why: "The shell form starts `/bin/sh -c` as PID 1. Debian's and Ubuntu's dash stays there and keeps signals to itself: \
              `docker stop` waits ten seconds and kills (bash and busybox give way to the last command). An ENTRYPOINT in shell form also ignores CMD and all arguments. What looks like an array \
              and is no JSON is silently taken for such a line, and does not start. Only the stage that is built is judged. A \
              line that needs the shell, for a variable or `&&`, is a note where the shell is not known to stay; a HEALTHCHECK is \
              none of its business: there the shell form is what the reference shows.",
        instead: "Write a JSON array: `CMD [\"node\", \"server.js\"]`; where a shell is needed, `CMD [\"sh\", \"-c\", \"exec server \
                  --port $PORT\"]`.",
        bad: &[
            Example::Dockerfile("FROM python:3.14-slim\nCMD python app.py\n"),
            Example::Dockerfile("FROM debian:13-slim\nENTRYPOINT /server --verbose\n"),
            Example::Dockerfile("FROM debian:13-slim\nCMD ['/server', '--verbose']\n"),
            Example::Dockerfile("FROM python:3.14-slim\nCMD [python, app.py]\n"),
            Example::Dockerfile("FROM python:3.14-slim\nCMD [\"python\", \"app.py\",]\n"),
            Example::Dockerfile("FROM python:3.14-slim\nCMD gunicorn --bind 0.0.0.0:$PORT app\n"),
            // There is no shell to run it.
            Example::Dockerfile("FROM gcr.io/distroless/static-debian13:nonroot\nCOPY server /\nCMD /server\n"),
        ],
        good: &[
            Example::Dockerfile("FROM python:3.14-slim\nCMD [\"python\", \"app.py\"]\n"),
            Example::Dockerfile("FROM python:3.14-slim\nCMD exec gunicorn --bind 0.0.0.0:$PORT app\n"),
            // Who writes SHELL wants one.
            Example::Dockerfile("FROM debian:13-slim\nSHELL [\"/bin/bash\", \"-c\"]\nCMD /server\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nHEALTHCHECK CMD curl -f http://127.0.0.1/ || exit 1\nCMD [\"/server\"]\n",
            ),
            // Not what is built.
            Example::Dockerfile("FROM node:26 AS build\nCMD npm test\nFROM debian:13-slim\nCMD [\"/server\"]\n"),
            // The last one counts.
            Example::Dockerfile("FROM debian:13-slim\nCMD /server\nCMD [\"/server\"]\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3025"]),
            ("buildkit", &["JSONArgsRecommended"]),
            ("kics", &["b86987e1", "34945ae8"]),
            ("semgrep", &["prefer-json-notation"]),
        ],
        cis: &[],
        point: Some(Point::Signals),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let image = &build.target().image;
    let entrypoint = image.entrypoint.as_ref().map(|set| (set.instruction, "ENTRYPOINT"));
    let cmd = image.cmd.as_ref().map(|set| (set.instruction, "CMD"));
    for (at, name) in entrypoint.into_iter().chain(cmd) {
        if let Some(Form::Shell(line)) = build.form(at) {
            judge(build, found, name, line);
            // Behind an ENTRYPOINT in shell form CMD does nothing.
            break;
        }
    }
}

fn judge(build: &Build<'_>, found: &mut Found, name: &str, line: &Text) {
    let text = line.value.trim();
    if text.is_empty() {
        return;
    }
    if looks_like_array(text) {
        let at = build.at(found, line.span.clone());
        let edit = as_array(build, line, &at);
        let finding =
            found.add(at, format!("this {name} looks like an array and is no JSON: a shell gets it as a line"));
        finding
            .severity(Severity::Error)
            .help("put each word in double quotes, with a comma between them and none at the end");
        if let Some(edit) = edit {
            finding.safe_fix("quote the words", vec![edit]);
        }
        return;
    }
    let view = build.target();
    if view.image.shell.is_some() || view.origin.base().is_some_and(|base| base.os == Os::Windows) {
        return;
    }
    if probe::has_shell(build) == Some(false) {
        let at = build.at(found, line.span.clone());
        let finding = found.add(at, format!("this {name} needs a shell, and the image has none"));
        finding.severity(Severity::Error).help("write a JSON array");
        return;
    }
    let words = plain_words(text);
    if words.as_ref().is_some_and(|words| words.first().is_some_and(|word| word == "exec"))
        || text.starts_with("exec ")
        || execs_at_the_end(text)
    {
        return;
    }
    let at = build.at(found, line.span.clone());
    match words {
        Some(words) => {
            let edit = fix(build, name, &words, line, &at);
            let array = json(&words);
            // An init in front of it, or a shell that is known to give way: PID 1 is no shell.
            let behind = name == "CMD" && build.program().init;
            let gives_way = behind || shell_stays(build, "sh") == Some(false);
            let what = match (gives_way, name) {
                (false, _) => "a shell may be PID 1 and keep signals to itself",
                (true, "CMD") => "a shell that nothing needs starts first",
                (true, _) => "it ignores CMD and all arguments",
            };
            let finding = found.add(at, format!("{name} in shell form: {what}"));
            if gives_way && name == "CMD" {
                finding.severity(Severity::Note);
            }
            finding.help(format!("write `{name} {array}`"));
            if let Some(edit) = edit {
                finding.safe_fix("write it in exec form", vec![edit]);
            }
        }
        None => {
            found
                .add(at, format!("{name} in shell form, for what only a shell can do"))
                .severity(if shell_stays(build, "sh") == Some(true) { Severity::Warning } else { Severity::Note })
                .help(format!(
                    "say that a shell is wanted and let it give way: `{name} [\"sh\", \"-c\", \"exec ...\"]`"
                ));
        }
    }
}

/// Brackets around a list of words: `[a, b]`, `['a']`, `["a",]`; not the test `[ -f x ]`.
fn looks_like_array(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[') else { return false };
    let quoted = inner.trim_start().starts_with(['"', '\'']);
    match inner.strip_suffix(']') {
        Some(inner) => !inner.trim().is_empty() && (quoted || inner.contains(',') || !inner.starts_with(' ')),
        None => quoted && inner.contains(','),
    }
}

/// The words of what looks like an array, if there is no doubt about them.
fn as_array(build: &Build<'_>, line: &Text, at: &Location) -> Option<Edit> {
    let inner = line.value.trim().strip_prefix('[')?.strip_suffix(']')?.trim().trim_end_matches(',');
    let mut words = Vec::new();
    for part in inner.split(',') {
        let part = part.trim();
        let quote = part.chars().next().filter(|first| matches!(first, '"' | '\''));
        let word = match quote {
            Some(quote) => part.strip_prefix(quote)?.strip_suffix(quote)?,
            None => part,
        };
        let plain = !word.is_empty() && !word.contains(['"', '\'', '\\', '[', ']', '`']);
        if !plain || (quote.is_none() && word.contains([' ', '\t'])) {
            return None;
        }
        words.push(word.to_owned());
    }
    written(build, line).then(|| Edit { at: at.clone(), text: json(&words) })
}

/// Whether the line stands in the file as it is.
fn written(build: &Build<'_>, line: &Text) -> bool {
    !build.is_inline() && build.text.get(line.span.clone()).is_some_and(|text| text.trim() == line.value.trim())
}

/// The words of a line in which a shell has nothing to do but start a program.
fn plain_words(text: &str) -> Option<Vec<String>> {
    let special = [
        '$', '`', '"', '\'', '\\', '*', '?', '[', ']', '{', '}', '(', ')', '<', '>', '|', '&', ';', '#', '~', '!', '\n',
    ];
    if text.contains(special) {
        return None;
    }
    let words: Vec<String> = text.split_ascii_whitespace().map(str::to_owned).collect();
    let first = words.first()?;
    let builtin = [
        ".", ":", "alias", "cd", "eval", "export", "set", "source", "trap", "ulimit", "umask", "unset", "wait", "if",
        "for", "while", "until", "case", "time",
    ];
    (!first.contains('=') && !builtin.contains(&first.as_str())).then_some(words)
}

/// `a && exec b`: the shell goes in the end.
fn execs_at_the_end(text: &str) -> bool {
    let script = shell::parse(text);
    let Some(last) = script.statements.last() else { return false };
    let node = match &last.node {
        Node::Chain(first, rest) => rest.last().map_or(&**first, |(_, node)| node),
        node => node,
    };
    matches!(node, Node::Simple(simple) if simple.words.first().and_then(shell::Word::literal).as_deref() == Some("exec"))
}

fn json(words: &[String]) -> String {
    let quoted: Vec<String> =
        words.iter().map(|word| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("[{}]", quoted.join(", "))
}

/// The exec form, where the container starts the same program with the same arguments then.
fn fix(build: &Build<'_>, name: &str, words: &[String], line: &Text, at: &Location) -> Option<Edit> {
    let view = build.target();
    let same = if name == "ENTRYPOINT" {
        // In exec form it would get CMD as arguments.
        view.image.cmd.is_none() && build.services.iter().all(|service| service.command().is_none())
    } else {
        // The arguments of an entrypoint are another thing than a line for a shell.
        view.image.entrypoint.is_none() && view.origin.base().is_some_and(|base| base.entrypoint == Entrypoint::None)
    };
    (same && written(build, line)).then(|| Edit { at: at.clone(), text: json(words) })
}
