//! `compose-capability-added`

use crate::check::Found;
use crate::check::needs::Need;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::Scalar;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-capability-added",
        family: Family::Compose,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service is given capabilities that containers do not have",
        why: "Docker leaves a container fourteen of root's capabilities. Some of the others (SYS_ADMIN, SYS_MODULE, SYS_PTRACE, DAC_READ_SEARCH ..) are a known way out of the container.",
        instead: "Drop all and add back what the service fails without, with the reason beside it: `cap_drop: [ALL]`, `cap_add: [NET_BIND_SERVICE]`.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_add:\n      - SYS_ADMIN\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_add: [ALL]\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_add:\n      - CAP_NET_ADMIN\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    cap_drop: [ALL]\n    cap_add: [NET_RAW]\n",
            ),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE, CHOWN, setuid]\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_add: ['${CAPABILITY}']\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_add: [CHOWN]\n"),
        ],
        equivalents: &[("kics", &["ce76b7d0"])],
        cis: &["5.4"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

/// What Docker leaves a container (moby `oci/caps/defaults.go`, read in November 2026), but for NET_RAW.
const DEFAULT: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// A way out of the container, or into everything in it.
const WAY_OUT: [&str; 8] =
    ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF", "SYS_BOOT"];

/// They cost the host time or memory, and no secret.
const MILD: [&str; 5] = ["IPC_LOCK", "SYS_NICE", "LEASE", "WAKE_ALARM", "BLOCK_SUSPEND"];

fn check(service: &Service<'_>, found: &mut Found) {
    let dropped: Vec<String> = service.list("cap_drop").into_iter().filter_map(name_of).collect();
    let has_dropped = |name: &str| dropped.iter().any(|dropped| dropped == "ALL" || dropped == name);
    for added in service.list("cap_add") {
        let Some(name) = name_of(added) else { continue };
        // It has this one anyway, unless it is taken away first.
        if DEFAULT.contains(&name.as_str()) || (name == "NET_RAW" && !has_dropped("NET_RAW")) {
            continue;
        }
        let severity = match name.as_str() {
            name if WAY_OUT.contains(&name) => Severity::Error,
            name if MILD.contains(&name) => Severity::Note,
            _ => Severity::Warning,
        };
        let (severity, known) = service.power(severity, Need::Capabilities);
        let at = service.at(found, &added.place);
        let what = if name == "ALL" { "all capabilities".to_owned() } else { format!("the capability `{name}`") };
        let help = match severity {
            Severity::Note => "say beside it what it is needed for",
            _ => "leave it out, or say beside it what the service cannot do without it",
        };
        found
            .add(at, format!("service `{}` is given {what}", service.name))
            .severity(severity)
            .help(known.unwrap_or_else(|| help.to_owned()));
    }
}

/// The name in capitals, without `CAP_`.
fn name_of(written: &Scalar) -> Option<String> {
    let name = written.known()?.trim().to_ascii_uppercase();
    Some(name.strip_prefix("CAP_").unwrap_or(&name).to_owned()).filter(|name| !name.is_empty())
}
