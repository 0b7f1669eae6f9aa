//! `image-latest`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Workspace;
use crate::check::subject::images::{self, NamedImage};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "image-latest",
        family: Family::Image,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "An image is named by the tag latest",
        why: "`latest` is whatever was pushed last: the same file builds something else tomorrow, another major version \
              included, and nobody can say what ran yesterday.",
        instead: "Name the release line that you test with, such as `node:26-trixie-slim`, and pin it by digest.",
        bad: &[
            Example::Dockerfile("FROM node:latest\nCMD [\"node\", \"server.js\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY --from=busybox:latest /bin/busybox /bin/\n"),
            Example::Compose("services:\n  db:\n    image: postgres:latest\n"),
        ],
        good: &[
            Example::Dockerfile("FROM node:26-trixie-slim\n"),
            // The digest says which one it is.
            Example::Dockerfile(
                "FROM node:latest@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
            ),
            // Nobody knows what VERSION will be.
            Example::Dockerfile("ARG VERSION\nFROM node:${VERSION}\n"),
            // The name that a built image gets.
            Example::Compose(
                "services:\n  app:\n    image: app:latest\n    build: .\n  worker:\n    image: app:latest\n",
            ),
            Example::Compose("services:\n  app:\n    image: app:latest\n    build: .\n"),
            // Built by a script: no registry has an image of this name.
            Example::Compose("services:\n  app:\n    image: shop-server:${TAG:-latest}\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3007"]),
            ("trivy", &["DS-0001"]),
            ("checkov", &["CKV_DOCKER_7"]),
            ("dockle", &["DKL-DI-0006"]),
            ("kics", &["f45ea400"]),
            ("semgrep", &["avoid-latest-version"]),
            ("dclint", &["service-image-require-explicit-tag"]),
        ],
        cis: &["5.28"],
        point: Some(Point::Version),
        fix: Fixable::No,
    },
    checks: &[Check::Image(check)],
};

fn check(image: &NamedImage, _: &Workspace<'_>, found: &mut Found) {
    let latest = image.reference.tag.as_deref() == Some("latest") && image.reference.digest.is_none();
    if latest && !image.local {
        let finding = found.add(image.at.clone(), format!("`{}` is whatever was pushed last", image.text));
        if images::has_only_latest(&image.reference) {
            finding
                .severity(Severity::Note)
                .help("pin it by digest: this registry gives away no other tag than `latest`");
            return;
        }
        finding.help("name the release that you test with, and pin it by digest");
    }
}
