//! The words at the end of `scaffold new`.

use std::path::Path;

use super::Context;
use super::compare::State;
use crate::plan::Plan;
use crate::spec::values::shell_word;
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
pub(super) fn text(context: &Context, dir: &Path, plan: &Plan, written: &Written, again: &str) -> String {
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
    lines.push(format!("Holds     {}", holds(plan)));
    let dir = dir.display().to_string();
    let into = if dir == "." { String::new() } else { format!("cd {} && ", shell_word(&dir)) };
    let url = plan.runtime.port.map(|port| format!("   then http://127.0.0.1:{port}")).unwrap_or_default();
    lines.push(format!("Next      {into}docker compose up --build{url}"));
    let prove = if dir == "." { String::new() } else { format!(" {}", shell_word(&dir)) };
    lines
        .push(format!("          scaffold prove{prove}   builds it, runs it locked down and looks at it from outside"));
    let room = usize::from(context.terminal.columns).saturating_sub(INDENT + 2).max(40);
    let alone = docker_run(plan);
    let alone = if context.terminal.stderr_tty { broken(&alone, room) } else { alone };
    lines.push(format!("Alone     {alone}"));
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

/// The set-up in one line.
pub(super) fn holds(plan: &Plan) -> String {
    let mut parts = vec![format!("uid {}", plan.runtime.user.uid)];
    if plan.compose.read_only {
        parts.push("read-only root".to_owned());
    }
    parts.push("no capabilities".to_owned());
    parts.push(format!("{} memory", plan.compose.memory));
    parts.push(match (&plan.runtime.health, plan.runtime.health.as_ref().and_then(|health| health.path.as_ref())) {
        (Some(_), Some(path)) => format!("health at {path}"),
        (Some(_), None) => "health by a command".to_owned(),
        (None, _) => "no health check".to_owned(),
    });
    if !plan.compose.secrets.is_empty() {
        let names =
            plan.compose.secrets.iter().map(|secret| format!("secrets/{}", secret.name)).collect::<Vec<_>>().join(", ");
        parts.push(format!("secrets from {names}"));
    }
    parts.join(", ")
}

/// The `docker run` line that runs the image under the same lock-down as compose does.
pub(super) fn docker_run(plan: &Plan) -> String {
    let mut words = vec!["docker run --rm".to_owned()];
    if plan.compose.read_only {
        words.push("--read-only".to_owned());
    }
    words.push("--cap-drop=ALL --security-opt=no-new-privileges".to_owned());
    words.push(format!("--user={}:{}", plan.runtime.user.uid, plan.runtime.user.gid));
    words.push(format!(
        "--memory={0} --memory-swap={0} --cpus={1} --pids-limit={2}",
        plan.compose.memory, plan.compose.cpus, plan.compose.pids
    ));
    if plan.compose.init {
        words.push("--init".to_owned());
    }
    for folder in &plan.compose.tmpfs {
        let exec = if folder.exec { "exec" } else { "noexec" };
        let owner = if folder.own {
            format!(",mode=0700,uid={},gid={}", plan.runtime.user.uid, plan.runtime.user.gid)
        } else {
            String::new()
        };
        words.push(format!("--tmpfs {}:rw,{exec},nosuid,nodev,size={}{owner}", folder.path, folder.size));
    }
    if let Some(volume) = &plan.compose.volume {
        words.push(format!("--mount type=volume,source={}_{},target={}", plan.name, volume.name, volume.path));
    }
    for secret in &plan.compose.secrets {
        words.push(format!(
            "--env {1}=/run/secrets/{0} --mount type=bind,source=\"$PWD\"/secrets/{0},target=/run/secrets/{0},readonly",
            secret.name, secret.env
        ));
    }
    if let Some(port) = plan.runtime.port {
        words.push(format!("--publish 127.0.0.1:{port}:{port}"));
    }
    words.push(plan.name.to_string());
    words.join(" ")
}
