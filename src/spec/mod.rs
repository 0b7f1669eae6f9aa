//! What the user wants: `scaffold.toml`, its typed values, and `scaffold.lock`.

pub mod values;
