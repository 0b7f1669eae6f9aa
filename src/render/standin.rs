//! Harmless texts that stand for free ones in the second rendering, and the table that leads back.

use std::collections::BTreeMap;
use std::ops::Range;

/// What a free text may look like; its stand-in is of the same grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grammar {
    /// Any text, newlines included.
    Text,
    /// Text without newlines.
    Line,
    /// One bare word: a user, a duration, a size, a tag.
    Word,
    /// An absolute path in the image.
    AbsPath,
    /// A path in the build context.
    RelPath,
    /// The name of an environment variable.
    EnvName,
    /// An image with tag, digest or both.
    ImageRef,
    /// The id of a secret.
    SecretId,
    /// A whole shell command that a person wrote.
    Shell,
    /// The path of a URL.
    UrlPath,
    /// The address of a server.
    Url,
}

impl Grammar {
    /// Every grammar with the name that marks a newtype as free text of it.
    ///
    /// A type says so with `#[derive(Serialize)] #[serde(rename = "free:abs-path")] struct AbsPath(String);`. For every
    /// other serializer it stays a plain string.
    pub const ALL: [(&'static str, Self); 11] = [
        ("free:text", Self::Text),
        ("free:line", Self::Line),
        ("free:word", Self::Word),
        ("free:abs-path", Self::AbsPath),
        ("free:rel-path", Self::RelPath),
        ("free:env-name", Self::EnvName),
        ("free:image-ref", Self::ImageRef),
        ("free:secret-id", Self::SecretId),
        ("free:shell", Self::Shell),
        ("free:url-path", Self::UrlPath),
        ("free:url", Self::Url),
    ];

    /// The grammar that the newtype name `name` stands for.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, grammar)| *grammar)
    }

    /// The stand-in number `number` for `real`. What templates may look at stays: a trailing `/`, a tag, a digest.
    fn standin(self, number: usize, real: &str) -> String {
        let slash = if real.len() > 1 && real.ends_with('/') { "/" } else { "" };
        match self {
            Self::Text | Self::Line | Self::Word | Self::SecretId | Self::Shell => format!("standin{number}x"),
            Self::AbsPath | Self::UrlPath => format!("/standin{number}x{slash}"),
            Self::Url => format!("standin{number}x.example"),
            Self::RelPath => format!("standin{number}x{slash}"),
            Self::EnvName => format!("STANDIN{number}X"),
            Self::ImageRef => {
                let (name, digest) = match real.split_once('@') {
                    Some((name, _)) => (name, format!("@sha256:{}", "0".repeat(64))),
                    None => (real, String::new()),
                };
                let tag = if name.rsplit('/').next().is_some_and(|last| last.contains(':')) { ":1" } else { "" };
                format!("standin{number}x.example/name{tag}{digest}")
            }
        }
    }
}

/// One free value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the value may look like.
    pub grammar: Grammar,
    /// The text that stands for it.
    pub standin: String,
    /// The value itself.
    pub real: String,
}

/// The table of stand-ins. Equal values of the same grammar share one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StandIns {
    entries: Vec<Entry>,
    known: BTreeMap<(Grammar, String), usize>,
}

/// A stand-in found in a text.
#[derive(Debug)]
pub(super) struct Found<'t> {
    pub(super) span: Range<usize>,
    pub(super) entry: &'t Entry,
}

/// A text has something of a stand-in, but not a whole one: a template cut or changed it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl StandIns {
    /// The stand-in of `real`.
    pub fn standin(&mut self, grammar: Grammar, real: &str) -> &str {
        let next = self.entries.len();
        let number = *self.known.entry((grammar, real.to_owned())).or_insert(next);
        if number == next {
            self.entries.push(Entry { grammar, standin: grammar.standin(number, real), real: real.to_owned() });
        }
        &self.entries[number].standin
    }

    /// Every free value, in order of first sight.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The stand-ins in `text`, in order.
    pub(super) fn find(&self, text: &str) -> Result<Vec<Found<'_>>, Broken> {
        const NAME: &str = "standin";
        let lower = text.to_ascii_lowercase();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = lower[from..].find(NAME).map(|at| from + at) {
            let digits = &lower[at + NAME.len()..];
            let digits = &digits[..digits.bytes().take_while(u8::is_ascii_digit).count()];
            let after = at + NAME.len() + digits.len();
            if digits.is_empty() || !lower[after..].starts_with('x') {
                from = after; // the plain word, in a template's own text
                continue;
            }
            let entry = digits.parse().ok().and_then(|number: usize| self.entries.get(number)).ok_or(Broken)?;
            let before = usize::from(entry.standin.starts_with('/'));
            let start = at.checked_sub(before).filter(|start| *start >= from.min(at)).ok_or(Broken)?;
            if !text.get(start..).is_some_and(|rest| rest.starts_with(&entry.standin)) {
                return Err(Broken);
            }
            from = start + entry.standin.len();
            found.push(Found { span: start..from, entry });
        }
        Ok(found)
    }

    /// `text` with the real value in the place of every stand-in.
    pub(super) fn fill(&self, text: &str) -> Result<String, Broken> {
        let mut filled = String::new();
        let mut from = 0;
        for found in self.find(text)? {
            filled.push_str(&text[from..found.span.start]);
            filled.push_str(&found.entry.real);
            from = found.span.end;
        }
        filled.push_str(&text[from..]);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_grammar_has_a_standin_of_its_own_shape_that_leads_back() {
        let mut table = StandIns::default();
        for (_, grammar) in Grammar::ALL {
            for real in ["/a b/", "x:1", "r/x@sha256:0", "standin1x", ""] {
                let standin = table.standin(grammar, real).to_owned();
                assert_eq!(table.standin(grammar, real), standin);
                assert_eq!(table.fill(&format!("é{standin}--{standin}")).unwrap(), format!("é{real}--{real}"));
            }
        }
        assert_eq!(table.standin(Grammar::ImageRef, "a:5000/b"), "standin55x.example/name");
        assert_eq!(table.entries().len(), 56);
    }

    #[test]
    fn a_changed_standin_is_noticed() {
        let mut table = StandIns::default();
        table.standin(Grammar::EnvName, "A");
        table.standin(Grammar::AbsPath, "/a");
        for broken in ["standin0x", "standin1x", "standin2x", "STANDIN0x", "/STANDIN1X"] {
            assert_eq!(table.fill(broken), Err(Broken), "{broken}");
        }
        for untouched in ["standin", "a standin.", "STANDIN0", "standin99999999999999999999"] {
            assert_eq!(table.fill(untouched).unwrap(), untouched);
        }
    }
}
