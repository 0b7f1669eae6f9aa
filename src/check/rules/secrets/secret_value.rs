//! `secret-value`

use std::ops::Range;

use crate::check::Found;
use crate::check::credentials::{still_counts, weigh};
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Project};
use crate::report::{Confidence, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, Hit, Kind, Masked, NameVerdict};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "secret-value",
        family: Family::Secrets,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A credential is written in the file",
        why: "Whoever can read the repository or pull the image has it: ENV, ARG, LABEL and RUN are in the image's history, \
              and a later commit or layer does not take it away. This looks at Dockerfiles and compose files only; for a \
              whole repository with its history use a scanner such as gitleaks.",
        instead: "Revoke it where it was issued and make a new one. Give the new one to a build by \
                  `RUN --mount=type=secret,id=name`, and to a service by `secrets:` or an `env_file` that is not committed.",
        bad: &[
            Example::Dockerfile(concat!(
                "FROM node:24-slim\n",
                "RUN echo '//npm.corp.example.com/:_auth",
                "Token=b7c0Qe5dPzX2fLkR' > /root/.npmrc\n"
            )),
            Example::Dockerfile(concat!(
                "FROM debian:13-slim\nCOPY <<EOF /root/.netrc\nmachine git.corp.io login ci pass",
                "word b7c0Qe5dPzX2fLkR\nEOF\n"
            )),
            Example::Compose(concat!(
                "services:\n  web:\n    image: example/web:1\n    command: |\n",
                "      sh -c 'echo //npm.corp.io/:_auth",
                "Token=b7c0Qe5dPzX2fLkR > .npmrc'\n"
            )),
        ],
        good: &[
            Example::Dockerfile(
                "FROM node:24-slim\nRUN echo '//npm.corp.example.com/:_authToken=${NPM_TOKEN}' > /root/.npmrc\n",
            ),
            // A documented example key opens nothing: https://github.com/aquasecurity/trivy/issues/4093
            Example::Dockerfile(concat!("FROM alpine:3.22\nENV AWS_ACCESS_KEY_ID=AKIAIOSFODNN7", "EXAMPLE\n")),
            Example::Compose("services:\n  web:\n    image: example/web:1\n    environment:\n      TOKEN: ${TOKEN}\n"),
        ],
        equivalents: &[],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check_build), Check::Project(check_project)],
};

fn check_build(build: &Build<'_>, found: &mut Found) {
    // The compose file that it stands in is read as a whole.
    if build.is_inline() {
        return;
    }
    let mut hits = secret::find(build.text);
    for instruction in build.file.instructions.iter().filter(|own| own.first_line != own.last_line) {
        let joined = secret::find(instruction.text.as_str()).into_iter().map(|hit| {
            let span = instruction.text.source_span(hit.span.clone());
            Hit { span, ..hit }
        });
        let new =
            |hit: &Hit| !hits.iter().any(|known| known.span.start < hit.span.end && hit.span.start < known.span.end);
        let joined: Vec<Hit> = joined.filter(new).collect();
        hits.extend(joined);
    }
    for hit in hits {
        let Some(text) = build.text.get(hit.span.clone()) else { continue };
        let today = build.workspace.today();
        if is_ours(&hit) && still_counts(&hit, today) {
            let at = build.at(found, hit.span.clone());
            report(&hit, build.text, text, at, found);
        }
    }
}

fn check_project(project: &Project<'_>, found: &mut Found) {
    let reported = |path: &String| project.unit.reported.contains(path);
    for file in project.files.iter().filter(|file| reported(&file.path)) {
        for hit in secret::find(&file.text) {
            let Some(text) = file.text.get(hit.span.clone()) else { continue };
            if is_ours(&hit) && still_counts(&hit, project.workspace.today()) {
                let at = found.at(&file.path, &file.text, hit.span.clone());
                report(&hit, &file.text, text, at, found);
            }
        }
    }
}

/// A password in a URL is `secret-in-url`.
fn is_ours(hit: &Hit) -> bool {
    hit.kind != Kind::UrlPassword
}

fn report(hit: &Hit, whole: &str, text: &str, at: Location, found: &mut Found) {
    let message = format!("{} {} is written here: {}", article(hit.kind), hit.kind, Masked::of(text));
    let finding = found.add(at, message).secret().help(
        "revoke it, make a new one, and give that to the build by `RUN --mount=type=secret` or to the service by `secrets`",
    );
    weigh(finding, hit.certainty);
    // Google's keys for browsers are public by design, and are held by the site that they work for.
    if hit.kind == Kind::Google && is_for_browsers(whole, &hit.span) {
        finding.severity(Severity::Warning).confidence(Confidence::Likely);
    }
}

/// Whether the value belongs to a name that a bundler sends to browsers.
fn is_for_browsers(whole: &str, span: &Range<usize>) -> bool {
    let before = whole.get(..span.start).unwrap_or_default().trim_end_matches(['"', '\'', ' ', '=', ':']);
    let start = before.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
    before.get(start..).is_some_and(|name| secret::name(name) == NameVerdict::Public)
}

fn article(kind: Kind) -> &'static str {
    match kind.name().chars().next() {
        Some('A' | 'O' | 'a' | 'e' | 'o') => "an",
        _ if matches!(kind, Kind::Npm | Kind::NpmrcAuth) => "an",
        _ => "a",
    }
}
