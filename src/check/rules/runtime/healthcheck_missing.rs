//! `healthcheck-missing`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Origin, Service, serves};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "healthcheck-missing",
        family: Family::Runtime,
        severity: Severity::Note,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "An image that serves has no health check",
        why: "Without one the engine only knows that the process is there: a program that hangs counts as running, and \
              `depends_on` cannot wait for it. Kubernetes ignores HEALTHCHECK and has probes of its own, so that nothing is said \
              where the repository deploys there (or with Helm, Nomad, Cloud Run, Fly, Lambda); nor of jobs, of images that \
              serve nothing, and where compose has the check.",
        instead: "Write one that the image can run: `HEALTHCHECK CMD [\"node\", \"healthcheck.js\"]`, or a `healthcheck` in compose; \
                  `HEALTHCHECK NONE` says that there is none on purpose.",
        bad: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n"),
            Example::Dockerfile("FROM python:3.14-slim\nCMD [\"gunicorn\", \"app\"]\n"),
            Example::Dockerfile("FROM nginx:1.30-alpine3.24\nCOPY dist /usr/share/nginx/html\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM node:26-trixie-slim\nEXPOSE 3000\nHEALTHCHECK CMD [\"node\", \"check.js\"]\nCMD [\"node\", \"a.js\"]\n",
            ),
            Example::Dockerfile("FROM node:26-trixie-slim\nEXPOSE 3000\nHEALTHCHECK NONE\nCMD [\"node\", \"a.js\"]\n"),
            // A stage that it is FROM has it.
            Example::Dockerfile(
                "FROM node:26-trixie-slim AS base\nHEALTHCHECK CMD [\"node\", \"check.js\"]\nFROM base\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n",
            ),
            // It serves nothing.
            Example::Dockerfile("FROM python:3.14-slim\nENTRYPOINT [\"python\", \"tool.py\"]\n"),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n"),
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: .\n    healthcheck:\n      test: [CMD, node, check.js]\n",
                ),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n"),
                ("deploy/app.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\n"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n"),
                ("compose.yaml", "services:\n  migrate:\n    build: .\n    command: [node, migrate.js]\n"),
            ]),
        ],
        equivalents: &[
            ("hadolint", &["DL3057"]),
            ("trivy", &["DS-0026"]),
            ("checkov", &["CKV_DOCKER_2"]),
            ("dockle", &["CIS-DI-0006"]),
            ("kics", &["b03a748a"]),
        ],
        cis: &["4.6"],
        point: Some(Point::Healthcheck),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let view = build.target();
    if view.image.healthcheck.is_some() || view.origin.base().is_some_and(|base| base.healthcheck) {
        return;
    }
    if build.workspace.deployment().platform.is_some() || is_for_others(build) {
        return;
    }
    let checked = |service: &Service<'_>| service.healthcheck().is_some();
    let jobs = !build.services.is_empty() && build.services.iter().all(Service::is_job);
    if jobs || build.services.iter().any(checked) || !serves::serves(build, build.program()) {
        return;
    }
    let at = build.at(found, build.absence());
    let finding = found.add(at, "this image serves and has no health check");
    finding.help("write a HEALTHCHECK that asks the program itself, or a `healthcheck` in compose");
    // An image that is not in the table may have one, and for development it is worth less.
    if build.dev || matches!(view.origin, Origin::Image(_) | Origin::Unknown) {
        finding.pedantic();
    }
}

/// Nothing but FROM: a list of images.
fn is_for_others(build: &Build<'_>) -> bool {
    build.chain(build.target).all(|view| build.instructions(view).next().is_none())
}
