//! `secret-named-literal`

use crate::check::Found;
use crate::check::credentials::{acting, by_stage, named_value, secret_at};
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, StageView};
use crate::dockerfile::{Instruction, Kind, Word};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::secret::{Masked, ValueVerdict};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "secret-named-literal",
        family: Family::Secrets,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A variable with the name of a secret has a value in the Dockerfile",
        why: "ENV is part of the image, ARG of its history and its provenance: everybody who can pull the image reads the \
              value with `docker inspect` or `docker history`.",
        instead: "Leave the variable without a value and set it where the container runs; for a build step use \
                  `RUN --mount=type=secret,id=name,env=NAME`.",
        bad: &[
            Example::Dockerfile("FROM alpine:3.22\nENV DB_PASSWORD=q8Rz!vK2mW7x\n"),
            Example::Dockerfile("FROM alpine:3.22\nENV JWT_SECRET=\"6c1f0b1e94a7d35288ce0fa97b3d4e61\"\n"),
            Example::Dockerfile("FROM alpine:3.22\nARG ADMIN_PASSWORD=q8Rz-vK2mW7x\nRUN ./setup\n"),
        ],
        good: &[
            Example::Dockerfile("FROM alpine:3.22\nENV DB_PASSWORD= DB_PASSWORD_FILE=/run/secrets/db TOKEN_TTL=3600\n"),
            Example::Dockerfile("FROM alpine:3.22\nARG TOKEN\nENV API_TOKEN=$TOKEN\n"),
            Example::Dockerfile("FROM ruby:3.4-slim\nENV SECRET_KEY_BASE_DUMMY=1 API_TOKEN=changeme\n"),
            // https://github.com/goodwithtech/dockle/issues/130
            Example::Dockerfile(
                "FROM python:3.13-slim\nENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305 KEYCLOAK_VERSION=26.0.7\n",
            ),
        ],
        equivalents: &[
            ("hadolint", &["DL3064"]),
            ("buildkit", &["SecretsUsedInArgOrEnv"]),
            ("trivy", &["DS-0031"]),
            ("dockle", &["CIS-DI-0010"]),
            ("semgrep", &["secret-in-build-arg"]),
        ],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let first = build.stages.stages.first().map_or(0, |stage| stage.from);
    for instruction in build.file.instructions.iter().take(first) {
        look(build, instruction, None, found);
    }
    for view in &build.views {
        for (_, instruction) in build.instructions(view) {
            look(build, acting(instruction), Some(view), found);
        }
    }
}

fn look(build: &Build<'_>, instruction: &Instruction, view: Option<&StageView<'_>>, found: &mut Found) {
    match &instruction.kind {
        Kind::Env(pairs) => {
            pairs.iter().for_each(|pair| judge(build, "ENV", &pair.key.value(), &pair.value, view, found));
        }
        Kind::Arg(names) => {
            for name in names {
                if let Some(default) = &name.default {
                    judge(build, "ARG", &name.name, default, view, found);
                }
            }
        }
        _ => {}
    }
}

fn judge(build: &Build<'_>, keyword: &str, name: &str, word: &Word, view: Option<&StageView<'_>>, found: &mut Found) {
    let value = word.value();
    let Some(ValueVerdict::Literal { likely }) = named_value(name, &value) else { return };
    let Some(at) = secret_at(build, found, word.span.clone()) else { return };
    let finding = found
        .add(at, format!("`{keyword} {name}` has a value: {}", Masked::of(&value)))
        .secret()
        .help(format!("leave `{name}` without a value, and set it where the container runs or by a secret mount"));
    if !likely {
        finding.confidence(Confidence::Guess);
    }
    match view {
        Some(view) => by_stage(finding, view),
        None => finding.severity(Severity::Note),
    };
}
