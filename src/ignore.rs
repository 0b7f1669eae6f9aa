//! `.dockerignore` as `docker build` (BuildKit) matches it: on paths, without a disk.
//!
//! The rules are those of the Go package `moby/patternmatcher`, applied while `tonistiigi/fsutil` walks the build
//! context (both read in November 2026; compared with Docker Engine 28.5 by `tests/engine_ignore.rs`). They are not
//! those of `.gitignore`: a pattern without a slash matches at the root of the context only.

mod go_path;
mod machine;
mod pattern;
mod translate;
mod walk;

use std::ops::Range;

use crate::report::{Diagnostic, Severity};
use pattern::Pattern;
pub use walk::Walk;

/// Go's line reader, which reads the file, gives up at lines of this many bytes.
const LONGEST_LINE: usize = 64 * 1024;

/// A read `.dockerignore`.
#[derive(Debug, Clone, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
    problems: Vec<Problem>,
    /// No `!` pattern has a wildcard before its end: then the walk leaves out excluded folders as a whole.
    plain_exceptions: bool,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// [`Severity::Error`]: `docker build` refuses to build at all. [`Severity::Warning`]: it builds, but the pattern
    /// does not mean what it seems to.
    pub severity: Severity,
    /// Counted from 1.
    pub line: usize,
    /// Bytes of the text given to [`Ignore::parse`].
    pub span: Range<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Problem {
    /// The message for a person; `file` is the name to show and `source` the text that was parsed.
    #[must_use]
    pub fn diagnostic(&self, file: &str, source: &str) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error(self.message.as_str()).at(file, source, self.span.clone()).help(self.help.as_str());
        diagnostic.severity = self.severity;
        diagnostic
    }
}

/// What becomes of one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is in the build context.
    Included,
    /// It is not in the build context.
    Excluded,
    /// A file is in the build context, but without its content. This is how BuildKit's sender treats
    /// a file that an exception brings back below a folder which a later line excludes again
    /// (`d`, `!d/f`, `d`): the walk lists it, the opening refuses it. Seen on Docker Engine 28.5.
    Emptied,
}

/// The fate of a path and the line that decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What becomes of the path.
    pub fate: Fate,
    /// The line (counted from 1) that turned the decision last; none if no line matched.
    pub line: Option<usize>,
}

impl Ignore {
    /// Reads the text of a `.dockerignore`. Never fails: bad lines are [problems](Self::problems) and match nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut ignore = Self { plain_exceptions: true, ..Self::default() };
        let mut start = 0;
        for (index, raw) in text.split('\n').enumerate() {
            let span = content_span(raw, start);
            let line = index + 1;
            if raw.len() >= LONGEST_LINE {
                ignore.problems.push(Problem {
                    severity: Severity::Error,
                    line,
                    span: start..start + raw.len(),
                    message: format!(
                        "the line is {} bytes long, and docker reads lines below {LONGEST_LINE}",
                        raw.len()
                    ),
                    help: "put one pattern on each line".to_owned(),
                });
                break;
            }
            start += raw.len() + 1;
            let raw = if index == 0 { raw.strip_prefix('\u{feff}').unwrap_or(raw) } else { raw };
            match Pattern::read(raw, line) {
                Ok(None) => {}
                Ok(Some((pattern, notice))) => {
                    if let Some((message, help)) = notice {
                        ignore.problems.push(Problem { severity: Severity::Warning, line, span, message, help });
                    }
                    ignore.plain_exceptions &= !pattern.negated || pattern.is_plain();
                    ignore.patterns.push(pattern);
                }
                Err((message, help)) => {
                    ignore.problems.push(Problem { severity: Severity::Error, line, span, message, help });
                }
            }
        }
        ignore
    }

    /// What is wrong with the file, in the order of its lines.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether the content of this path stays out of the build context.
    ///
    /// `path` is relative to the root of the context, with `/`. Take a folder's answer for the folder itself only: an
    /// excluded folder may hold files that an exception brings back.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        self.decide(path).fate != Fate::Included
    }

    /// For many paths of one tree.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        Walk::new(self)
    }

    /// Its patterns as Docker understands them.
    pub fn patterns(&self) -> impl Iterator<Item = PatternLine<'_>> {
        self.patterns.iter().map(|pattern| PatternLine { pattern })
    }

    /// What becomes of this path (see [`Self::excludes`]), and by which line.
    ///
    /// The work is bounded by the number of patterns times the depth of the path times the length of both.
    #[must_use]
    pub fn decide(&self, path: &str) -> Decision {
        let path = go_path::clean(path);
        let path = path.trim_start_matches('/');
        if path.is_empty() || path == "." {
            return Decision { fate: Fate::Included, line: None };
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let mut above = vec![false; self.patterns.len()];
        let mut decision = Decision { fate: Fate::Included, line: None };
        for end in ends {
            decision = self.visit(&path[..end], &mut above);
            let is_folder = end < path.len();
            if is_folder && decision.fate == Fate::Excluded && self.leaves_out_folder(&path[..=end]) {
                return decision;
            }
        }
        if decision.fate == Fate::Included
            && let Some(line) = self.closed_by(path)
        {
            return Decision { fate: Fate::Emptied, line: Some(line) };
        }
        decision
    }

    /// The step of the walk: `matched` says for each pattern whether it matched the folder above, and is updated.
    fn visit(&self, path: &str, matched: &mut [bool]) -> Decision {
        let mut decision = Decision { fate: Fate::Included, line: None };
        for (pattern, matched) in self.patterns.iter().zip(matched) {
            let excluded = decision.fate == Fate::Excluded;
            // A pattern that cannot change the decision is not even asked. That is more than a saving: what is not
            // asked of a folder is not known below it.
            *matched = *matched || (pattern.negated == excluded && pattern.matches(path));
            if *matched && pattern.negated == excluded {
                decision = Decision {
                    fate: if pattern.negated { Fate::Included } else { Fate::Excluded },
                    line: Some(pattern.line),
                };
            }
        }
        decision
    }

    /// Whether nothing below the excluded folder (with its final `/`) is looked at.
    fn leaves_out_folder(&self, folder: &str) -> bool {
        self.plain_exceptions && !self.patterns.iter().any(|pattern| pattern.negated && pattern.may_reach_below(folder))
    }

    /// The line that keeps the sender from opening a file which the walk lists.
    fn closed_by(&self, path: &str) -> Option<usize> {
        let mut line = None;
        for pattern in &self.patterns {
            if pattern.negated == line.is_some() && pattern.matches_at_or_above(path) {
                line = (!pattern.negated).then_some(pattern.line);
            }
        }
        line
    }
}

/// One pattern of a file.
#[derive(Debug, Clone, Copy)]
pub struct PatternLine<'i> {
    pattern: &'i Pattern,
}

impl<'i> PatternLine<'i> {
    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.pattern.line
    }

    /// Whether it brings back, with `!`.
    #[must_use]
    pub fn brings_back(&self) -> bool {
        self.pattern.negated
    }

    /// Cleaned, without `!` and without leading slash.
    #[must_use]
    pub fn text(&self) -> &'i str {
        self.pattern.text()
    }

    /// Whether it matches exactly this path.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.pattern.matches(path)
    }
}

/// The shortest path of the same meaning below a root: `./a//b/../c` and `/a/c` are `a/c`; the root itself is empty.
#[must_use]
pub fn below_root(path: &str) -> String {
    go_path::clean(&format!("/{path}")).trim_start_matches('/').to_owned()
}

/// The bytes of a line without the blanks around it.
fn content_span(raw: &str, start: usize) -> Range<usize> {
    let trimmed = raw.trim_start();
    let from = start + raw.len() - trimmed.len();
    from..from + trimmed.trim_end().len()
}

#[cfg(test)]
mod tests;
