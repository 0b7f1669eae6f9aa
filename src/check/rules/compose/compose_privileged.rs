//! `compose-privileged`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-privileged",
        family: Family::Compose,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service runs privileged",
        why: "A privileged container has every capability and every device of the host, and no seccomp or AppArmor profile: \
              whoever breaks into it owns the host.",
        instead: "Leave it out and add what the service needs: one capability by `cap_add`, one device by `devices`. \
                  Rootless BuildKit and Kaniko build images without it; Docker's `dind-rootless` still asks for it, and at least is not root.",
        bad: &[Example::Compose("services:\n  ci:\n    image: gitlab/gitlab-runner:v17.5.0\n    privileged: true\n")],
        good: &[
            Example::Compose("services:\n  ci:\n    image: gitlab/gitlab-runner:v17.5.0\n    privileged: false\n"),
            Example::Compose(
                "services:\n  ci:\n    image: gitlab/gitlab-runner:v17.5.0\n    privileged: ${PRIVILEGED}\n",
            ),
        ],
        equivalents: &[("kics", &["ae5b6871"]), ("semgrep", &["privileged-service"])],
        cis: &["5.5"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let Some(privileged) = service.scalar("privileged").filter(|value| value.as_bool() == Some(true)) else { return };
    let at = service.at(found, &privileged.place);
    let builds = service.reference().is_some_and(|image| {
        let name = image.repository.rsplit('/').next().unwrap_or_default();
        let is_dind = image.tag.as_deref().is_some_and(|tag| tag.contains("dind"));
        matches!(name, "buildkit" | "dind") || (name == "docker" && is_dind)
    });
    let help = if builds {
        "build with `moby/buildkit:rootless`, which needs no `privileged`; `docker:dind-rootless` at least does not run as root"
    } else {
        "leave `privileged` out, and give the capability or device that it needs"
    };
    found
        .add(at, format!("service `{}` has all of the host's devices and capabilities", service.name))
        .severity(service.level(Severity::Error))
        .help(help);
}
