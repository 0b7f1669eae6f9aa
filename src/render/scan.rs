//! A light reader of template text: its prints, tags and comments with their tokens and byte ranges.
//!
//! Tera keeps its syntax tree to itself, so the lint and the closure read the text on their own. The rules for where
//! a piece starts and ends are those of Tera 2.4's lexer (read in its source, 2026-11-24); what it cannot read it
//! leaves out, since Tera reports every syntax error itself.

use std::ops::Range;

/// What a [`Piece`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// `{{ ... }}`
    Print,
    /// `{% ... %}`
    Tag,
    /// `{# ... #}`
    Comment,
}

/// One print, tag or comment.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub(super) kind: PieceKind,
    /// The bytes of the template, with the delimiters.
    pub(super) span: Range<usize>,
    /// Empty for a comment.
    pub(super) tokens: Vec<Token<'t>>,
}

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword.
    Word,
    /// A string; [`Token::text`] is between its quotes, escapes untouched.
    Text,
    /// An integer or the start of a float.
    Number,
    /// One character of anything else.
    Sign,
}

/// One token of a print or tag.
#[derive(Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    pub(super) span: Range<usize>,
}

impl Token<'_> {
    /// Whether this is the character `sign` outside strings.
    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.kind == TokenKind::Sign && self.text == sign
    }

    /// Whether this is the name `word`.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text == word
    }
}

/// The pieces of a template, in order.
pub(super) fn pieces(source: &str) -> Vec<Piece<'_>> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] != b'{' {
            at += 1;
            continue;
        }
        let end = match bytes[at + 1] {
            b'#' => source[at + 2..].find("#}").map(|length| at + 2 + length + 2).inspect(|end| {
                found.push(Piece { kind: PieceKind::Comment, span: at..*end, tokens: Vec::new() });
            }),
            b'%' => raw_end(source, at).or_else(|| inner(source, at, PieceKind::Tag, &mut found)),
            b'{' => inner(source, at, PieceKind::Print, &mut found),
            _ => {
                at += 1;
                continue;
            }
        };
        match end {
            Some(end) => at = end,
            None => break,
        }
    }
    found
}

/// Where `{% endraw %}` ends, if a raw block starts at `at`.
fn raw_end(source: &str, at: usize) -> Option<usize> {
    let mut from = lone_tag(source, at, "raw")?;
    while let Some(next) = source[from..].find("{%") {
        if let Some(end) = lone_tag(source, from + next, "endraw") {
            return Some(end);
        }
        from += next + 2;
    }
    Some(source.len())
}

/// The end of the tag at `at` if `name` is all it holds.
fn lone_tag(source: &str, at: usize, name: &str) -> Option<usize> {
    let rest = source.get(at + 2..)?;
    let rest = rest.trim_start_matches('-').trim_start().strip_prefix(name)?.trim_start();
    let rest = rest.strip_prefix('-').unwrap_or(rest).strip_prefix("%}")?;
    Some(source.len() - rest.len())
}

/// Reads the tokens of the print or tag at `at`; where it ends, or nothing if it never does.
fn inner<'t>(source: &'t str, at: usize, kind: PieceKind, found: &mut Vec<Piece<'t>>) -> Option<usize> {
    let close = if kind == PieceKind::Tag { "%}" } else { "}}" };
    let mut tokens = Vec::new();
    let mut here = at + 2;
    if source[here..].starts_with('-') {
        here += 1;
    }
    while let Some(first) = source[here..].chars().next() {
        let rest = &source[here..];
        if first.is_ascii_whitespace() {
            here += 1;
            continue;
        }
        if rest.starts_with(close) || rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(close)) {
            let end = here + close.len() + usize::from(first == '-');
            found.push(Piece { kind, span: at..end, tokens });
            return Some(end);
        }
        let (kind, text, length) = match first {
            '"' | '\'' | '`' => {
                let length = string_length(rest, first)?;
                (TokenKind::Text, &rest[1..length - 1], length)
            }
            '_' | 'a'..='z' | 'A'..='Z' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                (TokenKind::Word, &rest[..length], length)
            }
            '0'..='9' => {
                let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                (TokenKind::Number, &rest[..length], length)
            }
            other => (TokenKind::Sign, &rest[..other.len_utf8()], other.len_utf8()),
        };
        tokens.push(Token { kind, text, span: here..here + length });
        here += length;
    }
    None
}

/// The bytes of the string that `rest` starts with, quotes included.
fn string_length(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(source: &str) -> Vec<(PieceKind, Vec<&str>)> {
        pieces(source).into_iter().map(|p| (p.kind, p.tokens.iter().map(|t| t.text).collect())).collect()
    }

    #[test]
    fn prints_tags_and_comments_are_found() {
        assert_eq!(
            shape("a {{- x.y | sh -}} {# {{ no }} #} {% if \"%}\" == `}}` %}é{% endif %}"),
            [
                (PieceKind::Print, vec!["x", ".", "y", "|", "sh"]),
                (PieceKind::Comment, vec![]),
                (PieceKind::Tag, vec!["if", "%}", "=", "=", "}}"]),
                (PieceKind::Tag, vec!["endif"]),
            ]
        );
    }

    #[test]
    fn raw_text_is_skipped() {
        assert_eq!(shape("{%- raw -%}{{ x }}{% if %}{% endraw %}{{ y }}"), [(PieceKind::Print, vec!["y"])]);
    }

    #[test]
    fn broken_text_ends_the_scan_without_a_panic() {
        for source in ["{", "{{", "{% é", "{{ 'x", "{# x", "{% raw %}", "{{ \"\\", "{{ x }", "{{{{"] {
            assert!(pieces(source).len() <= 1, "{source}");
        }
    }
}
