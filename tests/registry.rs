//! `scaffold pin` against a real registry with TLS and a login, and what it pinned on the real engine.
//!
//! Needs `docker` with buildx, `docker-registry`, `htpasswd` and `openssl`, no image. Runs with `SCAFFOLD_ENGINE=1` only,
//! and then fails if one is not there.

#![cfg(all(feature = "tls", unix))]
#![expect(clippy::disallowed_methods, reason = "drives the real engine and a real registry")]

#[path = "support/port.rs"]
mod port;

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// `docker-registry` and `htpasswd`: on the PATH, or beside the engine that the script of the proofs brings.
fn tool(name: &str) -> PathBuf {
    let on = |path: &str| std::env::split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if let Some(found) = on(&std::env::var("PATH").unwrap()) {
        return found;
    }
    let script = std::env::var("SCAFFOLD_ENGINE_SCRIPT").unwrap_or_else(|_| "../shared/engine/engine.sh".to_owned());
    let said =
        Command::new(&script).arg("up").output().unwrap_or_else(|error| panic!("no `{name}`, and {script}: {error}"));
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let path = said.lines().find_map(|line| line.strip_prefix("export PATH=")?.split(':').next());
    path.and_then(on).unwrap_or_else(|| panic!("no `{name}` on the PATH, nor by {script}"))
}

/// A registry on this machine, ended with the test.
struct Registry {
    child: Child,
    host: String,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Registry {
    /// Starts one over the images of `room`.
    fn start(room: &Path) -> Self {
        let port = port::free_port();
        let host = format!("127.0.0.1:{port}");
        let at = |name: &str| room.join(name).display().to_string();
        let config = format!(
            "version: 0.1\nlog: {{ level: error, accesslog: {{ disabled: true }} }}\n\
             storage: {{ filesystem: {{ rootdirectory: {} }} }}\n\
             http: {{ addr: \"{host}\", tls: {{ certificate: {}, key: {} }} }}\n\
             auth: {{ htpasswd: {{ realm: proofs, path: {} }} }}\n",
            at("images"),
            at("cert.pem"),
            at("cert-key.pem"),
            at("htpasswd")
        );
        let file = room.join(format!("{port}.yml"));
        fs::write(&file, config).unwrap();
        let child =
            Command::new(tool("docker-registry")).arg("serve").arg(&file).stderr(Stdio::null()).spawn().unwrap();
        let registry = Self { child, host };
        for _ in 0..200 {
            if TcpStream::connect(&registry.host).is_ok() {
                return registry;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the registry did not start");
    }
}

/// Runs a program to its end; its output, if it went well.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Runs `scaffold pin` in a folder; its exit code and what it said.
fn pin(folder: &Path, login: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .arg("pin")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("DOCKER_CONFIG", login)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), said)
}

#[test]
fn a_private_registry_pins_what_the_engine_then_builds() {
    if std::env::var("SCAFFOLD_ENGINE").as_deref() != Ok("1") {
        eprintln!("not proven: SCAFFOLD_ENGINE=1 is not set");
        return;
    }
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let authority = room.join("ca.pem");
    let request = |out: &str, more: &[&str]| {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(room).args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.args(["-nodes", "-days", "2", "-out", &format!("{out}.pem"), "-keyout", &format!("{out}-key.pem")]);
        run(openssl.args(more));
    };
    request("ca", &["-subj", "/CN=authority of a proof"]);
    let names = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"];
    let signed = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-subj", "/CN=registry of a proof"];
    request("cert", &[&signed[..], &names[..]].concat());
    let hashed = run(Command::new(tool("htpasswd")).args(["-Bbn", "reader", "open sesame"]));
    fs::write(room.join("htpasswd"), hashed).unwrap();
    let first = Registry::start(room);
    let second = Registry::start(room);

    // base64 of `reader:open sesame`, of `reader:wrong`
    let login = |name: &str, auth: &str| {
        let folder = room.join(name);
        fs::create_dir(&folder).unwrap();
        let entry = |host: &str| format!("\"{host}\": {{\"auth\": \"{auth}\"}}");
        let text = format!("{{\"auths\": {{{}, {}}}}}", entry(&first.host), entry(&second.host));
        fs::write(folder.join("config.json"), text).unwrap();
        folder
    };
    let (right, wrong) = (login("right", "cmVhZGVyOm9wZW4gc2VzYW1l"), login("wrong", "cmVhZGVyOndyb25n"));
    let nobody = room.join("nobody");
    fs::create_dir(&nobody).unwrap();
    let docker = || {
        let mut docker = Command::new("docker");
        docker.env("DOCKER_CONFIG", &right).env("SSL_CERT_FILE", &authority);
        docker
    };

    // an image, and an index of it under another tag
    let context = room.join("context");
    fs::create_dir(&context).unwrap();
    fs::write(context.join("Dockerfile"), "FROM scratch\nCOPY Dockerfile /one\n").unwrap();
    let (image, index) = (format!("{}/pin/base:1", first.host), format!("{}/pin/base:1-all", first.host));
    run(docker().args(["build", "--quiet", "--tag", &image]).arg(&context));
    let said_digest = |said: String| {
        let start = said.find("sha256:").unwrap_or_else(|| panic!("no digest: {said}"));
        said[start..start + 71].to_owned()
    };
    let pushed = run(docker().args(["push", &image]));
    let image_digest = said_digest(pushed[pushed.find("digest: ").expect("a digest")..].to_owned());
    run(docker().args(["image", "rm", &image]));
    run(docker().args(["manifest", "create", &index, &image]));
    let index_digest = said_digest(run(docker().args(["manifest", "push", &index])));

    let project = room.join("project");
    fs::create_dir(&project).unwrap();
    let dockerfile = project.join("Dockerfile");
    let before = format!("FROM {index}\nCOPY --from={image} /one /two\n");
    fs::write(&dockerfile, &before).unwrap();
    let as_before = |(code, said): (i32, String), wanted: &str| {
        assert_eq!(code, 3, "{said}");
        assert!(said.contains(wanted), "`{wanted}` is not said:\n{said}");
        assert_eq!(fs::read_to_string(&dockerfile).unwrap(), before);
        assert!(!project.join(".scaffold").exists());
    };
    let ca = ["--ca", authority.to_str().unwrap()];
    as_before(pin(&project, &right, &[], &[]), "is not trusted");
    as_before(pin(&project, &nobody, &ca, &[]), &format!("`docker login {}`", first.host));
    as_before(pin(&project, &wrong, &ca, &[]), &format!("`docker login {}`", first.host));

    // the authority by SSL_CERT_FILE, as other tools take it
    let trust = [("SSL_CERT_FILE", authority.to_str().unwrap())];
    let (code, said) = pin(&project, &right, &["--dry-run"], &trust);
    assert_eq!(code, 1, "{said}");
    let (code, said) = pin(&project, &right, &["--dry-run", "--insecure", &first.host], &[]);
    assert_eq!(code, 1, "{said}");
    let (code, said) = pin(&project, &right, &ca, &[]);
    assert_eq!(code, 0, "{said}");
    let pinned = format!("FROM {index}@{index_digest}\nCOPY --from={image}@{image_digest} /one /two\n");
    assert_eq!(fs::read_to_string(&dockerfile).unwrap(), pinned);
    assert_ne!(index_digest, image_digest, "the index has a digest of its own");
    assert_eq!(pin(&project, &right, &["--check", ca[0], ca[1]], &[]).0, 0);

    let out = room.join("out");
    run(docker()
        .args(["build", "--no-cache", "--quiet", &format!("--output=type=local,dest={}", out.display())])
        .arg(&project));
    assert!(out.join("one").is_file() && out.join("two").is_file(), "the engine builds what was pinned");

    // one of two registries goes away: nothing is half pinned
    let missing = format!("FROM {}/pin/base:gone\n", first.host);
    fs::write(&dockerfile, &missing).unwrap();
    let (code, said) = pin(&project, &right, &ca, &[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("has no tag `gone`"), "{said}");
    let before = format!("FROM {image}\nFROM {}/pin/base:1\n", second.host);
    fs::write(&dockerfile, &before).unwrap();
    let gone = second.host.clone();
    drop(second);
    let (code, said) = pin(&project, &right, &ca, &[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains(&format!("{gone} does not answer")), "{said}");
    assert_eq!(fs::read_to_string(&dockerfile).unwrap(), before);
    let _ = docker().args(["image", "rm", &image]).output();
}
