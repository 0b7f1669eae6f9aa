//! The workspace's shared crate.

/// Greets somebody.
pub fn greeting(name: &str) -> String {
    format!("Hello from {name}")
}
