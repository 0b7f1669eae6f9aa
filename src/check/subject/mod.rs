//! What rules look at: Dockerfiles as they are built, compose services as they run, and the tree around them.

mod build;
mod command;
mod context;
pub mod images;
mod prefix;
mod run;
mod secret_mounts;
mod service;
mod workspace;

pub(in crate::check) use build::build_args;
pub use build::{Build, Known, Origin, StageView, User};
pub use command::{Arg, Command, Pipe, Redirect};
pub use context::{Context, Taken};
pub use run::{Run, commands_of};
pub use secret_mounts::SecretMounts;
pub use service::{Project, Service};
pub use workspace::{Deployment, ProjectUnit, Workspace};
