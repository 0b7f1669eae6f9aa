//! What differs between engines: how each reads a project, builds, starts a service and tells of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::build::{Built, Request};
use super::docker::Docker;
use super::engine::{Engine, EngineError};
use super::podman::Podman;
use super::setup::Own;
use crate::report::Diagnostic;

/// The engine that a set-up is proven on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// Docker with BuildKit and compose.
    Docker,
    /// Podman, which needs no compose: the service is run by `podman run`.
    Podman,
}

impl EngineKind {
    /// The engine that is on the PATH: Docker if it is there or if neither is, else Podman.
    #[must_use]
    pub fn on_path() -> Self {
        let folders: Vec<PathBuf> =
            std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
        let there = |kind: Self| {
            let program = format!("{}{}", kind.program(), std::env::consts::EXE_SUFFIX);
            folders.iter().any(|folder| folder.join(&program).is_file())
        };
        if !there(Self::Docker) && there(Self::Podman) { Self::Podman } else { Self::Docker }
    }

    /// The name of its command line program.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    pub(super) fn driver(self) -> &'static dyn Driver {
        match self {
            Self::Docker => &Docker,
            Self::Podman => &Podman,
        }
    }
}

/// Why there is no project.
pub(super) enum NoProject {
    /// The compose file is not accepted; what was said.
    Refused(Vec<String>),
    Engine(EngineError),
}

impl From<EngineError> for NoProject {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// A service to start, under names of this run's own.
pub(super) struct Start<'a> {
    pub(super) engine: &'a Engine,
    /// The isolated project.
    pub(super) project: &'a Value,
    pub(super) service: &'a str,
    pub(super) own: &'a Own<'a>,
    /// A folder for files of our own.
    pub(super) scratch: &'a Path,
    /// Variables that secrets come from.
    pub(super) env: &'a [(String, String)],
    /// The container of an earlier start.
    pub(super) previous: Option<&'a str>,
    pub(super) within: Duration,
}

/// What came of a start.
#[derive(Default)]
pub(super) struct Started {
    /// The service's container, also of a start that failed.
    pub(super) container: Option<String>,
    /// What the engine said, if it failed.
    pub(super) failed: Option<Vec<String>>,
    /// Services that it depends on and that were not started.
    pub(super) without: Vec<String>,
    /// Keys of the service that this engine was not told.
    pub(super) untold: Vec<String>,
}

/// One engine's command line.
pub(super) trait Driver {
    /// Whether it is there with all that `prove` needs.
    fn present(&self, engine: &Engine) -> Result<(), Box<Diagnostic>>;

    /// The project in `folder`, in the form of `docker compose config --format json`.
    fn project(&self, engine: &Engine, folder: &Path, name: &str) -> Result<Value, NoProject>;

    /// Builds an image; `on_step` takes the name of each step that begins.
    fn build(
        &self,
        engine: &Engine,
        request: &Request<'_>,
        on_step: &mut dyn FnMut(&str),
    ) -> Result<Built, EngineError>;

    /// The arguments that write the result of a Dockerfile as a tar stream to the output.
    fn build_to_tar(&self, dockerfile: &Path, context: &Path, label: &str) -> Vec<OsString>;

    /// Starts the service anew, with what it depends on if the engine can.
    fn start(&self, start: &Start<'_>) -> Result<Started, EngineError>;

    /// Runs the health check, where the engine does not do so by itself, and says whether it passed.
    fn probe(&self, _engine: &Engine, _container: &str) -> Result<Option<bool>, EngineError> {
        Ok(None)
    }

    /// The variable that names an engine on another machine.
    fn host_variable(&self) -> &'static str;

    /// What `inspect` told, in Docker's terms.
    fn inspected(&self, told: Value) -> Value {
        told
    }

    /// The engine's time, as `logs --since` takes it: what was logged before does not speak of what comes.
    fn clock(&self, engine: &Engine) -> Result<String, EngineError>;
}

/// Whether an engine is there, by commands that must succeed: what is lacking and what to do where one does not.
pub(super) fn answers(
    engine: &Engine,
    program: &str,
    needs: &[(&[&str], &str, &str)],
    help: &str,
) -> Result<(), Box<Diagnostic>> {
    for (args, lacks, mend) in needs {
        match engine.ask(*args) {
            Ok(_) => {}
            Err(EngineError::Start(_, error)) => {
                return Err(Box::new(Diagnostic::error(format!("`{program}` does not start: {error}")).help(help)));
            }
            Err(error) => {
                let diagnostic = Diagnostic::error(format!("`{program}` {lacks}")).with_note(error.to_string());
                return Err(Box::new(diagnostic.help(*mend)));
            }
        }
    }
    Ok(())
}
