//! `path-relative`
//!
//! Other than trivy's DS-0009, checkov's CKV_DOCKER_10 and BuildKit's WorkdirRelativePath it is silent about a relative path
//! below an absolute WORKDIR: where that ends up is written in the file.

use crate::bases::Os;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, Origin, StageView, written};
use crate::dockerfile::{Base, Kind, Word};
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "path-relative",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A path is relative to a folder that the file does not name",
        why: "Where a relative WORKDIR or the target of a COPY ends up depends on the base image: another base, another place. WORKDIR below /proc, /sys, /dev or /boot is a folder of the host's kernel.",
        instead: "Write absolute paths, or an absolute WORKDIR above.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nWORKDIR app\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY a.txt app/\n"),
            Example::Dockerfile("FROM scratch\nCOPY app .\n"),
            Example::Dockerfile("FROM debian:13-slim\nWORKDIR /proc/self\n"),
            Example::Dockerfile("FROM debian:13-slim\nONBUILD COPY . app/\n"),
            // Pedantic: the base may name one.
            Example::Dockerfile("FROM registry.example.com/base:1\nCOPY a b/\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nWORKDIR /app\nWORKDIR sub\nCOPY a b/\n"),
            Example::Dockerfile("FROM debian:13-slim AS base\nWORKDIR /app\nFROM base\nCOPY . .\n"),
            Example::Dockerfile("FROM debian:13-slim\nWORKDIR \"/app\"\nCOPY a './'\n"),
            Example::Dockerfile("FROM debian:13-slim\nARG APP\nWORKDIR $APP\nCOPY a b\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY a $TARGET\n"),
            Example::Dockerfile("FROM mcr.microsoft.com/windows/servercore:ltsc2025\nWORKDIR C:\\\\app\nCOPY a b\n"),
            Example::Dockerfile("FROM mcr.microsoft.com/windows/nanoserver:ltsc2025\nWORKDIR C:/app\n"),
            Example::Dockerfile("FROM debian:13-slim\nONBUILD WORKDIR /app\nONBUILD COPY . ./\n"),
            Example::Dockerfile("FROM debian:13-slim\nWORKDIR /process\nCOPY a /dev.txt\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3000", "DL3045"]),
            ("buildkit", &["WorkdirRelativePath"]),
            ("trivy", &["DS-0009", "DS-0030"]),
            ("checkov", &["CKV_DOCKER_10"]),
            ("kics", &["6b376af8"]),
            ("semgrep", &["use-absolute-workdir"]),
        ],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        if view.origin.base().is_some_and(|base| base.os == Os::Windows) {
            continue;
        }
        // Whether the file says by an absolute path where relative ones begin.
        let mut anchored = match view.stage.base {
            Base::Stage(parent) => build.views.get(parent).is_some_and(|parent| is_anchored(build, parent)),
            _ => has_workdir(view),
        };
        let mut triggers_anchored = false;
        for one in written(build, view) {
            match &one.instruction.kind {
                Kind::Workdir(word) => {
                    let (path, relative) = path_of(build, view, word);
                    if let Some(folder) = kernel_folder(&path) {
                        let at = build.at(found, word.span.clone());
                        found
                            .add(at, format!("`{folder}` belongs to the kernel: nothing of it is in the image"))
                            .help("name another folder");
                    }
                    if relative && !anchored && !(one.trigger && triggers_anchored) {
                        report(build, view, word, "WORKDIR", found);
                    }
                    // Said once, or known from here on.
                    if one.trigger {
                        triggers_anchored = true;
                    } else {
                        anchored = true;
                    }
                }
                Kind::Copy(transfer) | Kind::Add(transfer) => {
                    let known = anchored || (one.trigger && triggers_anchored);
                    if !known && path_of(build, view, &transfer.destination).1 {
                        report(build, view, &transfer.destination, &one.instruction.name(), found);
                        // Once a stage is enough.
                        anchored = true;
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether a stage ends with a folder that it, or what it is FROM, has named.
fn is_anchored(build: &Build<'_>, view: &StageView<'_>) -> bool {
    view.image.workdir.is_some()
        || match view.stage.base {
            Base::Stage(_) => build.chain(view.stage.index).next().is_some_and(has_workdir),
            _ => has_workdir(view),
        }
}

/// Whether the image that a stage starts from is known to name a folder.
fn has_workdir(view: &StageView<'_>) -> bool {
    view.origin.base().is_some_and(|base| base.workdir != "/")
}

/// The path as far as it is known, and whether it is relative for sure.
fn path_of(build: &Build<'_>, view: &StageView<'_>, word: &Word) -> (String, bool) {
    let (path, known) = match build.word(view, word) {
        Known::Value(path) => (path, true),
        Known::Unknown(_) => (word.value(), false),
    };
    let windows = path.contains('\\') || path.as_bytes().get(1) == Some(&b':');
    let relative =
        !path.is_empty() && !path.starts_with(['/', '$', '%']) && !windows && (known || !path.starts_with('$'));
    (path, relative)
}

/// The folder of the kernel, or of the boot loader, that a path is in.
fn kernel_folder(path: &str) -> Option<&'static str> {
    ["/proc", "/sys", "/dev", "/boot"]
        .into_iter()
        .find(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn report(build: &Build<'_>, view: &StageView<'_>, word: &Word, keyword: &str, found: &mut Found) {
    let at = build.at(found, word.span.clone());
    let finding = found.add(at, format!("{keyword} `{}` is relative, and no WORKDIR above it is absolute", word.raw));
    finding.help("write an absolute path, or an absolute WORKDIR above");
    // Another image may name a folder.
    if matches!(view.origin, Origin::Image(_) | Origin::Unknown) {
        finding.severity(Severity::Note).pedantic();
    }
}
