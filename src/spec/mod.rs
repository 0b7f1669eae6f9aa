//! What the user wants: `scaffold.toml`, its typed values, and `scaffold.lock`.

pub mod file;
#[cfg(test)]
pub(crate) mod schema;
pub mod secret;
pub mod values;

pub use file::SpecFile;
pub mod complete;
pub use complete::Spec;
