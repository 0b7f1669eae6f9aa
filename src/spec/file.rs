//! `scaffold.toml` as it is written: everything may be missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::CheckTable;
use super::deploy::{BackingEntry, CiTable, KubernetesTable, MemberTable, ProcessTable, ProxyTable, Reach};
use super::secret;
use super::secrets::{ProvidersTable, SecretTable};
use super::values::{
    AbsPath, Argv, Capability, Cpus, Duration, EnvName, ImageRef, Line, PackageName, Platform, Port, RegistryPrefix,
    RelPath, Repository, SecretId, ServiceName, Shell, Size, UrlPath, User, Version,
};
use crate::report::{self, Diagnostic};

/// The file's name.
pub const NAME: &str = "scaffold.toml";

/// What a user says about a service.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SpecFile {
    /// The service itself.
    pub service: ServiceTable,
    /// How it is built.
    pub build: BuildTable,
    /// What its image is.
    pub image: ImageTable,
    /// How it runs.
    pub runtime: RuntimeTable,
    /// How it says that it is healthy.
    pub health: HealthTable,
    /// Own steps, packages and environment, by stage: `deps`, `build` and `runtime`.
    pub stages: StagesTable,
    /// Secrets that the running service reads from files under `/run/secrets`.
    pub secrets: Vec<SecretTable>,
    /// Other processes of its image, by name: workers and jobs.
    pub processes: BTreeMap<ServiceName, ProcessTable>,
    /// Other services, each in a folder of its own, by name. Where `[service]` is not there, these are all.
    pub services: BTreeMap<ServiceName, MemberTable>,
    /// Databases, caches and queues beside it, by name.
    pub backing: BTreeMap<ServiceName, BackingEntry>,
    /// A reverse proxy before it.
    pub proxy: Option<ProxyTable>,
    /// Who keeps the secrets.
    pub providers: ProvidersTable,
    /// How it runs in a cluster.
    pub kubernetes: KubernetesTable,
    /// How it is built and published.
    pub ci: CiTable,
    /// Which files are written.
    pub outputs: OutputsTable,
    /// What is asked of `scaffold check`.
    pub check: CheckTable,
    /// Values for the preset's own facts, by name: they win over what is detected.
    pub facts: BTreeMap<String, Line>,
}

/// `[service]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ServiceTable {
    /// The service's name in compose and as an image. Otherwise the folder's.
    pub name: Option<ServiceName>,
    /// The language: the id of a preset.
    pub lang: Option<String>,
    /// The port it listens on.
    pub port: Option<Port>,
    /// The command that starts it: a list of words, or one line that needs no shell.
    pub start: Option<Argv>,
    /// The path that answers 2xx or 3xx when it is healthy.
    pub health: Option<UrlPath>,
    /// It listens on no port.
    pub worker: Option<bool>,
    /// The port on the host, on 127.0.0.1; the service's own otherwise.
    pub publish: Option<Port>,
}

/// `[build]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BuildTable {
    /// The package manager: an id of the preset.
    pub manager: Option<String>,
    /// The package manager's exact version.
    pub manager_version: Option<Version>,
    /// The release of the language, such as `26` or `3.14`.
    pub version: Option<Version>,
    /// The command that builds it. Empty: nothing is built.
    pub command: Option<BuildCommand>,
    /// Credentials that the build needs: ids that the preset knows (`"npmrc"`), or tables.
    pub secrets: Vec<BuildSecret>,
    /// The certificate of a private authority that the build trusts, as a file of the project. The image does not hold it.
    pub ca: Option<RelPath>,
    /// The build goes through the proxy that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name where it runs.
    pub proxy: bool,
}

/// A build command, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildCommand(pub Option<Shell>);

impl<'de> Deserialize<'de> for BuildCommand {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() {
            Ok(Self(None))
        } else {
            Shell::new(text).map(|shell| Self(Some(shell))).map_err(serde::de::Error::custom)
        }
    }
}

/// A credential of the build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildSecret {
    /// Its id in the mount.
    pub id: SecretId,
    /// Where its file is in the step; the preset's place, or `/run/secrets/<id>`.
    pub target: Option<AbsPath>,
    /// The variable that names the file, in the step alone.
    pub env: Option<EnvName>,
    /// The build fails without it.
    pub required: bool,
}

impl<'de> Deserialize<'de> for BuildSecret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            id: SecretId,
            target: Option<AbsPath>,
            env: Option<EnvName>,
            #[serde(default)]
            required: bool,
        }
        struct Entry;
        impl<'de> serde::de::Visitor<'de> for Entry {
            type Value = BuildSecret;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an id, or a table with one")
            }
            fn visit_str<E: serde::de::Error>(self, id: &str) -> Result<BuildSecret, E> {
                let id = SecretId::new(id).map_err(E::custom)?;
                Ok(BuildSecret { id, target: None, env: None, required: false })
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<BuildSecret, A::Error> {
                Table::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    .map(|Table { id, target, env, required }| BuildSecret { id, target, env, required })
            }
        }
        deserializer.deserialize_any(Entry)
    }
}

/// `[image]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ImageTable {
    /// `slim`, `alpine` or `distroless`.
    pub base: Option<String>,
    /// Images are written with their registry: `docker.io/library/node:26-trixie-slim`.
    pub qualified: Option<bool>,
    /// Every image is taken from this registry instead of its own.
    pub registry: Option<RegistryPrefix>,
    /// The image of the build stages, instead of the preset's.
    pub build: Option<ImageRef>,
    /// The image of the final stage, instead of the preset's.
    pub runtime: Option<ImageRef>,
    /// Where the image is published, without a tag: `registry.example.com/team/api`.
    pub repository: Option<Repository>,
    /// The platforms that it is published for; `linux/amd64` and `linux/arm64` otherwise.
    pub platforms: Vec<Platform>,
    /// Labels, beside the title.
    pub labels: BTreeMap<LabelName, Line>,
}

/// The name of a label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LabelName(pub String);

impl<'de> Deserialize<'de> for LabelName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let plain = !text.is_empty()
            && text.len() <= 128
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
        if plain {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom(
                "a label's name has letters, digits, `.`, `_`, `-` and `/`, such as `org.opencontainers.image.source`",
            ))
        }
    }
}

/// `[runtime]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RuntimeTable {
    /// The numeric user and group: `1000:1000`.
    pub user: Option<User>,
    /// Environment that is no secret.
    pub env: BTreeMap<EnvName, Line>,
    /// The root file system is read-only. `false` weakens the set-up.
    pub read_only: Option<bool>,
    /// Folders in memory, beside `/tmp`.
    pub tmpfs: Vec<TmpfsTable>,
    /// Folders that the service writes to and that need not persist.
    pub writable: Vec<AbsPath>,
    /// A folder that persists, in a named volume.
    pub volume: Option<VolumeTable>,
    /// The memory limit; swap is not added to it.
    pub memory: Option<Size>,
    /// Processors, such as `"0.5"`.
    pub cpus: Option<Cpus>,
    /// Processes and threads at most.
    pub pids: Option<u32>,
    /// An init is put before the program.
    pub init: Option<bool>,
    /// How long a stop may take.
    pub stop_grace: Option<Duration>,
    /// What it may reach: `none`, `internal`, or `egress` (the default).
    pub network: Option<Reach>,
    /// Capabilities that it keeps, each with the reason. Most services need none.
    pub capabilities: BTreeMap<Capability, Line>,
    /// How many of it run in a cluster; 2 otherwise.
    pub replicas: Option<u16>,
}

/// A folder in memory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TmpfsTable {
    /// Its path.
    pub path: AbsPath,
    /// Its size at most.
    pub size: Option<Size>,
    /// Programs in it may be run.
    #[serde(default)]
    pub exec: bool,
}

/// A named volume.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VolumeTable {
    /// Its name in compose.
    pub name: ServiceName,
    /// Where it is mounted.
    pub path: AbsPath,
}

/// `[health]`: at most one of `command`, `heartbeat` and `none`, beside the path of `[service]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct HealthTable {
    /// A command that ends with 0 when the service is healthy.
    pub command: Option<Argv>,
    /// A file that a worker touches while it is well.
    pub heartbeat: Option<HeartbeatTable>,
    /// There is no check.
    pub none: bool,
    /// Time between two checks.
    pub interval: Option<Duration>,
    /// Time that one may take.
    pub timeout: Option<Duration>,
    /// Time in which failures do not count.
    pub start_period: Option<Duration>,
    /// Failures in a row that make it unhealthy.
    pub retries: Option<u32>,
}

/// A file that must not be older than some time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HeartbeatTable {
    /// The file.
    pub file: AbsPath,
    /// Its age at most, in seconds.
    pub max_age: u32,
}

/// `[stages]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct StagesTable {
    /// The stage that installs dependencies.
    pub deps: StageTable,
    /// The stage that builds.
    pub build: StageTable,
    /// The final stage.
    pub runtime: StageTable,
}

/// What a user adds to a stage.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct StageTable {
    /// Packages of the base's distribution.
    pub packages: Vec<PackageName>,
    /// Commands, each a RUN step: of `deps` before the install, of `build` before the build, of `runtime` before the program.
    pub run: Vec<Shell>,
    /// Environment of the stage. For the running service say `runtime.env`.
    pub env: BTreeMap<EnvName, Line>,
    /// Files of the project that are copied before the steps.
    pub copy: Vec<RelPath>,
}

/// `[outputs]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct OutputsTable {
    /// `compose.yaml`
    pub compose: bool,
    /// `.dockerignore`
    pub dockerignore: bool,
    /// `compose.dev.yaml` and a stage `dev`: a change of the source is seen at once.
    pub dev: bool,
    /// `stack.yaml`, for Docker Swarm.
    pub swarm: bool,
    /// `k8s/`, for Kubernetes.
    pub kubernetes: bool,
    /// `docker-bake.hcl`
    pub bake: bool,
    /// `CONTAINER.md`: the commands and a picture for this service.
    pub document: bool,
    /// `.github/workflows/container.yaml`
    pub github: bool,
    /// `.gitlab-ci.yml`
    pub gitlab: bool,
    /// `renovate.json`
    pub renovate: bool,
    /// `.github/dependabot.yml`
    pub dependabot: bool,
}

impl Default for OutputsTable {
    fn default() -> Self {
        Self {
            compose: true,
            dockerignore: true,
            dev: false,
            swarm: false,
            kubernetes: false,
            bake: false,
            document: false,
            github: false,
            gitlab: false,
            renovate: false,
            dependabot: false,
        }
    }
}

/// Reads a `scaffold.toml`.
///
/// # Errors
/// With file, line, column and what is near: unknown keys, wrong types, values that cannot be, reserved keys, and literal secrets.
pub fn read(file: &str, text: &str) -> Result<SpecFile, Box<Diagnostic>> {
    let text_start = text.trim_start_matches('\u{feff}');
    if let Ok(table) = toml::de::DeTable::parse(text_start)
        && let Some((span, what)) = secret::in_table(table.get_ref())
    {
        return Err(Box::new(
            Diagnostic::error(format!("a secret stands in {file}: {what}"))
                .at(file, secret::redacted(text_start, &span), span)
                .help("take the value out, and name it under [[secrets]]: the service then reads it from a file under /run/secrets"),
        ));
    }
    toml::from_str(text_start).map_err(|error| Box::new(report::toml_error(file, text_start, &error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        read(NAME, text).unwrap_err().render(false)
    }

    #[test]
    fn a_whole_file_is_read() {
        let spec = read(NAME, "[service]\nname = \"api\"\nport = 3000\nstart = \"node server.js\"\n[build]\nsecrets = [\"npmrc\", { id = \"pip\", required = true }]\n[stages.runtime]\npackages = [\"curl\"]\n").unwrap();
        assert_eq!(spec.service.start.unwrap().to_string(), "node server.js");
        assert!(spec.build.secrets[1].required);
    }

    #[test]
    fn errors_name_the_place_and_the_nearest_key() {
        assert!(error("[service]\nprot = 3000\n").contains("scaffold.toml:2:1"));
        assert!(error("[service]\nprot = 3000\n").contains("did you mean `port`?"));
        assert!(error("[service]\nport = \"x\"\n").contains("scaffold.toml:2:8"));
        for (port, text) in [("0", "0 is not a port"), ("70000", "70000 is not a port")] {
            assert!(error(&format!("[service]\nport = {port}\n")).contains(text));
        }
        assert!(error("[service]\nname = \"My App\"\n").contains("not a service name"));
        assert!(error("[service\n").contains("scaffold.toml:1:9"));
    }

    #[test]
    fn a_literal_secret_is_refused_and_not_shown() {
        for value in [
            "DB_PASSWORD = \"hunter2hunter2\"",
            "X = \"ghp_abcdefghijklmnopqrstuvwxyz0123456789\"",
            "URL = \"postgres://me:s3cr3tpw@db/x\"",
        ] {
            let shown = error(&format!("[runtime.env]\n{value}\n"));
            assert!(shown.contains("a secret stands in scaffold.toml") && shown.contains(":2:"), "{shown}");
            assert!(!shown.contains("hunter2") && !shown.contains("ghp_abc") && !shown.contains("s3cr3t"), "{shown}");
        }
        assert!(
            read(NAME, "[runtime.env]\nDB_PASSWORD_FILE = \"/run/secrets/db_password\"\nTOKEN_TTL = \"300\"\n").is_ok()
        );
    }
}
