//! `effect-lost`
//!
//! Other than hadolint's DL3003 and trivy's DS-0013 it is silent about a `cd` that later commands of its step see, and other
//! than DL3001 about programs that are merely odd in a build (`top`, `vim`). WORKDIR in place of a lone `RUN cd` is no safe
//! fix: it changes where later steps and the container run.

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Run};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "effect-lost",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "What a step does ends with it",
        why: "Each RUN has a shell of its own: a folder that it changed to, a variable that it exported, a service that it started are gone in the next step and in the container.",
        instead: "Write WORKDIR for a folder and ENV for a variable; start a service in the step that needs it, or in the container's entrypoint.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN cd /app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN export NODE_ENV=production\n"),
            Example::Dockerfile("FROM python:3.14-slim\nRUN python -m venv /v && . /v/bin/activate\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update && service mysql start\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN umask 0027\nRUN ulimit -n 4096\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN useradd app && su app\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nRUN . ~/.nvm/nvm.sh && nvm install 20 && nvm use 20\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN FOO=bar\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN cd /app && make\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN (cd /app && make); export A=b && make\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN service mysql start && mysql -e 'create database x'\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN su app -c 'make'\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN . /v/bin/activate && pip install x\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN . ./build.sh\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN systemctl enable app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo cd /app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN if [ -e /x ]; then cd /x; fi\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3001", "DL3003"]),
            ("trivy", &["DS-0013"]),
            ("kics", &["f4a6bcd3", "9b6b0f38"]),
            ("semgrep", &["nonsensical-command", "use-workdir"]),
        ],
        cis: &[],
        point: None,
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for run in build.views.iter().flat_map(|view| &view.runs) {
        let Some(last) = run.commands.last().filter(|last| is_last(last)) else { continue };
        let Some((effect, advice)) = effect(last) else { continue };
        let at = build.at(found, last.span.clone());
        let edit = workdir(build, run, last, at.file);
        let finding = found.add(at, format!("{effect} ends with this step"));
        finding.help(advice);
        if let Some(edit) = edit {
            finding.unsafe_fix("write WORKDIR, which holds for what follows, too", vec![edit]);
        }
    }
}

/// Whether it surely runs, and as the last one.
fn is_last(command: &Command) -> bool {
    !command.conditional && !command.guarded && !command.substitution && command.pipe.is_none()
}

/// What is lost, and what to write.
fn effect(command: &Command) -> Option<(String, &'static str)> {
    const STEP: &str = "do what needs it in the same step";
    let first = command.args.first().map_or("", |arg| arg.text());
    let base = first.rsplit('/').next().unwrap_or_default();
    let is_start = |verb: &str| matches!(verb, "start" | "restart");
    Some(match command.name.as_str() {
        "" if !command.assignments.is_empty() && command.redirects.is_empty() => {
            // `X=$(...)` runs something, which may be all that is wanted.
            let (name, _, _) = command.assignments.iter().find(|(_, value, _)| value.is_some())?;
            (format!("the variable `{name}`"), "write `ENV`")
        }
        "cd" | "pushd" => ("the change of the folder".to_owned(), "write `WORKDIR`, or go on in the same step"),
        "export" if !command.args.is_empty() => ("what is exported".to_owned(), "write `ENV`"),
        "source" | "." if is_environment(base) => {
            (format!("what `{base}` sets"), "set what it sets by `ENV` (for a Python environment its `bin` in PATH)")
        }
        "service" | "rc-service" if command.args.get(1).is_some_and(|verb| is_start(verb.text())) => {
            (format!("the service `{first}`"), "start it in the step that needs it, or in the entrypoint")
        }
        "systemctl" if is_start(first) => {
            ("the service".to_owned(), "start it in the step that needs it, or in the entrypoint")
        }
        "umask" if !command.args.is_empty() => ("the umask".to_owned(), STEP),
        "ulimit" if !command.args.is_empty() => {
            ("the limit".to_owned(), "set it where the container is started: `--ulimit`, or `ulimits` in compose")
        }
        "su" if command.option(&["-c", "--command"]).is_none() && command.input.is_none() && command.args.len() < 2 => {
            ("the change of the user".to_owned(), "write `USER`")
        }
        "nvm" if first == "use" => ("the choice of the version".to_owned(), "write its `bin` into PATH by `ENV`"),
        _ => return None,
    })
}

/// Files that do nothing but set variables.
fn is_environment(name: &str) -> bool {
    matches!(
        name,
        "activate" | ".bashrc" | ".profile" | ".bash_profile" | ".zshrc" | "profile" | "nvm.sh" | "setup.bash" | "env"
    )
}

/// `WORKDIR X` for a lone `RUN cd X`. That changes where later steps run, so it is not safe.
fn workdir(build: &Build<'_>, run: &Run<'_>, command: &Command, file: usize) -> Option<Edit> {
    let [folder] = command.args.as_slice() else { return None };
    let folder = folder.value.as_deref().filter(|folder| !folder.starts_with(['-', '~']) && !folder.is_empty())?;
    let lone = run.commands.len() == 1 && command.name == "cd" && command.prefixes.is_empty();
    let plain = !folder.contains(char::is_whitespace) && !folder.contains(['"', '\'', '\\', '$']);
    let instruction = run.instruction;
    let own = std::ptr::eq(instruction, build.file.instructions.get(run.at)?);
    let bare = instruction.flags.is_empty() && instruction.heredocs.is_empty() && command.redirects.is_empty();
    (lone && plain && own && bare && !build.is_inline())
        .then(|| Edit { at: Location::new(file, instruction.span.clone()), text: format!("WORKDIR {folder}") })
}
