//! `scaffold detect`: what was found, and where.

use std::io::Write as _;

use serde_json::{Map, Value, json};

use super::args::{Detect, Format};
use super::{Context, Outcome, disk::DiskTree, folder_error, stdout};
use crate::answers::{Layers, choose_language, parse_set, project_of, server_of};
use crate::detect::{Evidence, Found, start};
use crate::prompt::fit;

/// The fields that are shown, with what the project calls them.
const FIELDS: [(&str, &str); 6] = [
    ("package_manager", "manager"),
    ("framework", "framework"),
    ("version", "release"),
    ("start", "start"),
    ("port", "port"),
    ("health", "health"),
];

/// Values are shown whole, within reason.
const ROOM: usize = 400;

pub(super) fn run(context: &Context, args: &Detect) -> Outcome {
    if !args.dir.is_dir() {
        return Err(folder_error(&args.dir, "is not a folder"));
    }
    let tree = DiskTree::open(&args.dir).map_err(|error| folder_error(&args.dir, &error.to_string()))?;
    let mut layers = Layers::default();
    if let Some(lang) = &args.lang {
        layers.push(crate::detect::Origin::Flag, parse_set(&[format!("lang={lang}")])?);
    }
    let (preset, evidence) = choose_language(&context.catalog, &tree, &layers)?;
    let project = project_of(&preset, &tree, &layers);
    let project = match server_of(&context.catalog, &project, &layers)? {
        Some((_, layers)) => project_of(&preset, &tree, &layers),
        None => project,
    };
    let mut found: Vec<(&str, Option<Found>)> =
        vec![("language", Some(Found { value: preset.id.clone(), evidence, origin: crate::detect::Origin::Detected }))];
    for (name, field) in FIELDS {
        found.push((name, project.field(field)));
    }
    let words = start::chosen(&project).map(|start| start.argv);
    start::look_for_loopback(&project);

    let mut out = stdout();
    let written = match args.format {
        Format::Json => {
            let mut object = Map::new();
            let mut places = Map::new();
            for (name, found) in &found {
                let value = found.as_ref().map_or(Value::Null, |found| match *name {
                    "port" => found.value.parse::<u16>().map_or(Value::Null, |port| json!(port)),
                    "start" => json!(words),
                    _ => json!(found.value),
                });
                object.insert((*name).to_owned(), value);
                if let Some(Evidence { file, line }) = found.as_ref().and_then(|found| found.evidence.as_ref()) {
                    places.insert((*name).to_owned(), json!({ "file": file, "line": line }));
                }
            }
            object.insert("evidence".to_owned(), Value::Object(places));
            let notes: Vec<Value> = project
                .problems()
                .iter()
                .map(|note| json!({ "severity": note.severity, "message": note.message, "help": note.help }))
                .collect();
            object.insert("notes".to_owned(), Value::Array(notes));
            writeln!(out, "{}", serde_json::to_string_pretty(&object).unwrap_or_default())
        }
        Format::Text => {
            let mut text = String::new();
            for (name, found) in &found {
                let value = fit(found.as_ref().map_or("-", |found| found.value.as_str()), ROOM);
                let from = match found {
                    Some(Found { evidence: Some(evidence), .. }) => fit(&evidence.to_string(), ROOM),
                    Some(_) => "preset".to_owned(),
                    None => String::new(),
                };
                text.push_str(format!("{:<16} {value:<32} {from}", name.replace('_', " ")).trim_end());
                text.push('\n');
            }
            for note in project.problems() {
                context.say(&note);
            }
            out.write_all(text.as_bytes())
        }
    };
    super::broken_pipe_is_fine(written)?;
    Ok(0)
}
