//! What a source tree is: primitives and evidence. Knows presets, and no language.

pub mod command;
mod manager;
pub mod place;
pub mod project;
pub mod range;
mod reading;
mod release;
pub mod start;
pub mod text;
pub mod tree;
mod yaml;

pub use project::{Evidence, Found, Origin, Project};
pub use tree::{MemoryTree, Tree};
