//! Where rules put what they find.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::report::{Audit, Confidence, Edit, Finding, Fix, Location, Persona, RuleInfo, Severity, Source};

/// The findings of a run so far, and the files that they are in.
#[derive(Default)]
pub struct Found {
    audit: Audit,
    by_path: BTreeMap<String, usize>,
    rule: Option<&'static RuleInfo>,
}

impl Found {
    /// What follows is found by this rule.
    pub fn begin(&mut self, rule: &'static RuleInfo) {
        self.rule = Some(rule);
    }

    /// Bytes of a file, which is added to the report.
    pub fn at(&mut self, path: &str, text: &str, span: Range<usize>) -> Location {
        let file = match self.by_path.get(path) {
            Some(file) => *file,
            None => {
                let file = self.audit.files.len();
                self.audit.files.push(Source { path: path.to_owned(), text: text.to_owned() });
                self.by_path.insert(path.to_owned(), file);
                file
            }
        };
        Location::new(file, span)
    }

    /// Adds a finding of the rule at hand.
    pub fn add(&mut self, at: Location, message: impl Into<String>) -> &mut Finding {
        let rule = self.rule.unwrap_or(&super::rules::meta::parse_error::RULE.info);
        self.audit.findings.push(Finding {
            rule,
            severity: rule.severity,
            confidence: rule.confidence,
            persona: rule.persona,
            message: message.into(),
            at,
            related: Vec::new(),
            help: None,
            fix: None,
            waived: None,
            secret: false,
            lacks: None,
        });
        let last = self.audit.findings.len() - 1;
        &mut self.audit.findings[last]
    }

    /// Counts a file that was looked at.
    pub(super) fn checked(&mut self) {
        self.audit.checked += 1;
    }

    /// The report so far.
    pub(super) fn audit(&mut self) -> &mut Audit {
        &mut self.audit
    }

    /// The report.
    pub fn finish(mut self) -> Audit {
        self.audit.sort();
        self.audit
    }

    /// Takes in what was found elsewhere.
    pub fn merge(&mut self, other: Audit) {
        let moved: Vec<usize> = other.files.iter().map(|file| self.at(&file.path, &file.text, 0..0).file).collect();
        let place = |at: &mut Location| at.file = moved.get(at.file).copied().unwrap_or(at.file);
        for mut finding in other.findings {
            place(&mut finding.at);
            finding.related.iter_mut().for_each(|(at, _)| place(at));
            if let Some(fix) = &mut finding.fix {
                fix.edits.iter_mut().for_each(|edit| place(&mut edit.at));
            }
            self.audit.findings.push(finding);
        }
        for mut at in other.hidden {
            place(&mut at);
            self.audit.hidden.push(at);
        }
        self.audit.checked += other.checked;
        for mut checklist in other.checklists {
            checklist.places.iter_mut().for_each(place);
            self.audit.checklists.push(checklist);
        }
    }
}

/// Changes of a finding, so that rules read as sentences: `found.add(at, "...").severity(Note).help("...")`.
impl Finding {
    /// Says how bad it is here.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// Says how sure it is here.
    pub fn confidence(&mut self, confidence: Confidence) -> &mut Self {
        self.confidence = confidence;
        self
    }

    /// Shown only to those who ask for more.
    pub fn pedantic(&mut self) -> &mut Self {
        self.persona = Persona::Pedantic;
        self
    }

    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Says what belongs to it elsewhere.
    pub fn related(&mut self, at: Location, message: impl Into<String>) -> &mut Self {
        self.related.push((at, message.into()));
        self
    }

    /// The place holds a secret's value: no report shows it.
    pub fn secret(&mut self) -> &mut Self {
        self.secret = true;
        self
    }

    /// It is about a safeguard that is not there: this, as one would write it. Reports for people show what one place
    /// lacks as one finding.
    pub fn lacks(&mut self, safeguard: &'static str) -> &mut Self {
        self.lacks = Some(safeguard);
        self
    }

    /// How to mend it without a change of what the image does.
    pub fn safe_fix(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Self {
        self.fix = Some(Fix { safe: true, title: title.into(), edits });
        self
    }

    /// How to mend it, with a change that somebody should look at.
    pub fn unsafe_fix(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Self {
        self.fix = Some(Fix { safe: false, title: title.into(), edits });
        self
    }
}
