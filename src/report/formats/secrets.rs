//! Values of secrets, sought in any text in time that does not grow with their number.

use std::collections::BTreeMap;
use std::ops::Range;

/// Shorter values are too common to be sought in other texts.
pub(super) const SHORTEST: usize = 6;

/// Values by their first bytes.
#[derive(Debug, Default)]
pub(super) struct Secrets(BTreeMap<[u8; SHORTEST], Vec<String>>);

impl Secrets {
    /// Adds what a marked place may hold as the secret itself: all of it, without quotes, and behind `NAME=`.
    pub(super) fn add(&mut self, place: &str) {
        let whole = place.trim();
        self.add_value(whole);
        self.add_value(unquoted(whole));
        if let Some((name, value)) = whole.split_once('=')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        {
            self.add_value(unquoted(value));
        }
    }

    fn add_value(&mut self, value: &str) {
        if let Some(first) = value.as_bytes().first_chunk() {
            let alike = self.0.entry(*first).or_default();
            if !alike.iter().any(|known| known == value) {
                alike.push(value.to_owned());
            }
        }
    }

    /// Where the text holds one of them: sorted, apart from one another.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (at, first) in text.as_bytes().windows(SHORTEST).enumerate() {
            let Some(alike) = <&[u8; SHORTEST]>::try_from(first).ok().and_then(|first| self.0.get(first)) else {
                continue;
            };
            let here = alike.iter().filter(|secret| text.as_bytes()[at..].starts_with(secret.as_bytes()));
            found.extend(here.map(|secret| at..at + secret.len()));
        }
        merged(found)
    }

    /// The text with three stars for each of them.
    pub(super) fn removed(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut done = 0;
        for range in self.find(text) {
            shown.push_str(&text[done..range.start]);
            shown.push_str("***");
            done = range.end;
        }
        shown + &text[done..]
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

/// Sorted, with what overlaps as one.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut all: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}
