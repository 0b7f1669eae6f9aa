//! The stack file of Docker Swarm: each setting that a swarm ignores or refuses is a test, and a real swarm runs it.
//!
//! With `SCAFFOLD_ENGINE=1` on an engine with `node:26-trixie-slim` and `postgres:17-trixie`, which is made a swarm of one
//! node for the time of the test, one test at a time.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "drives a real swarm on real folders")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/project.rs"]
mod project;
#[path = "support/stacks.rs"]
mod stacks;
#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/up.rs"]
mod up;
#[path = "support/yaml.rs"]
mod yaml;

use std::fs::File;
use std::process::Command;
use std::time::{Duration, Instant};

use project::Project;
use serde_json::{Map, Value, json};
use stacks::{KEEPERS, SHOP, with_csi, written};
use up::asked;

fn stack(project: &Project) -> Value {
    yaml::document(&project.read("stack.yaml"))
}

fn services(stack: &Value) -> &Map<String, Value> {
    stack["services"].as_object().expect("services")
}

fn projects() -> [Project; 2] {
    let (keeper, table, secret) = KEEPERS[0];
    [written(SHOP), written(&with_csi(keeper, table, secret))]
}

/// What a swarm takes of a service (docker/cli, cli/compose/schema/data/config_schema_v3.13.json without the lists
/// UnsupportedProperties and ForbiddenProperties of cli/compose/types/types.go, 2026-08), as far as we say it. Not among
/// them, and each ignored or refused without it: `security_opt`, `tmpfs`, `shm_size`, `restart`, `mem_limit`,
/// `memswap_limit`, `cpus`, `pids_limit`, `build`, `network_mode`, `profiles`, `depends_on`.
const TAKEN: [&str; 17] = [
    "cap_add",
    "cap_drop",
    "command",
    "configs",
    "deploy",
    "entrypoint",
    "environment",
    "healthcheck",
    "image",
    "init",
    "networks",
    "ports",
    "read_only",
    "secrets",
    "stop_grace_period",
    "stop_signal",
    "user",
];

#[test]
fn nothing_is_said_that_a_swarm_ignores() {
    for project in projects() {
        for (name, service) in services(&stack(&project)) {
            for key in service.as_object().unwrap().keys().filter(|key| *key != "volumes") {
                assert!(TAKEN.contains(&key.as_str()), "{name}: {key}");
            }
        }
        // what it cannot be told is told to people
        assert!(project.read("stack.yaml").contains("\"no-new-privileges\": true"));
    }
}

#[test]
fn what_is_locked_down_in_compose_is_so_in_a_swarm() {
    for project in projects() {
        let compose = yaml::document(&project.read("compose.yaml"));
        let stack = stack(&project);
        assert!(services(&stack).keys().eq(services(&compose).keys()));
        for (name, service) in services(&stack) {
            let other = &compose["services"][name];
            for key in [
                "user",
                "read_only",
                "cap_drop",
                "cap_add",
                "init",
                "stop_grace_period",
                "command",
                "entrypoint",
                "environment",
            ] {
                assert_eq!(service.get(key), other.get(key), "{name}: {key}");
            }
            let limits = &service["deploy"]["resources"]["limits"];
            assert_eq!(limits["memory"], other["mem_limit"], "{name}");
            assert_eq!(limits["pids"], other["pids_limit"], "{name}");
            assert!(limits["cpus"].is_string(), "{name}: a number is refused");
        }
    }
}

#[test]
fn every_tmpfs_of_compose_is_a_mount() {
    let project = &projects()[0];
    let compose = yaml::document(&project.read("compose.yaml"));
    for (name, service) in services(&stack(project)) {
        let mounted: Vec<&str> = service["volumes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|volume| volume["type"] == "tmpfs")
            .inspect(|volume| {
                assert!(volume["tmpfs"]["size"].as_i64().is_some_and(|bytes| bytes >= 1 << 20), "{volume}")
            })
            .map(|volume| volume["target"].as_str().unwrap())
            .collect();
        for short in compose["services"][name]["tmpfs"].as_array().unwrap() {
            let path = short.as_str().unwrap().split(':').next().unwrap();
            assert!(mounted.contains(&path), "{name} has no {path}: {mounted:?}");
        }
        // a swarm has no shm_size either
        assert_eq!(mounted.contains(&"/dev/shm"), compose["services"][name].get("shm_size").is_some(), "{name}");
    }
}

#[test]
fn secrets_are_of_the_swarm_and_readable_for_their_user_alone() {
    let stack = stack(&projects()[0]);
    for (name, secret) in stack["secrets"].as_object().unwrap() {
        let version = format!("{name}_v${{{}_VERSION:-1}}", name.to_uppercase());
        assert_eq!(*secret, json!({ "external": true, "name": version }));
    }
    for (name, service) in services(&stack) {
        let (uid, gid) = service["user"].as_str().unwrap().split_once(':').unwrap();
        for secret in service.get("secrets").and_then(Value::as_array).into_iter().flatten() {
            let source = &secret["source"];
            assert_eq!(
                *secret,
                json!({ "source": source, "target": source, "uid": uid, "gid": gid, "mode": 0o400 }),
                "{name}"
            );
        }
    }
    assert_eq!(services(&stack)["report"].get("secrets"), None);
}

#[test]
fn the_commands_name_every_secret_and_no_value() {
    let project = &projects()[0];
    let text = project.read("stack.yaml");
    for secret in ["api_token", "smtp_password", "license", "db_password"] {
        assert!(
            text.contains(&format!("sh scripts/secrets.sh --stdout {secret} | docker secret create {secret}_v1 -"))
        );
    }
    assert!(!text.contains(stacks::CANARY));
}

#[test]
fn jobs_run_once_and_tasks_when_asked() {
    let stack = stack(&projects()[0]);
    let deploy = |name: &str| &services(&stack)[name]["deploy"];
    assert_eq!(deploy("migrate")["mode"], "replicated-job");
    assert_eq!(deploy("migrate").get("update_config"), None, "a job with one is refused");
    // a job of none can never be scaled up; a service of none can
    assert_eq!((deploy("report").get("mode"), &deploy("report")["replicas"]), (None, &json!(0)));
    assert_eq!(deploy("report")["restart_policy"]["condition"], "none");
}

#[test]
fn updates_roll_back_and_a_volume_has_one_writer() {
    let stack = stack(&projects()[0]);
    let deploy = |name: &str| &services(&stack)[name]["deploy"];
    for (name, order) in [("shop", "start-first"), ("db", "stop-first")] {
        assert_eq!(deploy(name)["update_config"]["order"], order);
        assert_eq!(deploy(name)["update_config"]["failure_action"], "rollback");
    }
    assert_eq!(deploy("db")["placement"]["constraints"], json!(["node.labels.shop.data == true"]));
    // with a virtual address an idle connection is cut, and with it a port could not be published
    assert_eq!(deploy("db")["endpoint_mode"], "dnsrr");
    assert_eq!(services(&stack)["db"].get("ports"), None);
    assert_eq!(services(&stack)["db"]["healthcheck"]["start_interval"], "1s");
}

#[test]
fn what_has_no_network_is_alone_on_one() {
    let stack = stack(&projects()[0]);
    assert_eq!(services(&stack)["report"]["networks"], json!(["report-alone"]));
    let networks = stack["networks"].as_object().unwrap();
    assert_eq!(networks["report-alone"]["internal"], true);
    assert_eq!(
        networks["backend"],
        json!({ "driver": "overlay", "internal": true, "driver_opts": { "encrypted": "true" } })
    );
    let users = services(&stack)
        .values()
        .filter(|service| service["networks"].as_array().unwrap().contains(&json!("report-alone")));
    assert_eq!(users.count(), 1);
    assert_eq!(
        services(&stack)["shop"]["image"],
        "registry.example.com:5000/team/shop:${TAG:?say which tag CI has pushed}"
    );
}

/// What a command prints, if it ends well.
fn docker(project: &Project, arguments: &[&str], typed: &str, environment: &[(&str, &str)]) -> Result<String, String> {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = Command::new("docker")
        .args(arguments)
        .current_dir(project.folder())
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("SCAFFOLD_ENGINE=1 needs `docker` on PATH");
    let _ = child.stdin.take().expect("a pipe").write_all(typed.as_bytes());
    let output = child.wait_with_output().expect("docker");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("docker {}: {}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr)))
    }
}

/// An engine that is a swarm of one node until this is dropped, with what the test made in it.
struct Swarm<'p> {
    project: &'p Project,
    name: String,
    _one_at_a_time: File,
}

impl<'p> Swarm<'p> {
    fn start(project: &'p Project, name: &str) -> Self {
        let lock = File::create(std::env::temp_dir().join("scaffold-swarm.lock")).expect("a lock");
        lock.lock().expect("a lock");
        let state = docker(project, &["info", "--format", "{{.Swarm.LocalNodeState}}"], "", &[]).expect("an engine");
        assert_eq!(state, "inactive", "this engine is in a swarm already, which the test would have to leave");
        docker(project, &["swarm", "init", "--advertise-addr", "127.0.0.1"], "", &[]).expect("a swarm");
        Self { project, name: name.to_owned(), _one_at_a_time: lock }
    }

    fn run(&self, arguments: &[&str]) -> String {
        docker(self.project, arguments, "", &[]).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Deploys; `never` since the image is in no registry.
    fn deploy(&self, environment: &[(&str, &str)]) -> Result<String, String> {
        let words =
            ["stack", "deploy", "--compose-file", "stack.yaml", "--detach", "--resolve-image", "never", &self.name];
        docker(self.project, &words, "", environment)
    }

    /// The one running and healthy container of a service that is not `not`.
    fn container(&self, service: &str, not: &str) -> String {
        let filter = format!("label=com.docker.swarm.service.name={}_{service}", self.name);
        let until = Instant::now() + Duration::from_secs(90);
        loop {
            let words = ["ps", "--quiet", "--no-trunc", "--filter", &filter, "--filter", "health=healthy"];
            let found = self.run(&words);
            match found.lines().collect::<Vec<_>>()[..] {
                [one] if one != not => return one.to_owned(),
                _ => assert!(
                    Instant::now() < until,
                    "no healthy {service}: {}",
                    self.run(&["service", "ps", "--no-trunc", &format!("{}_{service}", self.name)])
                ),
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

impl Drop for Swarm<'_> {
    fn drop(&mut self) {
        let quiet = |words: &[&str]| docker(self.project, words, "", &[]).unwrap_or_default();
        quiet(&["stack", "rm", "--detach=false", &self.name]);
        quiet(&["swarm", "leave", "--force"]);
        for _ in 0..40 {
            if docker(self.project, &["network", "rm", "docker_gwbridge"], "", &[]).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        quiet(&["volume", "rm", "--force", &format!("{}_db", self.name)]);
        quiet(&["image", "rm", "--force", &format!("{}:7", self.name)]);
    }
}

const SERVER: &str = r"
const fs = require('node:fs');
const net = require('node:net');
const secret = () => fs.readFileSync(process.env.API_TOKEN_FILE, 'utf8');
require('node:http').createServer((asked, answer) => {
  if (asked.url === '/healthz') return answer.end('well');
  const socket = net.connect(Number(process.env.DB_PORT), process.env.DB_HOST, () => {
    answer.end(`${secret()} and a database`);
    socket.destroy();
  });
  socket.on('error', (error) => answer.writeHead(500).end(String(error)));
}).listen(8080);
process.on('SIGTERM', () => process.exit(0));
";

#[test]
fn a_real_swarm_runs_it_and_rotates_a_secret() {
    if !asked() {
        return;
    }
    const NAME: &str = "scaffold-swarm-test";
    let toml = "[service]\nname = \"scaffold-swarm-test\"\nport = 8080\nstart = \"node server.js\"\nhealth = \"/healthz\"\n\n[runtime]\nreplicas = 1\n\n[[secrets]]\nname = \"api_token\"\n\n[backing]\npostgres = true\n\n[processes.migrate]\ncommand = [\"node\", \"-e\", \"console.log('migrated')\"]\nkind = \"job\"\n\n[processes.report]\ncommand = [\"node\", \"-e\", \"console.log('reported')\"]\nkind = \"task\"\nnetwork = \"none\"\n\n[outputs]\nswarm = true\n";
    let project = written(toml);
    project.write("server.js", SERVER);
    let tag = format!("{NAME}:7");
    docker(&project, &["build", "--quiet", "--tag", &tag, "."], "", &[]).unwrap_or_else(|error| panic!("{error}"));
    docker(&project, &["stack", "config", "--compose-file", "stack.yaml"], "", &[("TAG", "7")])
        .unwrap_or_else(|error| panic!("{error}"));

    let swarm = Swarm::start(&project, NAME);
    let untagged = swarm.deploy(&[]).unwrap_err();
    assert!(untagged.contains("say which tag"), "{untagged}");
    // without its secrets nothing starts half
    let missing = swarm.deploy(&[("TAG", "7")]).unwrap_err();
    assert!(missing.contains("secret not found"), "{missing}");
    for (secret, value) in [("api_token_v1", "first"), ("db_password_v1", "correct-horse")] {
        docker(&project, &["secret", "create", secret, "-"], value, &[]).unwrap();
    }
    let node = swarm.run(&["node", "ls", "--quiet"]);
    swarm.run(&["node", "update", "--label-add", &format!("{NAME}.data=true"), &node]);
    let said = swarm.deploy(&[("TAG", "7")]).unwrap_or_else(|error| panic!("{error}"));
    assert!(!said.contains("Ignoring"), "{said}");

    let app = swarm.container(NAME, "");
    swarm.container("db", "");
    let ask = |container: &str| {
        let program = "fetch('http://127.0.0.1:8080/').then((answer) => answer.text()).then(console.log)";
        docker(&project, &["exec", container, "node", "-e", program], "", &[]).unwrap_or_else(|error| panic!("{error}"))
    };
    assert_eq!(ask(&app), "first and a database");
    let inside = |command: &str| docker(&project, &["exec", &app, "sh", "-c", command], "", &[]);
    assert_eq!(inside("id -u; stat -c '%u:%g %a' /run/secrets/api_token").unwrap(), "1000\n1000:1000 400");
    assert!(inside("grep -E '^Cap(Eff|Bnd):\\s0+$' /proc/self/status | wc -l").unwrap().contains('2'));
    assert!(inside("touch /app/x").is_err() && inside("touch /tmp/x").is_ok());
    let mounts = inside("grep -E ' /tmp | /run/secrets/' /proc/mounts").unwrap();
    assert!(mounts.lines().all(|line| line.starts_with("tmpfs ")), "{mounts}");

    // the job has run, and the task runs when it is asked for
    let logs = |service: &str| swarm.run(&["service", "logs", "--raw", &format!("{NAME}_{service}")]);
    assert_eq!(logs("migrate"), "migrated");
    assert_eq!(logs("report"), "");
    swarm.run(&["service", "scale", "--detach", &format!("{NAME}_report=1")]);
    let until = Instant::now() + Duration::from_secs(60);
    while logs("report") != "reported" {
        assert!(Instant::now() < until, "{}", swarm.run(&["service", "ps", "--no-trunc", &format!("{NAME}_report")]));
        std::thread::sleep(Duration::from_millis(300));
    }

    // the next version of a secret, the database untouched
    docker(&project, &["secret", "create", "api_token_v2", "-"], "second", &[]).unwrap();
    swarm.deploy(&[("TAG", "7"), ("API_TOKEN_VERSION", "2")]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ask(&swarm.container(NAME, &app)), "second and a database");
    swarm.run(&["secret", "rm", "api_token_v1"]);
}
