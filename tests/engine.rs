//! The matrix on a real engine: each app and starter on `slim` and `distroless`, through `scaffold prove`.
//!
//! Runs with `SCAFFOLD_ENGINE=1`, and then needs a `docker` with BuildKit and compose. The ledger (`tests/proofs.toml`)
//! says which cells are proven. A run proves those that changed, within `SCAFFOLD_PROOF_SECONDS` (900), and always the
//! starter of each language; `SCAFFOLD_PROOF=all` proves every cell, `SCAFFOLD_PROOF=node-` those whose name holds that.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "an engine test touches disk, environment and processes")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/cells.rs"]
mod cells;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/port.rs"]
mod port;
#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/up.rs"]
mod up;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use cells::{Cell, Source, case, matrix};
use ledger::Entry;
use port::free_port;
use scaffold_dockerfile::catalog::Catalog;
use scaffold_dockerfile::catalog::preset::CredentialKind;
use up::{Up, asked, text};

/// Alpine's packages cannot be had where the tests run: its files are for the linters alone.
const BASES: [&str; 2] = ["slim", "distroless"];

/// One app for each package manager, and each kind of image of a compiled language: these and the starters are proven on
/// both bases. What a framework needs is in its build stage, which is the same on both: such an app is proven on `slim`.
const ON_BOTH: [&str; 17] = [
    "node-npm",
    "node-pnpm",
    "node-yarn1",
    "node-yarn-berry-pnp",
    "node-yarn-berry-nm",
    "node-bun",
    "node-next",
    "python-pip",
    "python-pip-hashes",
    "python-uv",
    "python-poetry",
    "python-pipenv",
    "python-pdm",
    "go-plain",
    "go-vendored",
    "rust-cargo",
    "rust-musl",
];

/// Steps that cannot be proven for an app, and why. A `*` stands for the beginning or the end of a name.
const EXCEPTIONS: [(&str, &str, &str); 5] = [
    ("*-worker", "healthy", "a worker listens on no port and names no other check: HEALTHCHECK NONE"),
    ("*-worker", "answers", "a worker listens on no port"),
    ("python-plain", "rebuild-cached", "nothing is installed: there is no stage `deps`"),
    ("python-plain", "secret-absent", "nothing is fetched: no step takes a secret"),
    // modules cannot be fetched where the tests run: these have none, or bring them along
    ("go-*", "secret-absent", "nothing is fetched: no step takes a secret"),
];

/// Apps that listen on loopback alone and cannot be told otherwise: the user is warned, and `prove` must see it.
const UNREACHABLE: [&str; 2] = ["node-fastify-loopback", "go-loopback"];

/// How long the healthy state and a stop may take, in seconds.
const HEALTHY_WITHIN: &str = "10";
const STOP_WITHIN: &str = "2";

fn engine_cells() -> Vec<Cell> {
    let both = |cell: &Cell| is_fixed(cell) || ON_BOTH.contains(&cell.name.as_str());
    let cells = matrix().into_iter().filter(|cell| BASES.contains(&cell.base) && (cell.base == "slim" || both(cell)));
    // what the base cannot give is a test of `rendered`
    cells.filter(|cell| !cell.never()).collect()
}

/// The credential of the package manager, as a build secret: `prove` puts a canary into it.
fn build_secret(cell: &Cell, dir: &Path) -> Vec<String> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_scaffold")).args(["detect", "--format", "json"]).arg(dir).output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let lang = match &cell.source {
        Source::Starter(lang) => lang.clone(),
        Source::App(app) => case(app)["language"].as_str().unwrap().to_owned(),
    };
    let preset = Catalog::built_in().preset(&lang).unwrap_or_else(|error| panic!("{error}"));
    let manager = preset.managers.iter().find(|manager| found["package_manager"] == manager.id.as_str());
    let files = manager.into_iter().flat_map(|manager| &manager.credentials);
    let first = files.into_iter().find(|credential| credential.kind == CredentialKind::File);
    first.map(|credential| format!("build.secrets=[\"{}\"]", credential.id)).into_iter().collect()
}

/// Where the certificates of this place's package registries are in the images, for managers that do not ask the system:
/// `SCAFFOLD_PROOF_AUTHORITIES`. No property of the set-up, so it is said as a user behind a proxy would say it.
fn authorities(cell: &Cell) -> Option<String> {
    let file = std::env::var("SCAFFOLD_PROOF_AUTHORITIES").ok()?;
    cell.name.contains("poetry").then(|| format!("stages.deps.env.REQUESTS_CA_BUNDLE={file}"))
}

/// A cell's project on disk with everything that `scaffold new` writes.
fn written(cell: &Cell, parent: &Path) -> PathBuf {
    // the manager is known when the files are there: a starter's come from the first run
    let (probe, outcome) = cell.write(&parent.join("first"), &[]);
    outcome.unwrap_or_else(|error| panic!("{}: {error}", cell.id()));
    let mut set = build_secret(cell, &probe);
    set.extend(authorities(cell));
    let (dir, outcome) = cell.write(&parent.join("proof"), &set);
    match outcome {
        Ok(_) => dir,
        // nothing is fetched: there is nothing to give a secret to
        Err(error) if error.contains("no step of the build takes the secret") => probe,
        Err(error) => panic!("{}: {error}", cell.id()),
    }
}

/// Why a cell has no entry.
enum Wrong {
    /// A step failed, or was not proven where it should be.
    Seen(String),
    /// There is no report: the engine or the disk failed, or somebody stopped the run. It says nothing of the cell.
    NoReport(String),
}

/// Proves one cell: its entry, or what is wrong.
fn prove(cell: &Cell, dir: &Path) -> Result<Entry, Wrong> {
    let engine = ledger::engine(&fs::read_to_string(dir.join("Dockerfile")).unwrap());
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(["prove", "--format", "json", "--healthy-within", HEALTHY_WITHIN, "--stop-within", STOP_WITHIN])
        .arg(dir)
        .output()
        .unwrap();
    let seconds = i64::try_from(start.elapsed().as_secs()).unwrap_or_default();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| Wrong::NoReport(format!("{}: {}", cell.id(), String::from_utf8_lossy(&output.stderr))))?;
    let mut wrong = Vec::new();
    let mut not_proven = Vec::new();
    for step in report["steps"].as_array().into_iter().flatten() {
        let id = step["id"].as_str().unwrap_or_default();
        let unreachable = id == "answers" && UNREACHABLE.contains(&cell.name.as_str());
        match step["verdict"].as_str() {
            Some("failed") if unreachable => not_proven.push(id.to_owned()),
            Some("proven") if !unreachable => {}
            Some("not-proven") if exception(cell, id) => not_proven.push(id.to_owned()),
            _ => wrong.push(serde_json::to_string_pretty(step).unwrap()),
        }
    }
    if let Source::App(app) = &cell.source
        && let Some(line) = case(app).get("sigterm_log").and_then(toml::Value::as_str)
        && let Some(stop) = report["steps"].as_array().into_iter().flatten().find(|step| step["id"] == "stops")
        && !stop["evidence"].to_string().contains(line)
    {
        wrong.push(format!("its own handler did not log {line:?}: {stop:#}"));
    }
    if report["steps"].as_array().is_none_or(Vec::is_empty) {
        wrong.push("no step was run".to_owned());
    }
    if wrong.is_empty() {
        Ok(Entry { hash: ledger::hash(dir, &engine), engine, date: ledger::today(), seconds, not_proven })
    } else {
        Err(Wrong::Seen(format!("{}:\n{}", cell.id(), wrong.join("\n"))))
    }
}

fn exception(cell: &Cell, step: &str) -> bool {
    let is = |pattern: &str| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => cell.name.ends_with(end),
        (_, Some(start)) => cell.name.starts_with(start),
        _ => cell.name == pattern,
    };
    EXCEPTIONS.iter().any(|(app, of, _)| is(app) && *of == step)
}

fn hash(dir: &Path) -> String {
    ledger::hash(dir, &ledger::engine(&fs::read_to_string(dir.join("Dockerfile")).unwrap()))
}

/// Always proven: the starter of each language.
fn is_fixed(cell: &Cell) -> bool {
    matches!(cell.source, Source::Starter(_))
}

#[test]
fn what_changed_is_proven_and_nothing_was_never_proven() {
    if !asked() {
        return;
    }
    let filter = std::env::var("SCAFFOLD_PROOF").unwrap_or_default();
    let all = filter == "all";
    let seconds = std::env::var("SCAFFOLD_PROOF_SECONDS").ok().and_then(|value| value.parse().ok()).unwrap_or(900);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut known = ledger::read();
    let cells = engine_cells();
    known.retain(|id, _| cells.iter().any(|cell| cell.id() == *id));
    let mut wrong = Vec::new();
    let mut owed = Vec::new();
    let (fixed, others): (Vec<&Cell>, Vec<&Cell>) = cells.iter().partition(|cell| is_fixed(cell));
    // what was never proven comes before what changed
    let (old, new): (Vec<&Cell>, Vec<&Cell>) = others.into_iter().partition(|cell| known.contains_key(&cell.id()));
    for cell in fixed.into_iter().chain(new).chain(old) {
        let chosen = all || filter.is_empty() || cell.id().contains(&filter);
        if !chosen {
            continue;
        }
        let parent = tempfile::tempdir().unwrap();
        let dir = written(cell, parent.path());
        let is_same = known.get(&cell.id()).is_some_and(|entry| entry.hash == hash(&dir));
        if is_same && !all && filter.is_empty() && !is_fixed(cell) {
            continue;
        }
        if !all && filter.is_empty() && Instant::now() > end {
            owed.push(cell.id());
            continue;
        }
        // registries and resolvers have bad minutes: what fails is tried twice more before it counts
        let mut proof = prove(cell, &dir);
        for _ in 0..2 {
            let Err(Wrong::Seen(why) | Wrong::NoReport(why)) = &proof else { break };
            eprintln!("{why}\n{}: once more", cell.id());
            proof = prove(cell, &dir);
        }
        match proof {
            Ok(entry) => {
                eprintln!("{}: proven in {} s", cell.id(), entry.seconds);
                known.insert(cell.id(), entry);
                ledger::write(&known);
            }
            Err(Wrong::Seen(error)) => {
                eprintln!("{error}");
                known.remove(&cell.id());
                ledger::write(&known);
                wrong.push(error);
            }
            Err(Wrong::NoReport(error)) => {
                eprintln!("{error}");
                wrong.push(error);
            }
        }
    }
    if !owed.is_empty() {
        println!("not proven in this run, for want of time: {}", owed.join(", "));
    }
    let never = cells.iter().map(Cell::id).filter(|id| !known.contains_key(id));
    let never: Vec<String> = never.collect();
    assert!(wrong.is_empty(), "{} cells failed:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(never.is_empty() || !(all || filter.is_empty()), "never proven: {}", never.join(", "));
}

/// No engine is needed: what the ledger holds must be of a cell that there is, and its exceptions of the table.
#[test]
fn the_ledger_speaks_of_cells_that_there_are() {
    let cells: BTreeMap<String, Cell> = engine_cells().into_iter().map(|cell| (cell.id(), cell)).collect();
    for (id, entry) in ledger::read() {
        let cell = cells.get(&id).unwrap_or_else(|| panic!("there is no cell {id}"));
        assert_eq!(entry.hash.len(), 64, "{id}");
        for step in &entry.not_proven {
            let known = exception(cell, step) || UNREACHABLE.contains(&cell.name.as_str());
            assert!(known, "{id}: {step} is no exception");
        }
    }
}

fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The whole of compose.yaml as a user runs it: the service with its secret file, and a database that takes its own
/// password and no other.
#[test]
fn compose_brings_up_a_service_with_its_secret_and_its_database() {
    if !asked() {
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    let cell = Cell { name: "starter-node".into(), base: "slim", source: Source::Starter("node".into()), spec: None };
    let port = free_port();
    let set = ["backing.postgres=true".to_owned(), format!("service.port={port}"), format!("service.name=up{port}")];
    let (dir, outcome) = cell.write(parent.path(), &set);
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let name = format!("up{port}");
    let up = Up::new(&dir, &name);
    up.starts(&[]);
    assert!(get(port, "/").starts_with("HTTP/1.1 200"), "{}", get(port, "/"));

    let inside = up.compose(&[
        "exec",
        "-T",
        &name,
        "node",
        "-e",
        "process.stdout.write(require('fs').readFileSync(process.env.DB_PASSWORD_FILE))",
    ]);
    let password = fs::read_to_string(dir.join("secrets/db_password")).unwrap();
    assert!(
        password.len() >= 32 && text(&inside) == password,
        "the service does not read the password: {}",
        text(&inside)
    );

    let connect = |password: &str| {
        let url = format!("postgresql://{name}:{password}@db:5432/{name}");
        up.compose(&["exec", "-T", "db", "psql", "--no-psqlrc", "--tuples-only", "--command=select 40 + 2", &url])
    };
    let right = connect(&password);
    assert!(right.status.success() && text(&right).contains("42"), "{}", text(&right));
    let wrong = connect("wrong");
    assert!(!wrong.status.success() && text(&wrong).contains("password authentication failed"), "{}", text(&wrong));

    // the database is reached through the internal network alone
    let ports = up.compose(&["port", "db", "5432"]);
    assert!(!text(&ports).contains("0.0.0.0") && !text(&ports).contains("127.0.0.1"), "{}", text(&ports));
}
