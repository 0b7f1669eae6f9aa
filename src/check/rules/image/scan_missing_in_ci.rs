//! `scan-missing-in-ci`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Scan, Workspace};
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

fn check(workspace: &Workspace<'_>, found: &mut Found) {
    let Scan::No { path, span } = workspace.scan() else { return };
    let Some(text) = workspace.tree.read(path).filter(|_| !workspace.units.is_empty()) else { return };
    let at = found.at(path, text, span.clone());
    found
        .add(at, "the CI builds an image here, and no step of it scans one")
        .help("add a step such as `trivy image --exit-code 1 --severity HIGH,CRITICAL NAME` behind the build");
}
