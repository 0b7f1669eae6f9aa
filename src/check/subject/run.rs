//! From the text of a RUN (or CMD, ENTRYPOINT, HEALTHCHECK) to the commands that it starts.

use std::collections::BTreeMap;
use std::ops::Range;

use super::command::{Arg, Command, Pipe, Redirect};
use super::prefix;
use crate::dockerfile::{Form, Instruction, Kind, Logical, Mount, Text};
use crate::shell::{self, Part, Simple, Step, Word, words_of};

/// How deep `sh -c "sh -c ..."` is followed.
const MAX_NESTING: usize = 4;

/// One `RUN` of a stage.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// Which of the file's instructions.
    pub at: usize,
    /// The instruction; for a trigger what `ONBUILD` holds.
    pub instruction: &'a Instruction,
    /// Its `--mount`s.
    pub mounts: &'a [Mount],
    /// All commands in the order of the text, those of `sh -c` and of heredocs for a shell right behind their shell.
    pub commands: Vec<Command>,
    /// Whether it runs as root; `None` if that is not known.
    pub root: Option<bool>,
    /// The user as written or inherited, if known.
    pub user: Option<String>,
    /// The folder it runs in, if known.
    pub workdir: Option<String>,
    /// What its commands see: `ENV` and `ARG`, as far as they are known.
    pub variables: BTreeMap<String, String>,
    /// Whether what runs it is a POSIX shell; if not there are no commands.
    pub posix: bool,
}

impl Run<'_> {
    /// The commands of this name.
    pub fn commands_named<'r>(&'r self, names: &'r [&str]) -> impl Iterator<Item = &'r Command> {
        self.commands.iter().filter(|command| command.is(names))
    }

    /// The commands behind this one.
    #[must_use]
    pub fn after(&self, command: &Command) -> &[Command] {
        let at = self.commands.iter().position(|other| std::ptr::eq(other, command));
        at.map_or(&[], |at| &self.commands[at + 1..])
    }

    /// Whether a mount of one of these kinds lies on this path or above it.
    #[must_use]
    pub fn is_mounted(&self, path: &str, kinds: &[&str]) -> bool {
        self.mounts.iter().filter(|mount| kinds.contains(&mount.kind())).any(|mount| {
            let target = mount.target().unwrap_or_default().trim_end_matches('/');
            !target.is_empty()
                && (path == target || path.strip_prefix(target).is_some_and(|rest| rest.starts_with('/')))
        })
    }

    /// The variables that its script names, whatever they stand in.
    #[must_use]
    pub fn used_variables(&self) -> Vec<String> {
        self.instruction.script_text().map_or_else(Vec::new, |text| variables_in(text.as_str()))
    }

    /// The other commands of its pipeline, in order.
    #[must_use]
    pub fn pipeline<'r>(&'r self, command: &'r Command) -> Vec<&'r Command> {
        let Some(pipe) = command.pipe else { return vec![command] };
        self.commands.iter().filter(|other| other.pipe.is_some_and(|other| other.id == pipe.id)).collect()
    }
}

/// Where a text starts: what `set` has turned on, and where its bytes are.
pub(super) struct Start<'a> {
    pub(super) errexit: bool,
    pub(super) pipefail: bool,
    /// The bytes of the file for bytes of the text.
    pub(super) place: &'a dyn Fn(Range<usize>) -> Range<usize>,
    pub(super) variables: &'a dyn Fn(&str) -> Option<String>,
}

/// The commands of a shell text.
pub(super) fn of_text(text: &str, start: &Start<'_>) -> Vec<Command> {
    let mut reader = Reader {
        variables: start.variables,
        locals: BTreeMap::new(),
        commands: Vec::new(),
        pipes: 0,
        errexit: start.errexit,
        pipefail: start.pipefail,
        xtrace: false,
    };
    reader.script(text, start.place, 0);
    reader.commands
}

/// The commands of a CMD, ENTRYPOINT or HEALTHCHECK, or of the exec form of a RUN.
#[must_use]
pub fn commands_of(form: &Form, variables: &dyn Fn(&str) -> Option<String>) -> Vec<Command> {
    match form {
        Form::Exec(argv) => of_argv(argv, variables),
        Form::Shell(line) => {
            let place = |_: Range<usize>| line.span.clone();
            of_text(&line.value, &Start { errexit: false, pipefail: false, place: &place, variables })
        }
    }
}

/// The command of an exec form: nothing in it is expanded.
pub(super) fn of_argv(argv: &[Text], variables: &dyn Fn(&str) -> Option<String>) -> Vec<Command> {
    let words = argv.iter().map(|text| Arg {
        value: Some(text.value.clone()),
        start: text.value.clone(),
        span: text.span.clone(),
    });
    let mut reader = Reader {
        variables,
        locals: BTreeMap::new(),
        commands: Vec::new(),
        pipes: 0,
        errexit: false,
        pipefail: false,
        xtrace: false,
    };
    reader.words(words.collect(), Vec::new(), Vec::new(), None, &Place::default(), 0);
    reader.commands
}

/// The commands of a RUN.
pub(super) fn of_run(
    instruction: &Instruction,
    shell: &[String],
    variables: &dyn Fn(&str) -> Option<String>,
) -> (Vec<Command>, bool) {
    let Kind::Run(run) = &instruction.kind else { return (Vec::new(), false) };
    if let Form::Exec(argv) = &run.form {
        return (of_argv(argv, variables), true);
    }
    let Some(text) = instruction.script_text() else { return (Vec::new(), false) };
    let (text, interpreter) = interpreter_of(text);
    let program = interpreter.as_deref().or(shell.first().map(String::as_str)).unwrap_or("/bin/sh");
    if !is_shell(prefix::base_name(program)) {
        return (Vec::new(), false);
    }
    let options = if interpreter.is_some() { Vec::new() } else { shell.get(1..).unwrap_or_default().to_vec() };
    let place = |range: Range<usize>| text.source_span(range);
    let start = Start {
        errexit: has_option(&options, 'e', "errexit"),
        pipefail: has_option(&options, '\0', "pipefail"),
        place: &place,
        variables,
    };
    (of_text(text.as_str(), &start), true)
}

/// A heredoc that starts with `#!` names its own interpreter.
fn interpreter_of(text: Logical) -> (Logical, Option<String>) {
    let program = text.as_str().strip_prefix("#!").map(|rest| {
        let line = rest.lines().next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        if prefix::base_name(first) == "env" {
            words.find(|word| !word.starts_with('-')).unwrap_or_default().to_owned()
        } else {
            first.to_owned()
        }
    });
    (text, program)
}

/// Whether a program is a POSIX shell.
pub(in crate::check) fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "busybox")
}

/// Whether the arguments of a shell (or of `set`) turn an option on.
pub(super) fn has_option(options: &[String], letter: char, long: &str) -> bool {
    let mut found = false;
    for (at, option) in options.iter().enumerate() {
        let Some(letters) = option.strip_prefix('-') else { continue };
        if letters.starts_with('-') {
            continue;
        }
        found |= letters.contains(letter);
        found |= letters.ends_with('o') && options.get(at + 1).is_some_and(|name| name == long);
    }
    found
}

/// What stands around a command.
#[derive(Debug, Clone, Default)]
struct Place {
    pipe: Option<Pipe>,
    conditional: bool,
    guarded: bool,
    substitution: bool,
    subshell: bool,
    statement: usize,
}

struct Reader<'a> {
    variables: &'a dyn Fn(&str) -> Option<String>,
    /// Variables of the script; `None` where the value is not known.
    locals: BTreeMap<String, Option<String>>,
    commands: Vec<Command>,
    /// How many pipelines there were.
    pipes: usize,
    errexit: bool,
    pipefail: bool,
    xtrace: bool,
}

impl Reader<'_> {
    fn value(&self, name: &str) -> Option<String> {
        match self.locals.get(name) {
            Some(value) => value.clone(),
            None => (self.variables)(name),
        }
    }

    fn script(&mut self, text: &str, place: &dyn Fn(Range<usize>) -> Range<usize>, nesting: usize) {
        let tree = shell::parse(text);
        // The commands of one pipeline share its slice of the tree.
        let mut numbers: Vec<(*const shell::Node, usize)> = Vec::new();
        for step in shell::steps(&tree) {
            let pipeline = step.around.pipeline;
            let pipe = (!pipeline.is_empty()).then(|| {
                let known = numbers.iter().find(|(start, _)| *start == pipeline.as_ptr()).map(|(_, id)| *id);
                let id = known.unwrap_or_else(|| {
                    self.pipes += 1;
                    numbers.push((pipeline.as_ptr(), self.pipes));
                    self.pipes
                });
                Pipe { id, position: step.around.position, length: pipeline.len() }
            });
            self.step(&step, pipe, place, nesting);
        }
    }

    fn step(
        &mut self,
        step: &Step<'_>,
        pipe: Option<Pipe>,
        place: &dyn Fn(Range<usize>) -> Range<usize>,
        nesting: usize,
    ) {
        let simple = step.simple;
        let around = Place {
            pipe,
            conditional: step.around.conditional || step.around.function,
            guarded: step.around.guarded,
            substitution: step.around.substitution,
            subshell: step.around.subshell || step.around.substitution,
            statement: step.around.statement,
        };
        let words: Vec<Arg> = {
            let lookup = |name: &str| self.value(name);
            let starts: Vec<(Range<usize>, String)> =
                simple.words.iter().map(|word| (word.span.clone(), word.known_start())).collect();
            words_of(&simple.words, &lookup)
                .into_iter()
                .map(|(value, span)| {
                    let start = value.clone().unwrap_or_else(|| {
                        starts.iter().find(|(at, _)| *at == span).map_or_else(String::new, |(_, start)| start.clone())
                    });
                    Arg { value, start, span: place(span) }
                })
                .collect()
        };
        let assignments: Vec<_> = simple
            .assignments
            .iter()
            .map(|set| {
                let value = match set.values.as_slice() {
                    [value] if !set.array && !set.append => self.resolve(value),
                    _ => None,
                };
                (set.name.clone(), value, place(set.span.clone()))
            })
            .collect();
        if words.is_empty() {
            for (name, value, _) in &assignments {
                // What is set only perhaps, or only in a subshell, is not known behind it.
                let value = if around.conditional || around.subshell { None } else { value.clone() };
                self.locals.insert(name.clone(), value);
            }
        }
        let redirects = self.redirects(simple, place);
        let input = self.input(simple, place);
        self.words(words, assignments, redirects, input, &around, nesting);
    }

    fn resolve(&self, word: &Word) -> Option<String> {
        word.resolve(&|name| self.value(name))
    }

    fn redirects(&self, simple: &Simple, place: &dyn Fn(Range<usize>) -> Range<usize>) -> Vec<Redirect> {
        let of = |redirection: &shell::Redirection| Redirect {
            operator: redirection.operator,
            descriptor: redirection.descriptor,
            writes: redirection.writes(),
            target: Arg {
                value: self.resolve(&redirection.target),
                start: redirection.target.known_start(),
                span: place(redirection.target.span.clone()),
            },
        };
        simple.redirections.iter().map(of).collect()
    }

    fn input(&self, simple: &Simple, place: &dyn Fn(Range<usize>) -> Range<usize>) -> Option<(String, Range<usize>)> {
        simple.redirections.iter().rev().find_map(|redirection| match (&redirection.heredoc, redirection.operator) {
            (Some(body), _) => Some((body.text.clone(), place(body.span.clone()))),
            (None, "<<<") => Some((self.resolve(&redirection.target)?, place(redirection.target.span.clone()))),
            _ => None,
        })
    }

    fn words(
        &mut self,
        words: Vec<Arg>,
        assignments: Vec<(String, Option<String>, Range<usize>)>,
        redirects: Vec<Redirect>,
        input: Option<(String, Range<usize>)>,
        around: &Place,
        nesting: usize,
    ) {
        let first = words.first().map(|word| word.span.clone()).or_else(|| Some(assignments.first()?.2.clone()));
        let Some(first) = first.or_else(|| redirects.first().map(|redirect| redirect.target.span.clone())) else {
            return;
        };
        let ends = words.iter().map(|word| word.span.end).chain(assignments.iter().map(|set| set.2.end));
        let span = first.start..ends.max().unwrap_or(first.end).max(first.end);
        let (prefixes, set, mut rest) = strip(words);
        let unknown_tail = prefixes.iter().any(|(name, _)| name == "xargs");
        let head = if rest.is_empty() { None } else { Some(rest.remove(0)) };
        let name_span = head.as_ref().map_or_else(|| span.clone(), |head| head.span.clone());
        let name =
            head.and_then(|head| head.value).map_or_else(String::new, |name| prefix::base_name(&name).to_owned());
        if unknown_tail {
            rest.push(Arg { value: None, start: String::new(), span: span.end..span.end });
        }
        let command = Command {
            name,
            args: rest,
            name_span,
            span,
            prefixes,
            assignments: assignments.into_iter().chain(set).collect(),
            redirects,
            input,
            pipe: around.pipe,
            conditional: around.conditional,
            guarded: around.guarded,
            substitution: around.substitution,
            subshell: around.subshell,
            nesting,
            statement: around.statement,
            errexit: self.errexit,
            pipefail: self.pipefail,
            xtrace: self.xtrace,
        };
        self.learn(&command, around);
        let inner = inner(&command);
        self.commands.push(command);
        if nesting < MAX_NESTING {
            for inner in inner {
                self.nested(inner, around, nesting + 1);
            }
        }
    }

    fn nested(&mut self, inner: Inner, around: &Place, nesting: usize) {
        match inner {
            Inner::Words(words) => self.words(words, Vec::new(), Vec::new(), None, around, nesting),
            Inner::Text { text, span, options } => {
                let from = self.commands.len();
                let saved = (self.errexit, self.pipefail, self.xtrace, self.locals.clone());
                self.errexit = has_option(&options, 'e', "errexit");
                self.pipefail = has_option(&options, '\0', "pipefail");
                self.script(&text, &|_| span.clone(), nesting);
                (self.errexit, self.pipefail, self.xtrace, self.locals) = saved;
                for command in &mut self.commands[from..] {
                    command.statement = around.statement;
                    command.conditional |= around.conditional;
                    command.guarded |= around.guarded;
                    command.subshell = true;
                }
            }
        }
    }

    /// What a command changes for those behind it.
    fn learn(&mut self, command: &Command, around: &Place) {
        match command.name.as_str() {
            "set" => {
                let options: Vec<String> = command.args.iter().map(|arg| arg.text().to_owned()).collect();
                self.errexit |= has_option(&options, 'e', "errexit");
                self.pipefail |= has_option(&options, '\0', "pipefail");
                self.xtrace |= has_option(&options, 'x', "xtrace");
                let off =
                    |letter: char| options.iter().any(|option| option.starts_with('+') && option.contains(letter));
                self.errexit &= !off('e');
                self.xtrace &= !off('x');
            }
            "export" | "local" | "declare" | "typeset" | "readonly" => {
                for arg in &command.args {
                    let known = arg.value.as_deref().and_then(prefix::assignment);
                    if let Some((name, value)) = known {
                        let value = (!around.conditional && !around.subshell).then(|| value.to_owned());
                        self.locals.insert(name.to_owned(), value);
                    } else if let Some((name, _)) = prefix::assignment(&arg.start) {
                        self.locals.insert(name.to_owned(), None);
                    }
                }
            }
            "read" => {
                for arg in &command.args {
                    self.locals.insert(arg.text().to_owned(), None);
                }
            }
            _ => {}
        }
    }
}

type Prefixes = Vec<(String, Range<usize>)>;
type Assignments = Vec<(String, Option<String>, Range<usize>)>;

/// Takes programs that only start another one off the front.
fn strip(mut words: Vec<Arg>) -> (Prefixes, Assignments, Vec<Arg>) {
    let mut prefixes = Vec::new();
    let mut set = Vec::new();
    while let Some(own) = prefix::own_words(&words) {
        let rest = words.split_off(own);
        for word in &words {
            if let Some((name, value)) = word.value.as_deref().and_then(prefix::assignment) {
                set.push((name.to_owned(), Some(value.to_owned()), word.span.clone()));
            }
        }
        let first = &words[0];
        prefixes.push((prefix::base_name(first.text()).to_owned(), first.span.clone()));
        words = rest;
    }
    (prefixes, set, words)
}

/// What a command runs that is given to it as text or as words.
enum Inner {
    Text { text: String, span: Range<usize>, options: Vec<String> },
    Words(Vec<Arg>),
}

fn inner(command: &Command) -> Vec<Inner> {
    let name = command.name.as_str();
    if is_shell(name) || name == "su" {
        let options: Vec<String> = command.args.iter().map(|arg| arg.text().to_owned()).collect();
        let at = options.iter().position(|option| {
            option.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains('c'))
        });
        if let Some(at) = at {
            let script = command.args[at + 1..].iter().find(|arg| !arg.start.starts_with('-'));
            return match script {
                Some(Arg { value: Some(text), span, .. }) => {
                    vec![Inner::Text { text: text.clone(), span: span.clone(), options }]
                }
                _ => Vec::new(),
            };
        }
        let reads_input = command.args.iter().all(|arg| arg.start.starts_with('-'));
        return match &command.input {
            Some((text, span)) if reads_input => vec![Inner::Text { text: text.clone(), span: span.clone(), options }],
            _ => Vec::new(),
        };
    }
    match name {
        "eval" => match command.args.as_slice() {
            [Arg { value: Some(text), span, .. }] => {
                vec![Inner::Text { text: text.clone(), span: span.clone(), options: Vec::new() }]
            }
            _ => Vec::new(),
        },
        "find" | "fd" => {
            let starts = ["-exec", "-execdir", "-ok"];
            let mut found = Vec::new();
            for (at, arg) in command.args.iter().enumerate() {
                if starts.contains(&arg.text()) {
                    let words = command.args[at + 1..].iter().take_while(|arg| !arg.is(";") && !arg.is("+"));
                    found.push(Inner::Words(words.cloned().collect()));
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The words of a shell text that name variables, wherever they stand.
fn variables_in(text: &str) -> Vec<String> {
    let tree = shell::parse(text);
    let mut names = Vec::new();
    for step in shell::steps(&tree) {
        let simple = step.simple;
        let values = simple.assignments.iter().flat_map(|assignment| &assignment.values);
        let targets = simple.redirections.iter().map(|redirection| &redirection.target);
        for word in values.chain(&simple.words).chain(targets) {
            collect(word, &mut names);
        }
        for body in simple.redirections.iter().filter_map(|redirection| redirection.heredoc.as_ref()) {
            if body.expand {
                names.extend(variables_in_heredoc(&body.text));
            }
        }
    }
    names
}

fn collect(word: &Word, names: &mut Vec<String>) {
    for part in &word.parts {
        if let Part::Variable { name, fallback, .. } = part {
            names.push(name.clone());
            if let Some(fallback) = fallback {
                collect(fallback, names);
            }
        }
    }
}

/// `$NAME` and `${NAME` in a text that is no script.
fn variables_in_heredoc(text: &str) -> Vec<String> {
    text.split('$')
        .skip(1)
        .filter_map(|rest| {
            let rest = rest.strip_prefix('{').unwrap_or(rest);
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            (end > 0).then(|| rest[..end].to_owned())
        })
        .collect()
}
