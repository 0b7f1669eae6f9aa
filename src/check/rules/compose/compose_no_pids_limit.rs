//! `compose-no-pids-limit`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::Scalar;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-no-pids-limit",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service has no limit of processes",
        why: "A fork bomb, or a child that is never waited for, uses up the process numbers of the host, and nothing on it can start any more.",
        instead: "`pids_limit: 128`, or more for a server that starts many threads: each counts.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: always\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    pids_limit: 128\n    deploy:\n      resources:\n        limits:\n          pids: 7\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    pids_limit: -1\n"),
        ],
        good: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    pids_limit: 128\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    deploy:\n      resources:\n        limits:\n          pids: 128\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    pids_limit: ${LIMIT}\n"),
        ],
        equivalents: &[("kics", &["221e0658"])],
        cis: &["5.29"],
        point: Some(Point::Limits),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let limits = service.deploy_limits();
    let (own, deployed) = (service.scalar("pids_limit"), limits.and_then(|limits| limits.pids));
    if service.limits_disagree(found, own, deployed, Scalar::as_number, "processes") {
        return;
    }
    if let Some(off) = own.or(deployed).filter(|limit| limit.as_number().is_some_and(|limit| limit <= 0.0)) {
        let at = service.at(found, &off.place);
        let message = format!("service `{}` may have as many processes as it likes", service.name);
        found
            .add(at, message)
            .severity(service.level(Severity::Warning))
            .help("write a number that it needs, and some to spare");
        return;
    }

    if service.is_complete() && own.is_none() && deployed.is_none() {
        let message = format!("service `{}` may take all the process numbers of the host", service.name);
        service.lacks(found, "pids_limit", message);
    }
}
