//! The engine: a set-up is built, run locked down and looked at from outside; every step is a named piece of evidence.
//!
//! Only the command line of Docker or Podman is used, on a copy of the project, under names, ports and labels of this run's own. What is
//! learnt is in a [`Report`]; what is left behind is nothing but the builder's cache.
#![expect(clippy::disallowed_methods, reason = "this is the edge to the engine: it starts processes and waits")]

mod build;
mod canary;
mod context_clean;
mod docker;
mod driver;
mod edit;
mod engine;
mod inspect;
mod interrupt;
mod junit;
mod layers;
mod learn;
mod lockdown;
mod needle;
mod ownership;
mod podman;
mod podman_project;
mod podman_run;
mod podman_steps;
mod proc_view;
mod rawjson;
mod rebuild;
mod recipe;
mod report;
mod run;
mod secret_absent;
mod session;
mod setup;
mod stop;
mod stopping;
mod workspace;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::report::Diagnostic;
pub use driver::EngineKind;
use driver::{Driver, NoProject};
use engine::{Engine, EngineError};
pub use interrupt::Interrupt;
use recipe::Recipe;
pub use report::{Report, Step, Verdict};
use session::{Outcome, Session};
use setup::{Origin, Setup};
use workspace::Workspace;

/// What a user may choose.
#[derive(Debug, Clone)]
pub struct Options {
    /// The compose service; `None` takes the only one with a `build:`.
    pub service: Option<String>,
    /// How long the service may take to become healthy.
    pub healthy_within: Duration,
    /// How long it may take to stop, if shorter than its `stop_grace_period`.
    pub stop_within: Option<Duration>,
    /// How long one build may take.
    pub build_within: Duration,
    /// Also find the paths that the service writes to.
    pub learn: bool,
    /// Only these steps and what they need, by name; empty means all.
    pub only: Vec<String>,
    /// The engine.
    pub engine: EngineKind,
    /// Another program in the place of the engine's own.
    pub program: Option<String>,
    /// Give the service the full lock-down, whatever its compose file states.
    pub lock_down: bool,
    /// Leave containers, images and the copy of the project behind, for a closer look.
    pub keep: bool,
    /// The source file to edit before the second build, relative to the project; `None` chooses one.
    pub edit: Option<PathBuf>,
    /// Real build secrets by id, merged with the canary. Without one the compose file's own source counts.
    pub secrets: BTreeMap<String, PathBuf>,
    /// Set when the user wants to stop.
    pub interrupt: Interrupt,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            service: None,
            healthy_within: Duration::from_secs(60),
            stop_within: None,
            build_within: Duration::from_secs(1800),
            learn: false,
            only: Vec::new(),
            engine: EngineKind::Docker,
            program: None,
            lock_down: false,
            keep: false,
            edit: None,
            secrets: BTreeMap::new(),
            interrupt: Interrupt::new(),
        }
    }
}

/// Takes note of what a run is doing, for a terminal.
pub trait Progress {
    /// A step begins.
    fn started(&mut self, id: &str, title: &str);
    /// What it is at: a step of the build, a search.
    fn detail(&mut self, text: &str);
    /// A step ended.
    fn finished(&mut self, step: &Step);
}

/// Shows nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn started(&mut self, _: &str, _: &str) {}
    fn detail(&mut self, _: &str) {}
    fn finished(&mut self, _: &Step) {}
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The set-up cannot be read or does not say what to prove: exit code 2.
    #[error("{0}")]
    Input(Box<Diagnostic>),
    /// The engine or the disk failed: exit code 3.
    #[error("{0}")]
    Outside(Box<Diagnostic>),
    /// The user stopped it by this signal; everything was cleaned up. Exit code 128 and the signal.
    #[error("interrupted")]
    Interrupted(i32),
}

impl Failure {
    /// The exit code for it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Input(_) => 2,
            Self::Outside(_) => 3,
            Self::Interrupted(signal) => u8::try_from(128 + signal).unwrap_or(130),
        }
    }

    /// What to show.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Input(diagnostic) | Self::Outside(diagnostic) => (**diagnostic).clone(),
            Self::Interrupted(_) => Diagnostic::error("interrupted; everything that was started is gone"),
        }
    }
}

type Run = fn(&mut Session<'_>) -> Result<Outcome, EngineError>;

/// A step of the plan.
struct Planned {
    id: &'static str,
    /// What it claims.
    title: &'static str,
    /// Steps without which it has nothing to look at.
    needs: &'static [&'static str],
    run: Run,
}

const fn planned(id: &'static str, title: &'static str, needs: &'static [&'static str], run: Run) -> Planned {
    Planned { id, title, needs, run }
}

const STARTED: &[&str] = &["build", "locked-down-run", "healthy"];
const KNOWN: &[&str] = &["build", "locked-down-run", "healthy", "identity"];

/// The steps in order.
const STEPS: [Planned; 13] = [
    planned("build", "the image builds with canaries in the place of secrets", &[], build::step),
    planned(
        "secret-absent",
        "no secret is in any layer, the configuration or the history",
        &["build"],
        secret_absent::step,
    ),
    planned("locked-down-run", "the engine runs it under a full lock-down", &["build"], run::locked_down),
    planned("healthy", "it becomes healthy", &["build", "locked-down-run"], run::healthy),
    planned("answers", "it answers through the published port", STARTED, run::answers),
    planned("identity", "it is not root and has no capability", STARTED, proc_view::identity),
    planned("write-refused", "it can write only where that is declared", KNOWN, proc_view::write_refused),
    planned("files-owned-by-root", "it cannot change its own program", KNOWN, ownership::step),
    planned("stops", "the stop signal ends it in time", KNOWN, stopping::step),
    planned("rebuild-cached", "an edit leaves the dependency stage cached", &["build"], rebuild::cached),
    planned(
        "no-cache-mount-needed",
        "it builds with empty cache mounts and runs",
        STARTED,
        rebuild::without_cache_mounts,
    ),
    planned("context-clean", "no credential enters the build context", &[], context_clean::step),
    planned(LEARN, "the paths it writes to are known", KNOWN, learn::step),
];
const LEARN: &str = "learn";

/// The names of all steps, in the order in which they run.
pub fn step_names() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|step| step.id)
}

/// Whether a run with these options takes this step.
fn wanted(step: &Planned, options: &Options) -> bool {
    if step.id == LEARN {
        return options.learn;
    }
    let asked = |id: &str| options.only.iter().any(|only| only == id);
    options.only.is_empty()
        || asked(step.id)
        || STEPS
            .iter()
            .any(|later| (asked(later.id) || (later.id == LEARN && options.learn)) && later.needs.contains(&step.id))
}

/// Proves the set-up in `dir`.
///
/// # Errors
/// [`Failure::Input`] when the compose file or the Dockerfile cannot be read or there is no service to prove,
/// [`Failure::Outside`] when the engine is not there or the copy cannot be made, [`Failure::Interrupted`] on a signal.
/// A step that fails is no error: it is in the report.
pub fn prove(dir: &Path, options: &Options, progress: &mut dyn Progress) -> Result<Report, Failure> {
    if let Some(name) = options.only.iter().find(|name| !step_names().any(|id| id == name.as_str())) {
        let near = crate::report::did_you_mean(name, step_names()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| format!("the steps are {}", step_names().collect::<Vec<_>>().join(", ")));
        return Err(Failure::Input(Box::new(Diagnostic::error(format!("there is no step `{name}`")).help(help))));
    }
    if !dir.is_dir() {
        return Err(Failure::Input(Box::new(Diagnostic::error(format!("{} is no folder", dir.display())))));
    }
    let driver = options.engine.driver();
    let program = options.program.as_deref().unwrap_or_else(|| options.engine.program());
    let engine = Engine::new(program, options.interrupt.clone());
    driver.present(&engine).map_err(|diagnostic| stopped(options, diagnostic))?;
    let run = run_id().map_err(|error| outside(format!("the system gives no random numbers: {error}")))?;
    let workspace = Workspace::copy_of(dir, &run, options.keep)
        .map_err(|error| outside(format!("{} cannot be copied: {error}", dir.display())))?;
    let (setup, dockerfile, recipe) = read(&engine, driver, &workspace, &run, options)?;
    let mut session = Session {
        engine,
        driver,
        options,
        progress,
        workspace,
        setup,
        recipe,
        dockerfile,
        run,
        secrets: Vec::new(),
        env: Vec::new(),
        needles: Vec::new(),
        too_short: Vec::new(),
        built: false,
        container: None,
        settled: false,
        identity: None,
        entries: None,
        shell_image: None,
        without: Vec::new(),
        untold: Vec::new(),
        edited: None,
        writable_paths: None,
    };
    build::place_secrets(&mut session, &mut random)
        .map_err(|error| outside(format!("the secrets' placeholders cannot be written: {error}")))?;
    let steps = all_steps(&mut session);
    if !options.keep {
        session.clean_up();
    }
    let steps = steps.ok_or(Failure::Interrupted(options.interrupt.signal().unwrap_or(2)))?;
    Ok(Report::new(session.setup.service.clone(), steps, session.writable_paths.take()))
}

/// Runs them; `None` when the user stopped it.
fn all_steps(session: &mut Session<'_>) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for Planned { id, title, run, .. } in STEPS.iter().filter(|step| wanted(step, session.options)) {
        session.progress.started(id, title);
        let start = Instant::now();
        let outcome = match run(session) {
            Ok(outcome) => outcome,
            Err(EngineError::Interrupted) => return None,
            Err(error) => Outcome::not_proven(error.to_string()),
        };
        let Outcome { verdict, evidence, reason, help } = outcome;
        let step = Step { id, title, verdict, evidence, reason, help, seconds: start.elapsed().as_secs_f64() };
        session.progress.finished(&step);
        steps.push(step);
    }
    Some(steps)
}

fn outside(message: String) -> Failure {
    Failure::Outside(Box::new(Diagnostic::error(message)))
}

fn stopped(options: &Options, diagnostic: Box<Diagnostic>) -> Failure {
    options.interrupt.signal().map_or_else(|| Failure::Outside(diagnostic), Failure::Interrupted)
}

/// The project as the engine understands it, and its Dockerfile.
fn read(
    engine: &Engine,
    driver: &dyn Driver,
    workspace: &Workspace,
    run: &str,
    options: &Options,
) -> Result<(Setup, PathBuf, Recipe), Failure> {
    let input = |diagnostic| Failure::Input(Box::new(diagnostic));
    let folder = workspace.project();
    let mut setup = if setup::compose_files(&folder).is_empty() && std::env::var_os("COMPOSE_FILE").is_none() {
        bare(&folder, options)?
    } else {
        let config = driver.project(engine, &folder, &format!("scaffold-prove-{run}")).map_err(|none| match none {
            NoProject::Refused(said) => input(
                Diagnostic::error("compose does not accept the project")
                    .with_note(said.join(" "))
                    .help("`scaffold new` writes a compose.yaml"),
            ),
            NoProject::Engine(EngineError::Interrupted) => {
                Failure::Interrupted(options.interrupt.signal().unwrap_or(2))
            }
            NoProject::Engine(error) => outside(error.to_string()),
        })?;
        Setup::of(config, options.service.as_deref()).map_err(Failure::Input)?
    };
    if setup.origin == Origin::Image {
        // Nothing of the project belongs to it.
        setup.build.context = workspace.own("context");
        std::fs::create_dir(&setup.build.context).map_err(|error| outside(error.to_string()))?;
    }
    if setup.origin != Origin::Image && !setup.build.context.starts_with(&folder) {
        return Err(input(
            Diagnostic::error(format!("the build context of `{}` lies outside of the folder", setup.service))
                .help("run `prove` on the folder that holds both, or give the compose file a context below it"),
        ));
    }
    let dockerfile = match &setup.build.inline {
        Some(text) => {
            let file = workspace.own("Inline.Dockerfile");
            std::fs::write(&file, text).map_err(|error| outside(format!("{}: {error}", file.display())))?;
            file
        }
        None => setup.build.dockerfile.clone(),
    };
    let shown = dockerfile.strip_prefix(&folder).unwrap_or(&dockerfile).display().to_string();
    let text = std::fs::read_to_string(&dockerfile).map_err(|error| {
        input(Diagnostic::error(format!("{shown} cannot be read: {error}")).help("`scaffold new` writes one"))
    })?;
    let recipe = Recipe::read(&text);
    if recipe.stages().is_empty() {
        return Err(input(Diagnostic::error(format!("{shown} has no FROM"))));
    }
    Ok((setup, dockerfile, recipe))
}

/// A folder without a compose file.
fn bare(folder: &Path, options: &Options) -> Result<Setup, Failure> {
    let input = |message: String, help: &str| Failure::Input(Box::new(Diagnostic::error(message).help(help)));
    if let Some(service) = &options.service {
        return Err(input(format!("there is no compose file, and so no service `{service}`"), "leave out `--service`"));
    }
    let Some(dockerfile) = setup::dockerfile_of(folder) else {
        return Err(input(
            "there is neither a compose file nor a Dockerfile here".into(),
            "`scaffold new` writes both; or name the folder that holds them",
        ));
    };
    Setup::bare(folder, dockerfile).map_err(Failure::Input)
}

fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

fn run_id() -> io::Result<String> {
    Ok(random()?.iter().take(5).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_engine_the_error_says_so_and_is_the_outside_s() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { program: Some("no-such-engine".into()), ..Options::default() };
        let failure = prove(folder.path(), &options, &mut Silent).unwrap_err();
        assert_eq!(failure.exit_code(), 3);
        assert!(failure.diagnostic().message.contains("no-such-engine"), "{failure}");
    }

    #[test]
    fn a_step_brings_what_it_needs_and_nothing_else() {
        let taken = |only: &[&str], learn| -> Vec<&str> {
            let only = only.iter().map(|name| (*name).to_owned()).collect();
            let options = Options { only, learn, ..Options::default() };
            STEPS.iter().filter(|step| wanted(step, &options)).map(|step| step.id).collect()
        };
        assert_eq!(taken(&[], false).len(), 12);
        assert_eq!(taken(&["context-clean"], false), ["context-clean"]);
        assert_eq!(taken(&["stops"], false), ["build", "locked-down-run", "healthy", "identity", "stops"]);
        assert_eq!(taken(&["build"], true), ["build", "locked-down-run", "healthy", "identity", "learn"]);
    }

    #[test]
    fn a_step_that_does_not_exist_is_refused_with_the_nearest_name() {
        let options = Options { only: vec!["stop".into()], ..Options::default() };
        let failure = prove(Path::new("."), &options, &mut Silent).unwrap_err();
        assert_eq!((failure.exit_code(), failure.diagnostic().help.as_deref()), (2, Some("did you mean `stops`?")));
    }

    #[test]
    fn a_signal_decides_the_exit_code() {
        assert_eq!((Failure::Interrupted(2).exit_code(), Failure::Interrupted(15).exit_code()), (130, 143));
    }
}
