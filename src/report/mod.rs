//! Places in files and diagnostics about them, with one renderer for people.
//!
//! Every module of the crate reports by [`Diagnostic`]: what is wrong, where (file, line, column), and what to do.

mod finding;
pub mod formats;
mod show;

use std::ops::Range;

use serde::Serialize;

pub use finding::{
    Audit, Checklist, Confidence, Edit, Example, Family, Finding, Fix, Fixable, Location, Persona, Point, RuleInfo,
    Source, Tick, Waived, WaivedBy,
};
use show::{At, Excerpt, Message, show};

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Severity {
    /// Something worth knowing; nothing has to be done.
    Note,
    /// Works, but not as well or as long as it should.
    Warning,
    /// The command cannot go on.
    Error,
}

/// A byte range in the text of a named file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path as the user would write it, with `/`.
    pub file: String,
    /// The whole text of the file, for the excerpt.
    pub source: String,
    /// Bytes of `source`; empty means a point.
    pub span: Range<usize>,
}

impl Place {
    /// Line and column (in characters), both counted from 1.
    #[must_use]
    pub fn line_column(&self) -> (usize, usize) {
        line_column(&self.source, self.span.start)
    }
}

/// Line and column (in characters) of byte `at` in `source`, both counted from 1.
#[must_use]
pub fn line_column(source: &str, at: usize) -> (usize, usize) {
    let at = boundary(source, at);
    let before = &source[..at];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// The start of the character that holds byte `at`, or the end of the text.
pub(crate) fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One message to a person: lower case, no final stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where, if it is about a file.
    pub place: Option<Place>,
    /// The key of `scaffold.toml` that it is about, from the outermost table, where the place itself is not known.
    pub key: Vec<String>,
    /// What stands beneath the marked place.
    pub label: Option<String>,
    /// Further facts.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with this message and nothing else yet.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning with this message and nothing else yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// A note with this message and nothing else yet.
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Severity::Note, message)
    }

    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            place: None,
            key: Vec::new(),
            label: None,
            notes: Vec::new(),
            help: None,
        }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, file: impl Into<String>, source: impl Into<String>, span: Range<usize>) -> Self {
        self.place = Some(Place { file: file.into(), source: source.into(), span });
        self
    }

    /// Says which key of `scaffold.toml` it is about.
    #[must_use]
    pub fn about<S: AsRef<str>>(mut self, key: &[S]) -> Self {
        self.key = key.iter().map(|part| part.as_ref().to_owned()).collect();
        self
    }

    /// Says which table the key that it is about stands in. What is about no key stays so.
    #[must_use]
    pub fn within(mut self, table: &[&str]) -> Self {
        if !self.key.is_empty() {
            self.key.splice(0..0, table.iter().map(|&part| part.to_owned()));
        }
        self
    }

    /// Says what stands at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The text for a person, as rustc would show it, with colours if `colour`.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let at = match &self.place {
            Some(place) => At::Excerpt(Excerpt {
                path: &place.file,
                source: &place.source,
                first_line: 1,
                span: place.span.clone(),
                label: self.label.as_deref(),
                others: Vec::new(),
            }),
            None => At::Nowhere,
        };
        let message = Message {
            severity: self.severity,
            id: None,
            text: &self.message,
            at,
            notes: &self.notes,
            help: self.help.as_slice(),
        };
        show(&message, colour)
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostic {}

/// An error about no place.
impl From<String> for Box<Diagnostic> {
    fn from(why: String) -> Self {
        Self::new(Diagnostic::error(why))
    }
}

/// A TOML error as a diagnostic, with "did you mean" where a key or variant is unknown.
#[must_use]
pub fn toml_error(file: &str, source: &str, error: &toml::de::Error) -> Diagnostic {
    let message = error.message();
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let mut diagnostic = match what.strip_prefix("invalid type: ") {
        Some(found) => Diagnostic::error(format!("{} is needed here, not {}", kind(expected), kind(found))),
        None => Diagnostic::error(
            what.replace("unknown field", "there is no key").replace("unknown variant", "there is no"),
        ),
    };
    if let Some(span) = error.span() {
        diagnostic = diagnostic.at(file, source, span);
    } else {
        diagnostic.message = format!("{file}: {}", diagnostic.message);
    }
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let unknown = what.split('`').nth(1).unwrap_or_default();
    match did_you_mean(unknown, known.iter().copied()) {
        Some(near) if what.starts_with("unknown") => {
            diagnostic.label(format!("did you mean `{near}`?")).help(format!("known here: {}", known.join(", ")))
        }
        _ if !known.is_empty() => diagnostic.help(format!("known here: {}", known.join(", "))),
        _ if !expected.is_empty() && !what.starts_with("invalid type") => {
            diagnostic.help(format!("expected {expected}"))
        }
        _ => diagnostic,
    }
}

/// What serde calls a type, in the words of TOML.
fn kind(serde: &str) -> String {
    let first = serde.split([' ', '`']).next().unwrap_or_default();
    match first {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number".to_owned(),
        "integer" => format!("the number{}", &serde["integer".len()..]),
        "floating" => "a number with a point".to_owned(),
        "string" => format!("the text{}", &serde["string".len()..]),
        "boolean" => format!("the truth value{}", &serde["boolean".len()..]),
        "sequence" => "a list".to_owned(),
        "map" | "struct" => "a table".to_owned(),
        _ => match serde {
            "a boolean" => "`true` or `false`".to_owned(),
            "a string" => "a text in quotes".to_owned(),
            "a sequence" => "a list".to_owned(),
            "a map" => "a table".to_owned(),
            other => other.to_owned(),
        },
    }
}

/// The nearest of `known` to a misspelt `word`, if one is near enough to be meant.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + word.chars().count() / 4;
    known
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours between two short words.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = replace.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_where_and_what_to_do() {
        let source = "[service]\nprot = 3000\n";
        let shown = Diagnostic::error("`prot` is not a key of `[service]`")
            .at("scaffold.toml", source, 10..14)
            .label("did you mean `port`?")
            .help("the keys are name, port and start")
            .render(false);
        assert!(shown.contains("scaffold.toml:2:1"), "{shown}");
        assert!(shown.contains("^^^^ did you mean `port`?"), "{shown}");
        assert!(shown.contains("help: the keys are"), "{shown}");
    }

    #[test]
    fn a_wrong_type_is_said_in_words_of_toml() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct File {
            port: Option<i64>,
            init: Option<bool>,
            name: Option<String>,
            list: Option<Vec<String>>,
        }
        for (text, message) in [
            ("port = \"3000\"", "a whole number is needed here, not the text \"3000\""),
            ("init = 1", "`true` or `false` is needed here, not the number `1`"),
            ("name = true", "a text in quotes is needed here, not the truth value `true`"),
            ("name = []", "a text in quotes is needed here, not a list"),
            ("list = \"a\"", "a list is needed here, not the text \"a\""),
            ("port = {}", "a whole number is needed here, not a table"),
        ] {
            let error = toml_error("f", text, &toml::from_str::<File>(text).unwrap_err());
            assert_eq!(error.message, message);
        }
    }

    #[test]
    fn near_words_are_proposed_and_far_ones_are_not() {
        let known = ["port", "start", "name"];
        assert_eq!(did_you_mean("prot", known), Some("port"));
        assert_eq!(did_you_mean("strat", known), Some("start"));
        assert_eq!(did_you_mean("volume", known), None);
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_column("a\né=x", 5), (2, 3));
    }
}
