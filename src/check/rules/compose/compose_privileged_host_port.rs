//! `compose-privileged-host-port`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-privileged-host-port",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "A service takes a privileged port of the host",
        why: "Ports below 1024 belong to services of the host: a service that takes one stands in for it, and a rootless engine cannot give it at all.",
        instead: "Publish a port above 1023, or let the proxy of the host hand it on.",
        bad: &[Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    ports:\n      - 81:80\n")],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports:\n      - 80:80\n      - 443:443\n      - 8080:81\n",
            ),
            Example::Compose(
                "services:\n  dns:\n    image: pihole/pihole:2025.11.0\n    ports:\n      - '53:53/udp'\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    ports:\n      - '${PORT}:80'\n"),
        ],
        equivalents: &[("kics", &["bc2908f3"])],
        cis: &["5.8"],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

/// What is published for the whole network: web, names, time, mail, Git, LDAP, SMB, syslog.
const USUAL: [u16; 19] = [22, 25, 53, 67, 69, 80, 110, 123, 143, 389, 443, 445, 465, 514, 587, 636, 853, 993, 995];

fn check(service: &Service<'_>, found: &mut Found) {
    for port in service.ports() {
        let Some((first, _)) = port.published_range() else { continue };
        if first >= 1024 || first == 0 || USUAL.contains(&first) {
            continue;
        }
        let at = service.at(found, &port.place);
        found
            .add(at, format!("service `{}` takes the privileged port {first} of the host", service.name))
            .help("publish a port above 1023");
    }
}
