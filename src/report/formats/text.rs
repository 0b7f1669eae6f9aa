//! The report for a terminal: each finding with its lines, then one line about all.

use std::collections::BTreeMap;

use super::absences::group_absences;
use super::summary;
use super::view::{Columns, View};
use crate::report::show::{At, Excerpt, Message, show};
use crate::report::{Audit, Finding, Location, Waived, WaivedBy};

/// What belongs to a finding farther away than this is named, not shown.
const FAR: usize = 200;

/// Longer lines are minified or not text: nobody reads them in a terminal.
const LONG: usize = 2000;

/// So many places of the same finding are named.
const NAMED: usize = 10;

/// How the report for a terminal looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextOptions {
    /// With ANSI colours.
    pub colour: bool,
    /// With findings that do not count, each with the reason.
    pub show_waived: bool,
}

/// The report for a terminal; ends with a line break.
#[must_use]
pub fn text(audit: &Audit, options: &TextOptions) -> String {
    let grouped = group_absences(audit);
    let audit = grouped.as_ref();
    let view = View::new(audit);
    let shown: Vec<&Finding> =
        audit.findings.iter().filter(|finding| options.show_waived || finding.waived.is_none()).collect();
    let mut alike: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in shown.iter().filter(|finding| is_absence(finding)) {
        alike.entry((finding.rule.id, &finding.message)).or_default().push(finding);
    }
    let mut report = String::new();
    for finding in shown {
        let same = match alike.get(&(finding.rule.id, finding.message.as_str())) {
            Some(same) if is_absence(finding) => same.as_slice(),
            _ => &[],
        };
        if same.first().is_none_or(|first| std::ptr::eq(*first, finding)) {
            report.push_str(&one(&view, finding, same.get(1..).unwrap_or_default(), options.colour));
            report.push_str("\n\n");
        }
    }
    report.push_str(&summary::summary(audit));
    report.push('\n');
    report
}

/// Whether it is about something that is not there, and nothing but its place tells it from others of its kind.
fn is_absence(finding: &Finding) -> bool {
    (finding.at.start == finding.at.end || finding.lacks.is_some())
        && finding.related.is_empty()
        && finding.waived.is_none()
}

/// `compose.yaml:3`
fn file_line(view: &View<'_>, at: &Location) -> String {
    format!("{}:{}", view.sentence(view.path(at)), view.place(at, Columns::Characters).line)
}

/// One finding, with the places of others that say the same.
fn one(view: &View<'_>, finding: &Finding, same: &[&Finding], colour: bool) -> String {
    let place = view.place(&finding.at, Columns::Characters);
    let near = |at: &Location| {
        let line = view.place(at, Columns::Characters).line;
        at.file == finding.at.file && line.abs_diff(place.line) <= FAR
    };
    let (here, elsewhere): (Vec<_>, Vec<_>) = finding.related.iter().partition(|(at, _)| near(at));
    let mut notes: Vec<String> =
        elsewhere.iter().map(|(at, label)| format!("{}: {}", file_line(view, at), view.sentence(label))).collect();
    if !same.is_empty() {
        let mut places: Vec<String> = same.iter().take(NAMED).map(|other| file_line(view, &other.at)).collect();
        if same.len() > NAMED {
            places.push(format!("{} more places", same.len() - NAMED));
        }
        notes.push(format!("the same at {}", places.join(", ")));
    }
    notes.extend(finding.waived.iter().map(|waived| waived_by(view, waived)));
    let mut help: Vec<String> = finding.help.iter().map(|help| view.sentence(help)).collect();
    help.extend(finding.fix.as_ref().map(|fix| {
        let how = if fix.safe { "--fix" } else { "--fix --unsafe" };
        format!("`{how}` can do this: {}", view.sentence(&fix.title))
    }));

    let all = here.iter().fold(finding.at.span(), |all, (at, _)| all.start.min(at.start)..all.end.max(at.end));
    let (first_line, lines) = view.excerpt(finding.at.file, &all, 0);
    let path = view.sentence(view.path(&finding.at));
    let labels: Vec<String> = here.iter().map(|(_, label)| view.sentence(label)).collect();
    let at = if lines.text.lines().any(|line| line.len() > LONG) {
        At::Place(&path, place.line, place.column)
    } else {
        let others = here.iter().zip(&labels).map(|((at, _), label)| (lines.span(&at.span()), label.as_str()));
        At::Excerpt(Excerpt {
            path: &path,
            source: &lines.text,
            first_line,
            span: lines.span(&finding.at.span()),
            label: None,
            others: others.collect(),
        })
    };
    let message = Message {
        severity: finding.severity,
        id: Some(finding.rule.id),
        text: &view.sentence(&finding.message),
        at,
        notes: &notes,
        help: &help,
    };
    show(&message, colour)
}

/// `waived in Dockerfile:3: the reason`
fn waived_by(view: &View<'_>, waived: &Waived) -> String {
    let because = view.sentence(&waived.because);
    match &waived.by {
        WaivedBy::Waiver(at) => format!("waived in {}: {because}", file_line(view, at)),
        WaivedBy::Baseline if because.is_empty() => "waived by the baseline".to_owned(),
        WaivedBy::Baseline => format!("waived by the baseline: {because}"),
    }
}
