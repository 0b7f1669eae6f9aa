//! How the service is started, on which port it listens, and where it says that it is healthy.

use super::command::{self, Command};
use super::project::{Evidence, Found, Origin, Project};
use super::range;
use crate::catalog::preset::{Framework, Source, Start as Entry};
use crate::report::Diagnostic;

/// A start command that can be proposed.
#[derive(Debug, Clone)]
pub struct Start {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Variables that the command sets.
    pub env: Vec<(String, String)>,
    /// It listens on no port.
    pub worker: bool,
    /// It ends on SIGTERM as PID 1.
    pub handles_sigterm: bool,
    /// Its options make it listen on all addresses.
    pub binds: bool,
    /// The port that the command names.
    pub port: Option<String>,
    /// Where it was found.
    pub evidence: Option<Evidence>,
    /// Who said it.
    pub origin: Origin,
}

/// The framework that was found.
pub fn framework<'a>(project: &Project<'a>) -> Option<&'a Framework> {
    let id = project.text_of("framework")?;
    project.preset.frameworks.iter().find(|framework| framework.id == id)
}

/// Whether another preset serves what this project builds, unless the user says how it is started.
#[must_use]
pub fn served_by_another(project: &Project) -> bool {
    project.given("start").is_none() && framework(project).is_some_and(|framework| framework.served_by.is_some())
}

/// The start command, chosen once.
#[must_use]
pub fn chosen(project: &Project) -> Option<Start> {
    choose(project)
}

/// Says so when the service can only be reached from inside its container.
pub fn look_for_loopback(project: &Project) {
    if choose(project).is_none_or(|start| start.binds || start.worker) {
        return;
    }
    for rule in &project.preset.loopback {
        if rule.when.as_ref().is_some_and(|when| !project.holds(when)) {
            continue;
        }
        let source = Source { text: rule.text.clone(), regex: Some(rule.regex.clone()), ..Source::default() };
        for found in project.source(&source) {
            let Some(evidence) = found.evidence else { continue };
            let text = project.tree.read(&evidence.file).unwrap_or_default();
            let fine = rule
                .unless
                .as_ref()
                .and_then(|unless| project.regex(unless))
                .is_some_and(|unless| unless.is_match(text));
            if !fine {
                project.note(
                    Diagnostic::warning(format!("{evidence}: the service listens on loopback only, where nothing outside its container reaches it")).help(rule.help.clone()),
                );
                return;
            }
        }
    }
}

/// The best start command.
pub(super) fn choose(project: &Project) -> Option<Start> {
    if let Some(given) = project.given("start") {
        let words = crate::spec::values::split_words(&given.value).ok()?;
        let command = command::from_words(project, words.clone(), Vec::new());
        // the user's own words are taken as they are; what is known about the program still counts
        return Some(Start {
            argv: words,
            evidence: None,
            origin: given.origin,
            ..start_of(project, command.unwrap_or_default(), false, None)
        });
    }
    if served_by_another(project) {
        return None;
    }
    let framework = framework(project).map(|framework| framework.start.as_slice()).unwrap_or_default();
    framework.iter().chain(&project.preset.start).find_map(|entry| of_entry(project, entry))
}

fn of_entry(project: &Project, entry: &Entry) -> Option<Start> {
    if entry.when.as_ref().is_some_and(|when| !project.holds(when)) {
        return None;
    }
    let start = if entry.argv.is_empty() {
        entry.from.iter().find_map(|source| {
            let found = project.source(source).into_iter().next()?;
            // a command runs in the folder of the file that it stands in
            let folder =
                found.evidence.as_ref().and_then(|at| at.file.rsplit_once('/')).map_or("", |(folder, _)| folder);
            match command::read(project, &found.value, folder) {
                Ok(command) => Some(start_of(project, command, entry.worker, found.evidence)),
                Err(why) => {
                    if let Some(evidence) = &found.evidence {
                        project.note(Diagnostic::note(format!("the start command at {evidence} is not taken: {why}")));
                    }
                    None
                }
            }
        })?
    } else {
        let words = entry.argv.iter().map(|word| project.fill(word, str::to_owned)).collect::<Option<Vec<_>>>()?;
        let evidence = entry.argv.iter().find_map(|word| {
            let name = word.split_once('{')?.1.split_once('}')?.0;
            if name == "port" { None } else { project.field(name)?.evidence }
        });
        start_of(project, command::from_words(project, words, Vec::new()).ok()?, entry.worker, evidence)
    };
    if let Some(guess) = entry.guess.as_ref().filter(|_| !project.is_asking("port")) {
        project.note(
            Diagnostic::note(format!("the start command `{}` is a guess: {guess}", start.argv.join(" ")))
                .help("say it with `--set start=\"...\"`"),
        );
    }
    Some(start)
}

fn start_of(project: &Project, command: Command, worker: bool, evidence: Option<Evidence>) -> Start {
    Start {
        argv: command.argv,
        env: command.env,
        worker,
        handles_sigterm: command.handles_sigterm || project.preset.handles_sigterm,
        binds: command.binds,
        port: command.port,
        evidence,
        origin: Origin::Detected,
    }
}

/// Whether the service listens on a port at all.
pub(super) fn serves(project: &Project) -> bool {
    let preset = project.preset;
    if project.given("port").is_some() || preset.serves.is_empty() {
        return true;
    }
    if framework(project).is_some_and(|framework| framework.port.is_some() || framework.served_by.is_some()) {
        return true;
    }
    preset.serves.iter().any(|when| project.holds(when))
}

/// The port: what was given, what the command says, what the source says, what the framework or language is known for.
pub(super) fn port(project: &Project) -> Option<Found> {
    // while the start command is being chosen it may ask for the port
    let start = if project.is_asking("start") { None } else { choose(project) };
    if let Some(start) = &start {
        if start.worker {
            return None;
        }
        if let Some(port) = &start.port {
            return Some(Found { value: port.clone(), evidence: start.evidence.clone(), origin: start.origin });
        }
    }
    if !serves(project) && !start.as_ref().is_some_and(|start| start.binds) {
        return None;
    }
    let valid = |found: &Found| found.value.parse::<u16>().is_ok_and(|port| port > 0);
    let found = project.preset.port.iter().find_map(|source| project.source(source).into_iter().find(valid));
    let known = framework(project).and_then(|framework| framework.port).or(project.preset.default_port);
    let reads_env = port_env(project).is_some();
    match found {
        // a privileged port that can be moved is moved
        Some(found) if reads_env && range::below(&found.value, "1024") => {
            known.map(|port| Found::preset(port.to_string()))
        }
        Some(found) => Some(found),
        None => known.map(|port| Found::preset(port.to_string())),
    }
}

/// The variable that the service reads its port from.
pub fn port_env(project: &Project) -> Option<String> {
    if let Some(name) = framework(project).and_then(|framework| framework.port_env.clone()) {
        return Some(name);
    }
    project.first(&project.preset.port_env).map(|found| found.value)
}

/// The health path that is known.
pub(super) fn health(project: &Project) -> Option<Found> {
    if let Some(found) = project.first(&project.preset.probe.path) {
        return Some(found);
    }
    framework(project).and_then(|framework| framework.health.clone()).map(Found::preset)
}
