//! Other people's tools: whether they are asked for, and what one of them says.

use std::process::Command;

/// Whether tools are asked for.
pub(crate) fn asked() -> bool {
    let asked = std::env::var_os("SCAFFOLD_LINTERS").is_some_and(|value| value == "1");
    if !asked {
        println!("SCAFFOLD_LINTERS=1 is not set: nothing is looked at here");
    }
    asked
}

/// Whether the tool is content, and what it says.
pub(crate) fn says(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{:?} does not start: {error}", command.get_program()));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}
