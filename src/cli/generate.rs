//! `scaffold schema`, `completions` and `man`.

use std::io::Write as _;

use clap::CommandFactory as _;

use super::args::{Cli, Schema};
use super::{Outcome, broken_pipe_is_fine, stdout};

/// The JSON Schemas, which a test keeps equal to the types.
const SPEC: &str = include_str!("../../schemas/spec.schema.json");
const PRESET: &str = include_str!("../../schemas/preset.schema.json");
const FINDINGS: &str = include_str!("../../schemas/findings.schema.json");

pub(super) fn schema(what: Schema) -> Outcome {
    let text = match what {
        Schema::Spec => SPEC,
        Schema::Preset => PRESET,
        Schema::Findings => FINDINGS,
    };
    broken_pipe_is_fine(stdout().write_all(text.as_bytes()))?;
    Ok(0)
}

pub(super) fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "scaffold", &mut text);
    broken_pipe_is_fine(stdout().write_all(&text))?;
    Ok(0)
}

pub(super) fn man() -> Outcome {
    let mut text = Vec::new();
    broken_pipe_is_fine(page(&mut text).and_then(|()| stdout().write_all(&text)))?;
    Ok(0)
}

/// One page with all commands.
fn page(into: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = Cli::command();
    command.build();
    let man = clap_mangen::Man::new(command.clone());
    man.render_title(into)?;
    man.render_name_section(into)?;
    man.render_synopsis_section(into)?;
    man.render_description_section(into)?;
    man.render_options_section(into)?;
    writeln!(into, ".SH COMMANDS")?;
    for child in command.get_subcommands() {
        subcommand(child, into)?;
    }
    let codes = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    writeln!(into, ".SH \"EXIT STATUS\"\n{}", codes.trim_start_matches("Exit codes: "))
}

/// A command and those below it. The sections of its own page become paragraphs of this one.
fn subcommand(command: &clap::Command, into: &mut Vec<u8>) -> std::io::Result<()> {
    let children: Vec<&clap::Command> = command.get_subcommands().collect();
    if !children.is_empty() {
        return children.into_iter().try_for_each(|child| subcommand(child, into));
    }
    let name = command.get_bin_name().unwrap_or(command.get_name());
    writeln!(into, ".SS \"{name}\"")?;
    let man = clap_mangen::Man::new(command.clone());
    let mut own = Vec::new();
    man.render_description_section(&mut own)?;
    man.render_synopsis_section(&mut own)?;
    man.render_options_section(&mut own)?;
    for line in String::from_utf8_lossy(&own).lines() {
        match line.strip_prefix(".SH ") {
            Some(_) => writeln!(into, ".PP")?,
            None => writeln!(into, "{line}")?,
        }
    }
    Ok(())
}
