//! `image-registry-not-allowed`

use crate::bases::Reference;
use crate::check::rule::{Check, Rule};
use crate::check::subject::images;
use crate::check::subject::{Build, Service};
use crate::check::{Found, Policy};
use crate::report::{Confidence, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "image-registry-not-allowed",
        family: Family::Image,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Policy,
        edition: 2026,
        title: "An image comes from where the policy does not allow",
        why: "What is not on the list was looked at by nobody, and anyone can push a name that looks right to a public registry.",
        instead: "Use the image from a registry of the policy's list, or ask for it to be added there.",
        bad: &[
            // The policy of these examples allows `docker.io/library`, `docker.io/docker` and `ghcr.io/acme/*`.
            Example::Dockerfile("FROM example/node:26\n"),
            Example::Dockerfile("FROM ghcr.io/other/app:1\n"),
            Example::Dockerfile("FROM quay.io/team/app:1\n"),
            Example::Dockerfile("# syntax=example/dockerfile:1\nFROM node:26-trixie-slim\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY --from=example/tool:1 /a /b\n"),
            // Whatever TAG is, the repository is not on the list.
            Example::Dockerfile("ARG TAG\nFROM quay.io/team/app:${TAG}\n"),
            // A note: nobody knows the registry.
            Example::Dockerfile("ARG REGISTRY\nFROM ${REGISTRY}/node:26\n"),
            Example::Compose("services:\n  db:\n    image: quay.io/team/db:1\n"),
        ],
        good: &[
            Example::Dockerfile("FROM node:26-trixie-slim\n"),
            Example::Dockerfile("FROM docker.io/library/node:26\n"),
            Example::Dockerfile("# syntax=docker/dockerfile:1\nFROM ghcr.io/acme/app:1\n"),
            Example::Dockerfile("FROM scratch\n"),
            Example::Dockerfile("ARG TAG\nFROM node:${TAG}\n"),
            Example::Dockerfile("ARG APP\nFROM ghcr.io/acme/${APP}:1\n"),
            Example::Compose("services:\n  app:\n    image: quay.io/team/app:1\n    build: .\n"),
        ],
        equivalents: &[("hadolint", &["DL3026"]), ("dockle", &["CIS-DI-0005"])],
        cis: &["4.2", "4.5"],
        point: Some(Point::Trusted),
        fix: Fixable::No,
    },
    checks: &[Check::Build(dockerfile), Check::Service(compose)],
};

fn dockerfile(build: &Build<'_>, found: &mut Found) {
    let policy = &build.workspace.options.policy;
    if policy.registries.is_empty() {
        return;
    }
    if let Some(syntax) = build.file.directives.iter().find(|directive| directive.name == "syntax") {
        let name = syntax.value.split(' ').next().unwrap_or_default();
        if let Some(reference) = Reference::parse(name) {
            let at = build.at(found, syntax.value_span.clone());
            report(&reference, name, at, policy, found);
        }
    }
    for image in images::of_build(build, found) {
        report(&image.reference, &image.text, image.at, policy, found);
    }
}

fn compose(service: &Service<'_>, found: &mut Found) {
    let policy = &service.project.workspace.options.policy;
    if policy.registries.is_empty() {
        return;
    }
    if let Some(image) = images::of_service(service, found) {
        report(&image.reference, &image.text, image.at, policy, found);
    }
}

fn report(reference: &Reference, text: &str, at: Location, policy: &Policy, found: &mut Found) {
    let list = || format!("the policy allows {}", policy.registries.join(", "));
    match policy.allows(reference) {
        Some(true) => {}
        Some(false) => {
            found.add(at, format!("`{text}` is not of a registry that the policy allows")).help(list());
        }
        None => {
            found
                .add(at, format!("whether the policy allows `{text}` depends on variables without a value"))
                .severity(Severity::Note)
                .help("give the variable a default, or its value by `--build-arg`");
        }
    }
}
