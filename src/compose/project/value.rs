//! The merged tree: scalars, sequences and mappings that know the file and the bytes they came from.

use std::ops::Range;

use super::text::Text;
use crate::compose::yaml::ScalarKind;

/// Where something is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The index of the file in `Project::files`.
    pub file: usize,
    /// Bytes of that file.
    pub span: (usize, usize),
}

impl Place {
    pub(super) fn new(file: usize, span: Range<usize>) -> Self {
        Self { file, span: (span.start, span.end) }
    }

    /// The bytes as a range.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.span.0..self.span.1
    }
}

/// A single value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// What it says.
    pub text: Text,
    /// Where.
    pub place: Place,
    /// Its type as YAML, before interpolation.
    pub kind: ScalarKind,
    /// The byte at which the raw text begins, if it stands in the file as it is (no escapes, no folding).
    pub(super) start: Option<usize>,
}

impl Scalar {
    /// The value, if it is known.
    #[must_use]
    pub fn known(&self) -> Option<String> {
        self.text.known()
    }

    /// Whether it is known to be this text.
    #[must_use]
    pub fn is(&self, value: &str) -> bool {
        self.text.is(value)
    }

    /// Whether it depends on an unknown variable.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.text.is_unknown()
    }

    /// The value of a boolean, in the spellings that compose takes: `true`, `yes`, `on`, `y` and their opposites, in any
    /// case. None if it is unknown, or no boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        boolean(&self.text.known()?)
    }

    /// The value of an integer; none if it is unknown, or no integer.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        self.text.known()?.trim().parse().ok()
    }

    /// The value of a number; none if it is unknown, or no finite number.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        self.text.known()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A size in bytes (`512m`, `1.5gb`, `1024`); none if it is unknown, or no size.
    #[must_use]
    pub fn as_bytes(&self) -> Option<u64> {
        bytes(&self.text.known()?)
    }

    /// A part of this value, with its own place where the file has it as it is.
    pub(super) fn part(&self, (text, raw): (Text, Range<usize>)) -> Self {
        let place = self.start.map(|start| Place::new(self.place.file, start + raw.start..start + raw.end));
        Self {
            text,
            place: place.unwrap_or_else(|| self.place.clone()),
            kind: ScalarKind::Str,
            start: self.start.map(|start| start + raw.start),
        }
    }

    /// A text that is written nowhere, at the place of what it stands for.
    pub(super) fn implied(text: &str, place: &Place) -> Self {
        Self { text: Text::literal(text), place: place.clone(), kind: ScalarKind::Str, start: None }
    }

    /// The parts between a separator.
    pub(super) fn split(&self, at: char) -> Vec<Self> {
        self.text.split(at).into_iter().map(|part| self.part(part)).collect()
    }

    /// Both sides of the first separator.
    pub(super) fn split_once(&self, at: char) -> Option<(Self, Self)> {
        let [before, after] = self.text.split_once(at)?;
        Some((self.part(before), self.part(after)))
    }
}

/// compose-go `loader/interpolate.go`, `toBoolean` (read in November 2026).
fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "y" | "yes" | "on" => Some(true),
        "false" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// docker/go-units `RAMInBytes`: a number and a unit of 1024, with or without `b` or `ib`.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim();
    let unit = unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(unit);
    let power = match unit {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    let size = number.parse::<f64>().ok()? * 1024_f64.powi(power);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (size.is_finite() && (0.0..1e18).contains(&size)).then_some(size as u64)
}

/// A value of the merged tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Value>, Place),
    /// Keys and values.
    Mapping(Vec<Entry>, Place),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_place: Place,
    /// Its value.
    pub value: Value,
    pub(super) mode: Mode,
}

/// What an entry does to the same key of an earlier file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Merge,
    /// `!override`
    Override,
    /// `!reset`: the entry is only a mark.
    Reset,
}

impl Value {
    /// Where it is written; of a value by an alias, where its anchor stands.
    #[must_use]
    pub fn place(&self) -> &Place {
        match self {
            Self::Scalar(scalar) => &scalar.place,
            Self::Sequence(_, place) | Self::Mapping(_, place) => place,
        }
    }

    /// The scalar, if it is one and not null.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) if scalar.kind != ScalarKind::Null => Some(scalar),
            _ => None,
        }
    }

    /// Whether it is null: written, or left empty.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(scalar) if scalar.kind == ScalarKind::Null)
    }

    /// The items of a sequence; empty for everything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::Sequence(items, _) => items,
            _ => &[],
        }
    }

    /// Keys and values of a mapping; empty for everything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match self {
            Self::Mapping(entries, _) => entries,
            _ => &[],
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Key and value.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value at a path of keys, and indices (from 0) of sequences.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, step| match value {
            Self::Sequence(items, _) => items.get(step.parse::<usize>().ok()?),
            _ => value.get(step),
        })
    }

    /// The text of a scalar that is known to be one; for keys such as `source`.
    pub(super) fn text(&self) -> Option<&Text> {
        self.scalar().map(|scalar| &scalar.text)
    }

    pub(super) fn null(place: &Place) -> Self {
        let scalar = Scalar { kind: ScalarKind::Null, ..Scalar::implied("", place) };
        Self::Scalar(scalar)
    }

    /// How much memory a copy costs, in values; long texts count as several.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Scalar(scalar) => text_cost(scalar.text.raw()),
            Self::Sequence(items, _) => 1 + items.iter().map(Self::cost).sum::<usize>(),
            Self::Mapping(entries, _) => 1 + entries.iter().map(|entry| 1 + entry.value.cost()).sum::<usize>(),
        }
    }

    /// Without the marks of `!reset` and `!override`.
    pub(super) fn settled(self) -> Self {
        match self {
            Self::Mapping(entries, place) => {
                let entries = entries.into_iter().filter(|entry| entry.mode != Mode::Reset);
                let settle = |entry: Entry| Entry { value: entry.value.settled(), mode: Mode::Merge, ..entry };
                Self::Mapping(entries.map(settle).collect(), place)
            }
            Self::Sequence(items, place) => Self::Sequence(items.into_iter().map(Self::settled).collect(), place),
            scalar @ Self::Scalar(_) => scalar,
        }
    }
}

/// See [`Value::cost`].
pub(super) fn text_cost(text: &str) -> usize {
    1 + text.len() / 256
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_booleans_have_composes_spellings() {
        let sizes = [("512m", 536_870_912), ("1.5gb", 1_610_612_736), ("1024", 1024), ("2KiB", 2048), ("0", 0)];
        for (text, size) in sizes {
            assert_eq!(bytes(text), Some(size), "{text}");
        }
        for text in ["", "m", "12x", "-1", "1e400", "lots"] {
            assert_eq!(bytes(text), None, "{text}");
        }
        for (text, value) in [("Yes", Some(true)), ("off", Some(false)), ("TRUE", Some(true)), ("1", None)] {
            assert_eq!(boolean(text), value, "{text}");
        }
    }
}
