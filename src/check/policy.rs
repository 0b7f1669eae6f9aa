//! What a repository or an organisation asks of `check`: the `[check]` table of scaffold.toml, read.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::publishers::{self, Allowed};
use crate::bases::Date;
use crate::report::{Diagnostic, Severity, did_you_mean};
use crate::spec::check::{CheckTable, Level};

pub use crate::spec::check::LabelFormat;

/// The newest edition: rules of a later one only give notes until a policy names it.
pub const EDITION: u16 = 2026;

/// The oldest edition.
const FIRST_EDITION: u16 = 2026;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The edition whose rules may fail a run.
    pub edition: u16,
    /// Globs on `registry/repository`, such as `docker.io/library/*`; empty: any image will do.
    pub registries: Vec<String>,
    /// Who may publish images; empty: anybody.
    pub publishers: Vec<Allowed>,
    /// Labels that an image must have, each with the format of its value.
    pub labels: BTreeMap<String, LabelFormat>,
    /// Rules that are worse or better here than usual; `None` turns one off.
    pub levels: BTreeMap<String, Option<Severity>>,
    /// Rules that no waiver silences.
    pub locked: BTreeSet<String>,
    /// A waiver must say why.
    pub reasons_required: bool,
    /// Further programs that scan images, for `scan-missing-in-ci`.
    pub scanners: Vec<String>,
    /// Stages that are published beside the last one.
    pub targets: Vec<String>,
    /// Waivers of the file.
    pub waivers: Vec<PolicyWaiver>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            edition: EDITION,
            registries: Vec::new(),
            publishers: Vec::new(),
            labels: BTreeMap::new(),
            levels: BTreeMap::new(),
            locked: BTreeSet::new(),
            reasons_required: false,
            scanners: Vec::new(),
            targets: Vec::new(),
            waivers: Vec::new(),
        }
    }
}

/// A waiver of scaffold.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWaiver {
    /// The rule.
    pub rule: String,
    /// A glob on the path of the file; any file without it.
    pub path: Option<String>,
    /// Why.
    pub because: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands in the policy's file.
    pub span: Range<usize>,
}

/// The file that a policy was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// As the user would write it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Policy {
    /// Reads what `[check]` says.
    ///
    /// # Errors
    /// A rule that does not exist, a day that is none, an edition or a publisher that is not known.
    pub fn read(table: &CheckTable, file: &PolicyFile) -> Result<Self, Diagnostic> {
        let at = |word: &str| {
            let start = file.text.find(word).unwrap_or_default();
            start..start + if file.text.contains(word) { word.len() } else { 0 }
        };
        let wrong = |message: String, word: &str| Diagnostic::error(message).at(&file.path, &file.text, at(word));
        for id in table.levels.keys().chain(&table.locked).chain(table.waivers.iter().map(|waiver| &waiver.rule)) {
            if super::find(id).is_none() {
                let near = did_you_mean(id, super::all().iter().map(|rule| rule.info.id));
                let help = near
                    .map_or("`scaffold explain` lists all rules".to_owned(), |near| format!("did you mean `{near}`?"));
                return Err(wrong(format!("there is no rule `{id}`"), id).help(help));
            }
        }
        let edition = table.edition.unwrap_or(EDITION);
        let newest = super::all().iter().map(|rule| rule.info.edition).fold(EDITION, u16::max);
        if !(FIRST_EDITION..=newest).contains(&edition) {
            return Err(wrong(format!("there is no edition {edition}"), &edition.to_string())
                .help(format!("the newest one is {newest}")));
        }
        let publisher = |entry: &String| {
            publishers::read(entry).map_err(|help| wrong(format!("`{entry}` is no publisher"), entry).help(help))
        };
        let publishers = table.publishers.iter().map(publisher).collect::<Result<_, _>>()?;
        let spans = waiver_spans(&file.text);
        let mut waivers = Vec::new();
        for (index, waiver) in table.waivers.iter().enumerate() {
            let until = match &waiver.until {
                None => None,
                Some(text) => Some(date(text).ok_or_else(|| {
                    wrong(format!("`{text}` is no day"), text).help("write the last day as `until = \"2027-06-30\"`")
                })?),
            };
            waivers.push(PolicyWaiver {
                rule: waiver.rule.clone(),
                path: waiver.path.clone(),
                because: waiver.because.clone(),
                until,
                span: spans.get(index).cloned().unwrap_or_else(|| at(&waiver.rule)),
            });
        }
        let severity = |level: Level| match level {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        };
        Ok(Self {
            edition,
            registries: table.registries.clone(),
            publishers,
            labels: table.labels.clone(),
            levels: table.levels.iter().map(|(rule, level)| (rule.clone(), severity(*level))).collect(),
            locked: table.locked.iter().cloned().collect(),
            reasons_required: table.require_reasons,
            scanners: table.scanners.clone(),
            targets: table.targets.clone(),
            waivers,
        })
    }
}

/// Where the entries of `[[check.waivers]]` stand.
fn waiver_spans(text: &str) -> Vec<Range<usize>> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct File {
        check: Table,
    }
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Table {
        waivers: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        rule: toml::Spanned<String>,
    }
    let file: File = toml::from_str(text).unwrap_or_default();
    file.check.waivers.into_iter().map(|entry| entry.rule.span()).collect()
}

/// `2027-06-30`
pub(super) fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let date = Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
    let leap = date.year.is_multiple_of(4) && (!date.year.is_multiple_of(100) || date.year.is_multiple_of(400));
    let days = match date.month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&date.day).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Found, Options, apply_policy};
    use crate::report::{Confidence, Family, Fixable, Persona, RuleInfo};

    static OF_NEXT_YEAR: RuleInfo = RuleInfo {
        id: "of-next-year",
        family: Family::Build,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: EDITION + 1,
        title: "A rule that is new",
        why: "",
        instead: "",
        bad: &[],
        good: &[],
        equivalents: &[],
        cis: &[],
        point: None,
        fix: Fixable::No,
    };

    fn read(text: &str) -> Result<Policy, Diagnostic> {
        let file = PolicyFile { path: "scaffold.toml".to_owned(), text: text.to_owned() };
        let spec = crate::spec::file::read(&file.path, &file.text).map_err(|error| *error)?;
        Policy::read(&spec.check, &file)
    }

    #[test]
    fn a_rule_of_a_later_edition_fails_nobody_who_did_not_ask_for_it() {
        let severity = |edition: u16| {
            let mut found = Found::default();
            found.begin(&OF_NEXT_YEAR);
            let at = found.at("Dockerfile", "FROM a\n", 0..4);
            found.add(at, "x");
            let mut audit = found.finish();
            let options = Options { policy: Policy { edition, ..Policy::default() }, ..Options::default() };
            apply_policy(&mut audit, &options, None);
            audit.findings[0].severity
        };
        assert_eq!((severity(EDITION), severity(EDITION + 1)), (Severity::Note, Severity::Error));
    }

    #[test]
    fn what_is_wrong_with_a_policy_is_said_with_its_place() {
        for (text, message, line) in [
            ("[check]\nlocked = [\"sodu\"]\n", "there is no rule `sodu`", 2),
            ("[check.levels]\nsodu = \"off\"\n", "there is no rule `sodu`", 2),
            ("[check]\nedition = 1999\n", "there is no edition 1999", 2),
            ("[check]\npublishers = [\"offical\"]\n", "`offical` is no publisher", 2),
            ("[[check.waivers]]\nrule = \"sudo\"\nuntil = \"2026-02-30\"\n", "`2026-02-30` is no day", 3),
        ] {
            let error = read(text).expect_err(text);
            let place = error.place.as_ref().map(|place| place.line_column().0);
            assert_eq!((error.message.as_str(), place), (message, Some(line)), "{text}");
        }
        assert!(read("[[check.waivers]]\nrule = \"sudo\"\nuntil = \"2028-02-29\"\n").is_ok());
    }
}
