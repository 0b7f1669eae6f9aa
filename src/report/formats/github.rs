//! Annotations of GitHub Actions: workflow commands on standard output.
//!
//! Syntax and escaping: docs.github.com, "Workflow commands for GitHub Actions", read 2026-11-24.

use super::view::{Columns, View, visible};
use crate::report::{Audit, Finding, Severity};

/// One command a line for each finding that counts. GitHub shows ten a step of each level; the log has all.
#[must_use]
pub fn github(audit: &Audit) -> String {
    let view = View::new(audit);
    audit.active().map(|finding| command(&view, finding)).collect()
}

fn command(view: &View<'_>, finding: &Finding) -> String {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = view.place(&finding.at, Columns::Characters);
    // GitHub takes columns only where both are on one line
    let columns = if place.line == place.end_line {
        format!(",col={},endColumn={}", place.column, place.end_column)
    } else {
        String::new()
    };
    let help = finding.help.iter().map(|help| format!("%0A{}", data(&view.sentence(help))));
    format!(
        "::{name} file={},line={},endLine={}{columns},title={}::{}{}\n",
        property(&visible(view.path(&finding.at))),
        place.line,
        place.end_line,
        property(finding.rule.id),
        data(&view.sentence(&finding.message)),
        help.collect::<String>(),
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
