//! Many byte strings looked for at once in streams of hundreds of megabytes (Wu and Manber's shift table on pairs of bytes).

use std::io::{self, Read};

/// What is looked for, with what it is called in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle {
    /// "the canary of secret npmrc, as base64".
    pub(super) label: String,
    /// At least [`SHORTEST`] bytes.
    pub(super) bytes: Vec<u8>,
}

/// Shorter strings are met by chance.
pub(super) const SHORTEST: usize = 8;

/// The table for a set of needles.
pub(super) struct Needles {
    all: Vec<Needle>,
    shortest: usize,
    longest: usize,
    shift: Vec<u16>,
}

impl Needles {
    /// Drops those that are too short to mean anything.
    pub(super) fn new(mut all: Vec<Needle>) -> Self {
        all.retain(|needle| needle.bytes.len() >= SHORTEST);
        let shortest = all.iter().map(|needle| needle.bytes.len()).min().unwrap_or(SHORTEST).min(1024);
        let longest = all.iter().map(|needle| needle.bytes.len()).max().unwrap_or(SHORTEST);
        let furthest = u16::try_from(shortest - 1).unwrap_or(u16::MAX);
        let mut shift = vec![furthest; 1 << 16];
        for needle in &all {
            for (at, pair) in needle.bytes[..shortest].windows(2).enumerate() {
                let distance = u16::try_from(shortest - 2 - at).unwrap_or(0);
                let slot = &mut shift[usize::from(pair[0]) << 8 | usize::from(pair[1])];
                *slot = distance.min(*slot);
            }
        }
        Self { all, shortest, longest, shift }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn label(&self, index: usize) -> &str {
        self.all.get(index).map_or("", |needle| needle.label.as_str())
    }

    /// Calls `hit` with the index of each needle for each place where it stands in `hay`.
    pub(super) fn find(&self, hay: &[u8], mut hit: impl FnMut(usize)) {
        if self.all.is_empty() {
            return;
        }
        let mut end = self.shortest - 1;
        while end < hay.len() {
            let slot = usize::from(hay[end - 1]) << 8 | usize::from(hay[end]);
            let skip = usize::from(self.shift[slot]);
            if skip > 0 {
                end += skip;
                continue;
            }
            let start = end + 1 - self.shortest;
            for (index, needle) in self.all.iter().enumerate() {
                if hay[start..].starts_with(&needle.bytes) {
                    hit(index);
                }
            }
            end += 1;
        }
    }
}

/// A reader that searches what passes through it.
pub(super) struct Searching<'n, R> {
    inner: R,
    needles: &'n Needles,
    window: Vec<u8>,
    found: Vec<usize>,
    passed: u64,
}

impl<'n, R: Read> Searching<'n, R> {
    pub(super) fn new(inner: R, needles: &'n Needles) -> Self {
        Self { inner, needles, window: Vec::new(), found: Vec::new(), passed: 0 }
    }

    /// Reads to the end and gives the needles met, each once, and how many bytes there were.
    pub(super) fn finish(mut self) -> io::Result<(Vec<usize>, u64)> {
        let mut sink = vec![0; 64 * 1024];
        while self.read(&mut sink)? > 0 {}
        self.found.sort_unstable();
        self.found.dedup();
        Ok((self.found, self.passed))
    }
}

impl<R: Read> Read for Searching<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let fresh = buffer.get(..count).unwrap_or_default();
        self.passed += count as u64;
        // The window keeps one byte less than the longest needle, so that one which two reads share is still seen whole.
        self.window.extend_from_slice(fresh);
        let found = &mut self.found;
        self.needles.find(&self.window, |index| {
            if !found.contains(&index) {
                found.push(index);
            }
        });
        let keep = self.window.len().min(self.needles.longest.saturating_sub(1));
        self.window.drain(..self.window.len() - keep);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn needles(texts: &[&str]) -> Needles {
        Needles::new(
            texts.iter().map(|text| Needle { label: (*text).into(), bytes: text.as_bytes().to_vec() }).collect(),
        )
    }

    fn in_pieces(hay: &[u8], piece: usize, needles: &Needles) -> Vec<usize> {
        struct Pieces<'a>(&'a [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let count = self.1.min(buffer.len()).min(self.0.len());
                buffer[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        Searching::new(Pieces(hay, piece), needles).finish().unwrap().0
    }

    #[test]
    fn a_needle_that_two_reads_share_is_found() {
        let needles = needles(&["CANARYCANARY", "another-needle"]);
        for piece in 1..20 {
            assert_eq!(in_pieces(b"xxxxxxxxxxCANARYCANARYyyy", piece, &needles), [0], "reads of {piece}");
        }
    }

    #[test]
    fn a_needle_with_one_byte_missing_is_not_found() {
        assert!(in_pieces(b"CANARYCANAR", 4, &needles(&["CANARYCANARY"])).is_empty());
    }

    #[test]
    fn a_needle_that_is_too_short_is_not_looked_for() {
        assert!(needles(&["short"]).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_a_plain_search_finds(hay in "[ab]{0,200}", one in "[ab]{8,12}", two in "[ab]{8,30}", piece in 1usize..64) {
            let set = needles(&[&one, &two]);
            let plain: Vec<usize> = [&one, &two].iter().enumerate().filter(|(_, text)| hay.contains(text.as_str())).map(|(i, _)| i).collect();
            prop_assert_eq!(in_pieces(hay.as_bytes(), piece, &set), plain);
        }
    }
}
