//! The JSON Schema of presets, which a test keeps equal to the types.

use crate::spec::schema::keep;

#[test]
fn the_schema_of_presets_is_that_of_its_types() {
    keep::<super::Preset>("preset.schema.json", "A language, as data: presets/<id>.toml");
}
