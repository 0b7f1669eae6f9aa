//! `add-local-file`
//!
//! Other than checkov's CKV_DOCKER_4 it is silent about archives and addresses, which COPY cannot do; `add-remote-unverified`
//! has the latter. `ADD file:...` of a history, as trivy reads it, is no line that anybody writes.

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Written, written};
use crate::dockerfile::{Kind, Transfer};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "add-local-file",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "ADD is used where COPY does",
        why: "ADD unpacks archives and fetches addresses, so that what a line does depends on the name and the content of its source; COPY does one thing.",
        instead: "Write COPY; keep ADD for archives that are to be unpacked, and for addresses with `--checksum`.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nADD app.py /app/\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD . /app\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD --chown=1000:1000 a b /app/\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD [\"a.txt\", \"/app/\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nONBUILD ADD requirements.txt /app/\n"),
            // Neither is unpacked.
            Example::Dockerfile("FROM debian:13-slim\nADD app.jar app.zip /app/\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nCOPY app.py /app/\n"),
            Example::Dockerfile("FROM scratch\nADD rootfs.tar /\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD a.tgz b.tar.xz c.tar.zst d.tbz2 /opt/\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nADD --checksum=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa https://example.org/a /a\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nADD https://github.com/example/a.git#v1 /a\nADD git@github.com:example/a.git /b\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nADD --unpack=true a /a\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD <<EOF /a\nx\nEOF\n"),
            // What SOURCE holds is not known.
            Example::Dockerfile("FROM debian:13-slim\nARG SOURCE\nADD $SOURCE /a\n"),
            // The pattern matches an archive.
            Example::Files(&[("Dockerfile", "FROM debian:13-slim\nADD dist/* /opt/\n"), ("dist/app.tar.gz", "")]),
        ],
        equivalents: &[
            ("hadolint", &["DL3020"]),
            ("trivy", &["DS-0005"]),
            ("checkov", &["CKV_DOCKER_4"]),
            ("dockle", &["CIS-DI-0009"]),
            ("kics", &["9513a694"]),
            ("semgrep", &["prefer-copy-over-add"]),
        ],
        cis: &["4.9"],
        point: Some(Point::Copy),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for one in written(build, view) {
            let Kind::Add(transfer) = &one.instruction.kind else { continue };
            let flags = ["checksum", "unpack", "keep-git-dir"];
            if !transfer.inline.is_empty()
                || one.instruction.flags.iter().any(|flag| flags.contains(&flag.name.as_str()))
            {
                continue;
            }
            let sources: Option<Vec<String>> =
                transfer.sources.iter().map(|word| build.word(view, word).value().map(str::to_owned)).collect();
            let Some(sources) = sources else { continue };
            let local = |source: &String| !is_address(source) && !may_be_archive(build, &one, source);
            if sources.is_empty() || !sources.iter().all(local) {
                continue;
            }
            let keyword = one.instruction.keyword.span.clone();
            let at = build.at(found, keyword.clone());
            let edit = Edit { at: Location::new(at.file, keyword.clone()), text: copy(build.text.get(keyword)) };
            let finding = found.add(at, "`ADD` of files that are neither archives nor addresses");
            finding.help("write `COPY`");
            if build.is_inline() {
                continue;
            }
            if is_plain(build, &one, transfer) {
                finding.safe_fix("write COPY", vec![edit]);
            } else {
                finding.unsafe_fix("write COPY", vec![edit]);
            }
        }
    }
}

/// The keyword in the case in which the old one is written.
fn copy(written: Option<&str>) -> String {
    let lower = written.is_some_and(|keyword| keyword.starts_with('a'));
    if lower { "copy" } else { "COPY" }.to_owned()
}

/// What ADD fetches.
fn is_address(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@") || source.starts_with("github.com/")
}

/// Endings of what ADD unpacks, or may.
const ARCHIVES: [&str; 17] = [
    ".tar", ".tgz", ".taz", ".tbz", ".tbz2", ".tb2", ".txz", ".tlz", ".tzst", ".gz", ".bz2", ".xz", ".zst", ".zstd",
    ".lzma", ".z", ".tar.z",
];

fn has_archive_name(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ARCHIVES.iter().any(|ending| lower.ends_with(ending))
}

/// Whether a source is an archive by its name, or a pattern that an archive of the context matches.
fn may_be_archive(build: &Build<'_>, one: &Written<'_>, source: &str) -> bool {
    if has_archive_name(source.trim_end_matches(['*', '?'])) {
        return true;
    }
    if !source.contains(['*', '?', '[']) || one.trigger {
        return false;
    }
    let Some(context) = &build.context else { return false };
    let pattern = crate::ignore::Ignore::parse(source.trim_start_matches("./").trim_start_matches('/'));
    context.files().any(|path| has_archive_name(path) && pattern.excludes(path))
}

/// Whether it is sure that no source is unpacked: folders are not, nor is what the tree reads as text; a name with an ending
/// of its own is no archive.
fn is_plain(build: &Build<'_>, one: &Written<'_>, transfer: &Transfer) -> bool {
    transfer.sources.iter().all(|word| {
        let Some(source) = word.literal() else { return false };
        let clean = source.trim_start_matches("./").trim_matches('/');
        let name = clean.rsplit('/').next().unwrap_or_default();
        let ending = name.rsplit_once('.').is_some_and(|(stem, ending)| {
            !stem.is_empty() && !ending.is_empty() && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
        let is_there = |path: &str| {
            let tree = build.workspace.tree;
            !one.trigger && (tree.has_folder(path) || tree.read(path).is_some())
        };
        clean.is_empty()
            || clean == "."
            || source.ends_with('/')
            || (ending && !name.ends_with('*'))
            || build.context.as_ref().is_some_and(|context| is_there(&context.path(clean)))
    })
}
