//! What the user wants: `scaffold.toml`, its typed values, and `scaffold.lock`.

pub mod check;
pub mod complete;
pub mod deploy;
pub mod edit;
pub mod file;
pub mod lock;
pub mod place;
#[cfg(test)]
pub(crate) mod schema;
pub mod secret;
pub mod secrets;
pub mod text;
pub mod values;

pub use file::SpecFile;

pub use complete::Spec;
