//! The container beside the services, on an engine: the application reads `/run/secrets/NAME`, locked down, and sees a
//! rotation without a restart.
//!
//! The images of the keepers' clients are not to be had where the tests run. Where the engine does not have them, images
//! of the same name hold the same program: OpenBao's, whose image has the name `vault` for it as well, and PyPI's `awscli`.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::clients::{FIRST, SECOND, Script, asked, aws_environment, aws_keep, file, moto, openbao};
use crate::project::Project;
use crate::shop;
use scaffold_dockerfile::compose::yaml;

/// A project whose containers, networks, volumes and images are taken away with it.
struct Running<'p> {
    project: &'p Project,
    name: String,
    /// The image that stands in for the client's, if it is ours.
    stand_in: Option<String>,
}

impl<'p> Running<'p> {
    /// `build` makes an image of the client's name out of the Dockerfile and the files that it is given a folder for.
    fn new(project: &'p Project, build: impl FnOnce(&std::path::Path)) -> Self {
        let text = project.read("compose.secrets.yaml");
        let compose = yaml::parse(&text);
        let image = compose.at(&["services", "secrets-sync", "image"]).and_then(yaml::Node::as_str).unwrap();
        let mut stand_in = None;
        if !docker(&["image", "inspect", image]).status.success() {
            let folder = tempfile::tempdir().unwrap();
            build(folder.path());
            done(&docker(&["build", "--quiet", "--tag", image, folder.path().to_str().unwrap()]));
            stand_in = Some(image.to_owned());
        }
        let keeper = image.replace(|c: char| !c.is_ascii_alphanumeric(), "");
        Self { project, name: format!("secrets-{keeper}-{}", std::process::id()), stand_in }
    }

    fn compose(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("docker");
        command.args(["compose", "--project-name", &self.name]);
        for file in ["compose.yaml", "compose.secrets.yaml", "compose.test.yaml"] {
            command.arg("--file").arg(self.project.path(file));
        }
        // what a build secret is taken from has to be there
        command.env("NPMRC_FILE", "/dev/null").env_remove("SECRETS_DIR");
        command.args(arguments).output().expect("docker")
    }

    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        done(&self.compose(arguments))
    }

    /// Everything runs, and the application is healthy; `--wait` for all takes a process without a check for a failure.
    #[track_caller]
    fn up(&self) {
        self.says(&["up", "--detach", "--build"]);
        let output = self.compose(&["up", "--detach", "--wait", "shop"]);
        let logs = || String::from_utf8_lossy(&self.compose(&["logs", "secrets-sync"]).stdout).into_owned();
        assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), logs());
    }

    /// The application reads `value` from its file, before long.
    #[track_caller]
    fn answers(&self, value: &str) {
        let start = Instant::now();
        loop {
            let answer = get(18437);
            if answer == value {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{answer:?} is answered");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// What holds while it runs.
    #[track_caller]
    fn is_locked_down(&self) {
        for (service, folder) in [("shop", "/run/secrets"), ("secrets-sync", "/secrets/secrets-shop")] {
            let status = self.says(&["exec", "-T", service, "cat", "/proc/1/status"]);
            for line in ["CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"] {
                assert!(status.contains(line), "{service}: {status}");
            }
            assert!(!status.contains("Uid:\t0"), "{service} is root");
            let mount = self.says(&["exec", "-T", service, "grep", &format!(" {folder} tmpfs "), "/proc/mounts"]);
            assert!(
                mount.contains("noexec") && mount.contains("nosuid") && mount.contains("nodev"),
                "{service}: {mount}"
            );
        }
        let touched = self.compose(&["exec", "-T", "shop", "touch", "/run/secrets/x"]);
        assert!(!touched.status.success(), "the application writes among its secrets");
        // each sees what it reads, and nothing else
        let list = |service| self.says(&["exec", "-T", service, "ls", "/run/secrets"]);
        assert_eq!(
            (list("shop").as_str(), list("worker").as_str()),
            ("api_token\ndb_password\nsession_key\n", "db_password\n")
        );
    }

    /// No value is in what the engine tells of the containers.
    #[track_caller]
    fn tells_no_value(&self) {
        let ids = self.says(&["ps", "--quiet"]);
        let ids: Vec<&str> = ids.split_whitespace().collect();
        let told = done(&docker(&[&["inspect"], ids.as_slice()].concat()));
        assert!(!told.contains(SECOND) && !told.contains("BEGIN KEY"), "a value is told");
    }

    fn started(&self) -> String {
        let id = self.says(&["ps", "--quiet", "shop"]);
        done(&docker(&["inspect", "--format", "{{.Id}} {{.State.StartedAt}}", id.trim()]))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.compose(&["down", "--volumes", "--timeout", "2", "--remove-orphans"]);
        // a project's own images are of its name
        docker(&["image", "rm", "--force", &self.image()]);
        if let Some(image) = &self.stand_in {
            docker(&["image", "rm", "--force", image]);
        }
    }
}

impl Running<'_> {
    /// The application's image; it is named after the service, and other tests may have one of that name.
    fn image(&self) -> String {
        format!("{}-shop", self.name)
    }

    /// The third file: the application's image has a name of its own, and `more`.
    fn also(&self, more: &str) {
        let image = self.image();
        let text = format!("services:\n  shop:\n    image: {image}\n  worker:\n    image: {image}\n{more}");
        self.project.write("compose.test.yaml", &text);
    }
}

fn docker(arguments: &[&str]) -> Output {
    Command::new("docker").args(arguments).output().expect("docker")
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is answered on a port; nothing if nobody answers.
fn get(port: u16) -> String {
    let mut answer = String::new();
    if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let _ = stream.write_all(b"GET / HTTP/1.0\r\n\r\n");
        let _ = stream.read_to_string(&mut answer);
    }
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
}

/// Files that the container is given, as they have to lie on the host.
fn given(project: &Project, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = project.path("secrets").join(name);
        // placeholders are read-only
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    }
}

/// One after the other: both have the application's port.
static PORT: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[test]
fn the_agent_of_vault_keeps_them_fresh() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let _alone = PORT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let project = shop("vault", "sidecar");
    project.run("new --yes").exits(0);
    let running = Running::new(&project, |folder| {
        fs::copy(openbao(), folder.join("vault")).unwrap();
        fs::write(folder.join("Dockerfile"), "FROM debian:trixie-slim\nCOPY --chmod=755 vault /usr/bin/\n").unwrap();
    });
    running.also(
        "  vault:\n    image: hashicorp/vault:1.21\n    entrypoint: [vault]\n    \
         command: [server, -dev, -dev-root-token-id=root, -dev-no-store-token, -dev-listen-address=0.0.0.0:8200]\n    \
         environment: {VAULT_ADDR: 'http://127.0.0.1:8200', VAULT_TOKEN: root}\n    networks: [secrets-sync]\n    \
         healthcheck: {test: [CMD, vault, status], interval: 1s, retries: 30}\n",
    );
    let vault = |arguments: &[&str]| running.says(&[&["exec", "-T", "vault", "vault"], arguments].concat());
    running.says(&["up", "--detach", "--wait", "vault"]);
    let keep = |value: &str| {
        let kept = file(&project, value);
        running.says(&["cp", &kept, "vault:/tmp/value"]);
        vault(&["kv", "put", "-mount=secret", "shop", "db_password=@/tmp/value"]);
    };
    keep(FIRST);
    vault(&["auth", "enable", "approle"]);
    fs::write(project.path("policy"), "path \"secret/data/shop\" { capabilities = [\"read\"] }").unwrap();
    running.says(&["cp", project.path("policy").to_str().unwrap(), "vault:/tmp/policy"]);
    vault(&["policy", "write", "shop", "/tmp/policy"]);
    // its token ends while the test goes on, and the login after that has nothing to unwrap
    let role = "auth/approle/role/shop";
    vault(&[
        "write",
        role,
        "token_policies=shop",
        "token_ttl=4s",
        "token_max_ttl=6s",
        "secret_id_ttl=0",
        "secret_id_num_uses=0",
    ]);
    let role_id = vault(&["read", "-field=role_id", &format!("{role}/role-id")]);
    let wrapped = || vault(&["write", "-wrap-ttl=5m", "-force", "-field=wrapping_token", &format!("{role}/secret-id")]);
    given(
        &project,
        &[("vault_role_id", &role_id), ("vault_secret_id", &wrapped()), ("session_key", FIRST), ("api_token", FIRST)],
    );
    project.edit("config/vault-agent.hcl", "\"5m\"", "\"1s\"");

    running.up();
    running.answers(FIRST);
    running.is_locked_down();
    let before = running.started();
    std::thread::sleep(Duration::from_secs(8));
    keep(SECOND);
    running.answers(SECOND);
    running.tells_no_value();
    assert_eq!(running.started(), before, "it was started again");

    // the service keeps its values while Vault has none, and has the next one when it does
    vault(&["kv", "delete", "-mount=secret", "shop"]);
    std::thread::sleep(Duration::from_secs(3));
    running.answers(SECOND);
    running.says(&["restart", "--timeout", "2", "shop"]);
    running.answers(SECOND);
    keep(FIRST);
    running.answers(FIRST);

    // an agent that is made anew needs what it logs in with anew
    given(&project, &[("vault_secret_id", &wrapped())]);
    running.says(&["up", "--detach", "--wait", "--force-recreate", "--no-deps", "secrets-sync"]);
    keep(SECOND);
    running.answers(SECOND);
}

#[test]
fn the_client_of_aws_keeps_them_fresh() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let _alone = PORT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let project = shop("aws", "sidecar");
    project.run("new --yes").exits(0);
    // the container reaches it by the address of the host
    let (server, port) = moto("0.0.0.0");
    let mut script = Script::of(&project);
    aws_environment(&mut script, port);
    aws_keep(&script, Some(FIRST));
    let running = Running::new(&project, |folder| {
        let text = "FROM python:3.13-slim-trixie\nRUN pip install --no-cache-dir --disable-pip-version-check awscli\nENTRYPOINT [\"aws\"]\n";
        fs::write(folder.join("Dockerfile"), text).unwrap();
    });
    let mut more = "  secrets-sync:\n    extra_hosts: ['host.docker.internal:host-gateway']\n    environment:\n      REFRESH: '1'\n".to_owned();
    for (name, value) in script.environment.iter().filter(|(name, _)| name.starts_with("AWS_")) {
        more.push_str(&format!("      {name}: '{}'\n", value.replace("127.0.0.1", "host.docker.internal")));
    }
    running.also(&more);
    given(&project, &[("session_key", FIRST), ("api_token", FIRST)]);

    running.up();
    running.answers(FIRST);
    running.is_locked_down();
    let before = running.started();
    aws_keep(&script, Some(SECOND));
    running.answers(SECOND);
    running.tells_no_value();
    assert_eq!(running.started(), before, "it was started again");

    // who keeps them goes away: the old values stay
    drop(server);
    let told = Instant::now();
    while !running.says(&["logs", "secrets-sync"]).contains("the old values stay") {
        assert!(told.elapsed() < Duration::from_secs(60), "nothing is said");
        std::thread::sleep(Duration::from_millis(500));
    }
    running.answers(SECOND);

    let stop = Instant::now();
    running.says(&["stop", "secrets-sync"]);
    assert!(stop.elapsed() < Duration::from_secs(8), "it does not stop by itself");
}

#[test]
fn a_build_without_the_secret_that_it_needs_ends() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let project = shop("file", "script");
    project.run("new --yes").exits(0);
    let compose = |arguments: &[&str]| {
        let mut command = Command::new("docker");
        command.args(["compose", "--project-name", "secrets-required"]).args(arguments);
        command.current_dir(project.folder()).env_remove("NPMRC_FILE").output().expect("docker")
    };
    let built = compose(&["build"]);
    assert!(!built.status.success() && String::from_utf8_lossy(&built.stderr).contains("NPMRC_FILE is not set"));
    // what builds nothing goes on without
    done(&compose(&["ps"]));
}
