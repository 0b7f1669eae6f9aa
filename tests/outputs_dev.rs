//! Dev mode: `compose.dev.yaml` and the stage `dev` loosen what they must, for themselves alone.
//!
//! With `SCAFFOLD_ENGINE=1` the starters run in it on a real engine, and an edit is seen.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test of files by other programs touches disk and processes")]

#[path = "support/port.rs"]
mod port;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use scaffold_dockerfile::compose::Compose;
use scaffold_dockerfile::compose::yaml::Node;
use scaffold_dockerfile::dockerfile::parse;
use tempfile::TempDir;

fn scaffold(dir: &Path, arguments: &[&str]) {
    let run = Command::new(env!("CARGO_BIN_EXE_scaffold")).arg("new").arg(dir).args(arguments).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// An empty folder with a name that is a project's.
fn room() -> TempDir {
    tempfile::Builder::new().prefix("dev").tempdir().unwrap()
}

/// A starter with this `scaffold.toml`, in dev mode.
fn starter(lang: &str, spec: &str) -> TempDir {
    project(lang, &format!("{spec}\n[outputs]\ndev = true\n"))
}

fn project(lang: &str, spec: &str) -> TempDir {
    let room = room();
    scaffold(room.path(), &["--yes", "--starter", "--lang", lang]);
    fs::write(room.path().join("scaffold.toml"), spec).unwrap();
    scaffold(room.path(), &["--yes", "--force"]);
    room
}

/// An app of `tests/apps` in dev mode.
fn app(name: &str) -> TempDir {
    let room = room();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps").join(name);
    let copied = Command::new("cp").arg("-R").arg(from.join(".")).arg(room.path()).status().unwrap();
    assert!(copied.success());
    let _ = fs::remove_file(room.path().join("case.toml"));
    scaffold(room.path(), &["--yes", "--set", "outputs.dev=true"]);
    room
}

fn text(room: &TempDir, file: &str) -> String {
    fs::read_to_string(room.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a watched service does, in order, and whether its root is writable.
fn watched(file: &Compose, service: &str) -> (Vec<String>, bool) {
    let node = |path: &[&str]| file.document.at(&[&["services", service], path].concat());
    let rules = node(&["develop", "watch"]).map(|list| list.items().collect::<Vec<_>>()).unwrap_or_default();
    let action = |rule: &Node<'_>| rule.get("action").and_then(Node::as_str).unwrap_or_default().to_owned();
    (rules.iter().map(action).collect(), node(&["read_only"]).and_then(Node::as_bool) == Some(false))
}

// A container with a read-only root cannot be written to, and compose only says so while it watches (compose 2.40).
#[test]
fn what_is_synced_is_writable_and_what_is_not_stays_read_only() {
    let spec = "[service]\nname = \"web\"\n[processes.mail]\ncommand = \"node app.js\"\n[processes.once]\ncommand = \"node app.js\"\nkind = \"job\"\n";
    let rooms = [
        starter("node", spec),
        starter("python", "[service]\nname = \"web\"\n"),
        app("node-vite-spa"),
        app("node-next"),
    ];
    let mut synced = 0;
    for room in
        rooms.iter().chain(&[starter("go", "[service]\nname = \"web\"\n"), app("node-typescript"), app("rust-cargo")])
    {
        let file = Compose::read(&text(room, "compose.dev.yaml"));
        assert!(file.problems.is_empty(), "{:?}", file.problems);
        for service in &file.services {
            let (actions, writable) = watched(&file, &service.name);
            let syncs = actions.iter().any(|action| action.starts_with("sync"));
            // what is not written to is as in production: also a job of the stage `dev`
            assert_eq!(writable, syncs, "{}", text(room, "compose.dev.yaml"));
            let stage = service.build.as_ref().and_then(|build| build.target.as_deref());
            assert!(!syncs || stage == Some("dev"), "{}", text(room, "compose.dev.yaml"));
            synced += usize::from(syncs);
            for port in &service.ports {
                assert_eq!(port.host_ip.as_deref(), Some("127.0.0.1"));
            }
        }
        let production = Compose::read(&text(room, "compose.yaml"));
        for service in &production.services {
            let read_only = production.document.at(&["services", &service.name, "read_only"]).and_then(Node::as_bool);
            assert_eq!(read_only, Some(true), "{}", service.name);
        }
    }
    // web and mail of the first, and one service of each of the other three
    assert_eq!(synced, 5);
}

#[test]
fn the_image_of_production_is_the_same_with_and_without_it() {
    for lang in ["node", "python", "go", "rust"] {
        let with = starter(lang, "[service]\nname = \"web\"\n");
        let without = project(lang, "[service]\nname = \"web\"\n");
        assert_eq!(text(&with, "compose.yaml"), text(&without, "compose.yaml"));
        assert!(
            !without.path().join("compose.dev.yaml").exists() && !with.path().join("compose.override.yaml").exists()
        );
        let (with, without) = (text(&with, "Dockerfile"), text(&without, "Dockerfile"));
        let file = parse(&with);
        let stages = file.stages();
        let last = stages.final_stage().unwrap();
        assert_eq!(last.name.as_deref(), Some("runtime"));
        if let Some(dev) = stages.find("dev") {
            assert!(stages.stages.iter().all(|stage| stage.index == dev.index || !refers(stage, dev.index)));
            let user = stages.image(dev.index).user.map(|user| user.value);
            assert_eq!(user, stages.image(last.index).user.map(|user| user.value));
        } else {
            assert!(matches!(lang, "go" | "rust"), "{with}");
        }
        // what is added is one piece
        let lines: BTreeSet<&str> = with.lines().collect();
        assert!(without.lines().all(|line| lines.contains(line)));
        let start = with.find("# For work on the source").unwrap_or(with.len());
        let rest = with.get(start..).unwrap_or_default();
        let end = rest.find("\nFROM").and_then(|at| Some(at + 1 + rest[at + 1..].find("\n\nFROM")? + 2)).unwrap_or(0);
        assert_eq!(format!("{}{}", &with[..start], &rest[end..]), without);
    }
}

fn refers(stage: &scaffold_dockerfile::dockerfile::Stage, index: usize) -> bool {
    let on = |base: &scaffold_dockerfile::dockerfile::Base| matches!(base, scaffold_dockerfile::dockerfile::Base::Stage(other) if *other == index);
    on(&stage.base) || stage.references.iter().any(|reference| on(&reference.target))
}

/// A starter on the engine in dev mode; whatever becomes of the test, it is taken away.
struct Running {
    room: TempDir,
    name: String,
    port: u16,
    watch: Option<Child>,
}

impl Running {
    fn compose(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(["compose", "--file", "compose.yaml", "--file", "compose.dev.yaml"]).args(arguments);
        command.current_dir(self.room.path()).env_remove("SECRETS_DIR");
        command
    }

    fn asked(&self) -> String {
        let mut answer = String::new();
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
            let _ = stream.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
            let _ = stream.read_to_string(&mut answer);
        }
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(watch) = &mut self.watch {
            let _ = watch.kill();
            let _ = watch.wait();
        }
        let _ = self.compose(&["down", "--volumes", "--timeout", "2"]).output();
        let _ = Command::new("docker").args(["image", "rm", "--force", &format!("{}-dev", self.name)]).output();
    }
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn an_edit_is_seen(lang: &str, file: &str) {
    if std::env::var_os("SCAFFOLD_ENGINE").is_none_or(|value| value != "1") {
        println!("SCAFFOLD_ENGINE=1 is not set: nothing is proven here");
        return;
    }
    let port = port::free_port();
    let name = format!("dev-{lang}-{}", std::process::id());
    let room = starter(lang, &format!("[service]\nname = \"{name}\"\npublish = {port}\n"));
    let before = [text(&room, "compose.yaml"), text(&room, "Dockerfile")];
    let mut running = Running { room, name: name.clone(), port, watch: None };
    succeeded(&running.compose(&["config", "--quiet"]).output().unwrap());
    succeeded(&running.compose(&["up", "--detach", "--wait", "--wait-timeout", "120"]).output().unwrap());
    assert!(running.asked().contains("Hello from service"));

    let id = succeeded(&running.compose(&["ps", "--quiet", &name]).output().unwrap());
    let format = "{{.State.Health.Status}} {{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}";
    let seen = Command::new("docker").args(["inspect", "--format", format, id.trim()]).output().unwrap();
    assert_eq!(succeeded(&seen).trim(), "healthy 1000:1000 false [ALL] [no-new-privileges:true]");

    let watch = running.compose(&["watch", "--no-up"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    running.watch = Some(watch);
    let path = running.room.path().join(file);
    let source = fs::read_to_string(&path).unwrap();
    let until = Instant::now() + Duration::from_secs(90);
    let mut round = 0;
    while !running.asked().contains("Seen in round") {
        assert!(Instant::now() < until, "the edit is not seen: {}", running.asked());
        // nothing says when compose has begun to watch
        round += 1;
        fs::write(&path, source.replace("Hello from service", &format!("Seen in round {round}"))).unwrap();
        std::thread::sleep(Duration::from_secs(3));
    }
    let owner = running.compose(&["exec", "--no-TTY", &name, "id", "-u"]).output().unwrap();
    assert_eq!(succeeded(&owner).trim(), "1000");

    assert_eq!([text(&running.room, "compose.yaml"), text(&running.room, "Dockerfile")], before);
    // what compose takes by itself, without a word of dev mode
    let alone = Command::new("docker")
        .args(["compose", "config", "--format", "json"])
        .current_dir(running.room.path())
        .output();
    let alone: serde_json::Value = serde_json::from_str(&succeeded(&alone.unwrap())).unwrap();
    let service = &alone["services"][&name];
    assert_eq!(
        (&service["read_only"], &service["build"]["target"]),
        (&serde_json::json!(true), &serde_json::Value::Null)
    );
    assert!(service["develop"].is_null() && service["image"] == name.as_str());
}

#[test]
fn an_edit_of_the_node_starter_is_seen() {
    an_edit_is_seen("node", "app.js");
}

#[test]
fn an_edit_of_the_python_starter_is_seen() {
    an_edit_is_seen("python", "main.py");
}
