//! Which files a stack has: path, template, how it is read back, and when it is written.

use super::FileKind;
use crate::plan::stack::Stack;
use crate::plan::stack::cluster::Cluster;

/// The compose file, and the name of its template.
pub(super) const COMPOSE: &str = "compose.yaml";

/// What is said on top of it while somebody works, and the name of its template.
pub(super) const DEV: &str = "compose.dev.yaml";

/// A file that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    /// Its path in the project.
    pub(super) path: String,
    /// The template that makes it.
    pub(super) template: String,
    /// How it is read back.
    pub(super) kind: FileKind,
}

/// The files of a stack.
pub(super) fn of(stack: &Stack) -> Vec<Output> {
    let outputs = stack.outputs;
    let cluster = stack.cluster.as_ref();
    let of_cluster = |wanted: fn(&Cluster) -> bool| cluster.is_some_and(wanted);
    // one line a file
    let table = [
        (outputs.compose, COMPOSE, COMPOSE, FileKind::Compose),
        (outputs.swarm, "stack.yaml", "stack.yaml", FileKind::Compose),
        (of_cluster(|_| true), "k8s/kustomization.yaml", "k8s/kustomization.yaml", FileKind::Manifest),
        (of_cluster(|_| true), "k8s/namespace.yaml", "k8s/namespace.yaml", FileKind::Manifest),
        (of_cluster(|_| true), "k8s/networkpolicy.yaml", "k8s/networkpolicy.yaml", FileKind::Manifest),
        (of_cluster(|_| true), "k8s/serviceaccount.yaml", "k8s/serviceaccount.yaml", FileKind::Manifest),
        (of_cluster(|all| all.deployments), "k8s/deployment.yaml", "k8s/deployment.yaml", FileKind::Manifest),
        (of_cluster(|all| all.jobs), "k8s/job.yaml", "k8s/job.yaml", FileKind::Manifest),
        (of_cluster(|all| all.services), "k8s/service.yaml", "k8s/service.yaml", FileKind::Manifest),
        (
            of_cluster(|all| all.budgets),
            "k8s/poddisruptionbudget.yaml",
            "k8s/poddisruptionbudget.yaml",
            FileKind::Manifest,
        ),
        (
            of_cluster(|all| !all.claims.is_empty()),
            "k8s/persistentvolumeclaim.yaml",
            "k8s/persistentvolumeclaim.yaml",
            FileKind::Manifest,
        ),
        (of_cluster(|all| all.managed), "k8s/secrets.yaml", "k8s/secrets.yaml", FileKind::Manifest),
        (outputs.bake, "docker-bake.hcl", "docker-bake.hcl", FileKind::Hcl),
        (outputs.github, ".github/workflows/container.yaml", "ci/github/workflow.yaml", FileKind::Github),
        (outputs.gitlab, ".gitlab-ci.yml", "ci/gitlab/pipeline.yml", FileKind::Gitlab),
        (outputs.renovate, "renovate.json", "ci/renovate.json", FileKind::Yaml),
        (outputs.dependabot, ".github/dependabot.yml", "ci/dependabot.yml", FileKind::Yaml),
        (stack.secrets_script, "scripts/secrets.sh", "secrets.sh", FileKind::Shell),
        (stack.sidecar.is_some(), "compose.secrets.yaml", "compose.secrets.yaml", FileKind::Compose),
        (
            stack.sidecar.is_some() && stack.providers.vault.is_some(),
            "config/vault-agent.hcl",
            "vault-agent.hcl",
            FileKind::Hcl,
        ),
        (outputs.dev && outputs.compose, DEV, DEV, FileKind::Compose),
        (outputs.document, "CONTAINER.md", "CONTAINER.md", FileKind::Markdown),
    ];
    let fixed = table.into_iter().filter(|(wanted, ..)| *wanted).map(|(_, path, template, kind)| Output {
        path: path.to_owned(),
        template: template.to_owned(),
        kind,
    });
    // the settings of what is not ours, each by the template of its kind
    let settings = stack.proxy.iter().flat_map(|kind| {
        let configs = stack.units.iter().flat_map(|unit| &unit.configs);
        configs.map(move |config| Output {
            path: config.file.to_string(),
            template: format!("proxy/{kind}"),
            kind: FileKind::Plain,
        })
    });
    fixed.chain(settings).collect()
}
