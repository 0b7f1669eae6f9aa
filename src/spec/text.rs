//! The text of a new `scaffold.toml`: the answers that somebody gave, and as comments those that were found.

use std::collections::BTreeMap;

use super::complete::Answer;

/// The tables in the order in which a reader wants them.
const ORDER: [&str; 16] = [
    "service",
    "build",
    "image",
    "runtime",
    "health",
    "stages",
    "processes",
    "services",
    "backing",
    "proxy",
    "providers",
    "kubernetes",
    "ci",
    "outputs",
    "check",
    "facts",
];

/// Keys that are shown as comments when nobody said them.
const SHOWN: [&str; 8] = [
    "service.port",
    "service.start",
    "service.health",
    "build.manager",
    "build.manager_version",
    "build.version",
    "image.base",
    "service.worker",
];

/// Writes the file. `said` holds what flags, prompts and an earlier file say; `answers` what became of every key.
#[must_use]
pub fn text(said: &toml::Table, answers: &BTreeMap<String, Answer>) -> String {
    let mut out = String::from(
        "# What scaffold is told about this service. Run `scaffold new` again after an edit.\n# Lines with a `#` were found in the project: take the `#` away to hold on to one, or to change it.\n",
    );
    for table in ORDER {
        let mut lines = Vec::new();
        let mut nested = Vec::new();
        if let Some(toml::Value::Table(said)) = said.get(table) {
            for (key, value) in said {
                match value {
                    toml::Value::Table(_) => nested.push((format!("{table}.{}", name(key)), value)),
                    value => lines.push(format!("{} = {}", name(key), inline(value))),
                }
            }
        }
        for key in SHOWN.iter().filter(|key| key.split('.').next() == Some(table)) {
            let short = key.split('.').nth(1).unwrap_or_default();
            let there = said.get(table).and_then(toml::Value::as_table).is_some_and(|said| said.contains_key(short));
            if let Some(answer) = answers.get(*key).filter(|_| !there) {
                let value = if short == "port" { answer.value.clone() } else { quoted(&answer.value) };
                let from = answer.evidence.clone().unwrap_or_else(|| answer.origin.to_owned());
                lines.push(format!("# {short} = {value} # {}", comment(&from)));
            }
        }
        if !lines.is_empty() {
            out.push_str(&format!("\n[{table}]\n"));
            for line in lines {
                out.push_str(&line);
                out.push('\n');
            }
        }
        for (path, value) in nested {
            write_table(&mut out, &path, value);
        }
    }
    if let Some(toml::Value::Array(secrets)) = said.get("secrets") {
        for secret in secrets.iter().filter_map(toml::Value::as_table) {
            out.push_str("\n[[secrets]]\n");
            for (key, value) in secret {
                out.push_str(&format!("{} = {}\n", name(key), inline(value)));
            }
        }
    }
    out
}

fn write_table(out: &mut String, path: &str, value: &toml::Value) {
    let Some(table) = value.as_table() else { return };
    out.push_str(&format!("\n[{path}]\n"));
    for (key, value) in table.iter().filter(|(_, value)| !value.is_table()) {
        out.push_str(&format!("{} = {}\n", name(key), inline(value)));
    }
    for (key, value) in table.iter().filter(|(_, value)| value.is_table()) {
        write_table(out, &format!("{path}.{}", name(key)), value);
    }
}

/// A key, bare if it can be.
fn name(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { key.to_owned() } else { quoted(key) }
}

/// Text behind a `#`.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A value as TOML writes it in one line.
#[must_use]
pub fn inline(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => quoted(text),
        toml::Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        toml::Value::Table(table) => format!(
            "{{ {} }}",
            table
                .iter()
                .map(|(key, value)| format!("{} = {}", name(key), inline(value)))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Datetime(time) => time.to_string(),
    }
}

/// A TOML basic string in one line.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        escape(&mut out, c);
    }
    out.push('"');
    out
}

/// A character of a basic string.
pub(super) fn escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\u{:04X}", c as u32)),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_found_is_a_comment_and_what_was_said_is_a_key() {
        let said: toml::Table =
            "service = { name = \"api\", port = 4000 }\nsecrets = [{ name = \"t\" }]".parse().unwrap();
        let answer = |value: &str| Answer {
            value: value.to_owned(),
            origin: "detected",
            evidence: Some("src/a.js:3".to_owned()),
        };
        let answers = BTreeMap::from([
            ("service.start".to_owned(), answer("node a.js")),
            ("service.port".to_owned(), answer("3000")),
        ]);
        let text = text(&said, &answers);
        assert!(text.contains("port = 4000\n") && !text.contains("3000"), "{text}");
        assert!(
            text.contains("# start = \"node a.js\" # src/a.js:3\n") && text.contains("[[secrets]]\nname = \"t\"\n"),
            "{text}"
        );
        assert_eq!(text.parse::<toml::Table>().unwrap(), said);
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_read_back(name in any::<String>(), value in any::<String>()) {
            let env: toml::Table = [(name, toml::Value::String(value.clone()))].into_iter().collect();
            let mut said: toml::Table = "[service]\nname = \"x\"\n".parse().unwrap();
            said.insert("runtime".to_owned(), toml::Value::Table([("env".to_owned(), toml::Value::Table(env))].into_iter().collect()));
            let answers = BTreeMap::from([("service.start".to_owned(), Answer { value: value.clone(), origin: "detected", evidence: Some(value) })]);
            prop_assert_eq!(text(&said, &answers).parse::<toml::Table>().unwrap(), said);
        }
    }
}
