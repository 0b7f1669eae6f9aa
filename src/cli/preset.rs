//! `scaffold preset`: the languages, and where each value of one comes from.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::{Value, json};

use super::args::{Format, Preset as Command};
use super::{Context, Failure, Outcome, broken_pipe_is_fine, stdout};
use crate::catalog::{Preset, leaves};
use crate::report::{self, Diagnostic};
use crate::spec::text::inline;

pub(super) fn run(context: &Context, command: &Command) -> Outcome {
    let text = match command {
        Command::List { format } => list(context, *format)?,
        Command::Show { id, format } => show(context, id, *format)?,
    };
    broken_pipe_is_fine(stdout().write_all(text.as_bytes()))?;
    Ok(0)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn list(context: &Context, format: Format) -> Result<String, Failure> {
    let ids = context.catalog.ids();
    let presets = ids.iter().map(|id| context.catalog.preset(id)).collect::<Result<Vec<_>, _>>()?;
    if format == Format::Json {
        return Ok(pretty(&presets.iter().map(as_json).collect()));
    }
    let mut text = String::new();
    for preset in &presets {
        let kind = if preset.server { " (serves what others build)" } else { "" };
        let _ = writeln!(text, "{:<10} {}{kind}", preset.id, preset.title);
        let releases = preset.version.supported.iter().map(|release| match &release.end_of_life {
            Some(day) => format!("{} until {day}", release.release),
            None => release.release.clone(),
        });
        let rows = [
            ("releases", releases.collect()),
            ("managers", preset.managers.iter().map(|manager| manager.id.clone()).collect()),
            ("frameworks", preset.frameworks.iter().map(|framework| framework.id.clone()).collect()),
            ("bases", preset.bases.keys().cloned().collect::<Vec<String>>()),
        ];
        for (name, values) in rows.iter().filter(|(_, values)| !values.is_empty()) {
            let _ = writeln!(text, "{:<10} {name:<11} {}", "", values.join(", "));
        }
    }
    Ok(text)
}

fn as_json(preset: &Preset) -> Value {
    let release = |release: &crate::catalog::preset::Release| json!({ "release": release.release, "end_of_life": release.end_of_life });
    json!({
        "id": preset.id,
        "title": preset.title,
        "aliases": preset.aliases,
        "server": preset.server,
        "default_release": preset.version.default,
        "releases": preset.version.supported.iter().map(release).collect::<Vec<_>>(),
        "ended": preset.version.ended.iter().map(release).collect::<Vec<_>>(),
        "managers": preset.managers.iter().map(|manager| &manager.id).collect::<Vec<_>>(),
        "frameworks": preset.frameworks.iter().map(|framework| &framework.id).collect::<Vec<_>>(),
        "bases": preset.bases.keys().collect::<Vec<_>>(),
    })
}

fn show(context: &Context, word: &str, format: Format) -> Result<String, Failure> {
    let ids = context.catalog.ids();
    let id = if ids.iter().any(|id| id == word) {
        word.to_owned()
    } else {
        context.catalog.resolve(word).map_err(|_| {
            let error = Diagnostic::error(format!("there is no preset `{word}`"));
            Failure::input(match report::did_you_mean(word, ids.iter().map(String::as_str)) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("there are {}", ids.join(", "))),
            })
        })?
    };
    // what cannot be used is not shown as if it could
    context.catalog.preset(&id)?;
    let chain = context.catalog.chain(&id)?;
    let leaves = leaves(&chain);
    if format == Format::Json {
        let values: Vec<Value> = leaves
            .iter()
            .map(|leaf| json!({ "key": leaf.key, "value": leaf.value, "file": leaf.file, "line": leaf.line }))
            .collect();
        let files: Vec<&String> = chain.iter().map(|(path, _)| path).collect();
        return Ok(pretty(&json!({ "id": id, "files": files, "values": values })));
    }
    let mut text = String::new();
    for leaf in &leaves {
        let place = format!("{}:{}", leaf.file, leaf.line);
        let _ = writeln!(text, "{place:<24} {} = {}", leaf.key, inline(&leaf.value));
    }
    Ok(text)
}
