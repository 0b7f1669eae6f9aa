//! The GitLab pipeline, run by gitlab-ci-local with stubs in the place of every program but `scaffold`: which jobs run
//! and in which order, what one hands to the next, and what does not happen after a job that failed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{PROJECTS, asked, says};

/// A stub writes down its job and how it was called; what a real one leaves behind, it leaves behind, too.
const STUB: &str = r#"#!/bin/sh
# The runner has its script on the standard input of a shell, so no stub reads that.
program=$(basename "$0")
{ printf '%s: %s' "$CI_JOB_NAME" "$program"; printf ' %s' "$@"; echo; } >>"$STAGE/log"
for given; do
    case $given in id=*,src=*) echo "$CI_JOB_NAME: secret ${given%%,*}: $(cat "${given#*,src=}")" >>"$STAGE/log" ;; esac
done
case "$program $*" in
cargo*) mkdir -p "$CARGO_INSTALL_ROOT/bin" && ln -sf "$SCAFFOLD" "$CARGO_INSTALL_ROOT/bin/scaffold" ;;
*' --metadata-file '*) printf '{\n  "containerimage.digest": "sha256:of-%s"\n}\n' "${IMAGE##*/}" >metadata.json ;;
docker*type=docker,dest=*) echo archive >"$(expr "$*" : '.*type=docker,dest=\([^ ]*\)')" ;;
trivy*--input*) grep -q archive "$(expr "$*" : '.*--input \([^ ]*\)')" && echo {} >trivy.json ;;
trivy*--output*.json*) echo {} >"$(expr "$*" : '.*--output \([^ ]*\)')" ;;
npx*) echo {} >snyk.sarif ;;
esac
test ! -e "$STAGE/fails-$program" || ! expr "$*" : '.*\(--exit-code\|container test\)' >/dev/null
"#;

/// The engine of the runner itself, asked for the services of a job: it has them all.
const ENGINE: &str = "#!/bin/sh\ncase \"$1 $2\" in 'image inspect') echo '[{\"Config\":{}}]' ;; create*) echo 0123 ;; 'network create') echo net ;; esac\n";

/// A repository of a project and the programs that its jobs find.
struct Stage {
    dir: PathBuf,
}

impl Stage {
    fn new(name: &str, project: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ci-pipeline").join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(dir.join("bin")).unwrap();
        for program in ["apk", "cargo", "cosign", "docker", "npx", "podman", "trivy"] {
            let path = dir.join("bin").join(program);
            fs::write(&path, if program == "podman" { ENGINE } else { STUB }).unwrap();
            assert!(says(Command::new("chmod").arg("+x").arg(&path)).0);
        }
        let project = PROJECTS.iter().find(|known| known.name == project).unwrap();
        let copy = dir.join("project");
        assert!(says(Command::new("cp").arg("-r").arg(&project.dir).arg(&copy)).0);
        // Not a variable of the runner's own type `file`: it would leave each in /tmp, for every job.
        fs::write(dir.join("npmrc"), "a-canary").unwrap();
        let stage = Self { dir };
        stage.commit();
        stage
    }

    fn commit(&self) {
        for arguments in [
            &["init", "--quiet", "--initial-branch=main"][..],
            &["add", "--all"],
            &["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--message=x"],
        ] {
            let (well, said) = says(Command::new("git").args(arguments).current_dir(self.dir.join("project")));
            assert!(well, "{said}");
        }
        let remote = ["config", "remote.origin.url", "git@gitlab.example.com:acme/shop.git"];
        assert!(says(Command::new("git").args(remote).current_dir(self.dir.join("project"))).0);
    }

    /// Whether the pipeline of an event ends well, what the programs wrote down, and what the runner said.
    fn run(&self, variables: &[&str]) -> (bool, String, String) {
        let _ = fs::remove_file(self.dir.join("log"));
        let path = std::env::join_paths(
            std::iter::once(self.dir.join("bin"))
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        let mut runner = Command::new("gitlab-ci-local");
        // Each job has a folder of its own there, and so only what GitLab would give it. The folder of a project is then
        // not the one that this runner names.
        runner
            .args(["--force-shell-executor", "--shell-isolation", "--no-artifacts-to-source", "--no-color"])
            .args(["--container-executable=podman", "--variable=CI_PROJECT_DIR=."])
            .args(["--variable=CI_REGISTRY_IMAGE=registry.example.com/acme/shop"])
            .arg(format!("--variable=NPMRC={}", self.dir.join("npmrc").display()))
            .args(["--variable=REGISTRY_USER=me", "--variable=REGISTRY_PASSWORD=a-password"])
            .args(["--variable=CI_REGISTRY_USER=me", "--variable=CI_REGISTRY_PASSWORD=a-password"])
            .args(variables.iter().map(|variable| format!("--variable={variable}")))
            .current_dir(self.dir.join("project"))
            .stdin(std::process::Stdio::null())
            .env("PATH", path.unwrap())
            .env("STAGE", &self.dir)
            .env("SCAFFOLD", env!("CARGO_BIN_EXE_scaffold"))
            .env("HOME", &self.dir);
        let (well, said) = says(&mut runner);
        (well, fs::read_to_string(self.dir.join("log")).unwrap_or_default(), said)
    }
}

const MERGE_REQUEST: [&str; 2] = ["CI_PIPELINE_SOURCE=merge_request_event", "CI_COMMIT_BRANCH="];

/// The jobs that wrote something down, in the order of their first line.
fn jobs(log: &str) -> Vec<&str> {
    let mut jobs = Vec::new();
    for job in log.lines().filter_map(|line| line.rsplit_once(": ").map(|_| line.split(": ").next().unwrap())) {
        if !jobs.contains(&job) {
            jobs.push(job);
        }
    }
    jobs
}

#[test]
fn what_is_merged_is_published_by_the_digest_that_was_scanned() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let stage = Stage::new("merged", "plain");
    let (well, log, said) = stage.run(&[]);
    assert!(well, "{said}\n{log}");
    assert_eq!(jobs(&log), ["lint", "push api", "scan pushed api", "publish api"], "{log}");
    assert!(said.contains("> nothing found in 2 files"), "the real scaffold looks at the real files: {said}");
    assert_eq!(log.matches("a-canary").count(), 1, "only the build is given the secret: {log}");
    assert!(log.contains("push api: secret id=npmrc: a-canary\n"), "{log}");
    assert!(!log.contains("a-password"), "a password stands in a command: {log}");
    let image = "registry.example.com/acme/shop/api@sha256:of-api";
    for platform in ["linux/amd64", "linux/arm64"] {
        let scan = format!(
            "scan pushed api: [{platform}]: trivy image --format json --output trivy.json --platform {platform} {image}\n"
        );
        assert!(log.contains(&scan), "{scan}{log}");
    }
    let (_, end) = log.split_once("publish api: cosign").unwrap();
    assert!(end.starts_with(&format!(" sign --yes {image}\n")), "{end}");
    assert!(end.trim_end().ends_with(&format!("--tag registry.example.com/acme/shop/api:latest {image}")), "{end}");
    assert_eq!(end.lines().count(), 2, "nothing comes after the tag: {end}");
}

#[test]
fn a_merge_request_is_built_and_scanned_and_goes_nowhere() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let stage = Stage::new("merge-request", "plain");
    let (well, log, said) = stage.run(&MERGE_REQUEST);
    assert!(well, "{said}\n{log}");
    assert_eq!(jobs(&log), ["lint", "build api", "scan api"], "{log}");
    assert!(log.contains("scan api: trivy image --format json --output trivy.json --input api.tar\n"), "{log}");
    for never in ["push=true", "cache-to", "cosign", "imagetools"] {
        assert!(!log.contains(never), "{never}: {log}");
    }
    fs::write(stage.dir.join("fails-trivy"), "").unwrap();
    assert!(!stage.run(&MERGE_REQUEST).0, "the scan does not fail the pipeline");

    // this runner does not know `workflow`, which keeps GitLab from a pipeline for a branch
    let (well, log, said) = stage.run(&["CI_COMMIT_BRANCH=a-branch"]);
    assert!(well && jobs(&log) == ["lint"], "{said}\n{log}");
}

#[test]
fn nothing_is_published_after_a_job_that_failed() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let stage = Stage::new("refused", "plain");
    fs::write(stage.dir.join("fails-trivy"), "").unwrap();
    let (well, log, said) = stage.run(&[]);
    assert!(!well, "{said}\n{log}");
    assert_eq!(jobs(&log), ["lint", "push api", "scan pushed api"], "{log}");
    assert!(log.contains("--template @/contrib/gitlab.tpl"), "the report is written nevertheless: {log}");

    let dockerfile = stage.dir.join("project/Dockerfile");
    let text = fs::read_to_string(&dockerfile).unwrap();
    fs::write(&dockerfile, text.replace("\nUSER ", "\nRUN sudo true\nUSER ")).unwrap();
    let (well, log, said) = stage.run(&[]);
    assert!(!well, "{said}\n{log}");
    assert_eq!(jobs(&log), ["lint"], "what scaffold refuses is neither built nor pushed: {said}\n{log}");
}

#[test]
fn each_of_several_images_has_its_own_digest_and_waits_for_its_own_scan() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let stage = Stage::new("several", "several");
    let (well, log, said) = stage.run(&[]);
    assert!(well, "{said}\n{log}");
    for name in ["api", "web"] {
        let image = format!("ghcr.io/acme/shop/{name}@sha256:of-{name}");
        let scan = format!("container test {image} --platform=linux/arm64 --file=./{name}/Dockerfile");
        assert!(log.contains(&scan), "{scan}: {log}");
        assert!(log.contains(&format!("publish {name}: cosign sign --yes {image}\n")), "{log}");
    }
    fs::write(stage.dir.join("fails-npx"), "").unwrap();
    let (well, log, said) = stage.run(&[]);
    assert!(!well && !log.contains("cosign"), "{said}\n{log}");
}
