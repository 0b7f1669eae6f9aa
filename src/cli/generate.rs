//! `scaffold schema`, `completions` and `man`.

use std::io::Write as _;

use clap::CommandFactory as _;

use super::args::{Cli, Schema};
use super::{Outcome, broken_pipe_is_fine};

/// The JSON Schemas, which a test keeps equal to the types.
const SPEC: &str = include_str!("../../schemas/spec.schema.json");
const PRESET: &str = include_str!("../../schemas/preset.schema.json");

pub(super) fn schema(what: Schema) -> Outcome {
    let text = match what {
        Schema::Spec => SPEC,
        Schema::Preset => PRESET,
    };
    broken_pipe_is_fine(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(0)
}

pub(super) fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "scaffold", &mut text);
    broken_pipe_is_fine(std::io::stdout().write_all(&text))?;
    Ok(0)
}

pub(super) fn man() -> Outcome {
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut text);
    broken_pipe_is_fine(rendered.and_then(|()| std::io::stdout().write_all(&text)))?;
    Ok(0)
}
