//! What the files must say: images, steps, mounts, users, ports, secrets, limits. Pure data, and all that templates see.
//!
//! Order and wording belong to the templates. Free text is typed (see [`crate::spec::values`]); every other string is a
//! constant of a preset.

mod dev;
mod health;
mod images;
mod make;
mod process;
mod recipe;
pub mod stack;

pub use make::make;

use serde::Serialize;

use crate::spec::values::{
    AbsPath, Cpus, Duration, EnvName, ImageRef, Line, PackageName, Port, RelPath, SecretId, ServiceName, Shell, Size,
    Text, User,
};

/// A name and a value of free text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair<N> {
    /// The name.
    pub name: N,
    /// The value.
    pub value: Line,
}

/// Named values whose names are constants of the preset: `steps.install`, `facts.entry`. Absent ones are null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<T>(pub std::collections::BTreeMap<String, Option<T>>);

impl<T> Default for Record<T> {
    fn default() -> Self {
        Self(std::collections::BTreeMap::new())
    }
}

impl<T: Serialize> Serialize for Record<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct("record", &self.0)
    }
}

/// Everything that templates print.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The service's name.
    pub name: ServiceName,
    /// The id of the language's preset.
    pub lang: String,
    /// The language's name for people.
    pub title: String,
    /// The base: `slim`, `alpine`, `distroless`.
    pub base: String,
    /// The distribution of the build stages: `debian`, `alpine`.
    pub build_os: String,
    /// The distribution of the final stage: `debian`, `alpine`, `none`.
    pub os: String,
    /// The images.
    pub images: Images,
    /// The folder of the build stages that the project is in.
    pub workdir: AbsPath,
    /// The folder of the image that the program is in.
    pub home: AbsPath,
    /// What is done before the final stage, and with what.
    pub recipe: Recipe,
    /// Named values of the project.
    pub facts: Record<Line>,
    /// The package manager's id.
    pub manager: Option<String>,
    /// The framework's id.
    pub framework: Option<String>,
    /// The final stage.
    pub runtime: Runtime,
    /// How the service is run.
    pub compose: Compose,
    /// The patterns of .dockerignore.
    pub ignore: Ignore,
    /// Other processes of the image.
    pub processes: Vec<Process>,
    /// How it runs while somebody works on it, if that was asked for.
    pub dev: Option<Dev>,
}

/// Another process of the image, and how it is asked for its health.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Process {
    /// Its name.
    pub name: ServiceName,
    /// The program and its arguments.
    pub argv: Vec<Line>,
    /// The probe.
    pub health: Option<Health>,
}

/// The images of a Dockerfile and a compose file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Images {
    /// Of what reads the Dockerfile.
    pub frontend: ImageRef,
    /// Of the build stages.
    pub build: ImageRef,
    /// Of the final stage.
    pub runtime: ImageRef,
    /// Others, by the preset's name for them.
    pub more: Record<ImageRef>,
}

/// The build: what a language's template puts in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Recipe {
    /// Environment of the build stages.
    pub env: Vec<Pair<EnvName>>,
    /// Packages of the distribution, sorted.
    pub packages: Vec<PackageName>,
    /// Single files that the dependency step depends on, in the root of the project.
    pub manifests: Vec<RelPath>,
    /// Folders and files elsewhere that it depends on, each with the folder it goes to.
    pub manifest_folders: Vec<RelPath>,
    /// Cache mounts of the dependency and build steps.
    pub caches: Vec<Cache>,
    /// Credentials of the dependency steps.
    pub mounts: Vec<SecretMount>,
    /// The one among them that is the authority which the build trusts: further steps see it, too.
    pub authority: Option<SecretId>,
    /// Whether one of them is an SSH agent.
    pub ssh: bool,
    /// The steps by name: the package manager's, the preset's, and `build`.
    pub steps: Record<Shell>,
    /// Something is done with the source before it goes into the image.
    pub built: bool,
    /// What goes from the build stage into the image, if not the whole project.
    pub ship: Vec<Ship>,
    /// Where the build leaves what another server serves.
    pub output: Option<RelPath>,
    /// What the user adds to the dependency stage.
    pub deps: Own,
    /// What the user adds to the build stage.
    pub build: Own,
}

/// What a user adds to a stage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Own {
    /// Files copied first.
    pub copy: Vec<RelPath>,
    /// Environment.
    pub env: Vec<Pair<EnvName>>,
    /// Steps.
    pub run: Vec<Shell>,
}

/// A cache mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cache {
    /// Its id: one for each service and folder, so that no two of them spoil one another.
    pub id: Line,
    /// The folder.
    pub target: AbsPath,
}

/// A secret mount of a build step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretMount {
    /// The secret's id.
    pub id: SecretId,
    /// Its file in the step, if not `/run/secrets/<id>`.
    pub target: Option<AbsPath>,
    /// The build fails without it.
    pub required: bool,
    /// The variable through which compose is told the file on the host.
    pub file_variable: EnvName,
    /// The variable that holds its value where it is given by one, as in CI.
    pub variable: EnvName,
    /// Its file, where it is one of the project and no secret: the certificate of an authority.
    pub file: Option<RelPath>,
}

/// A path of the build stage and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ship {
    /// In the build stage, absolute.
    pub from: Line,
    /// In the image.
    pub to: Line,
}

/// The final stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Runtime {
    /// The numeric user.
    pub user: User,
    /// It has to be made.
    pub make_user: bool,
    /// The image itself starts as a user: a step as root must say so.
    pub starts_as_user: bool,
    /// Packages of the distribution, sorted.
    pub packages: Vec<PackageName>,
    /// Environment.
    pub env: Vec<Pair<EnvName>>,
    /// What the user adds.
    pub own: Own,
    /// Labels.
    pub labels: Vec<Pair<Line>>,
    /// The program, and with it every argument that is not in `arguments`.
    pub entrypoint: Vec<Line>,
    /// The arguments.
    pub arguments: Vec<Line>,
    /// The port.
    pub port: Option<Port>,
    /// The probe.
    pub health: Option<Health>,
    /// A folder that belongs to the service, for its volume.
    pub volume: Option<AbsPath>,
}

/// The one definition of health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The command, without a shell.
    pub argv: Vec<Text>,
    /// A tiny program has to be built for it.
    pub compiled: bool,
    /// The path that is asked, if one is.
    pub path: Option<Line>,
    /// Whatever answers is well, unless it says that the server is at fault: nobody named the path.
    pub any_answer: bool,
    /// Time between two checks.
    pub interval: Duration,
    /// Time that one may take.
    pub timeout: Duration,
    /// Time in which failures do not count.
    pub start_period: Duration,
    /// Time between two checks while it starts.
    pub start_interval: Duration,
    /// Failures in a row.
    pub retries: u32,
}

/// How the service is run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compose {
    /// The root is read-only.
    pub read_only: bool,
    /// Folders in memory.
    pub tmpfs: Vec<Tmpfs>,
    /// A named volume.
    pub volume: Option<Volume>,
    /// Memory; swap is not added.
    pub memory: Size,
    /// Processors.
    pub cpus: Cpus,
    /// Processes and threads.
    pub pids: u32,
    /// An init is put before the program.
    pub init: bool,
    /// How long a stop may take.
    pub stop_grace: Duration,
    /// Secrets as files.
    pub secrets: Vec<Secret>,
}

/// A folder in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tmpfs {
    /// The folder.
    pub path: AbsPath,
    /// Its size.
    pub size: Size,
    /// Programs in it may be run.
    pub exec: bool,
    /// It belongs to the service alone; otherwise everybody may write, as in `/tmp`.
    pub own: bool,
}

/// A named volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Its name.
    pub name: ServiceName,
    /// Where it is mounted.
    pub path: AbsPath,
}

/// A secret of the running service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// Its name, and its file's under `/run/secrets` and under `secrets/`.
    pub name: SecretId,
    /// The variable that names the file to the service: said where it runs, since the image has no such file.
    pub env: EnvName,
}

/// How a service runs while somebody works on it: in the stage `dev`, with its source brought in as it changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dev {
    /// The image of production is built anew after each change: there is no stage `dev`.
    pub rebuild: bool,
    /// Compose restarts it after each change; otherwise it sees changes itself.
    pub restart: bool,
    /// The program.
    pub entrypoint: Vec<Line>,
    /// Its arguments.
    pub arguments: Vec<Line>,
    /// The port of its debugger.
    pub debug_port: Option<Port>,
    /// The folder that the source is brought into.
    pub target: Line,
    /// Files whose change needs a new build: manifests and lockfiles.
    pub manifests: Vec<RelPath>,
    /// Patterns that are never brought in.
    pub ignore: Vec<Line>,
    /// Environment of the stage.
    pub env: Vec<Pair<EnvName>>,
    /// The probe, for the programs of the stage.
    pub health: Option<Health>,
    /// Memory, if it is another than in production.
    pub memory: Option<Size>,
    /// Folders of the target that tools write to.
    pub writable: Vec<RelPath>,
}

/// What stays out of the build context.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ignore {
    /// What the language leaves behind: patterns of the preset.
    pub patterns: Vec<String>,
    /// Configuration that was read and holds no secret: it enters although its name is a credential's.
    pub allowed: Vec<RelPath>,
}
