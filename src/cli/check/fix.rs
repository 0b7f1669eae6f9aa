//! `scaffold check --fix`: mends what can be mended, shows the difference first.

use std::io::Write as _;

use similar::TextDiff;

use super::replace::replace;
use super::walk::Tree;
use crate::check::mended;
use crate::cli::args::Check;
use crate::cli::compare::coloured;
use crate::cli::{Context, Failure, Outcome, broken_pipe_is_fine, stdout};
use crate::report::{Audit, Diagnostic, formats};

pub(super) fn run(context: &Context, args: &Check, trees: &[Tree], audit: &Audit) -> Outcome {
    let (texts, count) = mended(audit, args.r#unsafe);
    let mut shown = String::new();
    for (path, new) in &texts {
        let old = audit.files.iter().find(|file| file.path == *path).map_or("", |file| file.text.as_str());
        let (old_shown, new_shown) = (formats::shown(audit, path, old), formats::shown(audit, path, new));
        let diff = TextDiff::from_lines(&old_shown, &new_shown);
        let before = if old.is_empty() { "/dev/null".to_owned() } else { format!("a/{path}") };
        let patch = diff.unified_diff().context_radius(2).header(&before, &format!("b/{path}")).to_string();
        let terminal = context.terminal.stdout_tty || context.terminal.colour_stdout;
        shown.push_str(&if terminal { coloured(&patch, context.terminal.colour_stdout) } else { patch });
    }
    broken_pipe_is_fine(stdout().write_all(shown.as_bytes()))?;
    if !args.diff {
        for (path, new) in &texts {
            write(trees, path, new, audit)?;
        }
    }
    let verb = if args.diff { "would mend" } else { "mended" };
    let left = audit.active().count() - count;
    context.say(&Diagnostic::note(format!("{verb} {count} findings in {} files; {left} are left", texts.len())));
    Ok(u8::from(args.diff && !texts.is_empty()))
}

/// Replaces a file whole, if it still is what was looked at.
fn write(trees: &[Tree], path: &str, new: &str, audit: &Audit) -> Result<(), Failure> {
    let failed = |why: String| Failure::outside(Diagnostic::error(format!("{path} cannot be written: {why}")));
    let candidates: Vec<_> = trees.iter().filter_map(|tree| tree.file(path)).collect();
    let looked_at = audit.files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let Some(file) = candidates.iter().find(|file| file.is_file()).cloned() else {
        // A fix may make a file, such as the .dockerignore that is missing: its text so far is empty.
        let new_file = candidates.first().filter(|_| looked_at == Some(""));
        let new_file = new_file.ok_or_else(|| failed("it is not there any more".to_owned()))?;
        return std::fs::File::create_new(new_file)
            .and_then(|mut file| file.write_all(new.as_bytes()))
            .map_err(|error| failed(error.to_string()));
    };
    if std::fs::read_to_string(&file).ok().as_deref() != looked_at {
        return Err(failed("it has changed since it was read".to_owned()));
    }
    let metadata = std::fs::symlink_metadata(&file).map_err(|error| failed(error.to_string()))?;
    // A link may lead out of the tree; what it leads to is not ours to write.
    if metadata.file_type().is_symlink() {
        return Err(failed("it is a link".to_owned()));
    }
    replace(&file, new).map_err(|error| failed(error.to_string()))
}
