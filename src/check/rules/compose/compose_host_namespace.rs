//! `compose-host-namespace`

use crate::check::Found;
use crate::check::needs::Need;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-host-namespace",
        family: Family::Compose,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service shares a namespace with the host",
        why: "With the host's processes it can see and signal all of them and read their environment; with its IPC it reads and writes their shared memory; with its user namespace root in the container is root on the host.",
        instead: "Leave it out. To see another service's processes write `pid: service:NAME`; more shared memory is `shm_size`.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    pid: host\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    ipc: host\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    uts: host\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    userns_mode: host\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cgroup: host\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cgroup_parent: /system.slice\n"),
        ],
        good: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    ipc: shareable\n"),
            Example::Compose(
                "services:\n  app:\n    image: example.com/app:1.0.0\n  web:\n    image: nginx:1.30-trixie\n    pid: service:app\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    pid: ${PID}\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cgroup: private\n"),
        ],
        equivalents: &[("kics", &["4f31dd9f", "baa3890f", "8af7162d", "4d9f44c6"])],
        cis: &["5.16", "5.17", "5.21", "5.25", "5.31"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

/// Keys, with what is shared.
const KEYS: [(&str, &str, &str); 5] = [
    ("pid", "processes", "leave `pid` out; `pid: service:NAME` shares those of another service"),
    ("ipc", "shared memory and semaphores", "leave `ipc` out; `shm_size` gives it more shared memory of its own"),
    ("uts", "name", "leave `uts` out; `hostname` gives it a name"),
    ("userns_mode", "users", "leave `userns_mode` out"),
    ("cgroup", "control groups", "leave `cgroup` out"),
];

fn check(service: &Service<'_>, found: &mut Found) {
    for (key, what, help) in KEYS {
        let Some(mode) = service.scalar(key).filter(|mode| mode.is("host")) else { continue };
        let (severity, known) = service.power(Severity::Error, Need::Namespace);
        let at = service.at(found, &mode.place);
        found
            .add(at, format!("service `{}` shares the host's {what}", service.name))
            .severity(severity)
            .help(known.unwrap_or_else(|| help.to_owned()));
    }
    if let Some(parent) =
        service.scalar("cgroup_parent").filter(|parent| !parent.is_unknown() && !parent.text.is_empty())
    {
        let at = service.at(found, &parent.place);
        found
            .add(at, format!("service `{}` is in a control group of the host, with its limits", service.name))
            .severity(service.level(Severity::Warning))
            .help("leave `cgroup_parent` out");
    }
}
