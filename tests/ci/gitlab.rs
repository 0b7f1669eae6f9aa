//! The GitLab pipeline: its jobs' commands in a real shell, with stubs in the place of the programs, and the whole file
//! as gitlab-ci-local understands it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use scaffold_dockerfile::compose::yaml::{Node, parse};

use super::projects::{asked, says};
use super::{PIPELINE, PROJECTS};

const DIGEST: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// The commands of a job, as GitLab joins them.
fn script(project: &str, job: &str) -> String {
    let text = PROJECTS.iter().find(|known| known.name == project).unwrap().text(PIPELINE);
    let document = parse(&text);
    let script = document.at(&[job, "script"]).unwrap_or_else(|| panic!("{project} has no job {job}: {text}"));
    script.items().filter_map(Node::as_str).collect::<Vec<_>>().join("\n")
}

/// A folder with programs that write down how they are called.
fn stage(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ci-gitlab").join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(dir.join("bin")).unwrap();
    for program in ["cosign", "docker"] {
        let path = dir.join("bin").join(program);
        // as Buildx writes it, on lines of their own
        let metadata = format!("{{\n  \"buildx.build.ref\": \"a/b\",\n  \"containerimage.digest\": \"{DIGEST}\"\n}}\n");
        fs::write(&path, format!("#!/bin/sh\nprintf '%s|' {program} \"$@\" >>log\necho >>log\ncat >/dev/null\ncase \" $* \" in *' --metadata-file '*) cat >metadata.json <<'END'\n{metadata}END\n;; esac\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    dir
}

/// Whether a job's commands end well, and how the programs were called; a blank ends each argument as `|`.
fn run(dir: &Path, script: &str, variables: &[(&str, &str)]) -> (bool, String) {
    let _ = fs::remove_file(dir.join("log"));
    let path = format!("{}:{}", dir.join("bin").display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-euc", script]).current_dir(dir).stdin(std::process::Stdio::null()).env("PATH", path);
    shell.envs(variables.iter().copied());
    let (well, said) = says(&mut shell);
    (well, fs::read_to_string(dir.join("log")).unwrap_or(said))
}

const VARIABLES: [(&str, &str); 5] = [
    ("CONTEXT", "."),
    ("IMAGE", "registry.example.com:5000/team/api"),
    ("REGISTRY_USER", "me"),
    ("REGISTRY_PASSWORD", "x"),
    ("CI_COMMIT_SHA", "abc"),
];

#[test]
fn a_build_is_given_its_secrets_as_files_and_a_required_one_must_be_there() {
    let dir = stage("build");
    let push = script("everything", "push api.v2");
    let (well, said) = run(&dir, &push, &VARIABLES);
    assert!(!well && !said.contains("buildx|build|"), "a build began without the secret that it needs: {said}");

    let secrets = [("LICENCE", "/builds/tmp/LICENCE"), ("NPMRC", "/builds/tmp/a b")];
    let (well, log) = run(&dir, &push, &[&VARIABLES[..], &secrets[..]].concat());
    assert!(well, "{log}");
    for given in [
        "docker|login|--username|me|--password-stdin|registry.example.com:5000|",
        "|--secret|id=licence,src=/builds/tmp/LICENCE|",
        "|--secret|id=npmrc,src=/builds/tmp/a b|",
        "|--secret|id=build_ca,src=certs/ca.pem|",
        "|--build-arg|HTTPS_PROXY|",
        "|--platform|linux/amd64|--attest|type=provenance,mode=max|--attest|type=sbom|",
        "|--output|type=image,name=registry.example.com:5000/team/api,push-by-digest=true,name-canonical=true,push=true|.|",
    ] {
        assert!(log.contains(given), "{given}: {log}");
    }
    assert_eq!(fs::read_to_string(dir.join("digest.env")).unwrap(), format!("DIGEST={DIGEST}\n"));

    let (_, log) = run(&dir, &push, &[&VARIABLES[..], &secrets[..1]].concat());
    assert!(log.contains("|--secret|id=npmrc,src=/dev/null|"), "one that may be missing is an empty file: {log}");
}

#[test]
fn the_last_job_signs_and_then_tags_the_digest() {
    let dir = stage("publish");
    let digest = [("DIGEST", DIGEST)];
    let (well, log) = run(&dir, &script("everything", "publish api.v2"), &[&VARIABLES[..], &digest[..]].concat());
    assert!(well, "{log}");
    let image = "registry.example.com:5000/team/api";
    let expected = format!(
        "docker|login|--username|me|--password-stdin|registry.example.com:5000|\ncosign|sign|--yes|{image}@{DIGEST}|\n\
         docker|buildx|imagetools|create|--prefer-index=false|--tag|{image}:abc|--tag|{image}:latest|{image}@{DIGEST}|\n"
    );
    assert_eq!(log, expected);
}

#[test]
fn a_merge_request_neither_pushes_nor_signs_and_a_publication_waits_for_its_scan() {
    for project in PROJECTS.iter() {
        let text = project.text(PIPELINE);
        let document = parse(&text);
        for (job, body) in document.root().unwrap().entries() {
            let names = |key: &str| -> Vec<&str> {
                body.get(key).map(|list| list.items().filter_map(Node::as_str).collect()).unwrap_or_default()
            };
            if names("extends").contains(&".merge-request") {
                let script = names("script").join("\n");
                assert!(!script.contains("push=true") && !script.contains("cosign") && !script.contains("cache-to"));
                assert!(body.get("id_tokens").is_none(), "{}: {job}", project.name);
            }
            if let Some(image) = job.strip_prefix("publish ") {
                assert!(names("needs").contains(&format!("scan pushed {image}").as_str()), "{}: {job}", project.name);
                assert!(names("extends").contains(&".published") && names("needs").contains(&"lint"));
            }
        }
    }
}

#[test]
fn gitlab_ci_local_understands_every_pipeline() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let preview = |dir: &Path| {
        for arguments in [
            &["init", "--quiet", "--initial-branch=main"][..],
            &["remote", "add", "origin", "git@gitlab.example.com:acme/shop.git"],
            &["add", PIPELINE],
            &["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--message=x"],
        ] {
            assert!(says(Command::new("git").args(arguments).current_dir(dir)).0);
        }
        says(Command::new("gitlab-ci-local").arg("--preview").current_dir(dir))
    };
    for project in PROJECTS.iter() {
        let dir = stage(project.name);
        fs::copy(project.dir.join(PIPELINE), dir.join(PIPELINE)).unwrap();
        let (well, said) = preview(&dir);
        assert!(well && said.contains("json schema validated"), "{}: {said}", project.name);
    }
    let dir = stage("bad");
    fs::write(dir.join(PIPELINE), "a:\n  scrpt:\n    - x\n").unwrap();
    assert!(!preview(&dir).0, "it understands everything");
}
