//! Safeguards that are not there, as one finding a place: eight findings about one service tell people no more than one.
//!
//! Formats for programs keep each finding, since each has its own rule, its waiver and its equal in other tools.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::report::{Audit, Finding};

/// The audit with what one place lacks as one finding, for reports that people read.
pub(super) fn group_absences(audit: &Audit) -> Cow<'_, Audit> {
    let mut groups: Vec<Finding> = Vec::new();
    let mut members: Vec<Vec<(&'static str, &'static str)>> = Vec::new();
    let mut grouped = false;
    for finding in &audit.findings {
        let Some(lacks) = finding.lacks.filter(|_| finding.waived.is_none()) else {
            groups.push(finding.clone());
            members.push(Vec::new());
            continue;
        };
        let same = |other: &Finding| {
            other.lacks.is_some()
                && other.waived.is_none()
                && other.at == finding.at
                && other.severity == finding.severity
        };
        // Findings are in the order of places, so those of one place are near.
        let known = groups.iter().rposition(|other| other.at != finding.at).map_or(0, |before| before + 1);
        match (known..groups.len()).find(|index| same(&groups[*index])) {
            Some(index) => {
                members[index].push((finding.rule.id, lacks));
                grouped = true;
            }
            None => {
                groups.push(finding.clone());
                members.push(vec![(finding.rule.id, lacks)]);
            }
        }
    }
    if !grouped {
        return Cow::Borrowed(audit);
    }
    let mut told: BTreeSet<(usize, Vec<&str>)> = BTreeSet::new();
    for (finding, members) in groups.iter_mut().zip(&members).filter(|(_, members)| members.len() > 1) {
        let missing: Vec<String> = members.iter().map(|(_, lacks)| format!("no `{lacks}`")).collect();
        finding.message = format!("not hardened: there is {}", list(&missing));
        let ids: Vec<&str> = members.iter().map(|(id, _)| *id).collect();
        let help = format!(
            "write them, or accept what the service cannot do without: `# scaffold: allow {} because=...`",
            ids.join(" ")
        );
        // Once in a file is enough of such a line.
        finding.help = told.insert((finding.at.file, ids)).then_some(help);
        finding.fix = None;
    }
    Cow::Owned(Audit { findings: groups, ..audit.clone() })
}

/// `a, b and c`
fn list(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::audit::{USER, finding};
    use super::*;
    use crate::report::{Location, Severity, Source, Waived, WaivedBy};

    fn audit() -> Audit {
        let at = |start| Location::new(0, start..start + 3);
        let lacks = |start, lacks| Finding { lacks: Some(lacks), ..finding(&USER, at(start), "m") };
        let waived = Some(Waived { because: String::new(), by: WaivedBy::Baseline });
        Audit {
            files: vec![Source { path: "compose.yaml".to_owned(), text: "web:\napp:\n".to_owned() }],
            findings: vec![
                lacks(0, "read_only: true"),
                finding(&USER, at(0), "something else"),
                lacks(0, "cap_drop: [ALL]"),
                Finding { waived, ..lacks(0, "mem_limit") },
                Finding { severity: Severity::Note, ..lacks(0, "pids_limit") },
                lacks(5, "read_only: true"),
            ],
            ..Audit::default()
        }
    }

    #[test]
    fn what_one_place_lacks_is_one_finding() {
        let audit = audit();
        let grouped = group_absences(&audit);
        let messages: Vec<&str> = grouped.findings.iter().map(|finding| finding.message.as_str()).collect();
        let together = "not hardened: there is no `read_only: true` and no `cap_drop: [ALL]`";
        assert_eq!(messages, [together, "something else", "m", "m", "m"]);
        assert!(grouped.findings[0].help.as_ref().is_some_and(|help| help.contains(USER.id)));
    }

    #[test]
    fn an_audit_without_absences_is_not_touched() {
        let mut audit = audit();
        audit.findings.retain(|finding| finding.lacks.is_none());
        assert!(matches!(group_absences(&audit), Cow::Borrowed(_)));
    }
}
