//! The formats of an audit's report, and what `scaffold explain` says of a rule: pure functions from data to text.
//!
//! No format shows what a finding marks as a secret, and none trusts a path, a message or a line of a file.

mod absences;
mod explain;
mod fingerprint;
mod github;
mod html;
mod json;
mod markdown;
mod markup;
mod sarif;
mod secrets;
mod summary;
mod text;
mod view;

#[cfg(test)]
mod tests;

pub use explain::{explain, explain_json, explain_markdown};
pub use fingerprint::{fingerprint, fingerprints};
pub use github::github;
pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use sarif::{SarifOptions, sarif};
pub use summary::summary;
pub use text::{TextOptions, text};
#[cfg(feature = "cli")]
pub(crate) use view::visible;

use super::{Audit, Family, Severity, Tick};

/// A text of a file of the audit, as it is or as a fix leaves it, as it may be shown: secrets in it are stars.
#[must_use]
pub fn shown(audit: &Audit, path: &str, text: &str) -> String {
    let view = view::View::new(audit);
    match audit.files.iter().position(|file| file.path == path) {
        Some(file) => view.version(file, text),
        None => view.without_secrets(text),
    }
}

/// The name of a severity in reports.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A tick in a word.
const fn tick(tick: Tick) -> &'static str {
    match tick {
        Tick::Yes => "yes",
        Tick::No => "no",
        Tick::Unknown => "unknown",
        Tick::NotApplicable => "not applicable",
    }
}

/// Whether what a family finds weakens security, not only operation or the audit itself.
const fn is_security(family: Family) -> bool {
    !matches!(family, Family::Runtime | Family::Meta)
}

/// The page of a rule, if the project says where it lives.
fn help_uri(id: &str) -> Option<String> {
    let repository = env!("CARGO_PKG_REPOSITORY");
    (!repository.is_empty()).then(|| format!("{}/blob/main/docs/rules/{id}.md", repository.trim_end_matches('/')))
}
