//! Questions on a terminal, by the inquire crate and around what it does not do.
//!
//! Facts about inquire 0.9.4, seen in November 2026 through a pseudo-terminal: it knows no way back, so Esc, which
//! cancels, is taken for one; its lists do not know the height of the window; it inserts pasted line breaks; it honours
//! an empty `NO_COLOR`; a filter without a match shows nothing at all.

use std::fmt;

use ::inquire::error::InquireError;
use ::inquire::list_option::ListOption;
use ::inquire::ui::{Color, ErrorMessageRenderConfig, RenderConfig, StyleSheet, Styled};
use ::inquire::validator::{ErrorMessage, Validation};

use super::fit::{fit, help, width};
use super::{Answer, Ask, Choice, Confirm, MultiSelect, Select, Stopped, Terminal, Text, check_text};

/// A list that is shorter is seen whole, so there is nothing to filter, and no key that does harm.
const FILTER_FROM: usize = 8;
/// Question, error, help and the line below them.
const LINES_AROUND: usize = 4;
const LEAST_PAGE: usize = 3;

/// Asks on a terminal in which lines can be redrawn.
#[derive(Debug)]
pub struct Inquire {
    config: RenderConfig<'static>,
    page: usize,
    columns: usize,
}

impl Inquire {
    /// Asks on this terminal.
    #[must_use]
    pub fn new(terminal: &Terminal) -> Self {
        Self {
            config: look(terminal.colour_stderr),
            page: page_size(terminal.rows),
            columns: usize::from(terminal.columns),
        }
    }

    fn question(&self, text: &str) -> String {
        fit(text, self.columns.saturating_sub(4))
    }

    /// Labels in one column, hints in another, and a mark of `prefix` cells before them.
    fn lines(&self, options: &[Choice], prefix: usize) -> Vec<Line> {
        let cells = self.columns.saturating_sub(prefix + 1);
        let column = options.iter().map(|option| width(&option.label)).max().unwrap_or(0);
        options
            .iter()
            .map(|Choice { label, hint }| {
                let gap = if hint.is_empty() { 0 } else { column - width(label) + 2 };
                Line { label: fit(label, cells), shown: fit(&format!("{label}{:gap$}{hint}", ""), cells) }
            })
            .collect()
    }
}

impl Ask for Inquire {
    fn select(&mut self, question: &Select<'_>) -> Result<Answer<usize>, Stopped> {
        let lines = self.lines(question.options, 2);
        let last = lines.len().saturating_sub(1);
        let (text, filter) = (self.question(question.question), lines.len() >= FILTER_FROM);
        let keys = if filter {
            "type to filter · enter choose · esc back"
        } else {
            "enter choose · ↑↓ move · esc back"
        };
        let help = help(question.help, keys);
        let keep_last = question.keep_last;
        let scorer = move |typed: &str, _: &Line, shown: &str, index: usize| {
            score(typed, shown, index, keep_last && index == last)
        };
        let mut prompt = ::inquire::Select::new(&text, lines)
            .with_render_config(self.config)
            .with_help_message(&help)
            .with_page_size(self.page)
            .with_starting_cursor(question.start.min(last))
            .with_formatter(&|line: ListOption<&Line>| line.value.label.clone())
            .with_scorer(&scorer);
        if !filter {
            prompt = prompt.without_filtering();
        }
        given(prompt.raw_prompt()).map(|answer| answer.map(|line| line.index))
    }

    fn text(&mut self, question: &Text<'_>) -> Result<Answer<String>, Stopped> {
        let text = self.question(question.question);
        let help = help(question.help, "enter accept · esc back");
        let validate = question.validate;
        let mut prompt = ::inquire::Text::new(&text)
            .with_render_config(self.config)
            .with_help_message(&help)
            .with_validator(move |typed: &str| {
                Ok(match check_text(typed, validate) {
                    Ok(()) => Validation::Valid,
                    Err(what_to_do) => Validation::Invalid(ErrorMessage::Custom(fit(&what_to_do, 200))),
                })
            })
            .with_formatter(&|typed| fit(typed, 200));
        if let Some(default) = question.default {
            prompt = prompt.with_default(default);
        }
        if let Some(initial) = question.initial {
            prompt = prompt.with_initial_value(initial);
        }
        given(prompt.prompt())
    }

    fn confirm(&mut self, question: &Confirm<'_>) -> Result<Answer<bool>, Stopped> {
        let text = self.question(question.question);
        let help = help(question.help, "y or n · enter accept · esc back");
        let prompt = ::inquire::Confirm::new(&text)
            .with_render_config(self.config)
            .with_help_message(&help)
            .with_default(question.default)
            .with_error_message("write y or n");
        given(prompt.prompt())
    }

    fn multi_select(&mut self, question: &MultiSelect<'_>) -> Result<Answer<Vec<usize>>, Stopped> {
        let lines = self.lines(question.options, 6);
        let (text, filter) = (self.question(question.question), lines.len() >= FILTER_FROM);
        let help = help(question.help, "space tick · enter done · ↑↓ move · esc back");
        let chosen: Vec<usize> = question.chosen.iter().copied().filter(|index| *index < lines.len()).collect();
        let scorer = |typed: &str, _: &Line, shown: &str, index: usize| score(typed, shown, index, false);
        let mut prompt = ::inquire::MultiSelect::new(&text, lines)
            .with_render_config(self.config)
            .with_help_message(&help)
            .with_page_size(self.page)
            .with_default(&chosen)
            .with_formatter(&|lines: &[ListOption<&Line>]| {
                let labels: Vec<&str> = lines.iter().map(|line| line.value.label.as_str()).collect();
                if labels.is_empty() { "none".to_owned() } else { labels.join(", ") }
            })
            .with_scorer(&scorer);
        if !filter {
            prompt = prompt.without_filtering();
        }
        given(prompt.raw_prompt()).map(|answer| {
            answer.map(|lines| {
                let mut indices: Vec<usize> = lines.iter().map(|line| line.index).collect();
                indices.sort_unstable();
                indices
            })
        })
    }
}

/// What stands in a list, and what stays of it when it is the answer.
struct Line {
    label: String,
    shown: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn given<T>(result: Result<T, InquireError>) -> Result<Answer<T>, Stopped> {
    match result {
        Ok(value) => Ok(Answer::Given(value)),
        Err(InquireError::OperationCanceled) => Ok(Answer::Back),
        Err(InquireError::OperationInterrupted) => Err(Stopped::Interrupted),
        Err(_) => Err(Stopped::Closed),
    }
}

fn page_size(rows: u16) -> usize {
    usize::from(rows).saturating_sub(LINES_AROUND).max(LEAST_PAGE)
}

/// Lines that contain what was typed, those that begin with it first, else in their own order: inquire sorts by score
/// alone, and mixes those that are equal.
fn score(typed: &str, shown: &str, index: usize, always: bool) -> Option<i64> {
    let (typed, shown) = (typed.trim().to_lowercase(), shown.to_lowercase());
    let rank = match shown.find(&typed) {
        Some(0) => 2,
        Some(_) => 1,
        None if always => 0,
        None => return None,
    };
    Some(rank * 1_000_000 - i64::try_from(index).unwrap_or(i64::MAX).min(999_999))
}

/// Only the terminal's own sixteen colours, and never a meaning that is not in the text, too.
fn look(colour: bool) -> RenderConfig<'static> {
    let paint = |text: &'static str, colour_name: Color| {
        if colour { Styled::new(text).with_fg(colour_name) } else { Styled::new(text) }
    };
    let style =
        |colour_name: Color| if colour { StyleSheet::empty().with_fg(colour_name) } else { StyleSheet::empty() };
    RenderConfig::empty()
        .with_prompt_prefix(paint("?", Color::DarkGreen))
        .with_answered_prompt_prefix(paint(">", Color::DarkGreen))
        .with_highlighted_option_prefix(paint(">", Color::DarkCyan))
        .with_selected_option(Some(style(Color::DarkCyan)))
        .with_selected_checkbox(paint("[x]", Color::DarkGreen))
        .with_answer(style(Color::DarkCyan))
        .with_help_message(style(Color::LightBlue))
        .with_canceled_prompt_indicator(paint("back", Color::DarkYellow))
        .with_error_message(
            ErrorMessageRenderConfig::empty()
                .with_prefix(paint("#", Color::DarkRed))
                .with_message(style(Color::DarkRed)),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_leaves_room_for_its_question() {
        assert_eq!(page_size(24), 20);
        assert_eq!(page_size(8), 4);
        assert_eq!(page_size(2), 3);
    }

    #[test]
    fn the_last_option_stays_when_nothing_matches() {
        let options = ["rust", "ruby", "crust", "other: write it in scaffold.toml"];
        let matching = |typed: &str| {
            let scored =
                options.iter().enumerate().map(|(index, shown)| (score(typed, shown, index, index == 3), *shown));
            let mut found: Vec<_> = scored.filter_map(|(score, shown)| Some((score?, shown))).collect();
            found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            found.into_iter().map(|(_, shown)| shown).collect::<Vec<_>>()
        };
        assert_eq!(matching("zig"), ["other: write it in scaffold.toml"]);
        assert_eq!(matching("RU")[..3], ["rust", "ruby", "crust"]);
        assert_eq!(matching(""), options, "in their own order");
    }

    #[test]
    fn without_colour_nothing_is_coloured() {
        assert_eq!(look(false).prompt_prefix, Styled::new("?"));
        assert_eq!(look(false).help_message, StyleSheet::empty());
        assert_ne!(look(true).help_message, StyleSheet::empty());
    }
}
