//! `image-tag-broad`

use crate::bases::{Kind, Os};
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Workspace;
use crate::check::subject::images::NamedImage;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "image-tag-broad",
        family: Family::Image,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "An image's tag moves from version to version",
        why: "`stable`, `lts`, `main` or a bare major number is a moving target: what it names next month may behave differently, and nothing in the file says which version it was.",
        instead: "Name the minor version, such as `redis:8.2`, and pin it by digest.",
        bad: &[
            Example::Dockerfile("FROM node:lts\n"),
            Example::Dockerfile("FROM redis:8\n"),
            Example::Dockerfile("FROM nginx:stable\n"),
            Example::Compose("services:\n  proxy:\n    image: traefik:v3\n"),
        ],
        good: &[
            Example::Dockerfile("FROM redis:8.2\n"),
            // A distribution's release is its major number.
            Example::Dockerfile("FROM debian:13-slim\nRUN true\n"),
            Example::Dockerfile("FROM debian:13\n"),
            Example::Dockerfile(
                "FROM node:lts@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
            ),
            // The release is in the name; the tag says what is in the image.
            Example::Dockerfile("FROM gcr.io/distroless/static-debian13:nonroot\n"),
            // A day is as narrow as it gets.
            Example::Dockerfile("FROM archlinux:20261101\n"),
            Example::Dockerfile("ARG VERSION\nFROM redis:${VERSION}\n"),
        ],
        equivalents: &[("hadolint", &["DL3007"]), ("dclint", &["service-image-require-explicit-tag"])],
        cis: &["5.28"],
        point: Some(Point::Version),
        fix: Fixable::No,
    },
    checks: &[Check::Image(check)],
};

/// Tags that name a line of development, not a version.
const MOVING: [&str; 14] = [
    "stable", "edge", "nightly", "main", "master", "lts", "current", "mainline", "dev", "develop", "testing",
    "rolling", "unstable", "canary",
];

fn check(image: &NamedImage, _: &Workspace<'_>, found: &mut Found) {
    let (Some(tag), None) = (image.reference.tag.as_deref(), &image.reference.digest) else { return };
    let first = tag.split('-').next().unwrap_or_default();
    let digits = tag.strip_prefix('v').unwrap_or(tag);
    // More digits are a year or a day.
    let major = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let distribution =
        crate::bases::find(&image.reference).is_some_and(|base| base.kind == Kind::Os && base.os != Os::Alpine);
    if (MOVING.contains(&first) || major) && !distribution {
        found
            .add(image.at.clone(), format!("the tag of `{}` moves from version to version", image.text))
            .help("name the minor version, and pin it by digest");
    }
}
