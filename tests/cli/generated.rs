//! Completions, the manual page and the schemas.

use super::project::Project;

const COMMANDS: [&str; 7] = ["new", "detect", "prove", "preset", "schema", "completions", "man"];

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = Project::with(&[]).run(&format!("completions {shell}")).exits(0);
        for word in COMMANDS.into_iter().chain(["starter", "dry-run", "list", "show"]) {
            assert!(ran.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    Project::with(&[]).refuses("completions cmd", 2).says("bash");
}

#[test]
fn the_manual_page_describes_every_command_and_flag() {
    let ran = Project::with(&[]).run("man").exits(0).prints(".TH scaffold 1");
    let page = ran.stdout.replace('\\', "");
    for command in COMMANDS {
        assert!(
            page.contains(&format!("scaffold {command}")) || page.contains(&format!("scaffold-{command}")),
            "{command}: {ran}"
        );
    }
    for words in ["--starter", "--dry-run", "--healthy-within", "EXIT STATUS", "SCAFFOLD_PLAIN"] {
        assert!(page.contains(words), "{words}: {ran}");
    }
}

#[test]
fn schemas_are_printed() {
    let spec = Project::with(&[]).run("schema spec").exits(0).json();
    assert!(spec["definitions"]["ServiceTable"]["properties"]["port"].is_object());
    let preset = Project::with(&[]).run("schema preset").exits(0).json();
    assert!(preset["properties"]["managers"].is_object());
    let findings = Project::with(&[]).run("schema findings").exits(0).json();
    assert!(findings["definitions"]["Finding"]["properties"]["equivalents"].is_object());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(["schema", "preset"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("scaffold");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("scaffold").code(), Some(0));
}

#[test]
fn help_and_version_are_printed() {
    let help = Project::with(&[]).run("--help").exits(0);
    for command in COMMANDS {
        assert!(help.stdout.contains(&format!("  {command} ")), "{command}: {help}");
    }
    Project::with(&[]).run("--version").exits(0).prints("scaffold ");
    Project::with(&[]).refuses("", 2);
}
