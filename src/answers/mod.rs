//! Flags, spec, prompts, detection and preset merged by precedence, each with its origin: a complete [`Spec`].

mod complete;
mod language;
mod layers;
mod members;
mod server;

pub use complete::{Completed, Missing, complete, notes, project_of};
pub use language::{Candidate, candidates, choose_language, contenders};
pub use layers::{Layers, parse_set, settings};
pub use members::{MemberLayers, has_own, members};
pub use server::server_of;
