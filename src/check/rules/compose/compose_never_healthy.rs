//! `compose-never-healthy`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Project;
use std::collections::BTreeMap;

use crate::check::subject::Service;
use crate::compose::project::Condition;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-never-healthy",
        family: Family::Compose,
        severity: Severity::Error,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A service waits for the health of another that has no check",
        why: "Compose refuses to start a service that waits for `service_healthy` of a container without a health check: the project does not come up.",
        instead: "Give the other service a `healthcheck`, or wait for `service_started`.",
        bad: &[
            Example::Compose(
                "services:\n  app:\n    image: example.com/app:1.0.0\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n    image: postgres:17\n",
            ),
            Example::Compose(
                "services:\n  app:\n    image: example.com/app:1.0.0\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n    image: example.com/db:1.0.0\n    healthcheck:\n      disable: true\n",
            ),
            Example::Files(&[
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: example.com/app:1.0.0\n    depends_on:\n      api:\n        condition: service_healthy\n  api:\n    build: .\n",
                ),
                ("Dockerfile", "FROM debian:13-slim\nCMD [\"/app\"]\n"),
            ]),
            Example::Files(&[
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: example.com/app:1.0.0\n    depends_on:\n      postgres:\n        condition: service_healthy\n  postgres:\n    image: postgres\n  built:\n    build: .\n    image: postgres\n",
                ),
                ("Dockerfile", "FROM debian:13-slim\nCMD [\"/app\"]\n"),
            ]),
            Example::Compose(
                "services:\n  web:\n    image: dunglas/frankenphp:1-php8.5\n    healthcheck:\n      test: [NONE]\n",
            ),
        ],
        good: &[
            Example::Compose(
                "services:\n  app:\n    image: example.com/app:1.0.0\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n    image: postgres:17\n    healthcheck:\n      test: [CMD, pg_isready]\n",
            ),
            Example::Compose(
                "services:\n  app:\n    image: example.com/app:1.0.0\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n    image: example.com/db:1.0.0\n",
            ),
            Example::Files(&[
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: example.com/app:1.0.0\n    depends_on:\n      api:\n        condition: service_healthy\n  api:\n    build: .\n",
                ),
                ("Dockerfile", "FROM debian:13-slim\nHEALTHCHECK CMD [\"/app\", \"--health\"]\nCMD [\"/app\"]\n"),
            ]),
            // Another process of the image that a service beside it builds: what its check asks is not there.
            Example::Files(&[
                (
                    "compose.yaml",
                    "services:\n  api:\n    build: .\n    image: api\n  worker:\n    image: api\n    command: [worker]\n    healthcheck:\n      disable: true\n",
                ),
                ("Dockerfile", "FROM debian:13-slim\nHEALTHCHECK CMD [\"/app\", \"--health\"]\nCMD [\"/app\"]\n"),
            ]),
        ],
        equivalents: &[],
        cis: &["5.27"],
        point: Some(Point::Healthcheck),
        fix: Fixable::No,
    },
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, found: &mut Found) {
    let services: BTreeMap<&str, Service<'_>> =
        project.all().map(|service| (service.service.name.as_str(), service)).collect();
    for service in project.all() {
        for wait in service.depends_on().iter().filter(|wait| wait.condition == Condition::Healthy) {
            let Some(other) = services.get(wait.name) else { continue };
            if !other.is_complete() || has_check(other) != Some(false) {
                continue;
            }
            let at = service.at(found, wait.condition_place);
            let related = other.absence(found);
            found
                .add(
                    at,
                    format!("service `{}` waits for the health of `{}`, which has no check", service.name, other.name),
                )
                .help(format!("give `{}` a `healthcheck`, or wait for `service_started`", other.name))
                .related(related, "it has none in compose, in its Dockerfile or in its image");
        }
        switched_off(&service, found);
    }
}

/// Whether the container has a health check; none if that is not known.
fn has_check(service: &Service<'_>) -> Option<bool> {
    match service.healthcheck() {
        Some(check) if check.disabled()? => Some(false),
        Some(check) if check.test().is_some() => Some(true),
        _ => service.known_image().healthcheck(),
    }
}

/// A check of the image that compose takes away.
fn switched_off(service: &Service<'_>, found: &mut Found) {
    let Some(check) = service.healthcheck().filter(|check| check.disabled() == Some(true)) else { return };
    // another process of an image that a service beside it runs: what the check asks is not here
    let other_process = service.built_beside().is_some()
        && (service.service.command().is_some() || service.service.entrypoint().is_some());
    if !other_process && service.known_image().healthcheck() == Some(true) {
        let at = service.at(found, check.place());
        found
            .add(at, format!("service `{}` switches off the health check of its image", service.name))
            .severity(service.level(Severity::Warning))
            .help("leave it on, or write a check that works here");
    }
}
