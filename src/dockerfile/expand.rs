//! The shell lexer of BuildKit: quotes, escapes, `$NAME` and `${NAME...}`.
//!
//! Semantics read from moby/buildkit `frontend/dockerfile/shell` and the Dockerfile reference, August 2026. It is not a
//! POSIX shell: an unset variable is empty, `${x=y}` is an error, patterns know only `*` and `?`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::pattern;

/// How deep `${a:-${b:-...}}` may nest. BuildKit has no bound; a file that needs more than this is an attack.
const MAX_DEPTH: usize = 64;

/// By how much a text may grow through its variables: `ENV A=$A$A` doubles with each line. Linux takes no longer
/// string than 128 KiB in an environment.
const MAX_GROWTH: usize = 1 << 20;

/// Where the values of variables come from.
pub trait Variables {
    /// The value of `name`; `None` if it is not set.
    fn get(&self, name: &str) -> Option<&str>;
}

impl Variables for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<&str> {
        BTreeMap::get(self, name).map(String::as_str)
    }
}

/// No variable is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoVariables;

impl Variables for NoVariables {
    fn get(&self, _: &str) -> Option<&str> {
        None
    }
}

/// What a text becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text with quotes and escapes removed and variables replaced.
    pub text: String,
    /// The same split at unquoted white space, as `EXPOSE` and heredoc introducers are read.
    pub words: Vec<String>,
    /// Variables that were looked up and have a value.
    pub used: BTreeSet<String>,
    /// Variables that were looked up and have none.
    pub unset: BTreeSet<String>,
    /// Those of `unset` that left a gap in `text`: no `:-` or `:+` stood in for them.
    pub holes: BTreeSet<String>,
}

/// Why BuildKit would refuse a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpandError {
    /// Lower case, no final stop.
    pub message: String,
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExpandError {}

fn error<T>(message: impl Into<String>) -> Result<T, ExpandError> {
    Err(ExpandError { message: message.into() })
}

/// The lexer with its switches; [`Lexer::new`] gives the one that instructions use.
#[derive(Debug, Clone, Copy)]
pub struct Lexer {
    /// `\`, or `` ` `` after `# escape=`.
    pub escape: char,
    /// Leave quotes in the result.
    pub raw_quotes: bool,
    /// Leave escape characters in the result.
    pub raw_escapes: bool,
    /// Quotes mean nothing, as in the content of a `COPY` heredoc.
    pub skip_quotes: bool,
    /// Leave `$NAME` in place where `NAME` is not set.
    pub keep_unset: bool,
}

impl Lexer {
    /// The lexer for the words of instructions.
    #[must_use]
    pub fn new(escape: char) -> Self {
        Self { escape, raw_quotes: false, raw_escapes: false, skip_quotes: false, keep_unset: false }
    }

    /// Reads `text` to its end.
    ///
    /// # Errors
    /// An unmatched quote or brace, an unknown `${...}` form, or a failed `${NAME:?message}`.
    pub fn process(&self, text: &str, variables: &dyn Variables) -> Result<Expanded, ExpandError> {
        // Go's scanner drops a byte-order mark at its start.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut run = Run {
            lexer: *self,
            rest: text.chars(),
            variables,
            raw_escapes: self.raw_escapes,
            word: String::new(),
            depth: 0,
            growth: MAX_GROWTH,
            used: BTreeSet::new(),
            unset: BTreeSet::new(),
            holes: Vec::new(),
        };
        let (text, words) = run.until(None, self.raw_escapes)?;
        Ok(Expanded { text, words, used: run.used, unset: run.unset, holes: run.holes.into_iter().collect() })
    }
}

struct Run<'a> {
    lexer: Lexer,
    rest: std::str::Chars<'a>,
    variables: &'a dyn Variables,
    raw_escapes: bool,
    /// The word being built. One for all levels, as in BuildKit: what stands before `${x:-y}` in a word is lost from the
    /// split words (not from the text), so `EXPOSE 80${X:-80}` opens port 80.
    word: String,
    depth: usize,
    /// How many bytes of values may still be put in.
    growth: usize,
    used: BTreeSet<String>,
    unset: BTreeSet<String>,
    holes: Vec<String>,
}

#[derive(Default)]
struct Words {
    done: Vec<String>,
    inside: bool,
}

impl Words {
    fn split_char(&mut self, word: &mut String, ch: char) {
        if !ch.is_whitespace() {
            self.raw_char(word, ch);
        } else if self.inside && !word.is_empty() {
            self.done.push(std::mem::take(word));
            self.inside = false;
        }
    }

    fn raw_char(&mut self, word: &mut String, ch: char) {
        word.push(ch);
        self.inside = true;
    }

    fn finish(mut self, word: &mut String) -> Vec<String> {
        if !word.is_empty() {
            self.done.push(std::mem::take(word));
        }
        self.done
    }
}

impl Run<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn next(&mut self) -> Option<char> {
        self.rest.next()
    }

    fn look_up(&mut self, name: &str) -> Option<String> {
        let value = self.variables.get(name).map(str::to_owned);
        let seen = if value.is_some() { &mut self.used } else { &mut self.unset };
        if !seen.contains(name) {
            seen.insert(name.to_owned());
        }
        value
    }

    /// Reads up to `stop`, or to the end if there is none.
    fn until(&mut self, stop: Option<char>, raw_escapes: bool) -> Result<(String, Vec<String>), ExpandError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return error(format!("more than {MAX_DEPTH} nested substitutions"));
        }
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let read = self.until_stop(stop);
        self.raw_escapes = outer;
        self.depth -= 1;
        read
    }

    fn until_stop(&mut self, stop: Option<char>) -> Result<(String, Vec<String>), ExpandError> {
        let mut text = String::new();
        let mut words = Words::default();
        self.word.clear();
        while let Some(ch) = self.peek() {
            if Some(ch) == stop {
                self.next();
                return Ok((text, words.finish(&mut self.word)));
            }
            match ch {
                '$' => {
                    let value = self.dollar()?;
                    for ch in value.chars() {
                        words.split_char(&mut self.word, ch);
                    }
                    text.push_str(&value);
                }
                '<' => {
                    let from = text.len();
                    self.heredoc_sign(&mut text);
                    self.word.push_str(&text[from..]);
                    words.inside = true;
                }
                '\'' | '"' if !self.lexer.skip_quotes => {
                    let from = text.len();
                    if ch == '"' {
                        self.double_quote(&mut text)?
                    } else {
                        self.single_quote(&mut text)?
                    }
                    self.word.push_str(&text[from..]);
                    words.inside = true;
                }
                _ => {
                    self.next();
                    if ch != self.lexer.escape {
                        words.split_char(&mut self.word, ch);
                        text.push(ch);
                        continue;
                    }
                    if self.raw_escapes {
                        words.raw_char(&mut self.word, ch);
                        text.push(ch);
                    }
                    let Some(escaped) = self.next() else { break };
                    words.raw_char(&mut self.word, escaped);
                    text.push(escaped);
                }
            }
        }
        match stop {
            Some(stop) => error(format!("no closing `{stop}`")),
            None => Ok((text, words.finish(&mut self.word))),
        }
    }

    fn single_quote(&mut self, out: &mut String) -> Result<(), ExpandError> {
        self.next();
        if self.lexer.raw_quotes {
            out.push('\'');
        }
        loop {
            match self.next() {
                None => return error("no closing single quote"),
                Some('\'') => break,
                Some(ch) => out.push(ch),
            }
        }
        if self.lexer.raw_quotes {
            out.push('\'');
        }
        Ok(())
    }

    fn double_quote(&mut self, out: &mut String) -> Result<(), ExpandError> {
        self.next();
        if self.lexer.raw_quotes {
            out.push('"');
        }
        loop {
            match self.peek() {
                None => return error("no closing double quote"),
                Some('"') => break,
                Some('$') => {
                    let value = self.dollar()?;
                    out.push_str(&value);
                }
                Some(ch) => {
                    self.next();
                    if ch != self.lexer.escape {
                        out.push(ch);
                        continue;
                    }
                    if self.raw_escapes {
                        out.push(ch);
                    }
                    match self.peek() {
                        None => {}
                        Some(escaped) if escaped == '"' || escaped == '$' || escaped == ch => {
                            self.next();
                            out.push(escaped);
                        }
                        Some(_) => out.push(ch),
                    }
                }
            }
        }
        self.next();
        if self.lexer.raw_quotes {
            out.push('"');
        }
        Ok(())
    }

    /// `<<` keeps the blanks behind it, so that `<< EOF` stays one word (BuildKit since 2025-05).
    fn heredoc_sign(&mut self, out: &mut String) {
        self.next();
        out.push('<');
        if self.peek() != Some('<') {
            return;
        }
        self.next();
        out.push('<');
        while let Some(blank @ ('\t' | '\r' | ' ')) = self.peek() {
            self.next();
            out.push(blank);
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.peek() {
            Some(ch) if ch.is_ascii_digit() => {
                while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
                    self.next();
                    name.push(digit);
                }
                return name;
            }
            Some(ch @ ('@' | '*' | '#' | '?' | '-' | '$' | '!')) => {
                self.next();
                name.push(ch);
                return name;
            }
            _ => {}
        }
        while let Some(ch) = self.peek().filter(|ch| ch.is_alphanumeric() || *ch == '_') {
            self.next();
            name.push(ch);
        }
        name
    }

    fn dollar(&mut self) -> Result<String, ExpandError> {
        let value = self.substitution()?;
        match self.growth.checked_sub(value.len()) {
            Some(rest) => self.growth = rest,
            None => return error("the text becomes too long through its variables"),
        }
        Ok(value)
    }

    fn plain(&mut self, name: &str, left: impl FnOnce() -> String) -> String {
        match self.look_up(name) {
            Some(value) => value,
            None if self.lexer.keep_unset => left(),
            None => {
                self.holes.push(name.to_owned());
                String::new()
            }
        }
    }

    fn substitution(&mut self) -> Result<String, ExpandError> {
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".to_owned());
            }
            return Ok(self.plain(&name, || format!("${name}")));
        }
        self.next();
        match self.peek() {
            None => return error("no closing `}` of `${`"),
            Some(ch @ ('{' | '}' | ':')) => return error(format!("bad substitution `${{{ch}`")),
            Some(_) => {}
        }
        let name = self.name();
        let mut colon = false;
        let mut sign = self.next();
        if sign == Some('}') {
            return Ok(self.plain(&name, || format!("${{{name}}}")));
        }
        if sign == Some(':') {
            colon = true;
            sign = self.next();
        }
        match sign {
            None => error("no closing `}` of `${`"),
            Some('/') if !colon => self.replace(&name),
            Some(sign) => self.modify(&name, colon, sign),
        }
    }

    fn modify(&mut self, name: &str, colon: bool, sign: char) -> Result<String, ExpandError> {
        let trims = matches!(sign, '#' | '%');
        let shown = if colon { format!(":{sign}") } else { sign.to_string() };
        if !(trims || matches!(sign, '+' | '-' | '?')) || (trims && colon) {
            return error(format!("unknown modifier `{shown}` in `${{{name}...}}`"));
        }
        let holes = self.holes.len();
        let (word, _) = self.until(Some('}'), trims)?;
        let value = self.look_up(name);
        if self.lexer.keep_unset && value.is_none() {
            return Ok(format!("${{{name}{shown}{word}}}"));
        }
        let present = value.as_deref().is_some_and(|value| !(colon && value.is_empty()));
        if !trims && present != (sign == '+') {
            // The word is not used, so what it lacks leaves no gap.
            self.holes.truncate(holes);
        }
        match (sign, value) {
            ('-', Some(value)) if present => Ok(value),
            ('-', _) => Ok(word),
            ('+', _) => Ok(if present { word } else { String::new() }),
            ('?', Some(value)) if present => Ok(value),
            ('?', value) => {
                let why = if value.is_some() { "is not allowed to be empty" } else { "is not allowed to be unset" };
                error(format!("{name}: {}", if word.is_empty() { why } else { &word }))
            }
            (_, None) => {
                self.holes.push(name.to_owned());
                pattern::trim("", sign, &word)
            }
            (_, Some(value)) => pattern::trim(&value, sign, &word),
        }
    }

    fn replace(&mut self, name: &str) -> Result<String, ExpandError> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let (wanted, _) = self.until(Some('/'), true)?;
        let (replacement, _) = self.until(Some('}'), true)?;
        match self.look_up(name) {
            Some(value) => pattern::replace(&value, &wanted, &replacement, all),
            None if self.lexer.keep_unset => Ok(format!("${{{name}/{wanted}/{replacement}}}")),
            None => {
                self.holes.push(name.to_owned());
                pattern::replace("", &wanted, &replacement, all)
            }
        }
    }
}
