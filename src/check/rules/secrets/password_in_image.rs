//! `password-in-image`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Run};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "password-in-image",
        family: Family::Secrets,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A user of the image gets a password",
        why: "Every container of the image has the same password, and everybody who can pull the image has its hash from \
              `/etc/shadow`, or reads it in the history. With `su` or `sshd` in the image it is a way to that user.",
        instead: "Leave it out: a user needs no password to run a program. To act as another user use `USER` or \
                  `docker exec --user`; for SSH use keys that are mounted when the container starts.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN echo 'root:Docker!' | chpasswd\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN useradd -m -p \"$(openssl passwd -1 dev)\" dev\n"),
            Example::Dockerfile("FROM rockylinux:9\nRUN echo s3cr3t | passwd --stdin app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN chpasswd <<EOF\nroot:toor\nEOF\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN useradd -r app && passwd -l root && passwd -d app && usermod -L app\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nRUN usermod -p '!' root && useradd -p '*' app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo \"app:$(openssl rand -base64 32)\" | chpasswd\n"),
            Example::Dockerfile("FROM ubuntu:24.04\nRUN chgrp root /etc/passwd && echo chpasswd\n"),
        ],
        equivalents: &[("checkov", &["CKV2_DOCKER_17"]), ("dockle", &["DKL-LI-0001"]), ("trivy", &["DS-0031"])],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in build.views.iter().filter(|view| view.shipped) {
        for run in &view.runs {
            for command in &run.commands {
                let Some(user) = user_of(build, run, command) else { continue };
                let at = build.at(found, command.span.clone());
                let root = user.as_deref() == Some("root");
                let whom = user.map_or_else(|| "a user".to_owned(), |user| format!("`{user}`"));
                let finding = found
                    .add(
                        at,
                        format!("`{}` gives {whom} a password that every container of the image has", command.name),
                    )
                    .help("leave it out: a user needs no password to run a program");
                if root {
                    finding.severity(Severity::Error);
                }
            }
        }
    }
}

/// Who gets a password by a command: `None` if nobody does, `Some(None)` if the name is not known.
fn user_of(build: &Build<'_>, run: &Run<'_>, command: &Command) -> Option<Option<String>> {
    let known = |name: &str| {
        let word =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        word.then(|| name.to_owned())
    };
    match command.name.as_str() {
        "chpasswd" => {
            if command.flag(&["--help"]).is_some() {
                return None;
            }
            let input = given(build, run, command);
            let lines: Vec<&str> = input.split(['\n']).filter(|line| line.contains(':')).collect();
            let locks = |line: &&str| {
                let password = line.split_once(':').map_or("", |(_, rest)| rest).trim().trim_matches(['"', '\'']);
                is_locked(password) || is_random(password)
            };
            if !lines.is_empty() && lines.iter().all(locks) {
                return None;
            }
            let name = lines.iter().find(|line| !locks(line)).and_then(|line| line.split_once(':'));
            let name = name.map(|(name, _)| name.rsplit([' ', '"', '\'']).next().unwrap_or_default());
            Some(name.and_then(known))
        }
        "passwd" => {
            command.flag(&["--stdin"])?;
            let operands = command.operands(&["-n", "-x", "-w", "-i"]);
            Some(operands.first().map_or_else(|| Some("root".to_owned()), |arg| known(arg.text())))
        }
        "useradd" | "usermod" => {
            let at = command.args.iter().position(|arg| arg.is("-p") || arg.is("--password"))?;
            let password = command.args.get(at + 1)?;
            let written = build.text.get(password.span.clone()).unwrap_or_default();
            if is_locked(written.trim_matches(['"', '\''])) || is_random(written) {
                return None;
            }
            let name = command.args.last().filter(|last| !std::ptr::eq(*last, password));
            Some(name.and_then(|arg| known(arg.text())))
        }
        _ => None,
    }
}

/// What a command reads: its heredoc, or the words of the `echo` before it in the pipeline.
fn given(build: &Build<'_>, run: &Run<'_>, command: &Command) -> String {
    if let Some((text, _)) = &command.input {
        return text.clone();
    }
    let pipeline = run.pipeline(command);
    let before = pipeline.iter().take_while(|other| !std::ptr::eq(**other, command)).next();
    let Some(echo) = before.filter(|other| other.is(&["echo", "printf"])) else { return String::new() };
    let words = echo.args.iter().map(|arg| match &arg.value {
        Some(value) => value.as_str(),
        None => build.text.get(arg.span.clone()).unwrap_or_default(),
    });
    words.filter(|word| !word.starts_with('-')).collect::<Vec<_>>().join(" ").replace("\\n", "\n")
}

/// `*`, `!` and the like are no hash of anything: nobody gets in.
fn is_locked(password: &str) -> bool {
    !password.is_empty() && password.bytes().all(|b| matches!(b, b'*' | b'!' | b'x'))
}

/// A password that nobody knows.
fn is_random(written: &str) -> bool {
    ["openssl rand", "/dev/urandom", "/dev/random", "pwgen", "uuidgen", "mkpasswd -l", "$RANDOM"]
        .iter()
        .any(|source| written.contains(source))
}
