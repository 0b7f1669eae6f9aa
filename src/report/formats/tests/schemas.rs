//! JSON against the project's own schema, SARIF against that of the standard.

#![expect(clippy::disallowed_methods, reason = "a test that reads schemas")]

use std::path::Path;

use serde_json::Value;

use super::audit::{audit, rules};
use super::*;
use crate::spec::schema::keep_written;

fn schema(path: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn errors(schema: &jsonschema::Validator, text: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(text).unwrap();
    schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path)).collect()
}

#[test]
fn the_schema_of_findings_is_that_of_its_types() {
    keep_written::<json::Report>("findings.schema.json", "What `scaffold check --format json` prints");
}

#[test]
fn the_json_report_keeps_to_its_schema() {
    let schema = schema("schemas/findings.schema.json");
    assert_eq!(errors(&schema, &json(&audit())), Vec::<String>::new());
    assert_ne!(errors(&schema, &json(&audit()).replace("\"rule\"", "\"rules\"")), Vec::<String>::new());
}

#[test]
fn the_sarif_report_keeps_to_the_standard() {
    let schema = schema("tests/schemas/sarif-schema-2.1.0.json");
    for waived in [false, true] {
        let report = sarif(&audit(), &rules(), &SarifOptions { waived });
        assert_eq!(errors(&schema, &report), Vec::<String>::new());
    }
    let broken = sarif(&audit(), &rules(), &SarifOptions::default()).replace("\"startLine\": 2", "\"startLine\": 0");
    assert_ne!(errors(&schema, &broken), Vec::<String>::new());
}
