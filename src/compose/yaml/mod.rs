//! A YAML tree in which every value knows its bytes.
//!
//! Aliases and `<<` merges are not expanded but followed when asked, so a file that refers to itself ten to the tenth
//! times costs what its text costs. Reading never fails: what is wrong is in [`Document::problems`], beside the tree as
//! far as it goes.

mod build;
mod flat;
mod scalar;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::report::{Diagnostic, Severity};

pub use build::{parse, parse_all};
pub use flat::{Flat, Leaf, LeafKind, Path, Step, TooLarge, flatten};
pub use scalar::{Scalar, ScalarKind, ScalarStyle};

/// One document of a YAML file.
#[derive(Debug, Clone, Default)]
pub struct Document {
    nodes: Vec<Data>,
    root: Option<Id>,
    comments: Vec<Comment>,
    problems: Vec<Problem>,
}

type Id = usize;

#[derive(Debug, Clone)]
struct Data {
    value: Value,
    span: Range<usize>,
    tag: Option<Tag>,
    anchor: Option<String>,
}

#[derive(Debug, Clone)]
enum Value {
    Scalar {
        text: String,
        style: ScalarStyle,
        kind: ScalarKind,
    },
    Sequence(Vec<Id>),
    Mapping(Vec<(Id, Id)>),
    /// `None` if no such anchor stands before.
    Alias(Option<Id>),
}

/// An explicit tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// As written, for instance `!override` or `!!str`.
    pub text: String,
    /// Where it is written.
    pub span: Range<usize>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What follows `#`, with its blanks.
    pub text: String,
    /// From `#` to the end of the line.
    pub span: Range<usize>,
    /// Nothing else stands on its line.
    pub own_line: bool,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// [`Severity::Error`] if other readers refuse the file.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Bytes of the text that was parsed.
    pub span: Range<usize>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn error(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), span, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The message for a person; `file` is the name to show and `source` the text that was parsed.
    #[must_use]
    pub fn diagnostic(&self, file: &str, source: &str) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.message.as_str()).at(file, source, self.span.clone());
        diagnostic.severity = self.severity;
        diagnostic.help.clone_from(&self.help);
        diagnostic
    }
}

impl Document {
    /// The outermost value; none in an empty document.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        self.root.map(|id| Node { document: self, id })
    }

    /// All comments, in the order of the text.
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// What is wrong, in the order in which it was found.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The value at a path of keys and indices (see [`Node::at`]).
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<Node<'_>> {
        self.root()?.at(path)
    }
}

/// A value in its document. Asked for its content, an alias answers with what it refers to.
#[derive(Debug, Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    id: Id,
}

impl PartialEq for Node<'_> {
    /// The same value of the same document, not an equal one.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.id == other.id
    }
}

/// What a [`Node`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A scalar of this type.
    Scalar(ScalarKind),
    /// A list.
    Sequence,
    /// Keys and values.
    Mapping,
    /// An alias whose anchor does not exist.
    Dangling,
}

impl<'d> Node<'d> {
    fn with(self, id: Id) -> Self {
        Self { document: self.document, id }
    }

    fn data(self) -> Option<&'d Data> {
        self.document.nodes.get(self.id)
    }

    /// What an alias refers to; the node itself if it is no alias, or one that refers to nothing.
    #[must_use]
    pub fn target(self) -> Self {
        match self.data().map(|data| &data.value) {
            Some(Value::Alias(Some(id))) => self.with(*id),
            _ => self,
        }
    }

    fn value(self) -> Option<&'d Value> {
        self.target().data().map(|data| &data.value)
    }

    /// Whether an alias stands here.
    #[must_use]
    pub fn is_alias(self) -> bool {
        matches!(self.data().map(|data| &data.value), Some(Value::Alias(_)))
    }

    /// The bytes of the value here, without its tag and anchor; of an alias `*name`, of a block scalar its lines
    /// without the `|` or `>`.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.data().map_or(0..0, |data| data.span.clone())
    }

    /// The tag written at the value.
    #[must_use]
    pub fn tag(self) -> Option<&'d Tag> {
        self.target().data()?.tag.as_ref()
    }

    /// The name of the anchor written here.
    #[must_use]
    pub fn anchor(self) -> Option<&'d str> {
        self.data()?.anchor.as_deref()
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> NodeKind {
        match self.value() {
            Some(Value::Scalar { kind, .. }) => NodeKind::Scalar(*kind),
            Some(Value::Sequence(_)) => NodeKind::Sequence,
            Some(Value::Mapping(_)) => NodeKind::Mapping,
            Some(Value::Alias(_)) | None => NodeKind::Dangling,
        }
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn scalar(self) -> Option<Scalar<'d>> {
        match self.value()? {
            Value::Scalar { text, style, kind } => Some(Scalar { text, style: *style, kind: *kind }),
            _ => None,
        }
    }

    /// The text of a scalar of any type but null: `3000`, `true` and `"x"` all have one.
    #[must_use]
    pub fn as_str(self) -> Option<&'d str> {
        self.scalar().filter(|scalar| scalar.kind != ScalarKind::Null).map(|scalar| scalar.text)
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        self.scalar()?.as_bool()
    }

    /// The value of an integer.
    #[must_use]
    pub fn as_int(self) -> Option<i64> {
        self.scalar()?.as_int()
    }

    /// Whether it is null: written, or left empty.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == NodeKind::Scalar(ScalarKind::Null)
    }

    /// The items of a sequence; empty for everything else.
    pub fn items(self) -> impl Iterator<Item = Self> + 'd {
        let items = match self.value() {
            Some(Value::Sequence(items)) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |id| self.with(*id))
    }

    /// The keys and values that stand in the mapping itself, `<<` too; empty for everything else.
    pub fn own_entries(self) -> impl Iterator<Item = (Self, Self)> + 'd {
        let entries = match self.value() {
            Some(Value::Mapping(entries)) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(move |(key, value)| (self.with(*key), self.with(*value)))
    }

    /// Keys and values of a mapping: first its own, then those merged in by `<<` that are not set before.
    ///
    /// Keys that are no scalars are left out; the text of a null key is empty.
    #[must_use]
    pub fn entries(self) -> Vec<(&'d str, Self)> {
        let text = |(key, value): (Self, Self)| Some((key.scalar()?.text, value));
        self.pairs().into_iter().filter_map(text).collect()
    }

    /// The same as [`Node::entries`], with the nodes of the keys for their places.
    #[must_use]
    pub fn pairs(self) -> Vec<(Self, Self)> {
        let mut seen = BTreeSet::new();
        let mut pairs = Vec::new();
        for mapping in self.merged() {
            for (key, value) in mapping.own_entries().filter(|(key, _)| !key.is_merge_key()) {
                if let Some(text) = key.scalar()
                    && seen.insert(text.text)
                {
                    pairs.push((key, value));
                }
            }
        }
        pairs
    }

    /// The value of a key, its own or merged in by `<<`.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Key and value, for the place of the key.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<(Self, Self)> {
        let is_it = |node: &Self| !node.is_merge_key() && node.scalar().is_some_and(|scalar| scalar.text == key);
        self.merged().into_iter().find_map(|mapping| mapping.own_entries().find(|(key, _)| is_it(key)))
    }

    /// The value at a path: keys of mappings, and indices (from 0) of sequences.
    #[must_use]
    pub fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |node, step| match node.kind() {
            NodeKind::Sequence => node.items().nth(step.parse().ok()?),
            _ => node.get(step),
        })
    }

    fn is_merge_key(self) -> bool {
        self.scalar().is_some_and(|key| key.text == "<<" && !key.is_quoted())
    }

    /// This mapping and those that it merges in, the strongest first. Each stands there once, since what comes again
    /// has nothing new to say: that bounds the work and ends circles.
    fn merged(self) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let mut order = Vec::new();
        let mut open = vec![self.target()];
        while let Some(node) = open.pop() {
            if node.kind() != NodeKind::Mapping || !seen.insert(node.id) {
                continue;
            }
            order.push(node);
            let mut sources = Vec::new();
            for (_, value) in node.own_entries().filter(|(key, _)| key.is_merge_key()) {
                match value.kind() {
                    NodeKind::Sequence => sources.extend(value.items().map(Self::target)),
                    _ => sources.push(value.target()),
                }
            }
            open.extend(sources.into_iter().rev());
        }
        order
    }
}

#[cfg(test)]
mod tests;
