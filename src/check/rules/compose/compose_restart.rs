//! `compose-restart`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-restart",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "A service that goes on running is not started again, or without end",
        why: "Without a restart policy a service that fails once stays away. One that is started again without end hides that it fails, and may fill the log meanwhile.",
        instead: "`restart: on-failure:5`, or `unless-stopped` together with a health check that somebody watches.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    mem_limit: 64m\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: on-failure\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: always\n"),
        ],
        good: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: on-failure:5\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: 'no'\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    deploy:\n      restart_policy:\n        condition: on-failure\n        max_attempts: 5\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    profiles: [tools]\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: ${RESTART}\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    restart: unless-stopped\n"),
        ],
        equivalents: &[("kics", &["2fc99041"])],
        cis: &["5.15"],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    if service.is_job() || !service.is_complete() || service.deploy_restart().is_some() {
        return;
    }
    let Some(restart) = service.scalar("restart") else {
        let at = service.absence(found);
        let message = format!("service `{}` is not started again when it fails", service.name);
        found.add(at, message).help("write `restart: on-failure:5`");
        return;
    };
    if restart.is("on-failure") || restart.is("always") {
        let at = service.at(found, &restart.place);
        found
            .add(at, format!("service `{}` is started again without end", service.name))
            .help("write `on-failure:5`: so many times, and then somebody has to look");
    }
}
