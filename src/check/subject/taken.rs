//! What one COPY or ADD takes from the context, as BuildKit does it.
//!
//! Seen on Docker Engine 28.5 (November 2026, `tests/engine_ignore.rs` holds it): wildcards are those of Go's
//! `filepath.Match`, so that `**` is `*`; a folder stands for all that is in it; a wildcard that matches nothing is
//! fine; `--exclude` counts from each source on, and never leaves out a file that is a source itself.

use std::ops::Range;

use super::build::{Build, Known, StageView};
use super::context::Context;
use crate::dockerfile::{Instruction, Kind, Transfer};
use crate::ignore::{Ignore, below_root};

/// What one COPY or ADD takes from the context.
#[derive(Debug)]
pub struct Taken<'b> {
    /// Which of the file's instructions.
    pub at: usize,
    /// The instruction.
    pub instruction: &'b Instruction,
    /// What it says.
    pub transfer: &'b Transfer,
    /// Its sources, those that are not known left out.
    pub sources: Vec<Source>,
    /// A source is a folder or has a wildcard: what is taken depends on what is there.
    pub open: bool,
    matcher: Matcher,
}

/// A source in the context.
#[derive(Debug)]
pub struct Source {
    /// Its path from the root of the context, which is itself the empty path.
    pub path: String,
    /// The bytes of the word in the Dockerfile.
    pub span: Range<usize>,
    /// What it is.
    pub kind: SourceKind,
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// The whole context.
    Root,
    /// A folder that is there.
    Folder,
    /// A path that is no folder, or not there.
    File,
    /// It has a wildcard.
    Wildcard,
}

impl Taken<'_> {
    /// Whether it takes this path of the context (before anything is ignored).
    #[must_use]
    pub fn takes(&self, path: &str) -> bool {
        self.matcher.takes(path)
    }

    /// Whether a source is this very path.
    #[must_use]
    pub fn names(&self, path: &str) -> bool {
        self.sources.iter().any(|source| source.kind != SourceKind::Wildcard && source.path == path)
    }

    /// What it is called in a message: `COPY . .`, in backticks, shortened if it is long.
    #[must_use]
    pub fn shown(&self) -> String {
        let keyword = if matches!(self.instruction.kind, Kind::Add(_)) { "ADD" } else { "COPY" };
        let words: Vec<&str> = self.transfer.sources.iter().map(|word| word.raw.as_str()).collect();
        let sources = match words.as_slice() {
            [first, _, _, _, ..] => format!("{first} .."),
            words => words.join(" "),
        };
        format!("`{keyword} {sources} {}`", self.transfer.destination.raw)
    }

    /// Whether it takes all that is in the root of the context.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.sources.iter().any(|source| {
            source.kind == SourceKind::Root
                || (source.kind == SourceKind::Wildcard && matches!(source.path.as_str(), "*" | "**"))
        })
    }
}

/// Decides which paths a COPY takes.
#[derive(Debug)]
pub struct Matcher {
    sources: Vec<One>,
    excluded: Option<Ignore>,
    parents: bool,
}

#[derive(Debug)]
struct One {
    path: String,
    /// The pattern and how many names a path has that it matches; any number with `--parents`.
    wildcard: Option<(Ignore, usize)>,
}

impl Matcher {
    /// A COPY of these sources with these `--exclude`s.
    #[must_use]
    pub fn new(sources: &[&str], excludes: &[&str], parents: bool) -> Self {
        // From the root of a source, no path begins with a slash.
        let lines: Vec<&str> = excludes.iter().copied().filter(|pattern| !pattern.starts_with('/')).collect();
        Self {
            sources: sources.iter().map(|source| One::new(&below_root(source), parents)).collect(),
            excluded: (!lines.is_empty()).then(|| Ignore::parse(&lines.join("\n"))),
            parents,
        }
    }

    /// Whether it takes this path of the context (before anything is ignored).
    #[must_use]
    pub fn takes(&self, path: &str) -> bool {
        self.sources.iter().any(|source| {
            let Some(rest) = source.rest(path) else { return false };
            let asked = if self.parents { path } else { rest };
            asked.is_empty() || !self.excluded.as_ref().is_some_and(|excluded| excluded.excludes(asked))
        })
    }
}

impl One {
    fn new(path: &str, parents: bool) -> Self {
        let wildcard = has_wildcard(path).then(|| {
            let mut pattern = path.to_owned();
            while !parents && pattern.contains("**") {
                pattern = pattern.replace("**", "*");
            }
            // `!` and `#` mean something in an ignore file and nothing in a source.
            if let Some(rest) = pattern.strip_prefix('!') {
                pattern = format!("[!]{rest}");
            } else if let Some(rest) = pattern.strip_prefix('#') {
                pattern = format!("[#]{rest}");
            }
            (Ignore::parse(&pattern), if parents { usize::MAX } else { pattern.split('/').count() })
        });
        Self { path: path.to_owned(), wildcard }
    }

    /// What follows in the path on what this source names: nothing if it is that itself.
    fn rest<'p>(&self, path: &'p str) -> Option<&'p str> {
        match &self.wildcard {
            None if self.path.is_empty() => Some(path),
            None => {
                let rest = path.strip_prefix(self.path.as_str())?;
                if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
            }
            Some((pattern, usize::MAX)) => pattern.excludes(path).then_some(path),
            Some((pattern, names)) => {
                let end = path.match_indices('/').nth(names - 1).map_or(path.len(), |(at, _)| at);
                let head = &path[..end];
                let long_enough = head.matches('/').count() + 1 == *names;
                (long_enough && pattern.excludes(head)).then(|| path[end..].trim_start_matches('/'))
            }
        }
    }
}

fn has_wildcard(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

impl<'w> Build<'w> {
    /// What its COPYs and ADDs take from the context, stage by stage, in those that are built for the target.
    pub fn copies(&self) -> &[(usize, Taken<'w>)] {
        self.copies.get_or_init(|| {
            let Some(context) = &self.context else { return Vec::new() };
            let needed = self.views.iter().filter(|view| view.needed);
            needed
                .flat_map(|view| context.taken(self, view).into_iter().map(|taken| (view.stage.index, taken)))
                .collect()
        })
    }
}

impl Context<'_> {
    /// What the COPYs and ADDs of a stage take from the context. A source that is not known is left out.
    #[must_use]
    pub fn taken<'b>(&self, build: &Build<'b>, view: &StageView<'_>) -> Vec<Taken<'b>> {
        transfers(build, view)
            .filter_map(|(at, instruction, transfer)| self.one(build, view, at, instruction, transfer))
            .collect()
    }

    fn one<'b>(
        &self,
        build: &Build<'b>,
        view: &StageView<'_>,
        at: usize,
        instruction: &'b Instruction,
        transfer: &'b Transfer,
    ) -> Option<Taken<'b>> {
        let sources: Vec<Source> = local_sources(build, view, transfer)
            .map(|(path, span)| {
                let kind = if path.is_empty() {
                    SourceKind::Root
                } else if has_wildcard(&path) {
                    SourceKind::Wildcard
                } else if build.workspace.tree.has_folder(&self.path(&path)) {
                    SourceKind::Folder
                } else {
                    SourceKind::File
                };
                Source { path, span, kind }
            })
            .collect();
        if sources.is_empty() {
            return None;
        }
        let excluded = instruction.flags.iter().filter(|flag| flag.name == "exclude");
        let excludes: Vec<&str> = excluded.filter_map(|flag| flag.value.as_deref()).collect();
        let parents = instruction.flags.iter().any(|flag| flag.name == "parents" && flag.is_on());
        let paths: Vec<&str> = sources.iter().map(|source| source.path.as_str()).collect();
        let matcher = Matcher::new(&paths, &excludes, parents);
        let open = sources.iter().any(|source| source.kind != SourceKind::File);
        Some(Taken { at, instruction, transfer, sources, open, matcher })
    }
}

/// The COPYs and ADDs of a stage that may take something from the context.
pub(super) fn transfers<'b>(
    build: &Build<'b>,
    view: &StageView<'_>,
) -> impl Iterator<Item = (usize, &'b Instruction, &'b Transfer)> {
    build.stages.instructions(view.stage).filter_map(|(at, instruction)| match &instruction.kind {
        Kind::Copy(transfer) if transfer.from.is_none() => Some((at, instruction, transfer)),
        Kind::Add(transfer) => Some((at, instruction, transfer)),
        _ => None,
    })
}

/// The sources that are paths and known: cleaned, with the bytes of the word.
pub(super) fn local_sources<'b>(
    build: &Build<'b>,
    view: &StageView<'_>,
    transfer: &'b Transfer,
) -> impl Iterator<Item = (String, Range<usize>)> {
    transfer.sources.iter().filter_map(|word| {
        let Known::Value(source) = build.word(view, word) else { return None };
        let remote = source.contains("://") || source.starts_with("git@") || source.contains('\n');
        // A backslash is an escape, or a path of Windows.
        (!remote && !source.is_empty() && !source.contains('\\')).then(|| (below_root(&source), word.span.clone()))
    })
}
