//! The tables of `scaffold.toml` about what runs beside the service and around it: processes, further services,
//! backing services, a reverse proxy, Kubernetes, CI.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::file::{BuildTable, HealthTable, HeartbeatTable, ImageTable, RuntimeTable, ServiceTable, StagesTable};
use super::secrets::SecretTable;
use super::values::{
    Argv, Branch, Cpus, EnvName, Line, Namespace, Port, RelPath, SecretId, ServiceName, Size, UrlPath, Version,
};

/// What a service may reach, and from where it is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// No network at all: for a job that only computes.
    None,
    /// The other services and its published port; nothing goes out to the world.
    Internal,
    /// Also out to the world.
    #[default]
    Egress,
}

/// What becomes of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ProcessKind {
    /// It runs until it is stopped.
    #[default]
    Worker,
    /// It does its work once and ends, such as a migration. Whatever else runs of this image waits until it has ended well.
    Job,
    /// As a job, but nobody waits for it: it runs only when it is asked for, by `docker compose run`.
    Task,
}

/// `[processes.NAME]`: another process of the service's image.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProcessTable {
    /// Its command, in the place of the image's own: a list of words, or one line that needs no shell.
    pub command: Argv,
    /// `worker` (the default), `job` or `task`.
    #[serde(default)]
    pub kind: ProcessKind,
    /// The port that it listens on, if it does.
    pub port: Option<Port>,
    /// The path that answers 2xx or 3xx when it is healthy; needs `port`.
    pub health: Option<UrlPath>,
    /// A file that it touches while it is well.
    pub heartbeat: Option<HeartbeatTable>,
    /// Environment that the service itself does not have.
    #[serde(default)]
    pub env: BTreeMap<EnvName, Line>,
    /// Those of the service's secrets that it reads; all of them otherwise.
    pub secrets: Option<Vec<SecretId>>,
    /// What it may reach; as the service otherwise.
    pub network: Option<Reach>,
    /// Its memory limit; the service's otherwise.
    pub memory: Option<Size>,
    /// Its processors; the service's otherwise.
    pub cpus: Option<Cpus>,
    /// Its processes and threads at most; the service's otherwise.
    pub pids: Option<u32>,
    /// How many of it run in a cluster.
    pub replicas: Option<u16>,
}

/// `[services.NAME]`: another service, in a folder of its own.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MemberTable {
    /// Its folder.
    pub path: RelPath,
    /// As the table of the same name at the top.
    #[serde(default)]
    pub service: ServiceTable,
    /// As the table of the same name at the top.
    #[serde(default)]
    pub build: BuildTable,
    /// As the table of the same name at the top; `registry` and `qualified` are taken from there if they are not said.
    #[serde(default)]
    pub image: ImageTable,
    /// As the table of the same name at the top.
    #[serde(default)]
    pub runtime: RuntimeTable,
    /// As the table of the same name at the top.
    #[serde(default)]
    pub health: HealthTable,
    /// As the table of the same name at the top.
    #[serde(default)]
    pub stages: StagesTable,
    /// As the list of the same name at the top.
    #[serde(default)]
    pub secrets: Vec<SecretTable>,
    /// As the table of the same name at the top.
    #[serde(default)]
    pub processes: BTreeMap<ServiceName, ProcessTable>,
    /// As the table of the same name at the top.
    #[serde(default)]
    pub facts: BTreeMap<String, Line>,
    /// The backing services that it uses; all of them otherwise.
    pub uses: Option<Vec<ServiceName>>,
}

/// An entry of `[backing]`: `true`, or a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackingEntry(pub Option<BackingTable>);

/// `[backing.NAME]`: a database, cache or queue beside the service, on a network without a way out.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BackingTable {
    /// What it is, such as `postgres`; the table's name otherwise.
    pub kind: Option<String>,
    /// Its release line.
    pub version: Option<Version>,
    /// Its memory limit.
    pub memory: Option<Size>,
    /// The database in it, and its user.
    pub database: Option<Line>,
}

impl<'de> Deserialize<'de> for BackingEntry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entry;
        impl<'de> serde::de::Visitor<'de> for Entry {
            type Value = BackingEntry;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`true`, or a table such as `{ version = \"17\" }`")
            }
            fn visit_bool<E: serde::de::Error>(self, there: bool) -> Result<BackingEntry, E> {
                Ok(BackingEntry(there.then(BackingTable::default)))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<BackingEntry, A::Error> {
                BackingTable::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    .map(|t| BackingEntry(Some(t)))
            }
        }
        deserializer.deserialize_any(Entry)
    }
}

/// `[proxy]`: a reverse proxy before the services, which then publish no port of their own.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProxyTable {
    /// `caddy` or `nginx`.
    pub kind: String,
    /// TLS ends here: the secrets `tls_certificate` and `tls_key` hold the certificate's chain and its key.
    #[serde(default)]
    pub tls: bool,
    /// The port on the host; 8443 with TLS and 8080 without otherwise.
    pub port: Option<Port>,
    /// Which path belongs to which service: `{ "/api" = "api" }`. Everything else goes to the first service with a port.
    #[serde(default)]
    pub routes: BTreeMap<UrlPath, ServiceName>,
}

/// `[kubernetes]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct KubernetesTable {
    /// The namespace; the project's name otherwise.
    pub namespace: Option<Namespace>,
    /// How secrets reach the cluster: `external-secrets` (the default) or `csi`.
    pub delivery: KubernetesSecrets,
    /// Namespaces whose pods may reach the services, beside its own, such as that of the ingress.
    pub allow_from: Vec<Namespace>,
}

/// How secrets reach a cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KubernetesSecrets {
    /// The External Secrets Operator writes them as Secret objects: it works with every manager.
    #[default]
    ExternalSecrets,
    /// The Secrets Store CSI driver mounts them: nothing is copied into the cluster's own store.
    Csi,
}

/// `[ci]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CiTable {
    /// What scans the image: `trivy` (the default), `scout` or `snyk`.
    pub scanner: Scanner,
    /// The branch that is published from.
    pub branch: Option<Branch>,
}

/// What scans an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scanner {
    /// Trivy: no account needed.
    #[default]
    Trivy,
    /// Docker Scout: needs a Docker account.
    Scout,
    /// Snyk: needs a token.
    Snyk,
}
