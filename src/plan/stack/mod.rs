//! Everything that runs, and what it needs around it: what the files of compose, Swarm, Kubernetes, bake and CI must say.
//!
//! A [`Plan`](super::Plan) says what an image is; a stack says how the images of a project run together. Our services,
//! their processes, the databases beside them and the proxy before them are all [`Unit`]s: whatever a file says of one
//! of them it says of all.

mod beside;
pub mod cluster;
mod dev;
mod docker_run;
mod make;
mod mounts;
mod network;
mod process;
mod publish;
mod remote;
mod sidecar;
pub mod swarm;

pub use dev::DevUnit;
pub use docker_run::{DockerRun, RunOption};
pub use make::{Member, make};
pub use sidecar::{Audience, Sidecar};

use serde::Serialize;

use super::{Dev, Health, Pair, SecretMount, Tmpfs, Volume};
use crate::catalog::ci::Pins;
use crate::spec::deploy::{KubernetesSecrets, Scanner};
use crate::spec::file::OutputsTable;
use crate::spec::secrets::{Delivery, Provider};
use crate::spec::values::{
    Branch, Capability, Cpus, Duration, EnvName, ImageRef, Line, Namespace, Platform, Port, RelPath, RemoteKey,
    Repository, SecretId, ServiceName, Size, Text, Url, UrlPath, User, VaultName, Version,
};

/// A project as it runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stack {
    /// The project's name.
    pub name: ServiceName,
    /// The images that are built, the first service's first.
    pub images: Vec<Built>,
    /// Everything that runs: our services each with its processes, then what is behind them, then the proxy.
    pub units: Vec<Unit>,
    /// How each of our services runs without compose.
    pub docker_run: Vec<DockerRun>,
    /// Those of them that are built, while somebody works on them; empty if nobody asked for that.
    pub dev: Vec<DevUnit>,
    /// The networks, the one to the world first.
    pub networks: Vec<Network>,
    /// The named volumes, sorted.
    pub volumes: Vec<ServiceName>,
    /// The secrets of everything that runs, in the order in which they are first used.
    pub secrets: Vec<Secret>,
    /// The secrets of all builds, each once.
    pub build_secrets: Vec<SecretMount>,
    /// Who keeps secrets, where.
    pub providers: Providers,
    /// The container that keeps secrets fresh, if there is one.
    pub sidecar: Option<Sidecar>,
    /// The proxy's routes, the longest path first; empty without a proxy.
    pub routes: Vec<Route>,
    /// The id of the proxy.
    pub proxy: Option<String>,
    /// The proxy ends TLS.
    pub tls: bool,
    /// The cluster.
    pub kubernetes: Kubernetes,
    /// The same as Kubernetes runs it, if it does.
    pub cluster: Option<cluster::Cluster>,
    /// The same as Docker Swarm runs it, if it does.
    pub swarm: Option<swarm::Swarm>,
    /// The pipeline.
    pub ci: Ci,
    /// The platforms that images are published for.
    pub platforms: Vec<Platform>,
    /// `docker compose up --wait` ends well: it refuses a unit whose image's check is switched off.
    pub waits: bool,
    /// Which other files are written: a text may point to them.
    pub outputs: OutputsTable,
    /// `scripts/secrets.sh` is written.
    pub secrets_script: bool,
}

/// An image that is built.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Built {
    /// The service's name, which is the image's, too.
    pub name: ServiceName,
    /// The language's name for people.
    pub title: String,
    /// The id of the language's preset.
    pub lang: String,
    /// The folder that is built, `.` for the project's own.
    pub context: Line,
    /// The folder with a slash behind it, and nothing for the project's own: what stands before a file's name.
    pub prefix: Line,
    /// The image of the build stages.
    pub build_image: ImageRef,
    /// The image of the final stage.
    pub runtime_image: ImageRef,
    /// The credentials of its build.
    pub mounts: Vec<SecretMount>,
    /// Whether its build takes an SSH agent.
    pub ssh: bool,
    /// Its build goes through the proxy of the place where it runs.
    pub proxy: bool,
    /// Its name as a target of bake and a job of a pipeline take it.
    pub job: Line,
    /// Where it is published, without a tag; a name without a host where nothing is said.
    pub repository: Repository,
    /// Somebody said where it is published.
    pub published: bool,
    /// The registry that it is published to; nothing for Docker Hub, or where nothing is said.
    pub registry: Option<Line>,
    /// Whose registry that is.
    pub host: Host,
    /// How it runs while somebody works on it.
    pub dev: Option<Dev>,
}

/// Whose registry an image is published to: a pipeline of the same house needs no password for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    /// GitHub's.
    Github,
    /// GitLab's.
    Gitlab,
    /// Another.
    Other,
    /// Nobody said: the pipeline takes that of its own house.
    Own,
}

/// What a unit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The service of an image: what the image starts by itself.
    Service,
    /// Another process of an image that runs until it is stopped.
    Worker,
    /// A process that ends, and that the others of its image wait for.
    Job,
    /// A process that ends, and that runs only when it is asked for.
    Task,
    /// A database, cache or queue.
    Backing,
    /// The reverse proxy.
    Proxy,
}

/// When a dependency is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It is healthy.
    ServiceHealthy,
    /// It runs: it has no health to ask for.
    ServiceStarted,
    /// It has ended well.
    ServiceCompletedSuccessfully,
}

/// Who says how a unit's health is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Healthcheck {
    /// The image, as it does for the service itself.
    Image,
    /// The unit, since the image says nothing or something else.
    Own,
    /// The image's own does not hold for this unit: it has to be switched off.
    Off,
    /// Nobody.
    None,
}

/// What a unit waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Depends {
    /// The other unit.
    pub name: ServiceName,
    /// Until when.
    pub condition: Condition,
}

/// A capability that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its name, without `CAP_`.
    pub name: Capability,
    /// Why.
    pub reason: Line,
}

/// A file of the project that a unit sees, read-only: a proxy's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Its name in compose.
    pub name: ServiceName,
    /// In the project.
    pub file: RelPath,
    /// In the container.
    pub target: Line,
}

/// One thing that runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unit {
    /// Its name.
    pub name: ServiceName,
    /// The key of `scaffold.toml` that asks for it.
    #[serde(skip)]
    pub origin: Vec<String>,
    /// What it is for.
    pub role: Role,
    /// For people: the language, or what a backing service is.
    pub title: String,
    /// The image that is built for it, by name; `None` if it is another's.
    pub built: Option<ServiceName>,
    /// It is the one of its image that says how the image is built.
    pub builds: bool,
    /// Its image, if it is another's.
    pub image: Option<ImageRef>,
    /// The repository that a cluster takes it from, without a tag; for another's image nothing.
    pub repository: Option<Repository>,
    /// In the place of the image's entrypoint.
    pub entrypoint: Vec<Text>,
    /// In the place of the image's command.
    pub command: Vec<Text>,
    /// One of these words is a script of several lines.
    pub script: bool,
    /// Whatever it starts, whole: entrypoint and command of the image, or what stands in their place.
    pub argv: Vec<Text>,
    /// The numeric user.
    pub user: User,
    /// An init is put before the program.
    pub init: bool,
    /// The signal that stops it, if not SIGTERM.
    pub stop_signal: Option<Line>,
    /// How long a stop may take.
    pub stop_grace: Duration,
    /// The same in whole seconds.
    pub stop_seconds: u32,
    /// The root is read-only.
    pub read_only: bool,
    /// What it keeps of the capabilities.
    pub capabilities: Vec<Kept>,
    /// Memory; swap is not added.
    pub memory: Size,
    /// Processors.
    pub cpus: Cpus,
    /// Processes and threads.
    pub pids: u32,
    /// Shared memory.
    pub shm_size: Option<Size>,
    /// Folders in memory.
    pub tmpfs: Vec<Tmpfs>,
    /// A named volume.
    pub volume: Option<Volume>,
    /// Files of the project that it sees.
    pub configs: Vec<Config>,
    /// The port that it listens on.
    pub port: Option<Port>,
    /// The port on the host, on 127.0.0.1.
    pub publish: Option<Port>,
    /// What is said to it where it runs; what the image says by itself is not here. Never a secret.
    pub environment: Vec<Pair<EnvName>>,
    /// Its secrets, by name: each is a file under `/run/secrets`.
    pub secrets: Vec<UnitSecret>,
    /// A variable names the file of one of its secrets.
    pub names_files: bool,
    /// How it says that it is healthy; `None` if it does not.
    pub health: Option<Health>,
    /// One of the probe's words is a script of several lines.
    pub probe_script: bool,
    /// Who says so.
    pub healthcheck: Healthcheck,
    /// What it waits for.
    pub depends_on: Vec<Depends>,
    /// Its networks, by name. None at all: it has no network.
    pub networks: Vec<ServiceName>,
    /// It reaches the world.
    pub egress: bool,
    /// Units that it talks to, by name.
    pub talks_to: Vec<ServiceName>,
    /// How many of it run in a cluster.
    pub replicas: u16,
    /// What a person should hear about it.
    pub note: Option<Line>,
}

/// A secret as a unit sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitSecret {
    /// Its name, and its file's.
    pub name: SecretId,
    /// The variable that names the file; nothing where a unit's own settings name it.
    pub env: Option<EnvName>,
}

/// A network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Network {
    /// Its name.
    pub name: ServiceName,
    /// Nothing goes in from the host and nothing out to the world.
    pub internal: bool,
    /// Its ports are reached from the host, but nothing goes out to the world.
    pub no_egress: bool,
}

/// A secret of what runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// Its name, and its file's under `/run/secrets`.
    pub name: SecretId,
    /// The name as Kubernetes and the shell take it: lower-case letters, digits and `-`.
    pub slug: Namespace,
    /// The variable that holds its value where something is given by a variable: upper-case letters, digits and `_`.
    pub variable: EnvName,
    /// Who keeps it.
    pub provider: Provider,
    /// Its name where it is kept.
    pub key: RemoteKey,
    /// The field of it that is meant.
    pub property: Option<RemoteKey>,
    /// The version that is meant; the newest otherwise.
    pub version: Option<Version>,
    /// The key of `scaffold.toml` that asks for it.
    #[serde(skip)]
    pub origin: Vec<String>,
    /// The numeric user that reads it.
    pub user: User,
    /// `scaffold` made it up, such as the password of a database.
    pub generated: bool,
}

/// Who keeps secrets. A keeper is there exactly if a secret is kept by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Providers {
    /// How values come to the containers outside a cluster.
    pub delivery: Delivery,
    /// Files on the host.
    pub file: bool,
    /// Variables of the shell that deploys.
    pub environment: bool,
    /// The swarm's own.
    pub swarm: bool,
    /// HashiCorp Vault or OpenBao.
    pub vault: Option<Vault>,
    /// AWS Secrets Manager.
    pub aws: Option<Aws>,
    /// Azure Key Vault.
    pub azure: Option<Azure>,
    /// Google Cloud Secret Manager.
    pub gcp: Option<Gcp>,
    /// A field of a secret that is JSON is meant, where the keeper knows no fields.
    pub fields: bool,
}

/// HashiCorp Vault or OpenBao.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vault {
    /// Its address.
    pub address: Url,
    /// The mount of the key-value store.
    pub mount: RemoteKey,
    /// The role of the login.
    pub role: RemoteKey,
    /// The mount of the Kubernetes login.
    pub auth_mount: RemoteKey,
    /// The namespace.
    pub namespace: Option<RemoteKey>,
}

/// AWS Secrets Manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aws {
    /// The region.
    pub region: Namespace,
    /// The role of the cluster's service account.
    pub role_arn: Option<RemoteKey>,
}

/// Azure Key Vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Azure {
    /// The vault.
    pub vault: VaultName,
    /// The tenant.
    pub tenant_id: Option<RemoteKey>,
    /// The identity's client.
    pub client_id: Option<RemoteKey>,
}

/// Google Cloud Secret Manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gcp {
    /// The project.
    pub project: Namespace,
    /// The service account.
    pub service_account: Option<RemoteKey>,
}

/// Which path goes to which unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The path's beginning.
    pub path: UrlPath,
    /// It is `/`: whatever no other route takes.
    pub everything: bool,
    /// The unit.
    pub unit: ServiceName,
    /// Its port.
    pub port: Port,
}

/// The cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kubernetes {
    /// The namespace.
    pub namespace: Namespace,
    /// How secrets reach it.
    pub secrets: KubernetesSecrets,
    /// Other namespaces whose pods may reach the services.
    pub allow_from: Vec<Namespace>,
}

/// The pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ci {
    /// What scans the image.
    pub scanner: Scanner,
    /// The branch that is published from.
    pub branch: Branch,
    /// What a pipeline is made of; nothing where none is written.
    pub pins: Option<Pins>,
}
