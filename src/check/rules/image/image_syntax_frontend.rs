//! `image-syntax-frontend`

use super::image_registry_not_allowed::allows;
use crate::bases::Reference;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::dockerfile::Base;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "image-syntax-frontend",
        family: Family::Image,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "The file is built by a frontend of somebody else",
        why: "`# syntax=` names an image that reads the file and decides what is built, with everything that the builder has. Another image than Docker's own can do anything.",
        instead: "Write `# syntax=docker/dockerfile:1`, or add the mirror that you trust to the policy's registries.",
        bad: &[
            Example::Dockerfile("# syntax=example/dockerfile-x:1\nFROM debian:13-slim\n"),
            // Pedantic: a major number moves.
            Example::Dockerfile("# syntax=docker/dockerfile:1\nFROM debian:13-slim\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\n"),
            Example::Dockerfile("# syntax=docker/dockerfile:1.20\nFROM debian:13-slim\n"),
            Example::Dockerfile(
                "# syntax=docker/dockerfile:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nFROM debian:13-slim\n",
            ),
            Example::Dockerfile("# syntax=docker.io/docker/dockerfile-upstream:1.20-labs\nFROM debian:13-slim\n"),
            // A mirror that the images are from, too.
            Example::Dockerfile(
                "# syntax=r.example.com/hub/docker/dockerfile:1.20\nFROM r.example.com/hub/debian:13-slim\n",
            ),
            // A comment behind the first one is no directive.
            Example::Dockerfile("# hello\n# syntax=example/x\nFROM debian:13-slim\n"),
        ],
        equivalents: &[],
        cis: &["4.2"],
        point: Some(Point::Trusted),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let Some(syntax) = build.file.directives.iter().find(|directive| directive.name == "syntax") else { return };
    // What follows a blank is for the frontend.
    let name = syntax.value.split(' ').next().unwrap_or_default();
    let Some(reference) = Reference::parse(name) else { return };
    let at = build.at(found, syntax.value_span.clone());
    let ends = |known: &str| {
        reference.repository.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let own = ["docker/dockerfile", "docker/dockerfile-upstream"].into_iter().any(ends);
    let mirror = name.split("docker/dockerfile").next().unwrap_or_default();
    if own && reference.registry != "docker.io" && takes_from(build, mirror) {
        return;
    }
    if own && reference.registry == "docker.io" {
        let minor = reference.tag.as_deref().is_some_and(|tag| tag.contains('.'));
        if reference.digest.is_none() && !minor {
            found
                .add(at, format!("the frontend `{name}` moves from version to version"))
                .severity(Severity::Note)
                .pedantic()
                .help("name its minor version, such as `docker/dockerfile:1.20`, or its digest");
        }
        return;
    }
    if allows(&build.workspace.options.policy.registries, &reference) == Some(true) {
        return;
    }
    let finding = found.add(at, format!("`{name}` reads this file and decides what is built"));
    finding.help("write `docker/dockerfile:1`, or add the mirror that you trust to the policy's registries");
    if own {
        // The same name in another registry is a mirror, most likely.
        finding.severity(Severity::Note);
    }
}

/// Whether an image of the file is from this mirror: whoever runs it decides what is built anyway.
fn takes_from(build: &Build<'_>, mirror: &str) -> bool {
    let from = |base: &Base| matches!(base, Base::Image(image) if image.starts_with(mirror));
    !mirror.is_empty() && build.file.stages().stages.iter().any(|stage| from(&stage.base))
}
