//! `scaffold check --context`: what each Dockerfile is given, and what each COPY takes of it.

use std::fmt::Write as _;
use std::io::Write as _;

use serde::Serialize;

use super::walk::Tree;
use crate::check::{self, Contents, Copied, Given, Options};
use crate::cli::args::{Check, CheckFormat};
use crate::cli::{Failure, Outcome, broken_pipe_is_fine, stdout};
use crate::report::Diagnostic;
use crate::report::formats::visible;

/// What `--format json` prints. New fields do not raise the version.
#[derive(Serialize)]
struct Report {
    version: u32,
    contexts: Vec<Contents>,
}

pub(super) fn run(args: &Check, trees: &[Tree], options: &Options) -> Outcome {
    if trees.is_empty() {
        return Err(Failure::input(
            Diagnostic::error("a text from standard input has no build context").help("name a Dockerfile or a folder"),
        ));
    }
    let mut contexts = Vec::new();
    for tree in trees {
        for mut contents in check::contents(tree.disk(), &tree.paths, options) {
            contents.dockerfile = tree.show(&contents.dockerfile);
            if let Some(given) = &mut contents.context {
                given.folder = folder(tree, &given.folder);
                given.ignore = given.ignore.as_ref().map(|path| tree.show(path));
            }
            contexts.push(contents);
        }
    }
    let text = match args.format {
        CheckFormat::Text => contexts.iter().map(text).collect::<Vec<_>>().join("\n"),
        CheckFormat::Json => serde_json::to_string_pretty(&Report { version: 1, contexts }).unwrap_or_default() + "\n",
        _ => {
            return Err(Failure::input(
                Diagnostic::error("`--context` is shown as text or JSON").help("leave `--format` out, or write json"),
            ));
        }
    };
    broken_pipe_is_fine(stdout().write_all(text.as_bytes()))?;
    Ok(0)
}

/// A folder as the user would write it; `.` is the root.
fn folder(tree: &Tree, folder: &str) -> String {
    if folder != "." {
        return tree.show(folder);
    }
    let root = tree.show("");
    if root.is_empty() { ".".to_owned() } else { root.trim_end_matches('/').to_owned() }
}

fn text(contents: &Contents) -> String {
    let services = if contents.services.is_empty() {
        String::new()
    } else {
        format!(" (compose: {})", contents.services.join(", "))
    };
    let mut out = visible(&format!("{}{services}", contents.dockerfile)) + "\n";
    match &contents.context {
        None => out.push_str("  it is not known which folder it is built from\n"),
        Some(given) => context(given, &mut out),
    }
    out
}

fn context(given: &Given, out: &mut String) {
    let why = match given.basis {
        "declared" => "as compose says",
        "sources" => "its sources are there",
        _ => "the Dockerfile's folder",
    };
    let ignore = given.ignore.as_deref().unwrap_or("there is no .dockerignore");
    let mut line = |text: String| {
        let _ = writeln!(out, "  {}", visible(&text));
    };
    line(format!("context  {} ({why}), {ignore}", given.folder));
    line(format!("given    {} of {} files, {}", given.given, given.files, bytes(given.bytes)));
    if !given.folders.is_empty() {
        line(format!("and      {}", some(&given.folders)));
    }
    for copy in &given.copies {
        copied(copy, &mut line);
    }
}

fn copied(copy: &Copied, line: &mut dyn FnMut(String)) {
    let place = if copy.shipped { "image".to_owned() } else { format!("stage {}", copy.stage) };
    let files = if copy.files == 1 { "file" } else { "files" };
    line(format!("line {}: {} -> {place}: {} {files}, {}", copy.line, copy.instruction, copy.files, bytes(copy.bytes)));
    if !copy.folders.is_empty() {
        line(format!("  also {}", some(&copy.folders)));
    }
    let secret = |wanted: &str| -> Vec<String> {
        let held = copy.credentials.iter().filter(|held| held.secret == wanted);
        held.map(|held| format!("{} ({})", held.path, held.kind)).collect()
    };
    for (wanted, word) in [("yes", "credentials"), ("perhaps", "perhaps credentials"), ("no", "named as credentials")] {
        let names = secret(wanted);
        if !names.is_empty() {
            line(format!("  {word}: {}", some(&names)));
        }
    }
}

/// So many names are shown.
const SHOWN: usize = 5;

fn some(names: &[String]) -> String {
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

/// A number of bytes as people read it.
fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{}.{} kB", count / 1_000, count % 1_000 / 100),
        1_000_000..1_000_000_000 => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", count / 1_000_000_000, count % 1_000_000_000 / 100_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_readable() {
        for (count, shown) in [(0, "0 B"), (999, "999 B"), (1_250, "1.2 kB"), (31_900_000, "31.9 MB")] {
            assert_eq!(bytes(count), shown);
        }
    }

    #[test]
    fn many_names_are_counted() {
        let names: Vec<String> = (0..7).map(|number| number.to_string()).collect();
        assert_eq!(some(&names), "0, 1, 2, 3, 4 and 2 more");
    }
}
