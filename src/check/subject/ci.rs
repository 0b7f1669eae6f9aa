//! What the CI of a tree says of images: whether it builds them, and whether it scans them.

use std::ops::Range;

use crate::detect::Tree;

/// Whether images are scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// A step of the CI does it.
    Yes,
    /// An image is built here and nothing scans it.
    No {
        /// The file that builds.
        path: String,
        /// The bytes that say so.
        span: Range<usize>,
    },
    /// No image is built by a CI that is in the tree, or steps are taken from elsewhere.
    Unknown,
}

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

/// Looks for it; `own` are further programs that scan.
pub(super) fn scan(tree: &dyn Tree, own: &[String]) -> Scan {
    let mut built = None;
    let mut elsewhere = false;
    let workflow =
        |path: &&String| path.starts_with(".github/workflows/") && (path.ends_with(".yml") || path.ends_with(".yaml"));
    let paths = ROOT.into_iter().chain(tree.files().iter().filter(workflow).map(String::as_str));
    for path in paths {
        let Some(text) = tree.read(path) else { continue };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let code = without_comment(line);
            let lower = code.to_ascii_lowercase();
            if SCANNERS.iter().any(|word| lower.contains(word))
                || own.iter().any(|word| lower.contains(&word.to_ascii_lowercase()))
            {
                return Scan::Yes;
            }
            elsewhere |= is_elsewhere(code);
            if built.is_none()
                && let Some((at, word)) = BUILDS.iter().find_map(|word| Some((code.find(word)?, word)))
            {
                built = Some((path.to_owned(), start + at..start + at + word.len()));
            }
            start += line.len();
        }
    }
    match built {
        Some((path, span)) if !elsewhere => Scan::No { path, span },
        _ => Scan::Unknown,
    }
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
