//! What the steps of one run share: the engine, the copy of the project, and what earlier steps found.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use super::build::{self, Built, Request};
use super::engine::{Call, Engine, EngineError};
use super::layers::Entry;
use super::needle::Needle;
use super::proc_view::Identity;
use super::recipe::Recipe;
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
        more: &[String],
    ) -> Result<Built, EngineError> {
        let request = Request {
            section: &self.setup.build,
            dockerfile: dockerfile.unwrap_or_else(|| self.dockerfile.clone()),
            target: target.map(str::to_owned).or_else(|| self.setup.build.target.clone()),
            tag: tag.to_owned(),
            label: format!("{LABEL}={}", self.run),
            secrets: &self.secrets,
            ssh: self.recipe.wants_ssh() && std::env::var_os("SSH_AUTH_SOCK").is_some(),
            more,
            timeout: self.options.build_within,
        };
        build::build(&self.engine, &request, self.progress)
    }

    /// Starts the service by compose, with what it depends on. `Err` in the result is what compose said.
    pub(super) fn up(
        &mut self,
        image: &str,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> Result<Result<String, Vec<String>>, EngineError> {
        let (project, label) = (self.project(), self.label());
        let folder = self.workspace.project();
        let own = Own { project: &project, label: &label, image, folder: &folder };
        let file = self.workspace.own("compose.json");
        let config = self.setup.isolated(&own, change);
        if let Err(error) = std::fs::write(&file, config.to_string()) {
            return Ok(Err(vec![format!("{}: {error}", file.display())]));
        }
        let mut call = Call::new(["compose", "--progress", "quiet", "-p", &project, "--project-directory"]);
        call.args.extend([folder.into_os_string(), "-f".into(), file.into_os_string()]);
        call.args.extend(["up", "-d", "--quiet-pull", self.setup.service.as_str()].map(Into::into));
        call.timeout = self.options.build_within;
        call.env = self.env.clone();
        let output = self.engine.run(call)?;
        let own_container = [
            "ps".to_owned(),
            "-aq".into(),
            "--no-trunc".into(),
            "--filter".into(),
            format!("label={label}"),
            "--filter".into(),
            format!("label=com.docker.compose.service={}", self.setup.service),
        ];
        let found = self.engine.ask(own_container)?;
        let container = found.lines().next().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        self.container = container.clone();
        if !output.success {
            return Ok(Err(output.stderr));
        }
        Ok(container.ok_or_else(|| vec!["compose started no container".into()]))
    }

    /// The running container, or why there is none.
    pub(super) fn running(&self) -> Result<Result<(String, Value), Outcome>, EngineError> {
        let Some(container) = &self.container else {
            return Ok(Err(Outcome::not_proven("the service was not started")));
        };
        let inspected = self.engine.inspect("container", container)?;
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
