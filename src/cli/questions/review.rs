//! The question that shows the whole answer.

use super::super::compare::Due;
use super::super::new::conflict;
use super::super::{found, summary, tell};
use super::draft::{Decision, Draft};
use crate::prompt::{Answer, Ask, Choice, Select, Stopped};
use crate::spec::lock;

/// Shows what was found and what would be written, and asks what to do.
pub(super) fn ask(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Result<Answer<()>, Stopped> {
    let (ready, dues) = draft.make()?;
    let context = draft.context;
    let conflicts: Vec<&Due> = dues.iter().filter(|due| due.conflicts()).collect();
    tell(&format!("\n{}\n", found::table(context, &found::rows(&ready, &dues))));
    let warnings = conflicts.iter().map(|due| conflict(due));
    for note in warnings.chain(ready.completed.notes.iter().cloned()) {
        if !draft.told.contains(&note) {
            context.say(&note);
            draft.told.push(note);
        }
    }
    let holds = summary::holds(&ready.stack);
    let replace = conflicts.iter().map(|due| due.path.as_str()).collect::<Vec<_>>().join(", ");
    // where something would be lost, the first answer is the careful one
    let (question, options) = if conflicts.is_empty() || draft.args.force {
        (
            "Write these files?",
            vec![
                (Decision::Write { replace: false }, Choice::new("Write", holds)),
                (Decision::Change, Choice::new("Change", "ask me each question")),
                (Decision::None, Choice::new("Show", "print the files first")),
                (Decision::Leave, Choice::new("Leave", "write nothing")),
            ],
        )
    } else {
        (
            "Replace what is there?",
            vec![
                (Decision::Leave, Choice::new("Leave", "write nothing")),
                (Decision::None, Choice::new("Show", "print the difference first")),
                (
                    Decision::Write { replace: true },
                    Choice::new("Replace", format!("{replace}; the old ones go to .scaffold/backup")),
                ),
                (Decision::Change, Choice::new("Change", "ask me each question")),
            ],
        )
    };
    let choices: Vec<Choice> = options.iter().map(|(_, choice)| choice.clone()).collect();
    loop {
        let select = Select { question, help: "", options: &choices, start: 0, keep_last: false };
        let decision = match ask.select(&select)? {
            Answer::Back => return Ok(Answer::Back),
            Answer::Given(index) => options.get(index).map_or(Decision::Leave, |(decision, _)| *decision),
        };
        if decision == Decision::None {
            show(draft, &dues);
            continue;
        }
        draft.decision = decision;
        return Ok(Answer::Given(()));
    }
}

/// Prints what would be written: new files whole, others as the difference.
fn show(draft: &Draft<'_>, dues: &[Due]) {
    let colour = draft.context.terminal.colour_stderr;
    for due in dues.iter().filter(|due| due.path != lock::NAME) {
        if due.old.is_some() {
            tell(due.diff(colour, true).trim_end());
        } else {
            let title = format!("--- {}", due.path);
            tell(&if colour { format!("\u{1b}[1m{title}\u{1b}[0m") } else { title });
            tell(due.text.trim_end());
        }
        tell("");
    }
}
