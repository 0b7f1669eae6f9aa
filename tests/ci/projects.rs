//! Projects whose pipelines are looked at: one per scanner, each with another way to build and to publish.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Trivy and nothing said about where to publish.
const PLAIN: &str = r#"
[service]
name = "api"
lang = "node"
port = 3000
start = ["node", "server.js"]
[build]
secrets = ["npmrc"]
"#;

/// Docker Scout, another registry, one platform, and everything that a build can need.
const EVERYTHING: &str = r#"
[service]
name = "api.v2"
lang = "node"
port = 3000
start = ["node", "server.js"]
[build]
secrets = ["npmrc", { id = "licence", required = true }]
proxy = true
ca = "certs/ca.pem"
[image]
repository = "registry.example.com:5000/team/api"
platforms = ["linux/amd64"]
[ci]
scanner = "scout"
branch = "release/1.x"
"#;

/// Snyk, and two services.
const SEVERAL: &str = r#"
[image]
repository = "ghcr.io/acme/shop"
[ci]
scanner = "snyk"
[services.api]
path = "api"
[services.web]
path = "web"
"#;

/// A module of Go, whose build can need an SSH agent.
const AGENT: &str = r#"
[service]
name = "tool"
lang = "go"
port = 3000
[build]
secrets = ["ssh"]
[image]
repository = "registry.gitlab.com/acme/tool"
"#;

const OUTPUTS: &str = "\n[outputs]\nbake = true\ngithub = true\ngitlab = true\nrenovate = true\ndependabot = true\nkubernetes = true\nswarm = true\n";

/// A project that was written.
pub(crate) struct Project {
    /// Its name here.
    pub(crate) name: &'static str,
    /// Its folder.
    pub(crate) dir: PathBuf,
}

impl Project {
    /// The text of one of its files.
    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.dir.join(file)).unwrap_or_else(|error| panic!("{}: {file}: {error}", self.name))
    }
}

/// Writes all of them below a folder of that name.
pub(crate) fn written(name: &str) -> Vec<Project> {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&parent);
    let project = |name: &'static str, spec: &str, files: &[(&str, &str)]| {
        let dir = parent.join(name);
        for (file, text) in files.iter().copied().chain([("scaffold.toml", format!("{spec}{OUTPUTS}").as_str())]) {
            let path = dir.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        scaffold(&dir, &["new", "--yes", "."]);
        Project { name, dir }
    };
    const MANIFEST: (&str, &str) =
        ("package.json", r#"{"name":"api","version":"1.0.0","main":"server.js","scripts":{"start":"node server.js"}}"#);
    const LOCK: (&str, &str) = (
        "package-lock.json",
        r#"{"name":"api","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"api","version":"1.0.0"}}}"#,
    );
    const SERVER: (&str, &str) = ("server.js", "require('http').createServer((q, a) => a.end('ok')).listen(3000)\n");
    let member = |folder: &'static str| {
        [MANIFEST, LOCK, SERVER].map(|(file, text)| (format!("{folder}/{file}"), text.replace("api", folder)))
    };
    let members: Vec<(String, String)> = ["api", "web"].into_iter().flat_map(member).collect();
    let members: Vec<(&str, &str)> = members.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    vec![
        project("plain", PLAIN, &[MANIFEST, LOCK, SERVER]),
        project("everything", EVERYTHING, &[MANIFEST, LOCK, SERVER, ("certs/ca.pem", "-----BEGIN CERTIFICATE-----\n")]),
        project("several", SEVERAL, &members),
        project(
            "agent",
            AGENT,
            &[("go.mod", "module example.com/tool\n\ngo 1.27\n"), ("main.go", "package main\n\nfunc main() {}\n")],
        ),
    ]
}

/// Runs the program in a folder.
pub(crate) fn scaffold(dir: &Path, arguments: &[&str]) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_scaffold")).args(arguments).current_dir(dir).output().expect("it is built");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", dir.display());
}

/// Whether the tool is content, and what it says.
pub(crate) fn says(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{:?} does not start: {error}", command.get_program()));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

/// Whether a variable asks for what needs other programs.
pub(crate) fn asked(variable: &str) -> bool {
    let asked = std::env::var_os(variable).is_some_and(|value| value == "1");
    if !asked {
        println!("{variable}=1 is not set: nothing is looked at here");
    }
    asked
}
