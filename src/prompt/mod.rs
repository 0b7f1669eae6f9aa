//! Questions to a person, on a terminal or line by line.
//!
//! Nothing else in the crate knows how a question is shown. [`Terminal`] decides once, at start-up, whether anybody
//! can be asked and how; [`start`] gives the [`Ask`] for it; [`run_questions`] walks a list of questions in which
//! one can go back.

#![expect(clippy::disallowed_methods, reason = "this is the edge that reads the terminal")]

mod fit;
mod inquire;
mod plain;
mod signals;
mod terminal;
mod walk;

use std::io;

pub use self::inquire::Inquire;
pub use fit::{fit, width};
pub use plain::Plain;
pub use signals::Guard;
pub use terminal::{Colour, Surroundings, Terminal};
pub use walk::{Question, Walked, run_questions};

/// One option of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its name, which is also the answer that stays on the screen.
    pub label: String,
    /// What it means, in a few words; may be empty.
    pub hint: String,
}

impl Choice {
    /// An option with a hint beside it.
    pub fn new(label: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { label: label.into(), hint: hint.into() }
    }
}

/// One of a list.
#[derive(Debug, Clone, Copy)]
pub struct Select<'a> {
    /// What is asked.
    pub question: &'a str,
    /// Why, or where the first answer comes from; at most 60 cells are shown.
    pub help: &'a str,
    /// At least one.
    pub options: &'a [Choice],
    /// Where the cursor stands at first.
    pub start: usize,
    /// Whether the last option stays in sight whatever is typed to narrow a long list ("other").
    pub keep_last: bool,
}

/// A line of text.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// What is asked.
    pub question: &'a str,
    /// Why, or where the default comes from; at most 60 cells are shown.
    pub help: &'a str,
    /// What an empty answer means.
    pub default: Option<&'a str>,
    /// What stands in the field at first, to be edited. A default is easier to replace: it need not be erased.
    pub initial: Option<&'a str>,
    /// Says what to write instead if an answer will not do. Answers with control characters never come here.
    pub validate: &'a dyn Fn(&str) -> Result<(), String>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy)]
pub struct Confirm<'a> {
    /// What is asked.
    pub question: &'a str,
    /// Why; at most 60 cells are shown.
    pub help: &'a str,
    /// What an empty answer means.
    pub default: bool,
}

/// Any number of a list.
#[derive(Debug, Clone, Copy)]
pub struct MultiSelect<'a> {
    /// What is asked.
    pub question: &'a str,
    /// Why, or where the first answer comes from; at most 60 cells are shown.
    pub help: &'a str,
    /// At least one.
    pub options: &'a [Choice],
    /// Those that are ticked at first.
    pub chosen: &'a [usize],
}

/// What a person does with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// Answers it.
    Given(T),
    /// Wants to go back to the one before.
    Back,
}

impl<T> Answer<T> {
    /// Applies `f` to what was given.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Given(value) => Answer::Given(f(value)),
            Self::Back => Answer::Back,
        }
    }
}

/// Why there will be no more answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Ctrl-C: exit code 130.
    Interrupted,
    /// A signal asked the process to end: exit code 143. Under a [`Guard`] the process ends by itself, so only other
    /// ways to ask say this.
    Terminated,
    /// The input has ended or cannot be read: exit code 2, and the flags have to say what the questions would have.
    Closed,
}

impl Stopped {
    /// The exit code of a process that ends for this reason.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupted => 130,
            Self::Terminated => 143,
            Self::Closed => 2,
        }
    }
}

/// A way to ask.
pub trait Ask {
    /// Asks for one of a list; the answer is its index.
    ///
    /// # Errors
    /// Nobody will answer any more.
    fn select(&mut self, question: &Select<'_>) -> Result<Answer<usize>, Stopped>;

    /// Asks for a line of text that passes its validation.
    ///
    /// # Errors
    /// Nobody will answer any more.
    fn text(&mut self, question: &Text<'_>) -> Result<Answer<String>, Stopped>;

    /// Asks for yes or no.
    ///
    /// # Errors
    /// Nobody will answer any more.
    fn confirm(&mut self, question: &Confirm<'_>) -> Result<Answer<bool>, Stopped>;

    /// Asks for any number of a list; the answer is their indices, ascending.
    ///
    /// # Errors
    /// Nobody will answer any more.
    fn multi_select(&mut self, question: &MultiSelect<'_>) -> Result<Answer<Vec<usize>>, Stopped>;
}

/// The way to ask on this terminal. Until the guard is dropped, a signal that ends the process restores the terminal
/// first and says `last_words`.
///
/// # Errors
/// The signal handlers cannot be installed.
pub fn start(terminal: &Terminal, last_words: &str) -> io::Result<(Box<dyn Ask>, Guard)> {
    let guard = Guard::new(last_words)?;
    let ask: Box<dyn Ask> = if terminal.plain {
        Box::new(Plain::new(io::stdin().lock(), io::stderr()))
    } else {
        Box::new(Inquire::new(terminal))
    };
    Ok((ask, guard))
}

/// What the validation of every text begins with.
fn check_text(text: &str, validate: &dyn Fn(&str) -> Result<(), String>) -> Result<(), String> {
    // A pasted line break would otherwise become a part of the value, and of the files.
    if text.chars().any(char::is_control) {
        return Err("write it in one line, without control characters".to_owned());
    }
    validate(text)
}
