//! `scaffold` turns a source tree and a few answers into a hardened container set-up.
//!
//! The modules stand in the order in which data flows, edges first; each knows only those below it:
//!
//! ```text
//! cli, prompt            arguments, questions
//! prove, registry, write engine, registries, disk
//! ---------------------  the pure core: no clock, no environment, no disk, no network
//! answers                flags, spec, prompts, detection and preset -> Spec
//! check                  files -> findings: the audit
//! render                 Plan -> FileSet
//! plan                   Spec + Project -> Plan
//! detect                 a source tree -> what was found, each with file and line
//! catalog                presets and templates, built in or brought
//! spec                   scaffold.toml and scaffold.lock
//! pin                    image references that can be pinned, and texts with their digests
//! bases                  known base images and image references
//! dockerfile, compose    readers with spans
//! shell                  what a RUN runs, as a tree
//! secret                 telling secrets from other text
//! ignore                 .dockerignore as Docker matches it
//! report                 places and diagnostics
//! ```

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod prompt;
#[cfg(feature = "cli")]
pub mod prove;
#[cfg(feature = "registry")]
pub mod registry;
#[cfg(feature = "cli")]
pub mod write;

pub mod answers;
pub mod bases;
pub mod catalog;
pub mod check;
pub mod compose;
pub mod detect;
pub mod dockerfile;
pub mod ignore;
pub mod pin;
pub mod plan;
pub mod render;
pub mod report;
pub mod secret;
pub mod shell;
pub mod spec;

#[cfg(all(test, feature = "cli"))]
#[path = "../tests/support/port.rs"]
mod port;
