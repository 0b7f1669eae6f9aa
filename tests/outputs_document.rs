//! `CONTAINER.md`: its commands are commands, its picture is a picture, and its `docker run` runs.
//!
//! With `SCAFFOLD_ENGINE=1` the command is given to a shell on a real engine. With `SCAFFOLD_LINTERS=1` Mermaid itself
//! reads the picture: `MERMAID_MODULES` then names a `node_modules` with `mermaid` and `jsdom`.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test of files by other programs touches disk and processes")]

#[path = "support/port.rs"]
mod port;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Everything that a document may speak of: processes, a proxy, a database, build secrets, and each keeper of secrets.
const EVERYTHING: &str = r#"
[service]
name = "shop"

[build]
secrets = ["npmrc"]

[outputs]
bake = true
dev = true
document = true
github = true
kubernetes = true
renovate = true
swarm = true

[backing]
postgres = true

[processes.clean]
command = "node app.js"
kind = "task"

[processes.worker]
command = "node app.js"

[proxy]
kind = "nginx"
tls = true

[providers.vault]
address = "https://vault.example.com:8200"

[providers.aws]
region = "eu-central-1"

[providers.azure]
vault = "shop-vault"

[providers.gcp]
project = "shop-12345"
"#;

const KEEPERS: [&str; 7] = ["file", "environment", "swarm", "vault", "aws", "azure", "gcp"];

fn scaffold(dir: &Path, arguments: &[&str]) {
    let run = Command::new(env!("CARGO_BIN_EXE_scaffold")).arg("new").arg(dir).args(arguments).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// A Node starter with this `scaffold.toml`, and the document.
fn document(spec: &str) -> (TempDir, String) {
    let room = tempfile::Builder::new().prefix("document").tempdir().unwrap();
    scaffold(room.path(), &["--yes", "--starter", "--lang", "node"]);
    fs::write(room.path().join("scaffold.toml"), spec).unwrap();
    scaffold(room.path(), &["--yes", "--force"]);
    let text = fs::read_to_string(room.path().join("CONTAINER.md")).unwrap();
    (room, text)
}

fn everything() -> String {
    let secrets = KEEPERS.map(|keeper| format!("\n[[secrets]]\nname = \"of_{keeper}\"\nprovider = \"{keeper}\"\n"));
    format!("{EVERYTHING}{}", secrets.concat())
}

/// The blocks of a language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let start = format!("```{language}\n");
    text.split(start.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_command_is_one_for_a_shell() {
    let (_room, text) = document(&everything());
    let commands = blocks(&text, "sh");
    assert!(commands.len() > 15, "{text}");
    for command in commands {
        let run = Command::new("sh").args(["-n", "-u", "-c", command]).output().unwrap();
        assert!(run.status.success() && run.stderr.is_empty(), "{command}\n{}", String::from_utf8_lossy(&run.stderr));
        assert!(!command.trim().is_empty() && !command.contains("\n\n"), "{command}");
    }
    for keeper in KEEPERS {
        assert!(text.contains(&format!("of_{keeper}")) || text.contains(&format!("of-{keeper}")), "{keeper}");
    }
}

#[test]
fn the_summary_and_the_document_say_the_same_command() {
    let room = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(["new", "--yes", "--starter", "--lang", "node", "--set", "outputs.document=true", "--format", "json"])
        .arg(room.path().join("shop"))
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let text = fs::read_to_string(room.path().join("shop/CONTAINER.md")).unwrap();
    let written = blocks(&text, "sh").into_iter().find(|block| block.starts_with("docker run")).unwrap();
    // what a shell makes of each
    let words = |command: &str| {
        let shown = format!("docker() {{ printf '%s\\n' \"$@\"; }}; {command}");
        String::from_utf8(Command::new("sh").args(["-c", &shown]).output().unwrap().stdout).unwrap()
    };
    assert_eq!(words(said["run"].as_str().unwrap()), words(written));
    for locked in ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--pids-limit=128"] {
        assert!(words(written).lines().any(|word| word == locked), "{locked}");
    }
}

/// Nodes by their names, and edges from one to another.
type Picture = (BTreeSet<String>, Vec<(String, String)>);

/// A picture in the part of Mermaid's language that is used here: its nodes and edges.
fn picture(text: &str) -> Result<Picture, String> {
    let mut lines = text.lines();
    if lines.next() != Some("flowchart LR") {
        return Err("no flowchart".to_owned());
    }
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let label = |text: &str| {
        let text = text.replace("<br/>", "");
        let mut parts = text.split('#');
        let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " _./,@+-():".contains(c));
        plain(parts.next().unwrap_or_default())
            && parts.all(|part| {
                part.split_once(';').is_some_and(|(number, rest)| number.parse::<u32>().is_ok() && plain(rest))
            })
    };
    let (mut nodes, mut edges) = (BTreeSet::new(), Vec::new());
    for line in lines {
        let wrong = || format!("`{line}`");
        let line = line.strip_prefix("    ").ok_or_else(wrong)?;
        let edge = ["-->", "-.->", "---"].iter().find_map(|arrow| line.split_once(&format!(" {arrow}")));
        if let Some((from, to)) = edge {
            let to = match to.strip_prefix("|\"") {
                Some(rest) => rest.split_once("\"|").filter(|(text, _)| label(text)).ok_or_else(wrong)?.1,
                None => to,
            };
            let to = to.strip_prefix(' ').ok_or_else(wrong)?;
            if !word(from) || !word(to) {
                return Err(wrong());
            }
            edges.push((from.to_owned(), to.to_owned()));
            continue;
        }
        let at = line.find(|c: char| !c.is_ascii_alphanumeric()).ok_or_else(wrong)?;
        let (id, shape) = line.split_at(at);
        let inner = [("([\"", "\"])"), ("[(\"", "\")]"), ("[\"", "\"]"), (">\"", "\"]")]
            .iter()
            .find_map(|(open, close)| shape.strip_prefix(open)?.strip_suffix(close));
        if !word(id) || !inner.is_some_and(label) || !nodes.insert(id.to_owned()) {
            return Err(wrong());
        }
    }
    if let Some(end) = edges.iter().flat_map(|(from, to)| [from, to]).find(|end| !nodes.contains(*end)) {
        return Err(format!("`{end}` is the end of an edge and no node"));
    }
    Ok((nodes, edges))
}

#[test]
fn the_picture_is_one_and_shows_everything() {
    let (_room, text) = document(&everything());
    let pictures = blocks(&text, "mermaid");
    let [drawn] = pictures[..] else { panic!("{text}") };
    let (nodes, edges) = picture(drawn).unwrap_or_else(|why| panic!("{why}\n{drawn}"));
    // shop, clean, worker, db, proxy
    assert_eq!(nodes.iter().filter(|node| node.starts_with("unit")).count(), 5, "{drawn}");
    // those of the keepers, the database's and the two of TLS
    assert_eq!(nodes.iter().filter(|node| node.starts_with("secret")).count(), KEEPERS.len() + 3, "{drawn}");
    let joined: BTreeSet<&String> = edges.iter().flat_map(|(from, to)| [from, to]).collect();
    assert!(nodes.iter().all(|node| joined.contains(node)), "{drawn}");
    for broken in [
        "flowchart TD",
        "flowchart LR\n    a[\"x\"]\n    a --> b",
        "flowchart LR\n    a[\"\"x\"]",
        "flowchart LR\n    a[x]",
    ] {
        assert!(picture(broken).is_err(), "{broken}");
    }
}

#[test]
fn mermaid_reads_the_picture() {
    if std::env::var_os("SCAFFOLD_LINTERS").is_none_or(|value| value != "1") {
        println!("SCAFFOLD_LINTERS=1 is not set: nothing is looked at here");
        return;
    }
    let modules = std::env::var_os("MERMAID_MODULES").expect("a node_modules with mermaid and jsdom");
    let (room, text) = document(&everything());
    let parse = |picture: &str| {
        let file = room.path().join("picture.mmd");
        fs::write(&file, picture).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/document/mermaid.cjs");
        Command::new("node").arg(script).arg(&file).env("NODE_PATH", &modules).output().unwrap()
    };
    let run = parse(blocks(&text, "mermaid")[0]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(!parse("flowchart LR\n    a[\"x\"y\"]\n").status.success(), "it takes everything");
}

/// Ends what the test has started, whatever becomes of it.
struct Container(String);

impl Drop for Container {
    fn drop(&mut self) {
        let ids = docker(&["ps", "--all", "--quiet", "--filter", &format!("ancestor={}", self.0)]);
        for id in ids.lines() {
            docker(&["rm", "--force", id]);
        }
        docker(&["image", "rm", "--force", &self.0]);
    }
}

fn docker(arguments: &[&str]) -> String {
    let run = Command::new("docker").args(arguments).output().expect("SCAFFOLD_ENGINE=1 needs `docker` on PATH");
    String::from_utf8_lossy(&run.stdout).into_owned()
}

#[test]
fn the_docker_run_of_the_document_runs_the_starter_locked_down() {
    if std::env::var_os("SCAFFOLD_ENGINE").is_none_or(|value| value != "1") {
        println!("SCAFFOLD_ENGINE=1 is not set: nothing is proven here");
        return;
    }
    let name = format!("document-{}", std::process::id());
    let port = port::free_port();
    let spec = format!(
        "[service]\nname = \"{name}\"\npublish = {port}\n[outputs]\ndocument = true\n[[secrets]]\nname = \"api_token\"\n"
    );
    let (room, text) = document(&spec);
    let secret = room.path().join("secrets/api_token");
    fs::create_dir_all(secret.parent().unwrap()).unwrap();
    fs::write(&secret, "not the real one").unwrap();
    let commands = blocks(&text, "sh");
    let of = |start: &str| *commands.iter().find(|block| block.contains(start)).unwrap();
    let shell = |command: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-u", "-c", command]).current_dir(room.path()).env_remove("SECRETS_DIR");
        shell
    };
    let _end = Container(name.clone());
    let built = shell(of("docker build")).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let mut running = shell(of("docker run")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();

    let until = Instant::now() + Duration::from_secs(60);
    let id = loop {
        let filter = [format!("ancestor={name}"), "health=healthy".to_owned()];
        let id = docker(&["ps", "--quiet", "--filter", &filter[0], "--filter", &filter[1]]);
        if !id.trim().is_empty() {
            break id.trim().to_owned();
        }
        let ended = running.try_wait().unwrap();
        assert!(ended.is_none(), "docker run has ended: {ended:?}");
        assert!(Instant::now() < until, "it does not become healthy");
        std::thread::sleep(Duration::from_millis(300));
    };
    let seen = docker(&[
        "inspect",
        "--format",
        "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.Config.User}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}",
        &id,
    ]);
    assert_eq!(seen.trim(), "true [ALL] 1000:1000 268435456 268435456");
    assert_eq!(docker(&["exec", &id, "cat", "/run/secrets/api_token"]), "not the real one");
    docker(&["stop", &id]);
    assert!(running.wait().is_ok());
}
