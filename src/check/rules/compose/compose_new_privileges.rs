//! `compose-new-privileges`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-new-privileges",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service may gain privileges while it runs",
        why: "Without it a program in the container can become root by a file with the setuid bit or with capabilities, whatever user it started as.",
        instead: "`security_opt: [no-new-privileges:true]`. It breaks `sudo`, and programs with file capabilities.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: always\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - no-new-privileges:false\n",
            ),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - no-new-privileges\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - no-new-privileges:true\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - no-new-privileges=true\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt: ['${OPTION}']\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    privileged: true\n"),
        ],
        equivalents: &[("kics", &["27fcc7d6", "610e266e"]), ("semgrep", &["no-new-privileges"])],
        cis: &["5.26"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let options = service.list("security_opt");
    for option in &options {
        let Some(known) = option.known() else { return };
        let Some(value) = known.trim().strip_prefix("no-new-privileges") else { continue };
        let value = value.trim_start_matches([':', '=']).trim();
        if !value.eq_ignore_ascii_case("false") {
            return;
        }
        let at = service.at(found, &option.place);
        found
            .add(at, format!("service `{}` is allowed to gain privileges", service.name))
            .severity(service.level(Severity::Error))
            .help("write `no-new-privileges:true`");
        return;
    }
    // A privileged container has them already, and that is another rule's finding.
    let privileged = service.scalar("privileged").is_some_and(|privileged| privileged.as_bool() != Some(false));
    // A swarm ignores security_opt: there it is a setting of each node's engine, which no file of the project has.
    if service.is_complete() && !privileged && !service.project.is_stack() {
        let message =
            format!("a program of service `{}` may gain privileges by a file with the setuid bit", service.name);
        service.lacks(found, "security_opt: [no-new-privileges:true]", message);
    }
}
