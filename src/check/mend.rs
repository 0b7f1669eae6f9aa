//! Applying fixes: the texts as they are afterwards.

use std::collections::BTreeMap;

use crate::report::{Audit, Edit, Finding};

/// The new text of each file that changes, by its path, and how many findings that mends.
///
/// Fixes are taken in the order of the report; one that would touch what another one changes waits for the next run.
/// Findings that are waived are left as they are.
#[must_use]
pub fn mended(audit: &Audit, with_unsafe: bool) -> (BTreeMap<String, String>, usize) {
    let mut taken: BTreeMap<usize, Vec<&Edit>> = BTreeMap::new();
    let mut count = 0;
    for finding in audit.active() {
        if take(finding, audit, with_unsafe, &mut taken) {
            count += 1;
        }
    }
    let mut texts = BTreeMap::new();
    for (file, mut edits) in taken {
        let Some(source) = audit.files.get(file) else { continue };
        edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
        let mut text = String::with_capacity(source.text.len());
        let mut at = 0;
        for edit in edits {
            text.push_str(source.text.get(at..edit.at.start).unwrap_or_default());
            text.push_str(&edit.text);
            at = edit.at.end;
        }
        text.push_str(source.text.get(at..).unwrap_or_default());
        if text != source.text {
            texts.insert(source.path.clone(), text);
        }
    }
    (texts, count)
}

fn take<'a>(
    finding: &'a Finding,
    audit: &Audit,
    with_unsafe: bool,
    taken: &mut BTreeMap<usize, Vec<&'a Edit>>,
) -> bool {
    let Some(fix) = finding.fix.as_ref().filter(|fix| (fix.safe || with_unsafe) && !fix.edits.is_empty()) else {
        return false;
    };
    let free = |edit: &Edit| {
        let text = audit.files.get(edit.at.file).map(|file| file.text.as_str());
        let valid = text.is_some_and(|text| text.get(edit.at.span()).is_some());
        let others = taken.get(&edit.at.file).map_or(&[][..], Vec::as_slice);
        // What is added to the end of a list may be added one after the other.
        let at_end = edit.at.start == edit.at.end && text.is_some_and(|text| text.len() == edit.at.end);
        valid
            && others.iter().all(|other| {
                let apart = edit.at.end <= other.at.start || other.at.end <= edit.at.start;
                *other == edit || (apart && (edit.at != other.at || at_end))
            })
    };
    if !fix.edits.iter().all(free) {
        return false;
    }
    for edit in &fix.edits {
        let edits = taken.entry(edit.at.file).or_default();
        // Two findings may be mended by one edit.
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    true
}
