//! `pid1-signals`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Arg, Build, Command, Program, ScriptFile, is_shell, serves, shell_stays};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::shell::{Simple, Word};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "pid1-signals",
        family: Family::Runtime,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "PID 1 does not pass signals on to the program",
        why: "The engine sends SIGTERM to PID 1 alone, and the kernel drops it there unless the program handles it. A shell, a \
              package manager's `run` or a build tool in front of the program lets `docker stop` run into its timeout: requests and \
              transactions are cut off. Of `sh -c` it is known which shell stays: dash, the `/bin/sh` of Debian and Ubuntu, does; \
              bash and busybox give way to the last command. A script counts only if it can be read in the build context.",
        instead: "Start the program itself, `CMD [\"node\", \"server.js\"]`; end scripts with `exec \"$@\"` or `exec server`; or put \
                  an init before it: `tini`, or `init: true` in compose.",
        bad: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nUSER node\nCMD [\"npm\", \"start\"]\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nUSER node\nCMD [\"yarn\", \"run\", \"serve\"]\n"),
            Example::Dockerfile(
                "FROM python:3.14-slim\nCMD [\"sh\", \"-c\", \"python manage.py migrate && gunicorn app\"]\n",
            ),
            Example::Dockerfile("FROM maven:3-eclipse-temurin-21\nCMD [\"mvn\", \"spring-boot:run\"]\n"),
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM python:3.14-slim\nEXPOSE 8000\nCOPY entrypoint.sh /\nENTRYPOINT [\"/entrypoint.sh\"]\n",
                ),
                ("entrypoint.sh", "#!/bin/sh\nset -e\npython manage.py migrate\ngunicorn app\n"),
            ]),
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM python:3.14-slim\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"./docker/entrypoint.sh\"]\nCMD [\"gunicorn\", \"app\"]\n",
                ),
                ("docker/entrypoint.sh", "#!/usr/bin/env bash\nwait_for_db\n\"$@\"\n"),
            ]),
        ],
        good: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nUSER node\nCMD [\"node\", \"server.js\"]\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"npm\", \"start\"]\n"),
            Example::Dockerfile(
                "FROM node:26-trixie-slim\nENTRYPOINT [\"/usr/bin/dumb-init\", \"--\", \"npm\", \"start\"]\n",
            ),
            Example::Dockerfile(
                "FROM python:3.14-slim\nCMD [\"sh\", \"-c\", \"python manage.py migrate && exec gunicorn app\"]\n",
            ),
            // Busybox gives way to the last command.
            Example::Dockerfile(
                "FROM python:3.14-alpine\nCMD [\"sh\", \"-c\", \"python manage.py migrate && gunicorn app\"]\n",
            ),
            Example::Dockerfile("FROM ruby:3.4-slim\nCMD [\"bundle\", \"exec\", \"puma\"]\n"),
            Example::Dockerfile("FROM python:3.14-slim\nCMD [\"poetry\", \"run\", \"gunicorn\", \"app\"]\n"),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCMD [\"npm\", \"start\"]\n"),
                ("compose.yaml", "services:\n  app:\n    build: .\n    init: true\n"),
            ]),
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM python:3.14-slim\nCOPY entrypoint.sh /\nENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"gunicorn\", \"app\"]\n",
                ),
                ("entrypoint.sh", "#!/bin/sh\nset -e\npython manage.py migrate\nexec \"$@\"\n"),
            ]),
            // It looks after its children itself.
            Example::Files(&[
                ("Dockerfile", "FROM python:3.14-slim\nEXPOSE 80\nCOPY run.sh /\nCMD [\"/run.sh\"]\n"),
                ("run.sh", "#!/bin/sh\ntrap 'kill $pid' TERM\nserver &\npid=$!\nwait $pid\n"),
            ]),
            // Nobody knows what stands before it.
            Example::Dockerfile("FROM registry.example/node:1\nCMD [\"npm\", \"start\"]\n"),
        ],
        equivalents: &[],
        cis: &[],
        point: Some(Point::Signals),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let program = build.program();
    if program.init || Program::has_compose_init(build) || build.target().image.shell.is_some() && program.shell_form {
        return;
    }
    for script in &program.scripts {
        if script_without_exec(build, program, script, found) {
            return;
        }
    }
    if program.opaque || program.arguments {
        return;
    }
    let Some(first) = program.first() else { return };
    let Some(span) = program.span(build) else { return };
    let span =
        if build.text.get(first.span.clone()).is_some_and(|text| !text.is_empty()) { first.span.clone() } else { span };
    let through_shell = is_shell(&first.name) && program.commands.len() > 1;
    if through_shell && shell_text(build, program, &span, found) {
        return;
    }
    // The line of a shell form is `shell-form-command`'s business, what it starts is not.
    let Some(command) = program.commands.last() else { return };
    let severity = if build.dev { Severity::Note } else { Severity::Warning };
    if let Some(what) = dev_server(command) {
        let at = build.at(found, span);
        let finding = found.add(at, format!("`{what}` is a server for development"));
        finding.severity(Severity::Note).pedantic().help("start the program as it runs in production");
    } else if let Some((what, instead)) = runner(command) {
        let at = build.at(found, span);
        found
            .add(at, format!("{what} is PID 1 and does not stop the program on SIGTERM"))
            .severity(severity)
            .help(instead);
    }
}

/// `sh -c "a && b"` without `exec`. Whether the shell stays PID 1 there, so that what it runs is not.
fn shell_text(build: &Build<'_>, program: &Program<'_>, span: &std::ops::Range<usize>, found: &mut Found) -> bool {
    let inner = program.commands.get(1..).unwrap_or_default();
    let (Some(shell), Some(last)) = (program.first(), inner.last()) else { return false };
    if inner.iter().any(|command| command.is_under("exec")) {
        return false;
    }
    // No shell gives way to a part of a pipeline.
    let stays = last.feeds() || last.pipe.is_some() || shell_stays(build, &shell.name) == Some(true);
    if !stays {
        return false;
    }
    let ends = last.is(&["wait", "exit", "true", "echo", "sleep", "tail", "cat", "bash", "sh"]);
    if ends || last.name.is_empty() || inner.iter().any(|command| command.name == "trap") {
        return true;
    }
    let at = build.at(found, span.clone());
    let finding = found.add(at, format!("the shell is PID 1, and keeps SIGTERM from `{}`", last.name));
    finding.severity(if build.dev { Severity::Note } else { Severity::Warning });
    finding.help(format!("write `exec` before `{}`", last.name));
    true
}

/// What runs another program as a child: how to name it, and what to write.
fn runner(command: &Command) -> Option<(String, &'static str)> {
    let first = command.args.iter().find(|arg| !arg.start.starts_with('-')).map_or("", |arg| arg.text());
    let node = "start the program itself, as `node server.js`, or put an init before it";
    let jar = "build it before, and start what was built";
    let named = |name: &str| format!("`{name}`");
    match command.name.as_str() {
        "npm" if matches!(first, "start" | "run" | "run-script" | "exec" | "test") => {
            Some((named(&format!("npm {first}")), node))
        }
        "yarn" | "pnpm" if !first.is_empty() && !matches!(first, "install" | "node" | "exec" | "dlx") => {
            Some((named(&format!("{} {first}", command.name)), node))
        }
        "npx" => Some((named("npx"), node)),
        "mvn" | "mvnw" if command.args.iter().any(|arg| arg.start.contains(":run") || arg.start.contains(":exec")) => {
            Some((named(&command.name), jar))
        }
        "gradle" | "gradlew" if command.args.iter().any(|arg| matches!(arg.text(), "run" | "bootRun")) => {
            Some((named(&command.name), jar))
        }
        "go" | "cargo" | "dotnet" if first == "run" => Some((named(&format!("{} run", command.name)), jar)),
        _ => None,
    }
}

fn dev_server(command: &Command) -> Option<String> {
    let has = |word: &str| command.args.iter().any(|arg| arg.is(word));
    // `npm run dev`, `yarn start:dev`
    let script = |arg: &Arg| arg.text().split(['-', ':', '_']).any(|word| matches!(word, "dev" | "develop" | "watch"));
    let named = match command.name.as_str() {
        "npm" | "yarn" | "pnpm" => command.args.iter().filter(|arg| !arg.start.starts_with('-')).take(2).any(script),
        "npx" => has("dev") || has("nodemon"),
        "nodemon" | "webpack-dev-server" | "ts-node-dev" | "air" => true,
        "vite" => !has("preview"),
        "next" | "nuxt" => has("dev"),
        "flask" => has("run"),
        "ng" => has("serve"),
        "python" | "python3" => has("runserver"),
        "uvicorn" => has("--reload"),
        "fastapi" => has("dev"),
        _ => false,
    };
    named.then(|| command.name.clone())
}

/// Reports a script that ends with a program and does not give way to it. Whether it did.
fn script_without_exec(build: &Build<'_>, program: &Program<'_>, script: &ScriptFile<'_>, found: &mut Found) -> bool {
    if script.execs() || script.traps() {
        return false;
    }
    let served = serves::serves(build, program);
    let mut reported = false;
    for end in script.ends() {
        let Some(name) = name_of(end) else { continue };
        let arguments =
            end.words.first().is_some_and(|word| word.variables().iter().any(|name| matches!(*name, "@" | "*")));
        let goes_on = matches!(
            name.as_str(),
            "exit"
                | "return"
                | "true"
                | ":"
                | "echo"
                | "printf"
                | "wait"
                | "sleep"
                | "tail"
                | "set"
                | "fi"
                | "cd"
                | "export"
                | "."
                | "source"
                | "test"
                | "["
                | "[["
                | "mkdir"
                | "chown"
                | "chmod"
                | "cp"
                | "mv"
                | "rm"
                | "touch"
                | "cat"
                | "bash"
                | "sh"
                | "false"
                | "kill"
                | "eval"
                | "shift"
                | "unset"
                | "service"
                | "ln"
                | "sed"
        );
        if !arguments && (goes_on || !served || is_job(end)) {
            continue;
        }
        let at = script.place(found, end.span.clone());
        let shown = end.words.first().map_or(name.as_str(), |word| script.text(word.span.clone()));
        let what = if arguments { "its arguments".to_owned() } else { format!("`{shown}`") };
        let related = program.span(build).map(|span| build.at(found, span));
        let finding = found.add(at, format!("the script stays PID 1 and keeps SIGTERM from {what}"));
        finding.severity(if build.dev { Severity::Note } else { Severity::Warning }).help("write `exec` before it");
        if let Some(related) = related {
            finding.related(related, "starts the script");
        }
        reported = true;
    }
    reported
}

fn name_of(simple: &Simple) -> Option<String> {
    let first = simple.words.first()?;
    match first.literal() {
        Some(name) => Some(name.rsplit('/').next().unwrap_or_default().to_owned()),
        None if !first.variables().is_empty() => Some(first.known_start()),
        None => None,
    }
}

/// A step that ends: migrations, set-up.
fn is_job(simple: &Simple) -> bool {
    simple.words.iter().filter_map(Word::literal).any(|word| {
        matches!(
            word.as_str(),
            "migrate"
                | "collectstatic"
                | "install"
                | "db:migrate"
                | "db:setup"
                | "upgrade"
                | "createsuperuser"
                | "seed"
                | "init"
                | "build"
                | "test"
                | "config"
                | "compilemessages"
                | "loaddata"
                | "up"
                | "--version"
                | "stop"
                | "reload"
        )
    })
}
