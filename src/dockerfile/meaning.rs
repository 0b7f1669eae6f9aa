//! From the head of an instruction to its [`Kind`], with all that BuildKit refuses.

use std::collections::BTreeMap;
use std::ops::Range;

use super::duration::nanoseconds;
use super::flags::{self, Flag};
use super::heredoc::{self, Heredoc};
use super::instruction::{Head, Instruction};
use super::json::{self, Json};
use super::kind::{Form, From, Healthcheck, Kind, Run, Transfer};
use super::mount;
use super::problem::Problems;
use super::text::{Logical, Text};
use super::words::{ArgName, BLANKS, Pair, Word, split_blanks, split_quoted};
use crate::report::did_you_mean;

/// The keywords of docker/dockerfile 1.
pub const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

pub(super) struct Reader<'a> {
    name: String,
    head: &'a Head,
    heredocs: &'a [Heredoc],
    escape: char,
    problems: &'a mut Problems,
}

/// The kind of an instruction with this head; `trigger` is what an `ONBUILD` holds.
pub(super) fn kind(
    head: &Head,
    heredocs: &[Heredoc],
    trigger: Option<Instruction>,
    escape: char,
    problems: &mut Problems,
) -> Kind {
    let mut reader = Reader { name: head.name(), head, heredocs, escape, problems };
    if !KEYWORDS.contains(&reader.name.as_str()) {
        reader.unknown();
        return Kind::Unknown;
    }
    match reader.read(trigger) {
        Ok(kind) => kind,
        Err(message) => {
            let at = if head.args.is_empty() { head.keyword.clone() } else { head.args.clone() };
            reader.problems.fatal(head.text.source_span(at), message);
            Kind::Invalid
        }
    }
}

type Read<T> = Result<T, String>;

impl<'a> Reader<'a> {
    fn unknown(&mut self) {
        let keyword = &self.head.text.as_str()[self.head.keyword.clone()];
        let mut message = format!("unknown instruction `{keyword}`");
        if let Some(near) = did_you_mean(&self.name, KEYWORDS) {
            message.push_str(&format!(", did you mean `{near}`?"));
        }
        self.problems.fatal(self.head.text.source_span(self.head.keyword.clone()), message);
    }

    fn read(&mut self, trigger: Option<Instruction>) -> Read<Kind> {
        if self.name != "HEALTHCHECK" {
            flags::check(&self.name, &self.head.flags, self.problems);
        }
        Ok(match self.name.as_str() {
            "ADD" => Kind::Add(self.transfer()?),
            "ARG" => Kind::Arg(self.arg()?),
            "CMD" => Kind::Cmd(self.command()?),
            "COPY" => Kind::Copy(self.transfer()?),
            "ENTRYPOINT" => Kind::Entrypoint(self.command()?),
            "ENV" => Kind::Env(self.pairs()?),
            "EXPOSE" => Kind::Expose(self.list(split_blanks(self.line().as_str(), self.args()))?),
            "FROM" => Kind::From(self.from()?),
            "HEALTHCHECK" => Kind::Healthcheck(Box::new(self.healthcheck()?)),
            "LABEL" => Kind::Label(self.pairs()?),
            "MAINTAINER" => Kind::Maintainer(self.line().text(self.one()?)),
            "ONBUILD" => Kind::Onbuild(Box::new(self.trigger(trigger)?)),
            "RUN" => Kind::Run(self.run()?),
            "SHELL" => match json::read(self.line(), self.args()) {
                Json::Strings(words) if !words.is_empty() => Kind::Shell(words),
                _ => return Err("SHELL needs a JSON array of strings".to_owned()),
            },
            "STOPSIGNAL" => Kind::Stopsignal(self.word(self.one()?)),
            "USER" => Kind::User(self.word(self.one()?)),
            "VOLUME" => Kind::Volume(self.volumes()?),
            _ => Kind::Workdir(self.word(self.one()?)),
        })
    }

    fn line(&self) -> &'a Logical {
        &self.head.text
    }

    fn args(&self) -> Range<usize> {
        self.head.args.clone()
    }

    fn arguments(&self) -> &'a str {
        &self.line().as_str()[self.args()]
    }

    fn word(&self, range: Range<usize>) -> Word {
        Word::new(self.line(), range, self.escape)
    }

    fn json_word(&self, text: Text) -> Word {
        Word { raw: text.value, span: text.span, escape: self.escape }
    }

    fn flag(&self, name: &str) -> Option<&Flag> {
        self.head.flags.iter().rev().find(|flag| flag.name == name)
    }

    fn flag_text(&self, name: &str) -> Option<Text> {
        let flag = self.flag(name)?;
        Some(Text { value: flag.value.clone()?, span: flag.value_span.clone() })
    }

    fn flag_word(&self, name: &str) -> Option<Word> {
        self.flag_text(name).map(|text| self.json_word(text))
    }

    /// The whole argument.
    fn one(&self) -> Read<Range<usize>> {
        if self.args().is_empty() {
            return Err(format!("{} needs an argument", self.name));
        }
        Ok(self.args())
    }

    fn list(&self, words: Vec<Range<usize>>) -> Read<Vec<Word>> {
        self.one()?;
        Ok(words.into_iter().map(|range| self.word(range)).collect())
    }

    fn form(&self, range: Range<usize>) -> Read<Form> {
        match json::read(self.line(), range.clone()) {
            Json::Strings(argv) => Ok(Form::Exec(argv)),
            Json::No => Ok(Form::Shell(self.line().text(range))),
            Json::OtherArray => Err("a JSON array must hold strings only".to_owned()),
        }
    }

    fn command(&mut self) -> Read<Form> {
        if self.args().is_empty() {
            let keyword = self.line().source_span(self.head.keyword.clone());
            self.problems.warn(keyword, format!("{} without a command", self.name));
        }
        self.form(self.args())
    }

    fn run(&mut self) -> Read<Run> {
        let form = self.command()?;
        for (name, allowed) in [("network", &["default", "none", "host"][..]), ("security", &["sandbox", "insecure"])] {
            let Some(flag) = self.flag_text(name) else { continue };
            if !flag.value.is_empty() && !allowed.contains(&flag.value.as_str()) {
                self.problems.fatal(flag.span, format!("`--{name}` is one of {}", allowed.join(", ")));
            }
        }
        let flags = self.head.flags.iter().filter(|flag| flag.name == "mount");
        Ok(Run { form, mounts: flags.filter_map(|flag| mount::read(flag, self.problems)).collect() })
    }

    fn from(&self) -> Read<From> {
        let words = split_blanks(self.line().as_str(), self.args());
        let text = |range: &Range<usize>| &self.line().as_str()[range.clone()];
        let (image, alias) = match words.as_slice() {
            [image] => (image, None),
            [image, between, alias] if text(between).eq_ignore_ascii_case("as") => (image, Some(alias)),
            _ => return Err("FROM takes an image, or an image, AS and a name".to_owned()),
        };
        if let Some(alias) = alias {
            let name = text(alias).to_lowercase();
            let fits = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || matches!(ch, '-' | '_' | '.');
            if !name.starts_with(|ch: char| ch.is_ascii_lowercase()) || !name.chars().all(fits) {
                return Err(format!(
                    "`{}` cannot name a stage: a letter, then letters, digits, `-`, `_` and `.`",
                    text(alias)
                ));
            }
        }
        Ok(From {
            image: self.word(image.clone()),
            alias: alias.map(|alias| self.line().text(alias.clone())),
            platform: self.flag_word("platform"),
        })
    }

    fn pairs(&mut self) -> Read<Vec<Pair>> {
        self.one()?;
        let text = self.line().as_str();
        let words = split_quoted(text, self.args(), self.escape);
        let has_sign = |range: &Range<usize>| text[range.clone()].contains('=');
        let Some(first) = words.first() else { return Err(format!("{} needs an argument", self.name)) };
        if !has_sign(first) {
            let args = self.args();
            let Some(blank) = self.arguments().find(BLANKS) else {
                return Err(format!("{} needs a name and a value", self.name));
            };
            let behind = &self.arguments()[blank..];
            let value = args.start + blank + behind.len() - behind.trim_start_matches(BLANKS).len();
            let key = self.word(args.start..args.start + blank);
            return Ok(vec![Pair { key, value: self.word(value..args.end), legacy: true }]);
        }
        let mut pairs = Vec::new();
        for range in words {
            let Some(sign) = text[range.clone()].find('=') else {
                let span = self.line().source_span(range.clone());
                self.problems.fatal(span, format!("`{}` has no `=`", &text[range]));
                continue;
            };
            if sign == 0 {
                self.problems.fatal(self.line().source_span(range), "a name is missing before the `=`");
                continue;
            }
            let key = self.word(range.start..range.start + sign);
            pairs.push(Pair { key, value: self.word(range.start + sign + 1..range.end), legacy: false });
        }
        Ok(pairs)
    }

    fn arg(&mut self) -> Read<Vec<ArgName>> {
        self.one()?;
        let text = self.line().as_str();
        let mut names = Vec::new();
        for range in split_quoted(text, self.args(), self.escape) {
            let span = self.line().source_span(range.clone());
            let sign = text[range.clone()].find('=');
            if sign == Some(0) {
                self.problems.fatal(span, "a name is missing before the `=`");
                continue;
            }
            let end = range.start + sign.unwrap_or(range.len());
            let default = sign.map(|_| self.word(end + 1..range.end));
            names.push(ArgName { name: text[range.start..end].to_owned(), default, span });
        }
        Ok(names)
    }

    /// Words that may be given as a JSON array, and whether they are.
    fn words(&self) -> Read<(Vec<Word>, bool)> {
        Ok(match json::read(self.line(), self.args()) {
            Json::Strings(words) => (words.into_iter().map(|word| self.json_word(word)).collect(), true),
            Json::OtherArray => return Err("a JSON array must hold strings only".to_owned()),
            Json::No => {
                let words = split_blanks(self.line().as_str(), self.args());
                (words.into_iter().map(|range| self.word(range)).collect(), false)
            }
        })
    }

    fn volumes(&self) -> Read<Vec<Word>> {
        let (words, _) = self.words()?;
        if words.is_empty() || words.iter().any(|word| word.raw.trim().is_empty()) {
            return Err("VOLUME needs paths that are not empty".to_owned());
        }
        Ok(words)
    }

    fn transfer(&mut self) -> Read<Transfer> {
        let (mut words, json) = self.words()?;
        let heredoc = |word: &Word| heredoc::introducer(&word.raw).ok().flatten();
        let destination = match words.pop() {
            Some(destination) if !words.is_empty() => destination,
            _ => return Err(format!("{} needs a source and a destination", self.name)),
        };
        if heredoc(&destination).is_some() {
            return Err(format!("the destination of {} cannot be a heredoc", self.name));
        }
        let by_name: BTreeMap<&str, &Heredoc> = self.heredocs.iter().map(|read| (read.name.as_str(), read)).collect();
        let mut sources = Vec::new();
        let mut inline = Vec::new();
        for word in words {
            match heredoc(&word) {
                None => sources.push(word),
                Some(opened) => {
                    // In a JSON array nothing is read for the name, and BuildKit makes an empty file.
                    let read = by_name.get(opened.name.as_str()).copied();
                    let end = word.span.end;
                    inline.push(read.cloned().unwrap_or_else(|| opened.heredoc(end..end)));
                }
            }
        }
        Ok(Transfer {
            from: self.flag_text("from"),
            sources,
            inline,
            destination,
            chown: self.flag_word("chown"),
            chmod: self.flag_word("chmod"),
            json,
        })
    }

    fn healthcheck(&mut self) -> Read<Healthcheck> {
        self.one()?;
        let args = self.args();
        let end = self.arguments().find(|ch: char| ch.is_ascii_whitespace() || ch == '\u{b}');
        let end = end.map_or(args.end, |at| args.start + at);
        let kind = self.line().as_str()[args.start..end].to_uppercase();
        let rest = &self.line().as_str()[end..args.end];
        let from = end + rest.len() - rest.trim_start_matches(BLANKS).len();
        if kind == "NONE" {
            return if from == args.end { Ok(Healthcheck::None) } else { Err("NONE takes nothing more".to_owned()) };
        }
        flags::check(&self.name, &self.head.flags, self.problems);
        if kind != "CMD" {
            return Err("HEALTHCHECK takes CMD and a command, or NONE".to_owned());
        }
        let form = self.form(from..args.end)?;
        if matches!(&form, Form::Exec(argv) if argv.is_empty()) || from == args.end {
            return Err("HEALTHCHECK CMD needs a command".to_owned());
        }
        let interval = self.time("interval");
        let timeout = self.time("timeout");
        let start_period = self.time("start-period");
        let start_interval = self.time("start-interval");
        let mut retries = None;
        if let Some(text) = self.flag_text("retries").filter(|text| !text.value.is_empty()) {
            retries = text.value.parse::<i32>().ok().and_then(|count| u32::try_from(count).ok());
            if retries.is_none() {
                self.problems.fatal(text.span, "`--retries` must be a number, not below 0");
            }
        }
        Ok(Healthcheck::Cmd { form, interval, timeout, start_period, start_interval, retries })
    }

    fn time(&mut self, name: &str) -> Option<i64> {
        let text = self.flag_text(name).filter(|text| !text.value.is_empty())?;
        let time = nanoseconds(&text.value);
        match time {
            Some(0) => {}
            Some(time) if time >= 1_000_000 => {}
            Some(_) => self.problems.fatal(text.span, format!("`--{name}` cannot be below 1ms")),
            None => self.problems.fatal(text.span, format!("`--{name}` must be a duration such as 30s")),
        }
        time
    }

    fn trigger(&self, trigger: Option<Instruction>) -> Read<Instruction> {
        let Some(trigger) = trigger else { return Err("ONBUILD needs an instruction".to_owned()) };
        match trigger.name().as_str() {
            name @ ("ONBUILD" | "FROM" | "MAINTAINER") => Err(format!("{name} cannot be triggered by ONBUILD")),
            _ => Ok(trigger),
        }
    }
}
