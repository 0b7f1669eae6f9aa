//! `scan-missing-in-ci`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Workspace;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "scan-missing-in-ci",
        family: Family::Image,
        severity: Severity::Note,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "The CI builds images and scans none",
        why: "An image that was fine yesterday has known holes tomorrow, without a change of any file: somebody has to look, at every build and from time to time.",
        instead: "Add a step that runs a scanner such as Trivy or Grype on the image that was built, and run it on a schedule, too.",
        bad: &[
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\n"),
                (
                    ".github/workflows/ci.yml",
                    "on: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          push: true\n",
                ),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\n"),
                (
                    ".gitlab-ci.yml",
                    "image:\n  script:\n    # trivy will follow\n    - docker build -t app .\n    - docker push app\n",
                ),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\n"),
                ("Jenkinsfile", "node {\n  // build it\n  docker.build('app').push()\n}\n"),
            ]),
        ],
        good: &[
            Example::Files(&[("Dockerfile", "FROM debian:13-slim\n")]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\n"),
                (
                    ".github/workflows/ci.yml",
                    "jobs:\n  image:\n    steps:\n      - run: docker build -t app .\n      - uses: aquasecurity/trivy-action@0.33.1\n",
                ),
            ]),
            // On a schedule, in another file.
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\n"),
                (".github/workflows/ci.yml", "jobs:\n  image:\n    steps:\n      - run: docker build -t app .\n"),
                (
                    ".github/workflows/nightly.yml",
                    "on:\n  schedule:\n    - cron: '0 3 * * *'\njobs:\n  scan:\n    steps:\n      - run: grype app\n",
                ),
            ]),
            // What the other workflow does cannot be read.
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\n"),
                (
                    ".github/workflows/ci.yml",
                    "jobs:\n  image:\n    steps:\n      - run: docker build -t app .\n  rest:\n    uses: example/workflows/.github/workflows/image.yml@v1\n",
                ),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\n"),
                (
                    ".gitlab-ci.yml",
                    "include:\n  - project: example/templates\n    file: /image.yml\nimage:\n  script:\n    - docker build -t app .\n",
                ),
            ]),
            // No image is built, or only named in a comment.
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\n"),
                (
                    ".github/workflows/ci.yml",
                    "jobs:\n  test:\n    steps:\n      # docker build comes later\n      - run: make test\n",
                ),
            ]),
        ],
        equivalents: &[],
        cis: &["4.4"],
        point: Some(Point::Scanned),
        fix: Fixable::No,
    },
    checks: &[Check::Workspace(check)],
};

/// Files of a CI in the root.
const ROOT: [&str; 9] = [
    ".gitlab-ci.yml",
    "azure-pipelines.yml",
    "azure-pipelines.yaml",
    "Jenkinsfile",
    ".circleci/config.yml",
    "bitbucket-pipelines.yml",
    ".drone.yml",
    ".woodpecker.yml",
    "cloudbuild.yaml",
];

/// What builds or pushes an image.
const BUILDS: [&str; 21] = [
    "docker build",
    "docker buildx build",
    "docker buildx bake",
    "docker image build",
    "docker push",
    "docker compose build",
    "docker-compose build",
    "docker/build-push-action",
    "docker/bake-action",
    "docker.build(",
    "gcr.io/cloud-builders/docker",
    "Docker@2",
    "podman build",
    "buildah bud",
    "buildah build",
    "redhat-actions/buildah-build",
    "kaniko",
    "plugins/docker",
    "docker/publish",
    "skaffold build",
    "depot build",
];

/// What scans one: programs, their actions, and what platforms call them.
const SCANNERS: [&str; 17] = [
    "trivy",
    "grype",
    "scan-action",
    "docker scout",
    "docker/scout-action",
    "scout-action",
    "snyk",
    "anchore",
    "clair",
    "dockle",
    "container-scanning",
    "container_scanning",
    "sysdig",
    "twistcli",
    "wizcli",
    "aqua",
    "inspector",
];

fn check(workspace: &Workspace<'_>, found: &mut Found) {
    if !workspace.has_tree || workspace.units.is_empty() {
        return;
    }
    let mut built: Option<(&str, &str, std::ops::Range<usize>)> = None;
    let tree = workspace.tree;
    let workflow =
        |path: &&String| path.starts_with(".github/workflows/") && (path.ends_with(".yml") || path.ends_with(".yaml"));
    let paths = ROOT.into_iter().chain(tree.files().iter().filter(workflow).map(String::as_str));
    for path in paths {
        let Some(text) = tree.read(path) else { continue };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let code = without_comment(line);
            let lower = code.to_ascii_lowercase();
            let own = &workspace.options.policy.scanners;
            if SCANNERS.iter().any(|word| lower.contains(word))
                || own.iter().any(|word| lower.contains(&word.to_ascii_lowercase()))
                || is_elsewhere(code)
            {
                return;
            }
            if built.is_none()
                && let Some((at, word)) = BUILDS.iter().find_map(|word| Some((code.find(word)?, word)))
            {
                built = Some((path, text, start + at..start + at + word.len()));
            }
            start += line.len();
        }
    }
    let Some((path, text, span)) = built else { return };
    let at = found.at(path, text, span);
    found
        .add(at, "the CI builds an image here, and no step of it scans one")
        .help("add a step such as `trivy image --exit-code 1 --severity HIGH,CRITICAL NAME` behind the build");
}

/// A line without a comment: `#` of YAML, `//` of Groovy.
fn without_comment(line: &str) -> &str {
    let trimmed = line.trim_start();
    if trimmed.starts_with('#') || trimmed.starts_with("//") {
        return "";
    }
    line.find(" #").map_or(line, |at| &line[..at])
}

/// Whether a line takes in steps that are not in the repository: a workflow of another one, an include, a library.
fn is_elsewhere(code: &str) -> bool {
    let code = code.trim().trim_start_matches("- ");
    let value = |key: &str| code.strip_prefix(key).map(|rest| rest.trim().trim_matches(['"', '\'']));
    let other_workflow =
        value("uses:").is_some_and(|uses| uses.contains("/.github/workflows/") && !uses.starts_with("./"));
    let included = ["project:", "remote:", "component:"].iter().any(|key| value(key).is_some());
    other_workflow || included || code.starts_with("@Library") || code.starts_with("library(")
}
