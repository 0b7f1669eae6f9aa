//! `stage-reference`
//!
//! Other than hadolint's DL3022 it takes a name that is no stage for an image or a context that the command line names, since
//! BuildKit does; and other than its documentation says, BuildKit finds stages further down.

use std::collections::{BTreeMap, BTreeSet};

use crate::bases::{self, Reference};
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, StageView};
use crate::dockerfile::{Base, Kind, ProblemKind};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "stage-reference",
        family: Family::Build,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A stage is named that cannot be the one that is meant",
        why: "A stage that does not exist, comes later or has the name of another one: the build fails, or takes its files from somewhere else than the file seems to say.",
        instead: "Give each stage a name of its own, above where it is used.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim AS a\nCOPY --from=a /x /y\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY --from=3 /x /y\n"),
            Example::Dockerfile("FROM debian:13-slim AS build\nFROM alpine:3.24 AS Build\n"),
            Example::Dockerfile("FROM debian:13-slim AS scratch\n"),
            Example::Dockerfile("FROM debian:13-slim AS a\nCOPY --from=b /x /y\nFROM alpine:3.24 AS b\n"),
            Example::Dockerfile("FROM later-stage AS a\nFROM debian:13-slim AS later-stage\nCOPY --from=a /x /y\n"),
            Example::Dockerfile("FROM debian:13-slim\nARG STAGE=x\nCOPY --from=$STAGE /x /y\n"),
            // Pedantic: nothing needs it.
            Example::Dockerfile("FROM debian:13-slim AS unused\nRUN make\nFROM debian:13-slim\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim AS build\nFROM debian:13-slim\nCOPY --from=build /x /y\nCOPY --from=0 /x /z\n",
            ),
            // Images, with a tag or without, and contexts that the command line names.
            Example::Dockerfile(
                "FROM debian:13-slim\nCOPY --from=busybox:1.37 /bin/busybox /b\nCOPY --from=assets /x /y\nCOPY --from=ghcr.io/astral-sh/uv /uv /uv\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim AS base-amd64\nFROM debian:13-slim AS base-arm64\nARG TARGETARCH\nFROM base-${TARGETARCH}\n",
            ),
            // The image of that name, and a later stage of the same.
            Example::Dockerfile("FROM node:26-trixie-slim AS base\nFROM base AS node\n"),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim AS dev\nRUN make\nFROM debian:13-slim\n"),
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      target: dev\n  web:\n    build: .\n",
                ),
            ]),
        ],
        equivalents: &[
            ("hadolint", &["DL3022", "DL3023", "DL3024", "DL3063"]),
            ("buildkit", &["DuplicateStageName", "ReservedStageName"]),
            ("trivy", &["DS-0006", "DS-0012"]),
            ("checkov", &["CKV_DOCKER_11"]),
            ("kics", &["cdddb86f", "f2daed12", "68a51e22"]),
            ("semgrep", &["alias-must-be-unique", "copy-from-own-alias"]),
        ],
        cis: &[],
        point: Some(Point::MultiStage),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for problem in build.stages.problems.iter().filter(|problem| problem.kind == ProblemKind::Stage) {
        let at = build.at(found, problem.span.clone());
        found.add(at, problem.message.as_str()).help("name a stage above this one, or an image");
    }
    names(build, found);
    for view in &build.views {
        later(build, view, found);
    }
    unused(build, found);
}

/// Names that two stages have, and names that mean something else.
fn names(build: &Build<'_>, found: &mut Found) {
    let mut seen: BTreeMap<String, std::ops::Range<usize>> = BTreeMap::new();
    for view in &build.views {
        let Kind::From(from) = &build.from(view).kind else { continue };
        let Some(alias) = &from.alias else { continue };
        let name = alias.value.to_lowercase();
        let at = build.at(found, alias.span.clone());
        // What BuildKit keeps for itself: `dockerfile2llb/validations.go` of August 2026.
        if matches!(name.as_str(), "scratch" | "context") {
            found
                .add(at, format!("`{name}` cannot be told from what BuildKit calls so"))
                .severity(Severity::Warning)
                .help("give the stage another name");
        } else if let Some(first) = seen.get(&name) {
            let first = build.at(found, first.clone());
            found
                .add(at, format!("a second stage is named `{name}`: what names it below means this one"))
                .related(first, "the first one")
                .help("give each stage a name of its own");
        } else {
            seen.insert(name, alias.span.clone());
        }
    }
}

/// Stages that are used above where they are.
fn later(build: &Build<'_>, view: &StageView<'_>, found: &mut Found) {
    for reference in &view.stage.references {
        if matches!(reference.target, Base::Stage(index) if index > view.stage.index) {
            let at = build.at(found, reference.span.clone());
            found
                .add(at, "the stage is further down: BuildKit finds it, other builders do not")
                .severity(Severity::Warning)
                .help("move it above this stage");
        }
    }
    let (Base::Image(name), Kind::From(from)) = (&view.stage.base, &build.from(view).kind) else { return };
    let is_later = |other: &StageView<'_>| {
        other.stage.index > view.stage.index && other.stage.name.as_deref() == Some(name.to_lowercase().as_str())
    };
    // `FROM node` above a stage that is named `node` means the image.
    let known = Reference::parse(name).is_some_and(|reference| bases::candidates(&reference).next().is_some());
    if build.views.iter().any(is_later) && !known {
        let at = build.at(found, from.image.span.clone());
        found
            .add(at, format!("the stage `{name}` is further down: FROM takes an image of that name"))
            .help("move it above");
    }
}

/// Stages that nothing needs.
fn unused(build: &Build<'_>, found: &mut Found) {
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for view in &build.views {
        let references = view.stage.references.iter().map(|reference| &reference.target);
        used.extend(references.chain([&view.stage.base]).filter_map(|target| match target {
            Base::Stage(index) => Some(*index),
            _ => None,
        }));
        // A name with variables in it may be that of any stage.
        if matches!(view.stage.base, Base::Unknown(_)) {
            return;
        }
    }
    let services = build.workspace.projects().flat_map(|project| project.all());
    let own = services.filter(|service| service.dockerfile().as_deref() == Some(build.path));
    let mut targets: BTreeSet<String> = own.filter_map(|service| Some(service.target()?.to_lowercase())).collect();
    targets.extend(build.workspace.options.policy.targets.iter().map(|name| name.to_lowercase()));
    let Some((_, before)) = build.views.split_last() else { return };
    for view in before.iter().filter(|view| !used.contains(&view.stage.index)) {
        if view.stage.name.as_ref().is_some_and(|name| targets.contains(name)) {
            continue;
        }
        let at = build.at(found, build.from(view).span.clone());
        found
            .add(at, "nothing needs this stage: it is built only where `--target` names it")
            .severity(Severity::Note)
            .pedantic()
            .help("remove it, unless somebody builds it by its name");
    }
}
