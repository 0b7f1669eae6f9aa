//! Words and operators of a POSIX shell line, with what is active in them told from what is only text.
//!
//! Two shell texts mean the same when their lexemes are equal: quoting is decoded, and a character that the shell
//! would act on (`$`, a glob, an assignment's `=`, a reserved word) carries the mark [`ACTIVE`] before it.

/// Stands before a character that the shell acts on. No rendered text can hold it.
pub(super) const ACTIVE: char = '\0';

/// Words that the grammar of the shell knows when they are unquoted.
pub(super) const RESERVED: &[&str] = &[
    "!", "{", "}", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
    "in", "select", "then", "time", "until", "while",
];

/// Operators, the longest first.
const OPERATORS: &[&str] = &[
    "<<-", "<<<", "&>>", "&&", "||", ";;", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "&", "|", ";", "<", ">", "(", ")",
    "\n",
];

/// One lexeme and the byte where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lexeme {
    /// A word, decoded, with its marks.
    Word(String),
    /// An operator; a redirection's number is part of it.
    Operator(String),
    /// A comment, without `#`.
    Comment(String),
}

/// What a shell text holds.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    pub(super) lexemes: Vec<(Lexeme, usize)>,
    /// A quote, a backquote or `${` is open at the end, so that blanks there would be text.
    pub(super) open_quote: bool,
    /// `$(` is open at the end, or a backslash is the last character.
    pub(super) open_other: bool,
    /// `<<` starts a heredoc somewhere, also inside a substitution.
    pub(super) heredoc: bool,
    /// There is a comment somewhere.
    pub(super) comment: bool,
}

/// Deepest nesting of substitutions that is followed; what lies deeper counts as open.
const MAX_DEPTH: usize = 32;

/// Reads a whole text.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer { text, at: 0, lexed: Lexed::default() };
    let lexemes = lexer.list(0);
    Lexed { lexemes, ..lexer.lexed }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    lexed: Lexed,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn take(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Lexemes up to the end, or past the `)` that closes a substitution of this depth.
    fn list(&mut self, depth: usize) -> Vec<(Lexeme, usize)> {
        let mut lexemes = Vec::new();
        let mut parentheses = 0_usize;
        loop {
            let trimmed = self.rest().trim_start_matches([' ', '\t']);
            self.at = self.text.len() - trimmed.len();
            let start = self.at;
            if trimmed.is_empty() {
                self.lexed.open_other |= depth > 0;
                return lexemes;
            }
            if trimmed.starts_with('#') {
                let end = trimmed.find('\n').unwrap_or(trimmed.len());
                self.lexed.comment = true;
                self.at += end;
                lexemes.push((Lexeme::Comment(trimmed[1..end].to_owned()), start));
                continue;
            }
            if let Some(operator) = OPERATORS.iter().find(|operator| trimmed.starts_with(**operator)) {
                self.at += operator.len();
                self.lexed.heredoc |= operator.starts_with("<<");
                match *operator {
                    "(" => parentheses += 1,
                    ")" if parentheses == 0 && depth > 0 => return lexemes,
                    ")" => parentheses = parentheses.saturating_sub(1),
                    _ => {}
                }
                lexemes.push((Lexeme::Operator((*operator).to_owned()), start));
                continue;
            }
            let lexeme = self.word(depth);
            lexemes.push((lexeme, start));
        }
    }

    fn word(&mut self, depth: usize) -> Lexeme {
        let start = self.at;
        let mut word = String::new();
        let mut bare = true;
        while let Some(next) = self.rest().chars().next() {
            match next {
                ' ' | '\t' | '\n' | '&' | '|' | ';' | '(' | ')' => break,
                '<' | '>' => {
                    let number = &self.text[start..self.at];
                    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
                        let operator =
                            OPERATORS.iter().find(|operator| self.rest().starts_with(**operator)).unwrap_or(&"<");
                        let lexeme = Lexeme::Operator(format!("{number}{operator}"));
                        self.at += operator.len();
                        self.lexed.heredoc |= operator.starts_with("<<");
                        return lexeme;
                    }
                    break;
                }
                '\\' | '\'' | '"' | '$' | '`' => {
                    bare = false;
                    self.part(&mut word, depth);
                }
                '=' if bare && is_name(&self.text[start..self.at]) => self.active(&mut word),
                '*' | '?' | '[' | ']' | '~' | '{' | '}' | '!' | '^' => self.active(&mut word),
                _ => {
                    self.at += next.len_utf8();
                    word.push(next);
                }
            }
        }
        if RESERVED.contains(&&self.text[start..self.at]) {
            word.insert(0, ACTIVE);
        }
        Lexeme::Word(word)
    }

    fn active(&mut self, word: &mut String) {
        if let Some(next) = self.take() {
            word.extend([ACTIVE, next]);
        }
    }

    /// One quoted part or expansion.
    fn part(&mut self, word: &mut String, depth: usize) {
        match self.take() {
            Some('\\') => match self.take() {
                Some('\n') => {}
                Some(next) => word.push(next),
                None => self.lexed.open_other = true,
            },
            Some('\'') => match self.rest().find('\'') {
                Some(length) => {
                    word.push_str(&self.rest()[..length]);
                    self.at += length + 1;
                }
                None => self.rest_is_open(),
            },
            Some('"') => self.double_quoted(word, depth),
            Some('$') => self.dollar(word, depth),
            Some('`') => self.backquoted(word),
            _ => {}
        }
    }

    fn rest_is_open(&mut self) {
        self.lexed.open_quote = true;
        self.at = self.text.len();
    }

    fn double_quoted(&mut self, word: &mut String, depth: usize) {
        loop {
            match self.take() {
                None => return self.rest_is_open(),
                Some('"') => return,
                Some('\\') => match self.take() {
                    Some(next @ ('$' | '`' | '"' | '\\')) => word.push(next),
                    Some('\n') => {}
                    Some(next) => word.extend(['\\', next]),
                    None => return self.rest_is_open(),
                },
                Some('$') => self.dollar(word, depth),
                Some('`') => self.backquoted(word),
                Some(next) => word.push(next),
            }
        }
    }

    /// After a `$`.
    fn dollar(&mut self, word: &mut String, depth: usize) {
        word.extend([ACTIVE, '$']);
        match self.rest().chars().next() {
            Some('(') if depth < MAX_DEPTH => {
                self.at += 1;
                word.push('(');
                for (lexeme, _) in self.list(depth + 1) {
                    let (mark, text) = match lexeme {
                        Lexeme::Word(text) => (' ', text),
                        Lexeme::Operator(text) => ('o', text),
                        Lexeme::Comment(text) => ('#', text),
                    };
                    word.extend([ACTIVE, mark]);
                    word.push_str(&text);
                }
                word.extend([ACTIVE, ')']);
            }
            Some('(') => self.lexed.open_other = true,
            Some('{') => self.braces(word, depth),
            _ => {}
        }
    }

    /// `${...}`: what is inside is the shell's business, and every character of it but quoted text is active.
    fn braces(&mut self, word: &mut String, depth: usize) {
        if depth >= MAX_DEPTH {
            self.lexed.open_quote = true;
            return;
        }
        while let Some(next) = self.rest().chars().next() {
            match next {
                '\\' | '\'' | '"' | '$' | '`' => self.part(word, depth + 1),
                _ => self.active(word),
            }
            if next == '}' {
                return;
            }
        }
        self.lexed.open_quote = true;
    }

    /// After a backquote: taken as it stands, so that quoting inside one never counts as understood.
    fn backquoted(&mut self, word: &mut String) {
        word.extend([ACTIVE, '`']);
        let mut escaped = false;
        while let Some(next) = self.take() {
            if next == '`' && !escaped {
                word.extend([ACTIVE, '`']);
                return;
            }
            escaped = next == '\\' && !escaped;
            self.lexed.heredoc |= next == '<' && self.rest().starts_with('<');
            self.lexed.comment |= next == '#';
            word.push(next);
        }
        self.lexed.open_quote = true;
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let shown = lex(text).lexemes.into_iter().map(|(lexeme, _)| match lexeme {
            Lexeme::Word(word) => word.replace(ACTIVE, "^"),
            Lexeme::Operator(operator) => format!("op {operator}"),
            Lexeme::Comment(comment) => format!("comment{comment}"),
        });
        shown.collect()
    }

    #[test]
    fn quoting_is_decoded() {
        assert_eq!(words(r#"a 'b c' "d \" \x" e\ f ''"#), ["a", "b c", "d \" \\x", "e f", ""]);
        assert_eq!(
            words("a&&b;c 2>&1 >x # y"),
            ["a", "op &&", "b", "op ;", "c", "op 2>&", "1", "op >", "x", "comment y"]
        );
    }

    #[test]
    fn what_the_shell_acts_on_is_marked() {
        assert_eq!(words(r#"$a '$a' "$a" \$a"#), ["^$a", "$a", "^$a", "$a"]);
        assert_eq!(words("*.c '*.c' A=1 'A=1' --a=1 if 'if'"), ["^*.c", "*.c", "A^=1", "A=1", "--a=1", "^if", "if"]);
        assert_eq!(words("$(a 'b c') ${x:-'y'} `a`"), ["^$(^ a^ b c^)", "^$^{^x^:^-y^}", "^`a^`"]);
    }

    #[test]
    fn open_ends_and_heredocs_are_seen() {
        assert!(lex("a 'b").open_quote && lex("\"$(").open_quote | lex("\"$(").open_other);
        assert!(lex("${a").open_quote && lex("`a").open_quote && lex("$(a").open_other && lex("a\\").open_other);
        assert!(lex("$(cat <<E)").heredoc && lex("a 3<<E").heredoc && !lex("'<<E'").heredoc);
        lex(&"$(".repeat(10_000));
    }
}
