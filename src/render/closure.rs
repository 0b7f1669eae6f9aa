//! Which templates an entry needs: only those are parsed, so a run does not pay for the others.

use std::collections::BTreeSet;
use std::ops::Range;

use super::scan::{PieceKind, TokenKind, pieces};
use crate::report::{Diagnostic, did_you_mean};

/// Most templates that one entry may need.
pub const MAX_TEMPLATES: usize = 100;
/// Longest template, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 256 * 1024;

/// The entry and every template that it extends, includes or takes components from, in order of discovery.
///
/// Components have no import in Tera, so the file that calls one says where it is written, in a comment of its own:
/// `{# components: blocks/health, blocks/labels #}`.
///
/// # Errors
/// A template that `lookup` does not know, or a set that is too large.
pub fn closure<'s>(entry: &str, lookup: &dyn Fn(&str) -> Option<&'s str>) -> Result<Vec<(String, String)>, Diagnostic> {
    let text = lookup(entry).ok_or_else(|| Diagnostic::error(format!("there is no template `{entry}`")))?;
    let mut found = vec![(entry.to_owned(), text.to_owned())];
    let mut seen = BTreeSet::from([entry.to_owned()]);
    let mut next = 0;
    while let Some((name, source)) = found.get(next).cloned() {
        if source.len() > MAX_TEMPLATE_BYTES {
            return Err(Diagnostic::error(format!("the template `{name}` is longer than {MAX_TEMPLATE_BYTES} bytes")));
        }
        for (wanted, span) in references(&source) {
            if seen.contains(&wanted) {
                continue;
            }
            let Some(text) = lookup(&wanted) else {
                let mut missing = Diagnostic::error(format!("there is no template `{wanted}`"))
                    .at(&name, &source, span)
                    .label("needed here");
                if let Some(near) = did_you_mean(&wanted, seen.iter().map(String::as_str)) {
                    missing = missing.help(format!("did you mean `{near}`?"));
                }
                return Err(missing);
            };
            if found.len() == MAX_TEMPLATES {
                return Err(Diagnostic::error(format!("`{entry}` needs more than {MAX_TEMPLATES} templates")));
            }
            seen.insert(wanted.clone());
            found.push((wanted, text.to_owned()));
        }
        next += 1;
    }
    Ok(found)
}

/// The names that a template's `extends`, `include` and `{# components: ... #}` mention, with their places.
fn references(source: &str) -> Vec<(String, Range<usize>)> {
    let mut names = Vec::new();
    for piece in pieces(source) {
        match piece.kind {
            PieceKind::Tag => {
                if let [keyword, name, ..] = &piece.tokens[..]
                    && matches!(keyword.text, "extends" | "include")
                    && name.kind == TokenKind::Text
                {
                    names.push((name.text.to_owned(), name.span.clone()));
                }
            }
            PieceKind::Comment => {
                let inner = source[piece.span.start + 2..piece.span.end - 2].trim_matches('-').trim();
                if let Some(list) = inner.strip_prefix("components:") {
                    let listed = list.split(',').map(str::trim).filter(|name| !name.is_empty());
                    names.extend(listed.map(|name| (name.to_owned(), piece.span.clone())));
                }
            }
            PieceKind::Print => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<&'static str> {
        Some(match name {
            "go" => "{% extends \"base\" %}{% block a %}{% include 'steps' %}{% endblock %}",
            "base" => "{# components: health , labels #}{% block a %}{% endblock %}",
            "steps" => "{% include \"steps\" %}{% raw %}{% include \"nowhere\" %}{% endraw %}",
            "health" | "labels" | "alone" => "",
            "typo" => "x\n{% include \"tpyo\" %}",
            _ => return None,
        })
    }

    #[test]
    fn parents_parts_and_components_come_along_and_nothing_else() {
        let names: Vec<_> = closure("go", &lookup).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["go", "base", "steps", "health", "labels"]);
    }

    #[test]
    fn a_missing_template_is_shown_where_it_is_wanted() {
        let shown = closure("typo", &lookup).unwrap_err().render(false);
        assert!(shown.contains("typo:2:12") && shown.contains("did you mean `typo`?"), "{shown}");
    }
}
