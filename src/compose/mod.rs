//! Reading compose files, and YAML in general, with the place of every value.
//!
//! [`yaml`] is the tree: nothing is expanded, and every problem is data. [`Compose`] is what a compose file says about
//! its services, in the terms of the [Compose specification](https://github.com/compose-spec/compose-spec) (read in
//! November 2026). One file is read as it stands: no interpolation, no `extends`, no `include`, no override file.
//! [`project`] is what compose makes of several: the merged whole, with variables put in.

mod file;
mod port;
pub mod project;
pub mod yaml;

pub use file::{Build, Command, Compose, Healthcheck, Secret, Service, Variable};
pub use port::Port;
