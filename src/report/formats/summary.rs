//! The last line of reports: how much was found, and what can be done about it at once.

use crate::report::{Audit, Severity};

/// `1 error`, `2 errors`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// What was found: `3 errors, 5 warnings, 2 notes in 4 files (2 waived)`.
pub(super) fn found(audit: &Audit) -> String {
    let levels = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let counts = levels.map(|(level, name)| (audit.count(level), name));
    let found: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(number, name)| count(*number, name)).collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    let waived = audit.findings.len() - audit.active().count();
    let waived = if waived > 0 { format!(" ({waived} waived)") } else { String::new() };
    format!("{found} in {}{waived}", count(audit.checked, "file"))
}

/// One line: what was found, how much of it `--fix` mends, and where to read on.
#[must_use]
pub fn summary(audit: &Audit) -> String {
    let mut parts = vec![found(audit)];
    let fixes =
        |safe| audit.active().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe == safe)).count();
    match (fixes(true), fixes(false)) {
        (0, 0) => {}
        (safe, 0) => parts.push(format!("{safe} can be fixed with --fix")),
        (0, more) => parts.push(format!("{more} can be fixed with --fix --unsafe")),
        (safe, more) => parts.push(format!("{safe} can be fixed with --fix, {more} more with --fix --unsafe")),
    }
    if audit.active().next().is_some() {
        parts.push("scaffold explain RULE says more".to_owned());
    }
    parts.join("; ")
}
