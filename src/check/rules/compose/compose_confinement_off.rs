//! `compose-confinement-off`

use crate::check::Found;
use crate::check::needs::Need;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::Scalar;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-confinement-off",
        family: Family::Compose,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service runs without the confinement of the engine",
        why: "Seccomp takes away the system calls that kernels are broken with, AppArmor and SELinux keep a container from the host's files. Without them one hole in the kernel is enough.",
        instead: "Leave it out. If one system call is missing, give the service a profile of its own: `seccomp:./profile.json`.",
        bad: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - seccomp:unconfined\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - apparmor=unconfined\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt: ['label:disable']\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt: ['systempaths=unconfined']\n",
            ),
            Example::Files(&[(
                "compose.yaml",
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - seccomp:./missing.json\n",
            )]),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - seccomp:${PROFILE}\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - label:type:container_runtime_t\n      - apparmor:docker-default\n",
            ),
            Example::Files(&[
                (
                    "compose.yaml",
                    "services:\n  web:\n    image: nginx:1.30-trixie\n    security_opt:\n      - seccomp:./profile.json\n",
                ),
                ("profile.json", "{}"),
            ]),
        ],
        equivalents: &[
            ("kics", &["404fde2c"]),
            ("semgrep", &["seccomp-confinement-disabled", "selinux-separation-disabled"]),
        ],
        cis: &["5.2", "5.3", "5.22"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    for option in service.list("security_opt") {
        let Some(known) = option.known() else { continue };
        let Some((name, value)) = known.split_once([':', '=']) else { continue };
        let (name, value) = (name.trim(), value.trim());
        let off = match (name, value) {
            ("seccomp", "unconfined") => "every system call is allowed",
            ("apparmor", "unconfined") => "AppArmor does not hold it",
            ("label", "disable") => "SELinux does not hold it",
            ("systempaths", "unconfined") => "the hidden parts of /proc and /sys are open",
            ("seccomp", path) => {
                missing(service, option, path, found);
                continue;
            }
            _ => continue,
        };
        let (severity, known) = service.power(Severity::Error, Need::Capabilities);
        let at = service.at(found, &option.place);
        found
            .add(at, format!("service `{}` is not confined: {off}", service.name))
            .severity(severity)
            .help(known.unwrap_or_else(|| format!("leave `{name}` out, or name a profile with what is missing")));
    }
}

/// A profile that is not there: the engine starts no container.
fn missing(service: &Service<'_>, option: &Scalar, path: &str, found: &mut Found) {
    let workspace = service.project.workspace;
    let known = path == "builtin" || path.starts_with(['/', '~']) || path.contains(':');
    let Some(file) = service.project.path_at(&option.place, path).filter(|_| workspace.has_tree && !known) else {
        return;
    };
    if !workspace.tree.exists(&file) {
        let at = service.at(found, &option.place);
        found
            .add(at, format!("there is no seccomp profile `{path}`"))
            .severity(service.level(Severity::Warning))
            .help("correct the path: it starts from the folder of the project");
    }
}
