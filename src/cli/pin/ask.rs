//! The questions to registries, each once, many at a time, with progress for a person who waits.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use crate::bases::Reference;
use crate::cli::Context;
use crate::registry::{Client, Error, Resolved, each};

/// What is asked about a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// What its tag stands for.
    Resolve,
    /// Whether its digest is there.
    Verify,
    /// First this, then that.
    Both,
}

/// What a registry said.
pub(super) type Answer = Resolved;

/// The answers by question and reference.
pub(super) type Answers = BTreeMap<(Question, Reference), Result<Answer, Error>>;

/// Asks.
pub(super) fn all(context: &Context, client: &Client, questions: Vec<(Question, Reference)>) -> Answers {
    let questions: Vec<(Question, Reference)> = questions.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let shown = context.terminal.stderr_tty && !context.terminal.plain;
    let draw = |done: usize| {
        if shown {
            let _ = write!(std::io::stderr(), "\r\x1b[Kasking registries: {done} of {} images", questions.len());
        }
    };
    draw(0);
    let answers = each(
        &questions,
        |(question, reference)| match question {
            Question::Resolve => client.resolve(reference),
            Question::Verify => client.verify(reference),
            Question::Both => client.verify(reference).and_then(|_| client.resolve(reference)),
        },
        draw,
    );
    if shown {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    questions.into_iter().zip(answers).collect()
}
