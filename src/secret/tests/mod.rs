//! What is a secret, and what only looks like one.
