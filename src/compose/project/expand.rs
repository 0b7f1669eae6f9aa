//! From the YAML of one file to values: aliases and `<<` followed, variables put in, both notations of a key made one.

use super::interpolate::{Variables, Wrong, interpolate};
use super::problem::{Problem, ProblemKind};
use super::shape::{Shape, shape};
use super::text::Text;
use super::value::{Entry, Mode, Place, Scalar, Value, text_cost};
use crate::compose::yaml::{self, Node, NodeKind, ScalarKind};

/// So many values may be made of all files of a project. A file of 8 MiB without aliases stays below it.
const MOST_VALUES: usize = 200_000;
/// How deep values may nest after aliases are followed.
const DEEPEST: usize = 120;

/// What is left of [`MOST_VALUES`].
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    told: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: MOST_VALUES, told: false }
    }
}

impl Budget {
    /// Takes a share; if it is not there any more, nothing further is made and the first one to ask is told.
    pub(super) fn take(&mut self, cost: usize, place: &Place, problems: &mut Vec<Problem>) -> bool {
        if cost <= self.left {
            self.left -= cost;
            return true;
        }
        self.left = 0;
        if !std::mem::replace(&mut self.told, true) {
            let message =
                format!("the project grows beyond {MOST_VALUES} values when aliases and `extends` are followed");
            problems.push(Problem::error(ProblemKind::TooLarge, place, message).help("write out less by reference"));
        }
        false
    }

    /// Whether nothing more is read.
    pub(super) fn is_spent(&self) -> bool {
        self.told
    }
}

/// Reads the values of one file.
pub(super) struct Expander<'a> {
    pub(super) file: usize,
    pub(super) source: &'a str,
    pub(super) variables: &'a Variables,
    pub(super) budget: &'a mut Budget,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Expander<'_> {
    fn place(&self, node: Node<'_>) -> Place {
        Place::new(self.file, node.target().span())
    }

    /// The value of a node, at this path of keys.
    pub(super) fn value(&mut self, node: Node<'_>, path: &mut Vec<String>) -> Value {
        let place = self.place(node);
        if self.budget.is_spent() {
            return Value::null(&place);
        }
        if path.len() > DEEPEST {
            self.budget.take(usize::MAX, &place, self.problems);
            return Value::null(&place);
        }
        let value = match node.kind() {
            NodeKind::Scalar(kind) => Value::Scalar(self.scalar(node, kind, place)),
            NodeKind::Sequence => {
                let items = self.sequence(node, path);
                if !self.budget.take(1, &place, self.problems) {
                    return Value::null(&place);
                }
                Value::Sequence(items, place)
            }
            NodeKind::Mapping => {
                if !self.budget.take(1, &place, self.problems) {
                    return Value::null(&place);
                }
                Value::Mapping(self.entries(node, path), place)
            }
            NodeKind::Dangling => Value::null(&place),
        };
        self.shaped(value, path)
    }

    fn sequence(&mut self, node: Node<'_>, path: &mut Vec<String>) -> Vec<Value> {
        let mut items = Vec::new();
        path.push("[]".to_owned());
        for item in node.items() {
            if self.budget.is_spent() {
                break;
            }
            items.push(self.value(item, path));
        }
        path.pop();
        items
    }

    fn entries(&mut self, node: Node<'_>, path: &mut Vec<String>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (key, value) in node.pairs() {
            let Some(text) = key.scalar().map(|key| key.text) else { continue };
            let key_place = self.place(key);
            if !self.budget.take(text_cost(text), &key_place, self.problems) {
                break;
            }
            let mode = mode_of(value);
            path.push(text.to_owned());
            // What `!reset` stands at has no value.
            let value = if mode == Mode::Reset { Value::null(&self.place(value)) } else { self.value(value, path) };
            path.pop();
            entries.push(Entry { key: text.to_owned(), key_place, value, mode });
        }
        entries
    }

    fn scalar(&mut self, node: Node<'_>, kind: ScalarKind, place: Place) -> Scalar {
        let Some(scalar) = node.scalar() else { return Scalar::implied("", &place) };
        if !self.budget.take(text_cost(scalar.text), &place, self.problems) {
            return Scalar { kind: ScalarKind::Null, ..Scalar::implied("", &place) };
        }
        let text = if kind == ScalarKind::Str { self.text(scalar.text, &place) } else { Text::literal(scalar.text) };
        let start = start_of(self.source, &place, scalar.text);
        Scalar { text, place, kind, start }
    }

    fn text(&mut self, raw: &str, place: &Place) -> Text {
        let (text, wrong) = interpolate(raw, self.variables);
        let problem = match wrong {
            None => {
                let grown = text.known().map_or(0, |known| known.len().saturating_sub(raw.len()));
                if grown > 256 {
                    self.budget.take(text_cost(&" ".repeat(grown)), place, self.problems);
                }
                return text;
            }
            Some(Wrong::Format) => {
                Problem::error(ProblemKind::Interpolation, place, "this `${` begins no variable that compose can read")
                    .help("write `$$` where a dollar sign is meant")
            }
            Some(Wrong::Required(name, message)) => {
                let message = if message.is_empty() { String::new() } else { format!(": {message}") };
                Problem::error(ProblemKind::Required, place, format!("the variable `{name}` has no value{message}"))
                    .help(format!("set `{name}`"))
            }
            Some(Wrong::TooLong) => {
                Problem::error(ProblemKind::TooLarge, place, "the value grows too long by its variables")
                    .help("use shorter variables")
            }
        };
        self.problems.push(problem);
        text
    }

    /// The value in the one form that merging and rules know.
    fn shaped(&mut self, value: Value, path: &[String]) -> Value {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        match (shape(&keys), value) {
            (Some(Shape::Pairs), Value::Sequence(items, place)) => {
                let entries = items.into_iter().filter_map(|item| pair(item, self.problems)).collect();
                Value::Mapping(last_of_each(entries), place)
            }
            (Some(Shape::Names), Value::Sequence(items, place)) => {
                let entries = items.into_iter().filter_map(|item| named(item, &[])).collect();
                Value::Mapping(last_of_each(entries), place)
            }
            (Some(Shape::Dependencies), Value::Sequence(items, place)) => {
                let implied = [("condition", "service_started"), ("required", "true")];
                let entries = items.into_iter().filter_map(|item| named(item, &implied)).collect();
                Value::Mapping(last_of_each(entries), place)
            }
            (Some(Shape::List), Value::Scalar(scalar)) if scalar.kind != ScalarKind::Null => {
                let place = scalar.place.clone();
                Value::Sequence(vec![Value::Scalar(scalar)], place)
            }
            (Some(Shape::Wrapped(key)), Value::Scalar(scalar)) if scalar.kind != ScalarKind::Null => {
                let place = scalar.place.clone();
                Value::Mapping(vec![entry(key, &place, Value::Scalar(scalar))], place)
            }
            (_, value) => value,
        }
    }
}

/// The byte at which the text stands in the file as it is; it may follow a quote.
fn start_of(source: &str, place: &Place, text: &str) -> Option<usize> {
    let (start, end) = place.span;
    let written = source.get(start..end)?;
    let at = match written.strip_prefix(['"', '\'']) {
        Some(inner) if inner.len() == text.len() + 1 && inner.starts_with(text) => start + 1,
        _ if written == text => start,
        _ => return None,
    };
    Some(at)
}

fn mode_of(node: Node<'_>) -> Mode {
    match node.tag().map(|tag: &yaml::Tag| tag.text.as_str()) {
        Some("!reset") => Mode::Reset,
        Some("!override") => Mode::Override,
        _ => Mode::Merge,
    }
}

fn entry(key: &str, place: &Place, value: Value) -> Entry {
    Entry { key: key.to_owned(), key_place: place.clone(), value, mode: Mode::Merge }
}

/// `NAME=value`, or `NAME` without a value.
fn pair(item: Value, problems: &mut Vec<Problem>) -> Option<Entry> {
    let Some(scalar) = item.scalar() else {
        if !item.is_null() {
            let message = "an entry of this list is a text such as `NAME=value`, and this is not";
            problems.push(Problem::error(ProblemKind::Shape, item.place(), message));
        }
        return None;
    };
    let name_of = |text: &Text| text.known().unwrap_or_else(|| text.raw().to_owned());
    Some(match scalar.split_once('=') {
        Some((name, value)) => entry(&name_of(&name.text), &name.place, Value::Scalar(value)),
        None => entry(&name_of(&scalar.text), &scalar.place, Value::null(&scalar.place)),
    })
}

fn named(item: Value, implied: &[(&str, &str)]) -> Option<Entry> {
    let scalar = item.scalar()?;
    let place = &scalar.place;
    let value = if implied.is_empty() {
        Value::null(place)
    } else {
        let implied =
            implied.iter().map(|(key, value)| entry(key, place, Value::Scalar(Scalar::implied(value, place))));
        Value::Mapping(implied.collect(), place.clone())
    };
    Some(entry(&scalar.known().unwrap_or_else(|| scalar.text.raw().to_owned()), place, value))
}

/// One entry for each key: the last one, where the first stands.
fn last_of_each(entries: Vec<Entry>) -> Vec<Entry> {
    let mut places = std::collections::BTreeMap::new();
    let mut kept: Vec<Entry> = Vec::new();
    for entry in entries {
        match places.get(&entry.key).and_then(|at: &usize| kept.get_mut(*at)) {
            Some(earlier) => *earlier = entry,
            None => {
                places.insert(entry.key.clone(), kept.len());
                kept.push(entry);
            }
        }
    }
    kept
}
