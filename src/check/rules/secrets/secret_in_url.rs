//! `secret-in-url`

use std::ops::Range;

use crate::check::Found;
use crate::check::credentials::{secret_at, sources};
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Project};
use crate::dockerfile::{Instruction, Kind};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, Masked, PasswordIs, UrlCredential};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "secret-in-url",
        family: Family::Secrets,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A URL holds a password",
        why: "A password in a URL is in the file, in the image's history, and wherever the program that takes the URL keeps \
              it: `.git/config`, lock files, logs, `docker inspect`.",
        instead: "Give the login by a secret mount: an `.npmrc`, `.netrc`, `pip.conf` or git credential helper that is there \
                  for one RUN only. In compose put the URL together from `${VARIABLE}`s or read it from a secret's file.",
        bad: &[
            Example::Dockerfile(
                "FROM python:3.13-slim\nRUN pip install --index-url https://ci:q8RzvK2mW7x@pypi.corp.io/simple app==1.0\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nARG DEPLOY_PW\nRUN git clone https://deploy:${DEPLOY_PW}@git.corp.io/a/b.git /src\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: example/web:1\n    environment:\n      DATABASE_URL: postgres://app:q8RzvK2mW7x@db.corp.io/app\n",
            ),
        ],
        good: &[
            Example::Dockerfile(
                "FROM alpine:3.22\n# https://ci:q8RzvK2mW7x@pypi.corp.io/simple\nRUN wget https://git@corp.io/x\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nENV DATABASE_URL=postgres://user:password@host/db X=https://a:b1c2d3@example.com\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: example/web:1\n    environment:\n      DATABASE_URL: postgres://app:${DB_PASSWORD}@db/app\n",
            ),
        ],
        equivalents: &[],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check_build), Check::Project(check_project)],
};

fn check_build(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        let mut args: Vec<&str> = Vec::new();
        for (_, instruction) in build.instructions(view) {
            if let Kind::Arg(names) = &instruction.kind {
                args.extend(names.iter().map(|arg| arg.name.as_str()));
            }
            look(build, instruction, &args, found);
        }
    }
    let first = build.stages.stages.first().map_or(0, |stage| stage.from);
    build.file.instructions.iter().take(first).for_each(|instruction| look(build, instruction, &[], found));
}

fn look(build: &Build<'_>, instruction: &Instruction, args: &[&str], found: &mut Found) {
    for source in sources(instruction) {
        for url in secret::url_password(source.text) {
            let Some(password) = source.text.get(url.password.clone()) else { continue };
            match url.password_is {
                // What stands in a compose file is read there, where its lines are.
                PasswordIs::Literal if !url.is_example() && !build.is_inline() => {
                    let Some(at) = secret_at(build, found, source.place(url.password.clone())) else { continue };
                    let finding = found.add(at, message(&url, password)).secret().help(HELP);
                    if url.is_local() {
                        finding.severity(Severity::Note).confidence(Confidence::Likely);
                    }
                }
                PasswordIs::Variable => {
                    let Some(name) = args.iter().find(|name| is_variable(password, name)) else { continue };
                    let at = build.at(found, source.place(url.password.clone()));
                    found
                        .add(at, format!("the build argument `{name}` is the password of a URL of `{}`", url.host))
                        .severity(Severity::Warning)
                        .confidence(Confidence::Likely)
                        .help(HELP);
                }
                _ => {}
            }
        }
    }
}

const HELP: &str = "take the login out of the URL, and give it by a file in a secret mount (`.netrc`, `.npmrc`, a git credential helper)";

fn message(url: &UrlCredential, password: &str) -> String {
    let host = if url.host.contains('$') { String::new() } else { format!(" of `{}`", url.host) };
    format!("a URL{host} holds a password: {}", Masked::of(password))
}

/// `$NAME` or `${NAME}`
fn is_variable(text: &str, name: &str) -> bool {
    text.strip_prefix('$').is_some_and(|rest| {
        rest == name
            || rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|inner| inner == name)
    })
}

fn check_project(project: &Project<'_>, found: &mut Found) {
    for file in project.files.iter().filter(|file| project.unit.reported.contains(&file.path)) {
        for url in secret::url_password(&file.text) {
            if url.password_is != PasswordIs::Literal || url.is_example() || is_comment(&file.text, &url.span) {
                continue;
            }
            let Some(password) = file.text.get(url.password.clone()) else { continue };
            let own = url.is_local() || project.service(&url.host).is_some();
            let at = found.at(&file.path, &file.text, url.password.clone());
            let finding = found
                .add(at, message(&url, password))
                .secret()
                .help("put the URL together from `${VARIABLE}`s, or read it from a file under `secrets`");
            if own {
                finding.severity(Severity::Note).confidence(Confidence::Likely);
            }
        }
    }
}

/// Whether a place of a YAML file is in a comment.
fn is_comment(text: &str, span: &Range<usize>) -> bool {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with('#') || line.contains(" #")
}
