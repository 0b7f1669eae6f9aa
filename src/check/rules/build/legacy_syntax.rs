//! `legacy-syntax`
//!
//! A label in place of MAINTAINER is no safe fix: the image loses its author field, which nothing else writes.

use std::ops::Range;

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::dockerfile::{From, Instruction, Kind, Pair};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "legacy-syntax",
        family: Family::Build,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "An old way to write an instruction",
        why: "It works as long as somebody keeps it alive: BuildKit warns of it, and other builders, editors and tools read it otherwise or not at all.",
        instead: "Write `LABEL org.opencontainers.image.authors=`, `ENV name=value`, no empty line in a continued instruction, and protocols in small letters.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nMAINTAINER Jane <jane@example.org>\n"),
            Example::Dockerfile("FROM debian:13-slim\nENV NAME some value\nLABEL version 1\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo a && \\\n\n    echo b\n"),
            Example::Dockerfile("FROM --platform=$TARGETPLATFORM debian:13-slim\n"),
            Example::Dockerfile("FROM debian:13-slim\nEXPOSE 80/TCP\n"),
            // Pedantic: the case of letters.
            Example::Dockerfile("FROM debian:13-slim\nRUN a\nrun b\nRUN c\n"),
            Example::Dockerfile("FROM debian:13-slim as build\nFROM build\n"),
            Example::Dockerfile("FROM debian:13-slim AS Build\nFROM build\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nLABEL org.opencontainers.image.authors=\"Jane\"\nENV NAME=\"some value\"\nRUN echo a && \\\n    # why\n    echo b\nEXPOSE 80/tcp 53/udp\n",
            ),
            Example::Dockerfile("FROM --platform=$BUILDPLATFORM debian:13-slim\n"),
            Example::Dockerfile("from debian:13-slim as build\nrun a\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\na\n\nb\nEOF\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL4000", "DL3065"]),
            (
                "buildkit",
                &[
                    "MaintainerDeprecated",
                    "LegacyKeyValueFormat",
                    "NoEmptyContinuation",
                    "RedundantTargetPlatform",
                    "ExposeProtoCasing",
                    "ConsistentInstructionCasing",
                    "FromAsCasing",
                    "StageNameCasing",
                ],
            ),
            ("trivy", &["DS-0022"]),
            ("checkov", &["CKV_DOCKER_6"]),
            ("kics", &["99614418"]),
            ("semgrep", &["maintainer-is-deprecated"]),
        ],
        cis: &[],
        point: None,
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for instruction in &build.file.instructions {
        empty_lines(build, instruction, found);
        let inner = match &instruction.kind {
            Kind::Onbuild(trigger) => trigger,
            _ => instruction,
        };
        match &inner.kind {
            Kind::Maintainer(name) => maintainer(build, inner, &name.value, found),
            Kind::Env(pairs) | Kind::Label(pairs) => {
                for pair in pairs.iter().filter(|pair| pair.legacy) {
                    old_pair(build, inner, pair, found);
                }
            }
            Kind::Expose(words) => {
                for word in words {
                    let Some((_, protocol)) = word.raw.split_once('/') else { continue };
                    if protocol.bytes().any(|byte| byte.is_ascii_uppercase()) && !protocol.contains('$') {
                        let message = format!("the protocol of `{}` is written in capitals", word.raw);
                        let edit = (word.span.clone(), word.raw.to_ascii_lowercase());
                        safe(build, word.span.clone(), message, "write it in small letters", vec![edit], found);
                    }
                }
            }
            Kind::From(from) => platform(build, instruction, from, found),
            _ => {}
        }
    }
    casing(build, found);
}

/// A finding with a fix, unless the text stands in another file.
fn safe<'f>(
    build: &Build<'_>,
    span: Range<usize>,
    message: impl Into<String>,
    help: &str,
    edits: Vec<(Range<usize>, String)>,
    found: &'f mut Found,
) -> &'f mut crate::report::Finding {
    let at = build.at(found, span);
    let file = at.file;
    let finding = found.add(at, message).help(help);
    if !build.is_inline() && !edits.is_empty() {
        let edits = edits.into_iter().map(|(span, text)| Edit { at: Location::new(file, span), text }).collect();
        finding.safe_fix(help, edits);
    }
    finding
}

/// MAINTAINER is a field of the image that nothing else writes: a label in its place is not quite the same.
fn maintainer(build: &Build<'_>, instruction: &Instruction, name: &str, found: &mut Found) {
    let at = build.at(found, instruction.span.clone());
    let plain = !name.contains(['"', '\\', '$', '`', '\n']);
    let edit = (plain && !build.is_inline())
        .then(|| Edit { at: at.clone(), text: format!("LABEL org.opencontainers.image.authors=\"{name}\"") });
    let finding = found.add(at, "MAINTAINER is deprecated since 2017");
    finding.help("write `LABEL org.opencontainers.image.authors=...`");
    if let Some(edit) = edit {
        finding.unsafe_fix("write a label", vec![edit]);
    }
}

/// `ENV name value`
fn old_pair(build: &Build<'_>, instruction: &Instruction, pair: &Pair, found: &mut Found) {
    let span = pair.key.span.start..pair.value.span.end;
    let raw = &pair.value.raw;
    // Only what is written in one piece is put together anew.
    let one_line = build.text.get(pair.value.span.clone()) == Some(raw);
    let simple = !raw.contains(['"', '\'', '\\', '`']) && !raw.is_empty();
    let quoted = raw.len() > 2
        && raw.starts_with('"')
        && raw.ends_with('"')
        && !raw[1..raw.len() - 1].contains(['"', '\\', '`']);
    let value = match (one_line, simple, quoted) {
        (true, true, _) if raw.contains(char::is_whitespace) => Some(format!("\"{raw}\"")),
        (true, true, _) | (true, _, true) => Some(raw.clone()),
        _ => None,
    };
    let edits = value.map(|value| (span.clone(), format!("{}={value}", pair.key.raw))).into_iter().collect();
    let keyword = instruction.name();
    safe(build, span, format!("`{keyword} name value` is the old form"), "write `name=value`", edits, found);
}

/// Empty lines inside an instruction that goes on.
fn empty_lines(build: &Build<'_>, instruction: &Instruction, found: &mut Found) {
    if instruction.first_line == instruction.last_line {
        return;
    }
    let end = instruction.heredocs.first().map_or(instruction.span.end, |first| first.span.start);
    let Some(text) = build.text.get(instruction.span.start..end.min(instruction.span.end)) else { return };
    let mut start = instruction.span.start;
    let mut empty: Vec<Range<usize>> = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() && line.ends_with('\n') {
            empty.push(start..start + line.len());
        }
        start += line.len();
    }
    let Some(first) = empty.first().cloned() else { return };
    let edits = empty.into_iter().map(|span| (span, String::new())).collect();
    let message = "an empty line inside an instruction";
    safe(build, first.start..first.start, message, "remove the empty lines", edits, found);
}

/// `FROM --platform=$TARGETPLATFORM`, which is what holds without it.
fn platform(build: &Build<'_>, instruction: &Instruction, from: &From, found: &mut Found) {
    let Some(platform) = &from.platform else { return };
    if !matches!(platform.raw.as_str(), "$TARGETPLATFORM" | "${TARGETPLATFORM}") {
        return;
    }
    // An ARG of that name may give it another default.
    let declared = build.file.instructions.iter().any(|other| match &other.kind {
        Kind::Arg(args) => args.iter().any(|arg| arg.name == "TARGETPLATFORM"),
        _ => false,
    });
    let flag = instruction.flags.iter().find(|flag| flag.name == "platform");
    let edit = flag
        .filter(|_| !declared && instruction.flags.len() == 1)
        .map(|flag| (flag.span.start..from.image.span.start.max(flag.span.end), String::new()));
    let on_one_line = |span: &Range<usize>| build.text.get(span.clone()).is_some_and(|text| !text.contains('\n'));
    let edits = edit.filter(|(span, _)| on_one_line(span)).into_iter().collect();
    let message = "the platform of the target is the default";
    safe(build, platform.span.clone(), message, "leave `--platform` out", edits, found);
}

/// Keywords and names of stages in mixed cases; for those who ask for more.
fn casing(build: &Build<'_>, found: &mut Found) {
    let keywords: Vec<_> = build.file.instructions.iter().filter(|one| !matches!(one.kind, Kind::Unknown)).collect();
    let is_lower = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_upper = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    let lower = keywords.iter().filter(|one| is_lower(&one.keyword.value)).count();
    let to_lower = lower * 2 > keywords.len();
    for one in keywords {
        let written = one.keyword.value.as_str();
        if written.is_empty() || (if to_lower { is_lower(written) } else { is_upper(written) }) {
            continue;
        }
        let text = if to_lower { written.to_ascii_lowercase() } else { written.to_ascii_uppercase() };
        let span = one.keyword.span.clone();
        let message = format!("`{written}` is written otherwise than the keywords around it");
        let whole = build.text.get(span.clone()) == Some(written);
        let edits = whole.then(|| (span.clone(), text)).into_iter().collect();
        safe(build, span, message, "write all keywords alike", edits, found).pedantic();
    }
    for view in &build.views {
        let instruction = build.from(view);
        let Kind::From(from) = &instruction.kind else { continue };
        let Some(alias) = &from.alias else { continue };
        let between = from.image.span.end..alias.span.start;
        let word = build.text.get(between.clone()).unwrap_or_default();
        let (as_word, offset) = (word.trim(), word.len() - word.trim_start().len());
        if is_lower(&instruction.keyword.value) != is_lower(as_word) && as_word.eq_ignore_ascii_case("as") {
            let span = between.start + offset..between.start + offset + as_word.len();
            let text = if is_lower(&instruction.keyword.value) { "as" } else { "AS" };
            let message = format!("`{as_word}` is written otherwise than its FROM");
            let edit = (span.clone(), text.to_owned());
            safe(build, span, message, "write both alike", vec![edit], found).pedantic();
        }
        if alias.value.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let at = build.at(found, alias.span.clone());
            found
                .add(at, "the name of a stage is compared in small letters")
                .pedantic()
                .help("write it in small letters");
        }
    }
}
