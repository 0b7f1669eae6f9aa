//! What rules look at: Dockerfiles as they are built, compose services as they run, and the tree around them.

mod build;
mod command;
mod context;
pub mod images;
mod prefix;
pub mod probe;
mod program;
mod run;
mod script;
pub mod serves;
mod service;
mod users;
mod workspace;

pub(in crate::check) use build::build_args;
pub use build::{Build, Known, Origin, StageView, User};
pub use command::{Arg, Command, Pipe, Redirect};
pub use context::{Context, Taken};
pub use program::{Program, shell_stays};
pub(in crate::check) use run::is_shell;
pub use run::{Run, commands_of};
pub use script::ScriptFile;
pub use service::{Project, Service};
pub(in crate::check) use users::is_unread;
pub use users::{Account, Users};
pub use workspace::{Deployment, ProjectUnit, Workspace};

#[cfg(test)]
mod start_tests;
