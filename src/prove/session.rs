//! What the steps of one run share: the engine, the copy of the project, and what earlier steps found.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use super::build::{Built, Request};
use super::driver::{Driver, Start, Started};
use super::engine::{Call, Engine, EngineError};
use super::layers::Entry;
use super::lockdown;
use super::needle::Needle;
use super::proc_view::Identity;
use super::recipe::{Anew, Recipe};
use super::report::Verdict;
use super::setup::{Own, Setup};
use super::workspace::Workspace;
use super::{Options, Progress};

/// The label by which everything of a run is found again.
pub(super) const LABEL: &str = "io.scaffold.prove";

/// What a step says.
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) evidence: Vec<String>,
    pub(super) reason: Option<String>,
    pub(super) help: Option<String>,
}

impl Outcome {
    pub(super) fn proven(evidence: Vec<String>) -> Self {
        Self { verdict: Verdict::Proven, evidence, reason: None, help: None }
    }

    pub(super) fn failed(reason: impl Into<String>, evidence: Vec<String>) -> Self {
        Self { verdict: Verdict::Failed, evidence, reason: Some(reason.into()), help: None }
    }

    pub(super) fn not_proven(reason: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotProven, evidence: Vec::new(), reason: Some(reason.into()), help: None }
    }

    pub(super) fn with(mut self, evidence: Vec<String>) -> Self {
        self.evidence = evidence;
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One run.
pub(super) struct Session<'a> {
    pub(super) engine: Engine,
    pub(super) driver: &'static dyn Driver,
    pub(super) options: &'a Options,
    pub(super) progress: &'a mut dyn Progress,
    pub(super) workspace: Workspace,
    pub(super) setup: Setup,
    pub(super) recipe: Recipe,
    /// The Dockerfile that is built: the project's, or our copy of its inline text.
    pub(super) dockerfile: PathBuf,
    /// Random, part of every name.
    pub(super) run: String,
    /// Id and file of each build secret.
    pub(super) secrets: Vec<(String, PathBuf)>,
    /// Variables for compose: placeholders for secrets that come from the environment.
    pub(super) env: Vec<(String, String)>,
    pub(super) needles: Vec<Needle>,
    /// Secrets that are not looked for, and why.
    pub(super) too_short: Vec<String>,
    /// The image was built.
    pub(super) built: bool,
    /// The service's container, once it was started.
    pub(super) container: Option<String>,
    /// It became healthy, or stays up without a health check.
    pub(super) settled: bool,
    pub(super) identity: Option<Identity>,
    /// The files of the image.
    pub(super) entries: Option<Vec<Entry>>,
    /// An image with a shell; `Some(None)` when there is none.
    pub(super) shell_image: Option<Option<String>>,
    /// Services that it depends on and that this engine does not start beside it.
    pub(super) without: Vec<String>,
    /// Keys of the service that this engine was not told.
    pub(super) untold: Vec<String>,
    /// The file whose change makes the builder work.
    pub(super) edited: Option<PathBuf>,
    pub(super) writable_paths: Option<Vec<String>>,
}

impl Session<'_> {
    /// `io.scaffold.prove=RUN`.
    pub(super) fn label(&self) -> String {
        format!("{LABEL}={}", self.run)
    }

    pub(super) fn project(&self) -> String {
        format!("scaffold-prove-{}", self.run)
    }

    /// The tag of the service's image.
    pub(super) fn image(&self) -> String {
        format!("scaffold-prove-{}-app:latest", self.run)
    }

    /// Builds by the project's own Dockerfile, or by another one of the same context.
    pub(super) fn build(
        &mut self,
        tag: &str,
        target: Option<&str>,
        dockerfile: Option<PathBuf>,
        anew: &Anew,
    ) -> Result<Built, EngineError> {
        let request = Request {
            section: &self.setup.build,
            dockerfile: dockerfile.unwrap_or_else(|| self.dockerfile.clone()),
            target: target.map(str::to_owned).or_else(|| self.setup.build.target.clone()),
            tag: tag.to_owned(),
            label: format!("{LABEL}={}", self.run),
            secrets: &self.secrets,
            ssh: self.recipe.wants_ssh() && std::env::var_os("SSH_AUTH_SOCK").is_some(),
            anew,
            timeout: self.options.build_within,
        };
        self.driver.build(&self.engine, &request, &mut |name| self.progress.detail(name))
    }

    /// One object of `inspect`, in Docker's terms.
    pub(super) fn inspect(&self, kind: &str, name: &str) -> Result<Value, EngineError> {
        Ok(self.driver.inspected(self.engine.inspect(kind, name)?))
    }

    /// Starts the service, with what it depends on if the engine can. `Err` in the result is what the engine said.
    pub(super) fn up(
        &mut self,
        image: &str,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> Result<Result<String, Vec<String>>, EngineError> {
        let (project, label) = (self.project(), self.label());
        let folder = self.workspace.project();
        let own = Own { project: &project, label: &label, image, folder: &folder };
        let lock_down = self.options.lock_down;
        let project = self.setup.isolated(&own, |service| {
            if lock_down {
                lockdown::apply(service);
            }
            change(service);
        });
        let Started { container, failed, without, untold } = self.driver.start(&Start {
            engine: &self.engine,
            project: &project,
            service: &self.setup.service,
            own: &own,
            scratch: &self.workspace.scratch(),
            env: &self.env,
            previous: self.container.as_deref(),
            within: self.options.build_within,
        })?;
        self.container = container.clone();
        (self.without, self.untold) = (without, untold);
        Ok(match (container, failed) {
            (Some(container), None) => Ok(container),
            (_, failed) => Err(failed.unwrap_or_else(|| vec!["no container was started".into()])),
        })
    }

    /// The running container, or why there is none.
    pub(super) fn running(&self) -> Result<Result<(String, Value), Outcome>, EngineError> {
        let Some(container) = &self.container else {
            return Ok(Err(Outcome::not_proven("the service was not started")));
        };
        let inspected = self.inspect("container", container)?;
        if inspected["State"]["Running"] != true {
            return Ok(Err(Outcome::not_proven("the service does not run any more")));
        }
        Ok(Ok((container.clone(), inspected)))
    }

    /// The last lines that a container logged.
    pub(super) fn log_tail(&self, container: &str, lines: usize) -> Vec<String> {
        let count = lines.to_string();
        match self.engine.run(Call::new(["logs", "--tail", count.as_str(), container])) {
            Ok(output) => {
                let both = output.text().lines().map(str::to_owned).chain(output.stderr).collect::<Vec<_>>();
                both.into_iter().map(|line| format!("log: {}", line.chars().take(300).collect::<String>())).collect()
            }
            Err(_) => Vec::new(),
        }
    }

    /// Removes whatever of this run the engine still holds.
    pub(super) fn clean_up(&self) {
        clean_up(&self.engine.undisturbed(), &self.label());
    }
}

/// Removes containers, networks, volumes and images with that label, in the order in which they depend on each other.
fn clean_up(engine: &Engine, label: &str) {
    let filter = format!("label={label}");
    let kinds: [(&[&str], &[&str]); 4] = [
        (&["ps", "-aq"], &["rm", "-f", "-v"]),
        (&["network", "ls", "-q"], &["network", "rm"]),
        (&["volume", "ls", "-q"], &["volume", "rm", "-f"]),
        (&["image", "ls", "-q"], &["image", "rm", "-f"]),
    ];
    for (list, remove) in kinds {
        let Ok(found) = engine.ask(list.iter().copied().chain(["--filter", filter.as_str()])) else { continue };
        let mut ids: Vec<&str> = found.split_whitespace().collect();
        ids.sort_unstable();
        ids.dedup();
        if !ids.is_empty() {
            let mut call = Call::new(remove.iter().copied().chain(ids));
            call.timeout = Duration::from_secs(120);
            let _ = engine.run(call);
        }
    }
}
