//! What rules look at: Dockerfiles as they are built, compose services as they run, and the tree around them.

mod bake;
mod build;
mod ci;
mod command;
mod context;
mod credentials;
pub mod downloads;
pub mod images;
mod level;
mod limit;
pub mod manifests;
pub mod packages;
mod prefix;
pub mod probe;
mod program;
mod run;
mod script;
mod secret_mounts;
pub mod serves;
mod service;
mod service_image;
mod taken;
mod triggers;
pub mod trust;
mod users;
mod workspace;
pub mod written;

pub(in crate::check) use build::build_args;
pub use build::{Build, Known, Origin, StageView, User};
pub use ci::Scan;
pub use command::{Arg, Command, Pipe, Redirect};
pub use context::{Basis, Context, IgnoreFile};
pub use credentials::Credential;
pub use program::{Program, shell_stays};
pub(in crate::check) use run::is_shell;
pub use run::{Run, commands_of};
pub use script::ScriptFile;
pub use secret_mounts::SecretMounts;
pub use service::{Project, Service};
pub use service_image::{ServiceImage, is_root};
pub use taken::{Matcher, Source, SourceKind, Taken};
pub use triggers::{Written, written};
pub(in crate::check) use users::is_unread;
pub use users::{Account, Users};
pub(in crate::check) use workspace::Unit;
pub use workspace::{Deployment, ProjectUnit, Workspace};

#[cfg(test)]
mod start_tests;
