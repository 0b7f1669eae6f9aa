//! What is written, for every app and starter on every base, and for variants: held against snapshots, and against the
//! rules that every set-up keeps.
//!
//! `SNAPSHOTS=overwrite cargo test --test rendered` writes the snapshots anew.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test of the program touches disk, environment and processes")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/cells.rs"]
mod cells;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use cells::{BASES, Cell, FILES, Outcome, folder, matrix, variants};
use scaffold_dockerfile::dockerfile::{self, Base, Dockerfile, Form, Kind, Script};
use scaffold_dockerfile::ignore::Ignore;

/// Every cell with what became of it.
static ALL: LazyLock<Vec<(Cell, Outcome)>> = LazyLock::new(|| {
    let parent = tempfile::tempdir().unwrap();
    let cells = matrix().into_iter().chain(variants());
    cells.map(|cell| (cell.clone(), cell.write(&parent.path().join(cell.id()), &[]).1)).collect()
});

/// Every file that was written, as `node-npm.slim: Dockerfile`.
fn files() -> impl Iterator<Item = (String, &'static str, &'static str)> {
    ALL.iter().filter_map(|(cell, outcome)| Some((cell, outcome.as_ref().ok()?))).flat_map(|(cell, files)| {
        files.iter().map(|(path, text)| (format!("{}: {path}", cell.id()), path.as_str(), text.as_str()))
    })
}

fn dockerfiles() -> impl Iterator<Item = (String, &'static str, Dockerfile)> {
    files().filter(|(_, path, _)| *path == "Dockerfile").map(|(name, _, text)| (name, text, dockerfile::parse(text)))
}

/// All failures of a rule at once.
fn none(failures: Vec<String>) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// A cell's files one below the other. What is the same on `slim` stands there alone.
fn snapshot(files: &BTreeMap<String, String>, slim: Option<&BTreeMap<String, String>>) -> String {
    let mut text = String::new();
    for path in FILES {
        match files.get(path) {
            None => text.push_str(&format!("==== {path}: not written\n")),
            Some(file) if slim.and_then(|slim| slim.get(path)) == Some(file) => {
                text.push_str(&format!("==== {path}: as on slim\n"));
            }
            Some(file) => text.push_str(&format!("==== {path}\n{file}")),
        }
    }
    text
}

fn snapshots() -> PathBuf {
    folder().join("snapshots")
}

#[test]
fn every_set_up_is_as_its_snapshot() {
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (cell, outcome) in ALL.iter() {
        let slim = ALL.iter().find(|(other, _)| other.name == cell.name && other.base == BASES[0] && other != cell);
        match outcome {
            Ok(files) => {
                let text = snapshot(files, slim.and_then(|(_, outcome)| outcome.as_ref().ok()));
                expected.insert(format!("{}.txt", cell.id()), text);
            }
            Err(error) if cell.is_refused(error) => {}
            Err(error) => wrong.push(format!("{} is refused: {error}", cell.id())),
        }
    }
    for (name, text) in &expected {
        let path = snapshots().join(name);
        let found = fs::read_to_string(&path).unwrap_or_default();
        if found != *text {
            if overwrite {
                fs::write(&path, text).unwrap();
            } else {
                wrong.push(format!("{name} differs:\n{}", difference(&found, text)));
            }
        }
    }
    for entry in fs::read_dir(snapshots()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !expected.contains_key(&name) {
            if overwrite {
                fs::remove_file(&path).unwrap();
            } else {
                wrong.push(format!("{name} belongs to no app, starter or variant"));
            }
        }
    }
    if !wrong.is_empty() {
        wrong.push("SNAPSHOTS=overwrite cargo test --test rendered writes them anew".to_owned());
    }
    none(wrong);
}

fn difference(old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(1).to_string().lines().take(30).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_second_run_is_up_to_date_and_names_no_file() {
    for cell in matrix().iter().filter(|cell| cell.base == BASES[0]).take(3) {
        let parent = tempfile::tempdir().unwrap();
        let (dir, outcome) = cell.write(parent.path(), &[]);
        outcome.unwrap();
        let again =
            std::process::Command::new(env!("CARGO_BIN_EXE_scaffold")).arg("new").arg(&dir).arg("--yes").output();
        let again = again.unwrap();
        let said = String::from_utf8_lossy(&again.stderr);
        assert!(again.status.success() && said.contains("up to date"), "{}: {said}", cell.id());
    }
}

#[test]
fn texts_have_no_noise_of_templates() {
    let mut wrong = Vec::new();
    for (name, path, text) in files() {
        for (at, line) in text.lines().enumerate() {
            if line.ends_with([' ', '\t']) {
                wrong.push(format!("{name}:{}: blanks at the end", at + 1));
            }
            if line.contains('\t') && path != "Dockerfile" {
                wrong.push(format!("{name}:{}: a tab", at + 1));
            }
        }
        if text.contains("\n\n\n") {
            wrong.push(format!("{name}: two blank lines"));
        }
        if text.starts_with('\n') || !text.ends_with('\n') || text.ends_with("\n\n") || text.contains('\r') {
            wrong.push(format!("{name}: the ends of its lines"));
        }
    }
    none(wrong);
}

/// The tag of an image that is named well: a release line with a suite, or a digest.
fn is_specific(image: &str) -> bool {
    if image == "scratch" || image.contains("@sha256:") {
        return true;
    }
    let Some(tag) = image.rsplit('/').next().and_then(|last| last.split_once(':')).map(|(_, tag)| tag) else {
        return false;
    };
    // distroless names its release in the repository; its tags are its variants
    let in_name = image.contains("distroless/") && image.contains("-debian1");
    let has_version = tag.starts_with(|c: char| c.is_ascii_digit()) && (tag.contains('.') || tag.contains('-'));
    // the tag of Debian's own image is its suite
    let debian = ["trixie", "trixie-slim"].contains(&tag)
        && image.rsplit('/').next().is_some_and(|last| last.starts_with("debian:"));
    in_name || has_version || debian
}

#[test]
fn a_tag_without_a_suite_or_a_version_is_seen() {
    for image in
        ["node", "node:latest", "node:26", "node:slim", "a.example.com:5000/node", "gcr.io/distroless/nodejs:nonroot"]
    {
        assert!(!is_specific(image), "{image}");
    }
    for image in [
        "node:26-trixie-slim",
        "postgres:17-trixie",
        "gcr.io/distroless/nodejs26-debian13:nonroot",
        "ghcr.io/astral-sh/uv:0.9",
    ] {
        assert!(is_specific(image), "{image}");
    }
}

#[test]
fn dockerfiles_keep_the_rules_of_good_practice() {
    let mut wrong = Vec::new();
    for (name, text, file) in dockerfiles() {
        let mut hold = |holds: bool, why: &str| {
            if !holds {
                wrong.push(format!("{name}: {why}"));
            }
        };
        let syntax = text.lines().next().unwrap_or_default();
        hold(
            syntax.starts_with("# syntax=") && syntax.ends_with("docker/dockerfile:1"),
            "the first line is not the syntax",
        );
        hold(file.all_problems().is_empty(), "BuildKit has something to say");
        for stage in &file.stages().stages {
            if let Base::Image(image) | Base::Unknown(image) = &stage.base {
                hold(is_specific(image), &format!("`{image}` names no release and suite"));
            }
        }
        for instruction in &file.instructions {
            hold(!matches!(instruction.kind, Kind::Add(_)), "ADD");
            hold(
                !matches!(instruction.kind, Kind::Maintainer(_) | Kind::Onbuild(_) | Kind::Shell(_)),
                "an old keyword",
            );
            let (Some(Script::Shell(script) | Script::File(script)), Kind::Run(run)) =
                (instruction.script(), &instruction.kind)
            else {
                continue;
            };
            hold(run.mounts.iter().all(|mount| mount.get(&["env"]).is_none()), "a secret in a variable");
            let word =
                |word: &str| script.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|found| found == word);
            for bad in
                ["sudo", "chmod 777", "curl -k", "--no-check-certificate", "--trusted-host", "--allow-unauthenticated"]
            {
                hold(!(script.contains(bad) && (bad.contains([' ', '-']) || word(bad))), bad);
            }
            if script.contains("apt-get install") {
                hold(
                    script.contains("--no-install-recommends") && script.contains("rm -rf /var/lib/apt/lists"),
                    "apt-get leaves something behind",
                );
            }
            hold(!script.contains("apt-get upgrade") && !script.contains("dist-upgrade"), "apt-get upgrade");
            hold(!script.contains("apk add") || script.contains("--no-cache"), "apk keeps its index");
        }
    }
    none(wrong);
}

/// What an instruction is in the order of thought of a Dockerfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thought {
    Image,
    Place,
    Program,
    User,
    Port,
    Health,
    Start,
}

/// The order of thought: a specific image, a folder, the program, its user, its port, its health, its start.
#[test]
fn the_final_stage_keeps_the_order_of_thought() {
    let mut wrong = Vec::new();
    for (name, _, file) in dockerfiles() {
        let stages = file.stages();
        let last = stages.final_stage().unwrap();
        let mut thoughts = vec![Thought::Image];
        // a base that starts as a user has to be told to work as root first
        let users =
            stages.instructions(last).filter(|(_, instruction)| matches!(instruction.kind, Kind::User(_))).count();
        let mut user = 0;
        for (_, instruction) in stages.instructions(last) {
            thoughts.push(match &instruction.kind {
                Kind::Workdir(_) => Thought::Place,
                Kind::Copy(_) => Thought::Program,
                Kind::User(_) => {
                    user += 1;
                    if user < users {
                        continue;
                    }
                    Thought::User
                }
                Kind::Expose(_) => Thought::Port,
                Kind::Healthcheck(_) => Thought::Health,
                Kind::Entrypoint(Form::Exec(_)) | Kind::Cmd(Form::Exec(_)) => Thought::Start,
                Kind::Entrypoint(_) | Kind::Cmd(_) => {
                    wrong.push(format!("{name}: a start command in shell form"));
                    Thought::Start
                }
                _ => continue,
            });
        }
        if !thoughts.is_sorted() {
            wrong.push(format!("{name}: {thoughts:?}"));
        }
        for needed in [Thought::Place, Thought::Program, Thought::User, Thought::Health, Thought::Start] {
            if !thoughts.contains(&needed) {
                wrong.push(format!("{name}: no {needed:?}"));
            }
        }
        if users > 2 {
            wrong.push(format!("{name}: {users} users"));
        }
    }
    none(wrong);
}

/// Dependencies before source: the stage `deps` takes the manifests and no more, so that an edit leaves it cached.
#[test]
fn dependencies_are_installed_before_the_source_is_there() {
    let mut wrong = Vec::new();
    for (name, _, file) in dockerfiles() {
        let stages = file.stages();
        let Some(deps) = stages.find("deps") else {
            // where nothing is installed there is no cache of downloads either
            let cached = file.instructions.iter().any(|instruction| match &instruction.kind {
                Kind::Run(run) => run.mounts.iter().any(|mount| mount.kind() == "cache"),
                _ => false,
            });
            if cached {
                wrong.push(format!("{name}: no stage `deps`"));
            }
            continue;
        };
        for (_, instruction) in stages.instructions(deps) {
            let Kind::Copy(copy) = &instruction.kind else { continue };
            if copy.from.is_none() && copy.sources.iter().any(|source| [".", "./"].contains(&source.raw.as_str())) {
                wrong.push(format!("{name}: `deps` copies the source"));
            }
        }
    }
    none(wrong);
}

/// Names of files that hold credentials, wherever they lie.
const CREDENTIALS: [&str; 36] = [
    ".env",
    ".env.local",
    ".env.production",
    "prod.env",
    ".envrc",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    "pip.conf",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".aws/credentials",
    ".azure/accessTokens.json",
    ".config/gcloud/credentials.db",
    ".kube/config",
    ".ssh/id_ed25519",
    ".gnupg/secring.gpg",
    ".docker/config.json",
    ".cargo/credentials.toml",
    ".gem/credentials",
    "id_rsa",
    "id_ecdsa.bak",
    "server.pem",
    "tls.key",
    "store.p12",
    "cert.pfx",
    "release.jks",
    "passwords.kdbx",
    "login.ppk",
    "credentials.json",
    "my-service-account.json",
    "terraform.tfstate",
    "prod.tfvars",
    ".vault-token",
    ".htpasswd",
];

/// Files of the same kind that a build may need.
const HARMLESS: [&str; 6] =
    ["src/keys.js", ".env.example", "config/env.js", "environment.yml", "public/key.svg", "src/secret.ts"];

#[test]
fn credentials_stay_out_of_every_build_and_sources_do_not() {
    let mut wrong = Vec::new();
    for (name, _, text) in files().filter(|(_, path, _)| *path == ".dockerignore") {
        let ignore = Ignore::parse(text);
        let allowed: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix('!')).collect();
        for credential in CREDENTIALS {
            for path in [credential.to_owned(), format!("services/api/{credential}")] {
                if !allowed.contains(path.as_str()) && !ignore.excludes(&path) {
                    wrong.push(format!("{name}: {path} enters"));
                }
            }
        }
        for path in
            ["secrets/db_password", ".git/config", "Dockerfile", "compose.yaml", "scaffold.toml", "scaffold.lock"]
        {
            if !ignore.excludes(path) {
                wrong.push(format!("{name}: {path} enters"));
            }
        }
        for path in HARMLESS.iter().filter(|path| ignore.excludes(path)) {
            wrong.push(format!("{name}: {path} stays out"));
        }
    }
    none(wrong);
}

#[test]
fn every_app_has_a_preset_for_its_language() {
    let known = cells::apps();
    let folders = fs::read_dir(folder().join("apps")).unwrap().map(|entry| entry.unwrap().path());
    let all = folders.filter(|path| path.is_dir()).map(|path| path.file_name().unwrap().display().to_string());
    let without: Vec<String> = all.filter(|app| !known.contains(app)).collect();
    assert!(without.is_empty(), "no preset: {}", without.join(", "));
}

/// What must be there for the tests above to say anything.
#[test]
fn there_is_something_to_look_at() {
    let written = ALL.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    assert!(written >= 100, "only {written} set-ups were written");
    let bases: BTreeSet<&str> = ALL.iter().map(|(cell, _)| cell.base).collect();
    assert_eq!(bases.len(), BASES.len());
}
