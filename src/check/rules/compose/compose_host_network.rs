//! `compose-host-network`

use crate::check::Found;
use crate::check::needs::Need;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-host-network",
        family: Family::Compose,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service uses the network of the host",
        why: "On the host's network every port that it listens on is open to whoever reaches the host, and it reaches what listens on the host's 127.0.0.1: databases, debuggers, the metadata of the cloud.",
        instead: "Use a network of the project, and publish the ports that are needed.",
        bad: &[Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    network_mode: host\n")],
        good: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    network_mode: none\n"),
            Example::Compose(
                "services:\n  vpn:\n    image: example.com/vpn:1.0.0\n  web:\n    image: nginx:1.30-trixie\n    network_mode: service:vpn\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    network_mode: ${MODE}\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    networks: [host]\nnetworks:\n  host:\n",
            ),
        ],
        equivalents: &[("kics", &["071a71ff"])],
        cis: &["5.10"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let Some(mode) = service.scalar("network_mode").filter(|mode| mode.is("host")) else { return };
    let (severity, known) = service.power(Severity::Warning, Need::Network);
    let at = service.at(found, &mode.place);
    let help = "leave it out, and publish the ports that it needs";
    found
        .add(at, format!("service `{}` has no network of its own: it uses the host's", service.name))
        .severity(severity)
        .help(known.unwrap_or_else(|| help.to_owned()));
}
