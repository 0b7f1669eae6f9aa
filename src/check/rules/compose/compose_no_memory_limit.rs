//! `compose-no-memory-limit`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::Scalar;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-no-memory-limit",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service has no limit of memory",
        why: "A leak or a flood of requests in one service takes the memory of all: the kernel then kills whatever it likes, perhaps the database.",
        instead: "`mem_limit: 256m` with room above what it needs under load, or `deploy.resources.limits.memory`: compose takes both without a swarm.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: always\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    mem_limit: 256m\n    deploy:\n      resources:\n        limits:\n          memory: 64m\n",
            ),
        ],
        good: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    mem_limit: 256m\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    deploy:\n      resources:\n        limits:\n          memory: 256m\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    mem_limit: ${LIMIT}\n"),
        ],
        equivalents: &[("kics", &["bb9ac4f7"])],
        cis: &["5.11"],
        point: Some(Point::Limits),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let limits = service.deploy_limits();
    let (own, deployed) = (service.scalar("mem_limit"), limits.and_then(|limits| limits.memory));
    if service.limits_disagree(found, own, deployed, Scalar::as_bytes, "memory") {
        return;
    }

    if service.is_complete() && own.is_none() && deployed.is_none() {
        let message = format!("service `{}` may take all the memory of the host", service.name);
        service.lacks(found, "mem_limit", message);
    }
}
