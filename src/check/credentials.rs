//! What the rules about secrets share: texts with the places of their bytes, what a name and its value are together, and
//! what a credential file in the tree holds.

use std::collections::BTreeSet;
use std::ops::Range;

use super::found::Found;
use super::subject::{Build, StageView};
use crate::bases::Date;
use crate::dockerfile::{Heredoc, Instruction, Kind, Logical, NoVariables, Word};
use crate::report::{Confidence, Finding, Location, Severity};
use crate::secret::{self, Certainty, FileKind, Hit, NameVerdict, ValueVerdict, Verdict};

/// A text of an instruction, whose bytes know where they stand in the file.
pub(super) struct Source<'b> {
    /// The text.
    pub(super) text: &'b str,
    logical: Option<&'b Logical>,
    start: usize,
}

impl Source<'_> {
    /// The bytes of the file for bytes of the text.
    #[must_use]
    pub(super) fn place(&self, part: Range<usize>) -> Range<usize> {
        match self.logical {
            Some(logical) => logical.source_span(part),
            None => self.start + part.start..self.start + part.end,
        }
    }
}

/// The texts of an instruction: its joined line, and its heredocs.
#[must_use]
pub(super) fn sources(instruction: &Instruction) -> Vec<Source<'_>> {
    let heredoc = |heredoc| {
        let Heredoc { content, span, .. }: &Heredoc = heredoc;
        Source { text: content.as_str(), logical: None, start: span.start }
    };
    let line = Source { text: instruction.text.as_str(), logical: Some(&instruction.text), start: 0 };
    let own = std::iter::once(line).chain(instruction.heredocs.iter().map(heredoc));
    match &instruction.kind {
        Kind::Onbuild(trigger) => own.chain(trigger.heredocs.iter().map(heredoc)).collect(),
        _ => own.collect(),
    }
}

/// The instruction itself, or what an `ONBUILD` triggers.
#[must_use]
pub(super) fn acting(instruction: &Instruction) -> &Instruction {
    match &instruction.kind {
        Kind::Onbuild(trigger) => trigger,
        _ => instruction,
    }
}

/// The names of the variables in a word.
#[must_use]
pub(super) fn variables_of(word: &Word) -> BTreeSet<String> {
    let Ok(read) = word.expand(&NoVariables) else { return BTreeSet::new() };
    read.used.into_iter().chain(read.unset).collect()
}

/// What a value is under a name that says secret; `None` for another name, or for a value that another rule is about.
#[must_use]
pub(super) fn named_value(name: &str, value: &str) -> Option<ValueVerdict> {
    if secret::name(name) != NameVerdict::Secret {
        return None;
    }
    let verdict = secret::value(name, value);
    let is_elsewhere = matches!(verdict, ValueVerdict::Literal { .. })
        && (!secret::find(value).is_empty() || !secret::url_password(value).is_empty());
    (!is_elsewhere).then_some(verdict)
}

/// Whether a secret's format can be told from something harmless at this place, and is not over.
#[must_use]
pub(super) fn still_counts(hit: &Hit, today: Option<Date>) -> bool {
    match (hit.expires, today) {
        (Some(end), Some(today)) => end >= seconds(today),
        _ => true,
    }
}

/// Seconds from 1970 to the beginning of a day.
fn seconds(day: Date) -> u64 {
    let (year, month) = (u64::from(day.year), u64::from(day.month));
    // A year that begins in March has its leap day at its end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + u64::from(day.day) - 1;
    days.saturating_sub(719_468) * 86_400
}

/// As bad as it is sure: a guess is for those who ask for every one.
pub(super) fn weigh(finding: &mut Finding, certainty: Certainty) -> &mut Finding {
    match certainty {
        Certainty::Sure => finding.severity(Severity::Error).confidence(Confidence::Certain),
        Certainty::Likely => finding.severity(Severity::Warning).confidence(Confidence::Likely),
        Certainty::Guess => finding.severity(Severity::Warning).confidence(Confidence::Guess).pedantic(),
    }
}

/// The place of a secret's value. `None` where a report could not hide all of it: over several lines of a Dockerfile that
/// stands in a compose file.
pub(super) fn secret_at(build: &Build<'_>, found: &mut Found, span: Range<usize>) -> Option<Location> {
    let over_lines = build.text.get(span.clone()).is_none_or(|text| text.contains('\n'));
    (!(build.is_inline() && over_lines)).then(|| build.at(found, span))
}

/// How sure it is that a file of the tree holds a secret: by its content where it is there, else by its name. `None` if
/// it holds none.
#[must_use]
pub(super) fn certainty_of(build: &Build<'_>, kind: FileKind, path: Option<&str>) -> Option<Certainty> {
    let Some(text) = path.and_then(|path| build.workspace.tree.read(path)) else { return Some(kind.unread()) };
    match secret::content(kind, text) {
        Verdict::Secret => Some(Certainty::Sure),
        // Well known defaults and half-read forms: of a key that is worth a word, of settings it is not.
        Verdict::Maybe => Some(match kind {
            FileKind::Env | FileKind::Npmrc | FileKind::Settings | FileKind::Secrets => Certainty::Guess,
            _ => kind.unread().min(Certainty::Likely),
        }),
        Verdict::NotSecret => None,
    }
}

/// Severity of a stage that does not ship: its layers stay with who builds, and in a cache.
pub(super) fn by_stage<'f>(finding: &'f mut Finding, view: &StageView<'_>) -> &'f mut Finding {
    if view.shipped {
        return finding;
    }
    let milder = match finding.severity {
        Severity::Error => Severity::Warning,
        _ => Severity::Note,
    };
    finding.severity(milder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_counted_from_1970() {
        let day = |year, month, day| seconds(Date { year, month, day });
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2000, 3, 1), 951_868_800);
        assert_eq!(day(2026, 11, 24), 1_795_478_400);
    }
}
