//! A list of questions in which one can go back.

use super::{Answer, Ask, Stopped};

/// One question about a draft of type `D`.
pub struct Question<D: ?Sized> {
    /// Whether it has a meaning for this draft.
    pub applies: fn(&D) -> bool,
    /// Asks it with what the draft says as the first value, and puts the answer into the draft.
    pub ask: fn(&mut dyn Ask, &mut D) -> Result<Answer<()>, Stopped>,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walked {
    /// All questions that apply are answered.
    Through,
    /// Back from the first question.
    Left,
}

/// Asks all questions that apply, in their order. Going back skips those that do not apply, too; answers stay in the
/// draft, so a question that is asked again begins with them.
///
/// # Errors
/// Nobody will answer any more.
pub fn run_questions<D: ?Sized>(
    ask: &mut dyn Ask,
    draft: &mut D,
    questions: &[Question<D>],
) -> Result<Walked, Stopped> {
    let mut at = 0;
    while let Some(question) = questions.get(at) {
        if !(question.applies)(draft) {
            at += 1;
            continue;
        }
        match (question.ask)(ask, draft)? {
            Answer::Given(()) => at += 1,
            Answer::Back => {
                // Whether a question applies may depend on answers since, so it is asked now, not remembered.
                let before = questions.iter().take(at).rposition(|question| (question.applies)(draft));
                match before {
                    Some(before) => at = before,
                    None => return Ok(Walked::Left),
                }
            }
        }
    }
    Ok(Walked::Through)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::{Choice, Plain, Select, Text};

    #[derive(Default)]
    struct Draft {
        database: usize,
        version: String,
        port: String,
    }

    fn text(ask: &mut dyn Ask, question: &str, value: &mut String) -> Result<Answer<()>, Stopped> {
        let default = Some(value.as_str()).filter(|value| !value.is_empty());
        let answer = ask.text(&Text { question, help: "", default, initial: None, validate: &|_| Ok(()) })?;
        Ok(answer.map(|answer| answer.clone_into(value)))
    }

    const QUESTIONS: &[Question<Draft>] = &[
        Question {
            applies: |_| true,
            ask: |ask, draft| {
                let options = [Choice::new("none", ""), Choice::new("postgres", "")];
                let question = Select {
                    question: "Database",
                    help: "",
                    options: &options,
                    start: draft.database,
                    keep_last: false,
                };
                Ok(ask.select(&question)?.map(|index| draft.database = index))
            },
        },
        Question { applies: |draft| draft.database == 1, ask: |ask, draft| text(ask, "Version", &mut draft.version) },
        Question { applies: |_| true, ask: |ask, draft| text(ask, "Port", &mut draft.port) },
    ];

    fn walk(input: &str) -> (Result<Walked, Stopped>, Draft, String) {
        let mut output = Vec::new();
        let mut draft = Draft::default();
        let result = run_questions(&mut Plain::new(input.as_bytes(), &mut output), &mut draft, QUESTIONS);
        (result, draft, String::from_utf8(output).expect("a text"))
    }

    #[test]
    fn questions_that_do_not_apply_are_skipped_in_both_directions() {
        let (result, draft, shown) = walk("1\nb\n1\n3000\n");
        assert_eq!(result, Ok(Walked::Through));
        assert_eq!(draft.port, "3000");
        assert!(!shown.contains("Version"), "{shown}");
        assert_eq!(shown.matches("Database [").count(), 2, "{shown}");
    }

    #[test]
    fn answers_stay_as_first_values() {
        let (result, draft, shown) = walk("2\n16\nb\n\n3000\n");
        assert_eq!(result, Ok(Walked::Through));
        assert_eq!((draft.database, draft.version.as_str(), draft.port.as_str()), (1, "16", "3000"));
        assert!(shown.contains("Version [16]"), "{shown}");
    }

    #[test]
    fn back_from_the_first_question_leaves() {
        assert_eq!(walk("b\n").0, Ok(Walked::Left));
        assert_eq!(walk("2\n").0, Err(Stopped::Closed));
    }
}
