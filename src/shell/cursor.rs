//! Where the reader stands in a script, and the steps that it takes.

use super::heredoc::Pending;

/// Reads a script from front to back.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) depth: usize,
    /// Ending words of heredocs whose lines come behind the next line end: word, `<<-`, expand, and where it is kept.
    pub(super) heredocs: Vec<Pending>,
}

impl<'t> Parser<'t> {
    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn starts(&self, prefix: &str) -> bool {
        self.rest().starts_with(prefix)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn skip_one(&mut self) {
        self.take();
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.starts(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Past blanks, continued lines and comments, not past a line end.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => self.skip_one(),
                Some('\\') if self.starts("\\\n") => self.at += 2,
                Some('\\') if self.starts("\\\r\n") => self.at += 3,
                Some('#') => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                _ => return,
            }
        }
    }

    pub(super) fn newline(&mut self) {
        self.skip_one();
        for index in 0..self.heredocs.len() {
            if !self.heredocs[index].done {
                self.read_heredoc(index);
            }
        }
    }

    /// Past blanks and line ends.
    pub(super) fn space(&mut self) {
        loop {
            self.blanks();
            if self.peek() != Some('\n') {
                return;
            }
            self.newline();
        }
    }

    /// The next unquoted word if it is made of plain characters only, without moving.
    pub(super) fn keyword(&self) -> &'t str {
        let rest = self.rest();
        let end =
            rest.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '{' | '}' | '!' | '['))).unwrap_or(rest.len());
        let next = rest[end..].chars().next();
        let ends = next.is_none_or(|c| matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>'));
        if ends { &rest[..end] } else { "" }
    }
}
