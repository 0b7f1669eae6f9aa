//! `scaffold new`: detect, ask, render, compare, write.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{Format, New};
use super::compare::{Due, State};
use super::make::{Ready, make};
use super::orphans::Orphans;
use super::{Context, Failure, Outcome, broken_pipe_is_fine, folder_error, gate, questions, stdout, summary, tell};
use crate::answers::{Layers, parse_set, settings};
use crate::detect::Origin;
use crate::pin::setup;
use crate::plan::stack::DockerRun;
use crate::report::{Diagnostic, Severity};
use crate::spec::lock::{self, Lock, LockedFile};
use crate::spec::values::shell_word;
use crate::spec::{file, place, text};
use crate::write::{Action, Backup, Change, Transaction, recover};

/// What a run reads before it asks anything.
pub(super) struct Inputs {
    pub(super) dir: PathBuf,
    /// The folder's own `scaffold.toml`, as it stands.
    spec_text: Option<String>,
    /// What becomes of it before a flag changes it.
    edited: Option<String>,
    lock: Option<Lock>,
    /// The digests of images by their reference, as the lock has them or a registry says them.
    digests: BTreeMap<String, String>,
    pub(super) layers: Layers,
}

pub(super) fn run(context: &Context, args: &New) -> Outcome {
    run_edited(context, args, None)
}

/// Changes the text of a `scaffold.toml`.
pub(super) type Edit<'a> = &'a dyn Fn(&str) -> Result<String, Failure>;

/// As [`run`], with an edit of the folder's `scaffold.toml` that is written together with what follows from it.
pub(super) fn run_edited(context: &Context, args: &New, edit: Option<Edit<'_>>) -> Outcome {
    let mut inputs = read(args, edit)?;
    if let Some(recovered) = recover(&inputs.dir)? {
        context.say(&recovered.diagnostic());
    }
    let interactive = context.terminal.interactive && inputs.lock.is_none();
    let mut starter = wanted_starter(context, args, &inputs, interactive)?;
    let mut replace = args.force;
    if interactive {
        match questions::ask(context, args, &mut inputs, &mut starter)? {
            questions::Asked::Write { replace: asked } => replace |= asked,
            questions::Asked::Stopped(code) => return Ok(code),
        }
    }
    if !starter.is_empty() {
        inputs.layers.push(Origin::Spec, defaults_of_starter());
    }
    let mut ready =
        make(context, &inputs.dir, &inputs.layers, &starter).map_err(|failure| not_yet_there(&inputs, failure))?;
    let asked = &ready.completed.spec.file.check;
    let found = gate::hold(&ready.files, asked, inputs.edited.as_deref().unwrap_or_default())?;
    ready.completed.notes.extend(found);
    #[cfg(feature = "registry")]
    if args.pin {
        inputs.digests = super::pin::resolve_set_up(context, &args.registry, &ready.files.0, &inputs.digests)?;
    }
    let dues = dues(&inputs, &inputs.layers, &ready, &starter, args)?;
    if !interactive {
        for note in &ready.completed.notes {
            context.say(note);
        }
    }
    let orphans = Orphans::find(&inputs.dir, inputs.lock.as_ref(), &ready.files, args);
    let starter = !starter.is_empty();
    let run = Run { context, args, inputs: &inputs, ready: &ready, dues: &dues, orphans, starter, replace };
    show_or_write(&run)
}

/// Reads flags, spec and lock.
fn read(args: &New, edit: Option<Edit<'_>>) -> Result<Inputs, Failure> {
    let dir = args.dir.clone();
    if dir.exists() && !dir.is_dir() {
        return Err(folder_error(&dir, "is a file, where a folder is needed"));
    }
    let mut settings = args.set.clone();
    settings.extend(args.lang.iter().map(|lang| format!("lang={lang}")));
    settings.extend(args.base.iter().map(|base| format!("base={base}")));
    let flags = parse_set(&settings)?;
    let mut layers = Layers::default();
    layers.push(Origin::Flag, flags);
    let own = dir.join(file::NAME);
    let path = args.spec.clone().unwrap_or_else(|| own.clone());
    let read = |path: &Path| match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(folder_error(path, &error.to_string())),
    };
    let text = read(&path)?;
    let edited = match (&text, edit) {
        (Some(text), Some(edit)) => Some(edit(text)?),
        (text, _) => text.clone(),
    };
    match &edited {
        Some(text) => {
            file::read(&path.display().to_string(), text)?;
            layers.push(Origin::Spec, text.trim_start_matches('\u{feff}').parse().unwrap_or_default());
        }
        None if args.spec.is_some() => return Err(folder_error(&path, "there is no such file")),
        None => {}
    }
    let spec_text = if args.spec.is_some() { read(&own)? } else { text };
    let lock = match read(&dir.join(lock::NAME))? {
        Some(text) if args.force => Lock::read(&text).ok(),
        Some(text) => Some(Lock::read(&text)?),
        None => None,
    };
    let edited = if args.spec.is_some() { spec_text.clone() } else { edited };
    let digests = lock.as_ref().map(|lock| lock.images.clone()).unwrap_or_default();
    Ok(Inputs { dir, spec_text, edited, lock, digests, layers })
}

/// A key that an edit is about to put in has no place in the file as it stands.
fn not_yet_there(inputs: &Inputs, mut failure: Failure) -> Failure {
    let error = &mut failure.diagnostic;
    let named = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default().trim_start_matches('\u{feff}');
        place::of(text, &error.key).and_then(|span| text.get(span)).map(str::to_owned)
    };
    if !error.key.is_empty() && named(&inputs.spec_text) != named(&inputs.edited) {
        error.place = None;
    }
    failure
}

/// The files of the starter that `--starter` asks for. When the language will be asked, there are none yet.
fn wanted_starter(
    context: &Context,
    args: &New,
    inputs: &Inputs,
    interactive: bool,
) -> Result<BTreeMap<String, String>, Failure> {
    // a second run finds its own starter there, perhaps with an edit: then it is the user's
    if !args.starter || inputs.lock.is_some() {
        return Ok(BTreeMap::new());
    }
    if !is_empty(&inputs.dir) {
        return Err(Failure::input(
            Diagnostic::error(format!("{} is not empty", args.dir.display()))
                .help("leave out `--starter` for a service that is there already, or name a new folder"),
        ));
    }
    match inputs.layers.found("service.lang") {
        Some(lang) => starter_files(context, &context.catalog.resolve(&lang.value)?),
        None if interactive => Ok(BTreeMap::new()),
        None => Err(Failure::input(
            Diagnostic::error("`--starter` needs a language")
                .help(format!("add `--lang`, one of {}", context.catalog.languages().join(", "))),
        )),
    }
}

/// The files of a language's starter.
pub(super) fn starter_files(context: &Context, id: &str) -> Result<BTreeMap<String, String>, Failure> {
    let files = context.catalog.template_folder(&format!("{id}/starter"));
    if files.is_empty() {
        return Err(Failure::input(
            Diagnostic::error(format!("there is no starter for `{id}`"))
                .help("leave out `--starter`, and say how the service is started with `--set start=\"...\"`"),
        ));
    }
    Ok(files)
}

/// What a starter reads: it shows how a secret is used.
pub(super) fn defaults_of_starter() -> toml::Table {
    "[[secrets]]\nname = \"api_token\"\n".parse().unwrap_or_default()
}

/// Whether there is nothing in a folder that could be somebody's service.
pub(super) fn is_empty(dir: &Path) -> bool {
    let strangers = |mut entries: fs::ReadDir| {
        entries.any(|entry| entry.is_ok_and(|entry| !entry.file_name().to_string_lossy().starts_with(".git")))
    };
    !fs::read_dir(dir).is_ok_and(strangers)
}

/// The name of a folder, also of `.`.
pub(super) fn folder_name(dir: &Path) -> String {
    let full = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    full.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Everything that is due, with the spec and the lock, held against the folder.
pub(super) fn dues(
    inputs: &Inputs,
    layers: &Layers,
    ready: &Ready,
    starter: &BTreeMap<String, String>,
    args: &New,
) -> Result<Vec<Due>, Failure> {
    let spec = &ready.completed.spec;
    let mut rendered = ready.files.0.clone();
    let images = setup::pin(&mut rendered, &inputs.digests);
    let mut all: Vec<(String, String)> = rendered.into_iter().collect();
    if !args.only.is_empty() {
        let known: Vec<&str> = all.iter().map(|(path, _)| path.as_str()).collect();
        if let Some(wrong) = args.only.iter().find(|only| !known.contains(&only.as_str())) {
            let error = Diagnostic::error(format!("`--only {wrong}`: there is no such file in this set-up"));
            return Err(Failure::input(match crate::report::did_you_mean(wrong, known.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("there are {}", known.join(", "))),
            }));
        }
        all.retain(|(path, _)| args.only.iter().any(|only| only == path));
    }
    let mut dues: Vec<Due> =
        all.iter().map(|(path, text)| Due::new(&inputs.dir, inputs.lock.as_ref(), path, text.clone())).collect();
    for (path, text) in starter {
        let mut due = Due::new(&inputs.dir, None, path, text.clone());
        if due.state == State::Foreign {
            due.state = State::Same; // what is there of a starter is the user's
        }
        dues.push(due);
    }
    // the spec is the user's: it is written once, and then only what a flag changes
    let spec_text = match &inputs.edited {
        None => text::text(&said(layers, ready), &spec.origins),
        Some(old) => {
            let answered = crate::spec::edit::set(old, &layers.of(Origin::Prompt)).map_err(Failure::input)?;
            crate::spec::edit::set(&answered, &layers.of(Origin::Flag)).map_err(Failure::input)?
        }
    };
    let state = match &inputs.spec_text {
        None => State::New,
        Some(old) if *old == spec_text => State::Same,
        Some(_) => State::Old,
    };
    dues.push(Due { path: file::NAME.to_owned(), text: spec_text, state, old: inputs.spec_text.clone() });

    let mut lock = Lock { version: 1, tool: env!("CARGO_PKG_VERSION").to_owned(), ..Lock::default() };
    lock.templates.insert("preset".to_owned(), spec.lang.clone());
    lock.answers = spec.origins.iter().map(|(key, answer)| (key.clone(), answer.into())).collect();
    lock.files = all.iter().map(|(path, text)| LockedFile::new(path, text)).collect();
    if let Some(old) = &inputs.lock {
        for (key, answer) in &mut lock.answers {
            // what we put into the spec ourselves keeps the origin that it had then
            if let Some(before) = old.answers.get(key).filter(|before| before.value == answer.value)
                && answer.origin == "spec"
            {
                answer.clone_from(before);
            }
        }
        // what this run does not write keeps its base
        lock.files.extend(
            old.files
                .iter()
                .filter(|file| {
                    ready.files.0.contains_key(&file.path) && !all.iter().any(|(path, _)| *path == file.path)
                })
                .cloned(),
        );
    }
    lock.images = images;
    lock.files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut due = Due::new(&inputs.dir, None, lock::NAME, lock.write());
    if due.state == State::Foreign {
        // that something stands a line further down now is no news
        due.state = if inputs.lock.as_ref().is_some_and(|old| same_but_for_evidence(old, &lock)) {
            State::Same
        } else {
            State::Old
        };
    }
    dues.push(due);
    Ok(dues)
}

fn same_but_for_evidence(old: &Lock, new: &Lock) -> bool {
    let bare = |lock: &Lock| {
        let mut lock = lock.clone();
        lock.answers.values_mut().for_each(|answer| answer.evidence = None);
        lock
    };
    bare(old) == bare(new)
}

/// What flags, prompts and spec say: what a new `scaffold.toml` holds. The name and the language of the project's own
/// service always stand in it.
fn said(layers: &Layers, ready: &Ready) -> toml::Table {
    let mut said = layers.table_of_all();
    if !ready.own {
        return said;
    }
    let spec = &ready.completed.spec;
    if let toml::Value::Table(service) = said.entry("service").or_insert_with(|| toml::Value::Table(toml::Table::new()))
    {
        service.entry("name").or_insert_with(|| toml::Value::String(spec.name.to_string()));
        service.insert("lang".to_owned(), toml::Value::String(spec.lang.clone()));
    }
    said
}

/// The line that says the same again without a question. `lang` is the language if it is known by now.
pub(super) fn again(args: &New, layers: &Layers, lang: Option<&str>, starter: bool) -> String {
    let mut words = vec!["scaffold new".to_owned()];
    if args.dir.as_os_str() != "." {
        words.push(shell_word(&args.dir.display().to_string()));
    }
    if let Some(spec) = &args.spec {
        words.push(format!("--spec {}", shell_word(&spec.display().to_string())));
    }
    let mut said = layers.of(Origin::Flag);
    let mut answered = layers.of(Origin::Prompt);
    for table in [&mut answered, &mut said] {
        if let Some(toml::Value::Table(service)) = table.get_mut("service") {
            let given = service.remove("lang");
            if let (Some(given), None) = (given.as_ref().and_then(toml::Value::as_str), lang) {
                words.push(format!("--lang {}", shell_word(given)));
            }
        }
    }
    words.extend(lang.map(|lang| format!("--lang {lang}")));
    for setting in settings(&said).into_iter().chain(settings(&answered)) {
        words.push(format!("--set {}", shell_word(&setting)));
    }
    if starter {
        words.push("--starter".to_owned());
    }
    words.push("--yes".to_owned());
    words.join(" ")
}

/// Why a file is not simply written.
pub(super) fn conflict(due: &Due) -> Diagnostic {
    let why =
        if due.state == State::Edited { "was edited since scaffold wrote it" } else { "was not written by scaffold" };
    Diagnostic::warning(format!("{} {why}, and would be replaced", due.path))
}

/// A set-up before it is shown or written.
struct Run<'a> {
    context: &'a Context,
    args: &'a New,
    inputs: &'a Inputs,
    ready: &'a Ready,
    dues: &'a [Due],
    /// What belonged to the set-up and does no more.
    orphans: Orphans,
    /// A starter is written with it.
    starter: bool,
    /// Files that are somebody's work are replaced.
    replace: bool,
}

fn show_or_write(run: &Run<'_>) -> Outcome {
    let Run { context, args, inputs, ready, dues, ref orphans, .. } = *run;
    let set_up: Vec<&Due> = dues.iter().filter(|due| due.path != lock::NAME).collect();
    let changed = dues.iter().any(|due| due.state != State::Same) || !orphans.unedited.is_empty();
    let conflicts: Vec<&Due> = dues.iter().filter(|due| due.conflicts()).collect();
    let mut out = stdout();
    if args.stdout {
        for due in
            dues.iter().filter(|due| due.path != lock::NAME && (args.only.is_empty() || args.only.contains(&due.path)))
        {
            if args.only.len() != 1 {
                broken_pipe_is_fine(writeln!(out, "# --- {}", due.path))?;
            }
            broken_pipe_is_fine(out.write_all(due.text.as_bytes()))?;
        }
        return Ok(0);
    }
    if args.diff || args.dry_run {
        if args.diff {
            for due in set_up.iter().filter(|due| due.state != State::Same) {
                broken_pipe_is_fine(
                    out.write_all(due.diff(context.terminal.colour_stdout, context.terminal.stdout_tty).as_bytes()),
                )?;
            }
        }
        if args.format == Format::Json {
            report(args, ready, dues, &[], false)?;
        } else if args.dry_run {
            for due in &set_up {
                broken_pipe_is_fine(writeln!(out, "{:<9} {}", summary::state_word(due.state), due.path))?;
            }
            for path in &orphans.unedited {
                broken_pipe_is_fine(writeln!(out, "{:<9} {path}", "removed"))?;
            }
        }
        return Ok(u8::from(changed && inputs.lock.is_some() || !conflicts.is_empty()));
    }
    let placeholders = placeholders(inputs, ready);
    if !changed && placeholders.is_empty() {
        if args.format == Format::Json {
            report(args, ready, dues, &[], false)?;
        } else {
            tell("up to date");
        }
        return Ok(0);
    }
    if !conflicts.is_empty() && !run.replace {
        for due in &conflicts {
            tell(due.diff(context.terminal.colour_stderr, context.terminal.stderr_tty).trim_end());
            context.say(&Diagnostic { severity: Severity::Error, ..conflict(due) });
        }
        if args.format == Format::Json {
            report(args, ready, dues, &[], false)?;
        }
        tell(
            "Nothing was written. `--force` writes, and keeps the old files in .scaffold/backup; `--diff` shows all differences.",
        );
        return Ok(1);
    }
    let mut changes: Vec<Change> = dues
        .iter()
        .filter(|due| due.state != State::Same)
        .map(|due| Change {
            path: due.path.clone(),
            content: due.text.clone().into_bytes(),
            mode: if due.path.ends_with(".sh") { 0o755 } else { 0o644 },
            directory_mode: None,
        })
        .collect();
    changes.extend(placeholders);
    let backup = if conflicts.is_empty() { Backup::None } else { Backup::Keep };
    let transaction = Transaction::new(&inputs.dir)?;
    if let Some(recovered) = transaction.recovered() {
        context.say(&recovered.diagnostic());
    }
    let written = transaction.commit(changes, backup)?;
    for note in orphans.remove(&inputs.dir) {
        context.say(&note);
    }
    if args.format == Format::Json {
        report(args, ready, dues, &written.files, true)?;
    } else {
        let lang = ready.own.then_some(ready.completed.spec.lang.as_str());
        let again = again(args, &inputs.layers, lang, run.starter);
        tell(&summary::text(context, &args.dir, &ready.stack, &written, &again));
    }
    Ok(0)
}

/// Files for the secrets that are not there yet, in a folder that git and the build do not see. Compose mounts them as
/// they are: they can be read by the service's numeric user, and the folder by nobody but its owner.
fn placeholders(inputs: &Inputs, ready: &Ready) -> Vec<Change> {
    let secrets = &ready.stack.secrets;
    let mut changes = Vec::new();
    let missing = |path: &str| !inputs.dir.join(path).exists();
    let mut add = |path: String, content: Vec<u8>| {
        if missing(&path) {
            changes.push(Change { path, content, mode: 0o444, directory_mode: Some(0o700) });
        }
    };
    if !secrets.is_empty() {
        add("secrets/.gitignore".to_owned(), b"*\n".to_vec());
    }
    // a file in the place of a secret that is kept elsewhere would be taken for it
    for secret in secrets.iter().filter(|secret| secret.provider.is_here()) {
        let content = if secret.generated { password() } else { Vec::new() };
        add(format!("secrets/{}", secret.name), content);
    }
    changes
}

/// 32 random letters and digits: an empty password file would stop a database at its start.
fn password() -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = [0_u8; 32];
    if getrandom::fill(&mut bytes).is_err() {
        return Vec::new();
    }
    bytes.iter().map(|byte| LETTERS[usize::from(byte % 64)]).collect()
}

/// The run as data, on stdout.
fn report(
    args: &New,
    ready: &Ready,
    dues: &[Due],
    written: &[crate::write::WrittenFile],
    wrote: bool,
) -> Result<(), Failure> {
    let spec = &ready.completed.spec;
    let action = |due: &Due| {
        written.iter().find(|file| file.path == due.path).map_or_else(
            || if wrote { "same" } else { summary::state_word(due.state) },
            |file| match file.action {
                Action::Created => "created",
                Action::Replaced => "replaced",
                Action::Same => "same",
            },
        )
    };
    let files: Vec<_> = dues.iter().map(|due| json!({ "path": due.path, "action": action(due), "kept": written.iter().find(|file| file.path == due.path).and_then(|file| file.kept.clone()) })).collect();
    let answers: serde_json::Map<_, _> = spec
        .origins
        .iter()
        .map(|(key, answer)| {
            (key.clone(), json!({ "value": answer.value, "origin": answer.origin, "evidence": answer.evidence }))
        })
        .collect();
    let notes: Vec<_> = ready
        .completed
        .notes
        .iter()
        .map(|note| json!({ "severity": note.severity, "message": note.message, "help": note.help }))
        .collect();
    let run = json!({
        "directory": args.dir.display().to_string(),
        "name": spec.name.as_str(),
        "written": wrote,
        "files": files,
        "answers": answers,
        "notes": notes,
        "run": ready.stack.docker_run.first().map(DockerRun::line),
    });
    broken_pipe_is_fine(writeln!(stdout(), "{}", serde_json::to_string_pretty(&run).unwrap_or_default()))
}
