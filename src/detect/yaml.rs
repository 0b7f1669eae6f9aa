//! YAML as the same kind of value as JSON and TOML, for places in configuration files.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::compose::yaml::{Node, NodeKind, ScalarKind, parse};
use crate::report::Severity;

/// Values that one file may unfold to, and folds within folds: aliases can make much out of little.
const VALUES: usize = 100_000;
const DEPTH: usize = 64;

/// The first document of a file. What is nested too deeply, or too much, is null.
///
/// # Errors
/// The place and the first thing that other readers would refuse.
pub(super) fn value(text: &str) -> Result<Value, (Range<usize>, String)> {
    let document = parse(text);
    if let Some(problem) = document.problems().iter().find(|problem| problem.severity == Severity::Error) {
        return Err((problem.span.clone(), problem.message.clone()));
    }
    let mut left = VALUES;
    Ok(document.root().map_or(Value::Null, |root| unfold(root, DEPTH, &mut left)))
}

fn unfold(node: Node<'_>, depth: usize, left: &mut usize) -> Value {
    if depth == 0 || *left == 0 {
        return Value::Null;
    }
    *left -= 1;
    match node.kind() {
        NodeKind::Sequence => node.items().map(|item| unfold(item, depth - 1, left)).collect(),
        NodeKind::Mapping => {
            let entries = node.entries().into_iter();
            Value::Object(
                entries.map(|(key, value)| (key.to_owned(), unfold(value, depth - 1, left))).collect::<Map<_, _>>(),
            )
        }
        NodeKind::Scalar(ScalarKind::Null) | NodeKind::Dangling => Value::Null,
        // a number keeps the form that it is written in: `3.10` is a version
        NodeKind::Scalar(_) => match node.as_bool() {
            Some(flag) => Value::Bool(flag),
            None => Value::String(node.as_str().unwrap_or_default().to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_lists_and_scalars_are_read() {
        let text = "a:\n  b: [1, 3.10, 'x']\n  c: true\n  d:\n";
        assert_eq!(value(text).unwrap(), json!({ "a": { "b": ["1", "3.10", "x"], "c": true, "d": null } }));
    }

    #[test]
    fn aliases_are_unfolded_within_bounds() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..12 {
            let before = at - 1;
            text += &format!("a{at}: &a{at} [{}]\n", vec![format!("*a{before}"); 9].join(", "));
        }
        assert_eq!(value(&text).unwrap()["a0"][0], "x");
    }

    #[test]
    fn a_broken_file_is_refused_with_its_place() {
        let (span, _) = value("a: [1\nb: 2\n").unwrap_err();
        assert!(span.start > 0, "{span:?}");
    }
}
