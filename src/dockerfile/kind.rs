//! What instructions mean.

use super::heredoc::Heredoc;
use super::instruction::Instruction;
use super::mount::Mount;
use super::text::Text;
use super::words::{ArgName, Pair, Word};

/// The meaning of an instruction; words are ready to be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `ADD`
    Add(Transfer),
    /// `ARG`
    Arg(Vec<ArgName>),
    /// `CMD`
    Cmd(Form),
    /// `COPY`
    Copy(Transfer),
    /// `ENTRYPOINT`
    Entrypoint(Form),
    /// `ENV`
    Env(Vec<Pair>),
    /// `EXPOSE`
    Expose(Vec<Word>),
    /// `FROM`
    From(From),
    /// `HEALTHCHECK`; boxed because it is by far the largest.
    Healthcheck(Box<Healthcheck>),
    /// `LABEL`
    Label(Vec<Pair>),
    /// `MAINTAINER`
    Maintainer(Text),
    /// `ONBUILD`
    Onbuild(Box<Instruction>),
    /// `RUN`
    Run(Run),
    /// `SHELL`
    Shell(Vec<Text>),
    /// `STOPSIGNAL`
    Stopsignal(Word),
    /// `USER`
    User(Word),
    /// `VOLUME`
    Volume(Vec<Word>),
    /// `WORKDIR`
    Workdir(Word),
    /// A known keyword with arguments that BuildKit refuses; a problem says why.
    Invalid,
    /// An unknown keyword.
    Unknown,
}

/// Exec form or shell form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A JSON array: the decoded strings.
    Exec(Vec<Text>),
    /// A line for the shell, also what only looks like JSON.
    Shell(Text),
}

impl Form {
    /// The words of the exec form.
    #[must_use]
    pub fn exec(&self) -> Option<Vec<&str>> {
        match self {
            Self::Exec(argv) => Some(argv.iter().map(|arg| arg.value.as_str()).collect()),
            Self::Shell(_) => None,
        }
    }

    /// What stands in the image: the shell form with `shell` before it.
    #[must_use]
    pub fn argv(&self, shell: &[String]) -> Vec<String> {
        match self {
            Self::Exec(argv) => argv.iter().map(|arg| arg.value.clone()).collect(),
            Self::Shell(line) if line.value.is_empty() => shell.to_vec(),
            Self::Shell(line) => shell.iter().chain([&line.value]).cloned().collect(),
        }
    }
}

/// `FROM image [AS alias]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// An image, an earlier stage or `scratch`.
    pub image: Word,
    /// As written; BuildKit compares stage names in lower case.
    pub alias: Option<Text>,
    /// `--platform`
    pub platform: Option<Word>,
}

/// `RUN`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Exec or shell form; [`Instruction::script`] puts heredocs in.
    pub form: Form,
    /// `--mount`, in order.
    pub mounts: Vec<Mount>,
}

/// `COPY` and `ADD`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// `--from`: a stage, its number or an image. `COPY` only.
    pub from: Option<Text>,
    /// Paths (and for `ADD` URLs), heredocs left out.
    pub sources: Vec<Word>,
    /// Files given as heredocs.
    pub inline: Vec<Heredoc>,
    /// Where it goes to.
    pub destination: Word,
    /// `--chown`
    pub chown: Option<Word>,
    /// `--chmod`
    pub chmod: Option<Word>,
    /// Whether the paths are a JSON array.
    pub json: bool,
}

/// `HEALTHCHECK`; the times are nanoseconds, 0 or absent for the engine's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Healthcheck {
    /// `HEALTHCHECK NONE`
    None,
    /// `HEALTHCHECK CMD`
    Cmd {
        /// What is run.
        form: Form,
        /// `--interval`
        interval: Option<i64>,
        /// `--timeout`
        timeout: Option<i64>,
        /// `--start-period`
        start_period: Option<i64>,
        /// `--start-interval`
        start_interval: Option<i64>,
        /// `--retries`
        retries: Option<u32>,
    },
}
