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
const ON_PURPOSE: [(&str, &str); 0] = [];

/// The findings in a folder, as `Dockerfile:3 note rule: message`.
fn findings(cell: &Cell, dir: &std::path::Path) -> Vec<String> {
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
        .filter(|finding| !ON_PURPOSE.contains(&(cell.name.as_str(), finding["rule"].as_str().unwrap())))
        .map(|finding| {
            let word = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            format!(
                "{}: {}:{} {} {}: {}",
                cell.id(),
                word("file"),
                finding["line"],
                word("severity"),
                word("rule"),
                word("message")
            )
        })
        .collect()
}

#[test]
fn nothing_is_found_in_what_we_write() {
    let parent = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for cell in matrix().into_iter().chain(variants()).filter(|cell| !cell.never()) {
        let (dir, outcome) = cell.write(&parent.path().join(cell.id()), &[]);
        if outcome.is_ok() {
            looked_at += 1;
            wrong.extend(findings(&cell, &dir));
        }
    }
    assert!(looked_at > 50, "{looked_at}");
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
}
