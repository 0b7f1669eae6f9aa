//! The JSON Schema of typed values, for the schemas that tests write and compare.

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
