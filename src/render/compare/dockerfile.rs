//! Parts of a Dockerfile: directives, comments, instructions, flags, arguments and heredocs.

use super::super::shell::ACTIVE;
use super::{Part, Parts, shell};
use crate::dockerfile::{
    Dockerfile, Form, Healthcheck, Instruction, Kind, Lexer, NoVariables, Text, Transfer, Variables, Word,
};

/// Everything that BuildKit reads, in the order of the text.
pub(super) fn parts(text: &str) -> Parts {
    let file = crate::dockerfile::parse(text);
    let mut parts: Vec<_> = file
        .directives
        .iter()
        .map(|directive| {
            Part::new(format!("the directive {}", directive.name), &*directive.value, directive.span.start)
        })
        .collect();
    parts.extend(file.comments.iter().map(|comment| Part::new("a comment", &*comment.text, comment.span.start)));
    for instruction in &file.instructions {
        Reader { file: &file, parts: &mut parts }.instruction(instruction);
    }
    // Comments may stand inside an instruction; a stable sort keeps what starts at the same byte in its order.
    parts.sort_by_key(|part| part.at);
    Ok(parts)
}

/// The first thing for which BuildKit would refuse a text that says what its template says.
pub(super) fn refusal(text: &str) -> Option<crate::dockerfile::Problem> {
    crate::dockerfile::parse(text).problems.into_iter().find(|problem| problem.fatal)
}

/// Every variable has a value that can be told from text.
struct Marked;

impl Variables for Marked {
    fn get(&self, _: &str) -> Option<&str> {
        Some("\0$")
    }
}

struct Reader<'p> {
    file: &'p Dockerfile,
    parts: &'p mut Vec<Part>,
}

impl Reader<'_> {
    fn push(&mut self, role: impl Into<String>, text: impl Into<String>, at: usize) {
        self.parts.push(Part::new(role, text, at));
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let name = instruction.name();
        let start = instruction.span.start;
        self.push(format!("the instruction {name}"), "", start);
        for flag in &instruction.flags {
            let role = format!("the flag --{}", flag.name);
            match &flag.value {
                _ if flag.name == "mount" => self.push(role, "", flag.span.start),
                Some(value) => self.word(&role, value, flag.span.start, true),
                None => self.push(format!("{role} without a value"), "", flag.span.start),
            }
        }
        match &instruction.kind {
            Kind::Add(transfer) | Kind::Copy(transfer) => self.transfer(transfer),
            Kind::Arg(names) => {
                for arg in names {
                    self.push("the name of an argument", &*arg.name, arg.span.start);
                    if let Some(default) = &arg.default {
                        self.word("the default of an argument", &default.raw, default.span.start, false);
                    }
                }
            }
            Kind::Cmd(form) | Kind::Entrypoint(form) => self.form(form),
            Kind::Env(pairs) | Kind::Label(pairs) => {
                for pair in pairs {
                    let form = if pair.legacy { " of the old form" } else { "" };
                    self.word(&format!("a name{form}"), &pair.key.raw, pair.key.span.start, true);
                    self.word(&format!("a value{form}"), &pair.value.raw, pair.value.span.start, false);
                }
            }
            Kind::Expose(words) | Kind::Volume(words) => self.words("a word", words),
            Kind::From(from) => {
                self.word("an image", &from.image.raw, from.image.span.start, false);
                if let Some(alias) = &from.alias {
                    self.push("the name of a stage", &*alias.value, alias.span.start);
                }
            }
            Kind::Healthcheck(check) => match &**check {
                Healthcheck::None => self.push("no health check", "", start),
                Healthcheck::Cmd { form, .. } => self.form(form),
            },
            Kind::Maintainer(text) => self.push("a maintainer", &*text.value, text.span.start),
            Kind::Onbuild(inner) => self.instruction(inner),
            Kind::Run(run) => {
                for mount in &run.mounts {
                    for (option, value) in &mount.options {
                        let role = format!("the option {option} of a mount");
                        match value {
                            Some(value) => self.word(&role, value, mount.span.start, true),
                            None => self.push(format!("{role} without a value"), "", mount.span.start),
                        }
                    }
                }
                self.form(&run.form);
            }
            Kind::Shell(words) => self.exec(words),
            Kind::Stopsignal(word) | Kind::User(word) | Kind::Workdir(word) => {
                self.word("a word", &word.raw, word.span.start, false);
            }
            Kind::Invalid | Kind::Unknown => {
                self.push("arguments that BuildKit refuses", instruction.arguments(), start);
            }
        }
        for heredoc in &instruction.heredocs {
            let reading = if heredoc.expand { " with variables" } else { "" };
            self.push(format!("a heredoc{reading}"), &*heredoc.name, heredoc.span.start);
            self.push("the text of a heredoc", heredoc.text(), heredoc.span.start);
        }
    }

    fn form(&mut self, form: &Form) {
        match form {
            Form::Exec(words) => self.exec(words),
            Form::Shell(line) => self.parts.extend(shell::parts(&line.value, line.span.start)),
        }
    }

    fn exec(&mut self, words: &[Text]) {
        for word in words {
            self.push("a JSON argument", &*word.value, word.span.start);
        }
    }

    fn words(&mut self, role: &str, words: &[Word]) {
        for word in words {
            self.word(role, &word.raw, word.span.start, true);
        }
    }

    fn transfer(&mut self, transfer: &Transfer) {
        for source in &transfer.sources {
            let before = self.parts.len();
            self.word("a source", &source.raw, source.span.start, false);
            for part in &mut self.parts[before..] {
                part.text = globbed(&part.text);
            }
        }
        let to = &transfer.destination;
        self.word("a destination", &to.raw, to.span.start, false);
    }

    /// A word that BuildKit puts through its lexer: once with every variable set, once with none, since
    /// `${NAME:-default}` shows its default only then.
    fn word(&mut self, role: &str, raw: &str, at: usize, separated: bool) {
        let lexer = Lexer::new(self.file.escape);
        match (lexer.process(raw, &Marked), lexer.process(raw, &NoVariables)) {
            (Ok(set), Ok(unset)) => {
                let names: Vec<_> = set.used.iter().map(String::as_str).collect();
                let mut role = role.to_owned();
                if !names.is_empty() {
                    role = format!("{role} with {}", names.join(", "));
                    self.push(format!("{role} unset"), unset.text, at);
                }
                let part = Part::new(role, set.text, at);
                self.parts.push(if separated { part.separated() } else { part });
            }
            _ => self.push(format!("{role} that cannot be read"), raw, at),
        }
    }
}

/// A source with its active wildcards marked and those in a class of one character read as that character.
fn globbed(pattern: &str) -> String {
    let mut path = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let mut ahead = rest.chars();
        match (c, ahead.next(), ahead.next()) {
            ('[', Some(only @ ('*' | '?' | '[')), Some(']')) => {
                path.push(only);
                rest = &rest[2..];
            }
            ('*' | '?' | '[' | '\\', ..) => path.extend([ACTIVE, c]),
            _ => path.push(c),
        }
    }
    path
}
