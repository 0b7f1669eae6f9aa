//! What the engine itself reports.

pub(in crate::check) mod parse_error;
