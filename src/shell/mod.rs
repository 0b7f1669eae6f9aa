//! Shell scripts (`sh`, `bash`, busybox `ash`) as a tree with spans, so that a command is told from a word in an `echo`.
//!
//! [`parse`] takes any text and never fails: what is cut short is read as far as it goes. The grammar is that of the
//! POSIX shell command language with what `bash` adds in everyday scripts (`[[`, `<( )`, `&>`, `function`, `<<<`).

mod cursor;
mod heredoc;
mod parse;
mod pieces;
mod walk;
mod word;

use std::ops::Range;

pub use parse::parse;
pub use walk::{Around, Step, steps};
pub use word::{Part, Word, words_of};

/// A list of commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// In order.
    pub statements: Vec<Statement>,
}

/// One command of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it is.
    pub node: Node,
    /// Ended by `&`.
    pub background: bool,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A program with its arguments, or assignments alone.
    Simple(Simple),
    /// `a | b`; two commands at least.
    Pipeline(Vec<Node>),
    /// `a && b || c`: a first command and what follows it.
    Chain(Box<Node>, Vec<(Join, Node)>),
    /// Everything that holds other commands.
    Compound(Compound),
}

impl Node {
    /// Bytes of the script.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Simple(simple) => simple.span.clone(),
            Self::Compound(compound) => compound.span.clone(),
            Self::Pipeline(nodes) => {
                let start = nodes.first().map_or(0, |node| node.span().start);
                start..nodes.last().map_or(start, |node| node.span().end)
            }
            Self::Chain(first, rest) => {
                let first = first.span();
                first.start..rest.last().map_or(first.end, |(_, node)| node.span().end)
            }
        }
    }
}

/// What stands between the commands of a [`Node::Chain`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A program with its arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simple {
    /// `NAME=value` before the program.
    pub assignments: Vec<Assignment>,
    /// The program and its arguments; empty if there are assignments or redirections alone.
    pub words: Vec<Word>,
    /// In order.
    pub redirections: Vec<Redirection>,
    /// Bytes of the script, from the first word to the last.
    pub span: Range<usize>,
}

/// `NAME=value`, `NAME+=value` or `NAME=(a b)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// What is set.
    pub name: String,
    /// What it is set to; of an array one word an element.
    pub values: Vec<Word>,
    /// Whether it is of the form `NAME=( )`.
    pub array: bool,
    /// Whether it is of the form `NAME+=`.
    pub append: bool,
    /// Bytes of the script.
    pub span: Range<usize>,
}

/// `> file`, `2>&1`, `<< END`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirection {
    /// The number before it, if there is one.
    pub descriptor: Option<u32>,
    /// `>`, `>>`, `<`, `<<`, `<<-`, `<<<`, `>&`, `<&`, `&>`, `&>>`, `>|` or `<>`.
    pub operator: &'static str,
    /// The file, the descriptor, or the word that ends a heredoc.
    pub target: Word,
    /// What the heredoc holds.
    pub heredoc: Option<Body>,
}

impl Redirection {
    /// Whether a file is written.
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(self.operator, ">" | ">>" | ">|" | "&>" | "&>>" | "<>")
    }
}

/// The lines of a heredoc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Without the tabs that `<<-` drops.
    pub text: String,
    /// Whether variables are expanded in it: the ending word is not quoted.
    pub expand: bool,
    /// Bytes of the script.
    pub span: Range<usize>,
}

/// A command that holds others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compound {
    /// Which.
    pub kind: CompoundKind,
    /// The lists in it, conditions included, in order.
    pub bodies: Vec<Script>,
    /// The words of `for NAME in ...`, and what `case` looks at.
    pub words: Vec<Word>,
    /// The name of a function, or the variable of a `for`.
    pub name: Option<String>,
    /// Behind its end.
    pub redirections: Vec<Redirection>,
    /// Bytes of the script.
    pub span: Range<usize>,
}

/// The kinds of [`Compound`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompoundKind {
    /// `( )`
    Subshell,
    /// `{ }`
    Group,
    /// `if`
    If,
    /// `for` and `select`
    For,
    /// `while` and `until`
    While,
    /// `case`
    Case,
    /// A function's definition; its body runs where it is called.
    Function,
}

#[cfg(test)]
mod tests;
