//! `compose-no-cpu-limit`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::Scalar;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-no-cpu-limit",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "A service has no limit of processors",
        why: "One service in an endless loop slows down all others on the host.",
        instead: "`cpus: 1.5`, or `deploy.resources.limits.cpus`.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: always\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    cpus: 1.5\n    deploy:\n      resources:\n        limits:\n          cpus: 7\n",
            ),
        ],
        good: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cpus: 1.5\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    deploy:\n      resources:\n        limits:\n          cpus: 1.5\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cpus: ${LIMIT}\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cpuset: '0,1'\n"),
        ],
        equivalents: &[("kics", &["6b610c50"])],
        cis: &["5.12"],
        point: Some(Point::Limits),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let limits = service.deploy_limits();
    let (own, deployed) = (service.scalar("cpus"), limits.and_then(|limits| limits.cpus));
    if service.limits_disagree(found, own, deployed, Scalar::as_number, "processors") {
        return;
    }
    let other = ["cpu_quota", "cpu_count", "cpu_percent", "cpuset"].iter().any(|key| service.scalar(key).is_some());
    if service.is_complete() && own.is_none() && deployed.is_none() && !other {
        let message = format!("service `{}` may take all the processors of the host", service.name);
        service.lacks(found, "cpus", message).severity(Severity::Note).pedantic();
    }
}
