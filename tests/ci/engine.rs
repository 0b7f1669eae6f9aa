//! Bake, the scan, the SBOM and the signature on a real engine and a real registry.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::projects::{asked, says, scaffold};
use super::{PIPELINE, PROJECTS};

const CANARY: &str = "//registry.example.com/:_authToken=a-canary";

fn docker(arguments: &[&str], dir: &Path) -> String {
    let (well, said) = says(Command::new("docker").args(arguments).current_dir(dir).env("NPMRC", CANARY));
    assert!(well, "docker {}: {said}", arguments.join(" "));
    said
}

/// A folder of its own, empty.
fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ci-engine").join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

/// The starter of Node as an image, built by bake.
fn starter(name: &str) -> PathBuf {
    let dir = folder(name);
    let settings = ["outputs.bake=true", "outputs.gitlab=true", "build.secrets=[\"npmrc\"]"];
    let name = format!("service.name={name}");
    let mut arguments = vec!["new", "--yes", "--starter", "--lang", "node", "--set", &name];
    settings.iter().for_each(|setting| arguments.extend(["--set", setting]));
    scaffold(&dir, &arguments);
    docker(&["buildx", "bake", "--load", "--set", "*.platform="], &dir);
    dir
}

#[test]
fn bake_reads_every_file_alike_with_and_without_the_compose_file() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    // bake asks for an agent as soon as a target has one
    let agent = folder("agent").join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&agent).unwrap();
    for project in PROJECTS.iter() {
        let print = |arguments: &[&str]| -> serde_json::Value {
            let output = Command::new("docker")
                .args(["buildx", "bake", "--print", "--progress=quiet"])
                .args(arguments)
                .current_dir(&project.dir)
                .env("TAG", "v1")
                .env("SSH_AUTH_SOCK", &agent)
                .env("CACHE", "registry.example.com/cache")
                .output()
                .unwrap();
            assert!(output.status.success(), "{}: {}", project.name, String::from_utf8_lossy(&output.stderr));
            serde_json::from_slice(&output.stdout).unwrap()
        };
        for group in ["default", "release"] {
            let alone = print(&["--file", "docker-bake.hcl", group]);
            let targets = alone["target"].as_object().unwrap();
            assert_eq!(targets.len(), if project.name == "several" { 2 } else { 1 }, "{}: {group}", project.name);
            assert_eq!(print(&[group])["target"], alone["target"], "{}: {group}", project.name);
            for (name, target) in targets {
                assert!(target["tags"][0].as_str().unwrap().ends_with(":v1"), "{name}: {target}");
                assert_eq!(target["attest"].is_array(), group == "release", "{name}: {target}");
                assert_eq!(target["cache-to"].is_array(), group == "release", "{name}: {target}");
            }
        }
    }
}

#[test]
fn a_folder_with_the_signs_of_a_template_is_read_as_it_is() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let dir = folder("odd");
    let path = "a ${TAG} %{if} $$ \"b\" é";
    fs::create_dir(dir.join(path)).unwrap();
    fs::write(
        dir.join(path).join("package.json"),
        r#"{"name":"web","version":"1.0.0","scripts":{"start":"node a.js"}}"#,
    )
    .unwrap();
    let spec = format!(
        "[services.web]\npath = '{path}'\n[services.web.service]\nport = 3000\n[outputs]\ncompose = false\nbake = true\n"
    );
    fs::write(dir.join("scaffold.toml"), spec).unwrap();
    scaffold(&dir, &["new", "--yes", "."]);
    let output = Command::new("docker")
        .args(["buildx", "bake", "--print", "--progress=quiet"])
        .current_dir(&dir)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["target"]["web"]["context"].as_str().unwrap().trim_start_matches("./"), path);
}

#[test]
fn bake_builds_the_starter_and_the_secret_reaches_the_step_alone() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let dir = starter("ci-bake");
    assert!(docker(&["run", "--rm", "--entrypoint", "node", "ci-bake:dev", "--version"], &dir).contains('v'));
    let history = docker(&["history", "--no-trunc", "ci-bake:dev"], &dir);
    assert!(!history.contains("a-canary"), "{history}");
    fs::write(
        dir.join("Proof"),
        format!("FROM node:26-trixie-slim\nRUN --mount=type=secret,id=npmrc,required=true test \"$(cat /run/secrets/npmrc)\" = '{CANARY}'\n"),
    )
    .unwrap();
    docker(&["buildx", "bake", "--load", "--set", "*.dockerfile=Proof", "--set", "*.tags=ci-bake:proof"], &dir);
    docker(&["image", "rm", "--force", "ci-bake:dev", "ci-bake:proof"], &dir);
}

/// The lines of the pipeline that scan an archive, as a shell runs them.
fn scan(dir: &Path, archive: &str) -> (bool, String) {
    let text = fs::read_to_string(dir.join(PIPELINE)).unwrap();
    let job = text.split("\nscan ").nth(1).unwrap().split("\n\n").next().unwrap();
    let (_, script) = job.split_once("  script:\n").unwrap();
    let script: Vec<&str> = script.lines().map(|line| line.trim_start_matches("    - ")).collect();
    assert_eq!(script.len(), 2, "{job}");
    fs::rename(dir.join(archive), dir.join("ci-scan.tar")).unwrap();
    // no database of vulnerabilities is to be had without a registry, so it looks for secrets alone
    says(
        Command::new("sh")
            .args(["-euc", &script.join("\n")])
            .current_dir(dir)
            .env("TRIVY_SCANNERS", "secret")
            .env("TRIVY_CACHE_DIR", dir.join("trivy")),
    )
}

#[test]
fn the_scan_of_the_pipeline_passes_the_clean_image_and_refuses_a_planted_key() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let dir = starter("ci-scan");
    docker(&["save", "--output", "clean.tar", "ci-scan:dev"], &dir);
    let (clean, said) = scan(&dir, "clean.tar");
    assert!(clean, "{said}");
    let sbom = dir.join("sbom.json");
    let trivy = ["image", "--input", "ci-scan.tar", "--format", "spdx-json", "--output", "sbom.json"];
    let (well, said) =
        says(Command::new("trivy").args(trivy).current_dir(&dir).env("TRIVY_CACHE_DIR", dir.join("trivy")));
    assert!(well, "{said}");
    let sbom: serde_json::Value = serde_json::from_str(&fs::read_to_string(sbom).unwrap()).unwrap();
    let packages: Vec<&str> = sbom["packages"].as_array().unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
    assert!(packages.contains(&"libc6") && sbom["spdxVersion"].as_str().unwrap().starts_with("SPDX-"), "{packages:?}");
    // in two halves, so that this file is no finding itself
    let key = format!("aws_access_key_id = AKIA{}\n", "Z7PQ4XW2NB6KD3VT");
    fs::write(dir.join("leak.txt"), key).unwrap();
    fs::write(dir.join("Leak"), "FROM ci-scan:dev\nCOPY leak.txt /srv/leak.txt\n").unwrap();
    fs::write(dir.join("Leak.dockerignore"), "*\n!leak.txt\n").unwrap();
    docker(&["build", "--quiet", "--file", "Leak", "--tag", "ci-scan:leak", "."], &dir);
    docker(&["save", "--output", "leak.tar", "ci-scan:leak"], &dir);
    let (passes, said) = scan(&dir, "leak.tar");
    assert!(!passes && said.contains("CRITICAL"), "{said}");
    // as the workflow makes of it what code scanning takes
    let (well, said) = says(
        Command::new("trivy")
            .args(["convert", "--format", "sarif", "--output", "trivy.sarif", "trivy.json"])
            .current_dir(&dir)
            .env("TRIVY_CACHE_DIR", dir.join("trivy")),
    );
    assert!(well, "{said}");
    let sarif: serde_json::Value = serde_json::from_str(&fs::read_to_string(dir.join("trivy.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "aws-access-key-id");
    docker(&["image", "rm", "--force", "ci-scan:dev", "ci-scan:leak"], &dir);
    let _ = fs::remove_dir_all(&dir);
}

/// A registry that ends with the test.
struct Registry(Child, String);

impl Registry {
    fn start(dir: &Path) -> Self {
        // the kernel gives a free port; it is let go before the registry takes it
        let port = crate::port::free_port();
        let settings = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: 127.0.0.1:{port}}}\n",
            dir.join("registry").display()
        );
        fs::write(dir.join("registry.yml"), settings).unwrap();
        let mut command = Command::new("docker-registry");
        command.args(["serve", "registry.yml"]).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("docker-registry is on PATH");
        let started = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(started, "the registry does not answer");
        Self(child, format!("127.0.0.1:{port}/team/api"))
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_tag_is_a_copy_of_what_was_signed_and_another_key_is_refused() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let dir = folder("sign");
    let registry = Registry::start(&dir);
    let image = &registry.1;
    let pushed = format!("{image}:pushed");
    docker(&["tag", "node:26-trixie-slim", &pushed], &dir);
    docker(&["push", "--quiet", &pushed], &dir);
    let by_digest = docker(&["image", "inspect", "--format", "{{join .RepoDigests \"\\n\"}}", &pushed], &dir);
    let by_digest = by_digest.lines().find(|line| line.starts_with(image.as_str())).unwrap();
    docker(&["image", "rm", &pushed], &dir);

    let cosign = |arguments: &[&str]| {
        says(Command::new("cosign").args(arguments).current_dir(&dir).env("COSIGN_PASSWORD", "").env("HOME", &dir))
    };
    for name in ["ours", "other"] {
        let (well, said) = cosign(&["generate-key-pair", "--output-key-prefix", name]);
        assert!(well, "{said}");
    }
    // with a key and without the public log, which cannot be reached from everywhere; the pipelines sign without a key
    let here = ["--tlog-upload=false", "--use-signing-config=false", "--allow-http-registry"];
    let (well, said) = cosign(&[&["sign", "--yes", "--key", "ours.key"], &here[..], &[by_digest]].concat());
    assert!(well, "{said}");

    // the command of the pipelines, without an engine as in GitLab's last job
    let create = ["buildx", "imagetools", "create", "--prefer-index=false", "--tag"];
    let latest = format!("{image}:latest");
    let (well, said) = says(
        Command::new("docker")
            .args(create)
            .args([&latest, by_digest])
            .current_dir(&dir)
            .env("DOCKER_HOST", "tcp://127.0.0.1:1"),
    );
    assert!(well, "{said}");
    let verify =
        |key: &str| cosign(&["verify", "--key", key, "--insecure-ignore-tlog=true", "--allow-http-registry", &latest]);
    let (well, said) = verify("ours.pub");
    assert!(well, "{said}");
    assert!(!verify("other.pub").0, "any key will do");
}
