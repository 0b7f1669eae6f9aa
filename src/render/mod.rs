//! (being built)
pub mod closure;
pub mod environment;
pub mod lint;
pub mod quote;
mod scan;
mod shell;
pub use closure::closure;
pub use lint::lint;
pub mod context;
pub mod standin;
pub use context::{Contexts, contexts};
pub use standin::{Grammar, StandIns};
