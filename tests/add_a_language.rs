//! The recipe of CONTRIBUTING.md, followed: a fifth language is a TOML file and its templates, and no Rust.

#![expect(clippy::disallowed_methods, reason = "a test of the binary reads and writes files")]

use std::path::Path;
use std::process::{Command, Output};

/// The folder that a contributor would have made.
const DENO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/languages/deno");

fn scaffold(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(["--catalog", DENO])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_language_is_added_by_data_alone() {
    let folder = tempfile::tempdir().unwrap();
    let made = scaffold(folder.path(), &["new", "demo", "--lang", "deno", "--starter", "--yes"]);
    assert!(made.status.success(), "{}", said(&made));
    let demo = folder.path().join("demo");
    let dockerfile = std::fs::read_to_string(demo.join("Dockerfile")).unwrap();
    for line in [
        "FROM denoland/deno:debian-2.9.8 AS deps",
        "COPY --from=build /deno-dir/ /deno-dir/",
        "USER 1993:1993",
        "EXPOSE 8000",
        "ENTRYPOINT [\"/usr/bin/deno\"]",
        "CMD [\"run\", \"--allow-net\", \"--allow-env\", \"--allow-read\", \"main.ts\"]",
    ] {
        assert!(dockerfile.lines().any(|found| found == line), "`{line}` is missing in\n{dockerfile}");
    }
    assert!(dockerfile.contains("\"8000\", \"/healthz\", \"400\"]"), "{dockerfile}");

    let detected = scaffold(&demo, &["detect", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&detected.stdout).unwrap();
    assert_eq!(found["language"], "deno");
    assert_eq!(found["port"], 8000);
    assert_eq!(found["evidence"]["port"]["file"], "main.ts");

    let again = scaffold(&demo, &["new", "--yes"]);
    assert!(again.status.success() && said(&again).contains("up to date"), "{}", said(&again));
}

#[test]
fn a_wrong_preset_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("presets")).unwrap();
    std::fs::write(folder.path().join("presets/x.toml"), "id = \"x\"\ntitle = \"X\"\n[detect]\nmarker = [\"x\"]\n")
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(["--catalog", ".", "new", "demo", "--lang", "x", "--yes"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("presets/x.toml:4:1") && said(&output).contains("did you mean `markers`?"),
        "{}",
        said(&output)
    );
}
