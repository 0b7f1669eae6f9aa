//! `image-registry-not-allowed`

use crate::bases::{self, Reference};
use crate::check::Found;
use crate::check::policy::Policy;
use crate::check::rule::{Check, Rule};
use crate::check::subject::images;
use crate::check::subject::{Build, Service};
use crate::report::{Confidence, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

/// The policy of the examples.
const POLICY: &str = "[check]\nregistries = [\"docker.io/library\", \"docker.io/docker\", \"ghcr.io/acme/*\"]\n";

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
            Example::Files(&[("Dockerfile", "FROM example/node:26\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[("Dockerfile", "FROM ghcr.io/other/app:1\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[
                ("Dockerfile", "# syntax=example/dockerfile:1\nFROM node:26-trixie-slim\n"),
                ("scaffold.toml", POLICY),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nCOPY --from=example/tool:1 /a /b\n"),
                ("scaffold.toml", POLICY),
            ]),
            // Whatever TAG is, the repository is not on the list.
            Example::Files(&[("Dockerfile", "ARG TAG\nFROM quay.io/team/app:${TAG}\n"), ("scaffold.toml", POLICY)]),
            // A note: nobody knows the registry.
            Example::Files(&[("Dockerfile", "ARG REGISTRY\nFROM ${REGISTRY}/node:26\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[
                ("compose.yaml", "services:\n  db:\n    image: quay.io/team/db:1\n"),
                ("scaffold.toml", POLICY),
            ]),
        ],
        good: &[
            Example::Files(&[("Dockerfile", "FROM node:26-trixie-slim\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[("Dockerfile", "FROM docker.io/library/node:26\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[
                ("Dockerfile", "# syntax=docker/dockerfile:1\nFROM ghcr.io/acme/app:1\n"),
                ("scaffold.toml", POLICY),
            ]),
            Example::Files(&[("Dockerfile", "FROM scratch\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[("Dockerfile", "ARG TAG\nFROM node:${TAG}\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[("Dockerfile", "ARG APP\nFROM ghcr.io/acme/${APP}:1\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[
                ("compose.yaml", "services:\n  app:\n    image: quay.io/team/app:1\n    build: .\n"),
                ("scaffold.toml", POLICY),
            ]),
            // Nobody asks for any.
            Example::Dockerfile("FROM quay.io/team/app:1\n"),
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
    for image in images::of_syntax(build, found).into_iter().chain(images::of_build(build, found)) {
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
    match allows(&policy.registries, reference) {
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

/// Whether a list of registries, folders of them, repositories and patterns allows an image. `None` if that depends on
/// variables without a value.
pub(super) fn allows(registries: &[String], reference: &Reference) -> Option<bool> {
    let name = reference.normalised();
    let mut answer = Some(false);
    for entry in registries {
        match bases::within(entry, &name) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entries: &[&str], image: &str) -> Option<bool> {
        let registries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        allows(&registries, &Reference::parse(image).expect("a reference"))
    }

    #[test]
    fn a_list_names_registries_folders_and_repositories() {
        assert_eq!(allowed(&["docker.io"], "node"), Some(true));
        assert_eq!(allowed(&["docker.io/library"], "node:26"), Some(true));
        assert_eq!(allowed(&["docker.io/library/node"], "index.docker.io/library/node"), Some(true));
        assert_eq!(allowed(&["docker.io/library/node"], "node-evil"), Some(false));
        assert_eq!(allowed(&["ghcr.io/acme/*"], "ghcr.io/acme/a/b:1"), Some(true));
        assert_eq!(allowed(&["ghcr.io/acme"], "ghcr.io/acmex/a:1"), Some(false));
        assert_eq!(allowed(&["*.example.org/*"], "registry.example.org/x"), Some(true));
    }

    #[test]
    fn what_is_known_in_part_is_decided_if_that_part_decides() {
        assert_eq!(allowed(&["ghcr.io/acme/*"], "ghcr.io/acme/${APP}:1"), Some(true));
        assert_eq!(allowed(&["ghcr.io/acme/*"], "quay.io/${APP}"), Some(false));
        assert_eq!(allowed(&["ghcr.io/acme/*"], "${REGISTRY}/app:1"), None);
    }
}
