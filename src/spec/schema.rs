//! The JSON Schema of typed values, for the schemas that tests write and compare.

use super::deploy::{BackingEntry, BackingTable};
use super::file::{BuildCommand, BuildSecret, LabelName};
use super::values::{Argv, Port, User};

/// Implements the schema of a type by a literal.
macro_rules! plain {
    ($name:ident, $schema:tt) => {
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}
pub(super) use plain;

plain!(Argv, { "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }] });
plain!(Port, { "type": "integer", "minimum": 1, "maximum": 65535 });
plain!(User, { "type": "string", "pattern": "^[1-9][0-9]*(:[1-9][0-9]*)?$" });
plain!(BuildCommand, { "type": "string" });
impl schemars::JsonSchema for BackingEntry {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BackingEntry".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let table = generator.subschema_for::<BackingTable>();
        schemars::json_schema!({ "oneOf": [{ "type": "boolean" }, table] })
    }
}

plain!(LabelName, { "type": "string", "pattern": "^[A-Za-z0-9._/-]+$" });
plain!(BuildSecret, {
    "oneOf": [
        { "type": "string" },
        {
            "type": "object",
            "properties": { "id": { "type": "string" }, "target": { "type": "string" }, "env": { "type": "string" }, "required": { "type": "boolean" } },
            "required": ["id"],
            "additionalProperties": false
        }
    ]
});

/// The schema of a file as text, with the title that an editor shows. `SNAPSHOTS=overwrite` writes it anew.
pub(crate) fn keep<T: schemars::JsonSchema>(name: &str, title: &str) {
    keep_with::<T>(schemars::generate::SchemaSettings::draft07(), name, title);
}

/// The same for what is only written: every field is there.
pub(crate) fn keep_written<T: schemars::JsonSchema>(name: &str, title: &str) {
    keep_with::<T>(schemars::generate::SchemaSettings::draft07().for_serialize(), name, title);
}

#[expect(clippy::disallowed_methods, reason = "a test that keeps a file")]
fn keep_with<T: schemars::JsonSchema>(settings: schemars::generate::SchemaSettings, name: &str, title: &str) {
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    if std::env::var("SNAPSHOTS").is_ok_and(|mode| mode == "overwrite") {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(kept == text, "schemas/{name} is out of date: run `SNAPSHOTS=overwrite cargo test schema`");
}

#[test]
fn the_schema_of_scaffold_toml_is_that_of_its_types() {
    keep::<super::file::SpecFile>("spec.schema.json", super::file::NAME);
}
