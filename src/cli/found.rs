//! The table of what was found, which a person is asked about.

use super::Context;
use super::compare::{Due, State};
use super::make::Ready;
use crate::prompt::{fit, width};
use crate::spec::complete::Health;
use crate::spec::lock;

/// One line: what it is, its value (`None` is unknown), and where that comes from.
pub(super) struct Row {
    name: &'static str,
    value: Option<String>,
    from: String,
}

/// Where the values begin.
const INDENT: usize = 12;

/// What was found, with file and line; `dues` are the files that would be written.
pub(super) fn rows(ready: &Ready, dues: &[Due]) -> Vec<Row> {
    let preset = &ready.preset;
    let spec = &ready.completed.spec;
    let row = |name, key: &str, shown: Option<String>| {
        let answer = spec.origins.get(key);
        let from = answer.map_or_else(String::new, |answer| match (&answer.evidence, answer.origin) {
            (Some(evidence), _) => evidence.clone(),
            (None, "flag") => "your flag".to_owned(),
            (None, "spec") => "scaffold.toml".to_owned(),
            (None, "prompt") => "your answer".to_owned(),
            (None, "preset") => "default".to_owned(),
            (None, _) => String::new(),
        });
        Row { name, value: shown.or_else(|| answer.map(|answer| answer.value.clone())), from }
    };
    let release = spec.release.as_ref().map(|release| {
        let known = preset.version.supported.iter().chain(&preset.version.ended);
        let ends = known.filter(|known| known.release == release.as_str()).find_map(|known| known.end_of_life.as_ref());
        ends.map_or_else(|| release.to_string(), |day| format!("{release} (supported until {day})"))
    });
    let mut rows = vec![row("language", "service.lang", Some(preset.title.clone()))];
    rows.push(row("version", "build.version", release));
    if let Some(manager) = &spec.manager {
        let title = preset.managers.iter().find(|known| known.id == *manager).map(|known| known.title.clone());
        rows.push(row("manager", "build.manager", title));
    }
    if let Some(framework) = &spec.framework {
        let title = preset.frameworks.iter().find(|known| known.id == *framework).map(|known| known.title.clone());
        rows.push(row("framework", "framework", title));
    }
    rows.push(row("base", "image.base", None));
    if spec.origins.contains_key("service.start") {
        rows.push(row("start", "service.start", None));
    } else {
        rows.push(Row { name: "start", value: Some("served as files".to_owned()), from: String::new() });
    }
    match spec.port {
        Some(port) => rows.push(row("port", "service.port", Some(port.get().to_string()))),
        None => {
            rows.push(Row { name: "port", value: Some("none".to_owned()), from: "it listens on no port".to_owned() });
        }
    }
    rows.push(match &spec.health {
        Health::Path(path) => row("health", "service.health", Some(path.to_string())),
        Health::Reachable => Row { name: "health", value: None, from: "any answer of / below 500 will do".to_owned() },
        Health::Command(command) => {
            Row { name: "health", value: Some(command.to_string()), from: "scaffold.toml".to_owned() }
        }
        Health::Heartbeat(heartbeat) => {
            Row { name: "health", value: Some(heartbeat.file.to_string()), from: "scaffold.toml".to_owned() }
        }
        Health::None => Row { name: "health", value: Some("no check".to_owned()), from: String::new() },
    });
    let list = |name, values: Vec<&str>| Row { name, value: Some(values.join(", ")), from: String::new() };
    if !spec.build_secrets.is_empty() {
        rows.push(list("build with", spec.build_secrets.iter().map(|secret| secret.id.as_str()).collect()));
    }
    if !ready.plan.compose.secrets.is_empty() {
        rows.push(list("secrets", ready.plan.compose.secrets.iter().map(|secret| secret.name.as_str()).collect()));
    }
    let beside: Vec<&str> =
        ready.stack.units.iter().filter(|unit| unit.built.is_none()).map(|unit| unit.title.as_str()).collect();
    if !beside.is_empty() {
        rows.push(list("beside it", beside));
    }
    rows.push(list("files", files(dues)));
    rows
}

/// The files that would be written.
pub(super) fn files(dues: &[Due]) -> Vec<&str> {
    dues.iter().filter(|due| due.state != State::Same || due.path == lock::NAME).map(|due| due.path.as_str()).collect()
}

/// The rows as text. What does not fit into the window goes to a line of its own.
pub(super) fn table(context: &Context, rows: &[Row]) -> String {
    let cells = usize::from(context.terminal.columns).saturating_sub(INDENT + 1).max(20);
    let dim = |text: &str| paint(context, "2", text);
    let longest = rows.iter().filter(|row| !row.from.is_empty()).map(|row| width(shown(row))).max().unwrap_or(0);
    let room = rows.iter().map(|row| width(&row.from)).max().unwrap_or(0);
    let column = longest.min(cells.saturating_sub(room + 2)).max(20.min(cells));
    let mut lines = Vec::new();
    for row in rows {
        let name = format!("{:<1$}", row.name, INDENT);
        if row.from.is_empty() && width(shown(row)) > cells {
            let indent = format!("\n{:INDENT$}", "");
            lines.push(format!("{}{}", dim(&name), wrapped(shown(row), cells).join(&indent)));
            continue;
        }
        let value = match &row.value {
            Some(value) => fit(value, cells),
            None => paint(context, "33", UNKNOWN),
        };
        let used = width(&fit(shown(row), cells));
        let from = fit(&row.from, cells);
        if from.is_empty() {
            lines.push(format!("{}{value}", dim(&name)));
        } else if used.max(column) + 2 + width(&from) <= cells {
            lines.push(format!("{}{value}{:2$}{3}", dim(&name), "", column.max(used) + 2 - used, dim(&from)));
        } else {
            lines.push(format!("{}{value}", dim(&name)));
            lines.push(format!("{:INDENT$}{}", "", dim(&from)));
        }
    }
    lines.join("\n")
}

/// A list in as many lines as it needs.
fn wrapped(list: &str, cells: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in list.split_inclusive(", ") {
        match lines.last_mut() {
            Some(line) if width(line) + width(item.trim_end()) <= cells => line.push_str(item),
            _ => lines.push(item.to_owned()),
        }
    }
    lines.iter().map(|line| fit(line.trim_end(), cells)).collect()
}

const UNKNOWN: &str = "unknown";

fn shown(row: &Row) -> &str {
    row.value.as_deref().unwrap_or(UNKNOWN)
}

fn paint(context: &Context, code: &str, text: &str) -> String {
    if context.terminal.colour_stderr { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
