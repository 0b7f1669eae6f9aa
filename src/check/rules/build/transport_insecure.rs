//! `transport-insecure`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::trust::{self, Off};
use crate::check::subject::{Build, Run, Service, downloads};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "transport-insecure",
        family: Family::Build,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "The check of certificates is switched off",
        why: "Whoever is between the build and the server can put in what they like, and it runs in the image. In ENV or \
              in a compose file it holds for the running service too. git only asks whether `GIT_SSL_NO_VERIFY` is set: \
              `0` switches the check off as well. What a sum or a signature proves in the same RUN may come over any \
              line.",
        instead: "Add the authority that is missing (`COPY ca.crt /usr/local/share/ca-certificates/` and \
                  `update-ca-certificates`), or a package such as `ca-certificates`, and leave the check on.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -fsSLk https://example.com/a -o a\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN wget --no-check-certificate https://example.com/a\n"),
            Example::Dockerfile("FROM node:24\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\n"),
            Example::Dockerfile("FROM node:24\nRUN npm config set strict-ssl false\n"),
            Example::Dockerfile("FROM python:3.14\nRUN pip install --trusted-host pypi.org -r requirements.txt\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN git -c http.sslVerify=false clone https://example.com/a\n"),
            Example::Dockerfile("FROM fedora:43\nRUN dnf install -y --setopt=sslverify=0 gcc\n"),
            Example::Dockerfile("FROM debian:13-slim\nARG GIT_SSL_NO_VERIFY=true\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -o a.sh http://example.com/a.sh && sh a.sh\n"),
            Example::Compose(
                "services:\n  a:\n    image: node:24\n    environment:\n      NODE_TLS_REJECT_UNAUTHORIZED: 0\n",
            ),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN curl -fsS https://localhost:8443/ -k && curl -k https://app:8443/\n",
            ),
            // k is the value of another option, or a header.
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -ok https://example.com/a -H -k -d --insecure\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo 'never use curl -k'\n"),
            Example::Dockerfile(
                "FROM node:24\nENV NODE_TLS_REJECT_UNAUTHORIZED=1\nRUN npm config set strict-ssl true\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN curl -kLo a https://example.com/a && echo 'x  a' | sha256sum -c && chmod +x a\n",
            ),
            // Packages from it are signed.
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN sed -i s,https,http, /etc/apt/sources.list && apt-get update\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nRUN wget http://example.com/data.json\n"),
            Example::Dockerfile("FROM node:24\nARG TLS\nENV NODE_TLS_REJECT_UNAUTHORIZED=$TLS\n"),
        ],
        equivalents: &[(
            "checkov",
            &[
                "CKV2_DOCKER_2",
                "CKV2_DOCKER_3",
                "CKV2_DOCKER_4",
                "CKV2_DOCKER_5",
                "CKV2_DOCKER_6",
                "CKV2_DOCKER_12",
                "CKV2_DOCKER_13",
                "CKV2_DOCKER_14",
                "CKV2_DOCKER_15",
                "CKV2_DOCKER_16",
            ],
        )],
        cis: &["4.11"],
        point: Some(Point::Verified),
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Build(check), Check::Service(service)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for (_, instruction) in build.instructions(view) {
            match &instruction.kind {
                Kind::Env(pairs) => {
                    for pair in pairs {
                        let value = build.word(view, &pair.value);
                        if value.value().is_some_and(|value| trust::variable_is_off(&pair.key.raw, value)) {
                            let at = build.at(found, pair.key.span.start..pair.value.span.end);
                            found.add(at, format!("`{}` switches the check of certificates off", pair.key.raw));
                        }
                    }
                }
                Kind::Arg(names) => {
                    for name in names {
                        let default =
                            name.default.as_ref().and_then(|word| build.word(view, word).value().map(str::to_owned));
                        if default.is_some_and(|value| trust::variable_is_off(&name.name, &value)) {
                            let at = build.at(found, name.span.clone());
                            found.add(at, format!("`{}` switches the check of certificates off", name.name));
                        }
                    }
                }
                _ => {}
            }
        }
        for run in &view.runs {
            of_run(build, run, found);
        }
    }
}

fn of_run(build: &Build<'_>, run: &Run<'_>, found: &mut Found) {
    for command in &run.commands {
        for Off { what, span, removal } in trust::transport(run, command) {
            let at = build.at(found, span);
            let edit = removal
                .filter(|(span, old, _)| !build.is_inline() && build.text.get(span.clone()) == Some(old.as_str()));
            let edit = edit.map(|(span, _, new)| Edit { at: Location::new(at.file, span), text: new });
            let finding = found.add(at, format!("{what} switches the check of certificates off"));
            finding.help("leave it out, and add the authority that is missing");
            if let Some(edit) = edit {
                finding.unsafe_fix("check the certificate", vec![edit]);
            }
        }
    }
    for used in downloads::unverified(run).into_iter().filter(|used| used.download.is_plain()) {
        let at = build.at(found, used.download.command.span.clone());
        found
            .add(at, format!("what `{}` fetches by plain `http://` is used as it comes", used.download.command.name))
            .severity(Severity::Warning)
            .help("write `https://`, or check its sum");
    }
}

fn service(service: &Service<'_>, found: &mut Found) {
    for variable in service.environment() {
        let Some(value) = variable.value else { continue };
        let off = value.text.known_or_default().is_some_and(|known| trust::variable_is_off(variable.name, &known));
        if off {
            let at = service.at(found, &value.place);
            found.add(at, format!("`{}` switches the check of certificates off", variable.name));
        }
    }
}
