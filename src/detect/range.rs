//! Version ranges as intervals: does a range admit any version of a release line?

use crate::catalog::preset::RangeKind;

/// Up to three numbers of a version; what is not written counts as zero.
pub type Number = [u64; 3];

/// A half-open interval of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    from: Number,
    to: Number,
}

const END: Number = [u64::MAX, 0, 0];

/// The numbers of a version text (`v22.1`, `3.13.2rc1`), and how many of them are written.
#[must_use]
pub fn number(text: &str) -> Option<(Number, usize)> {
    let text = text.trim().trim_start_matches(['v', '=']);
    let mut numbers = [0; 3];
    let mut written = 0;
    for part in text.split('.').take(3) {
        let digits = &part[..part.bytes().take_while(u8::is_ascii_digit).count()];
        match digits.parse() {
            Ok(value) => numbers[written] = value,
            Err(_) => break,
        }
        written += 1;
        if digits.len() != part.len() {
            break;
        }
    }
    (written > 0).then_some((numbers, written))
}

/// Whether `version` is lower than `bound`, number by number. Unreadable text is not lower.
#[must_use]
pub fn below(version: &str, bound: &str) -> bool {
    matches!((number(version), number(bound)), (Some((version, _)), Some((bound, _))) if version < bound)
}

/// Whether `version` is `bound` or higher. Unreadable text is not.
#[must_use]
pub fn at_least(version: &str, bound: &str) -> bool {
    matches!((number(version), number(bound)), (Some((version, _)), Some((bound, _))) if version >= bound)
}

/// Whether a range admits any version of a release line (`22`, `3.14`). `None` when the text is not a range of its kind.
#[must_use]
pub fn admits(kind: RangeKind, range: &str, release: &str) -> Option<bool> {
    let (from, written) = number(release)?;
    let line = Interval { from, to: after(from, written) };
    Some(intervals(kind, range)?.iter().any(|interval| interval.from < line.to && line.from < interval.to))
}

/// The release line in which a range begins, of `parts` numbers.
#[must_use]
pub fn begins(kind: RangeKind, range: &str, parts: usize) -> Option<String> {
    let first = intervals(kind, range)?.into_iter().map(|interval| interval.from).min()?;
    Some(first[..parts.clamp(1, 3)].iter().map(u64::to_string).collect::<Vec<_>>().join("."))
}

/// The first version behind all that begin with the first `written` numbers.
fn after(mut number: Number, written: usize) -> Number {
    let last = written.clamp(1, 3) - 1;
    number[last] = number[last].saturating_add(1);
    for rest in &mut number[last + 1..] {
        *rest = 0;
    }
    number
}

fn intervals(kind: RangeKind, range: &str) -> Option<Vec<Interval>> {
    let range = range.trim();
    match kind {
        RangeKind::Exact => number(range).map(|(from, written)| vec![Interval { from, to: after(from, written) }]),
        RangeKind::Floor => number(range).map(|(from, _)| vec![Interval { from, to: END }]),
        RangeKind::Npm | RangeKind::Pep440 => range.split("||").map(|part| conjunction(kind, part)).collect(),
    }
}

/// The comparators of one alternative, all of which must hold.
fn conjunction(kind: RangeKind, part: &str) -> Option<Interval> {
    let mut all = Interval { from: [0; 3], to: END };
    if let Some((from, to)) = part.split_once(" - ") {
        let (from, _) = number(from)?;
        let (to, written) = number(to)?;
        return Some(Interval { from, to: after(to, written) });
    }
    // `>= 18` is one comparator: an operator swallows the blanks behind it
    let mut words: Vec<String> = Vec::new();
    for word in part.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if last.chars().all(|c| "<>=!~^".contains(c)) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    for word in &words {
        let digits = word.find(|c: char| !"<>=!~^".contains(c)).unwrap_or(word.len());
        let (operator, version) = word.split_at(digits);
        if matches!(version.trim_start_matches('v'), "*" | "x" | "X" | "latest" | "") {
            continue;
        }
        let (at, written) = number(version)?;
        let (from, to) = match operator {
            ">" => (after(at, written), END),
            ">=" => (at, END),
            "<" => ([0; 3], at),
            "<=" => ([0; 3], after(at, written)),
            "^" => (at, caret(at, written)),
            "~" | "~>" if kind == RangeKind::Npm => (at, after(at, written.min(2))),
            "~" => (at, after(at, written.min(2))),
            // PEP 440: the last number written may grow
            "~=" => (at, after(at, written.saturating_sub(1).max(1))),
            "!=" => continue,
            _ => (at, after(at, written)),
        };
        all = Interval { from: all.from.max(from), to: all.to.min(to) };
    }
    Some(all)
}

/// A caret admits what does not change the first number that is not zero.
fn caret(at: Number, written: usize) -> Number {
    let leading = at.iter().take(written).position(|n| *n != 0).unwrap_or(written.saturating_sub(1));
    after(at, leading + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_admit_release_lines() {
        use RangeKind::{Exact, Floor, Npm, Pep440};
        for (kind, range, release, expected) in [
            (Npm, ">=18", "26", Some(true)),
            (Npm, ">= 18.0.0", "22", Some(true)),
            (Npm, "^20.0.0", "22", Some(false)),
            (Npm, "^18 || ^20 || >=22", "24", Some(true)),
            (Npm, "22.x", "22", Some(true)),
            (Npm, "22.x", "24", Some(false)),
            (Npm, ">=20 <23", "22", Some(true)),
            (Npm, ">=20 <22", "22", Some(false)),
            (Npm, "18 - 22", "22", Some(true)),
            (Npm, "v22.11.0", "22", Some(true)),
            (Npm, "*", "26", Some(true)),
            (Npm, "lts/*", "26", None),
            (Npm, "~22.3", "22", Some(true)),
            (Pep440, ">=3.8", "3.14", Some(true)),
            (Pep440, ">=3.8,<3.12", "3.12", Some(false)),
            (Pep440, "==3.11.*", "3.11", Some(true)),
            (Pep440, "~=3.10", "3.13", Some(true)),
            (Pep440, "~=3.10.2", "3.13", Some(false)),
            (Pep440, "^3.9", "3.13", Some(true)),
            (Pep440, ">=3.13.6", "3.13", Some(true)),
            (Exact, "3.13.2", "3.13", Some(true)),
            (Exact, "3.13", "3.14", Some(false)),
            (Floor, "1.21", "1.27", Some(true)),
        ] {
            assert_eq!(admits(kind, range, release), expected, "{range} {release}");
        }
    }

    #[test]
    fn a_range_begins_in_a_release_line() {
        assert_eq!(begins(RangeKind::Npm, "^16.3", 1).as_deref(), Some("16"));
        assert_eq!(begins(RangeKind::Pep440, ">=3.7,<4", 2).as_deref(), Some("3.7"));
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(below("4.1.13", "4.2") && !below("4.10", "4.2") && at_least("4.10", "4.2"));
        assert!(!below("x", "1") && !at_least("x", "1"));
    }
}
