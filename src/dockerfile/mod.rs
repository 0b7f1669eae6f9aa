//! Reading a Dockerfile as BuildKit does, with spans: it never fails, problems are data.
//!
//! [`parse`] gives instructions in order with their typed [`Kind`], comments, directives and [`Problem`]s;
//! [`Dockerfile::stages`] gives the stage graph and what an image of it will be.
//!
//! The facts are those of BuildKit's parser of August 2026 (`docker/dockerfile:1`); `tests/dockerfile` holds its
//! answers for hard cases. Two deliberate differences: one problem does not end the reading, and flags are read as UTF-8
//! where BuildKit mangles their letters outside ASCII (which is reported).

mod budget;
mod directive;
mod duration;
mod expand;
mod flags;
mod heredoc;
mod image;
mod instruction;
mod json;
mod kind;
mod lines;
mod meaning;
mod mount;
mod pattern;
mod problem;
mod reader;
mod stages;
mod text;
mod words;

use std::ops::Range;

pub use directive::Directive;
pub use duration::nanoseconds;
pub use expand::{ExpandError, Expanded, Lexer, NoVariables, Variables};
pub use flags::Flag;
pub use heredoc::Heredoc;
pub use image::{Image, Setting};
pub use instruction::{Instruction, Script};
pub use kind::{Form, From, Healthcheck, Kind, Run, Transfer};
pub use meaning::KEYWORDS;
pub use mount::Mount;
pub use problem::{Problem, ProblemKind};
pub use stages::{Base, BuildArgs, Reference, Stage, Stages, Via};
pub use text::{Logical, Text};
pub use words::{ArgName, Pair, Word};

/// A whole line that is a comment, outside or inside a continued instruction; parser directives are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Without `#` and the white space around.
    pub text: String,
    /// The bytes from `#` to the end of the line.
    pub span: Range<usize>,
    /// From 1.
    pub line: usize,
}

/// A read Dockerfile. All spans are bytes of the text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// `# syntax=`, `# escape=`, `# check=`.
    pub directives: Vec<Directive>,
    /// `\`, or `` ` `` after `# escape=`.
    pub escape: char,
    /// All comments in order.
    pub comments: Vec<Comment>,
    /// All instructions in order.
    pub instructions: Vec<Instruction>,
    /// What BuildKit would refuse or warn of.
    pub problems: Vec<Problem>,
}

impl Dockerfile {
    /// The value of a parser directive.
    #[must_use]
    pub fn directive(&self, name: &str) -> Option<&str> {
        self.directives.iter().find(|directive| directive.name == name).map(|directive| directive.value.as_str())
    }

    /// The stage graph without any `--build-arg`.
    #[must_use]
    pub fn stages(&self) -> Stages<'_> {
        self.stages_with(&BuildArgs::new())
    }

    /// The stage graph with these `--build-arg`s; platform arguments such as `TARGETARCH` are known only if given here.
    #[must_use]
    pub fn stages_with(&self, args: &BuildArgs) -> Stages<'_> {
        Stages::new(self, args)
    }

    /// What stops a build from starting, and the stage problems with it, in the order of the file.
    #[must_use]
    pub fn all_problems(&self) -> Vec<Problem> {
        let mut all = self.problems.clone();
        all.extend(self.stages().problems);
        all.sort_by_key(|problem| problem.span.start);
        all
    }
}

/// Reads the text of a Dockerfile. It takes any text; what is wrong with it is in [`Dockerfile::problems`].
///
/// Time and memory grow with the length of the text.
#[must_use]
pub fn parse(text: &str) -> Dockerfile {
    reader::read(text)
}
