//! Physical lines: where they start and end, what continues and what is a comment.

use std::ops::Range;

/// BuildKit reads lines into a buffer of 64 KiB; a longer one ends its parse.
pub(super) const MAX_LINE: usize = 65_535;

/// One line of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: usize,
    /// First byte, behind a byte-order mark.
    pub(super) start: usize,
    /// Without the line end.
    pub(super) text: &'a str,
    /// With the line end.
    pub(super) raw: &'a str,
}

impl Line<'_> {
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Where the text starts that is no white space.
    pub(super) fn indent(&self) -> usize {
        self.start + self.text.len() - self.text.trim_start().len()
    }

    pub(super) fn is_comment(&self) -> bool {
        self.text.trim_start().starts_with('#')
    }
}

/// The lines of a text, one after the other.
pub(super) struct Lines<'a> {
    source: &'a str,
    at: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let at = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { source, at, number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = &self.source[self.at..];
        if rest.is_empty() {
            return None;
        }
        let raw = rest.find('\n').map_or(rest, |end| &rest[..=end]);
        let start = self.at;
        self.at += raw.len();
        self.number += 1;
        Some(Line { number: self.number, start, text: raw.trim_end_matches(['\r', '\n']), raw })
    }
}

/// The text before the escape character, if that continues the line.
///
/// An escaped escape character does not; three of them do not either, which is a bug that BuildKit keeps.
pub(super) fn continued(text: &str, escape: char) -> Option<&str> {
    let body = text.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!body.ends_with(escape)).then_some(body)
}
