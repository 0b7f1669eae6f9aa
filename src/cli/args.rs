//! The arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::prompt::Colour;

/// Gives a service a hardened container set-up, and proves that it runs locked down.
#[derive(Debug, Parser)]
#[command(
    name = "scaffold",
    version,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done; 1 findings, drift, a proof that failed, or a conflict left to you; 2 the input is wrong; 3 disk, engine or registry failed; 130 and 143 on Ctrl-C and SIGTERM."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) global: Global,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global")]
pub(super) struct Global {
    /// When to use colours
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub(super) color: Colour,
    /// Ask and report line by line, without redrawing: for screen readers and simple terminals [env: SCAFFOLD_PLAIN]
    #[arg(long, global = true)]
    pub(super) plain: bool,
    /// Look for presets/ and templates/ in this folder before the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) catalog: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write Dockerfile, .dockerignore and compose.yaml for a service
    New(New),
    /// Put a service, a database or an output into scaffold.toml, and write what follows
    Add(Add),
    /// Take one out again
    Remove(Remove),
    /// Say what a folder holds, and why
    Detect(Detect),
    /// Build the set-up, run it locked down and look at it from outside
    Prove(Prove),
    /// Look for what is unsafe in Dockerfiles, .dockerignore and compose files
    Check(Check),
    /// Give every image of Dockerfiles and compose files the digest that its tag stands for today
    #[cfg(feature = "registry")]
    Pin(Pin),
    /// Say what a rule of `check` is about, and what to write instead
    Explain {
        /// The rule, such as user-root; all of them without it
        rule: Option<String>,
        /// How it is shown
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: Format,
    },
    /// The languages that scaffold knows
    #[command(subcommand)]
    Preset(Preset),
    /// Print a JSON Schema, so that an editor completes and checks a file
    Schema {
        /// Of what
        what: Schema,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// The arguments of `new`.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct New {
    /// The service's folder
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
    /// The language
    #[arg(long, value_name = "ID")]
    pub(super) lang: Option<String>,
    /// The base of the image: slim, alpine or distroless
    #[arg(long, value_name = "BASE")]
    pub(super) base: Option<String>,
    /// Set a key of scaffold.toml, such as service.port=8080
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Read this file instead of the folder's scaffold.toml
    #[arg(long, value_name = "FILE")]
    pub(super) spec: Option<PathBuf>,
    /// Put a small service that runs into an empty folder
    #[arg(long)]
    pub(super) starter: bool,
    /// Ask nothing: take the best candidate, and say every guess
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Write nothing; say what would be written
    #[arg(long, help_heading = "Output")]
    pub(super) dry_run: bool,
    /// Write nothing; show the difference to what is there
    #[arg(long, help_heading = "Output")]
    pub(super) diff: bool,
    /// Write nothing; print the files
    #[arg(long, help_heading = "Output")]
    pub(super) stdout: bool,
    /// Only these files, by name
    #[arg(long, value_name = "FILES", value_delimiter = ',', help_heading = "Output")]
    pub(super) only: Vec<String>,
    /// How the run is reported
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub(super) format: Format,
    /// Replace files that scaffold did not write, or that were edited; the old ones are kept in .scaffold/backup
    #[arg(long, help_heading = "Safety")]
    pub(super) force: bool,
    /// Ask the registries for the digests of the images, and pin those that are not pinned yet
    #[cfg(feature = "registry")]
    #[arg(long, help_heading = "Registries")]
    pub(super) pin: bool,
    #[cfg(feature = "registry")]
    #[command(flatten)]
    pub(super) registry: Registry,
}

/// How registries are reached.
#[cfg(feature = "registry")]
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Registries")]
pub(super) struct Registry {
    /// Ask this mirror before the registry [env: SCAFFOLD_REGISTRY_MIRRORS, with commas]
    #[arg(long, value_name = "HOST=MIRROR")]
    pub(super) mirror: Vec<String>,
    /// Trust the authorities of this file too (PEM)
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Vec<PathBuf>,
    /// Take any certificate of this host, or none at all
    #[arg(long, value_name = "HOST")]
    pub(super) insecure: Vec<String>,
}

/// The arguments of `pin`.
#[cfg(feature = "registry")]
#[derive(Debug, Clone, Args)]
pub(super) struct Pin {
    /// Files and folders
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Write nothing; say what is not pinned and which tags have moved, and exit with 1 if any
    #[arg(long, conflicts_with_all = ["update", "dry_run", "diff"])]
    pub(super) check: bool,
    /// Also move what is pinned to what its tag stands for today
    #[arg(long)]
    pub(super) update: bool,
    /// Also the image of the line `# syntax=`
    #[arg(long)]
    pub(super) syntax: bool,
    /// Write nothing; say what would be pinned
    #[arg(long, help_heading = "Output")]
    pub(super) dry_run: bool,
    /// Write nothing; show the difference
    #[arg(long, help_heading = "Output")]
    pub(super) diff: bool,
    /// How it is reported
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) registry: Registry,
}

/// The arguments of `add`.
#[derive(Debug, Clone, Args)]
pub(super) struct Add {
    /// A backing service such as postgres, a proxy (caddy, nginx), an output such as kubernetes, or the folder of a service
    pub(super) what: String,
    #[command(flatten)]
    pub(super) writing: Writing,
    /// Its name, if another than its own
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// The release line of a backing service
    #[arg(long, value_name = "VERSION")]
    pub(super) version: Option<String>,
}

/// The arguments of `remove`.
#[derive(Debug, Clone, Args)]
pub(super) struct Remove {
    /// Its name in scaffold.toml
    pub(super) what: String,
    #[command(flatten)]
    pub(super) writing: Writing,
}

/// Where an edit of scaffold.toml and what follows from it are written, and whether.
#[derive(Debug, Clone, Args)]
pub(super) struct Writing {
    /// The folder with scaffold.toml
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
    /// Write nothing; say what would be written
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Write nothing; show the difference to what is there
    #[arg(long)]
    pub(super) diff: bool,
    /// Replace files that scaffold did not write, or that were edited; the old ones are kept in .scaffold/backup
    #[arg(long)]
    pub(super) force: bool,
}

/// The arguments of `detect`.
#[derive(Debug, Clone, Args)]
pub(super) struct Detect {
    /// The folder
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
    /// Look at it as this language
    #[arg(long, value_name = "ID")]
    pub(super) lang: Option<String>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

/// The arguments of `prove`.
#[derive(Debug, Clone, Args)]
pub(super) struct Prove {
    /// The folder with a compose file, or a Dockerfile alone
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
    /// The compose service, if several are built
    #[arg(long)]
    pub(super) service: Option<String>,
    /// The engine [default: docker, or podman if docker is not on the PATH]
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub(super) engine: Option<Engine>,
    /// Run it under the full lock-down, whatever the compose file states, to see whether it would work
    #[arg(long)]
    pub(super) lock_down: bool,
    /// Also find the folders that the service writes to
    #[arg(long)]
    pub(super) learn: bool,
    /// A real build secret, so that a build which needs one can be proven
    #[arg(long, value_name = "ID=FILE")]
    pub(super) secret: Vec<String>,
    /// The file that is edited for the second build
    #[arg(long, value_name = "FILE")]
    pub(super) edit: Option<PathBuf>,
    /// How long the service may take to become healthy, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(super) healthy_within: u64,
    /// How long a stop may take, in seconds, if shorter than its stop_grace_period
    #[arg(long, value_name = "SECONDS")]
    pub(super) stop_within: Option<u64>,
    /// Leave containers and images behind
    #[arg(long)]
    pub(super) keep: bool,
    /// How it is reported
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: ProveFormat,
}

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// Docker with BuildKit and compose
    Docker,
    /// Podman; the service is run without what it depends on
    Podman,
}

/// How a proof is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ProveFormat {
    /// For people
    #[default]
    Text,
    /// For machines
    Json,
    /// JUnit XML, for what reports tests
    Junit,
}

/// The arguments of `check`.
#[derive(Debug, Clone, Args)]
pub(super) struct Check {
    /// Files and folders; `-` reads a Dockerfile or compose file from standard input
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub(super) format: CheckFormat,
    /// Exit with 1 from this severity on [default: warning, or fail_on of scaffold.toml]
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Output")]
    pub(super) fail_on: Option<Level>,
    /// Also show what has been waived
    #[arg(long, help_heading = "Output")]
    pub(super) show_waived: bool,
    /// Also find what only some care about, and what may be wrong
    #[arg(long, help_heading = "Rules")]
    pub(super) pedantic: bool,
    /// Only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) rule: Vec<String>,
    /// Read the policy from this file instead of the scaffold.toml of the tree
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) policy: Option<PathBuf>,
    /// Leave out what this file lists: findings that were there when it was written
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) baseline: Option<PathBuf>,
    /// Write today's findings to that file
    #[arg(long, requires = "baseline", help_heading = "Rules")]
    pub(super) write_baseline: bool,
    /// A build argument, as `docker build` takes it
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Rules")]
    pub(super) build_arg: Vec<String>,
    /// The name of what comes from standard input
    #[arg(long, value_name = "NAME", default_value = "Dockerfile", help_heading = "Rules")]
    pub(super) stdin_name: String,
    /// Say what each Dockerfile is given and what each COPY takes of it, instead of looking for what is unsafe
    #[arg(long, conflicts_with_all = ["fix", "baseline", "rule"], help_heading = "Output")]
    pub(super) context: bool,
    /// Mend what can be mended without a change of what the image does
    #[arg(long, help_heading = "Fixes")]
    pub(super) fix: bool,
    /// With --fix: also what should be looked at
    #[arg(long, requires = "fix", help_heading = "Fixes")]
    pub(super) r#unsafe: bool,
    /// With --fix: write nothing, show the difference
    #[arg(long, requires = "fix", help_heading = "Fixes")]
    pub(super) diff: bool,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// For machines
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// The checklist and the findings, for a comment
    Markdown,
    /// A page of its own
    Html,
}

/// A severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    /// Everything
    Note,
    /// Warnings and errors
    Warning,
    /// Errors alone
    Error,
    /// Findings never fail
    Never,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum Preset {
    /// The languages, with their releases, package managers, frameworks and bases
    List {
        /// How it is shown
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: Format,
    },
    /// Every value of a preset, with the file and line that it comes from
    Show {
        /// The preset
        id: String,
        /// How it is shown
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: Format,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Schema {
    /// scaffold.toml
    Spec,
    /// presets/<id>.toml
    Preset,
    /// What `check --format json` prints
    Findings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For machines
    Json,
}
