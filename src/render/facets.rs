//! What was rendered says what the plan says: images, stages, command, user, port, health, mounts, limits.
//!
//! The second rendering proves that no value changes what a template says; this proves that the template says the
//! right thing. Order and wording stay the template's own.

mod compose;
mod dev;
mod dockerfile;

use std::ops::Range;

use crate::plan::Plan;
use crate::plan::stack::Stack;
use crate::report::Diagnostic;

/// Holds a rendered Dockerfile against its plan. `template` is the name of the template that made it.
///
/// # Errors
/// The first thing that the file says otherwise, or does not say.
pub(super) fn dockerfile(plan: &Plan, file: &str, template: &str, text: &str) -> Result<(), Diagnostic> {
    dockerfile::check(plan, Rendered { file, template, text })
}

/// Holds a rendered compose file against its stack.
///
/// # Errors
/// The first thing that the file says otherwise, or does not say.
pub(super) fn compose(stack: &Stack, file: &str, template: &str, text: &str) -> Result<(), Diagnostic> {
    compose::check(stack, Rendered { file, template, text })
}

/// Holds a rendered `compose.dev.yaml` against its stack.
///
/// # Errors
/// The first thing that the file says otherwise, or does not say.
pub(super) fn dev(stack: &Stack, file: &str, template: &str, text: &str) -> Result<(), Diagnostic> {
    dev::check(stack, Rendered { file, template, text })
}

/// A rendered file on trial.
#[derive(Debug, Clone, Copy)]
struct Rendered<'a> {
    file: &'a str,
    template: &'a str,
    text: &'a str,
}

impl Rendered<'_> {
    /// `facet` must be `planned`. `at` is where the file says it; `None` if it says nothing of the kind.
    fn same<T: PartialEq + std::fmt::Debug>(
        self,
        facet: &str,
        found: &T,
        planned: &T,
        at: Option<Range<usize>>,
    ) -> Result<(), Diagnostic> {
        if found == planned {
            return Ok(());
        }
        let label = match &at {
            Some(_) => format!("{facet}: this says {found:?}, the plan {planned:?}"),
            None => format!("{facet}: nothing says {planned:?}, as the plan does"),
        };
        Err(self.wrong(at.unwrap_or(self.text.len()..self.text.len()), label))
    }

    /// Something is there that the plan has not, or is missing that it has.
    fn holds(self, condition: bool, at: Option<Range<usize>>, label: impl Into<String>) -> Result<(), Diagnostic> {
        if condition { Ok(()) } else { Err(self.wrong(at.unwrap_or(self.text.len()..self.text.len()), label.into())) }
    }

    fn wrong(self, at: Range<usize>, label: String) -> Diagnostic {
        let end = self.text.get(at.clone()).and_then(|part| part.find('\n')).map_or(at.end, |length| at.start + length);
        let template = self.template;
        Diagnostic::error(format!("the template `{template}` does not say what the plan says: {label}"))
            .at(self.file, self.text, at.start..end)
            .help("this is a mistake of the template, not of the service; nothing is written")
    }
}
