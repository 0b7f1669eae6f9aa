//! A stack as Kubernetes runs it: names, quantities and rules in the words of a cluster.
//!
//! What stands beside our own images (databases, a proxy) is not run there by what is written: a cluster has operators
//! and managed services for the one and an ingress for the other. Our pods still may talk to it.

mod access;
mod names;
mod pod;
mod probe;
mod quantity;

use serde::Serialize;

use super::{Kept, Role, Secret, Stack};
use crate::plan::Pair;
use crate::report::Diagnostic;
use crate::spec::deploy::KubernetesSecrets;
use crate::spec::secrets::Provider;
use crate::spec::values::{
    AbsPath, EnvName, ImageRef, Line, Namespace, Port, RemoteKey, Repository, SecretId, ServiceName, Text, User,
    Version,
};

pub use probe::Probe;

/// Our own part of a stack in a cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// The project.
    pub name: Namespace,
    /// The strictest Pod Security Standard that every pod keeps.
    pub profile: Profile,
    /// Our services and their processes.
    pub pods: Vec<Pod>,
    /// The repositories of the images, without a tag, sorted.
    pub repositories: Vec<Published>,
    /// The secrets that the External Secrets Operator brings.
    pub external: Vec<Secret>,
    /// The secrets that somebody puts into the cluster: no manager that a cluster asks keeps them.
    pub by_hand: Vec<Secret>,
    /// The identity that reads the managers stands for one of a cloud.
    pub annotated: bool,
    /// The claims of the volumes, sorted.
    pub claims: Vec<Namespace>,
    /// What is talked to and is not run by what is written, by name.
    pub beside: Vec<Beside>,
    /// Some pod runs until it is stopped.
    pub deployments: bool,
    /// Some pod does its work once.
    pub jobs: bool,
    /// Some pod listens.
    pub services: bool,
    /// Some pod runs more than once.
    pub budgets: bool,
    /// Some secret comes from a manager, one way or the other.
    pub managed: bool,
    /// Some pod takes traffic from outside the project.
    pub entered: bool,
}

/// A Pod Security Standard (kubernetes.io/docs/concepts/security/pod-security-standards, 2026-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// All capabilities are dropped, but for `NET_BIND_SERVICE`.
    Restricted,
    /// Those are kept that a container has by default.
    Baseline,
    /// Others, too.
    Privileged,
}

/// What kind of object runs a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Workload {
    /// A Deployment.
    Deployment,
    /// A Job.
    Job,
    /// A CronJob that is suspended: a template for jobs that are asked for.
    CronJob,
}

/// An image's repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Published {
    /// Without a tag.
    pub name: Repository,
    /// Somebody said where it is published.
    pub said: bool,
}

/// What is talked to and is not run by what is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// The name under which it is talked to.
    pub name: ServiceName,
    /// What it is, for people.
    pub title: String,
    /// Its port.
    pub port: Port,
}

/// A folder in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// The name of the pod's volume.
    pub name: Namespace,
    /// Where it is mounted.
    pub path: AbsPath,
    /// Its size at most, as a quantity.
    pub limit: String,
}

/// A claim that is mounted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Its name.
    pub name: Namespace,
    /// Where it is mounted.
    pub path: AbsPath,
}

/// A secret as a pod mounts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mounted {
    /// Its file's name.
    pub name: SecretId,
    /// The object's name.
    pub slug: Namespace,
    /// Its variable.
    pub env: Option<EnvName>,
    /// Its name where it is kept.
    pub key: RemoteKey,
    /// The field of it that is meant.
    pub property: Option<RemoteKey>,
    /// The version that is meant.
    pub version: Option<Version>,
}

/// A pod that is talked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Peer {
    /// Its name.
    pub name: Namespace,
    /// Its port.
    pub port: Port,
}

/// One unit as a pod.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pod {
    /// Its name, which is that of all its objects.
    pub name: Namespace,
    /// The unit's role.
    pub role: Role,
    /// For people: the language.
    pub title: String,
    /// What runs it.
    pub workload: Workload,
    /// Its image with the tag that stands for "none yet".
    pub image: ImageRef,
    /// In the place of the image's entrypoint.
    pub command: Vec<Text>,
    /// In the place of the image's command.
    pub args: Vec<Text>,
    /// Its environment, without the files of secrets.
    pub environment: Vec<Pair<EnvName>>,
    /// A variable names the file of one of its secrets.
    pub names_files: bool,
    /// Its secrets.
    pub secrets: Vec<Mounted>,
    /// The manager whose secrets the CSI driver mounts.
    pub csi: Option<Provider>,
    /// The numeric user and group.
    pub user: User,
    /// The root is read-only.
    pub read_only: bool,
    /// What it keeps of the capabilities.
    pub capabilities: Vec<Kept>,
    /// It listens on a port that the kernel keeps for root.
    pub low_port: bool,
    /// Its memory, as a quantity.
    pub memory: String,
    /// Its processors at most, as a quantity.
    pub cpu_limit: String,
    /// The processors that it is given for sure.
    pub cpu_request: String,
    /// Its folders in memory.
    pub folders: Vec<Folder>,
    /// Its volume.
    pub claim: Option<Claim>,
    /// The port that it listens on.
    pub port: Option<Port>,
    /// How its health is asked for.
    pub probe: Option<Probe>,
    /// How long a stop may take.
    pub stop_seconds: u32,
    /// How many of it run.
    pub replicas: u16,
    /// More than one runs, so that some can go while others stay.
    pub budget: bool,
    /// It has a network.
    pub network: bool,
    /// It reaches the world.
    pub egress: bool,
    /// Other namespaces reach it.
    pub entered: bool,
    /// The pods that talk to it, by name.
    pub accepts: Vec<Namespace>,
    /// The pods that it talks to.
    pub reaches: Vec<Peer>,
    /// What else it talks to.
    pub beside: Vec<Beside>,
    /// The jobs that must have ended well before it starts.
    pub after: Vec<Namespace>,
    /// What a person should hear about it.
    pub note: Option<Line>,
}

/// The cluster's view of a stack.
///
/// # Errors
/// What a cluster cannot do: two units of one name there, or secrets of two managers in one CSI volume.
pub fn of(stack: &Stack) -> Result<Cluster, Box<Diagnostic>> {
    let pods = pod::pods(stack)?;
    let read = |secret: &&Secret| pods.iter().any(|pod| pod.secrets.iter().any(|mounted| mounted.name == secret.name));
    let secrets: Vec<&Secret> = stack.secrets.iter().filter(read).collect();
    let managed = secrets.iter().any(|secret| secret.provider.is_manager());
    let (own, mut external): (Vec<Secret>, Vec<Secret>) =
        secrets.into_iter().cloned().partition(|secret| !secret.provider.is_manager());
    if stack.kubernetes.secrets == KubernetesSecrets::Csi {
        external.clear();
    }
    let providers = &stack.providers;
    let annotated = providers.aws.as_ref().is_some_and(|aws| aws.role_arn.is_some())
        || providers.azure.as_ref().is_some_and(|azure| azure.client_id.is_some() || azure.tenant_id.is_some())
        || providers.gcp.as_ref().is_some_and(|gcp| gcp.service_account.is_some());
    let mut repositories: Vec<Published> = Vec::new();
    for image in &stack.images {
        repositories.push(Published { name: image.repository.clone(), said: image.published });
    }
    repositories.sort();
    repositories.dedup_by(|one, other| one.name == other.name);
    let mut claims: Vec<Namespace> = pods.iter().filter_map(|pod| Some(pod.claim.as_ref()?.name.clone())).collect();
    claims.sort();
    claims.dedup();
    let is = |workload: Workload| pods.iter().any(|pod| pod.workload == workload);
    Ok(Cluster {
        name: names::label(stack.name.as_str())?,
        profile: pods.iter().map(|pod| profile(&pod.capabilities)).max().unwrap_or(Profile::Restricted),
        repositories,
        external,
        by_hand: own,
        annotated,
        managed,
        claims,
        beside: access::beside(stack),
        deployments: is(Workload::Deployment),
        jobs: is(Workload::Job) || is(Workload::CronJob),
        services: pods.iter().any(|pod| pod.port.is_some()),
        budgets: pods.iter().any(|pod| pod.budget),
        entered: pods.iter().any(|pod| pod.entered),
        pods,
    })
}

/// The manager whose secrets the CSI driver mounts for a unit that reads `secrets`: it mounts one folder from one.
fn csi(stack: &Stack, unit: &ServiceName, secrets: &[&Secret]) -> Result<Option<Provider>, Box<Diagnostic>> {
    const HELP: &str = "or say `kubernetes.delivery = \"external-secrets\"`";
    let mut providers: Vec<Provider> = secrets.iter().map(|secret| secret.provider).collect();
    providers.sort_unstable();
    providers.dedup();
    let managed = providers.iter().any(|provider| provider.is_manager());
    if stack.kubernetes.secrets != KubernetesSecrets::Csi || !managed {
        return Ok(None);
    }
    if let Some(field) = secrets.iter().find(|secret| secret.provider == Provider::Azure && secret.property.is_some()) {
        let error =
            format!("the secret `{}` names a field, and the CSI driver of Azure mounts whole secrets", field.name);
        let property = [&field.origin[..], &["property".to_owned()]].concat();
        return Err(Box::new(Diagnostic::error(error).about(&property).help(format!("take `property` out, {HELP}"))));
    }
    match providers[..] {
        [one] => Ok(Some(one)),
        _ => {
            let error =
                format!("`{unit}` reads secrets of several providers, and the CSI driver mounts those of one manager");
            let other = secrets.iter().find(|secret| secret.provider != secrets[0].provider);
            Err(Box::new(
                Diagnostic::error(error)
                    .about(other.map_or(&[][..], |secret| &secret.origin))
                    .help(format!("give all of them the same `provider`, {HELP}")),
            ))
        }
    }
}

fn profile(kept: &[Kept]) -> Profile {
    // the lists of the standard (2026-11); what is in none of them needs a namespace without one
    const BASELINE: [&str; 9] =
        ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETPCAP", "SETUID"];
    let of = |kept: &Kept| match kept.name.as_str() {
        "NET_BIND_SERVICE" => Profile::Restricted,
        name if BASELINE.contains(&name) => Profile::Baseline,
        _ => Profile::Privileged,
    };
    kept.iter().map(of).max().unwrap_or(Profile::Restricted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::values::Capability;

    #[test]
    fn the_strictest_standard_that_all_keep_is_asked_for() {
        let kept = |names: &[&str]| -> Vec<Kept> {
            let kept = |name: &&str| Kept { name: Capability::new(*name).unwrap(), reason: Line::new("why").unwrap() };
            names.iter().map(kept).collect()
        };
        assert_eq!(profile(&kept(&[])), Profile::Restricted);
        assert_eq!(profile(&kept(&["NET_BIND_SERVICE"])), Profile::Restricted);
        assert_eq!(profile(&kept(&["NET_BIND_SERVICE", "CHOWN"])), Profile::Baseline);
        assert_eq!(profile(&kept(&["NET_RAW", "CHOWN"])), Profile::Privileged);
    }
}
