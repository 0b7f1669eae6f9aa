//! Patterns with `*` against texts that may be known only in part.

/// The mark of an unknown part in a text: a variable that nobody resolved.
pub const HOLE: char = '\u{fffc}';

/// How sure a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// Whatever stands in the holes, it does not match.
    No,
    /// It depends on what stands in the holes.
    Maybe,
    /// Whatever stands in the holes, it matches.
    Yes,
}

/// Whether `text` matches `pattern`, in which `*` stands for any run of characters, `/` too.
pub(super) fn matches(pattern: &str, text: &str) -> Match {
    if !text.contains(HOLE) {
        let fits = plain(pattern, text);
        return if fits { Match::Yes } else { Match::No };
    }
    match (fits(pattern, text, false), fits(pattern, text, true)) {
        (true, _) => Match::Yes,
        (false, true) => Match::Maybe,
        (false, false) => Match::No,
    }
}

/// The same where everything is known: each piece between two stars is taken where it stands first.
fn plain(pattern: &str, text: &str) -> bool {
    let Some((start, mut rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    while let Some((piece, after)) = rest.split_once('*') {
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
        rest = after;
    }
    text.ends_with(rest)
}

/// One row a character of the text: which beginnings of the pattern fit what was read. A `generous` hole stands for
/// whatever the pattern wants; another is a character that only `*` takes.
fn fits(pattern: &str, text: &str, generous: bool) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut row = vec![false; pattern.len() + 1];
    row[0] = true;
    skip_stars(&pattern, &mut row);
    for c in text.chars() {
        let mut next = vec![false; row.len()];
        if generous && c == HOLE {
            let first = row.iter().position(|reached| *reached).unwrap_or(row.len());
            next[first..].fill(true);
        } else {
            for (at, wanted) in pattern.iter().enumerate() {
                match *wanted {
                    '*' => next[at] |= row[at],
                    wanted => next[at + 1] |= row[at] && wanted == c && c != HOLE,
                }
            }
            skip_stars(&pattern, &mut next);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// A star may stand for nothing.
fn skip_stars(pattern: &[char], row: &mut [bool]) {
    for (at, wanted) in pattern.iter().enumerate() {
        row[at + 1] |= *wanted == '*' && row[at];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "26", true),
            ("*alpine*", "26-alpine3.24", true),
            ("*alpine*", "26-slim", false),
            ("gcr.io/distroless/*", "gcr.io/distroless/static-debian13", true),
            ("a*b*c", "abbbc", true),
            ("a*b*c", "ab", false),
            ("node", "node", true),
            ("node", "nodes", false),
        ] {
            assert_eq!(matches(pattern, text) == Match::Yes, expected, "{pattern} {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn both_ways_of_matching_agree(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            proptest::prop_assert_eq!(plain(&pattern, &text), fits(&pattern, &text, false));
        }
    }

    #[test]
    fn a_hole_may_stand_for_anything() {
        for (pattern, text, expected) in [
            ("*-alpine*", "\u{fffc}-alpine", Match::Yes),
            ("*-alpine*", "26\u{fffc}", Match::Maybe),
            ("*-alpine*", "\u{fffc}", Match::Maybe),
            ("*-slim", "\u{fffc}-alpine", Match::No),
            ("26", "2\u{fffc}", Match::Maybe),
            ("26", "3\u{fffc}", Match::No),
            ("*", "\u{fffc}", Match::Yes),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
