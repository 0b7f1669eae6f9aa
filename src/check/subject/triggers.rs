//! The instructions of a stage as they are written, with what `ONBUILD` holds looked into.

use super::build::{Build, StageView};
use crate::dockerfile::{Instruction, Kind};

/// An instruction where it is written.
#[derive(Debug, Clone, Copy)]
pub struct Written<'w> {
    /// Which of the file's instructions; of a trigger the `ONBUILD`.
    pub at: usize,
    /// The instruction; of an `ONBUILD` what it triggers.
    pub instruction: &'w Instruction,
    /// It runs in builds of other images: their context is not this one.
    pub trigger: bool,
}

/// The instructions of a stage behind its `FROM`, in order.
pub fn written<'w>(build: &Build<'w>, view: &StageView<'w>) -> impl Iterator<Item = Written<'w>> + use<'w> {
    build.instructions(view).map(|(at, instruction)| match &instruction.kind {
        Kind::Onbuild(trigger) => Written { at, instruction: trigger, trigger: true },
        _ => Written { at, instruction, trigger: false },
    })
}
