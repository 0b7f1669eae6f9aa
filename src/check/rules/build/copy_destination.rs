//! `copy-destination`
//!
//! Other than hadolint's DL3021 and trivy's DS-0011 it only warns where the folder is there, since BuildKit copies into it.

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, StageView, Written, written};
use crate::dockerfile::{Kind, Transfer};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "copy-destination",
        family: Family::Build,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "COPY cannot put its sources where it says",
        why: "Several files go into a folder only if the target ends with `/`; without it the last one is all that is left, unless the folder is there already. A source is looked for in the build context: `..` and absolute paths do not lead out of it.",
        instead: "End the target with `/`, and name sources relative to the build context.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nCOPY a b /app\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD [\"a\", \"b\", \"/app\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY ../shared /app/\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY /home/me/app /app/\n"),
            Example::Files(&[("Dockerfile", "FROM debian:13-slim\nCOPY *.txt /app\n"), ("a.txt", ""), ("b.txt", "")]),
            // A warning: with BuildKit it works as long as the folder is there.
            Example::Dockerfile("FROM debian:13-slim\nCOPY a b /usr/local/bin\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nCOPY a b /app/\n"),
            Example::Dockerfile("FROM debian:13-slim\nWORKDIR /app\nCOPY a b .\nCOPY a b ./\nCOPY a b ..\n"),
            Example::Dockerfile("FROM debian:13-slim\nARG TARGET\nCOPY a b $TARGET\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY --chown=1:1 --link a /app\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY <<A <<B /app/\na\nA\nb\nB\n"),
            Example::Dockerfile(
                "FROM debian:13-slim AS build\nFROM debian:13-slim\nCOPY --from=build /home/me/app /app\nCOPY --from=build ../x /y\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nCOPY a/../b /c\n"),
            Example::Dockerfile("FROM mcr.microsoft.com/windows/servercore:ltsc2025\nCOPY a b C:\\\\app\\\\\n"),
            Example::Files(&[("Dockerfile", "FROM debian:13-slim\nCOPY *.txt /app\n"), ("a.txt", "")]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nCOPY /etc/app.conf /etc/app.conf\n"),
                ("etc/app.conf", ""),
            ]),
        ],
        equivalents: &[("hadolint", &["DL3021"]), ("trivy", &["DS-0011"]), ("kics", &["6db6e0c2"])],
        cis: &[],
        point: None,
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for one in written(build, view) {
            let (Kind::Copy(transfer) | Kind::Add(transfer)) = &one.instruction.kind else { continue };
            target(build, view, &one, transfer, found);
            if transfer.from.is_none() {
                sources(build, view, &one, transfer, found);
            }
        }
    }
}

/// Several sources and a target that is no folder.
fn target(build: &Build<'_>, view: &StageView<'_>, one: &Written<'_>, transfer: &Transfer, found: &mut Found) {
    let Known::Value(target) = build.word(view, &transfer.destination) else { return };
    let last = target.rsplit(['/', '\\']).next().unwrap_or_default();
    if last.is_empty() || last == "." || last == ".." || !is_several(build, view, one, transfer) {
        return;
    }
    let span = transfer.destination.span.clone();
    let at = build.at(found, span.clone());
    let raw = &transfer.destination.raw;
    // Behind a closing quote or an escape the slash would be read otherwise.
    let plain = build.text.get(span.clone()) == Some(raw) && !raw.contains(['"', '\'', '\\']);
    let edit = (plain && !transfer.json && !build.is_inline())
        .then(|| Edit { at: Location::new(at.file, span.end..span.end), text: "/".to_owned() });
    let there = is_folder(view, &target);
    let finding = found.add(at, format!("several files go to `{target}`, which does not end with `/`"));
    finding.help("end the target with `/`");
    if there {
        finding.severity(Severity::Note);
    }
    if let Some(edit) = edit {
        finding.safe_fix("end the target with `/`", vec![edit]);
    }
}

/// Whether more than one file is named: by several words, or by a pattern that matches several in the context.
fn is_several(build: &Build<'_>, view: &StageView<'_>, one: &Written<'_>, transfer: &Transfer) -> bool {
    match transfer.sources.as_slice() {
        [] => false,
        [source] => {
            let Known::Value(source) = build.word(view, source) else { return false };
            let Some(context) = build.context.as_ref().filter(|_| transfer.from.is_none() && !one.trigger) else {
                return false;
            };
            let clean = source.trim_start_matches("./").trim_start_matches('/');
            if !clean.contains(['*', '?', '[']) {
                return false;
            }
            let depth = clean.matches('/').count();
            let pattern = crate::ignore::Ignore::parse(clean);
            // A folder that matches is copied as what is in it.
            context.files().filter(|path| path.matches('/').count() == depth && pattern.excludes(path)).nth(1).is_some()
        }
        _ => true,
    }
}

/// Whether a path is the stage's folder, or one that every image has.
fn is_folder(view: &StageView<'_>, path: &str) -> bool {
    const COMMON: [&str; 18] = [
        "/usr/local/bin",
        "/usr/bin",
        "/bin",
        "/sbin",
        "/usr/sbin",
        "/usr/local/sbin",
        "/etc",
        "/tmp",
        "/opt",
        "/usr/local",
        "/usr/local/lib",
        "/usr/lib",
        "/lib",
        "/srv",
        "/root",
        "/home",
        "/var",
        "/usr/share",
    ];
    COMMON.contains(&path) || view.image.workdir.as_ref().is_some_and(|folder| folder.value == path)
}

/// Sources that are meant to be outside of the context.
fn sources(build: &Build<'_>, view: &StageView<'_>, one: &Written<'_>, transfer: &Transfer, found: &mut Found) {
    for word in &transfer.sources {
        let Known::Value(source) = build.word(view, word) else { continue };
        let is_there = |path: &str| {
            !one.trigger
                && build
                    .context
                    .as_ref()
                    .is_some_and(|context| context.exists(build.workspace, path.trim_start_matches('/')))
        };
        if source == ".." || source.starts_with("../") {
            let inside = source.trim_start_matches("../");
            let at = build.at(found, word.span.clone());
            let finding = found.add(at, format!("`{source}` does not lead out of the build context"));
            finding.help("build with the folder above as the context, or give that folder by `--build-context`");
            if source != ".." && is_there(inside) {
                finding.severity(Severity::Warning);
            }
        } else if is_of_host(&source) && !is_there(&source) {
            let at = build.at(found, word.span.clone());
            found
                .add(at, format!("`{source}` is looked for in the build context, not on this machine"))
                .help("name the file relative to the build context");
        }
    }
}

/// Whether a path looks like one of the machine on which the file is written.
fn is_of_host(source: &str) -> bool {
    ["/home/", "/Users/", "/root/", "/etc/", "/usr/", "/var/", "/tmp/", "~/"]
        .iter()
        .any(|start| source.starts_with(start))
        || (source.as_bytes().get(1) == Some(&b':') && source.starts_with(|first: char| first.is_ascii_alphabetic()))
}
