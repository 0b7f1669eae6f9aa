//! What a language is: the types of `presets/<id>.toml`.
//!
//! Two ideas carry the whole schema. A **condition** ([`When`]) is a table whose keys must all hold. A **choice** is a
//! list of entries of which the first whose condition holds wins. There is no expression language. Text with `{name}`
//! in it is filled from the fields and facts of the project (see [`Fact`]).

mod base;
mod condition;
mod dev;
mod version;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use base::{Base, Os, RuntimeImage};
pub use condition::{Fact, OneOrMany, Source, Transform, When};
pub use dev::{Dev, DevAction, DevWay};
pub use version::{RangeKind, Release, VersionLimit, VersionSource, Versions};

/// How a language is recognised.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Detect {
    /// Files in the root of a project, of which one must exist: names or globs without folders. They are the index that keeps
    /// a run's cost apart from the number of presets.
    pub markers: Vec<String>,
    /// And one of these conditions must hold, if there are any.
    pub when: Vec<When>,
    /// Where source text is, for the regular expressions of this preset that name `{source}`.
    pub source: OneOrMany,
    /// Folders and files that hold no source of the project, beside those that never do: names, or globs of names.
    pub skip: Vec<String>,
    /// Beside another language, this one is only a helper (a `package.json` for assets) unless something of it can be started.
    pub yields: bool,
}

/// Where dependencies are declared.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Dependencies {
    /// A table whose keys are names and whose values are versions, or a list of texts for `regex`: `package.json#dependencies`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Files with one dependency a line, for `regex`.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub text: OneOrMany,
    /// Captures the name and, second, the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Only for development.
    pub dev: bool,
}

/// A lockfile that is scanned by line, since it may be long: the name stands between a prefix and an end.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The file.
    pub file: String,
    /// What a line that names a package begins with.
    pub prefix: String,
    /// The characters of which the first ends the name.
    pub until: String,
    /// If given, the name begins behind the last of these in the line's name part.
    #[serde(default)]
    pub after_last: Option<String>,
    /// What the following line that holds the version begins with; up to `until`.
    #[serde(default)]
    pub version_prefix: Option<String>,
}

/// One way to do a step: a shell command under a condition.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When this way is taken.
    #[serde(default)]
    pub when: Option<When>,
    /// The command, with `{name}` filled in, quoted for the shell. Empty: nothing has to be done.
    pub run: String,
}

/// A package manager.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manager {
    /// Its id, as `--set build.manager=` takes it.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// It is taken when nothing in the project names another.
    #[serde(default)]
    pub default: bool,
    /// Where a project names it: the strongest sign. A value is its version, if it has a digit.
    #[serde(default)]
    pub declared: Vec<Source>,
    /// Signs of it: one condition is enough. Managers are ranked as they stand in the file.
    #[serde(default)]
    pub when: Vec<When>,
    /// The files that pin its dependencies; the first that exists is evidence. None: no warning about a missing one.
    #[serde(default)]
    pub lockfiles: Vec<String>,
    /// What to run to get a lockfile.
    #[serde(default)]
    pub lock_with: Option<String>,
    /// Where its version is declared, beside `declared`.
    #[serde(default)]
    pub version: Vec<Source>,
    /// The version taken otherwise, exact.
    #[serde(default)]
    pub default_version: Option<String>,
    /// Exact versions for declared majors: `{ "9" = "9.15.9" }`.
    #[serde(default)]
    pub known_versions: BTreeMap<String, String>,
    /// The files on which the dependency step depends; those that exist are copied. Globs are allowed; a folder ends with `/`.
    #[serde(default)]
    pub manifests: Vec<String>,
    /// Folders for its downloads, kept between builds in a cache mount.
    #[serde(default)]
    pub caches: Vec<String>,
    /// Environment of the build stages.
    #[serde(default)]
    pub build_env: BTreeMap<String, String>,
    /// Its steps by name (`setup`, `install`, ...), each a choice. The template says where they stand.
    #[serde(default)]
    pub steps: BTreeMap<String, Vec<Step>>,
    /// The steps that need its credentials.
    #[serde(default = "credential_steps")]
    pub with_credentials: Vec<String>,
    /// How it takes credentials for a private registry.
    #[serde(default)]
    pub credentials: Vec<Credential>,
}

/// A credential that a package manager reads from a file.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The id of the build secret.
    pub id: String,
    /// What it is, for the question: `npm registry token (.npmrc)`.
    pub title: String,
    /// The file's path in the step; `/run/secrets/<id>` otherwise.
    #[serde(default)]
    pub target: Option<String>,
    /// The variable that names the file to the manager, set in the step alone.
    #[serde(default)]
    pub env: Option<String>,
    /// More variables of the step, constants.
    #[serde(default)]
    pub with_env: BTreeMap<String, String>,
    /// The file on the developer's machine that usually holds it: `~/.npmrc`.
    #[serde(default)]
    pub usual_file: Option<String>,
    /// `ssh` for an agent's socket in place of a file.
    #[serde(default)]
    pub kind: CredentialKind,
    /// Signs that the project needs it: then it is proposed.
    #[serde(default)]
    pub when: Vec<When>,
}

/// How a credential gets into a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// `--mount=type=secret`.
    #[default]
    File,
    /// `--mount=type=ssh`.
    Ssh,
}

/// A framework: what a project that depends on it needs.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// The signs of it: one condition is enough. Frameworks are ranked as they stand in the file.
    pub when: Vec<When>,
    /// The port it listens on when nothing else says so.
    #[serde(default)]
    pub port: Option<u16>,
    /// The variable that it reads its port from: set to the port in the image.
    #[serde(default)]
    pub port_env: Option<String>,
    /// The health path that it has built in.
    #[serde(default)]
    pub health: Option<String>,
    /// Another preset serves what this one builds: its id. `output` is what it serves.
    #[serde(default)]
    pub served_by: Option<String>,
    /// Where the build leaves what is served or shipped.
    #[serde(default)]
    pub output: Vec<Source>,
    /// What goes from the build stage into the image, instead of the whole project.
    #[serde(default)]
    pub ship: Vec<Ship>,
    /// It has to be built although no build script says so, or must not be: the first entry whose condition holds.
    #[serde(default)]
    pub build: Vec<Step>,
    /// How it is started, before the preset's own list.
    #[serde(default)]
    pub start: Vec<Start>,
    /// Environment of the running service.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Environment of the build stages.
    #[serde(default)]
    pub build_env: BTreeMap<String, String>,
    /// Folders of the image that it writes to.
    #[serde(default)]
    pub writable: Vec<String>,
}

/// A file or folder that goes from the build stage into the image.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ship {
    /// When it is there.
    #[serde(default)]
    pub when: Option<When>,
    /// Its path in the build stage, from the working directory, or absolute.
    pub from: String,
    /// Its path in the image.
    pub to: String,
}

/// One way to start the service. Exactly one of `argv` and `from`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// When this way is proposed.
    #[serde(default)]
    pub when: Option<When>,
    /// The command, with `{name}` filled in. Its program must be known: see [`Program`].
    #[serde(default)]
    pub argv: Vec<String>,
    /// Commands that the project has written down, read by the rules of [`Program`].
    #[serde(default)]
    pub from: Vec<Source>,
    /// It is no server: no port, no probe.
    #[serde(default)]
    pub worker: bool,
    /// Why it is a guess, said to the user.
    #[serde(default)]
    pub guess: Option<String>,
}

/// What is known about a program that a start command may name.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its name, or names.
    pub name: OneOrMany,
    /// Words that must follow for this entry to apply (`["run"]` of `npm run start`).
    #[serde(default)]
    pub words: Vec<String>,
    /// A regular expression on the first word behind `words` that is no option: without a match this entry does not apply.
    #[serde(default)]
    pub argument: Option<String>,
    /// When this entry applies.
    #[serde(default)]
    pub when: Option<When>,
    /// The dependency that brings it; without it the command is not proposed. Empty: the image has it.
    #[serde(default)]
    pub dependency: OneOrMany,
    /// The program and the `words` are replaced by these.
    #[serde(default)]
    pub replace: Option<Vec<String>>,
    /// It only runs another command: assignments, options and itself are dropped (`cross-env`, `exec`, `dotenv --`).
    #[serde(default)]
    pub wrapper: bool,
    /// The next word is a script of this table of the project: `package.json#scripts`.
    #[serde(default)]
    pub script: Option<String>,
    /// The script taken when no word follows: `start`.
    #[serde(default)]
    pub script_default: Option<String>,
    /// Options, or a first word, that name another package of the project (`-w services/api`): the script is that one's.
    #[serde(default)]
    pub member_options: Vec<String>,
    /// The folder of that package: `{member}`.
    #[serde(default)]
    pub member: Option<String>,
    /// Its first argument is a file, from the folder that the command stands in.
    #[serde(default)]
    pub runs_file: bool,
    /// Options to drop; a name that ends with `=` drops its value too, whether it stands behind `=` or is the next word.
    #[serde(default)]
    pub drop: Vec<String>,
    /// Put at the end unless one of `unless` is there already.
    #[serde(default)]
    pub append: Vec<Append>,
    /// It is never a way to start a service (`eslint`, `tsc`).
    #[serde(default)]
    pub never: bool,
    /// What it does on SIGTERM as PID 1: true if it ends by itself. Default: an init is put before it.
    #[serde(default)]
    pub handles_sigterm: bool,
    /// The port it listens on when nothing says so.
    #[serde(default)]
    pub port: Option<u16>,
    /// Regular expression on the command that captures its port.
    #[serde(default)]
    pub port_regex: Option<String>,
    /// The options above make it listen on all addresses, whatever the source says.
    #[serde(default)]
    pub binds: bool,
}

/// Words that a command gets unless it has them.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Append {
    /// Options any of which makes it unnecessary; then nothing is put.
    #[serde(default)]
    pub unless: Vec<String>,
    /// The words.
    pub words: Vec<String>,
    /// When.
    #[serde(default)]
    pub when: Option<When>,
}

/// An address that only the container itself can reach, found in the source.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Loopback {
    /// When it is looked for. Not at all when the start command's program binds by its options.
    #[serde(default)]
    pub when: Option<When>,
    /// The files.
    pub text: OneOrMany,
    /// What says that the app listens on loopback only.
    pub regex: String,
    /// What the text must not match, for the finding to count (`0.0.0.0`).
    #[serde(default)]
    pub unless: Option<String>,
    /// What the user can do about it.
    pub help: String,
}

/// Settings that apply whenever their condition holds. All that hold are applied, in order.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The condition.
    pub when: When,
    /// Environment of the running service.
    pub env: BTreeMap<String, String>,
    /// Environment of the build stages.
    pub build_env: BTreeMap<String, String>,
    /// Folders of the image that the service writes to.
    pub writable: Vec<String>,
    /// Packages of the build stages, by the base's distribution: `{ debian = [...], alpine = [...] }`.
    pub build_packages: BTreeMap<String, Vec<String>>,
    /// Packages of the final stage. A base without a package manager that needs one is refused, with the reason.
    pub runtime_packages: BTreeMap<String, Vec<String>>,
    /// Files of the project that must enter the build context although their names are ignored, if they hold no secret.
    pub context: Vec<String>,
    /// Said to the user as a warning, with what to do behind `help`.
    pub warning: Option<String>,
    /// What to do about the warning.
    pub help: Option<String>,
    /// The base proposed instead of the default when this holds.
    pub base: Option<String>,
    /// Options put right behind the program's name in the start command.
    pub options: Vec<String>,
    /// Memory that the service needs at least.
    pub memory: Option<String>,
}

/// How the service is asked whether it is healthy.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Probe {
    /// The command, with `{program}`, `{port}`, `{path}` and `{below}` (the first status that is no health) as arguments,
    /// and `{node}`-like names from the base's `programs`. A choice by base.
    pub argv: BTreeMap<String, Vec<String>>,
    /// A constant program for an interpreter.
    pub program: String,
    /// A constant program that looks at a file's age.
    pub heartbeat: String,
    /// The command for a heartbeat, with `{program}`, `{file}` and `{max_age}` in seconds. A choice by base.
    pub heartbeat_argv: BTreeMap<String, Vec<String>>,
    /// The command is a program that the template builds.
    pub compiled: bool,
    /// The path that this server always answers.
    pub default_path: Option<String>,
    /// Where a health path is found in the source. None: `/`, and any answer below 500 counts.
    pub path: Vec<Source>,
}

/// A language, or a server for what another language builds.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its id: the file's name.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Other words for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The preset whose values this one starts from.
    #[serde(default)]
    pub extends: Option<String>,
    /// The template of the Dockerfile; `<id>/Dockerfile` otherwise.
    #[serde(default)]
    pub template: Option<String>,
    /// Only serves what another preset builds: it has no source of its own.
    #[serde(default)]
    pub server: bool,
    /// How it is recognised.
    #[serde(default)]
    pub detect: Detect,
    /// Its versions.
    #[serde(default)]
    pub version: Versions,
    /// Where dependencies are declared. Names are compared without case, `_` as `-`.
    #[serde(default)]
    pub dependencies: Vec<Dependencies>,
    /// Where dependencies are locked.
    #[serde(default)]
    pub locked: Vec<Locked>,
    /// Named values of the project.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// Package managers, in rank.
    #[serde(default)]
    pub managers: Vec<Manager>,
    /// Frameworks, in rank.
    #[serde(default)]
    pub frameworks: Vec<Framework>,
    /// How the project is built: the first entry whose condition holds. None: it is not.
    #[serde(default)]
    pub build: Vec<Step>,
    /// More steps by name, each a choice.
    #[serde(default)]
    pub steps: BTreeMap<String, Vec<Step>>,
    /// How the service is started: the first entry that gives a command.
    #[serde(default)]
    pub start: Vec<Start>,
    /// Programs of start commands, first match.
    #[serde(default)]
    pub programs: Vec<Program>,
    /// Signs that the service listens on a port: one condition is enough. None holds: it is a worker. No list: it always does.
    #[serde(default)]
    pub serves: Vec<When>,
    /// Where the port is found.
    #[serde(default)]
    pub port: Vec<Source>,
    /// The variable that the source reads its port from, if any.
    #[serde(default)]
    pub port_env: Vec<Source>,
    /// The port otherwise.
    #[serde(default)]
    pub default_port: Option<u16>,
    /// Health.
    #[serde(default)]
    pub probe: Probe,
    /// Bases by name: `slim`, `alpine`, `distroless`.
    #[serde(default)]
    pub bases: BTreeMap<String, Base>,
    /// The base taken otherwise, `slim` when empty.
    #[serde(default)]
    pub default_base: Vec<Source>,
    /// How it runs while somebody works on it.
    #[serde(default)]
    pub dev: Dev,
    /// Conditional settings.
    #[serde(default)]
    pub settings: Vec<Settings>,
    /// Loopback addresses.
    #[serde(default)]
    pub loopback: Vec<Loopback>,
    /// The folder of the image that the program lives in.
    #[serde(default = "app_folder")]
    pub workdir: String,
    /// Environment of the running service.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The variables that name the file of a private authority to whatever goes to the network.
    #[serde(default)]
    pub ca_env: Vec<String>,
    /// The steps that may go to the network, beside those of a package manager that take its credentials.
    #[serde(default)]
    pub ca_steps: Vec<String>,
    /// Environment of the build stages.
    #[serde(default)]
    pub build_env: BTreeMap<String, String>,
    /// Whether the language's runtime ends on SIGTERM as PID 1 without a handler of the program's own.
    #[serde(default)]
    pub handles_sigterm: bool,
    /// Memory limit of the service.
    #[serde(default = "default_memory")]
    pub memory: String,
    /// How long a stop may take: longer than the servers of this language wait for open requests.
    #[serde(default = "default_stop_grace")]
    pub stop_grace: String,
    /// What goes from the build stage into the image, instead of the whole project.
    #[serde(default)]
    pub ship: Vec<Ship>,
    /// Patterns for .dockerignore: what this language leaves behind.
    #[serde(default)]
    pub ignore: Vec<String>,
}

fn default_stop_grace() -> String {
    "15s".to_owned()
}

fn credential_steps() -> Vec<String> {
    ["install", "production", "prune"].map(str::to_owned).to_vec()
}

fn app_folder() -> String {
    "/app".to_owned()
}

fn default_memory() -> String {
    "256m".to_owned()
}
