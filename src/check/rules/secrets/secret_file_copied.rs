//! `secret-file-copied`

use crate::check::Found;
use crate::check::credentials::{by_stage, certainty_of, weigh};
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, StageView};
use crate::dockerfile::{Kind, Transfer};
use crate::ignore::Ignore;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, Certainty, FileKind};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "secret-file-copied",
        family: Family::Secrets,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A credential file is copied into the image",
        why: "The file is a layer of its own: whoever can pull the image can read it, also if a later step removes it. In a \
              stage that does not ship it stays in the build cache.",
        instead: "For a step of the build write `RUN --mount=type=secret,id=name,target=/path ...`; to a service give the \
                  file when it starts, by `secrets:` or a volume.",
        bad: &[
            Example::Dockerfile("FROM node:24-slim\nCOPY package.json .env ./\n"),
            Example::Dockerfile("FROM alpine:3.22\nADD .ssh /root/.ssh\n"),
            Example::Dockerfile("FROM alpine:3.22\nCOPY deploy/id_ed25519 /root/.ssh/\nRUN rm /root/.ssh/id_ed25519\n"),
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY package.json .npmrc ./\n"),
                ("package.json", "{}"),
                (".npmrc", concat!("//npm.corp.io/:_auth", "Token=b7c0Qe5dPzX2fLkR\n")),
            ]),
        ],
        good: &[
            Example::Dockerfile("FROM node:24-slim\nCOPY .env.example .env.dist ./\nCOPY keys/id_ed25519.pub /keys/\n"),
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY package.json .npmrc ./\nCOPY tls/server.pem /tls/\n"),
                ("package.json", "{}"),
                (".npmrc", "save-exact=true\n//npm.corp.io/:_authToken=${NPM_TOKEN}\n"),
                ("tls/server.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
            ]),
        ],
        equivalents: &[("trivy", &["DS-0031"]), ("dockle", &["CIS-DI-0010"])],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for (_, instruction) in build.instructions(view) {
            let (transfer, is_copy) = match &instruction.kind {
                Kind::Copy(transfer) => (transfer, true),
                Kind::Add(transfer) => (transfer, false),
                _ => continue,
            };
            let keyword = if is_copy { "COPY" } else { "ADD" };
            for word in &transfer.sources {
                let Known::Value(source) = build.word(view, word) else { continue };
                let Some((path, kind, certainty)) = named(build, view, transfer, &source) else { continue };
                let at = build.at(found, word.span.clone());
                let finding = found.add(at, format!("`{keyword}` takes `{path}`, by its name a {}", kind.name()));
                weigh(finding, certainty).help(
                    "give it to the step by `RUN --mount=type=secret,id=..,target=..`, or to the service when it starts",
                );
                if certainty == Certainty::Sure && transfer.from.is_none() {
                    finding.message = format!("`{keyword}` takes `{path}` into the image: {}", kind.name());
                }
                by_stage(finding, view);
            }
        }
    }
}

/// The credential file that a source names, with how sure it is that it holds a secret.
fn named(
    build: &Build<'_>,
    view: &StageView<'_>,
    transfer: &Transfer,
    source: &str,
) -> Option<(String, FileKind, Certainty)> {
    if source.contains("://") || source.starts_with("git@") {
        return None;
    }
    if let Some(from) = &transfer.from {
        // What lies in an image from outside is in that image already.
        build.stages.find(&from.value)?;
        let kind = kind_of(source)?;
        // What a build makes is not seen: settings may be without a login there.
        let certainty = match kind {
            FileKind::Env | FileKind::Npmrc | FileKind::Key | FileKind::Secrets => Certainty::Guess,
            _ => kind.unread().min(Certainty::Likely),
        };
        return Some((source.to_owned(), kind, certainty));
    }
    let clean = source.trim_start_matches("./").trim_start_matches('/');
    let Some(context) = &build.context else {
        let kind = kind_of(clean)?;
        return Some((clean.to_owned(), kind, kind.unread()));
    };
    let tree = build.workspace.tree;
    let is_folder = tree.has_folder(&context.path(clean.trim_end_matches('/')));
    if clean.contains(['*', '?', '[']) || is_folder {
        // A folder that is no credential by itself is what `context-secret` looks into.
        let kind = kind_of(&if is_folder { format!("{}/", clean.trim_end_matches('/')) } else { clean.to_owned() })?;
        let pattern = Ignore::parse(clean);
        let mut there = context.files().filter(|path| pattern.excludes(path)).peekable();
        if there.peek().is_none() {
            return Some((clean.to_owned(), kind, kind.unread().min(Certainty::Likely)));
        }
        let held = there.filter_map(|path| {
            let kind = secret::file(path)?;
            Some((path.to_owned(), kind, certainty_of(build, kind, Some(&context.path(path)))?))
        });
        return held.max_by_key(|(_, _, certainty)| *certainty);
    }
    if context.ignores(clean) {
        return None;
    }
    let path = context.path(clean);
    match secret::file(clean) {
        Some(kind) => Some((clean.to_owned(), kind, certainty_of(build, kind, Some(&path))?)),
        // `COPY npmrc /root/.npmrc`: the destination has the name, and the content tells.
        None => {
            let Known::Value(destination) = build.word(view, &transfer.destination) else { return None };
            let kind = secret::file(&destination).filter(|_| !destination.ends_with('/'))?;
            let text = tree.read(&path)?;
            let is = secret::content(kind, text) == secret::Verdict::Secret;
            is.then(|| (clean.to_owned(), kind, Certainty::Sure))
        }
    }
}

/// By name alone; a folder that holds credentials has no separator at its end in a COPY.
fn kind_of(source: &str) -> Option<FileKind> {
    let last = source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let folder = matches!(last, ".ssh" | ".aws" | ".azure" | ".gcloud" | ".gnupg" | ".kube");
    if folder { secret::file(&format!("{}/", source.trim_end_matches('/'))) } else { secret::file(source) }
}
