//! The baseline: what was there when it was written does not count.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::replace::replace;
use crate::cli::{Context, Failure, Outcome};
use crate::report::formats::fingerprints;
use crate::report::{Audit, Diagnostic, Waived, WaivedBy};

/// A baseline file: a fingerprint a finding, with what it is for readers.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    version: u32,
    findings: BTreeMap<String, Known>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Known {
    rule: String,
    file: String,
}

const VERSION: u32 = 1;

/// Writes today's findings, those that count.
pub(super) fn write(context: &Context, path: &Path, audit: &Audit) -> Outcome {
    let mut baseline = Baseline { version: VERSION, findings: BTreeMap::new() };
    for (fingerprint, finding) in fingerprints(audit).into_iter().zip(&audit.findings) {
        if finding.waived.is_none() {
            let known = Known { rule: finding.rule.id.to_owned(), file: audit.path(&finding.at).to_owned() };
            baseline.findings.insert(fingerprint, known);
        }
    }
    let text = serde_json::to_string_pretty(&baseline).unwrap_or_default() + "\n";
    replace(path, &text).map_err(|error| {
        Failure::outside(Diagnostic::error(format!("{} cannot be written: {error}", path.display())))
    })?;
    context.say(&Diagnostic::note(format!("{}: {} findings", path.display(), baseline.findings.len())));
    Ok(0)
}

/// Marks what the baseline knows.
pub(super) fn apply(path: &Path, audit: &mut Audit) -> Result<(), Failure> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::input(Diagnostic::error(format!("{shown}: {error}")).help("write one with `--write-baseline`"))
    })?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| {
        let at = text.lines().take(error.line().saturating_sub(1)).map(|line| line.len() + 1).sum::<usize>();
        let at = (at + error.column().saturating_sub(1)).min(text.len());
        Failure::input(
            Diagnostic::error(format!("it is no baseline: {error}"))
                .at(&shown, &text, at..at)
                .help("write it again with `--write-baseline`"),
        )
    })?;
    if baseline.version != VERSION {
        return Err(Failure::input(
            Diagnostic::error(format!("{shown} is a baseline of version {}, not {VERSION}", baseline.version))
                .help("write it again with `--write-baseline`"),
        ));
    }
    let fingerprints = fingerprints(audit);
    for (fingerprint, finding) in fingerprints.iter().zip(&mut audit.findings) {
        if finding.waived.is_none() && baseline.findings.contains_key(fingerprint) {
            finding.waived = Some(Waived {
                because: "it was there when the baseline was written".to_owned(),
                by: WaivedBy::Baseline,
            });
        }
    }
    Ok(())
}
