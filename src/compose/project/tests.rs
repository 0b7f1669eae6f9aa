//! Projects as compose evaluates them.
