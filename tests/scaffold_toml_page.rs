//! docs/scaffold.toml.md: its examples are valid for editors and for the reader, and it leaves no key out.

#![expect(clippy::disallowed_methods, reason = "a test reads the pages")]

use std::collections::BTreeSet;

use scaffold_dockerfile::spec::file;
use serde_json::Value;

fn read(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")).replace("\r\n", "\n")
}

/// The ```toml blocks of a page.
fn examples(page: &str) -> Vec<&str> {
    page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

fn schema() -> Value {
    serde_json::from_str(&read("schemas/spec.schema.json")).expect("a schema")
}

#[test]
fn the_schema_and_the_reader_accept_every_example() {
    let page = read("docs/scaffold.toml.md");
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    let examples = examples(&page);
    assert!(examples.len() > 10);
    for example in examples {
        let value: Value = toml::from_str(example).unwrap_or_else(|error| panic!("{example}\n{error}"));
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{example}\n{errors:?}");
        file::read("an example", example).unwrap_or_else(|error| panic!("{example}\n{error}"));
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    for wrong in [
        "[service]\nprot = 3000\n",
        "[service]\nport = 0\n",
        "[service]\nport = 70000\n",
        "[service]\nport = \"3000\"\n",
        "[runtime]\nuser = \"root\"\n",
        "[[secrets]]\nenv = \"X\"\n",
        "[networks]\n",
    ] {
        let value: Value = toml::from_str(wrong).expect("TOML");
        assert!(!validator.is_valid(&value), "{wrong}");
        assert!(file::read("an example", wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_page_shows_every_key() {
    fn keys(value: &toml::Value, prefix: &str, into: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    into.insert(format!("{prefix}{key}"));
                    keys(value, &format!("{prefix}{key}."), into);
                }
            }
            toml::Value::Array(items) => items.iter().for_each(|item| keys(item, prefix, into)),
            _ => {}
        }
    }
    fn known(schema: &Value, at: &Value, prefix: &str, into: &mut BTreeSet<String>) {
        let target = at["$ref"].as_str().or_else(|| at["allOf"][0]["$ref"].as_str());
        let any = at["anyOf"].as_array().into_iter().flatten().find_map(|one| one["$ref"].as_str());
        if let Some(name) = target.or(any).or(at["items"]["$ref"].as_str()) {
            let name = name.trim_start_matches("#/definitions/");
            return known(schema, &schema["definitions"][name], prefix, into);
        }
        for (key, value) in at["properties"].as_object().into_iter().flatten() {
            into.insert(format!("{prefix}{key}"));
            known(schema, value, &format!("{prefix}{key}."), into);
        }
    }
    let page = read("docs/scaffold.toml.md");
    let mut shown = BTreeSet::new();
    for example in examples(&page) {
        keys(&toml::from_str(example).expect("TOML"), "", &mut shown);
    }
    let schema = schema();
    let mut all = BTreeSet::new();
    known(&schema, &schema, "", &mut all);
    assert!(all.len() > 40, "{all:?}");
    let stage =
        |key: &str| key.strip_prefix("stages.").and_then(|key| key.split_once('.')).map(|(_, key)| key.to_owned());
    let stages: BTreeSet<String> = shown.iter().filter_map(|key| stage(key)).collect();
    let left_out: Vec<&String> = all
        .iter()
        .filter(|key| !shown.contains(*key) && !stage(key).is_some_and(|key| stages.contains(&key)))
        .collect();
    assert!(left_out.is_empty(), "the page does not show {left_out:?}");
}
