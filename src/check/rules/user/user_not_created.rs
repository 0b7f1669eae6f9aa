//! `user-not-created`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, Users};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "user-not-created",
        family: Family::User,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A user is named that the image does not have",
        why: "A RUN and the container itself fail with `unable to find user`: neither the base image nor a step of the file makes \
              that user. A `COPY --chown` is worse, and a warning: BuildKit says nothing and gives the files to root. A stage \
              that is `FROM scratch` has no users at all; a number always works.",
        instead: "Create it before, `RUN useradd --no-log-init --uid 10001 app`, or write a number.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nUSER app\nCMD [\"/server\"]\n"),
            Example::Dockerfile("FROM scratch\nCOPY server /\nUSER nobody\nCMD [\"/server\"]\n"),
            Example::Dockerfile(
                "FROM alpine:3.24\nCOPY --chown=www-data:www-data . /srv\nUSER 1000\nCMD [\"/server\"]\n",
            ),
            // The user is in the other stage.
            Example::Dockerfile(
                "FROM node:26 AS build\nRUN npm ci\nFROM debian:13-slim\nCOPY --from=build /app /app\nUSER node\nCMD [\"/server\"]\n",
            ),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN useradd -ms /bin/bash app\nUSER app\nCMD [\"/server\"]\n"),
            Example::Dockerfile(
                "FROM alpine:3.24\nRUN addgroup -S app && adduser -S -G app -u 10001 app\nUSER app\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN adduser --system --group --no-create-home --uid 10001 app\nUSER app:app\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.24\nRUN echo 'app:x:10001:10001::/:/bin/false' >> /etc/passwd\nUSER app\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile("FROM alpine:3.24\nUSER nobody\nCMD [\"/server\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nUSER www-data\nCMD [\"/server\"]\n"),
            Example::Dockerfile(
                "FROM alpine:3.24 AS users\nFROM scratch\nCOPY --from=users /etc/passwd /etc/passwd\nUSER nobody\nCMD [\"/server\"]\n",
            ),
            // A number needs no name.
            Example::Dockerfile("FROM scratch\nCOPY --chown=10001 server /\nUSER 10001:10001\nCMD [\"/server\"]\n"),
            // A package may bring it.
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get install -y postgresql\nUSER postgres\n",
            ),
            // Nobody knows what the script or the image does.
            Example::Dockerfile("FROM debian:13-slim\nCOPY setup.sh /\nRUN /setup.sh\nUSER app\nCMD [\"/server\"]\n"),
            Example::Dockerfile("FROM registry.example/base:1\nUSER app\nCMD [\"/server\"]\n"),
        ],
        equivalents: &[],
        cis: &["4.1"],
        point: Some(Point::NonRoot),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in build.views.iter().filter(|view| view.needed) {
        let mut users: Option<Users> = None;
        let mut missing = |name: &str| {
            let name = name.trim();
            let number = name.bytes().all(|byte| byte.is_ascii_digit());
            // Windows has other users, with names such as `ContainerUser`.
            let windows = name.starts_with("Container") || name.contains('\\');
            if name.is_empty() || number || windows {
                return false;
            }
            users.get_or_insert_with(|| Users::of(build, view.stage.index)).has(name) == Some(false)
        };
        for (_, instruction) in build.instructions(view) {
            match &instruction.kind {
                Kind::User(word) => {
                    let Known::Value(user) = build.word(view, word) else { continue };
                    let name = user.split(':').next().unwrap_or_default().to_owned();
                    if missing(&name) {
                        let at = build.at(found, word.span.clone());
                        found
                            .add(at, format!("this image has no user `{name}`"))
                            .help("create it in a step before, or write a number");
                    }
                }
                Kind::Copy(transfer) | Kind::Add(transfer) => {
                    let Some(word) = &transfer.chown else { continue };
                    let Known::Value(user) = build.word(view, word) else { continue };
                    let name = user.split(':').next().unwrap_or_default().to_owned();
                    if missing(&name) {
                        let at = build.at(found, word.span.clone());
                        found
                            .add(
                                at,
                                format!(
                                    "`--chown` names `{name}`, which this image does not have: the files stay root's"
                                ),
                            )
                            .severity(Severity::Warning)
                            .help("create it in a step before, or write a number");
                    }
                }
                _ => {}
            }
        }
    }
}
