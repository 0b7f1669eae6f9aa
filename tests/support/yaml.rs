//! YAML as JSON, read by the crate's own reader: what a test looks into, and what a schema is held against.

use scaffold_dockerfile::compose::yaml::{self, Node, NodeKind, ScalarKind};
use serde_json::{Map, Value};

/// The documents of a text, without empty ones.
#[track_caller]
pub(crate) fn documents(text: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for document in yaml::parse_all(text) {
        assert!(document.problems().is_empty(), "{:?}\n{text}", document.problems());
        all.extend(document.root().map(value).filter(|value| !value.is_null()));
    }
    all
}

/// The one document of a text.
#[track_caller]
pub(crate) fn document(text: &str) -> Value {
    let mut all = documents(text);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0)
}

fn value(node: Node<'_>) -> Value {
    match node.kind() {
        NodeKind::Mapping => Value::Object(
            node.entries().into_iter().map(|(key, held)| (key.to_owned(), value(held))).collect::<Map<_, _>>(),
        ),
        NodeKind::Sequence => Value::Array(node.items().map(value).collect()),
        NodeKind::Scalar(ScalarKind::Null) | NodeKind::Dangling => Value::Null,
        NodeKind::Scalar(_) => {
            let text = node.as_str().unwrap_or_default();
            // as the readers of Go do: a leading zero says octal
            let octal =
                || (text.len() > 1 && text.starts_with('0')).then(|| i64::from_str_radix(text, 8).ok()).flatten();
            match (node.as_bool(), node.as_int()) {
                (Some(truth), _) => truth.into(),
                (None, Some(number)) => octal().unwrap_or(number).into(),
                _ => text.into(),
            }
        }
    }
}
