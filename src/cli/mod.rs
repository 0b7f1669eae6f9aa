//! The command line: arguments, and one short file a command.
#![expect(clippy::disallowed_methods, reason = "the edge to disk and environment")]

mod add;
mod args;
mod check;
mod compare;
mod detect;
mod disk;
mod explain;
mod found;
mod gate;
mod generate;
mod make;
mod new;
mod orphans;
#[cfg(feature = "registry")]
mod pin;
mod preset;
mod prove;
mod questions;
mod summary;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::catalog::Catalog;
use crate::prompt::{Surroundings, Terminal};
use crate::report::Diagnostic;
use crate::write::{Kind, WriteError};
use args::{Cli, Command, Global};

/// How a command ends: its exit code, or why it could not be done.
type Outcome = Result<u8, Failure>;

/// Why a command ends without having been done.
#[derive(Debug)]
struct Failure {
    exit: u8,
    diagnostic: Box<Diagnostic>,
}

impl Failure {
    /// The user's input is wrong.
    fn input(diagnostic: Diagnostic) -> Self {
        Self { exit: 2, diagnostic: Box::new(diagnostic) }
    }

    /// The world refused.
    fn outside(diagnostic: Diagnostic) -> Self {
        Self { exit: 3, diagnostic: Box::new(diagnostic) }
    }
}

impl From<Box<Diagnostic>> for Failure {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self { exit: 2, diagnostic }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::input(diagnostic)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let exit = match error.kind {
            Kind::Input => 2,
            Kind::Outside => 3,
        };
        Self { exit, diagnostic: error.diagnostic }
    }
}

/// What every command goes by.
struct Context {
    terminal: Terminal,
    catalog: Catalog,
}

impl Context {
    fn new(global: &Global, ask_nothing: bool) -> Result<Self, Failure> {
        let terminal = Terminal::decide(&Surroundings::of_process(global.color, global.plain, ask_nothing));
        let catalog = match &global.catalog {
            Some(folder) => Catalog::with_files(brought(folder)?),
            None => Catalog::built_in(),
        };
        Ok(Self { terminal, catalog })
    }

    /// Says something to the person, on stderr.
    fn say(&self, diagnostic: &Diagnostic) {
        tell(&diagnostic.render(self.terminal.colour_stderr));
    }
}

/// Writes a line for a person. If nobody listens, that is no reason to fail.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Standard output as it is: whether it gets colours was decided at the start.
fn stdout() -> impl std::io::Write {
    anstream::AutoStream::always(std::io::stdout())
}

/// Runs the command that the arguments name and returns the process's exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let colour = Terminal::decide(&Surroundings::of_process(cli.global.color, cli.global.plain, true)).colour_stderr;
    match dispatch(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            tell(&failure.diagnostic.render(colour));
            ExitCode::from(failure.exit)
        }
    }
}

fn dispatch(cli: &Cli) -> Outcome {
    let context = |ask_nothing| Context::new(&cli.global, ask_nothing);
    match &cli.command {
        Command::New(args) => {
            let shown = args.stdout || args.dry_run || args.diff || args.format == args::Format::Json;
            new::run(&context(args.yes || args.spec.is_some() || shown)?, args)
        }
        Command::Add(args) => add::add(&context(true)?, args),
        Command::Remove(args) => add::remove(&context(true)?, args),
        Command::Detect(args) => detect::run(&context(true)?, args),
        Command::Prove(args) => prove::run(&context(true)?, args),
        Command::Check(args) => check::run(&context(true)?, args),
        #[cfg(feature = "registry")]
        Command::Pin(args) => pin::run(&context(true)?, args),
        Command::Explain { rule, format } => explain::run(&context(true)?, rule.as_deref(), *format),
        Command::Preset(args) => preset::run(&context(true)?, args),
        Command::Schema { what } => generate::schema(*what),
        Command::Completions { shell } => generate::completions(*shell),
        Command::Man => generate::man(),
    }
}

/// A reader that has gone away is no error.
fn broken_pipe_is_fine(written: std::io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::outside(Diagnostic::error(format!("standard output cannot be written: {error}"))))
        }
        _ => Ok(()),
    }
}

fn folder_error(folder: &Path, why: &str) -> Failure {
    Failure::input(Diagnostic::error(format!("{}: {why}", folder.display())).help("name the folder of the service"))
}

/// The presets and templates of a folder.
fn brought(folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let tree = disk::DiskTree::open(folder).map_err(|error| folder_error(folder, &error.to_string()))?;
    use crate::detect::Tree as _;
    let wanted =
        |path: &&String| (path.starts_with("presets/") && path.ends_with(".toml")) || path.starts_with("templates/");
    let files: BTreeMap<String, String> = tree
        .files()
        .iter()
        .filter(wanted)
        .filter_map(|path| Some((path.clone(), tree.read(path)?.to_owned())))
        .collect();
    if files.is_empty() {
        return Err(Failure::input(Diagnostic::error(format!(
            "{} holds neither presets/*.toml nor templates/",
            folder.display()
        ))));
    }
    Ok(files)
}
