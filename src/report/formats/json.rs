//! The report for programs, as `schemas/findings.schema.json` describes it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::{Columns, Place, View};
use super::{fingerprint, tick};
#[cfg(test)]
use crate::report::Family;
use crate::report::{Audit, Checklist, Finding, Fix, RuleInfo, Severity, Waived, WaivedBy};

/// Rises when a field changes its meaning or goes; new fields do not raise it.
const VERSION: u32 = 1;

/// What `scaffold check --format json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Report {
    /// Version of this format. New fields do not raise it.
    version: u32,
    tool: Tool,
    /// How many Dockerfiles and compose files were looked at.
    checked: usize,
    /// In the order of files and places, waived ones too.
    findings: Vec<FindingJson>,
    /// One a Dockerfile, and one a service that no Dockerfile builds.
    checklists: Vec<ChecklistJson>,
    summary: SummaryJson,
}

/// What wrote the report.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One thing that a rule found.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Finding"))]
struct FindingJson {
    /// The rule's name, which never changes.
    rule: &'static str,
    /// What the rule is about.
    #[cfg_attr(test, schemars(extend("enum" = Family::ALL.map(Family::name))))]
    family: &'static str,
    /// How bad it is here.
    severity: Severity,
    /// How sure it is here.
    #[cfg_attr(test, schemars(extend("enum" = ["certain", "likely", "guess"])))]
    confidence: &'static str,
    /// For whom it is.
    #[cfg_attr(test, schemars(extend("enum" = ["default", "pedantic", "policy"])))]
    persona: &'static str,
    /// The path, with `/`.
    file: String,
    #[serde(flatten)]
    place: PlaceJson,
    /// What is wrong.
    message: String,
    /// What to do about it.
    help: Option<String>,
    /// The same in other tools: from the tool to its ids.
    equivalents: BTreeMap<&'static str, &'static [&'static str]>,
    /// Numbers of the CIS Docker Benchmark 1.6.
    cis: &'static [&'static str],
    /// How it can be mended; null if it needs a decision.
    fix: Option<FixJson>,
    /// What belongs to it elsewhere.
    related: Vec<RelatedJson>,
    /// Why it does not count; null if it does.
    waived: Option<WaivedJson>,
    /// Stays the same when lines move; unique in a report.
    fingerprint: String,
}

/// Lines and columns from 1; columns are characters; the end is behind the last one.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Place"))]
struct PlaceJson {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// A change that mends a finding: all of its edits, or none.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Fix"))]
struct FixJson {
    /// Whether the image does the same afterwards: `--fix` does only these.
    safe: bool,
    /// What it does, as an imperative.
    title: String,
    edits: Vec<EditJson>,
}

/// The characters of the place are replaced by the text.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Edit"))]
struct EditJson {
    file: String,
    #[serde(flatten)]
    place: PlaceJson,
    text: String,
}

/// A place that belongs to a finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Related"))]
struct RelatedJson {
    file: String,
    line: usize,
    column: usize,
    message: String,
}

/// Why a finding does not count.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Waived"))]
struct WaivedJson {
    /// The reason that was given.
    because: String,
    /// What says so.
    #[cfg_attr(test, schemars(extend("enum" = ["waiver", "baseline"])))]
    by: &'static str,
    /// Where the waiver stands; null for the baseline.
    file: Option<String>,
    /// Its line; null for the baseline.
    line: Option<usize>,
}

/// The checklist of one Dockerfile or service.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Checklist"))]
struct ChecklistJson {
    /// The file (and service) that it is about.
    subject: String,
    points: Vec<PointJson>,
}

/// A point of the checklist.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Point"))]
struct PointJson {
    /// The section of the chapter.
    section: &'static str,
    title: &'static str,
    /// Whether it holds; `no` has a finding that counts.
    #[cfg_attr(test, schemars(extend("enum" = ["yes", "no", "unknown", "not applicable"])))]
    tick: &'static str,
}

/// How many findings count, by severity, and how many do not.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Summary"))]
struct SummaryJson {
    error: usize,
    warning: usize,
    note: usize,
    waived: usize,
}

/// The report for programs; ends with a line break.
#[must_use]
pub fn json(audit: &Audit) -> String {
    let view = View::new(audit);
    let fingerprints = fingerprint::of_view(&view);
    let report = Report {
        version: VERSION,
        tool: Tool { name: "scaffold", version: env!("CARGO_PKG_VERSION") },
        checked: audit.checked,
        findings: audit.findings.iter().zip(fingerprints).map(|(finding, print)| one(&view, finding, print)).collect(),
        checklists: audit.checklists.iter().map(|list| checklist(&view, list)).collect(),
        summary: SummaryJson {
            error: audit.count(Severity::Error),
            warning: audit.count(Severity::Warning),
            note: audit.count(Severity::Note),
            waived: audit.findings.len() - audit.active().count(),
        },
    };
    written(&report)
}

/// As JSON that shows nothing else on a terminal than it holds.
pub(super) fn written(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut safe = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        // outside of strings JSON has no such character but the line break
        if c != '\n' && super::view::is_invisible(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(c);
        }
    }
    safe.push('\n');
    safe
}

/// What a rule is called elsewhere.
pub(super) fn equivalents(rule: &RuleInfo) -> BTreeMap<&'static str, &'static [&'static str]> {
    rule.equivalents.iter().copied().collect()
}

fn of(place: Place) -> PlaceJson {
    PlaceJson { line: place.line, column: place.column, end_line: place.end_line, end_column: place.end_column }
}

fn one(view: &View<'_>, finding: &Finding, fingerprint: String) -> FindingJson {
    let related = finding.related.iter().map(|(at, message)| {
        let place = view.place(at, Columns::Characters);
        let (file, message) = (view.path(at).to_owned(), view.without_secrets(message));
        RelatedJson { file, line: place.line, column: place.column, message }
    });
    FindingJson {
        rule: finding.rule.id,
        family: finding.rule.family.name(),
        severity: finding.severity,
        confidence: finding.confidence.name(),
        persona: finding.persona.name(),
        file: view.path(&finding.at).to_owned(),
        place: of(view.place(&finding.at, Columns::Characters)),
        message: view.without_secrets(&finding.message),
        help: finding.help.as_deref().map(|help| view.without_secrets(help)),
        equivalents: equivalents(finding.rule),
        cis: finding.rule.cis,
        fix: view.fix(finding).map(|fix| mended(view, fix)),
        related: related.collect(),
        waived: finding.waived.as_ref().map(|waived| waived_by(view, waived)),
        fingerprint,
    }
}

fn mended(view: &View<'_>, fix: &Fix) -> FixJson {
    let edits = fix.edits.iter().map(|edit| EditJson {
        file: view.path(&edit.at).to_owned(),
        place: of(view.exact(&edit.at, Columns::Characters)),
        text: edit.text.clone(),
    });
    FixJson { safe: fix.safe, title: view.without_secrets(&fix.title), edits: edits.collect() }
}

fn waived_by(view: &View<'_>, waived: &Waived) -> WaivedJson {
    let because = view.without_secrets(&waived.because);
    match &waived.by {
        WaivedBy::Waiver(at) => WaivedJson {
            because,
            by: "waiver",
            file: Some(view.path(at).to_owned()),
            line: Some(view.place(at, Columns::Characters).line),
        },
        WaivedBy::Baseline => WaivedJson { because, by: "baseline", file: None, line: None },
    }
}

fn checklist(view: &View<'_>, list: &Checklist) -> ChecklistJson {
    let points = list.ticks.iter();
    let points =
        points.map(|(point, state)| PointJson { section: point.section(), title: point.title(), tick: tick(*state) });
    ChecklistJson { subject: view.without_secrets(&list.subject), points: points.collect() }
}
