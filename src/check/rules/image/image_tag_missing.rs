//! `image-tag-missing`
//!
//! Other than trivy's DS-0001 it is silent where FROM uses an ARG that only a stage declares: `variable-scope` says that.

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Workspace;
use crate::check::subject::images::{self, NamedImage};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "image-tag-missing",
        family: Family::Image,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "An image is named without a tag",
        why: "No tag means `latest`: whatever was pushed last, another major version included, so that the same file builds something else tomorrow.",
        instead: "Name the release line that you test with, such as `node:26-trixie-slim`, and pin it by digest.",
        bad: &[
            Example::Dockerfile("FROM node\n"),
            Example::Dockerfile("FROM localhost:5000/team/app\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY --from=busybox /bin/busybox /bin/\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN --mount=type=bind,from=busybox,target=/b /b/bin/ls\n"),
            // The default of an ARG counts.
            Example::Dockerfile("ARG BASE=node\nFROM ${BASE}\n"),
            Example::Compose("services:\n  db:\n    image: postgres\n"),
        ],
        good: &[
            Example::Dockerfile("FROM scratch\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\n"),
            Example::Dockerfile("FROM localhost:5000/team/app:1.2\n"),
            Example::Dockerfile("FROM node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"),
            Example::Dockerfile("FROM node:26-trixie-slim AS build\nFROM build\nCOPY --from=build /a /b\n"),
            // Which stage it is depends on the platform.
            Example::Dockerfile(
                "FROM alpine:3.24 AS base-amd64\nFROM alpine:3.24 AS base-arm64\nARG TARGETARCH\nFROM base-${TARGETARCH}\n",
            ),
            // What VERSION holds may be the tag.
            Example::Dockerfile("ARG VERSION\nFROM node${VERSION}\n"),
            Example::Dockerfile("ARG IMAGE\nFROM ${IMAGE}\n"),
            // The name that a built image gets.
            Example::Compose("services:\n  app:\n    image: app\n    build: .\n"),
            // Built by a script: no registry has an image of this name.
            Example::Compose("services:\n  app:\n    image: shop-server\n"),
            // A named context is no image.
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nCOPY --from=assets /a /a\n"),
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      additional_contexts:\n        assets: ./assets\n",
                ),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nCOPY --from=assets /a /a\n"),
                ("docker-bake.hcl", "target \"app\" {\n  contexts = {\n    assets = \"./assets\"\n  }\n}\n"),
            ]),
        ],
        equivalents: &[
            ("hadolint", &["DL3006"]),
            ("trivy", &["DS-0001"]),
            ("checkov", &["CKV_DOCKER_7"]),
            ("dockle", &["DKL-DI-0006"]),
            ("kics", &["9efb0b2d"]),
            ("semgrep", &["missing-image-version"]),
            ("dclint", &["service-image-require-explicit-tag"]),
        ],
        cis: &["4.2"],
        point: Some(Point::Version),
        fix: Fixable::No,
    },
    checks: &[Check::Image(check)],
};

fn check(image: &NamedImage, _: &Workspace<'_>, found: &mut Found) {
    if !image.reference.is_untagged() || image.local {
        return;
    }
    let finding = found.add(image.at.clone(), format!("`{}` has no tag: it is whatever was pushed last", image.text));
    if images::has_only_latest(&image.reference) {
        finding.severity(Severity::Note).help("pin it by digest: this registry gives away no other tag than `latest`");
        return;
    }
    finding.help("name the release that you test with, and pin it by digest");
    // `COPY --from=assets` may be a context that the command line names.
    let official = image.reference.normalised().starts_with("docker.io/library/");
    if !image.shipped && official && crate::bases::candidates(&image.reference).next().is_none() {
        finding.confidence(Confidence::Guess);
    }
}
