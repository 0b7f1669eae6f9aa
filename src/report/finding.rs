//! What an audit finds, and what a rule says of itself: data for every report format.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Severity, line_column};

/// Which part of a set-up a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The images that it starts from.
    Image,
    /// What the build does.
    Build,
    /// Credentials.
    Secrets,
    /// Who it runs as.
    User,
    /// How it starts, stops and says that it is healthy.
    Runtime,
    /// What the build is given.
    Context,
    /// The compose file.
    Compose,
    /// Waivers, and files that cannot be read.
    Meta,
}

impl Family {
    /// All, in the order of reports.
    pub const ALL: [Self; 8] =
        [Self::Image, Self::Build, Self::Secrets, Self::User, Self::Runtime, Self::Context, Self::Compose, Self::Meta];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Build => "build",
            Self::Secrets => "secrets",
            Self::User => "user",
            Self::Runtime => "runtime",
            Self::Context => "context",
            Self::Compose => "compose",
            Self::Meta => "meta",
        }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Worth a look; shown with `--pedantic` only.
    Guess,
    /// Nearly always right.
    Likely,
    /// It follows from the text.
    Certain,
}

impl Confidence {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// For whom a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Persona {
    /// Everybody.
    Default,
    /// Who asks for it with `--pedantic`.
    Pedantic,
    /// Who asks for it in a policy.
    Policy,
}

impl Persona {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Pedantic => "pedantic",
            Self::Policy => "policy",
        }
    }
}

/// Whether `--fix` can mend what a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixable {
    /// No: it needs a decision.
    No,
    /// A suggestion is shown, and applied with `--fix --unsafe`.
    Unsafe,
    /// `--fix` does it: the image does the same as before.
    Safe,
}

impl Fixable {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        }
    }
}

/// The points of the security chapter's checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// Base images with a specific version.
    Version,
    /// Images pinned by digest, from trusted registries.
    Trusted,
    /// Images are scanned.
    Scanned,
    /// It does not run as root.
    NonRoot,
    /// No secret in the Dockerfile, the image or the compose file.
    NoSecrets,
    /// COPY rather than ADD.
    Copy,
    /// Multi-stage: no build tools in what ships.
    MultiStage,
    /// A .dockerignore that keeps out what must stay out.
    Dockerignore,
    /// A health check.
    Healthcheck,
    /// Only the ports that are needed.
    Ports,
    /// Downloads and packages are verified.
    Verified,
    /// It starts as exec form and stops on SIGTERM.
    Signals,
    /// Nothing unneeded in the image.
    Minimal,
    /// Locked down at run time: read-only, no capabilities, no new privileges, no way to the host.
    LockedDown,
    /// Memory, processors and processes are limited.
    Limits,
}

impl Point {
    /// All, in the order of the chapter.
    pub const ALL: [Self; 15] = [
        Self::Version,
        Self::Trusted,
        Self::Scanned,
        Self::NonRoot,
        Self::NoSecrets,
        Self::Copy,
        Self::MultiStage,
        Self::Dockerignore,
        Self::Healthcheck,
        Self::Ports,
        Self::Verified,
        Self::Signals,
        Self::Minimal,
        Self::LockedDown,
        Self::Limits,
    ];

    /// As the checklist says it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Version => "Base images have a specific version",
            Self::Trusted => "Images come from trusted registries, pinned by digest",
            Self::Scanned => "Images are scanned for vulnerabilities",
            Self::NonRoot => "The service runs as a user other than root",
            Self::NoSecrets => "No secrets in Dockerfile, image or compose file",
            Self::Copy => "COPY rather than ADD",
            Self::MultiStage => "Multi-stage: build tools do not ship",
            Self::Dockerignore => ".dockerignore keeps secrets, .git and dependencies out",
            Self::Healthcheck => "A health check that works",
            Self::Ports => "Only the ports that are needed are open",
            Self::Verified => "Downloads and packages are verified",
            Self::Signals => "Exec form; SIGTERM reaches the program",
            Self::Minimal => "Nothing in the image that is not needed",
            Self::LockedDown => "Locked down at run time",
            Self::Limits => "Memory, processors and processes are limited",
        }
    }

    /// The section of the chapter.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Version | Self::Trusted | Self::Scanned | Self::Minimal | Self::Verified => "7.1",
            Self::NonRoot => "7.2",
            Self::NoSecrets => "7.3",
            Self::LockedDown | Self::Limits => "7.4",
            _ => "7.5",
        }
    }
}

/// A text that shows a rule at work; it is also a test of the rule.
#[derive(Debug, Clone, Copy)]
pub enum Example {
    /// A Dockerfile.
    Dockerfile(&'static str),
    /// A compose.yaml.
    Compose(&'static str),
    /// Several files: path and text.
    Files(&'static [(&'static str, &'static str)]),
}

impl Example {
    /// Its files: path and text.
    #[must_use]
    pub fn files(&self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Dockerfile(text) => vec![("Dockerfile", text)],
            Self::Compose(text) => vec![("compose.yaml", text)],
            Self::Files(files) => files.to_vec(),
        }
    }
}

/// What a rule says of itself.
#[derive(Debug)]
pub struct RuleInfo {
    /// Its name, in kebab case. It never changes.
    pub id: &'static str,
    /// What it is about.
    pub family: Family,
    /// How bad its usual finding is.
    pub severity: Severity,
    /// How sure its usual finding is.
    pub confidence: Confidence,
    /// For whom its usual finding is.
    pub persona: Persona,
    /// The first edition in which its findings can fail a run; before that they are notes.
    pub edition: u16,
    /// What it finds, in one sentence without a final stop.
    pub title: &'static str,
    /// Why that matters, as Markdown.
    pub why: &'static str,
    /// What to write instead, as Markdown.
    pub instead: &'static str,
    /// Texts in which it finds something.
    pub bad: &'static [Example],
    /// Texts that look alike and in which it finds nothing.
    pub good: &'static [Example],
    /// The same in other tools: the tool, and its ids.
    pub equivalents: &'static [(&'static str, &'static [&'static str])],
    /// Numbers of the CIS Docker Benchmark 1.6.
    pub cis: &'static [&'static str],
    /// The point of the checklist that it decides.
    pub point: Option<Point>,
    /// Whether what it finds can be mended by `--fix`.
    pub fix: Fixable,
}

/// Bytes of one of [`Audit::files`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Index into [`Audit::files`].
    pub file: usize,
    /// First byte; equal to `end` for a point.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

impl Location {
    /// These bytes of that file.
    #[must_use]
    pub fn new(file: usize, span: Range<usize>) -> Self {
        Self { file, start: span.start, end: span.end.max(span.start) }
    }

    /// The bytes.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// A change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; a point to insert.
    pub at: Location,
    /// What comes there.
    pub text: String,
}

/// How a finding can be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether the image does the same afterwards.
    pub safe: bool,
    /// What it does, as an imperative: "replace ADD by COPY".
    pub title: String,
    /// All of them, or none.
    pub edits: Vec<Edit>,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// The reason that was given.
    pub because: String,
    /// Where the waiver stands, or that it is in the baseline.
    pub by: WaivedBy,
}

/// What waives a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaivedBy {
    /// A comment in the file, or an entry of scaffold.toml.
    Waiver(Location),
    /// The baseline knows it.
    Baseline,
}

/// One thing that a rule found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static RuleInfo,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure it is here.
    pub confidence: Confidence,
    /// For whom it is here.
    pub persona: Persona,
    /// What is wrong, in one sentence without a final stop. It never holds a secret's value.
    pub message: String,
    /// Where.
    pub at: Location,
    /// What belongs to it elsewhere, each with a word about it.
    pub related: Vec<(Location, String)>,
    /// What to do about it.
    pub help: Option<String>,
    /// How to mend it.
    pub fix: Option<Fix>,
    /// Why it does not count; such findings stay in reports that can say so.
    pub waived: Option<Waived>,
    /// Whether `at` is a secret's value, all of it: no report shows these bytes, nor the same value elsewhere. A second
    /// secret is a finding of its own.
    pub secret: bool,
    /// What is missing at its place, as one would write it, if it is about a safeguard that is not there: people are shown
    /// all of a place as one finding.
    pub lacks: Option<&'static str>,
}

/// A text that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would write it, with `/`.
    pub path: String,
    /// The text.
    pub text: String,
}

/// How a point of the checklist stands for one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tick {
    /// Nothing speaks against it.
    Yes,
    /// Something of it cannot be seen from the files.
    Unknown,
    /// It does not apply.
    NotApplicable,
    /// A finding speaks against it.
    No,
}

/// The checklist of one Dockerfile or service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// The file (and service) that it is about.
    pub subject: String,
    /// A tick for each point.
    pub ticks: BTreeMap<Point, Tick>,
    /// What belongs to it: a finding in one of these places speaks against its point.
    pub places: Vec<Location>,
}

/// The result of an audit.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// The texts that findings point into.
    pub files: Vec<Source>,
    /// How many Dockerfiles and compose files were looked at.
    pub checked: usize,
    /// In the order of files and places.
    pub findings: Vec<Finding>,
    /// Values of secrets whose findings are not part of the report: no report shows them for all that.
    pub hidden: Vec<Location>,
    /// One a Dockerfile, and one a service that no Dockerfile builds.
    pub checklists: Vec<Checklist>,
}

impl Audit {
    /// The path of a location's file.
    #[must_use]
    pub fn path(&self, at: &Location) -> &str {
        self.files.get(at.file).map_or("", |file| file.path.as_str())
    }

    /// Line and column (in characters) of its start, both from 1.
    #[must_use]
    pub fn line_column(&self, at: &Location) -> (usize, usize) {
        self.files.get(at.file).map_or((1, 1), |file| line_column(&file.text, at.start))
    }

    /// Line and column (in characters) of its end, both from 1.
    #[must_use]
    pub fn end_line_column(&self, at: &Location) -> (usize, usize) {
        self.files.get(at.file).map_or((1, 1), |file| line_column(&file.text, at.end))
    }

    /// Findings that count.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.waived.is_none())
    }

    /// How many findings of this severity count.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.active().filter(|finding| finding.severity == severity).count()
    }

    /// Whether a finding of this severity or worse counts.
    #[must_use]
    pub fn fails(&self, level: Severity) -> bool {
        self.active().any(|finding| finding.severity >= level)
    }

    /// Drops findings from number `from` on that are in a file of such a path.
    pub fn drop_in(&mut self, from: usize, is_dropped: &dyn Fn(&str) -> bool) {
        let dropped: Vec<bool> = self.files.iter().map(|file| is_dropped(&file.path)).collect();
        let mut number = 0;
        self.keep(|finding| {
            number += 1;
            number <= from || !dropped.get(finding.at.file).copied().unwrap_or_default()
        });
    }

    /// Keeps the findings that are wanted. What the others mark as a secret stays hidden.
    pub fn keep(&mut self, mut is_wanted: impl FnMut(&mut Finding) -> bool) {
        let hidden = &mut self.hidden;
        self.findings.retain_mut(|finding| {
            let wanted = is_wanted(finding);
            if !wanted && finding.secret {
                hidden.push(finding.at.clone());
            }
            wanted
        });
    }

    /// Puts findings in the order of reports and drops what says the same thing twice.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| (&a.at, a.rule.id, &a.message).cmp(&(&b.at, b.rule.id, &b.message)));
        self.findings.dedup_by(|a, b| a.at == b.at && a.rule.id == b.rule.id && a.message == b.message);
    }
}
