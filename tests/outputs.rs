//! What is written around the images of a project: every output of every stack of `tests/stacks`, held against
//! `tests/stacks/<name>/`, and against what holds for all of them.
//!
//! `SNAPSHOTS=overwrite cargo test --test outputs` writes the files anew.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test of the program touches disk, environment and processes")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/cells.rs"]
mod cells;
#[path = "support/stack_files.rs"]
mod stack_files;
#[path = "support/tools.rs"]
mod tools;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use tools::{asked, says};

/// The name of a stack, its folder and its files.
type Stack = (String, PathBuf, BTreeMap<String, String>);

/// Every stack.
static ALL: LazyLock<Vec<Stack>> = LazyLock::new(|| {
    // a static is never dropped, so this is no folder that would clean itself up
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outputs");
    let _ = fs::remove_dir_all(&parent);
    let write = |name: String| {
        let dir = stack_files::write(&name, &parent, &[]);
        let files = stack_files::files(&dir);
        (name, dir, files)
    };
    stack_files::names().into_iter().map(write).collect()
});

/// The files below a folder, by path.
fn below(dir: &Path, prefix: &str, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            below(&path, &format!("{name}/"), into);
        } else {
            into.insert(name, fs::read_to_string(&path).unwrap().replace("\r\n", "\n"));
        }
    }
}

fn scaffold(arguments: &[&str], dir: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scaffold")).args(arguments).current_dir(dir).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

#[test]
fn every_output_is_as_its_snapshot() {
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let mut wrong = Vec::new();
    for (name, _, files) in ALL.iter() {
        // the image's own files are `rendered`'s
        let of_image = |path: &str| path.ends_with("Dockerfile") || path.ends_with(".dockerignore");
        let files: BTreeMap<_, _> = files.iter().filter(|(path, _)| !of_image(path)).collect();
        let folder = stack_files::specs().join(name);
        if overwrite {
            let _ = fs::remove_dir_all(&folder);
            for (path, text) in &files {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        let mut kept = BTreeMap::new();
        below(&folder, "", &mut kept);
        for (path, text) in &files {
            match kept.remove(*path) {
                Some(kept) if kept == **text => {}
                kept => {
                    let kept = kept.unwrap_or_default();
                    let diff = similar::TextDiff::from_lines(kept.as_str(), text.as_str());
                    wrong.push(format!("{name}/{path}:\n{}", diff.unified_diff().context_radius(1)));
                }
            }
        }
        wrong.extend(kept.keys().map(|path| format!("{name}/{path} is not written")));
    }
    assert!(wrong.is_empty(), "SNAPSHOTS=overwrite cargo test --test outputs writes them anew\n{}", wrong.join("\n"));
}

#[test]
fn a_second_run_is_up_to_date() {
    for (name, dir, _) in ALL.iter() {
        let (fine, text) = scaffold(&["new", "--yes"], dir);
        assert!(fine && text.contains("up to date"), "{name}: {text}");
    }
}

#[test]
fn check_finds_nothing_in_what_we_write() {
    let mut wrong = Vec::new();
    for (name, dir, files) in ALL.iter() {
        let mut arguments = vec!["check", "--fail-on", "note", "--color", "never"];
        let looked_at = |path: &str| path.ends_with("Dockerfile") || path.ends_with("compose.yaml");
        arguments.extend(files.keys().map(String::as_str).filter(|path| looked_at(path)));
        let (fine, text) = scaffold(&arguments, dir);
        if !fine {
            wrong.push(format!("{name}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn texts_are_tidy() {
    for (name, _, files) in ALL.iter() {
        for (path, text) in files {
            let whole = text.ends_with('\n') && !text.ends_with("\n\n") && !text.starts_with('\n');
            assert!(whole, "{name}/{path} begins or ends with an empty line, or without one end");
            assert!(!text.contains("\n\n\n"), "{name}/{path} has two empty lines");
            let trailing = text.lines().position(|line| line.ends_with([' ', '\t']));
            assert!(trailing.is_none(), "{name}/{path}:{} ends with a blank", trailing.unwrap_or_default() + 1);
        }
    }
}

/// With `SCAFFOLD_LINTERS=1`: compose reads every file and every pair of files that are used together, without a
/// warning; they keep compose's schema; hadolint finds nothing in the Dockerfiles, those with a stage `dev` too.
#[test]
fn other_tools_find_nothing() {
    if !asked() {
        return;
    }
    let mut wrong = Vec::new();
    for (name, dir, files) in ALL.iter() {
        let mut hold = |what: &str, command: &mut Command, quiet: bool| {
            let (content, text) = says(command.current_dir(dir));
            if !content || quiet && !text.is_empty() {
                wrong.push(format!("{name}: {what}: {text}"));
            }
        };
        for together in
            [&["compose.yaml"][..], &["compose.yaml", "compose.dev.yaml"], &["compose.yaml", "compose.secrets.yaml"]]
        {
            if together.iter().all(|file| files.contains_key(*file)) {
                let mut command = Command::new("docker");
                command.args(["compose", "--profile", "*"]);
                command.args(together.iter().flat_map(|file| ["--file", file])).args(["config", "--quiet"]);
                hold(&together.join(" and "), &mut command, true);
            }
        }
        let compose: Vec<&String> =
            files.keys().filter(|path| ["compose.yaml", "compose.dev.yaml"].contains(&path.as_str())).collect();
        let mut schema = Command::new("check-jsonschema");
        hold("schema", schema.args(["--builtin-schema", "vendor.compose-spec"]).args(&compose), false);
        let dockerfiles = files.keys().filter(|path| path.ends_with("Dockerfile"));
        let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join(".hadolint.yaml");
        let mut hadolint = Command::new("hadolint");
        hold("hadolint", hadolint.args(["--no-color", "--config"]).arg(settings).args(dockerfiles), true);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
