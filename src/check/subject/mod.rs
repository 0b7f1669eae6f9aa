//! What rules look at: Dockerfiles as they are built, compose services as they run, and the tree around them.

mod build;
mod command;
mod context;
mod credentials;
pub mod images;
mod prefix;
mod run;
mod service;
mod taken;
mod workspace;

pub(in crate::check) use build::build_args;
pub use build::{Build, Known, Origin, StageView, User};
pub use command::{Arg, Command, Pipe, Redirect};
pub use context::{Basis, Context, IgnoreFile};
pub use credentials::Credential;
pub use run::{Run, commands_of};
pub use service::{Project, Service};
pub use taken::{Matcher, Source, SourceKind, Taken};
pub(in crate::check) use workspace::Unit;
pub use workspace::{Deployment, ProjectUnit, Workspace};
