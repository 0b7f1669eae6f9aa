//! What `scaffold new` asks on a terminal.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Context, Failure};
use crate::answers::Layers;

/// How the questions ended.
pub(super) enum Asked {
    Write,
    Leave,
    Stopped(u8),
}

pub(super) fn ask(_: &Context, _: &Path, _: &mut Layers, _: &BTreeMap<String, String>) -> Result<Asked, Failure> {
    Ok(Asked::Write)
}
