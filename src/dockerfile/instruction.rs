//! One instruction: keyword, flags, arguments, heredocs.

use std::ops::Range;

use super::flags::{self, Flag};
use super::heredoc::Heredoc;
use super::json::{self, Json};
use super::kind::{Form, Kind};
use super::problem::Problems;
use super::text::{Logical, Text};
use super::words::BLANKS;

/// One instruction with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// As written; empty if there is nothing but a continuation.
    pub keyword: Text,
    /// From the keyword to the end of the last line, heredocs included.
    pub span: Range<usize>,
    /// The first line, from 1.
    pub first_line: usize,
    /// The last line, heredocs included.
    pub last_line: usize,
    /// In order.
    pub flags: Vec<Flag>,
    /// The joined line, keyword and flags included.
    pub text: Logical,
    /// Which part of `text` the arguments are.
    pub args: Range<usize>,
    /// In order; those of `ONBUILD` belong to what it triggers.
    pub heredocs: Vec<Heredoc>,
    /// Which of [`Dockerfile::comments`](super::Dockerfile::comments) stand right above it.
    pub comments: Range<usize>,
    /// What it means.
    pub kind: Kind,
}

/// What a `RUN` gives to the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// The exec form.
    Exec(Vec<String>),
    /// One argument for the shell (`SHELL`, or `/bin/sh -c`).
    Shell(String),
    /// A heredoc that starts with `#!`: a program of its own.
    File(String),
}

impl Instruction {
    /// The keyword in capitals.
    #[must_use]
    pub fn name(&self) -> String {
        self.keyword.value.to_uppercase()
    }

    /// What follows the flags, white space at both ends removed.
    #[must_use]
    pub fn arguments(&self) -> &str {
        &self.text.as_str()[self.args.clone()]
    }

    /// The bytes of the file that a part of [`arguments`](Self::arguments) stands for.
    #[must_use]
    pub fn source_span(&self, part: Range<usize>) -> Range<usize> {
        self.text.source_span(self.args.start + part.start..self.args.start + part.end)
    }

    /// The last value of a flag.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().rev().find(|flag| flag.name == name).and_then(|flag| flag.value.as_deref())
    }

    /// Whether a flag such as `--link` is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.flags.iter().rev().find(|flag| flag.name == name).is_some_and(Flag::is_on)
    }

    /// The text that a shell reads of a `RUN` in shell form, as [`script`](Self::script) gives it, knowing where each byte
    /// comes from. `None` for the exec form and other instructions.
    #[must_use]
    pub fn script_text(&self) -> Option<Logical> {
        let Kind::Run(run) = &self.kind else { return None };
        let Form::Shell(line) = &run.form else { return None };
        let Some(first) = self.heredocs.first() else { return Some(self.text.slice(self.args.clone())) };
        let whole = super::heredoc::introducer(&line.value).is_ok_and(|introducer| introducer.is_some());
        let mut text = if whole { Logical::default() } else { self.text.slice(self.args.clone()) };
        if whole {
            let mut at = first.span.start;
            for raw in first.content.split_inclusive('\n') {
                let shown = if first.chomp { raw.trim_start_matches('\t') } else { raw };
                text.push(at + raw.len() - shown.len(), shown);
                at += raw.len();
            }
            return Some(text);
        }
        for heredoc in &self.heredocs {
            text.push(heredoc.span.start.saturating_sub(1), "\n");
            text.push(heredoc.span.start, &heredoc.content);
            text.push(heredoc.terminator.start, &heredoc.name);
        }
        Some(text)
    }

    /// What a `RUN` runs, heredocs put in as BuildKit does it; `None` for other instructions.
    #[must_use]
    pub fn script(&self) -> Option<Script> {
        let Kind::Run(run) = &self.kind else { return None };
        let line = match &run.form {
            Form::Exec(argv) => return Some(Script::Exec(argv.iter().map(|arg| arg.value.clone()).collect())),
            Form::Shell(line) => &line.value,
        };
        let Some(first) = self.heredocs.first() else { return Some(Script::Shell(line.clone())) };
        if super::heredoc::introducer(line).is_ok_and(|introducer| introducer.is_some()) {
            // The heredoc is the whole argument: its content is the script.
            let text = first.text();
            return Some(if text.starts_with("#!") { Script::File(text) } else { Script::Shell(text) });
        }
        let mut script = line.clone();
        for heredoc in &self.heredocs {
            script.push('\n');
            script.push_str(&heredoc.content);
            script.push_str(&heredoc.name);
        }
        Some(Script::Shell(script))
    }
}

/// Keyword, flags and arguments of a logical line, before its meaning is known.
pub(super) struct Head {
    pub(super) text: Logical,
    pub(super) keyword: Range<usize>,
    pub(super) flags: Vec<Flag>,
    pub(super) args: Range<usize>,
    /// What `ONBUILD` triggers.
    pub(super) trigger: Option<Box<Head>>,
}

impl Head {
    pub(super) fn read(text: Logical, escape: char, nested: bool, problems: &mut Problems) -> Self {
        let line = text.as_str();
        let whole = trimmed(line, 0..line.len());
        let end = line[whole.clone()].find(BLANKS).map_or(whole.end, |at| whole.start + at);
        let keyword = whole.start..end;
        let rest = end + line[end..whole.end].len() - line[end..whole.end].trim_start_matches(BLANKS).len();
        let (flags, from) = flags::split(&text, rest..whole.end, escape, problems);
        let args = trimmed(line, from..whole.end);
        let mut head = Self { text, keyword, flags, args, trigger: None };
        if !nested && head.name() == "ONBUILD" && !head.args.is_empty() {
            let inner = head.text.slice(head.args.clone());
            head.trigger = Some(Box::new(Self::read(inner, escape, true, problems)));
        }
        head
    }

    pub(super) fn name(&self) -> String {
        self.text.as_str()[self.keyword.clone()].to_uppercase()
    }

    /// Whether BuildKit looks for heredocs here.
    pub(super) fn can_have_heredoc(&self) -> bool {
        if let Some(trigger) = &self.trigger {
            return trigger.can_have_heredoc();
        }
        matches!(self.name().as_str(), "RUN" | "COPY" | "ADD")
            && self.text.as_str().contains("<<")
            && matches!(json::read(&self.text, self.args.clone()), Json::No)
    }
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    start..start + part.trim().len()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn the_text_of_a_script_is_the_script_and_knows_its_places() {
        for source in [
            "FROM a\nRUN b && \\\n  # no\n  c d\n",
            "FROM a\nRUN <<EOF\nb\nsudo c\nEOF\n",
            "FROM a\nRUN <<-EOF bash\n\tb\n\tEOF\n",
            "FROM a\nRUN cat <<A >x && tee <<B\n1\nA\n2\nB\nUSER x\n",
        ] {
            let file = parse(source);
            let text = file.instructions[1].script_text().expect("a script");
            match file.instructions[1].script() {
                Some(Script::Shell(script) | Script::File(script)) => assert_eq!(text.as_str(), script, "{source}"),
                other => panic!("{source}: {other:?}"),
            }
            for word in ["sudo", "d", "tee", "2"] {
                if let Some(at) = text.as_str().find(word) {
                    assert_eq!(&source[text.source_span(at..at + word.len())], word, "{source}");
                }
            }
        }
    }
}
