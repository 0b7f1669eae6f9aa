//! Stacks on a real engine: backing services, several services with their processes, a private authority, a proxy.
//!
//! Runs with `SCAFFOLD_ENGINE=1`, and then needs a `docker` with BuildKit and compose, and the images that the data names
//! (`tests/backing/README.md` says which stand in for which). The stand-ins that are built from a file are built with
//! `SCAFFOLD_ENGINE_ALL=1`; without it they are tried where an image goes by the name already.
#![cfg(all(feature = "cli", unix))]
#![expect(clippy::disallowed_methods, reason = "an engine test touches disk, environment and processes")]

#[path = "support/port.rs"]
mod port;
#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/project.rs"]
mod project;
#[path = "support/up.rs"]
mod up;

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use port::free_port;
use project::Project;
use up::{Up, asked, docker, succeeds, text};

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

/// What `presets/proxy/caddy.toml` names.
const CADDY: &str = "caddy:2.11-alpine";

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

/// A certificate for `shop.test` that signs itself, and its key, in files that every user of a container may read.
fn certificate(certificate: &Path, key: &Path) {
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    command.args(["-subj", "/CN=shop.test", "-addext", "subjectAltName=DNS:shop.test", "-keyout"]).arg(key);
    let output = command.arg("-out").arg(certificate).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    for file in [certificate, key] {
        fs::set_permissions(file, fs::Permissions::from_mode(0o444)).unwrap();
    }
}

/// What a proxy with this certificate answers over TLS, headers first.
fn over_tls(certificate: &Path, port: u16, path: &str) -> String {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--include", "--max-time", "10", "--noproxy", "*", "--cacert"]);
    command.arg(certificate).args(["--resolve", &format!("shop.test:{port}:127.0.0.1")]);
    text(&command.arg(format!("https://shop.test:{port}{path}")).output().unwrap())
}

/// Removes images when the test is over.
struct Images(Vec<String>);

impl Drop for Images {
    fn drop(&mut self) {
        for image in &self.0 {
            docker(&["image", "rm", "--force", image]);
        }
    }
}

/// Puts the starter of a language into a folder of the project, without the set-up around it.
fn starter(project: &Project, folder: &str, lang: &str) {
    fs::create_dir(project.path(folder)).unwrap();
    project.run(&format!("new --starter --yes --lang {lang} {folder}")).exits(0);
    for written in ["scaffold.toml", "scaffold.lock", "compose.yaml", "Dockerfile", ".dockerignore"] {
        fs::remove_file(project.path(folder).join(written)).unwrap();
    }
    fs::remove_dir_all(project.path(folder).join("secrets")).unwrap();
}

/// The address under which this machine is on its own network: outside, as a container sees it.
fn outside() -> (TcpListener, String) {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).unwrap();
    // nothing is sent: the kernel only chooses the way
    socket.connect(("192.0.2.1", 9)).unwrap();
    let listener = TcpListener::bind((socket.local_addr().unwrap().ip(), 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

const SHOP: &str = r#"
[services.API]
path = "API"

[services.API.runtime]
network = "internal"

[services.API.processes.migrate]
command = ["node", "-e", "const s = require('net').connect(5432, 'db', () => s.write(Buffer.from('0000000804d2162f', 'hex'))); s.on('data', (d) => { console.log('the database says ' + d); process.exit(0) }); s.on('error', () => process.exit(3))"]
kind = "job"

[services.API.processes.worker]
command = ["node", "-e", "setInterval(() => require('fs').writeFileSync('/tmp/alive', ''), 500)"]
heartbeat = { file = "/tmp/alive", max_age = 30 }

[services.API.processes.report]
command = ["node", "-e", "const n = require('os').networkInterfaces(); console.log('interfaces: ' + Object.keys(n).filter((i) => i !== 'lo').length); require('net').connect(80, '192.0.2.1').on('error', (e) => console.log(e.code))"]
kind = "task"
network = "none"

[services.WEB]
path = "WEB"

[backing]
postgres = true

[proxy]
kind = "nginx"
tls = true
port = PORT
routes = { "/api" = "API", "/" = "WEB" }
"#;

#[test]
fn two_services_with_their_processes_run_behind_a_proxy_with_tls() {
    if !asked() {
        return;
    }
    let start = Instant::now();
    let port = free_port();
    // images are named for the services, and the engine is everybody's
    let (api, web) = (format!("api{port}"), format!("web{port}"));
    let project = Project::named(&format!("stack{port}"), &[]);
    starter(&project, &api, "node");
    starter(&project, &web, "python");
    project.edit(&format!("{api}/app.js"), "    '/': (", "    '/api': (");
    let spec = SHOP.replace("API", &api).replace("WEB", &web).replace("PORT", &port.to_string());
    project.write("scaffold.toml", &spec);
    fs::create_dir(project.path("secrets")).unwrap();
    let certificate_file = project.path("secrets/tls_certificate");
    certificate(&certificate_file, &project.path("secrets/tls_key"));
    project.run("new --yes").exits(0);
    let _images = Images(vec![api.clone(), web.clone()]);
    let up = Up::new(project.folder(), &format!("stack{port}"));
    up.starts(&[]);
    println!("up after {} s", start.elapsed().as_secs());

    // the others waited for the migration, which had found the database ready
    assert_eq!(up.state("migrate", "ExitCode"), "0");
    assert_eq!(up.state("migrate", "Status"), "exited");
    let said = text(&up.compose(&["logs", "--no-log-prefix", "migrate"]));
    assert!(said.contains("the database says"), "{said}");
    for service in [api.as_str(), "worker"] {
        let (end, start) = (up.state("migrate", "FinishedAt"), up.state(service, "StartedAt"));
        assert!(end.trim_end_matches('Z') < start.trim_end_matches('Z'), "{service} started {start}, before {end}");
    }
    for service in [api.as_str(), web.as_str(), "worker", "db", "proxy"] {
        assert_eq!(up.state(service, "Health.Status"), "healthy", "{service}");
        is_locked_down(&up, service);
    }

    // the worker's health is that of the file it touches
    let worker = succeeds(&["inspect", "--format={{json .Config.Healthcheck.Test}}", &up.id("worker")]);
    assert!(worker.contains("/tmp/alive"), "{worker}");

    // the proxy answers over TLS with the certificate of the secret, each path from its service
    let answer = over_tls(&certificate_file, port, "/api");
    assert!(answer.contains(" 200") && answer.contains("Hello from service"), "{answer}");
    assert!(answer.to_lowercase().contains("strict-transport-security"), "{answer}");
    let node = over_tls(&certificate_file, port, "/api/nothing");
    assert!(node.contains(" 404") && node.contains("{\"error\":\"not found\"}"), "{node}");
    let python = over_tls(&certificate_file, port, "/nothing");
    assert!(python.contains(" 404") && python.contains("{\"detail\":\"Not Found\"}"), "{python}");
    for service in [&api, &web] {
        let ports = succeeds(&["port", &up.id(service)]);
        assert_eq!(ports, "", "{service} publishes a port beside the proxy");
    }

    // the internal service answers its neighbour, and has no way out; the other has one
    let (listener, address) = outside();
    let (host, number) = address.split_once(':').unwrap();
    let connect = format!("import socket; socket.create_connection(('{host}', {number}), 5); print('connected')");
    let out = text(&up.compose(&["exec", "-T", &web, "python3", "-c", &connect]));
    assert!(out.contains("connected"), "{out}");
    let near = format!("import urllib.request as r; print(r.urlopen('http://{api}:3000/healthz', timeout=5).status)");
    let near = text(&up.compose(&["exec", "-T", &web, "python3", "-c", &near]));
    assert!(near.contains("200"), "{near}");
    for service in [api.as_str(), "worker"] {
        let connect = format!(
            "const s = require('net').connect({{ host: '{host}', port: {number}, timeout: 3000 }}, () => {{ console.log('connected'); process.exit(0) }}); s.on('error', (e) => {{ console.log(e.code); process.exit(1) }}); s.on('timeout', () => process.exit(1))"
        );
        let output = up.compose(&["exec", "-T", service, "node", "-e", &connect]);
        assert_eq!(output.status.code(), Some(1), "{service}: {}", text(&output));
        assert!(!text(&output).contains("connected"), "{service}: {}", text(&output));
    }
    drop(listener);

    // the task runs when it is asked for, with no network at all
    assert_eq!(text(&up.compose(&["ps", "--all", "--quiet", "report"])).trim(), "", "the task runs unasked");
    let task = up.compose(&["run", "--rm", "-T", "report"]);
    let said = text(&task);
    assert!(task.status.success() && said.contains("interfaces: 0") && said.contains("ENETUNREACH"), "{said}");
    println!("two services: {} s", start.elapsed().as_secs());
}

/// Trap: a port that is published by a service on an internal network alone is dead, while everything looks well.
#[test]
fn an_internal_service_with_a_port_of_its_own_answers_the_host() {
    if !asked() {
        return;
    }
    let port = free_port();
    let name = format!("inner{port}");
    let project = Project::named(&name, &[]);
    project
        .run(&format!("new --starter --lang node --yes --set runtime.network=internal --set service.port={port}"))
        .exits(0);
    let _images = Images(vec![name.clone()]);
    let up = Up::new(project.folder(), &name);
    up.starts(&[]);
    is_locked_down(&up, &name);
    let answer =
        Command::new("curl").args(["-sS", "-i", "--noproxy", "*", &format!("http://127.0.0.1:{port}/")]).output();
    let answer = text(&answer.unwrap());
    assert!(answer.contains(" 200") && answer.contains("Hello from"), "{answer}");
    for network in succeeds(&[
        "inspect",
        "--format={{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}",
        &up.id(&name),
    ])
    .split_whitespace()
    {
        let options = succeeds(&["network", "inspect", "--format={{.Internal}} {{json .Options}}", network]);
        let is_shut = options.starts_with("true")
            || options.contains("\"com.docker.network.bridge.enable_ip_masquerade\":\"false\"");
        assert!(is_shut, "{network} leads out: {options}");
    }
}

/// Leaves only the digests of what the step that installs has seen.
const WITNESS: &str = r#"const seen = (text) => require('crypto').createHash('sha256').update(text).digest('hex');
const file = process.env.NODE_EXTRA_CA_CERTS ?? '';
const authority = file.startsWith('/run/secrets/') ? seen(require('fs').readFileSync(file)) : 'none';
require('fs').writeFileSync('seen', authority + ' ' + seen(process.env.HTTP_PROXY ?? ''));
"#;

#[test]
fn the_build_sees_the_authority_and_the_proxy_and_the_image_holds_neither() {
    if !asked() {
        return;
    }
    let start = Instant::now();
    let name = format!("corp{}", free_port());
    let project = Project::named(&name, &[]);
    project.run("new --starter --lang node --yes").exits(0);
    fs::create_dir(project.path("certs")).unwrap();
    certificate(&project.path("certs/corp.pem"), &project.path("key"));
    fs::remove_file(project.path("key")).unwrap();
    project.write("witness.cjs", WITNESS);
    // npm is a program of node: this looks around in the very step that installs
    let witness =
        "--set stages.deps.copy=[\"witness.cjs\"] --set stages.deps.env.NODE_OPTIONS=--require=/app/witness.cjs";
    // and this in a later step, which is the user's own
    let own = "\n[stages.build]\nrun = [\"node -e 0 && cp seen built\"]\n";
    project.write("scaffold.toml", &(project.read("scaffold.toml") + own));
    project.run(&format!("new --yes --set build.ca=certs/corp.pem --set build.proxy=true {witness}")).exits(0);
    let _images = Images(vec![name.clone()]);
    // nothing is fetched, so nobody has to listen there
    let proxy = "http://user:canary-5b1f@127.0.0.1:9";
    let build = |service: &str| {
        let mut command = Command::new("docker");
        command.args(["compose", "--project-name", &name, "build", "--no-cache", service]);
        command.current_dir(project.folder()).env("HTTP_PROXY", proxy).output().unwrap()
    };
    let built = build(&name);
    assert!(built.status.success(), "{}\n{}", text(&built), project.read("Dockerfile"));

    let seen = succeeds(&["run", "--rm", "--entrypoint=/bin/cat", &name, "/app/seen"]);
    let digest = |file: &Path| {
        let output = Command::new("sha256sum").arg(file).output().unwrap();
        String::from_utf8_lossy(&output.stdout)[..64].to_owned()
    };
    project.write("proxy.txt", proxy);
    let expected = [digest(&project.path("certs/corp.pem")), digest(&project.path("proxy.txt"))].join(" ");
    assert_eq!(seen, expected, "{}", project.read("Dockerfile"));
    assert_eq!(succeeds(&["run", "--rm", "--entrypoint=/bin/cat", &name, "/app/built"]), expected);

    let pem = project.read("certs/corp.pem");
    let line = pem.lines().nth(2).unwrap();
    // the engine saves layers as they are: what one holds can be searched for
    let saved = project.path("image.tar");
    succeeds(&["image", "save", "--output", saved.to_str().unwrap(), &name]);
    let holds = |text: &str| {
        let mut command = Command::new("grep");
        command.args(["--quiet", "--text", "--fixed-strings", "--regexp", text]).arg(&saved);
        command.status().unwrap().success()
    };
    assert!(holds("readToken") && holds(&seen), "the search finds nothing at all");
    assert!(!holds(line), "the certificate is in a layer");
    assert!(!holds("canary-5b1f"), "the proxy's password is in the image");
    let history = succeeds(&["history", "--no-trunc", &name]);
    assert!(!history.contains(line) && !history.contains("canary-5b1f"), "{history}");

    // a file that is gone is an error that names it, not a build without the authority
    fs::remove_file(project.path("certs/corp.pem")).unwrap();
    let built = build(&name);
    assert!(!built.status.success() && text(&built).contains("corp.pem"), "{}", text(&built));
    println!("authority and proxy: {} s", start.elapsed().as_secs());
}

#[test]
fn caddy_answers_locked_down_with_the_one_capability_that_it_cannot_start_without() {
    if !asked() || !is_there(CADDY, "caddy.Dockerfile") {
        return;
    }
    let start = Instant::now();
    let port = free_port();
    let name = format!("caddy{port}");
    let project = Project::named(&name, &[]);
    project.run("new --starter --lang node --yes").exits(0);
    let certificate_file = project.path("secrets/tls_certificate");
    certificate(&certificate_file, &project.path("secrets/tls_key"));
    let spec = project.read("scaffold.toml") + &format!("\n[proxy]\nkind = \"caddy\"\ntls = true\nport = {port}\n");
    project.write("scaffold.toml", &spec);
    project.run("new --yes").exits(0);
    let _images = Images(vec![name.clone()]);
    let up = Up::new(project.folder(), &name);
    up.starts(&[]);
    is_locked_down(&up, &name);
    let caddy = up.id("proxy");
    let pid = up.state("proxy", "Pid");
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .unwrap_or_else(|_| succeeds(&["exec", &caddy, "cat", "/proc/1/status"]));
    // NET_BIND_SERVICE is 10: within reach, and with no-new-privileges the file does not even give it
    assert!(status.contains("CapBnd:\t0000000000000400") && status.contains("NoNewPrivs:\t1"), "{status}");
    let answer = over_tls(&certificate_file, port, "/");
    assert!(answer.contains(" 200") && answer.contains("Hello from"), "{answer}");
    assert!(answer.to_lowercase().contains("strict-transport-security"), "{answer}");
    let log = text(&up.compose(&["logs", "--no-log-prefix", "proxy"]));
    assert!(!log.contains("\"level\":\"error\""), "{log}");

    let valid = ["caddy", "validate", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"];
    let valid = up.compose(&[&["exec", "-T", "proxy"], valid.as_slice()].concat());
    assert!(valid.status.success() && !text(&valid).contains("not formatted"), "{}", text(&valid));

    project.write("compose.override.yaml", "services:\n  proxy:\n    cap_add: !reset []\n");
    let output = up.compose(&["up", "--detach", "--wait", "--wait-timeout", "30", "proxy"]);
    let log = text(&up.compose(&["logs", "--no-log-prefix", "proxy"]));
    assert!(!output.status.success() && log.contains("caddy: operation not permitted"), "{}\n{log}", text(&output));
    println!("caddy: {} s", start.elapsed().as_secs());
}
