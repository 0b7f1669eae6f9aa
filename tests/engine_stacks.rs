//! Stacks on a real engine: backing services, several services with their processes, a private authority, a proxy.
//!
//! Runs with `SCAFFOLD_ENGINE=1`, and then needs a `docker` with BuildKit and compose, and the images that the data names
//! (`tests/backing/README.md` says which stand in for which). The stand-ins that are built from a file are built with
//! `SCAFFOLD_ENGINE_ALL=1`; without it they are tried where an image goes by the name already.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "an engine test touches disk, environment and processes")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/project.rs"]
mod project;
#[path = "support/up.rs"]
mod up;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;

use project::Project;
use up::{Up, asked, docker, free_port, succeeds, text};

/// Services whose stand-in is an image of the engine's table, and what the table calls those that go by another name.
const BACKING: [(&str, Option<&str>); 5] = [
    ("postgres", None),
    ("mariadb", Some("mariadb:11.8")),
    ("mysql", Some("mysql:standin")),
    ("redis", None),
    ("valkey", None),
];

/// Services whose stand-in is built from `tests/backing/<id>.Dockerfile`.
const BUILT: [&str; 2] = ["rabbitmq", "nats"];

fn has_image(name: &str) -> bool {
    docker(&["image", "inspect", name]).status.success()
}

/// Whether an image goes by this name, built from a file of `tests/backing` if all are asked for.
fn is_there(image: &str, file: &str) -> bool {
    if !has_image(image) {
        if std::env::var_os("SCAFFOLD_ENGINE_ALL").is_none_or(|value| value != "1") {
            println!("SCAFFOLD_ENGINE_ALL=1 is not set, and there is no {image}: nothing is proven of it");
            return false;
        }
        let folder = tests_folder().join("backing");
        let file = folder.join(file);
        succeeds(&["build", "--tag", image, "--file", file.to_str().unwrap(), folder.to_str().unwrap()]);
    }
    true
}

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// How an app logs in to a service, by `tests/backing/clients.toml`.
struct Client {
    image: String,
    write: String,
    read: String,
    expect: String,
    refused: String,
}

impl Client {
    fn of(id: &str) -> Self {
        let file = tests_folder().join("backing/clients.toml");
        let all: toml::Table = fs::read_to_string(file).unwrap().parse().unwrap();
        let text = |key: &str| all[id][key].as_str().unwrap().to_owned();
        let (image, write, read) = (text("image"), text("write"), text("read"));
        Self { image, write, read, expect: text("expect"), refused: text("refused") }
    }

    /// Runs one of the scripts as the app would be run, with its environment, and the password from this file.
    fn runs(&self, script: &str, network: &str, environment: &[String], password: &Path) -> Output {
        let target = environment.iter().find_map(|pair| pair.split_once("_PASSWORD_FILE=")).unwrap().1;
        let mount = format!("type=bind,source={},target={target},readonly", password.display());
        let mut args = vec!["run", "--rm", "--user=65532:65532", "--read-only", "--cap-drop=ALL"];
        args.extend(["--security-opt=no-new-privileges", "--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=8m,mode=1777"]);
        args.extend(["--network", network, "--mount", &mount]);
        args.extend(environment.iter().flat_map(|pair| ["--env", pair.as_str()]));
        args.extend(["--entrypoint=/bin/sh", &self.image, "-ec", script]);
        docker(&args)
    }
}

/// What the kernel says of the first process of a service.
#[track_caller]
fn is_locked_down(up: &Up, service: &str) {
    let id = up.id(service);
    // where the engine runs elsewhere its processes are not here
    let status = fs::read_to_string(format!("/proc/{}/status", up.state(service, "Pid")))
        .unwrap_or_else(|_| succeeds(&["exec", &id, "cat", "/proc/1/status"]));
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{service}: {status}")).trim_start_matches(':').trim().to_owned()
    };
    assert_eq!(field("CapEff"), "0000000000000000", "{service}");
    assert_eq!(field("CapBnd"), "0000000000000000", "{service}");
    assert_eq!(field("NoNewPrivs"), "1", "{service}");
    assert!(!field("Uid").split_whitespace().any(|id| id == "0"), "{service}: {}", field("Uid"));
    let holds = "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Privileged}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.PidsLimit}}";
    let holds = succeeds(&["inspect", "--format", holds, &id]);
    let holds: Vec<&str> = holds.split(' ').collect();
    assert_eq!(holds[..2], ["true", "false"], "{service}");
    assert!(holds[2] != "0" && holds[2] == holds[3], "{service}: {holds:?}");
    assert!(holds[4].parse::<u32>().is_ok_and(|pids| pids > 0), "{service}: {holds:?}");
}

fn takes_its_password_and_keeps_its_data(id: &str) {
    let start = Instant::now();
    let client = Client::of(id);
    let name = format!("b{id}{}", free_port());
    let project = Project::named(&name, &[]);
    project.run("new --starter --lang node --yes").exits(0);
    project.run(&format!("add {id}")).exits(0);
    let up = Up::new(project.folder(), &name);
    let config = up.config();
    let services = config["services"].as_object().unwrap();
    let service = services.keys().find(|service| **service != name).unwrap();
    assert_eq!(services[service]["image"], client.image.as_str());
    let variables = services[&name]["environment"].as_object().unwrap();
    let environment: Vec<String> = variables
        .iter()
        .filter(|(variable, _)| *variable != "API_TOKEN_FILE")
        .map(|(variable, value)| format!("{variable}={}", value.as_str().unwrap()))
        .collect();
    let file = environment.iter().find_map(|pair| pair.split_once("_PASSWORD_FILE=/run/secrets/")).unwrap().1;
    let right = project.path(&format!("secrets/{file}"));
    let wrong = project.path("wrong");
    fs::write(&wrong, "wrong").unwrap();
    let network = &config["networks"]["backend"];
    assert_eq!(network["internal"], true, "{id}: {network}");
    let network = network["name"].as_str().unwrap();

    up.starts(&[service]);
    is_locked_down(&up, service);
    let written = client.runs(&client.write, network, &environment, &right);
    assert!(written.status.success(), "{id}: {}", text(&written));
    let refused = client.runs(&client.read, network, &environment, &wrong);
    assert!(!refused.status.success() && text(&refused).contains(&client.refused), "{id}: {}", text(&refused));

    let before = up.state(service, "StartedAt");
    let restarted = up.compose(&["restart", service]);
    assert!(restarted.status.success(), "{id}: {}", text(&restarted));
    up.starts(&[service]);
    assert_ne!(before, up.state(service, "StartedAt"), "{id} was not started again");
    let read = client.runs(&client.read, network, &environment, &right);
    assert!(read.status.success() && text(&read).contains(&client.expect), "{id}: {}", text(&read));

    // the password is in the file, and in nothing that others can look into
    let password = fs::read_to_string(&right).unwrap();
    assert!(password.len() >= 32, "{id}: {password:?}");
    let seen = succeeds(&["inspect", &up.id(service)]) + &text(&up.compose(&["logs", service]));
    assert!(!seen.contains(&password), "{id}: the password is in what docker shows");
    drop(up);
    println!("{id}: {} s", start.elapsed().as_secs());
}

#[test]
fn each_backing_service_takes_its_password_from_a_file_and_keeps_its_data() {
    if !asked() {
        return;
    }
    for (id, stand_in) in BACKING {
        let image = Client::of(id).image;
        if let Some(stand_in) = stand_in
            && !has_image(&image)
        {
            succeeds(&["tag", stand_in, &image]);
        }
        takes_its_password_and_keeps_its_data(id);
    }
    for id in BUILT.into_iter().filter(|id| is_there(&Client::of(id).image, &format!("{id}.Dockerfile"))) {
        takes_its_password_and_keeps_its_data(id);
    }
}
