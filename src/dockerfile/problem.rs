//! What is wrong with a file, as data.

use std::ops::Range;

/// Something that BuildKit refuses, or warns of while it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// Lower case, no final stop.
    pub message: String,
    /// Whether BuildKit refuses to build for it; for the trigger of an `ONBUILD`, the build that it runs in.
    pub fatal: bool,
    /// What it is about.
    pub kind: ProblemKind,
}

/// What a problem is about, so that whoever reports it may say more than the reader knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The text of an instruction.
    Syntax,
    /// One stage that names another.
    Stage,
    /// A variable that no `ARG` declares.
    Variable,
}

/// Problems in the order of their finding.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<Problem>);

impl Problems {
    pub(super) fn fatal(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.refuse(ProblemKind::Syntax, span, message);
    }

    pub(super) fn refuse(&mut self, kind: ProblemKind, span: Range<usize>, message: impl Into<String>) {
        self.0.push(Problem { span, message: message.into(), fatal: true, kind });
    }

    pub(super) fn warn(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.0.push(Problem { span, message: message.into(), fatal: false, kind: ProblemKind::Syntax });
    }
}
