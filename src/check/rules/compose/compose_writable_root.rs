//! `compose-writable-root`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-writable-root",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service can change its own program",
        why: "Who breaks in can put programs beside its own and change what it runs. With a read-only root file system nothing stays, and what the service writes is in volumes that one can see.",
        instead: "`read_only: true`, with `tmpfs:` for what it writes while it runs and a volume for what has to stay.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: always\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: false\n"),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: true\n    tmpfs: ['/tmp:size=64m', /var/cache/nginx, /var/run]\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: ${READ_ONLY}\n"),
        ],
        equivalents: &[("semgrep", &["writable-filesystem-service"])],
        cis: &["5.13"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let read_only = service.scalar("read_only").is_some_and(|read_only| read_only.as_bool() != Some(false));
    if service.is_complete() && !read_only {
        let message = format!("the root file system of service `{}` can be written to", service.name);
        service.lacks(found, "read_only: true", message);
    }
}
