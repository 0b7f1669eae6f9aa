//! The GitHub workflow, run by act with stubs in the place of every action and program: what would happen, in which
//! order, with which inputs; and what does not happen when the scan finds something.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scaffold_dockerfile::catalog::ci::Action;

use super::{PROJECTS, actions, asked, says};

const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/// A place to run in: stubs, a repository of the project, and the log that every stub writes to.
struct Stage {
    dir: PathBuf,
    actions: Vec<String>,
}

impl Stage {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("act").join(name);
        let _ = fs::remove_dir_all(&dir);
        let mut given = Vec::new();
        for (number, (uses, action)) in actions().iter().enumerate() {
            let parts: Vec<&str> = action.uses.split('/').collect();
            let repository = dir.join("actions").join(number.to_string());
            let folder = parts[2..].iter().fold(repository.clone(), |path, part| path.join(part));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("action.yml"), stub(action)).unwrap();
            commit(&repository);
            let commit = uses.rsplit('@').next().unwrap();
            given.push(format!("--local-repository={}/{}@{commit}={}", parts[0], parts[1], repository.display()));
        }
        for program in ["cargo", "cosign", "docker", "scaffold", "trivy"] {
            let path = dir.join("bin").join(program);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, format!("#!/bin/sh\necho \"{program} $*\" >>\"$STAGE/log\"\n")).unwrap();
            assert!(says(Command::new("chmod").arg("+x").arg(&path)).0);
        }
        let project = PROJECTS.iter().find(|project| project.name == "plain").unwrap();
        let copy = dir.join("project");
        assert!(says(Command::new("cp").arg("-r").arg(&project.dir).arg(&copy)).0);
        commit(&copy);
        Self { dir, actions: given }
    }

    /// Whether all jobs of an event end well, and the log.
    fn run(&self, event: &str) -> (bool, String) {
        let _ = fs::remove_file(self.dir.join("log"));
        let path = std::env::join_paths(
            std::iter::once(self.dir.join("bin"))
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        let mut act = Command::new("act");
        act.args([event, "-P", "ubuntu-24.04=-self-hosted", "-s", "NPMRC=a-canary", "-s", "GITHUB_TOKEN=no-token"])
            .arg("--env")
            .arg(format!("STAGE={}", self.dir.display()))
            .args(&self.actions)
            .current_dir(self.dir.join("project"))
            .env("PATH", path.unwrap())
            .env("STAGE", &self.dir)
            .env("HOME", &self.dir)
            .env("XDG_CACHE_HOME", self.dir.join("cache"));
        let (well, said) = says(&mut act);
        assert!(!said.contains("a-canary"), "a secret is in the log of the run");
        let log = fs::read_to_string(self.dir.join("log")).unwrap_or_else(|_| panic!("nothing ran: {said}"));
        (well, log)
    }
}

/// A composite action that takes what the real one takes, writes down what it is given, and fails on wish.
fn stub(action: &Action) -> String {
    let name = &action.uses;
    let mut text = format!("name: {name}\ninputs:\n");
    for input in &action.inputs {
        text.push_str(&format!("  {input}:\n    description: {input}\n    required: false\n"));
    }
    if !action.outputs.is_empty() {
        text.push_str("outputs:\n");
    }
    for output in &action.outputs {
        text.push_str(&format!("  {output}:\n    description: {output}\n    value: {DIGEST}\n"));
    }
    text.push_str("runs:\n  using: composite\n  steps:\n    - shell: bash\n      env:\n");
    for input in &action.inputs {
        text.push_str(&format!("        GIVEN_{}: ${{{{ inputs.{input} }}}}\n", input.replace('-', "_")));
    }
    let file = name.replace('/', "-");
    let report =
        if action.inputs.iter().any(|input| input == "output") { "touch \"${GIVEN_output:-none}\"" } else { ":" };
    text.push_str(&format!(
        "      run: |\n        {{ echo 'action {name}'; env | grep -E '^(GIVEN_.*|NPMRC|TRIVY_PLATFORM)=.' | sort || true; }} >>\"$STAGE/log\"\n        {report}\n        test ! -e \"$STAGE/fails-{file}\"\n"
    ));
    text
}

fn commit(dir: &Path) {
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["remote", "add", "origin", "https://github.com/Acme/Shop.git"],
        &["add", "--all"],
        &["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--message=x"],
    ] {
        let (well, said) = says(Command::new("git").args(arguments).current_dir(dir));
        assert!(well, "{said}");
    }
}

/// The lines of a log in their order, of which each begins or ends as asked.
fn in_order(log: &str, expected: &[&str]) {
    let mut lines = log.lines();
    for want in expected {
        assert!(lines.any(|line| line == *want), "not there, or not in this order: {want}\n{log}");
    }
}

#[test]
fn what_is_merged_is_published_by_the_digest_that_was_scanned_and_signed() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let stage = Stage::new("push");
    let (well, log) = stage.run("push");
    assert!(well, "{log}");
    let install = format!("cargo install --locked --version {} scaffold-dockerfile", env!("CARGO_PKG_VERSION"));
    let image = format!("ghcr.io/acme/shop/api@{DIGEST}");
    let scanned = format!("GIVEN_image_ref={image}");
    let signed = format!("cosign sign --yes {image}");
    in_order(
        &log,
        &[
            &install,
            "scaffold check --format sarif",
            "scaffold check --format github",
            "action docker/setup-qemu-action",
            "action docker/setup-buildx-action",
            "action docker/login-action",
            "GIVEN_registry=ghcr.io",
            "action docker/build-push-action",
            "GIVEN_outputs=type=image,name=ghcr.io/acme/shop/api,push-by-digest=true,name-canonical=true,push=true",
            "GIVEN_platforms=linux/amd64,linux/arm64",
            "GIVEN_provenance=mode=max",
            "GIVEN_sbom=true",
            "GIVEN_secret_envs=npmrc=NPMRC",
            "NPMRC=a-canary",
            "action aquasecurity/trivy-action",
            "GIVEN_exit_code=1",
            &scanned,
            "GIVEN_severity=HIGH,CRITICAL",
            "TRIVY_PLATFORM=linux/amd64",
            &scanned,
            "TRIVY_PLATFORM=linux/arm64",
            &signed,
        ],
    );
    let tag = log.lines().last().unwrap();
    assert!(
        tag.starts_with("docker buildx imagetools create --prefer-index=false --tag ghcr.io/acme/shop/api:"),
        "{tag}"
    );
    assert!(tag.ends_with(&format!(":latest {image}")), "{tag}");
    assert_eq!(log.matches("NPMRC=a-canary").count(), 1, "only the build is given the secret: {log}");
}

#[test]
fn what_the_scan_refuses_gets_no_signature_and_no_tag() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let stage = Stage::new("refused");
    fs::write(stage.dir.join("fails-aquasecurity-trivy-action"), "").unwrap();
    let (well, log) = stage.run("push");
    assert!(!well && log.contains("action aquasecurity/trivy-action"), "{log}");
    assert!(!log.contains("cosign sign") && !log.contains("imagetools"), "{log}");
    in_order(&log, &["trivy convert trivy-1.json", "trivy convert --format sarif --output trivy-1.sarif trivy-1.json"]);
    assert!(!log.contains("trivy-2"), "{log}");
}

#[test]
fn a_pull_request_is_built_and_scanned_and_goes_nowhere() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let stage = Stage::new("pull-request");
    let (well, log) = stage.run("pull_request");
    assert!(well, "{log}");
    in_order(
        &log,
        &[
            "action docker/build-push-action",
            "GIVEN_load=true",
            "GIVEN_tags=api:scan",
            "action aquasecurity/trivy-action",
            "GIVEN_image_ref=api:scan",
        ],
    );
    for never in ["docker/login-action", "cosign sign", "push=true", "imagetools"] {
        assert!(!log.contains(never), "{never}: {log}");
    }
    fs::write(stage.dir.join("fails-aquasecurity-trivy-action"), "").unwrap();
    assert!(!stage.run("pull_request").0, "the scan does not fail the job");
}
