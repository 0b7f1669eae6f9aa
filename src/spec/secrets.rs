//! `[[secrets]]` and `[providers]`: what the running service reads from files under `/run/secrets`, and who keeps it.

use serde::{Deserialize, Serialize};

use super::values::{EnvName, Namespace, RemoteKey, SecretId, Url, VaultName, Version};

/// A `[[secrets]]` entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SecretTable {
    /// Its name: the file is `/run/secrets/<name>`.
    pub name: SecretId,
    /// The variable that names the file to the service; `<NAME>_FILE` otherwise.
    pub env: Option<EnvName>,
    /// Who keeps it; `providers.default` otherwise.
    pub provider: Option<Provider>,
    /// Its name where it is kept; made of the project's name and its own otherwise.
    pub key: Option<RemoteKey>,
    /// The field of it that is meant, where a secret has several.
    pub property: Option<RemoteKey>,
    /// The version that is meant; the newest otherwise.
    pub version: Option<Version>,
}

/// Who keeps a secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// A file in `secrets/`, or in the folder that `SECRETS_DIR` names.
    #[default]
    File,
    /// A variable of the shell that deploys: a script writes it to a file.
    Environment,
    /// A secret of the swarm.
    Swarm,
    /// HashiCorp Vault or OpenBao.
    Vault,
    /// AWS Secrets Manager.
    Aws,
    /// Azure Key Vault.
    Azure,
    /// Google Cloud Secret Manager.
    Gcp,
}

impl Provider {
    /// Its values stand in files of the project's folder `secrets/`.
    #[must_use]
    pub fn is_here(self) -> bool {
        matches!(self, Self::File | Self::Swarm)
    }

    /// A manager, which a program can ask from wherever it runs.
    #[must_use]
    pub fn is_manager(self) -> bool {
        matches!(self, Self::Vault | Self::Aws | Self::Azure | Self::Gcp)
    }
}

impl std::fmt::Display for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::Environment => "environment",
            Self::Swarm => "swarm",
            Self::Vault => "vault",
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Gcp => "gcp",
        })
    }
}

/// How a value comes from its keeper to the container, outside a cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// A script on the host writes the files: no container holds a credential of the keeper.
    #[default]
    Script,
    /// A container beside the service keeps them fresh, in memory.
    Sidecar,
}

/// `[providers]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ProvidersTable {
    /// Who keeps a secret that does not say so.
    pub default: Option<Provider>,
    /// How values reach the containers outside a cluster: `script` (the default) or `sidecar`.
    pub delivery: Delivery,
    /// HashiCorp Vault or OpenBao.
    pub vault: Option<VaultTable>,
    /// AWS Secrets Manager.
    pub aws: Option<AwsTable>,
    /// Azure Key Vault.
    pub azure: Option<AzureTable>,
    /// Google Cloud Secret Manager.
    pub gcp: Option<GcpTable>,
}

/// `[providers.vault]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VaultTable {
    /// Its address, such as `https://vault.example.com:8200`.
    pub address: Url,
    /// The mount of the key-value store, version 2; `secret` otherwise.
    pub mount: Option<RemoteKey>,
    /// The role of the Kubernetes or AppRole login; the project's name otherwise.
    pub role: Option<RemoteKey>,
    /// The mount of the Kubernetes login; `kubernetes` otherwise.
    pub auth_mount: Option<RemoteKey>,
    /// The namespace in Vault Enterprise.
    pub namespace: Option<RemoteKey>,
}

/// `[providers.aws]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AwsTable {
    /// The region, such as `eu-central-1`.
    pub region: Namespace,
    /// The role of the cluster's service account, `arn:aws:iam::...`; EKS Pod Identity otherwise.
    pub role_arn: Option<RemoteKey>,
}

/// `[providers.azure]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AzureTable {
    /// The name of the vault.
    pub vault: VaultName,
    /// The tenant, for workload identity in a cluster.
    pub tenant_id: Option<RemoteKey>,
    /// The client of the identity that may read, in a cluster.
    pub client_id: Option<RemoteKey>,
}

/// `[providers.gcp]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GcpTable {
    /// The project.
    pub project: Namespace,
    /// The service account that the cluster's one stands for: `name@project.iam.gserviceaccount.com`.
    pub service_account: Option<RemoteKey>,
}
