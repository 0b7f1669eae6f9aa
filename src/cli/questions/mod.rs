//! What `scaffold new` asks on a terminal: one question for a project that is known, and before it only what nothing
//! tells.

mod draft;
mod each;
mod review;

use std::collections::BTreeMap;

use super::args::New;
use super::new::{Inputs, again};
use super::{Context, Failure, tell};
use crate::detect::Origin;
use crate::prompt::{self, Question, Stopped, Walked, run_questions};
use crate::report::Diagnostic;
use draft::{Decision, Draft};

/// Said when a person or a signal ends the questions.
const NOTHING: &str = "Nothing was written.";

/// How the questions ended.
pub(super) enum Asked {
    /// All is said. `replace`: also files that scaffold did not write, or that were edited.
    Write { replace: bool },
    /// With this exit code, and nothing is to be written.
    Stopped(u8),
}

/// Asks, and puts the answers into the inputs below flags and spec; the starter's files, if one is wanted, into
/// `starter`.
pub(super) fn ask(
    context: &Context,
    args: &New,
    inputs: &mut Inputs,
    starter: &mut BTreeMap<String, String>,
) -> Result<Asked, Failure> {
    let mut draft = Draft::new(context, args, inputs, starter)?;
    let (mut ask, guard) = prompt::start(&context.terminal, NOTHING)
        .map_err(|error| Failure::outside(Diagnostic::error(format!("signals cannot be handled: {error}"))))?;
    let walked = walk(ask.as_mut(), &mut draft);
    drop(guard);
    if let Some(failure) = draft.failure.take() {
        return Err(failure);
    }
    let replace = match (walked, draft.decision) {
        (Err(Stopped::Closed), _) => {
            return Err(Failure::input(
                Diagnostic::error("the input ended before the questions did, and nothing was written")
                    .help("add `--yes` to ask nothing, and say what is not found with flags"),
            ));
        }
        (Err(stopped), _) => {
            tell(NOTHING);
            if !draft.answers.is_empty() {
                tell(&format!("The same answers again: {}", again(args, &draft.layers(), None, draft.starts_empty())));
            }
            return Ok(Asked::Stopped(stopped.exit_code()));
        }
        (Ok(_), Decision::Write { replace }) => replace,
        (Ok(_), _) => {
            tell(NOTHING);
            return Ok(Asked::Stopped(0));
        }
    };
    let (answers, files) = (std::mem::take(&mut draft.answers), std::mem::take(&mut draft.starter));
    drop(draft);
    inputs.layers.push(Origin::Prompt, answers);
    *starter = files;
    Ok(Asked::Write { replace })
}

/// What is unknown, then the review; from there through all questions and back to the review, as often as asked for.
fn walk(ask: &mut dyn prompt::Ask, draft: &mut Draft<'_>) -> Result<(), Stopped> {
    let review = || Question { applies: |_: &Draft<'_>| true, ask: review::ask };
    let mut unknown = each::unknown();
    unknown.push(review());
    let mut all = each::all();
    all.push(review());
    let mut walked = run_questions(ask, draft, &unknown)?;
    while draft.decision == Decision::Change {
        draft.decision = Decision::None;
        if run_questions(ask, draft, &all)? == Walked::Left {
            draft.decision = Decision::None;
            walked = run_questions(ask, draft, &unknown[unknown.len() - 1..])?;
        }
    }
    if walked == Walked::Left && !matches!(draft.decision, Decision::Write { .. }) {
        draft.decision = Decision::Leave;
    }
    Ok(())
}
