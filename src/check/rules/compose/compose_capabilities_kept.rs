//! `compose-capabilities-kept`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::Scalar;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-capabilities-kept",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service keeps capabilities that it does not need",
        why: "Docker leaves a container fourteen of root's capabilities, among them raw sockets, device nodes and the files of other users. A program that listens on a port above 1023 needs none of them.",
        instead: "`cap_drop: [ALL]`, and `cap_add` with the few that it fails without. An image that starts as root and steps down needs CHOWN, DAC_OVERRIDE, FOWNER, SETUID and SETGID, or its own `user:`.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_drop: [NET_RAW]\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: always\n"),
        ],
        good: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_drop:\n      - all\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_drop: ['${DROP}']\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    privileged: true\n"),
        ],
        equivalents: &[("kics", &["ce76b7d0"])],
        cis: &["5.4"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let dropped = service.list("cap_drop");
    let drops = |cap: &&Scalar| {
        cap.is_unknown() || cap.known().is_some_and(|cap| cap.trim_start_matches("CAP_").eq_ignore_ascii_case("all"))
    };
    // That it has all of them is another rule's finding.
    let privileged = service.scalar("privileged").is_some_and(|privileged| privileged.as_bool() != Some(false));
    if !service.is_complete() || privileged || dropped.iter().any(drops) {
        return;
    }
    let message = format!("service `{}` keeps the capabilities that the engine gives to every container", service.name);
    service.lacks(found, "cap_drop: [ALL]", message);
}
