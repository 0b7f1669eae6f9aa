//! What a finding is known by from run to run, wherever its line has moved to: for baselines and for GitHub's alerts.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::view::View;
use crate::report::{Audit, Finding};

/// The fingerprints of all findings, in their order: 16 hexadecimal digits each.
///
/// Rule, path and marked text count, white space and line numbers do not; the second finding that is alike in all of
/// these has another one than the first. What is marked as a secret does not count: short ones could be guessed from it.
#[must_use]
pub fn fingerprints(audit: &Audit) -> Vec<String> {
    of_view(&View::new(audit))
}

/// The fingerprint of one finding of this audit. For all of them [`fingerprints`] is faster.
#[must_use]
pub fn fingerprint(audit: &Audit, finding: &Finding) -> String {
    let same = |other: &Finding| {
        std::ptr::eq(other, finding)
            || (other.at == finding.at && other.rule.id == finding.rule.id && other.message == finding.message)
    };
    let place = audit.findings.iter().position(same);
    let view = View::new(audit);
    place.and_then(|place| of_view(&view).into_iter().nth(place)).unwrap_or_else(|| hash(&key(&view, finding), 0))
}

pub(super) fn of_view(view: &View<'_>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let keys = view.audit.findings.iter().map(|finding| key(view, finding));
    keys.map(|key| {
        let before = seen.entry(key.clone()).or_insert(0);
        *before += 1;
        hash(&key, *before - 1)
    })
    .collect()
}

fn key(view: &View<'_>, finding: &Finding) -> String {
    let text = if finding.secret {
        // the name before it says which one it is
        let (_, line) = view.excerpt(finding.at.file, &(finding.at.start..finding.at.start), 0);
        line.text[..line.at(finding.at.start)].to_owned()
    } else {
        view.masked(finding.at.file, &finding.at.span()).text
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    format!("{}\0{}\0{}", finding.rule.id, view.path(&finding.at), words.join(" "))
}

fn hash(key: &str, before: usize) -> String {
    let digest = Sha256::digest(format!("{key}\0{before}").as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
