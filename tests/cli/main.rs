//! The program as a user meets it. A file a feature.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at the disk and start processes")]

#[path = "../support/project.rs"]
mod project;

mod answers;
mod bad_input;
mod generated;
mod lock;
mod output;
mod presets;
mod questions;
mod runs;
mod secrets;
