//! Image references of Dockerfiles and compose files that can be pinned, and the texts with their digests.
//!
//! A pinned reference is `name:tag@sha256:...`: the tag stays for readers and for tools such as Renovate, the digest
//! decides. Nothing is resolved here.

mod compose;
mod dockerfile;
pub mod setup;

use std::collections::BTreeMap;
use std::ops::Range;

pub use compose::{Built, compose};
pub use dockerfile::dockerfile;

use crate::bases::{self, Reference};

/// What is found in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// What can be pinned, in the order of the file; each place once.
    pub images: Vec<Pinnable>,
    /// What looks like an image and is left alone, in the order of the file.
    pub left: Vec<Left>,
}

/// A reference that stands in a file as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinnable {
    /// As written, with its digest if it has one.
    pub text: String,
    /// The same, taken apart.
    pub reference: Reference,
    /// Its bytes, without quotes around.
    pub span: Range<usize>,
    /// From 1.
    pub line: usize,
}

/// A reference that is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// As written.
    pub text: String,
    /// Its bytes.
    pub span: Range<usize>,
    /// From 1.
    pub line: usize,
    /// Why.
    pub why: Why,
}

/// Why a reference is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its name is put together from variables.
    Variables,
    /// It is the value of an argument that other instructions read too.
    SharedArgument,
    /// It does not stand in the file in one piece: escapes, continued lines or folded text.
    Scattered,
    /// It has neither registry nor tag, and is no official image: it may be a build context, or an image that is built here.
    Local,
    /// It is no reference.
    Invalid,
}

impl Why {
    /// Whether an image from a registry is left without a digest, as far as can be told.
    #[must_use]
    pub fn is_gap(self) -> bool {
        self != Self::Local
    }

    /// In words.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Variables => "its name is put together from variables",
            Self::SharedArgument => "its argument is read elsewhere too",
            Self::Scattered => "it is not written in one piece",
            Self::Local => "it has neither registry nor tag, and may be a build context or an image that is built here",
            Self::Invalid => "it is no image reference",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Variables => "write the whole reference into one ARG before the first FROM, or into the FROM itself",
            Self::SharedArgument => "give the FROM an ARG of its own",
            Self::Scattered => "write it on one line, without escapes",
            Self::Local => "write its tag if it comes from a registry",
            Self::Invalid => "write it as name:tag",
        }
    }
}

impl Pinnable {
    /// The reference without its digest and with a tag: what a registry is asked, and the key of scaffold.lock. `None`
    /// if it has a digest and no tag, so that nothing says what it was.
    #[must_use]
    pub fn tagged(&self) -> Option<String> {
        let (name, tag, digest) = bases::split(&self.text);
        match (tag, digest) {
            (Some(tag), _) => Some(format!("{name}:{tag}")),
            (None, None) => Some(format!("{name}:latest")),
            (None, Some(_)) => None,
        }
    }

    /// The text with this digest.
    #[must_use]
    pub fn with_digest(&self, digest: &str) -> String {
        match self.tagged() {
            Some(tagged) => format!("{tagged}@{digest}"),
            None => format!("{}@{digest}", bases::split(&self.text).0),
        }
    }
}

impl Found {
    /// Keeps each place once, in the order of the file, and counts their lines.
    fn in_order(mut self, source: &str) -> Self {
        self.images.sort_by_key(|image| (image.span.start, image.span.end));
        self.images.dedup_by(|a, b| a.span == b.span);
        self.left.sort_by_key(|left| (left.span.start, left.span.end));
        self.left.dedup_by(|a, b| a.span == b.span);
        let mut lines = Lines { source, at: 0, line: 1 };
        self.images.iter_mut().for_each(|image| image.line = lines.of(image.span.start));
        let mut lines = Lines { source, at: 0, line: 1 };
        self.left.iter_mut().for_each(|left| left.line = lines.of(left.span.start));
        self
    }

    fn leave(&mut self, text: &str, span: Range<usize>, why: Why) {
        self.left.push(Left { text: text.to_owned(), span, line: 0, why });
    }

    /// Takes a reference in that stands somewhere in `around`, behind `before`. `sure` if it cannot be the name of
    /// something that is built here.
    fn take(&mut self, source: &str, text: &str, (around, before): (Range<usize>, &str), sure: bool) {
        let Some(reference) = Reference::parse(text) else {
            return self.leave(text, around, Why::Invalid);
        };
        if reference.is_scratch() {
            return;
        }
        if !sure && is_maybe_local(text, &reference) {
            return self.leave(text, around, Why::Local);
        }
        let Some(span) = locate(source, around.clone(), before, text) else {
            return self.leave(text, around, Why::Scattered);
        };
        self.images.push(Pinnable { text: text.to_owned(), reference, span, line: 0 });
    }
}

/// Counts lines forward: each byte of a file is looked at once, however many places there are.
struct Lines<'a> {
    source: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of a byte that is not before the last one.
    fn of(&mut self, at: usize) -> usize {
        let between = self.source.as_bytes().get(self.at..at).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count();
        self.at = self.at.max(at);
        self.line
    }
}

/// Whether a bare name need not be that of an image in a registry.
fn is_maybe_local(text: &str, reference: &Reference) -> bool {
    let name = reference.repository.strip_prefix("library/").unwrap_or(&reference.repository);
    reference.is_untagged() && !text.contains('/') && !bases::is_official(name)
}

/// The bytes of `text` inside `around`, if it stands there exactly once behind `before`.
fn locate(source: &str, around: Range<usize>, before: &str, text: &str) -> Option<Range<usize>> {
    let part = source.get(around.clone())?;
    let wanted = format!("{before}{text}");
    let at = part.find(&wanted)?;
    if part.get(at + wanted.len()..)?.contains(&wanted) {
        return None;
    }
    let start = around.start + at + before.len();
    Some(start..start + text.len())
}

/// The source with each of these bytes replaced. Ranges that overlap another or do not fit the text are left out.
#[must_use]
pub fn rewritten(source: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut edits: Vec<&(Range<usize>, String)> = edits.iter().collect();
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = String::with_capacity(source.len() + edits.len() * 80);
    let mut at = 0;
    for (span, text) in edits {
        if span.start < at || source.get(span.clone()).is_none() {
            continue;
        }
        out.push_str(source.get(at..span.start).unwrap_or_default());
        out.push_str(text);
        at = span.end;
    }
    out.push_str(source.get(at..).unwrap_or_default());
    out
}

/// The source with the digests that `digests` has for its references, by reference with tag. All others stay.
#[must_use]
pub fn with_digests(source: &str, found: &Found, digests: &BTreeMap<String, String>) -> String {
    let edits: Vec<(Range<usize>, String)> = found
        .images
        .iter()
        .filter_map(|image| {
            let digest = digests.get(&image.tagged()?)?;
            Some((image.span.clone(), image.with_digest(digest)))
        })
        .collect();
    rewritten(source, &edits)
}

#[cfg(test)]
mod tests;
