//! Words: what is text in them, and what the shell puts there.

use std::ops::Range;

use super::Script;

/// One word of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// In order; none for `""`.
    pub parts: Vec<Part>,
    /// Bytes of the script, quotes included.
    pub span: Range<usize>,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text with quotes and escapes removed.
    Text {
        /// What it says.
        text: String,
        /// Quoted or escaped: no blank splits it, no `*` in it means files.
        quoted: bool,
    },
    /// `$NAME` or `${NAME...}`.
    Variable {
        /// Also `1`, `@`, `?`.
        name: String,
        /// What stands in where it is not set: the word of `:-`, `-`, `:=` or `=`.
        fallback: Option<Box<Word>>,
        /// Any other operator follows (`%`, `#`, `/`, `:+`, `:?`, `[...]`): the value is not just the variable's.
        changed: bool,
        /// Inside double quotes.
        quoted: bool,
    },
    /// `$( )` or backquotes.
    Command {
        /// What runs.
        script: Script,
        /// Inside double quotes.
        quoted: bool,
    },
    /// `<( )` or `>( )`.
    Process {
        /// What runs.
        script: Script,
        /// `<( )`
        input: bool,
    },
    /// `$(( ))`
    Arithmetic,
}

impl Word {
    /// The text, if the shell puts nothing into it.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        self.resolve(&|_| None)
    }

    /// The text with variables replaced; `None` if one has no value, or a command has a say in it.
    ///
    /// `$` forms that change a value (`${X%/}`) are not worked out and give `None`.
    #[must_use]
    pub fn resolve(&self, variables: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text { text: piece, .. } => text.push_str(piece),
                Part::Variable { name, fallback, changed: false, .. } => {
                    let value = variables(name).filter(|value| !value.is_empty() || fallback.is_none());
                    text.push_str(&match (value, fallback) {
                        (Some(value), _) => value,
                        (None, Some(fallback)) => fallback.resolve(variables)?,
                        (None, None) => return None,
                    });
                }
                _ => return None,
            }
        }
        Some(text)
    }

    /// The text before the first thing that the shell puts in.
    #[must_use]
    pub fn known_start(&self) -> String {
        let texts = self.parts.iter().map_while(|part| match part {
            Part::Text { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// Whether it is one unquoted variable and nothing else: its value is split at blanks.
    #[must_use]
    pub fn splits(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Variable { quoted: false, .. }])
    }

    /// The names of the variables in it, those of stand-ins included.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for part in &self.parts {
            if let Part::Variable { name, fallback, .. } = part {
                names.push(name.as_str());
                if let Some(word) = fallback {
                    names.extend(word.variables());
                }
            }
        }
        names
    }

    /// The scripts that run to make this word.
    pub fn scripts(&self) -> impl Iterator<Item = &Script> {
        self.parts.iter().flat_map(|part| match part {
            Part::Command { script, .. } | Part::Process { script, .. } => vec![script],
            Part::Variable { fallback: Some(word), .. } => word.scripts().collect(),
            _ => Vec::new(),
        })
    }
}

/// What becomes of words once variables are replaced: an unquoted variable gives as many words as its value has, an
/// unquoted `{a,b}` each of its choices. `None` stands for a word that is not known, with the bytes of the script that
/// each came from.
#[must_use]
pub fn words_of(words: &[Word], variables: &dyn Fn(&str) -> Option<String>) -> Vec<(Option<String>, Range<usize>)> {
    let mut all = Vec::new();
    for word in words {
        match word.resolve(variables) {
            Some(text) if word.splits() => {
                all.extend(text.split_ascii_whitespace().map(|text| (Some(text.to_owned()), word.span.clone())));
            }
            Some(text) => {
                let braces = word.parts.iter().any(
                    |part| matches!(part, Part::Text { text, quoted: false } if text.contains('{') && text.contains(',')),
                );
                match braces.then(|| alternatives(&text)).flatten() {
                    Some(texts) => all.extend(texts.into_iter().map(|text| (Some(text), word.span.clone()))),
                    None => all.push((Some(text), word.span.clone())),
                }
            }
            None => all.push((None, word.span.clone())),
        }
    }
    all
}

/// How many words `{a,b}{c,d}` may become.
const MAX_ALTERNATIVES: usize = 64;

/// `x{a,b}y` as `xay`, `xby`; one pair of braces at a time, the innermost left as it is.
fn alternatives(text: &str) -> Option<Vec<String>> {
    let mut done = vec![String::new()];
    let mut rest = text;
    let mut found = false;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}')?;
        let inner = &rest[open + 1..close];
        if inner.contains('{') {
            return None;
        }
        let choices: Vec<&str> =
            if inner.contains(',') { inner.split(',').collect() } else { vec![&rest[open..=close]] };
        found |= choices.len() > 1;
        let before = &rest[..open];
        done =
            done.iter().flat_map(|done| choices.iter().map(move |choice| format!("{done}{before}{choice}"))).collect();
        if done.len() > MAX_ALTERNATIVES {
            return None;
        }
        rest = &rest[close + 1..];
    }
    found.then(|| done.into_iter().map(|done| done + rest).collect())
}
