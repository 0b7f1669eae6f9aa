//! `image-publisher`

use crate::bases::{Reference, publisher};
use crate::check::Found;
use crate::check::policy::Policy;
use crate::check::publishers::allows;
use crate::check::rule::{Check, Rule};
use crate::check::subject::images;
use crate::check::subject::{Build, Service};
use crate::report::{Confidence, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

/// The policy of the examples.
const POLICY: &str =
    "[check]\npublishers = [\"official\", \"verified:Docker\", \"vendor:Google\", \"ghcr.io/acme/*\"]\n";

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "image-publisher",
        family: Family::Image,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Policy,
        edition: 2026,
        title: "Who publishes an image is not whom the policy allows",
        why: "On a public registry anyone can push anything: it is the publisher whom one trusts, not the name. `official` are \
              Docker Official Images, `verified` the companies whose identity Docker has confirmed, `sponsored-oss` the open \
              source projects of Docker's programme; `vendor` is a registry or namespace that is evidently the maker's own, for \
              which Docker does not vouch, and `community` one of somebody else who is known. docs/publishers.md says where each \
              is from; whoever is not there is no known publisher.",
        instead: "Use an image of a publisher that the policy allows, add the publisher to its list, such as `vendor:Google`, or \
                  answer for the image yourself by its name, such as `ghcr.io/acme/*`.",
        bad: &[
            Example::Files(&[("Dockerfile", "FROM example/node:26\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[("Dockerfile", "FROM hashicorp/vault:1.21\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[
                ("Dockerfile", "# syntax=example/dockerfile:1\nFROM node:26-trixie-slim\n"),
                ("scaffold.toml", POLICY),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM python:3.14-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.13 /uv /bin/\n"),
                ("scaffold.toml", POLICY),
            ]),
            // Nobody knows it, and no registry has it: whatever it is made of is no official image.
            Example::Files(&[("Dockerfile", "FROM our-base\n"), ("scaffold.toml", POLICY)]),
            // Whatever TAG is, the publisher is the same.
            Example::Files(&[("Dockerfile", "ARG TAG\nFROM quay.io/team/app:${TAG}\n"), ("scaffold.toml", POLICY)]),
            // A note: nobody knows the registry.
            Example::Files(&[("Dockerfile", "ARG REGISTRY\nFROM ${REGISTRY}/node:26\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[
                ("compose.yaml", "services:\n  db:\n    image: bitnami/postgresql:17\n"),
                ("scaffold.toml", POLICY),
            ]),
        ],
        good: &[
            Example::Files(&[("Dockerfile", "FROM node:26-trixie-slim\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[
                ("Dockerfile", "FROM public.ecr.aws/docker/library/node:26\n"),
                ("scaffold.toml", POLICY),
            ]),
            Example::Files(&[
                ("Dockerfile", "# syntax=docker/dockerfile:1\nFROM gcr.io/distroless/static-debian13:nonroot\n"),
                ("scaffold.toml", POLICY),
            ]),
            Example::Files(&[("Dockerfile", "FROM ghcr.io/acme/base:1\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[("Dockerfile", "FROM scratch\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[("Dockerfile", "ARG TAG\nFROM node:${TAG}\n"), ("scaffold.toml", POLICY)]),
            Example::Files(&[
                ("compose.yaml", "services:\n  app:\n    image: quay.io/team/app:1\n    build: .\n"),
                ("scaffold.toml", POLICY),
            ]),
            // An image of this machine, which nobody publishes.
            Example::Files(&[("compose.yaml", "services:\n  app:\n    image: app\n"), ("scaffold.toml", POLICY)]),
            // Nobody asks for any.
            Example::Dockerfile("FROM quay.io/team/app:1\n"),
        ],
        equivalents: &[],
        cis: &["4.2"],
        point: Some(Point::Trusted),
        fix: Fixable::No,
    },
    checks: &[Check::Build(dockerfile), Check::Service(compose)],
};

fn dockerfile(build: &Build<'_>, found: &mut Found) {
    let policy = &build.workspace.options.policy;
    if policy.publishers.is_empty() {
        return;
    }
    for image in images::of_syntax(build, found).into_iter().chain(images::of_build(build, found)) {
        report(&image.reference, &image.text, image.at, policy, found);
    }
}

fn compose(service: &Service<'_>, found: &mut Found) {
    let policy = &service.project.workspace.options.policy;
    if policy.publishers.is_empty() {
        return;
    }
    if let Some(image) = images::of_service(service, found).filter(|image| !image.local) {
        report(&image.reference, &image.text, image.at, policy, found);
    }
}

fn report(reference: &Reference, text: &str, at: Location, policy: &Policy, found: &mut Found) {
    match allows(&policy.publishers, reference) {
        Some(true) => {}
        Some(false) => {
            let who = publisher(reference)
                .map_or_else(|| "has no known publisher".to_owned(), |publisher| format!("is of `{publisher}`"));
            let list: Vec<String> = policy.publishers.iter().map(ToString::to_string).collect();
            found
                .add(at, format!("`{text}` {who}, and not of a publisher that the policy allows"))
                .help(format!("the policy allows {}", list.join(", ")));
        }
        None => {
            found
                .add(at, format!("who publishes `{text}` depends on variables without a value"))
                .severity(Severity::Note)
                .help("give the variable a default, or its value by `--build-arg`");
        }
    }
}
