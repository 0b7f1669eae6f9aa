//! The quoting lint: a template that prints a value without quoting it for its place does not load.
//!
//! The escape function of the environment catches an unquoted value too, but only in branches that are taken, and not
//! what a filter does to a text after it was quoted. The lint sees every print of every branch, with line and column.

use std::ops::Range;

use super::quote;
use super::scan::{Piece, PieceKind, Token, TokenKind, pieces};
use crate::report::Diagnostic;

/// Filters that may stand before a quoting one: they choose, and neither make text grow nor follow a hash order.
pub const CHOOSING_FILTERS: &[&str] = &["default", "first", "get", "last", "length", "nth", "trim"];

/// Everything that is wrong with how the template `name` prints.
#[must_use]
pub fn lint(name: &str, source: &str) -> Vec<Diagnostic> {
    pieces(source)
        .iter()
        .filter_map(|piece| check(piece).err())
        .map(|problem| {
            Diagnostic::error(problem.message).at(name, source, problem.span).label(problem.label).help(problem.help)
        })
        .collect()
}

struct Problem {
    span: Range<usize>,
    message: String,
    label: String,
    help: String,
}

fn problem<T>(span: &Range<usize>, message: impl Into<String>, label: &str, help: &str) -> Result<T, Problem> {
    Err(Problem { span: span.clone(), message: message.into(), label: label.into(), help: help.into() })
}

const INTO_THE_PLAN: &str = "compute it in the plan, and print the result";

fn check(piece: &Piece<'_>) -> Result<(), Problem> {
    check_filters(&piece.tokens, piece.kind == PieceKind::Print)?;
    for token in &piece.tokens {
        if token.is_word("__tera_context") {
            return problem(
                &token.span,
                "a template cannot print the whole context",
                "not for templates",
                INTO_THE_PLAN,
            );
        }
        if token.is_sign("~") {
            return problem(&token.span, "a template cannot join texts", "`~` makes unquoted text", INTO_THE_PLAN);
        }
    }
    match piece.kind {
        PieceKind::Print => check_print(piece),
        PieceKind::Tag => check_tag(piece),
        PieceKind::Comment => Ok(()),
    }
}

/// Each filter is one that chooses, or a quoting one at the end of a print.
fn check_filters(tokens: &[Token<'_>], print: bool) -> Result<(), Problem> {
    for (at, pair) in tokens.windows(2).enumerate() {
        let [pipe, filter] = pair else { continue };
        if !pipe.is_sign("|") || filter.kind != TokenKind::Word || CHOOSING_FILTERS.contains(&filter.text) {
            continue;
        }
        if !quote::NAMES.contains(&filter.text) {
            let choosing = CHOOSING_FILTERS.join("`, `");
            return problem(
                &filter.span,
                format!("the filter `{}` is not for templates", filter.text),
                "neither chooses nor quotes",
                &format!("besides the quoting filters there are `{choosing}`; everything else is the plan's"),
            );
        }
        if !print || !skip_arguments(&tokens[at + 2..]).is_empty() {
            return problem(
                &filter.span,
                format!("the quoting filter `{}` is not the last thing of a print", filter.text),
                "what follows would change quoted text",
                "quote once, at the end: `{{ value | filter }}`",
            );
        }
    }
    Ok(())
}

fn check_print(piece: &Piece<'_>) -> Result<(), Problem> {
    let tokens = &piece.tokens[..];
    match tokens {
        [only] if only.is_word("body") => return Ok(()),
        [parent, open, close] if parent.is_word("super") && open.is_sign("(") && close.is_sign(")") => return Ok(()),
        [open, ..] if open.is_sign("<") => return Ok(()), // a component: its own prints are checked where it is written
        _ => {}
    }
    let mut rest = match tokens {
        [first, rest @ ..] if first.kind == TokenKind::Word => rest,
        _ => return unquoted(&piece.span),
    };
    loop {
        rest = match rest {
            [dot, name, rest @ ..] if dot.is_sign(".") && name.kind == TokenKind::Word => rest,
            [open, index, close, rest @ ..]
                if open.is_sign("[")
                    && matches!(index.kind, TokenKind::Number | TokenKind::Text)
                    && close.is_sign("]") =>
            {
                rest
            }
            _ => break,
        };
    }
    let mut quoted = false;
    while let [pipe, filter, after @ ..] = rest {
        if !pipe.is_sign("|") || filter.kind != TokenKind::Word {
            return unquoted(&piece.span);
        }
        quoted = quote::NAMES.contains(&filter.text);
        rest = skip_arguments(after);
    }
    if rest.is_empty() && quoted { Ok(()) } else { unquoted(&piece.span) }
}

fn unquoted(span: &Range<usize>) -> Result<(), Problem> {
    problem(
        span,
        "this print does not quote its value",
        "must be `path | ... | quoting filter`",
        &format!("end it with the filter of its place: `{}`", quote::NAMES.join("`, `")),
    )
}

/// What follows the `( ... )` after a filter's name.
fn skip_arguments<'s, 't>(tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    if !tokens.first().is_some_and(|first| first.is_sign("(")) {
        return tokens;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return &tokens[at + 1..];
            }
        }
    }
    &[]
}

fn check_tag(piece: &Piece<'_>) -> Result<(), Problem> {
    let tokens = &piece.tokens[..];
    let Some(keyword) = tokens.first() else { return Ok(()) };
    match keyword.text {
        "filter" => problem(&piece.span, "`filter` blocks change quoted text", "not for templates", INTO_THE_PLAN),
        "set" | "set_global" if !tokens.get(2).is_some_and(|token| token.is_sign("=")) => {
            problem(&piece.span, "`set` blocks hold text that no print can show", "not for templates", INTO_THE_PLAN)
        }
        "for" if tokens.get(2).is_some_and(|token| token.is_sign(",")) => problem(
            &piece.span,
            "a loop over the pairs of a map has no fixed order",
            "one name only",
            "maps arrive as sorted lists: `for entry in map`, then `entry.key` and `entry.value`",
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(source: &str) -> String {
        let found = lint("t", source);
        assert_eq!(found.len(), 1, "{source}: {found:?}");
        found[0].render(false)
    }

    #[test]
    fn quoted_prints_pass() {
        let good = "{{ v | sh }}{{ v | copy(to=\"./\") }}{{ a.b[0].c | default(value=\"x\") | trim | yaml }}{{ super() }}{{ body }}\
                    {{ <health port={plan.port} /> }}{% for x in a.b %}{{- loop.index | num -}}{% endfor %}\
                    {% set x = a.b %}{% if x == \"~\" %}{% endif %}{{ m[\"k\"] | env }}";
        assert_eq!(lint("t", good), []);
    }

    #[test]
    fn anything_else_is_refused_with_its_place() {
        for bad in [
            "{{ v }}",
            "{{ \"x\" }}",
            "{{ 5 }}",
            "{{ v or w | sh }}",
            "{{ v | trim }}",
            "{{ f(v) | sh }}",
            "{{ v | default(value=\"x\") }}",
            "{{ -v | sh }}",
            "{{ [v] | exec }}",
        ] {
            let shown = refusal(&format!("ab\n{bad}"));
            assert!(shown.contains("does not quote") && shown.contains("t:2:1"), "{bad}: {shown}");
        }
    }

    #[test]
    fn quoted_text_cannot_be_changed() {
        for bad in [
            "{{ v | sh if a else b }}",
            "{{ v | sh | upper }}",
            "{{ v | sh | trim }}",
            "{{ v | sh | sh }}",
            "{% set x = v | sh %}",
        ] {
            refusal(bad);
        }
        assert!(refusal("{% filter upper %}").contains("filter"));
        assert!(refusal("{{ v | sh ~ v }}").contains("quoting filter"));
    }

    #[test]
    fn filters_that_unquote_grow_or_shuffle_are_refused_in_dead_branches_too() {
        for bad in [
            "{{ v | safe }}",
            "{% set x = v | safe %}",
            "{% if false %}{{ v }}{% endif %}",
            "{% for x in m | keys %}",
            "{{ __tera_context | comment }}",
            "{% for k, v in m %}",
            "{% set x %}",
            "{{ v | replace(from=\"a\", to=\"aa\") | sh }}",
            "{% set x = v ~ v %}",
        ] {
            refusal(bad);
        }
    }
}
