//! `scaffold add` and `remove`: a service, a backing service, a proxy or an output into scaffold.toml, and out of it.

use std::path::Path;

use super::args::{Add, New, Remove, Writing};
use super::new::run_edited;
use super::{Context, Failure, Outcome, folder_error};
use crate::report::{Diagnostic, did_you_mean};
use crate::spec::file::OutputsTable;
use crate::spec::values::{RelPath, ServiceName, Version};
use crate::spec::{edit, file};

/// The outputs that can be switched on: the keys of `[outputs]` that are off where nobody says anything.
fn outputs() -> Vec<String> {
    let table = toml::Table::try_from(OutputsTable::default()).unwrap_or_default();
    table.into_iter().filter(|(_, on)| on.as_bool() == Some(false)).map(|(name, _)| name).collect()
}

/// What a word stands for.
enum Thing {
    /// A kind of backing service.
    Backing,
    /// A kind of reverse proxy.
    Proxy,
    /// A file that is written.
    Output,
    /// A folder with a service in it.
    Service(RelPath),
}

pub(super) fn add(context: &Context, args: &Add) -> Outcome {
    let dir = &args.writing.dir;
    let spec = spec_of(dir)?;
    let mut change = toml::Table::new();
    let thing = thing(context, dir, &args.what)?;
    let (name, version) = match &thing {
        Thing::Backing => (true, true),
        Thing::Service(_) => (true, false),
        Thing::Proxy | Thing::Output => (false, false),
    };
    for (flag, taken, given) in [("name", name, &args.name), ("version", version, &args.version)] {
        if given.is_some() && !taken {
            let error = Diagnostic::error(format!("`{}` takes no `--{flag}`", args.what));
            return Err(Failure::input(error.help("leave it out")));
        }
    }
    match thing {
        Thing::Backing => {
            let name = ServiceName::new(args.name.as_ref().unwrap_or(&args.what)).map_err(Diagnostic::error)?;
            if spec.backing.get(&name).is_some_and(|entry| entry.0.is_some()) {
                return Err(already(
                    &format!("[backing] has `{name}` already"),
                    "give another one a name with `--name`",
                ));
            }
            let mut table = toml::Table::new();
            if name.as_str() != args.what {
                table.insert("kind".to_owned(), args.what.clone().into());
            }
            if let Some(version) = &args.version {
                let version = Version::new(version.clone()).map_err(Diagnostic::error)?;
                table.insert("version".to_owned(), version.to_string().into());
            }
            let value = if table.is_empty() { toml::Value::Boolean(true) } else { toml::Value::Table(table) };
            put(&mut change, &["backing", name.as_str()], value);
        }
        Thing::Proxy => {
            if spec.proxy.is_some() {
                return Err(already("there is a [proxy] already", "take it out first: `scaffold remove proxy`"));
            }
            put(&mut change, &["proxy", "kind"], args.what.clone().into());
        }
        Thing::Output => put(&mut change, &["outputs", &args.what], true.into()),
        Thing::Service(path) => {
            let last = path.as_str().rsplit('/').next().unwrap_or_default();
            let name = args.name.clone().unwrap_or_else(|| crate::detect::text::kebab(last));
            let name = ServiceName::new(name).map_err(Diagnostic::error)?;
            if spec.services.contains_key(&name) {
                return Err(already(&format!("[services] has `{name}` already"), "give it another name with `--name`"));
            }
            put(&mut change, &["services", name.as_str(), "path"], path.to_string().into());
        }
    }
    let changed = |text: &str| edit::set(text, &change).map_err(Failure::input);
    run_edited(context, &new(&args.writing), Some(&changed))
}

pub(super) fn remove(context: &Context, args: &Remove) -> Outcome {
    let spec = spec_of(&args.writing.dir)?;
    let what = args.what.as_str();
    let named = |name: &ServiceName| name.as_str() == what;
    let path: Vec<&str> = if spec.backing.keys().any(named) {
        vec!["backing", what]
    } else if spec.services.keys().any(named) {
        vec!["services", what]
    } else if what == "proxy" || spec.proxy.as_ref().is_some_and(|proxy| proxy.kind == what) {
        vec!["proxy"]
    } else if spec.processes.keys().any(named) {
        vec!["processes", what]
    } else if outputs().iter().any(|output| output == what) {
        vec!["outputs", what]
    } else {
        let known = spec.backing.keys().chain(spec.services.keys()).chain(spec.processes.keys());
        let known: Vec<&str> = known.map(ServiceName::as_str).chain(spec.proxy.iter().map(|_| "proxy")).collect();
        let error = Diagnostic::error(format!("{} has no `{what}`", file::NAME));
        return Err(Failure::input(match did_you_mean(what, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => error.help("there is nothing beside the service"),
            None => error.help(format!("there are {}", known.join(", "))),
        }));
    };
    let changed = |text: &str| {
        edit::remove(text, &path)
            .map_err(Failure::input)?
            .ok_or_else(|| Failure::input(Diagnostic::error(format!("{} has no `{}`", file::NAME, path.join(".")))))
    };
    run_edited(context, &new(&args.writing), Some(&changed))
}

/// The folder's spec, which must be there.
fn spec_of(dir: &Path) -> Result<file::SpecFile, Failure> {
    let path = dir.join(file::NAME);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(file::read(&path.display().to_string(), &text)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Failure::input(Diagnostic::error(format!("{} is not there", path.display())).help(
                "run `scaffold new` first; where the folder is no service itself, an empty scaffold.toml will do",
            )))
        }
        Err(error) => Err(folder_error(&path, &error.to_string())),
    }
}

fn thing(context: &Context, dir: &Path, what: &str) -> Result<Thing, Failure> {
    let backing = context.catalog.backing_ids("backing");
    let proxies = context.catalog.backing_ids("proxy");
    let outputs = outputs();
    if backing.iter().any(|id| id == what) {
        return Ok(Thing::Backing);
    }
    if proxies.iter().any(|id| id == what) {
        return Ok(Thing::Proxy);
    }
    if outputs.iter().any(|output| output == what) {
        return Ok(Thing::Output);
    }
    let path = what.trim_start_matches("./").trim_end_matches('/');
    if dir.join(path).is_dir() && !path.is_empty() {
        return RelPath::new(path).map(Thing::Service).map_err(|why| Failure::input(Diagnostic::error(why)));
    }
    let known = || backing.iter().chain(&proxies).chain(&outputs).map(String::as_str);
    let shown: String = what.chars().take(60).collect();
    let error =
        Diagnostic::error(format!("`{shown}` is neither the folder of a service nor something that scaffold knows"));
    Err(Failure::input(match did_you_mean(what, known()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("there are {}", known().collect::<Vec<_>>().join(", "))),
    }))
}

fn already(what: &str, help: &str) -> Failure {
    Failure::input(Diagnostic::error(what).help(help))
}

fn put(into: &mut toml::Table, path: &[&str], value: toml::Value) {
    if let [key, rest @ ..] = path {
        if rest.is_empty() {
            into.insert((*key).to_owned(), value);
        } else {
            let mut inner = toml::Table::new();
            put(&mut inner, rest, value);
            into.insert((*key).to_owned(), toml::Value::Table(inner));
        }
    }
}

/// The run of `new` that follows.
fn new(writing: &Writing) -> New {
    let Writing { dir, dry_run, diff, force } = writing.clone();
    New { dir, yes: true, dry_run, diff, force, ..New::default() }
}
