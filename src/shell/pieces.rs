//! Words of a script: quotes, variables, substitutions.

use super::cursor::Parser;
use super::parse::MAX_DEPTH;
use super::{Part, Script, Word};

impl Parser<'_> {
    /// Past the end of `(( ))`, which was opened.
    pub(super) fn arithmetic(&mut self) {
        let mut depth = 2_usize;
        while depth > 0 {
            match self.take() {
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                Some('\n') | None => return,
                Some(_) => {}
            }
        }
    }

    pub(super) fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut parts = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                ' ' | '\t' | '\r' | '\n' | ';' | '|' | ')' => break,
                '&' => break,
                '<' | '>' if self.starts("<(") || self.starts(">(") => {
                    let input = next == '<';
                    self.at += 2;
                    let script = self.nested_list();
                    parts.push(Part::Process { script, input });
                }
                '<' | '>' => break,
                // Only an extended pattern such as `@(a|b)` has one inside a word.
                '(' if !self.text[start..self.at].ends_with(['?', '*', '+', '@', '!']) => break,
                '(' => {
                    let end = self.rest().find([')', '\n']).map_or(self.rest().len(), |at| at + 1);
                    push_text(&mut parts, &self.rest()[..end], false);
                    self.at += end;
                }
                _ => self.piece(&mut parts, false),
            }
        }
        (self.at > start).then_some(Word { parts, span: start..self.at })
    }

    /// The list of a substitution, past its `)`.
    pub(super) fn nested_list(&mut self) -> Script {
        if self.depth >= MAX_DEPTH {
            self.at = self.text.len();
            return Script::default();
        }
        self.depth += 1;
        let first = self.heredocs.len();
        let mut script = self.list();
        self.fill(&mut script, first);
        self.eat(")");
        self.depth -= 1;
        script
    }

    pub(super) fn piece(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        match self.peek() {
            Some('\\') => {
                self.skip_one();
                match self.take() {
                    Some('\n') | None => {}
                    Some(next) if !quoted || matches!(next, '$' | '`' | '"' | '\\') => push_char(parts, next, true),
                    Some(next) => {
                        push_char(parts, '\\', true);
                        push_char(parts, next, true);
                    }
                }
            }
            Some('\'') if !quoted => {
                self.skip_one();
                let length = self.rest().find('\'').unwrap_or(self.rest().len());
                push_text(parts, &self.rest()[..length], true);
                self.at += length;
                self.eat("'");
            }
            Some('"') if !quoted => {
                self.skip_one();
                push_text(parts, "", true);
                while let Some(next) = self.peek() {
                    if next == '"' {
                        break;
                    }
                    self.piece(parts, true);
                }
                self.eat("\"");
            }
            Some('$') => self.dollar(parts, quoted),
            Some('`') => self.backquoted(parts, quoted),
            Some(next) => {
                self.skip_one();
                push_char(parts, next, quoted);
            }
            None => {}
        }
    }

    pub(super) fn dollar(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        self.skip_one();
        if self.starts("((") {
            self.at += 2;
            self.arithmetic();
            parts.push(Part::Arithmetic);
            return;
        }
        if self.eat("(") {
            let script = self.nested_list();
            parts.push(Part::Command { script, quoted });
            return;
        }
        if self.starts("{") {
            self.braces(parts, quoted);
            return;
        }
        if !quoted && self.starts("'") {
            // ANSI-C quoting; its escapes are not worked out, so nothing is claimed about the value.
            self.skip_one();
            while let Some(next) = self.take() {
                match next {
                    '\\' => self.skip_one(),
                    '\'' => break,
                    _ => {}
                }
            }
            parts.push(Part::Arithmetic);
            return;
        }
        let rest = self.rest();
        let name = name_length(rest);
        if name > 0 {
            self.at += name;
            parts.push(variable(&rest[..name], quoted));
        } else if let Some(special) = self.peek().filter(|c| c.is_ascii_digit() || "@*#?-$!".contains(*c)) {
            self.skip_one();
            parts.push(variable(special.encode_utf8(&mut [0; 4]), quoted));
        } else {
            push_char(parts, '$', quoted);
        }
    }

    /// `${...}`
    pub(super) fn braces(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        self.skip_one();
        let mut changed = self.eat("#") || self.eat("!");
        let rest = self.rest();
        let length =
            name_length(rest).max(usize::from(rest.starts_with(|c: char| c.is_ascii_digit() || "@*?".contains(c))));
        let name = rest[..length].to_owned();
        self.at += length;
        let mut fallback = None;
        let stands_in = [":-", ":=", "-", "="].into_iter().find(|operator| self.starts(operator));
        if let Some(operator) = stands_in {
            self.at += operator.len();
            fallback = Some(Box::new(self.until_brace(quoted)));
        } else if !self.starts("}") {
            changed = true;
            self.until_brace(quoted);
        }
        self.eat("}");
        parts.push(Part::Variable { name, fallback, changed, quoted });
    }

    /// A word that ends before the `}`.
    pub(super) fn until_brace(&mut self, quoted: bool) -> Word {
        let start = self.at;
        let mut parts = Vec::new();
        if self.depth >= MAX_DEPTH {
            self.at = self.text.len();
            return Word { parts, span: start..self.at };
        }
        self.depth += 1;
        while let Some(next) = self.peek() {
            match next {
                '}' => break,
                // Inside double quotes, quotes of the stand-in still pair up.
                '"' | '\'' if quoted => {
                    self.skip_one();
                }
                _ => self.piece(&mut parts, quoted),
            }
        }
        self.depth -= 1;
        Word { parts, span: start..self.at }
    }

    pub(super) fn backquoted(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        self.skip_one();
        let start = self.at;
        let mut end = self.text.len();
        let mut chars = self.rest().char_indices();
        while let Some((at, next)) = chars.next() {
            match next {
                '\\' => {
                    chars.next();
                }
                '`' => {
                    end = start + at;
                    break;
                }
                _ => {}
            }
        }
        let script = if self.depth < MAX_DEPTH {
            // The text in between is read at its own place, so that its spans are right.
            let mut inner = Parser { text: &self.text[..end], at: start, depth: self.depth + 1, heredocs: Vec::new() };
            let mut script = inner.list();
            inner.fill(&mut script, 0);
            script
        } else {
            Script::default()
        };
        self.at = end;
        self.eat("`");
        parts.push(Part::Command { script, quoted });
    }
}

fn variable(name: &str, quoted: bool) -> Part {
    Part::Variable { name: name.to_owned(), fallback: None, changed: false, quoted }
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

fn push_char(parts: &mut Vec<Part>, next: char, quoted: bool) {
    push_text(parts, next.encode_utf8(&mut [0; 4]), quoted);
}

fn push_text(parts: &mut Vec<Part>, more: &str, quoted: bool) {
    match parts.last_mut() {
        Some(Part::Text { text, quoted: before }) if *before == quoted => text.push_str(more),
        _ => parts.push(Part::Text { text: more.to_owned(), quoted }),
    }
}
