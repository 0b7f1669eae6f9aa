//! `dead-instruction`
//!
//! hadolint's DL3043 (what ONBUILD cannot hold) is refused by BuildKit, so `parse-error` has it.

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::dockerfile::{Base, Instruction, Kind};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "dead-instruction",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A later instruction makes this one do nothing",
        why: "An image has one CMD, one ENTRYPOINT and one HEALTHCHECK: of several in a stage the last one holds, and whoever reads or changes another one is misled.",
        instead: "Remove what does nothing; run several programs in several containers, or by a script.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nCMD [\"a\"]\nCMD [\"b\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nENTRYPOINT [\"a\"]\nRUN true\nENTRYPOINT [\"b\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nHEALTHCHECK CMD true\nHEALTHCHECK NONE\n"),
            // A note: the new ENTRYPOINT resets what was inherited.
            Example::Dockerfile("FROM debian:13-slim AS base\nCMD [\"serve\"]\nFROM base\nENTRYPOINT [\"/app\"]\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nENTRYPOINT [\"a\"]\nCMD [\"b\"]\nHEALTHCHECK CMD true\n"),
            // One a stage.
            Example::Dockerfile("FROM debian:13-slim AS base\nCMD [\"a\"]\nFROM base\nCMD [\"b\"]\n"),
            Example::Dockerfile(
                "FROM debian:13-slim AS base\nCMD [\"a\"]\nFROM base\nENTRYPOINT [\"b\"]\nCMD [\"c\"]\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nONBUILD CMD [\"a\"]\nCMD [\"b\"]\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL4003", "DL4004", "DL3012"]),
            ("buildkit", &["MultipleInstructionsDisallowed"]),
            ("trivy", &["DS-0007", "DS-0016", "DS-0023"]),
            ("kics", &["6938958b", "41c195f4"]),
            ("semgrep", &["multiple-cmd-instructions", "multiple-entrypoint-instructions"]),
        ],
        cis: &[],
        point: None,
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for name in ["CMD", "ENTRYPOINT", "HEALTHCHECK"] {
            let all: Vec<&Instruction> =
                build.instructions(view).map(|(_, instruction)| instruction).filter(|one| is(one, name)).collect();
            let Some((last, dead)) = all.split_last() else { continue };
            for instruction in dead {
                let at = build.at(found, instruction.span.clone());
                let edit = (!build.is_inline())
                    .then(|| Edit { at: Location::new(at.file, lines(build.text, instruction)), text: String::new() });
                let holds = build.at(found, last.span.clone());
                let finding = found.add(at, format!("this {name} does nothing: the stage has another one below"));
                finding.related(holds, "this one holds").help("remove it");
                if let Some(edit) = edit {
                    finding.safe_fix(format!("remove the {name} that does nothing"), vec![edit]);
                }
            }
        }
        inherited(build, view, found);
    }
}

fn is(instruction: &Instruction, name: &str) -> bool {
    match &instruction.kind {
        Kind::Cmd(_) => name == "CMD",
        Kind::Entrypoint(_) => name == "ENTRYPOINT",
        Kind::Healthcheck(_) => name == "HEALTHCHECK",
        _ => false,
    }
}

/// The whole lines of an instruction.
fn lines(text: &str, instruction: &Instruction) -> std::ops::Range<usize> {
    let start = text.get(..instruction.span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let rest = text.get(instruction.span.end..).unwrap_or_default();
    start..instruction.span.end + rest.find('\n').map_or(rest.len(), |at| at + 1)
}

/// The CMD of the stage before, which an ENTRYPOINT of this one resets.
fn inherited<'w>(build: &Build<'w>, view: &crate::check::subject::StageView<'w>, found: &mut Found) {
    let Base::Stage(parent) = view.stage.base else { return };
    let Some(cmd) = build.views.get(parent).and_then(|parent| parent.image.cmd.as_ref()) else { return };
    if !view.shipped || build.instructions(view).any(|(_, own)| is(own, "CMD")) {
        return;
    }
    let Some((_, entrypoint)) = build.instructions(view).find(|(_, own)| is(own, "ENTRYPOINT")) else { return };
    let Some(before) = build.file.instructions.get(cmd.instruction) else { return };
    let at = build.at(found, entrypoint.span.clone());
    let reset = build.at(found, before.span.clone());
    found
        .add(at, "this ENTRYPOINT resets the CMD of the stage before")
        .severity(Severity::Note)
        .related(reset, "this CMD does not hold in the image")
        .help("write the CMD again behind the ENTRYPOINT, if it is wanted");
}
