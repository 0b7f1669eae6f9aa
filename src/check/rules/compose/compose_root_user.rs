//! `compose-root-user`

use crate::bases::Entrypoint;
use crate::check::Found;
use crate::check::needs::Need;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::check::subject::is_root;
use crate::compose::project::Command;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-root-user",
        family: Family::Compose,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service is made to run as root",
        why: "Root in the container is root on the host as soon as one wall of the container has a hole, and it owns every file of the volumes that it writes.",
        instead: "Leave `user:` out where the image has a user of its own, or write its number: `user: \"1000:1000\"`.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    user: root\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    user: '0:0'\n"),
            Example::Compose(
                "services:\n  web:\n    image: gcr.io/distroless/nodejs26-debian13:nonroot\n    user: 0\n",
            ),
        ],
        good: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    user: '1000:1000'\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    user: ${UID}:${GID}\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    user: '${UID:-1000}'\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    user: nginx\n"),
        ],
        equivalents: &[],
        cis: &["4.1"],
        point: Some(Point::NonRoot),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let Some(written) = service.scalar("user") else { return };
    let Some(user) = written.known() else { return };
    if !is_root(user.split(':').next().unwrap_or_default().trim()) {
        return;
    }
    let image = service.known_image();
    let steps_down = image.own.is_none() && image.base.is_some_and(|base| base.entrypoint == Entrypoint::StepDown);
    let (severity, help) = if steps_down {
        (Severity::Note, "leave `user` out: the image starts as root and steps down by itself")
    } else if service.is_job() || makes_ready(service) {
        (Severity::Note, "let it do no more than it has to, and end")
    } else if image.is_root() == Some(false) {
        (service.level(Severity::Error), "leave `user` out: the image has a user of its own")
    } else {
        (service.level(Severity::Warning), "write the number of a user that owns what the service writes")
    };
    let (severity, known) = match severity {
        Severity::Note => (severity, None),
        severity => service.power(severity, Need::Root),
    };
    let at = service.at(found, &written.place);
    found
        .add(at, format!("service `{}` runs as root", service.name))
        .severity(severity)
        .help(known.unwrap_or_else(|| help.to_owned()));
}

/// Whether all it does is to give files to another user.
fn makes_ready(service: &Service<'_>) -> bool {
    let words = match service.command().or_else(|| service.entrypoint()) {
        Some(Command::Words(words, _)) => words.iter().filter_map(|word| word.known()).collect::<Vec<_>>().join(" "),
        Some(Command::Line(line)) => line.known().unwrap_or_default(),
        None => return false,
    };
    ["chown", "chmod", "mkdir", "install -d"].iter().any(|word| words.contains(word)) && !words.contains("exec ")
}
