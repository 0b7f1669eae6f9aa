//! Logical text, joined from continued lines, that remembers where each byte came from.

use std::ops::Range;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What it says.
    pub value: String,
    /// Bytes of the file. Over continued lines it takes in what lies between.
    pub span: Range<usize>,
}

/// An instruction's text with continued lines joined and comments between them dropped, as BuildKit sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logical {
    text: String,
    /// Ascending in both; each piece reaches to the start of the next.
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    logical: usize,
    source: usize,
}

impl Logical {
    pub(super) fn push(&mut self, source: usize, text: &str) {
        if text.is_empty() && !self.pieces.is_empty() {
            return;
        }
        let logical = self.text.len();
        // An empty first piece only says where the text would be.
        if self.pieces.last().is_some_and(|piece| piece.logical == logical) {
            self.pieces.pop();
        }
        self.pieces.push(Piece { logical, source });
        self.text.push_str(text);
    }

    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self { text: self.text[range.clone()].to_owned(), pieces: Vec::new() };
        part.pieces.push(Piece { logical: 0, source: self.source_at(range.start) });
        let inside = self.pieces.iter().filter(|piece| range.start < piece.logical && piece.logical < range.end);
        part.pieces.extend(inside.map(|piece| Piece { logical: piece.logical - range.start, source: piece.source }));
        part
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The byte of the file that stands at byte `at` of the text.
    #[must_use]
    pub fn source_at(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        let after = self.pieces.partition_point(|piece| piece.logical <= at);
        after.checked_sub(1).map_or(0, |index| self.pieces[index].source + at - self.pieces[index].logical)
    }

    /// The bytes of the file from the first to the last byte of a part of the text.
    #[must_use]
    pub fn source_span(&self, range: Range<usize>) -> Range<usize> {
        let start = self.source_at(range.start);
        let last = range.end.min(self.text.len());
        if last <= range.start {
            return start..start;
        }
        // The end belongs to the piece of the last byte, not to the one that starts behind it.
        let index = self.pieces.partition_point(|piece| piece.logical < last).saturating_sub(1);
        start..self.pieces[index].source + last - self.pieces[index].logical
    }

    pub(super) fn text(&self, range: Range<usize>) -> Text {
        Text { value: self.text[range.clone()].to_owned(), span: self.source_span(range) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_of_joined_lines_knows_its_place() {
        let source = "RUN a\\\n  # no\n b";
        let mut logical = Logical::default();
        logical.push(0, "RUN a");
        logical.push(14, " b");
        assert_eq!(logical.as_str(), "RUN a b");
        assert_eq!(&source[logical.source_at(6)..], "b");
        assert_eq!(&source[logical.source_span(0..5)], "RUN a");
        assert_eq!(logical.slice(4..7).source_span(0..3), 4..16);
    }
}
