//! `scaffold preset`: the languages, and where each value of one comes from.

use super::args::Preset;
use super::{Context, Outcome};

pub(super) fn run(_: &Context, _: &Preset) -> Outcome {
    Ok(0)
}
