//! `compose-healthcheck-missing`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-healthcheck-missing",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Likely,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "A service that goes on running has no health check",
        why: "Without one nobody sees that a service hangs: it is \"up\" as long as its process lives, and others start before it can answer.",
        instead: "`healthcheck` with a test that asks the program itself, an interval and a start period, or HEALTHCHECK in the Dockerfile.",
        bad: &[Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: always\n")],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    healthcheck:\n      test: [CMD, curl, -f, http://127.0.0.1/]\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    healthcheck:\n      disable: true\n",
            ),
            Example::Compose("services:\n  migrate:\n    image: nginx:1.30-trixie\n    restart: 'no'\n"),
            Example::Files(&[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "FROM debian:13-slim\nHEALTHCHECK CMD [\"/app\", \"--health\"]\nCMD [\"/app\"]\n"),
            ]),
        ],
        equivalents: &[("kics", &["698ed579"])],
        cis: &["5.27"],
        point: Some(Point::Healthcheck),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    if service.healthcheck().is_some() || service.is_job() || !service.is_complete() {
        return;
    }
    let known = service.known_image().healthcheck();
    if known == Some(true) {
        return;
    }
    let at = service.absence(found);
    let finding = found.add(at, format!("service `{}` has no health check", service.name));
    finding.help("write a `healthcheck` that asks the program itself");
    if known.is_none() {
        finding.confidence(Confidence::Guess);
    }
}
