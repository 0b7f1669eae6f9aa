//! `compose-read-only-conflict`

use crate::bases::Os;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-read-only-conflict",
        family: Family::Compose,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A service with a read-only root file system must write",
        why: "What the image writes while it runs fails: the container does not start, or it breaks at the first request that needs the folder.",
        instead: "Give it the folder: `tmpfs: [/var/cache/nginx]` for what may go, a volume for what has to stay.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: true\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: true\n    tmpfs: [/var/cache/nginx]\n",
            ),
            Example::Compose("services:\n  db:\n    image: postgres:17\n    read_only: true\n"),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: true\n    tmpfs: ['/var/cache/nginx:size=16m', '/run:size=1m']\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: true\n    volumes:\n      - cache:/var/cache\n      - type: tmpfs\n        target: /var/run\n        tmpfs:\n          size: 1m\nvolumes:\n  cache:\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: false\n"),
            Example::Compose("services:\n  web:\n    image: example.com/app:1.0.0\n    read_only: true\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    read_only: true\n    tmpfs: ['${TMP}']\n",
            ),
        ],
        equivalents: &[],
        cis: &["5.13"],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    let Some(read_only) = service.scalar("read_only").filter(|value| value.as_bool() == Some(true)) else { return };
    unlimited(service, found);
    let Some(base) = service.base().filter(|base| base.os != Os::Windows) else { return };
    let mut covered: Vec<String> = Vec::new();
    for tmpfs in service.list("tmpfs") {
        let Some(path) = tmpfs.known() else { return };
        covered.push(tidy(path.split(':').next().unwrap_or_default()));
    }
    for volume in service.volumes() {
        let Some(target) = volume.target.as_ref().and_then(|target| target.text.known_or_default()) else { return };
        if volume.read_only != Some(true) {
            covered.push(tidy(&target));
        }
    }
    let is_covered = |path: &str| {
        let path = tidy(path);
        covered.iter().any(|folder| {
            path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    // What is told to write elsewhere is known to nobody here.
    let told = service.value.get("command").is_some() || service.value.get("entrypoint").is_some();
    let missing: Vec<&str> = base.writes.iter().copied().filter(|path| !is_covered(path)).collect();
    if !missing.is_empty() && !told {
        let names: Vec<String> = missing.iter().map(|path| format!("`{path}`")).collect();
        let at = service.at(found, &read_only.place);
        found
            .add(at, format!("service `{}` cannot write to {}, and its image must", service.name, names.join(", ")))
            .severity(service.level(Severity::Warning))
            .help(format!("write `tmpfs: [{}]`, or mount volumes there", missing.join(", ")));
    }
    for path in base.volumes.iter().filter(|path| !is_covered(path)) {
        let at = service.at(found, &read_only.place);
        found
            .add(
                at,
                format!(
                    "`{path}` of service `{}` can be written to all the same: its image makes it a volume",
                    service.name
                ),
            )
            .severity(Severity::Note)
            .help("mount a named volume there if the data has to stay, or a tmpfs if not");
    }
}

/// Memory without a bound is the host's.
fn unlimited(service: &Service<'_>, found: &mut Found) {
    for tmpfs in service.list("tmpfs") {
        let Some(text) = tmpfs.known().filter(|text| !text.contains("size=")) else { continue };
        let at = service.at(found, &tmpfs.place);
        found
            .add(at, format!("the tmpfs `{text}` of service `{}` may take half of the host's memory", service.name))
            .severity(Severity::Note)
            .pedantic()
            .help("write `:size=64m` behind it");
    }
}

/// Without a slash at its end; `/var/run` is `/run`.
fn tidy(path: &str) -> String {
    let path = path.trim_end_matches('/');
    match path.strip_prefix("/var/run") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
        _ => path.to_owned(),
    }
}
