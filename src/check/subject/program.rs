//! What PID 1 of an image is: ENTRYPOINT and CMD, resolved through scripts and entrypoints that are known.

use std::ops::Range;

use super::build::Build;
use super::command::Command;
use super::prefix::base_name;
use super::run::{commands_of, is_shell};
use super::script::{self, ScriptFile};
use crate::bases::{self, Entrypoint, Sh};
use crate::dockerfile::{Form, Text};

/// How many scripts may stand before the program.
const MAX_WRAPPERS: usize = 4;

/// What a container of the target starts with.
#[derive(Debug)]
pub struct Program<'w> {
    /// The instruction that names PID 1; none if the base does.
    pub at: Option<usize>,
    /// PID 1 and what it is seen to run, wrappers left out. Empty if that is not known.
    pub commands: Vec<Command>,
    /// PID 1 is the shell of a shell form.
    pub shell_form: bool,
    /// The scripts of the context that it starts with, the first one first.
    pub scripts: Vec<ScriptFile<'w>>,
    /// A program that reaps children and passes signals on is PID 1.
    pub init: bool,
    /// It is one that starts others, and may do that as another user: supervisord, s6.
    pub supervisor: bool,
    /// Something stands before the program that cannot be read.
    pub opaque: bool,
    /// The base has a program as its entrypoint, for which CMD only holds arguments.
    pub arguments: bool,
    /// The base starts a server, and the file does not change that.
    pub of_base: bool,
}

/// Programs that are made to be PID 1.
const INITS: [&str; 16] = [
    "tini",
    "tini-static",
    "dumb-init",
    "catatonit",
    "docker-init",
    "init",
    "my_init",
    "s6-svscan",
    "s6-overlay",
    "supervisord",
    "runsvdir",
    "runsvinit",
    "systemd",
    "multirun",
    "pm2-runtime",
    "with-contenv",
];

/// Entrypoint scripts of official images that end by `exec "$@"`.
const KNOWN_WRAPPERS: [&str; 3] = ["docker-entrypoint.sh", "docker-php-entrypoint", "cnb-launcher"];

impl<'w> Program<'w> {
    /// The program of the target.
    #[must_use]
    pub fn of(build: &Build<'w>) -> Self {
        let mut program = Self {
            at: None,
            commands: Vec::new(),
            shell_form: false,
            scripts: Vec::new(),
            init: false,
            supervisor: false,
            opaque: false,
            arguments: false,
            of_base: false,
        };
        let view = build.target();
        let form_of = |at: usize| build.form(at).map(|form| (at, form));
        let entrypoint = view.image.entrypoint.as_ref().and_then(|set| form_of(set.instruction));
        let cmd = view.image.cmd.as_ref().and_then(|set| form_of(set.instruction));
        // `ENTRYPOINT []` takes that of the base away.
        let emptied = entrypoint.is_some_and(|(_, form)| matches!(form, Form::Exec(words) if words.is_empty()));
        match (entrypoint.filter(|_| !emptied), cmd) {
            (Some((at, Form::Shell(line))), _) => program.line(build, at, line),
            (Some((at, Form::Exec(words))), cmd) => {
                let mut words = words.clone();
                match cmd {
                    Some((_, Form::Exec(more))) => words.extend(more.iter().cloned()),
                    Some((_, Form::Shell(line))) => words.extend(shell_words(line)),
                    None => {}
                }
                program.words(build, at, words);
            }
            (None, Some((at, form))) => {
                match view.origin.base().map(|base| base.entrypoint) {
                    _ if emptied || matches!(view.origin, super::build::Origin::Scratch) => {}
                    Some(Entrypoint::None | Entrypoint::Wrapper | Entrypoint::StepDown) => {}
                    // What CMD holds are arguments of the base's program.
                    Some(Entrypoint::Program) => program.arguments = true,
                    None => program.opaque = true,
                }
                match form {
                    Form::Shell(line) => program.line(build, at, line),
                    Form::Exec(words) => program.words(build, at, words.clone()),
                }
            }
            (None, None) => program.of_base = view.origin.base().is_some_and(|base| base.serves),
        }
        program
    }

    fn line(&mut self, build: &Build<'w>, at: usize, line: &Text) {
        self.at = Some(at);
        self.shell_form = true;
        let lookup = script::environment(build.target());
        self.commands = commands_of(&Form::Shell(line.clone()), &lookup);
        let Some(first) = self.commands.first() else { return };
        self.init = is_init(first);
        self.supervisor = is_supervisor(first);
        // One command behind which nothing comes: it may be a script.
        if self.commands.len() == 1 && !self.init {
            let path = line.value.split_ascii_whitespace().find(|word| base_name(word) == first.name);
            if let Some(path) = path
                && let Some(script) = script_file(build, path)
            {
                self.scripts.push(script);
            }
        }
    }

    fn words(&mut self, build: &Build<'w>, at: usize, mut words: Vec<Text>) {
        self.at = Some(at);
        let lookup = script::environment(build.target());
        for _ in 0..MAX_WRAPPERS {
            let commands = commands_of(&Form::Exec(words.clone()), &lookup);
            let Some(first) = commands.first().cloned() else { return };
            self.init |= is_init(&first);
            self.supervisor |= is_supervisor(&first);
            self.commands = commands;
            let (path, arguments) = path_and_arguments(&words, &first);
            let Some(path) = path else { return };
            match script_file(build, &path) {
                Some(script) => {
                    let goes_on = script.passes_on() && !arguments.is_empty();
                    self.supervisor |= script.supervises();
                    self.scripts.push(script);
                    if !goes_on {
                        return;
                    }
                }
                None if is_known_wrapper(build, &first.name) && !arguments.is_empty() => {}
                None => {
                    self.opaque |= looks_like_script(&first.name);
                    return;
                }
            }
            words = arguments;
        }
    }

    /// PID 1, or the program that a shell or a script gives itself up for.
    #[must_use]
    pub fn first(&self) -> Option<&Command> {
        self.commands.first()
    }

    /// Where PID 1 is named.
    #[must_use]
    pub fn span(&self, build: &Build<'_>) -> Option<Range<usize>> {
        build.file.instructions.get(self.at?).map(|instruction| instruction.span.clone())
    }

    /// Every compose service of the target runs it below an init process.
    #[must_use]
    pub fn has_compose_init(build: &Build<'_>) -> bool {
        let on = |service: &super::service::Service<'_>| {
            service.scalar("init").is_some_and(|init| init.as_bool() != Some(false))
        };
        !build.services.is_empty() && build.services.iter().all(on)
    }
}

/// Whether a shell that is given a text by `-c` stays PID 1 while the last command of it runs. Seen with dash 0.5.12 of
/// Debian 12, which stays, and bash 5.2 and busybox 1.35, which give way (2026-11-24).
#[must_use]
pub fn shell_stays(build: &Build<'_>, name: &str) -> Option<bool> {
    match name {
        "bash" | "ash" | "busybox" => Some(false),
        "dash" => Some(true),
        "sh" => match build.target().origin.base()?.shell {
            Sh::Dash => Some(true),
            Sh::Bash | Sh::Ash => Some(false),
            Sh::None | Sh::Cmd | Sh::PowerShell => None,
        },
        _ => None,
    }
}

fn shell_words(line: &Text) -> Vec<Text> {
    let word = |value: &str| Text { value: value.to_owned(), span: line.span.clone() };
    vec![word("/bin/sh"), word("-c"), line.clone()]
}

fn is_init(command: &Command) -> bool {
    INITS.contains(&command.name.as_str())
        || command.prefixes.iter().any(|(name, _)| INITS.contains(&name.as_str()))
        || command.name.starts_with("s6-")
}

fn is_supervisor(command: &Command) -> bool {
    const SUPERVISORS: [&str; 7] = ["init", "my_init", "s6-svscan", "supervisord", "runsvdir", "runsvinit", "systemd"];
    SUPERVISORS.contains(&command.name.as_str()) || command.name.starts_with("s6-")
}

fn is_known_wrapper(build: &Build<'_>, name: &str) -> bool {
    let base = build.target().origin.base();
    let wraps = |base: &bases::Base| matches!(base.entrypoint, Entrypoint::Wrapper | Entrypoint::StepDown);
    KNOWN_WRAPPERS.contains(&name) && base.is_some_and(wraps)
}

fn looks_like_script(name: &str) -> bool {
    name.ends_with(".sh") || name.ends_with(".bash") || name.contains("entrypoint") || name.contains("entry-point")
}

/// Programs that are no script of the context, so that nobody looks for one.
fn is_program(name: &str) -> bool {
    matches!(
        name,
        "node"
            | "npm"
            | "npx"
            | "yarn"
            | "pnpm"
            | "bun"
            | "deno"
            | "python"
            | "python3"
            | "gunicorn"
            | "uvicorn"
            | "java"
            | "nginx"
            | "dotnet"
            | "php"
            | "php-fpm"
            | "ruby"
            | "bundle"
            | "go"
            | "cargo"
            | "caddy"
            | "httpd"
    )
}

fn script_file<'w>(build: &Build<'w>, path: &str) -> Option<ScriptFile<'w>> {
    if is_program(path) || is_shell(base_name(path)) {
        return None;
    }
    ScriptFile::find(build, build.target, path)
}

/// The path of a command's program as it is written, and the words behind it. Of `sh script a` it is the script.
fn path_and_arguments(words: &[Text], command: &Command) -> (Option<String>, Vec<Text>) {
    let at = words.iter().position(|word| word.span == command.name_span && base_name(&word.value) == command.name);
    let Some(at) = at else { return (None, Vec::new()) };
    let rest = &words[at + 1..];
    if is_shell(&command.name) {
        let Some(script) = rest.iter().position(|word| !word.value.starts_with('-')) else { return (None, Vec::new()) };
        let has_text = rest[..script].iter().any(|word| word.value.contains('c'));
        if has_text {
            return (None, Vec::new());
        }
        return (Some(rest[script].value.clone()), rest[script + 1..].to_vec());
    }
    (Some(words[at].value.clone()), rest.to_vec())
}
