//! The program as a user meets it. A file a feature.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at the disk and start processes")]

#[cfg(feature = "registry")]
#[path = "../../src/registry/tests/fake.rs"]
mod fake;
#[cfg(unix)]
#[path = "../support/film.rs"]
mod film;
#[cfg(feature = "registry")]
#[expect(dead_code, reason = "only the registry of this process needs a port")]
#[path = "../support/port.rs"]
mod port;
#[path = "../support/project.rs"]
mod project;
#[cfg(unix)]
#[path = "../support/pty.rs"]
mod pty;

mod add;
mod answers;
mod bad_input;
mod check;
mod check_hostile;
mod check_secrets;
mod generated;
mod lock;
mod output;
#[cfg(feature = "registry")]
mod pin;
mod presets;
mod questions;
mod runs;
mod secrets;
#[cfg(unix)]
mod terminal;
