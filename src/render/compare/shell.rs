//! Parts of shell text, and whole commands that a person wrote in the place of their stand-in.

use super::super::quote::run_lines;
use super::super::shell::{Lexeme, lex};
use super::super::standin::{Grammar, StandIns};
use super::Part;

const WORD: &str = "a shell word";

/// The words, operators and comments of a shell text; `at` is where it starts in its file.
pub(super) fn parts(text: &str, at: usize) -> Vec<Part> {
    let lexed = lex(text);
    let open = lexed.open_quote || lexed.open_other;
    let mut parts: Vec<_> = lexed
        .lexemes
        .into_iter()
        .map(|(lexeme, offset)| match lexeme {
            Lexeme::Word(word) => Part::new(WORD, word, at + offset),
            Lexeme::Operator(operator) => Part::new(format!("the shell's `{operator}`"), "", at + offset),
            Lexeme::Comment(comment) => Part::new("a shell comment", comment, at + offset),
        })
        .collect();
    if open {
        parts.push(Part::new("an open end of shell text", "", at));
    }
    parts
}

/// Puts the parts of each real command in the place of the word that stands for it.
pub(super) fn with_commands(parts: Vec<Part>, table: &StandIns) -> Vec<Part> {
    let mut expanded = Vec::with_capacity(parts.len());
    for part in parts {
        let command = match table.find(&part.text).as_deref() {
            Ok([only]) if part.role == WORD && only.span == (0..part.text.len()) => {
                Some(only.entry).filter(|entry| entry.grammar == Grammar::Shell)
            }
            _ => None,
        };
        // A command that the `run` filter refuses was not printed by it: compare it as any other value.
        match command.and_then(|entry| run_lines(&entry.real).ok()) {
            Some(lines) => {
                let command = self::parts(&lines.join(" "), part.at);
                expanded.extend(command.into_iter().map(|part| Part { real: true, ..part }));
            }
            None => expanded.push(part),
        }
    }
    expanded
}
