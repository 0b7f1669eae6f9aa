//! Parts of a `.dockerignore`: comments, patterns and exceptions.

use super::super::shell::ACTIVE;
use super::{Part, lines};

pub(super) fn parts(text: &str) -> Vec<Part> {
    lines(text)
        .map(|(at, line)| {
            let line = line.trim_end_matches(['\n', '\r']);
            if let Some(comment) = line.strip_prefix('#') {
                return Part::new("a comment", comment, at);
            }
            match line.trim() {
                "" => Part::new("an empty line", "", at),
                pattern => match pattern.strip_prefix('!') {
                    Some(pattern) => Part::new("an exception", decoded(pattern.trim()), at),
                    None => Part::new("a pattern", decoded(pattern), at),
                },
            }
        })
        .collect()
}

/// A pattern as the path that it matches, with active wildcards marked.
fn decoded(pattern: &str) -> String {
    let mut path = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => match rest.chars().next() {
                Some(escaped) => {
                    path.push(escaped);
                    rest = &rest[escaped.len_utf8()..];
                }
                None => path.extend([ACTIVE, '\\']),
            },
            '[' if rest.starts_with(" ]") => {
                path.push(' ');
                rest = &rest[2..];
            }
            '*' | '?' | '[' | ']' => path.extend([ACTIVE, c]),
            c => path.push(c),
        }
    }
    path
}
