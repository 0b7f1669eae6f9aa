//! Merging the values of a later file, or of a service that extends another one, into earlier ones.

use std::collections::BTreeMap;

use super::port::ports_of;
use super::problem::{Problem, ProblemKind};
use super::shape::{Join, Unique, join, unique};
use super::text::Text;
use super::value::{Entry, Mode, Value};
use super::volume::Volume;

/// Merges trees, and keeps what does not fit as problems.
pub(super) struct Merger<'a> {
    /// Whether the marks of `!reset` and `!override` stay, for an earlier file that is still to come.
    pub(super) keeps_marks: bool,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Merger<'_> {
    /// `base` with what `over` says on top of it, at a path of keys.
    pub(super) fn merge(&mut self, base: Value, over: Value, path: &mut Vec<String>) -> Value {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        let join = join(&keys);
        match (join, base, over) {
            (Join::Replace, _, over) => self.settle(over, path),
            (_, base, over) if over.is_null() => base,
            (Join::Logging, base, over) if other_driver(&base, &over) => self.settle(over, path),
            (_, base, over) if base.is_null() => self.settle(over, path),
            (join, Value::Mapping(base, place), Value::Mapping(over, _)) => {
                Value::Mapping(self.mappings(base, over, join == Join::Pairs, path), place)
            }
            (_, Value::Sequence(mut base, place), Value::Sequence(over, _)) => {
                base.extend(over);
                self.settle(Value::Sequence(base, place), path)
            }
            (_, Value::Scalar(_), over @ Value::Scalar(_)) => over,
            (_, base, over) => {
                // Hosts may be a list here and a mapping there.
                if keys_are_hosts(path) {
                    return over;
                }
                let what = path.last().map_or("this value", String::as_str);
                let message = format!("`{what}` has another type here than where it stands before");
                let problem = Problem::error(ProblemKind::Shape, over.place(), message);
                self.problems.push(problem.related(base.place(), "the earlier one"));
                over
            }
        }
    }

    fn mappings(
        &mut self,
        base: Vec<Entry>,
        over: Vec<Entry>,
        null_counts: bool,
        path: &mut Vec<String>,
    ) -> Vec<Entry> {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut merged: Vec<Option<Entry>> = Vec::new();
        for entry in base {
            places.insert(entry.key.clone(), merged.len());
            merged.push(Some(entry));
        }
        for entry in over {
            let slot = places.get(&entry.key).and_then(|at| merged.get_mut(*at));
            path.push(entry.key.clone());
            match (slot, entry.mode) {
                (Some(slot), Mode::Reset) => *slot = self.keeps_marks.then_some(entry),
                (Some(slot), Mode::Override) => *slot = Some(entry),
                (Some(slot), Mode::Merge) => {
                    let earlier = slot.take();
                    *slot = Some(match earlier {
                        Some(earlier) if earlier.mode != Mode::Reset && !(null_counts && entry.value.is_null()) => {
                            let mode = earlier.mode;
                            let is_nothing = entry.value.is_null();
                            let value = self.merge(earlier.value, entry.value, path);
                            // A service stands where it is first named; a later file only says more about it.
                            let is_earlier = is_nothing || (path.len() == 2 && path[0] == "services");
                            let key_place = if is_earlier { earlier.key_place } else { entry.key_place };
                            Entry { key: entry.key, key_place, value, mode }
                        }
                        _ => entry,
                    });
                }
                (None, Mode::Reset) if !self.keeps_marks => {}
                (None, _) => {
                    let value = self.settle(entry.value, path);
                    places.insert(entry.key.clone(), merged.len());
                    merged.push(Some(Entry { value, ..entry }));
                }
            }
            path.pop();
        }
        merged.into_iter().flatten().collect()
    }

    /// A value of which nothing stands before: each sequence in it has unique items.
    pub(super) fn settle(&mut self, value: Value, path: &mut Vec<String>) -> Value {
        match value {
            Value::Sequence(items, place) => {
                let keys: Vec<&str> = path.iter().map(String::as_str).collect();
                let items = match unique(&keys) {
                    Some(by) => last_of_each(items, by),
                    None => items,
                };
                Value::Sequence(items, place)
            }
            Value::Mapping(entries, place) => {
                let settle = |mut entry: Entry| {
                    path.push(entry.key.clone());
                    entry.value = self.settle(entry.value, path);
                    path.pop();
                    entry
                };
                let entries: Vec<Entry> = entries.into_iter().map(settle).collect();
                Value::Mapping(entries, place)
            }
            scalar @ Value::Scalar(_) => scalar,
        }
    }
}

fn keys_are_hosts(path: &[String]) -> bool {
    path.last().is_some_and(|key| key == "extra_hosts")
}

fn other_driver(base: &Value, over: &Value) -> bool {
    let driver = |value: &Value| value.get("driver").and_then(Value::text).map(|text| text.raw().to_owned());
    match (driver(base), driver(over)) {
        (Some(base), Some(over)) => base != over,
        _ => false,
    }
}

/// Of items that are the same thing the last one, where the first stands.
fn last_of_each(items: Vec<Value>, by: Unique) -> Vec<Value> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        let Some(name) = name_of(&item, by) else {
            kept.push(item);
            continue;
        };
        match places.get(&name).and_then(|at| kept.get_mut(*at)) {
            Some(earlier) => *earlier = item,
            None => {
                places.insert(name, kept.len());
                kept.push(item);
            }
        }
    }
    kept
}

fn name_of(item: &Value, by: Unique) -> Option<String> {
    let value = |text: &Text| text.known().unwrap_or_else(|| text.raw().to_owned());
    let field = |key: &str| item.get(key).and_then(Value::text).map(value);
    let whole = item.text().map(value);
    match by {
        Unique::Text => whole,
        Unique::Name => whole.map(|text| text.split('=').next().unwrap_or_default().to_owned()),
        Unique::Path => whole.or_else(|| field("path")),
        Unique::Subnet => field("subnet"),
        Unique::File(folder) => match whole {
            Some(name) => Some(format!("{folder}/{name}")),
            None => field("target").or_else(|| Some(format!("{folder}/{}", field("source")?))),
        },
        Unique::Device => match whole {
            Some(text) => {
                let mut parts = text.split(':');
                let first = parts.next().unwrap_or_default().to_owned();
                Some(parts.next().map_or(first, str::to_owned))
            }
            None => field("target"),
        },
        Unique::Mount => Volume::read(item)?.target.map(|target| clean(&value(&target.text))),
        Unique::Port => {
            let port = ports_of(item)?;
            let part =
                |part: &Option<super::value::Scalar>| part.as_ref().map(|part| value(&part.text)).unwrap_or_default();
            let protocol = port.protocol.as_ref().map_or_else(|| "tcp".to_owned(), |protocol| value(&protocol.text));
            Some(format!("{}|{}|{}|{protocol}", part(&port.host_ip), part(&port.published), value(&port.target.text)))
        }
    }
}

/// Without a slash at the end, and without double ones.
pub(super) fn clean(path: &str) -> String {
    let mut text = String::new();
    for c in path.chars() {
        if !(c == '/' && text.ends_with('/')) {
            text.push(c);
        }
    }
    if text.len() > 1 && text.ends_with('/') {
        text.pop();
    }
    text
}
