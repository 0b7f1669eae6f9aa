//! Where a fix may write: only where a word stands in the file just as it is used.

use super::{Arg, Build, Command};

/// The byte behind a word, if it stands in the file as it is used: not in a string of `sh -c`, not in a JSON array, not
/// by a variable, not in a compose file.
#[must_use]
pub fn end_of(build: &Build<'_>, arg: &Arg) -> Option<usize> {
    let value = arg.value.as_deref()?;
    (!build.is_inline() && !value.is_empty() && build.text.get(arg.span.clone()) == Some(value)).then_some(arg.span.end)
}

/// The byte behind a command, if nothing follows it in its instruction.
#[must_use]
pub fn end_of_last(build: &Build<'_>, command: &Command, instruction_end: usize) -> Option<usize> {
    let end = match command.args.last() {
        Some(arg) if build.text.get(arg.span.clone()).is_some_and(|text| !text.contains('\n')) => arg.span.end,
        None => command.name_span.end,
        Some(_) => return None,
    };
    let rest = build.text.get(end..instruction_end)?;
    let alone = command.redirects.is_empty() && command.nesting == 0 && rest.trim().is_empty();
    (alone && !build.is_inline()).then_some(end)
}
