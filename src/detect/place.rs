//! `package.json#scripts.start`: a value at a place of a JSON, TOML or YAML file, with its line.

use serde_json::Value;

use super::tree::Tree;
use crate::report::{self, Diagnostic};

/// A file that was parsed, as one kind of value whatever its format.
#[derive(Debug)]
pub struct Parsed {
    /// What the file holds.
    pub value: Value,
}

/// Parses a file by its ending.
///
/// # Errors
/// A diagnostic with file, line and column.
pub fn parse(path: &str, text: &str) -> Result<Parsed, Box<Diagnostic>> {
    let text = text.trim_start_matches('\u{feff}');
    let ending = path.rsplit('.').next().unwrap_or_default();
    let value =
        match ending {
            "toml" | "lock" => toml::from_str::<Value>(text)
                .map_err(|error| (error.span().unwrap_or(0..0), error.message().to_owned())),
            "yaml" | "yml" => super::yaml::value(text),
            "json" | "jsonc" | "json5" | "webmanifest" | "babelrc" => json(text),
            _ if path.ends_with("Pipfile") => toml::from_str::<Value>(text)
                .map_err(|error| (error.span().unwrap_or(0..0), error.message().to_owned())),
            _ => json(text),
        };
    value.map(|value| Parsed { value }).map_err(|(span, message)| {
        let mut lines = message.lines();
        Box::new(
            Diagnostic::error(format!("{path} cannot be read: {}", lines.next().unwrap_or_default()))
                .at(path, text, span)
                .help("mend the file; it says what the service needs"),
        )
    })
}

/// JSON, and if it is none, JSON with comments and trailing commas as tsconfig.json has them.
fn json(text: &str) -> Result<Value, (std::ops::Range<usize>, String)> {
    serde_json::from_str(text).or_else(|error| {
        serde_json::from_str(&without_comments(text)).map_err(|_| {
            let at = offset(text, error.line(), error.column());
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what).to_owned();
            (at..at, message)
        })
    })
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push(c);
                while let Some(c) = chars.next() {
                    out.push(c);
                    match c {
                        '\\' => out.extend(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '/' if chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '}' | ']' => {
                let kept = out.trim_end().len();
                if out[..kept].ends_with(',') {
                    out.truncate(kept - 1);
                }
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// The keys of a place: dots part them, a key with a dot stands in double quotes.
#[must_use]
pub fn keys(path: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut quoted = false;
    for c in path.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => keys.push(String::new()),
            c => {
                if let Some(key) = keys.last_mut() {
                    key.push(c);
                }
            }
        }
    }
    keys
}

/// All values at a place (`*` stands for every key or item), each with the keys that led to it.
#[must_use]
pub fn values<'a>(root: &'a Value, keys: &[String]) -> Vec<(Vec<String>, &'a Value)> {
    let mut found = vec![(Vec::new(), root)];
    for key in keys {
        let mut next = Vec::new();
        for (path, value) in found {
            let mut step = |key: String, value: &'a Value| {
                let mut path: Vec<String> = path.clone();
                path.push(key);
                next.push((path, value));
            };
            match (value, key.as_str()) {
                (Value::Object(map), "*") => map.iter().for_each(|(key, value)| step(key.clone(), value)),
                (Value::Array(items), "*") => {
                    items.iter().enumerate().for_each(|(at, value)| step(at.to_string(), value))
                }
                (Value::Object(map), key) => {
                    if let Some(value) = map.get(key) {
                        step(key.to_owned(), value);
                    }
                }
                (Value::Array(items), key) => {
                    if let Some(value) = key.parse::<usize>().ok().and_then(|at| items.get(at)) {
                        step(key.to_owned(), value);
                    }
                }
                _ => {}
            }
        }
        found = next;
    }
    found
}

/// A value's text, if it is a string, number or boolean.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The line of the keys in a file's text: each is looked for behind the one before. For evidence, not for editing.
#[must_use]
pub fn line(text: &str, keys: &[String]) -> usize {
    let mut at = 0;
    for key in keys.iter().filter(|key| key.parse::<usize>().is_err()) {
        let mut from = at;
        while let Some(found) = text[from..].find(key.as_str()) {
            let (start, end) = (from + found, from + found + key.len());
            let word = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
            if word(text[..start].chars().next_back()) && word(text[end..].chars().next()) {
                at = start;
                break;
            }
            from = end;
        }
    }
    report::line_column(text, at).0
}

/// Splits `file#place`.
#[must_use]
pub fn split(at: &str) -> (&str, &str) {
    at.split_once('#').unwrap_or((at, ""))
}

/// The text of a file of the tree and what it parses to.
///
/// # Errors
/// When the file is there and cannot be parsed.
pub fn open<'t>(tree: &'t dyn Tree, path: &str) -> Result<Option<(&'t str, Parsed)>, Box<Diagnostic>> {
    match tree.read(path) {
        Some(text) => Ok(Some((text, parse(path, text)?))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_with_its_line() {
        let text = "{\n \"name\": \"start\",\n \"scripts\": {\n  \"start\": \"node a.js\"\n }\n}";
        let parsed = parse("package.json", text).unwrap();
        let keys = keys("scripts.start");
        assert_eq!(super::text(values(&parsed.value, &keys)[0].1).as_deref(), Some("node a.js"));
        assert_eq!(line(text, &keys), 4);
    }

    #[test]
    fn quoted_keys_and_stars() {
        let parsed = parse("x.json", r#"{"a.b": {"c": [1, 2]}}"#).unwrap();
        assert_eq!(values(&parsed.value, &keys("\"a.b\".c.*")).len(), 2);
    }

    #[test]
    fn tsconfig_may_have_comments() {
        let parsed = parse("tsconfig.json", "{ // x\n \"a\": \"// no\", /* y */ \"b\": [1,],\n}").unwrap();
        assert_eq!(super::text(values(&parsed.value, &keys("a"))[0].1).as_deref(), Some("// no"));
    }

    #[test]
    fn a_broken_file_is_an_error_with_its_place() {
        let error = parse("package.json", "{\n  \"name\": oops\n}").unwrap_err();
        assert!(error.render(false).contains("package.json:2:11"), "{error}");
    }
}
