//! `scaffold prove`: the set-up on the user's own engine.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use super::args::{Engine, Prove, ProveFormat};
use super::{Context, Failure, Outcome, broken_pipe_is_fine, folder_error, stdout, tell};
use crate::prove::{self, EngineKind, Interrupt, Options, Progress, Step};
use crate::report::Diagnostic;

pub(super) fn run(context: &Context, args: &Prove) -> Outcome {
    if !args.dir.is_dir() {
        return Err(folder_error(&args.dir, "is not a folder"));
    }
    let mut secrets = BTreeMap::new();
    for secret in &args.secret {
        let (id, file) = secret.split_once('=').ok_or_else(|| {
            Failure::input(
                Diagnostic::error(format!("`--secret {secret}` names no file"))
                    .help("write `--secret id=path`, such as `--secret npmrc=$HOME/.npmrc`"),
            )
        })?;
        secrets.insert(id.to_owned(), PathBuf::from(file));
    }
    let interrupt = Interrupt::on_signals()
        .map_err(|error| Failure::outside(Diagnostic::error(format!("signals cannot be handled: {error}"))))?;
    let options = Options {
        service: args.service.clone(),
        healthy_within: Duration::from_secs(args.healthy_within),
        stop_within: args.stop_within.map(Duration::from_secs),
        engine: match args.engine {
            Some(Engine::Docker) => EngineKind::Docker,
            Some(Engine::Podman) => EngineKind::Podman,
            None => EngineKind::on_path(),
        },
        lock_down: args.lock_down,
        learn: args.learn,
        keep: args.keep,
        edit: args.edit.clone(),
        secrets,
        interrupt,
        ..Options::default()
    };
    let mut progress = Lines {
        redraw: context.terminal.stderr_tty && !context.terminal.plain,
        columns: usize::from(context.terminal.columns),
        open: false,
    };
    let report = match prove::prove(&args.dir, &options, &mut progress) {
        Ok(report) => report,
        Err(failure) => return Err(Failure { exit: failure.exit_code(), diagnostic: Box::new(failure.diagnostic()) }),
    };
    let text = match args.format {
        ProveFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default() + "\n",
        ProveFormat::Junit => report.junit(),
        ProveFormat::Text => report.render(context.terminal.colour_stdout),
    };
    broken_pipe_is_fine(stdout().write_all(text.as_bytes()))?;
    Ok(u8::from(!report.passed))
}

/// One line a step; on a terminal the line of the running step is redrawn.
struct Lines {
    redraw: bool,
    columns: usize,
    open: bool,
}

impl Lines {
    fn draw(&mut self, text: &str) {
        if self.redraw {
            let line: String = text.chars().filter(|c| !c.is_control()).take(self.columns.saturating_sub(1)).collect();
            let _ = write!(std::io::stderr(), "\r\u{1b}[2K{line}");
            self.open = true;
        }
    }
}

impl Progress for Lines {
    fn started(&mut self, id: &str, title: &str) {
        if self.redraw {
            self.draw(&format!("… {id}: {title}"));
        } else {
            tell(&format!("{id}: {title}"));
        }
    }

    fn detail(&mut self, text: &str) {
        self.draw(&format!("… {text}"));
    }

    fn finished(&mut self, _: &Step) {
        if self.open {
            let _ = write!(std::io::stderr(), "\r\u{1b}[2K");
            self.open = false;
        }
    }
}
