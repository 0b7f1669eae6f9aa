//! Words of arguments: split at white space, with or without regard to quotes, and the pairs made of them.

use std::ops::Range;

use super::expand::{ExpandError, Expanded, Lexer, NoVariables, Variables};
use super::text::Logical;

/// A word that BuildKit puts through its shell lexer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As written, quotes and escapes included (of a JSON string: what it decodes to).
    pub raw: String,
    /// Bytes of the file.
    pub span: Range<usize>,
    pub(super) escape: char,
}

impl Word {
    pub(super) fn new(line: &Logical, range: Range<usize>, escape: char) -> Self {
        Self { raw: line.as_str()[range.clone()].to_owned(), span: line.source_span(range), escape }
    }

    /// The word without quotes and escapes; `$NAME` stays. What cannot be read stays as it is written.
    #[must_use]
    pub fn value(&self) -> String {
        let lexer = Lexer { keep_unset: true, ..Lexer::new(self.escape) };
        lexer.process(&self.raw, &NoVariables).map_or_else(|_| self.raw.clone(), |read| read.text)
    }

    /// The word as BuildKit will use it, if no variable has a say in it.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        let read = self.expand(&NoVariables).ok()?;
        read.unset.is_empty().then_some(read.text)
    }

    /// The word as BuildKit will use it with these variables.
    ///
    /// # Errors
    /// What BuildKit refuses: unmatched quotes, unknown `${...}` forms, a failed `${NAME:?message}`.
    pub fn expand(&self, variables: &dyn Variables) -> Result<Expanded, ExpandError> {
        Lexer::new(self.escape).process(&self.raw, variables)
    }
}

/// `NAME=value` of `ENV` and `LABEL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Before the `=`.
    pub key: Word,
    /// Behind it.
    pub value: Word,
    /// Whether it is of the old form `ENV name value`, which takes the rest of the line.
    pub legacy: bool,
}

/// `NAME` or `NAME=default` of `ARG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgName {
    /// Taken as written: BuildKit does not look into it.
    pub name: String,
    /// The default, if there is a `=`.
    pub default: Option<Word>,
    /// The bytes of name and default.
    pub span: Range<usize>,
}

/// The white space that BuildKit splits at outside quotes; it is ASCII only.
pub(super) const BLANKS: [char; 5] = ['\t', '\u{b}', '\u{c}', '\r', ' '];

/// Splits at white space and nothing else.
pub(super) fn split_blanks(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = range.start;
    for part in text[range].split(BLANKS) {
        if !part.is_empty() {
            words.push(at..at + part.len());
        }
        // Each of the separators is one byte long.
        at += part.len() + 1;
    }
    words
}

/// Splits at white space outside quotes; quotes and escapes stay in the words.
pub(super) fn split_quoted(text: &str, range: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let base = range.start;
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut end = range.end;
    let mut chars = text[range].char_indices().map(|(at, ch)| (base + at, ch));
    while let Some((at, ch)) = chars.next() {
        let Some(from) = start else {
            if ch.is_whitespace() {
                continue;
            }
            start = Some(at);
            if matches!(ch, '\'' | '"') {
                quote = Some(ch);
            } else if ch == escape && chars.next().is_none() {
                end = at;
            }
            continue;
        };
        if quote == Some(ch) {
            quote = None;
        } else if quote.is_none() && ch.is_whitespace() {
            words.push(from..at);
            start = None;
        } else if quote.is_none() && matches!(ch, '\'' | '"') {
            quote = Some(ch);
        } else if ch == escape && quote != Some('\'') && chars.next().is_none() {
            // An escape character at the very end is dropped.
            end = at;
        }
    }
    if let Some(from) = start.filter(|from| *from < end) {
        words.push(from..end);
    }
    words
}
