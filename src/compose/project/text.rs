//! A text of a compose file, of which some may be known only to the one who runs it.

use std::ops::Range;

/// A text after interpolation. What comes from a variable that nobody here knows stays unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    raw: String,
    /// Empty if the text has no variables, and then [`Text::raw`] is its value.
    pieces: Vec<Piece>,
}

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The bytes of the raw text.
    pub(super) raw: Range<usize>,
    pub(super) meaning: Meaning,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The raw text as it is.
    Verbatim,
    /// This value: `$$`, or a variable that is known. The files of environment it came from.
    Known(String, Vec<String>),
    /// A variable that nobody here knows.
    Unknown {
        /// All variables that have a say.
        names: Vec<String>,
        /// The value if none of them is set; none if that is not written, or an error.
        default: Option<String>,
    },
}

impl Text {
    /// A text without variables.
    #[must_use]
    pub fn literal(raw: impl Into<String>) -> Self {
        Self { raw: raw.into(), pieces: Vec::new() }
    }

    pub(super) fn of(raw: &str, pieces: Vec<Piece>) -> Self {
        Self { raw: raw.to_owned(), pieces }
    }

    /// As written.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Whether no variable takes part.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.pieces.iter().all(|piece| piece.meaning == Meaning::Verbatim)
    }

    /// Whether a variable takes part that nobody here knows.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece.meaning, Meaning::Unknown { .. }))
    }

    /// The value, if all of it is known.
    #[must_use]
    pub fn known(&self) -> Option<String> {
        (!self.is_unknown()).then(|| self.prefix())
    }

    /// Whether it is known to be this value.
    #[must_use]
    pub fn is(&self, value: &str) -> bool {
        if self.pieces.is_empty() { self.raw == value } else { self.known().is_some_and(|known| known == value) }
    }

    /// What is known from the start on: all of it, or what stands before the first unknown variable.
    #[must_use]
    pub fn prefix(&self) -> String {
        if self.pieces.is_empty() {
            return self.raw.clone();
        }
        let mut known = String::new();
        for piece in &self.pieces {
            match &piece.meaning {
                Meaning::Verbatim => known.push_str(self.raw.get(piece.raw.clone()).unwrap_or_default()),
                Meaning::Known(value, _) => known.push_str(value),
                Meaning::Unknown { .. } => break,
            }
        }
        known
    }

    /// The value if none of the unknown variables is set, where that is written, as in `${PORT:-3000}`. None if nothing
    /// is unknown, or a variable has no default.
    #[must_use]
    pub fn default(&self) -> Option<String> {
        if !self.is_unknown() {
            return None;
        }
        let mut text = String::new();
        for piece in &self.pieces {
            match &piece.meaning {
                Meaning::Verbatim => text.push_str(self.raw.get(piece.raw.clone())?),
                Meaning::Known(value, _) => text.push_str(value),
                Meaning::Unknown { default, .. } => text.push_str(default.as_deref()?),
            }
        }
        Some(text)
    }

    /// The value, or else the one by the written defaults.
    #[must_use]
    pub fn known_or_default(&self) -> Option<String> {
        self.known().or_else(|| self.default())
    }

    /// The names of the unknown variables, in the order of the text.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().flat_map(|piece| match &piece.meaning {
            Meaning::Unknown { names, .. } => names.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        })
    }

    /// The files of environment (`.env`) that a known variable of this text came from.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().flat_map(|piece| match &piece.meaning {
            Meaning::Known(_, sources) => sources.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        })
    }

    /// Whether nothing stands here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.is("")
    }

    /// The stretches between the places where the known text has `at`, each with its bytes of the raw text. What is
    /// unknown is never split.
    #[must_use]
    pub fn split(&self, at: char) -> Vec<(Self, Range<usize>)> {
        if self.pieces.is_empty() {
            let mut start = 0;
            let part = |part: &str| {
                let range = start..start + part.len();
                start = range.end + at.len_utf8();
                (Self::literal(part), range)
            };
            return self.raw.split(at).map(part).collect();
        }
        let mut done = Vec::new();
        let mut open = Cut { text: &self.raw, start: 0, pieces: Vec::new() };
        for piece in &self.pieces {
            match &piece.meaning {
                Meaning::Verbatim => {
                    let mut from = piece.raw.start;
                    for (found, separator) in self.raw.get(piece.raw.clone()).unwrap_or_default().match_indices(at) {
                        let end = piece.raw.start + found;
                        open.push(from..end, Meaning::Verbatim);
                        done.push(open.take(end, end + separator.len()));
                        from = end + separator.len();
                    }
                    open.push(from..piece.raw.end, Meaning::Verbatim);
                }
                Meaning::Known(value, sources) => {
                    for (index, part) in value.split(at).enumerate() {
                        if index > 0 {
                            done.push(open.take(piece.raw.end, piece.raw.start));
                        }
                        open.push(piece.raw.clone(), Meaning::Known(part.to_owned(), sources.clone()));
                    }
                }
                unknown @ Meaning::Unknown { .. } => open.push(piece.raw.clone(), unknown.clone()),
            }
        }
        done.push(open.take(self.raw.len(), self.raw.len()));
        done
    }

    /// Both sides of the first `at` in the known text.
    #[must_use]
    pub fn split_once(&self, at: char) -> Option<[(Self, Range<usize>); 2]> {
        let parts = self.split(at);
        let (first, second) = (parts.first()?, parts.get(1)?);
        if self.pieces.is_empty() {
            let (_, rest) = self.raw.split_once(at)?;
            return Some([first.clone(), (Self::literal(rest), second.1.start..self.raw.len())]);
        }
        let rest = parts.iter().skip(1).map(|(text, _)| text);
        Some([first.clone(), (Self::joined(rest, at), second.1.start..self.raw.len())])
    }

    /// The parts with `at` between, as one text.
    pub(super) fn joined<'t>(parts: impl IntoIterator<Item = &'t Self>, at: char) -> Self {
        let mut raw = String::new();
        let mut pieces = Vec::new();
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                pieces.push(Piece { raw: raw.len()..raw.len() + at.len_utf8(), meaning: Meaning::Verbatim });
                raw.push(at);
            }
            let start = raw.len();
            raw.push_str(&part.raw);
            if part.pieces.is_empty() {
                pieces.push(Piece { raw: start..raw.len(), meaning: Meaning::Verbatim });
            }
            pieces.extend(part.pieces.iter().map(|piece| Piece {
                raw: start + piece.raw.start..start + piece.raw.end,
                meaning: piece.meaning.clone(),
            }));
        }
        Self { raw, pieces }.tidy()
    }

    /// Without pieces, if they say nothing.
    fn tidy(mut self) -> Self {
        if self.is_literal() {
            self.pieces = Vec::new();
        }
        self
    }
}

/// The stretch that [`Text::split`] is at.
struct Cut<'t> {
    text: &'t str,
    start: usize,
    pieces: Vec<Piece>,
}

impl Cut<'_> {
    fn push(&mut self, raw: Range<usize>, meaning: Meaning) {
        if !raw.is_empty() {
            self.pieces.push(Piece { raw, meaning });
        }
    }

    fn take(&mut self, end: usize, next: usize) -> (Text, Range<usize>) {
        let start = std::mem::replace(&mut self.start, next);
        let range = start.min(end)..end;
        let raw = self.text.get(range.clone()).unwrap_or_default().to_owned();
        let mut pieces = std::mem::take(&mut self.pieces);
        for piece in &mut pieces {
            let inside = |at: usize| at.clamp(range.start, range.end) - range.start;
            piece.raw = inside(piece.raw.start)..inside(piece.raw.end);
        }
        (Text { raw, pieces }.tidy(), range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_known() -> Text {
        let unknown = Meaning::Unknown { names: vec!["P".to_owned()], default: Some("1:2".to_owned()) };
        let pieces = vec![
            Piece { raw: 0..2, meaning: Meaning::Verbatim },
            Piece { raw: 2..11, meaning: unknown },
            Piece { raw: 11..13, meaning: Meaning::Verbatim },
            Piece { raw: 13..15, meaning: Meaning::Known("x:y".to_owned(), vec![".env".to_owned()]) },
        ];
        Text::of("a:${P:-1:2}:b$V", pieces)
    }

    #[test]
    fn only_what_is_known_is_split() {
        let parts = half_known().split(':');
        let raws: Vec<_> = parts.iter().map(|(text, _)| text.raw()).collect();
        assert_eq!(raws[..2], ["a", "${P:-1:2}"]);
        assert_eq!(parts[0].0.known().as_deref(), Some("a"));
        assert!(parts[1].0.is_unknown());
        assert_eq!(parts[1].0.default().as_deref(), Some("1:2"));
        assert_eq!(parts.len(), 4);
        assert_eq!(parts[2].0.known().as_deref(), Some("bx"));
        assert_eq!(parts[3].0.known().as_deref(), Some("y"));
    }

    #[test]
    fn a_literal_is_split_with_the_places_of_its_parts() {
        let parts = Text::literal("ab:c::").split(':');
        let ranges: Vec<_> = parts.into_iter().map(|(text, range)| (text.raw().to_owned(), range)).collect();
        let wanted = [("ab", 0..2), ("c", 3..4), ("", 5..5), ("", 6..6)];
        assert_eq!(ranges, wanted.map(|(text, range)| (text.to_owned(), range)));
    }

    #[test]
    fn the_rest_behind_the_first_separator_keeps_its_variables() {
        let [name, rest] = half_known().split_once(':').expect("two sides");
        assert_eq!(name.0.known().as_deref(), Some("a"));
        assert_eq!(rest.0.default().as_deref(), Some("1:2:bx:y"));
        assert_eq!(rest.0.unknown().collect::<Vec<_>>(), ["P"]);
        assert_eq!(rest.0.sources().next(), Some(".env"));
    }
}
