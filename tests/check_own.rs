//! `scaffold check` on what `scaffold` writes: every app and starter on every base, and the variants. What we write has
//! no finding, of any severity.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test of the program touches disk, environment and processes")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/cells.rs"]
mod cells;

use std::process::Command;

use cells::{Cell, FILES, matrix, variants};

/// What the spec of a variant asks for on purpose, and the rules that say so.
const ON_PURPOSE: [(&str, &str); 2] =
    [("node-npm.dockerfile-only", "dockerignore-missing"), ("node-npm.read-write", "compose-writable-root")];

/// The findings in a folder: the rule, and `node-npm.slim: Dockerfile:3 note: message`.
fn findings(cell: &Cell, dir: &std::path::Path) -> Vec<(String, String)> {
    let files = FILES.iter().filter(|file| ["Dockerfile", "compose.yaml"].contains(file) && dir.join(file).exists());
    let output = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(["check", "--format", "json", "--fail-on", "never"])
        .args(files)
        .current_dir(dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", cell.id());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["checked"].as_u64().unwrap() > 0, "{}", cell.id());
    let found = report["findings"].as_array().unwrap().iter();
    found
        .map(|finding| {
            let word = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            let (file, line) = (word("file"), &finding["line"]);
            let said = format!("{}: {file}:{line} {}: {}", cell.id(), word("severity"), word("message"));
            (word("rule"), said)
        })
        .collect()
}

#[test]
fn nothing_is_found_in_what_we_write() {
    let parent = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let mut seen = [false; ON_PURPOSE.len()];
    let mut looked_at = 0;
    for cell in matrix().into_iter().chain(variants()).filter(|cell| !cell.never()) {
        let (dir, outcome) = cell.write(&parent.path().join(cell.id()), &[]);
        if outcome.is_ok() {
            looked_at += 1;
            for (rule, said) in findings(&cell, &dir) {
                match ON_PURPOSE.iter().position(|known| *known == (cell.name.as_str(), rule.as_str())) {
                    Some(known) => seen[known] = true,
                    None => wrong.push(format!("{said} ({rule})")),
                }
            }
        }
    }
    assert!(looked_at > 50, "{looked_at}");
    assert!(seen.iter().all(|seen| *seen), "no longer found: {ON_PURPOSE:?} {seen:?}");
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
}
