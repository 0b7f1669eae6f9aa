//! (being built)
pub mod closure;
pub mod environment;
pub mod lint;
pub mod quote;
mod scan;
mod shell;
pub use closure::closure;
pub use lint::lint;
