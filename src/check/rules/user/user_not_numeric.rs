//! `user-not-numeric`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Users};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "user-not-numeric",
        family: Family::User,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "USER is a name, which Kubernetes cannot check",
        why: "Kubernetes does not look into the image: with `runAsNonRoot: true` and a USER that is a name it refuses to start \
              the container, since the name may be root's. It is a warning where a manifest of the repository does just \
              that, and otherwise a note for `--pedantic`: most images never meet it.",
        instead: "Write the uid, `USER 10001`, or `USER 10001:10001` with the group.",
        bad: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nUSER node\nCMD [\"node\", \"a.js\"]\n"),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nRUN useradd -l -u 10001 app\nUSER app\nCMD [\"/server\"]\n"),
                (
                    "k8s/app.yaml",
                    "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      securityContext:\n        runAsNonRoot: true\n",
                ),
            ]),
        ],
        good: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nUSER 1000\nCMD [\"node\", \"a.js\"]\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nARG UID=1000\nUSER ${UID}:node\nCMD [\"node\", \"a.js\"]\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nARG UID\nUSER ${UID}\nCMD [\"node\", \"a.js\"]\n"),
            // In a build stage nobody asks.
            Example::Dockerfile(
                "FROM node:26 AS build\nUSER node\nFROM node:26-trixie-slim\nUSER 1000\nCMD [\"node\", \"a.js\"]\n",
            ),
        ],
        equivalents: &[("hadolint", &["DL3066"])],
        cis: &["4.1"],
        point: Some(Point::NonRoot),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let view = build.target();
    let (Some(at), Some(user)) = (view.user.at, view.user.name.value()) else { return };
    let name = user.split(':').next().unwrap_or_default().trim();
    if view.user.root != Some(false) || name.is_empty() || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    let Some(Kind::User(word)) = build.file.instructions.get(at).map(|instruction| &instruction.kind) else { return };
    let place = build.at(found, word.span.clone());
    let uid = Users::of(build, build.target).uid(name);
    // Only the name itself is replaced: a variable or quotes would hold something else.
    let plain = build.text.get(word.span.clone()).is_some_and(|text| text.starts_with(name)) && !build.is_inline();
    let edit = uid.filter(|_| plain).map(|uid| Edit {
        at: Location::new(place.file, word.span.start..word.span.start + name.len()),
        text: uid.to_string(),
    });
    let manifest = build.workspace.deployment().needs_numeric_user.clone();
    let finding = found.add(place, format!("`{name}` is a name: Kubernetes cannot tell that it is not root"));
    if let Some(manifest) = manifest {
        finding.persona = Persona::Default;
        finding.severity(Severity::Warning);
        finding.help(format!("`{manifest}` asks for runAsNonRoot and names no user: write the uid here"));
    } else {
        finding.help("write the uid");
    }
    if let Some(edit) = edit {
        finding.safe_fix(format!("write the uid of `{name}`"), vec![edit]);
    }
}
