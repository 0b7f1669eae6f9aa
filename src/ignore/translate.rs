//! From a pattern to the regular expression that Docker's matcher makes of it.
//!
//! Docker translates character by character and does not know when it is inside brackets. `[*]`, for instance, becomes
//! `[[^/]*]`: a class, a repetition, and a `]`. Only the detour over the text of the expression gives the same answers.

/// How Docker compares, by the kind of the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// No special character.
    Exact,
    /// Special only by a final `**`.
    Prefix,
    /// Special only by a leading `**`.
    Suffix,
    /// Everything else.
    Expression,
}

/// The shape of a pattern and its regular expression, which matches from the first character on.
pub(super) fn expression(pattern: &str) -> (Shape, String) {
    let mut shape = Shape::Exact;
    let mut out = String::new();
    // Go's text scanner, which reads the pattern there, drops a byte order mark.
    let mut rest = pattern.strip_prefix('\u{feff}').unwrap_or(pattern).chars().peekable();
    let mut first = true;
    while let Some(c) = rest.next() {
        match c {
            '*' if rest.next_if_eq(&'*').is_some() => {
                rest.next_if_eq(&'/');
                if rest.peek().is_some() {
                    out.push_str("(.*/)?");
                    shape = Shape::Expression;
                } else if shape == Shape::Exact {
                    shape = Shape::Prefix;
                } else {
                    out.push_str(".*");
                    shape = Shape::Expression;
                }
                if first {
                    shape = Shape::Suffix;
                }
            }
            '*' => {
                out.push_str("[^/]*");
                shape = Shape::Expression;
            }
            '?' => {
                out.push_str("[^/]");
                shape = Shape::Expression;
            }
            '.' | '+' | '(' | ')' | '|' | '{' | '}' | '$' => out.extend(['\\', c]),
            '\\' => {
                out.push('\\');
                // A final backslash stays alone, and so it escapes the `$` that comes behind.
                if let Some(escaped) = rest.next() {
                    out.push(escaped);
                    shape = Shape::Expression;
                }
            }
            '[' | ']' => {
                out.push(c);
                shape = Shape::Expression;
            }
            _ => out.push(c),
        }
        first = false;
    }
    out.push('$');
    (shape, out)
}
