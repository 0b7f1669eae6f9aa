//! The formats held against snapshots in `tests/reports`, against hostile input and against the schemas.
//!
//! `SNAPSHOTS=overwrite cargo test --lib formats` writes the snapshots anew.

pub(super) mod audit;
mod hostile;
mod places;
mod schemas;
mod snapshots;

use super::*;
use crate::report::{Audit, RuleInfo};

/// Every format, with what its file in `tests/reports` is called.
fn every_format(audit: &Audit, rules: &[&'static RuleInfo]) -> Vec<(&'static str, String)> {
    let options = TextOptions { colour: false, show_waived: true };
    vec![
        ("report.txt", text(audit, &options)),
        ("report.json", json(audit)),
        ("report.sarif", sarif(audit, rules, &SarifOptions { waived: true })),
        ("annotations.txt", github(audit)),
        ("report.md", markdown(audit, rules)),
        ("report.html", html(audit, rules)),
    ]
}
