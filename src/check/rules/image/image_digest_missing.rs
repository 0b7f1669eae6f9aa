//! `image-digest-missing`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Workspace;
use crate::check::subject::images::NamedImage;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "image-digest-missing",
        family: Family::Image,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "An image is not pinned by digest",
        why: "A tag can be moved: whoever may push to the repository decides what the next build takes. A digest names one image for good, and an updater such as Renovate or Dependabot keeps it fresh.",
        instead: "Write the digest behind the tag: `node:26-trixie-slim@sha256:...`. Keep the tag: it says to people which version it is.",
        bad: &[
            Example::Dockerfile("FROM node:26-trixie-slim\n"),
            Example::Dockerfile("FROM node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"),
            Example::Compose("services:\n  db:\n    image: postgres:17.4\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM node:26-trixie-slim@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
            ),
            Example::Dockerfile("FROM scratch\n"),
            Example::Dockerfile(
                "FROM alpine:3.24@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa AS a\nFROM a\n",
            ),
            Example::Dockerfile("ARG VERSION\nFROM node:${VERSION}\n"),
        ],
        equivalents: &[("semgrep", &["dockerfile-source-not-pinned"])],
        cis: &["4.12"],
        point: Some(Point::Trusted),
        fix: Fixable::No,
    },
    checks: &[Check::Image(check)],
};

fn check(image: &NamedImage, _: &Workspace<'_>, found: &mut Found) {
    let reference = &image.reference;
    match (&reference.digest, &reference.tag) {
        (None, _) if image.known => {
            found
                .add(image.at.clone(), format!("`{}` is not pinned by digest", image.text))
                .help("write `@sha256:...` behind the tag");
        }
        (Some(_), None) => {
            found
                .add(image.at.clone(), "the image has a digest and no tag that says which version it is")
                .help("write the tag before the digest: `name:tag@sha256:...`");
        }
        _ => {}
    }
}
