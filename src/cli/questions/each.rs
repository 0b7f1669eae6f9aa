//! The questions one by one. Each is answered in the form that `scaffold.toml` has, and checked by the same types.

use super::draft::Draft;
use crate::answers::Layers;
use crate::catalog::preset::CredentialKind;
use crate::detect::{Found, Origin, start};
use crate::prompt::{Answer, Ask, Choice, Confirm, MultiSelect, Question, Select, Stopped, Text};
use crate::spec::values::{Argv, Port, SecretId, ServiceName, UrlPath};

type Asked = Result<Answer<()>, Stopped>;

/// What is asked because nothing tells it.
pub(super) fn unknown<'a>() -> Vec<Question<Draft<'a>>> {
    vec![
        Question { applies: |draft| !draft.is_said("service.lang") && draft.several.len() != 1, ask: language },
        Question { applies: |draft| draft.empty && !draft.is_said("service.name"), ask: name },
        Question { applies: |draft| draft.empty && !draft.args.starter && has_starter(draft), ask: starter },
        Question { applies: |draft| draft.starter.is_empty() && draft.lacks_start(), ask: start_command },
    ]
}

/// What is asked of whoever wants to change something.
pub(super) fn all<'a>() -> Vec<Question<Draft<'a>>> {
    vec![
        Question { applies: |draft| !draft.is_said("service.lang") && draft.several.len() > 1, ask: language },
        Question { applies: |draft| !draft.is_said("service.name"), ask: name },
        Question { applies: |draft| !draft.is_said("image.base"), ask: base },
        Question { applies: |draft| !draft.is_said("service.start") && !is_served(draft), ask: start_command },
        Question { applies: |draft| !draft.is_said("service.port") && !draft.is_said("service.worker"), ask: port },
        Question {
            applies: |draft| {
                !draft.is_said("service.health") && !draft.is_said("health") && field(draft, "port").is_some()
            },
            ask: health,
        },
        Question {
            applies: |draft| !draft.is_said("build.secrets") && !credentials(draft).is_empty(),
            ask: build_secrets,
        },
        Question { applies: |draft| !draft.is_said("backing.postgres"), ask: postgres },
        Question { applies: |draft| !draft.is_said("secrets"), ask: secrets },
    ]
}

/// What a field of the project is with all answers, or without the one to a key.
fn found(draft: &Draft<'_>, layers: &Layers, name: &str) -> Option<Found> {
    draft.with_project(layers, |project| project.field(name)).flatten()
}

fn field(draft: &Draft<'_>, name: &str) -> Option<Found> {
    if draft.answer("service.worker").is_some() && name == "port" {
        return None;
    }
    found(draft, &draft.layers(), name)
}

/// What would be without the answer to a key: an answer that says the same is none.
fn unanswered(draft: &mut Draft<'_>, key: &str, name: &str) -> Option<Found> {
    let answer = draft.answer(key).cloned();
    draft.set(key, None);
    let value = found(draft, &draft.layers(), name);
    draft.set(key, answer);
    value
}

/// Where a value comes from, for the help line.
fn why(found: Option<&Found>, otherwise: &str) -> String {
    match found {
        Some(Found { evidence: Some(evidence), .. }) => format!("{evidence} says so"),
        Some(Found { origin: Origin::Prompt, .. }) => "your answer before".to_owned(),
        Some(_) => "the default".to_owned(),
        None => otherwise.to_owned(),
    }
}

fn text_value(text: impl Into<String>) -> toml::Value {
    toml::Value::String(text.into())
}

fn language(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let options: Vec<(String, Choice)> = if draft.several.is_empty() {
        let presets =
            draft.context.catalog.languages().into_iter().filter_map(|id| draft.context.catalog.preset(&id).ok());
        presets.map(|preset| (preset.id.clone(), Choice::new(preset.id, preset.title))).collect()
    } else {
        let hint = |found: &crate::answers::Candidate| match &found.evidence {
            Some(evidence) => format!("{}, {} is there", found.preset.title, evidence.file),
            None => found.preset.title.clone(),
        };
        let choice = |found: &crate::answers::Candidate| Choice::new(found.preset.id.clone(), hint(found));
        draft.several.iter().map(|found| (found.preset.id.clone(), choice(found))).collect()
    };
    let choices: Vec<Choice> = options.iter().map(|(_, choice)| choice.clone()).collect();
    let before = draft.answer("service.lang").and_then(toml::Value::as_str).map(str::to_owned);
    let question = Select {
        question: "Language",
        help: if draft.several.is_empty() { "nothing in the folder tells" } else { "which is the service written in?" },
        options: &choices,
        start: options.iter().position(|(id, _)| Some(id) == before.as_ref()).unwrap_or(0),
        keep_last: false,
    };
    Ok(ask.select(&question)?.map(|index| {
        let id = options.get(index).map(|(id, _)| id.clone());
        if id != before {
            // answers about one language mean nothing in another
            draft.answers.retain(|table, _| table != "image" && table != "build");
            draft.set("service.start", None);
            let wanted = id.as_ref().filter(|_| draft.args.starter);
            draft.starter = wanted.map(|id| draft.starter_of(id)).unwrap_or_default();
        }
        draft.set("service.lang", id.map(text_value));
    }))
}

fn name(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let folder = crate::detect::text::kebab(&super::super::new::folder_name(&draft.inputs.dir));
    let folder = if ServiceName::new(folder.as_str()).is_ok() { folder } else { "service".to_owned() };
    let before = draft.answer("service.name").and_then(toml::Value::as_str).map(str::to_owned);
    let default = before.unwrap_or_else(|| folder.clone());
    let question = Text {
        question: "Name",
        help: "of the image and in compose",
        default: Some(&default),
        initial: None,
        validate: &|text| ServiceName::new(text).map(|_| ()),
    };
    Ok(ask
        .text(&question)?
        .map(|text| draft.set("service.name", Some(text).filter(|text| *text != folder).map(text_value))))
}

fn has_starter(draft: &Draft<'_>) -> bool {
    draft.preset().is_some_and(|preset| !draft.starter_of(&preset.id).is_empty())
}

fn starter(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let Some(preset) = draft.preset() else { return Ok(Answer::Given(())) };
    let files = draft.starter_of(&preset.id);
    let question = Confirm {
        question: "Put a small service that runs into the folder?",
        help: &format!("{} files, with a health path and a test", files.len()),
        default: true,
    };
    Ok(ask.confirm(&question)?.map(|yes| draft.starter = if yes { files } else { Default::default() }))
}

fn base(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let Some(preset) = draft.preset() else { return Ok(Answer::Given(())) };
    let ids: Vec<String> = preset.bases.keys().cloned().collect();
    let now = field(draft, "base");
    let own = unanswered(draft, "image.base", "base").map(|found| found.value);
    let hint = |id: &str| match id {
        "slim" => "Debian with little in it; fits most dependencies",
        "alpine" => "small; musl in place of glibc",
        "distroless" => "no shell and no package manager",
        _ => "",
    };
    let choices: Vec<Choice> = ids.iter().map(|id| Choice::new(id.as_str(), hint(id))).collect();
    let question = Select {
        question: "Base image",
        help: &why(now.as_ref(), ""),
        options: &choices,
        start: ids.iter().position(|id| now.as_ref().is_some_and(|now| now.value == *id)).unwrap_or(0),
        keep_last: false,
    };
    Ok(ask.select(&question)?.map(|index| {
        let chosen = ids.get(index).filter(|id| Some(*id) != own.as_ref());
        draft.set("image.base", chosen.map(text_value));
    }))
}

fn is_served(draft: &Draft<'_>) -> bool {
    draft.with_project(&draft.layers(), start::served_by_another).unwrap_or(false)
}

fn start_command(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let now = started(draft);
    let answer = draft.answer("service.start").cloned();
    draft.set("service.start", None);
    let own = started(draft).map(|found| found.value);
    draft.set("service.start", answer);
    let question = Text {
        question: "Start command",
        help: &why(now.as_ref(), "none was found; a program and its arguments"),
        default: now.as_ref().map(|now| now.value.as_str()),
        initial: None,
        validate: &|text| Argv::from_line(text).map(|_| ()),
    };
    Ok(ask.text(&question)?.map(|text| {
        let given = Some(text).filter(|text| own.as_ref() != Some(text));
        draft.set("service.start", given.map(text_value));
    }))
}

/// The start command, as a line.
fn started(draft: &Draft<'_>) -> Option<Found> {
    let chosen = draft.with_project(&draft.layers(), start::chosen)??;
    let value = Argv::new(chosen.argv).ok()?.to_string();
    Some(Found { value, evidence: chosen.evidence, origin: chosen.origin })
}

fn port(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let now = field(draft, "port");
    let worker = draft.answer("service.worker").cloned();
    draft.set("service.worker", None);
    let own = unanswered(draft, "service.port", "port").map(|found| found.value);
    draft.set("service.worker", worker);
    let default = now.as_ref().map_or("none", |now| now.value.as_str()).to_owned();
    let question = Text {
        question: "Port",
        help: &format!("{}; `none` if it listens on no port", why(now.as_ref(), "none was found")),
        default: Some(&default),
        initial: None,
        validate: &|text| {
            if text == "none" {
                return Ok(());
            }
            let number = text.parse::<i64>().map_err(|_| "write a number from 1 to 65535, or none".to_owned())?;
            Port::new(number).map(|_| ())
        },
    };
    Ok(ask.text(&question)?.map(|text| {
        let number = text.parse::<i64>().ok();
        let given = number.filter(|number| own.as_ref() != Some(&number.to_string()));
        draft.set("service.port", given.map(toml::Value::Integer));
        draft.set("service.worker", (number.is_none() && own.is_some()).then_some(toml::Value::Boolean(true)));
        if number.is_none() {
            draft.set("service.health", None);
        }
    }))
}

fn health(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let now = field(draft, "health");
    let own = unanswered(draft, "service.health", "health").map(|found| found.value);
    let default = now.as_ref().map_or("any", |now| now.value.as_str()).to_owned();
    let question = Text {
        question: "Health path",
        help: &match &now {
            Some(_) => why(now.as_ref(), ""),
            None => "`any`: every answer of / below 500 will do".to_owned(),
        },
        default: Some(&default),
        initial: None,
        validate: &|text| match text {
            "any" => Ok(()),
            text => UrlPath::new(text).map(|_| ()),
        },
    };
    Ok(ask.text(&question)?.map(|text| {
        let given = Some(text).filter(|text| text != "any" && own.as_ref() != Some(text));
        draft.set("service.health", given.map(text_value));
    }))
}

/// The credentials that the package manager knows: id, title, and whether the project needs it.
fn credentials(draft: &Draft<'_>) -> Vec<(String, String, bool)> {
    let of_project = |project: &crate::detect::Project<'_>| {
        let manager = project.text_of("manager");
        let known = project.preset.managers.iter().find(|known| Some(&known.id) == manager.as_ref());
        known
            .into_iter()
            .flat_map(|manager| &manager.credentials)
            .filter(|credential| credential.kind == CredentialKind::File)
            .map(|credential| {
                let needed = credential.when.iter().any(|when| project.holds(when));
                (credential.id.clone(), credential.title.clone(), needed)
            })
            .collect()
    };
    draft.with_project(&draft.layers(), of_project).unwrap_or_default()
}

fn build_secrets(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let known = credentials(draft);
    let needed: Vec<usize> =
        known.iter().enumerate().filter(|(_, (_, _, needed))| *needed).map(|(index, _)| index).collect();
    let before = draft.answer("build.secrets").and_then(toml::Value::as_array).map(|ids| {
        let given: Vec<&str> = ids.iter().filter_map(toml::Value::as_str).collect();
        known.iter().enumerate().filter(|(_, (id, ..))| given.contains(&id.as_str())).map(|(index, _)| index).collect()
    });
    let choices: Vec<Choice> = known.iter().map(|(id, title, _)| Choice::new(id.as_str(), title.as_str())).collect();
    let chosen: Vec<usize> = before.unwrap_or_else(|| needed.clone());
    let question = MultiSelect {
        question: "Build secrets",
        help: "mounted for the install alone, in no layer",
        options: &choices,
        chosen: &chosen,
    };
    Ok(ask.multi_select(&question)?.map(|indices| {
        let ids =
            indices.iter().filter_map(|index| known.get(*index)).map(|(id, ..)| text_value(id.as_str())).collect();
        draft.set("build.secrets", Some(toml::Value::Array(ids)).filter(|_| indices != needed));
    }))
}

fn postgres(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let question = Confirm {
        question: "PostgreSQL beside it?",
        help: "in a network of its own, the password in a file",
        default: draft.answer("backing.postgres").is_some(),
    };
    Ok(ask.confirm(&question)?.map(|yes| draft.set("backing.postgres", yes.then_some(toml::Value::Boolean(true)))))
}

fn secrets(ask: &mut dyn Ask, draft: &mut Draft<'_>) -> Asked {
    let names = |value: &toml::Value| {
        let tables = value.as_array().into_iter().flatten();
        tables.filter_map(|table| table.get("name")?.as_str()).collect::<Vec<_>>().join(" ")
    };
    let own = draft.starter.is_empty().then(String::new).unwrap_or_else(|| "api_token".to_owned());
    let now = draft.answer("secrets").map_or_else(|| own.clone(), names);
    let words = |text: &str| -> Vec<String> {
        text.split([' ', ',']).filter(|word| !word.is_empty() && *word != "none").map(str::to_owned).collect()
    };
    let question = Text {
        question: "Secrets of the running service",
        help: "names, read from /run/secrets/NAME; or none",
        default: Some(if now.is_empty() { "none" } else { &now }),
        initial: None,
        validate: &|text| words(text).into_iter().try_for_each(|word| SecretId::new(word).map(|_| ())),
    };
    Ok(ask.text(&question)?.map(|text| {
        let mut all = words(&text);
        all.dedup();
        let table =
            |name: &String| toml::Value::Table([("name".to_owned(), text_value(name.as_str()))].into_iter().collect());
        let given = toml::Value::Array(all.iter().map(table).collect());
        draft.set("secrets", Some(given).filter(|_| all.join(" ") != own));
    }))
}
