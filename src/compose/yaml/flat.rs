//! A tree as a list of its leaves, each with its path: to compare two renderings, or to list what a file says.

use std::fmt;
use std::ops::Range;

use super::{Node, NodeKind, ScalarKind};

/// So many values beyond those of the text itself may come from aliases.
const ALIAS_BUDGET: usize = 100_000;
/// The depth at which a tree counts as one that refers to itself. The parser nests less deep.
const DEEPEST: usize = 256;

/// A step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a sequence, counted from 0.
    Index(usize),
}

/// The way from the root to a value; shown as `services.web.ports[0]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    let is_plain =
                        !key.is_empty() && !key.contains(['.', '[', ']', '"']) && !key.contains(char::is_whitespace);
                    let dot = if at > 0 { "." } else { "" };
                    if is_plain { write!(f, "{dot}{key}")? } else { write!(f, "{dot}{key:?}")? }
                }
            }
        }
        Ok(())
    }
}

/// What a leaf is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafKind {
    /// A scalar of this type.
    Scalar(ScalarKind),
    /// `[]`
    EmptySequence,
    /// `{}`
    EmptyMapping,
    /// An alias without an anchor.
    Dangling,
}

/// A value without children.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What it is.
    pub kind: LeafKind,
    /// The value of a scalar, else empty.
    pub text: String,
    /// The scalar is in quotes or in a block.
    pub quoted: bool,
    /// The tag as written (`!override`).
    pub tag: Option<String>,
    /// The bytes of the value, or of the alias that stands for it.
    pub span: Range<usize>,
}

/// All leaves in the order of the text.
pub type Flat = Vec<(Path, Leaf)>;

/// Through its aliases the tree has more values than anybody wrote, or refers to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the aliases of this file stand for too many values")]
pub struct TooLarge;

/// The leaves of a tree, aliases and merges followed.
///
/// # Errors
/// [`TooLarge`] as soon as the aliases stand for more than 100 000 values.
pub fn flatten(root: Node<'_>) -> Result<Flat, TooLarge> {
    let mut walk =
        Walk { budget: 2 * root.document.nodes.len() + ALIAS_BUDGET, path: Path::default(), flat: Vec::new() };
    walk.visit(root)?;
    Ok(walk.flat)
}

struct Walk {
    budget: usize,
    path: Path,
    flat: Flat,
}

impl Walk {
    fn visit(&mut self, node: Node<'_>) -> Result<(), TooLarge> {
        self.budget = self.budget.checked_sub(1).ok_or(TooLarge)?;
        if self.path.0.len() > DEEPEST {
            return Err(TooLarge);
        }
        let kind = match node.kind() {
            NodeKind::Scalar(kind) => LeafKind::Scalar(kind),
            NodeKind::Dangling => LeafKind::Dangling,
            NodeKind::Sequence => {
                let mut is_empty = true;
                for (index, item) in node.items().enumerate() {
                    is_empty = false;
                    self.step(Step::Index(index), item)?;
                }
                if !is_empty {
                    return Ok(());
                }
                LeafKind::EmptySequence
            }
            NodeKind::Mapping => {
                let entries = node.entries();
                // What was merged in costs, even where it is overridden.
                let cost = node.merged().iter().map(|mapping| 1 + mapping.own_entries().count()).sum();
                self.budget = self.budget.checked_sub(cost).ok_or(TooLarge)?;
                for (key, value) in &entries {
                    self.step(Step::Key((*key).to_owned()), *value)?;
                }
                if !entries.is_empty() {
                    return Ok(());
                }
                LeafKind::EmptyMapping
            }
        };
        let scalar = node.scalar();
        self.flat.push((
            self.path.clone(),
            Leaf {
                kind,
                text: scalar.map_or_else(String::new, |scalar| scalar.text.to_owned()),
                quoted: scalar.is_some_and(|scalar| scalar.is_quoted()),
                tag: node.tag().map(|tag| tag.text.clone()),
                span: node.span(),
            },
        ));
        Ok(())
    }

    fn step(&mut self, step: Step, node: Node<'_>) -> Result<(), TooLarge> {
        self.path.0.push(step);
        let result = self.visit(node);
        self.path.0.pop();
        result
    }
}
