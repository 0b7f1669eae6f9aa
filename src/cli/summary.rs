//! The words at the end of `scaffold new`.

use std::path::Path;

use super::Context;
use super::compare::State;
use crate::plan::stack::{DockerRun, Role, Stack};
use crate::spec::values::{SecretId, shell_word};
use crate::write::{Action, Written};

/// One word for what a file on disk is to us.
pub(super) fn state_word(state: State) -> &'static str {
    match state {
        State::New => "new",
        State::Same => "same",
        State::Old => "changed",
        State::Edited => "edited",
        State::Foreign => "foreign",
    }
}

/// What was written, what it holds, and what comes next.
pub(super) fn text(context: &Context, dir: &Path, stack: &Stack, written: &Written, again: &str) -> String {
    let mut lines = Vec::new();
    for file in written.files.iter().filter(|file| !(file.path.starts_with("secrets/.") || file.action == Action::Same))
    {
        let verb = match file.action {
            Action::Created => "new",
            Action::Replaced => "replaced",
            Action::Same => "same",
        };
        let kept = file.kept.as_ref().map(|kept| format!("  the old one is in {kept}")).unwrap_or_default();
        lines.push(format!("{verb:<9} {}{kept}", file.path));
    }
    lines.push(String::new());
    lines.push(format!("Holds     {}", holds(stack)));
    for other in stack.units.iter().skip(1) {
        let what = match other.role {
            Role::Service => "another service",
            Role::Worker => "a process of the same image",
            Role::Job => "runs once, before the others",
            Role::Task => "runs when it is asked for",
            Role::Backing | Role::Proxy => &other.title,
        };
        lines.push(format!("          {}: {what}", other.name));
    }
    let dir = dir.display().to_string();
    let into = if dir == "." { String::new() } else { format!("cd {} && ", shell_word(&dir)) };
    let url = stack
        .units
        .iter()
        .rfind(|unit| unit.publish.is_some() && matches!(unit.role, Role::Proxy))
        .or_else(|| stack.units.iter().find(|unit| unit.publish.is_some()))
        .and_then(|unit| unit.publish)
        .map(|port| format!("   then {}://127.0.0.1:{port}", if stack.tls { "https" } else { "http" }))
        .unwrap_or_default();
    lines.push(format!("Next      {into}{}{url}", up(stack)));
    let prove = if dir == "." { String::new() } else { format!(" {}", shell_word(&dir)) };
    lines
        .push(format!("          scaffold prove{prove}   builds it, runs it locked down and looks at it from outside"));
    let room = usize::from(context.terminal.columns).saturating_sub(INDENT + 2).max(40);
    // behind a proxy a service publishes no port: alone nobody would reach it
    if !stack.units.iter().any(|unit| unit.role == Role::Proxy) {
        let alone = stack.docker_run.first().map(DockerRun::line).unwrap_or_default();
        let alone = if context.terminal.stderr_tty { broken(&alone, room) } else { alone };
        lines.push(format!("Alone     {alone}"));
    }
    lines.push(format!("Again     {again}"));
    let text = lines.join("\n");
    if context.terminal.colour_stderr { text.replace("Next ", "\u{1b}[1mNext \u{1b}[0m") } else { text }
}

/// Where the values begin.
const INDENT: usize = 10;

/// A command in as many lines as it needs, for a shell to read as one.
fn broken(command: &str, cells: usize) -> String {
    let mut lines = vec![String::new()];
    // a word may hold a quoted blank; only before an option is a break safe
    for part in command.split(" --") {
        let part = if lines.len() == 1 && lines[0].is_empty() { part.to_owned() } else { format!(" --{part}") };
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.len() + part.len() <= cells => line.push_str(&part),
            _ => lines.push(format!(" {part}")),
        }
    }
    lines.join(&format!(" \\\n{:INDENT$}", ""))
}

/// What starts it, with the secrets that are kept elsewhere.
fn up(stack: &Stack) -> &'static str {
    if stack.sidecar.is_some() {
        "docker compose --file compose.yaml --file compose.secrets.yaml up --build"
    } else if stack.secrets.iter().all(|secret| secret.provider.is_here()) {
        "docker compose up --build"
    } else {
        "eval \"$(sh scripts/secrets.sh)\" && docker compose up --build"
    }
}

/// The first unit in one line.
pub(super) fn holds(stack: &Stack) -> String {
    let Some(unit) = stack.units.first() else { return String::new() };
    let mut parts = vec![format!("uid {}", unit.user.uid)];
    if unit.read_only {
        parts.push("read-only root".to_owned());
    }
    parts.push(match unit.capabilities.as_slice() {
        [] => "no capabilities".to_owned(),
        kept => {
            let names: Vec<&str> = kept.iter().map(|kept| kept.name.as_str()).collect();
            format!("no capabilities but {}", names.join(" and "))
        }
    });
    parts.push(format!("{} memory", unit.memory));
    parts.push(match (&unit.health, unit.health.as_ref().and_then(|health| health.path.as_ref())) {
        (Some(_), Some(path)) => format!("health at {path}"),
        (Some(_), None) => "health by a command".to_owned(),
        (None, _) => "no health check".to_owned(),
    });
    if !unit.secrets.is_empty() {
        let kept = |name: &SecretId| stack.secrets.iter().find(|secret| secret.name == *name);
        let names = unit.secrets.iter().map(|secret| match kept(&secret.name).map(|secret| secret.provider) {
            Some(provider) if !provider.is_here() => format!("{} ({provider})", secret.name),
            _ => format!("secrets/{}", secret.name),
        });
        parts.push(format!("secrets from {}", names.collect::<Vec<_>>().join(", ")));
    }
    parts.join(", ")
}
