//! A Dockerfile as it is built: its stages with what they start from, what they run, and what their images are.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::context::Context;
use super::program::Program;
use super::run::{self, Run};
use super::service::Service;
use super::taken::Taken;
use super::workspace::{Unit, Workspace};
use crate::bases::{self, Base, Reference};
use crate::check::found::Found;
use crate::dockerfile::{self, BuildArgs, Dockerfile, Form, Image, Instruction, Kind, Stage, Stages, Variables, Word};
use crate::report::Location;

/// A value that is known, partly known, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It is this.
    Value(String),
    /// Variables without a value have a say in it; this is what is written.
    Unknown(String),
}

impl Known {
    /// The value, if it is known.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

/// What a stage starts from, at the root of its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nothing.
    Scratch,
    /// An image that is in the table of known bases.
    Base(&'static Base, Reference),
    /// An image that is not.
    Image(Reference),
    /// Variables have a say in it.
    Unknown,
}

impl Origin {
    /// What is known of the image.
    #[must_use]
    pub fn base(&self) -> Option<&'static Base> {
        match self {
            Self::Base(base, _) => Some(base),
            _ => None,
        }
    }

    /// The reference of the image.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference> {
        match self {
            Self::Base(_, reference) | Self::Image(reference) => Some(reference),
            _ => None,
        }
    }
}

/// Who a stage's image runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// As `USER` gives it (`name`, `uid`, `user:group`), of the file or of the base.
    pub name: Known,
    /// The instruction that says so; `None` if it is the base.
    pub at: Option<usize>,
    /// Whether it is root; `None` if that is not known.
    pub root: Option<bool>,
}

/// A stage with what is known of it.
#[derive(Debug, Clone)]
pub struct StageView<'a> {
    /// The stage.
    pub stage: &'a Stage,
    /// What its chain of `FROM`s starts from.
    pub origin: Origin,
    /// What the file says of its image, the stages that it is FROM included.
    pub image: Image,
    /// Who the image runs as.
    pub user: User,
    /// Its own `RUN`s, those that triggers of its base stage add, and its own triggers if no stage here runs them.
    pub runs: Vec<Run<'a>>,
    /// Its layers are in the image of the target.
    pub shipped: bool,
    /// It is built for the target.
    pub needed: bool,
    /// For each `USER`, `WORKDIR`, `COPY`, `ADD` of its own: the user that was in force before it.
    users: BTreeMap<usize, User>,
}

impl StageView<'_> {
    /// The user in force at one of its instructions.
    #[must_use]
    pub fn user_at(&self, instruction: usize) -> &User {
        self.users.get(&instruction).unwrap_or(&self.user)
    }
}

/// A Dockerfile for one target.
pub struct Build<'w> {
    /// Everything around it.
    pub workspace: &'w Workspace<'w>,
    /// Where it is, as the user would write it.
    pub path: &'w str,
    /// Its text.
    pub text: &'w str,
    /// What it says.
    pub file: &'w Dockerfile,
    /// Its stages.
    pub stages: &'w Stages<'w>,
    /// The same, with what is known of each.
    pub views: Vec<StageView<'w>>,
    /// The stage that is built.
    pub target: usize,
    /// The services of compose files that build it.
    pub services: Vec<Service<'w>>,
    /// What it is given; `None` if that is not known.
    pub context: Option<Context<'w>>,
    /// Its name or folder says that it is for development or tests.
    pub dev: bool,
    /// For a text inside a compose file: that file, and the bytes of the text there.
    inline: Option<(&'w str, Range<usize>)>,
    /// What it starts with, as soon as somebody asks.
    program: OnceCell<Program<'w>>,
    /// What is taken from the context, as soon as somebody asks.
    pub(super) copies: OnceCell<Vec<(usize, Taken<'w>)>>,
}

impl<'w> Build<'w> {
    pub(in crate::check) fn new(
        workspace: &'w Workspace<'w>,
        unit: &'w Unit,
        stages: &'w Stages<'w>,
        target: usize,
        services: Vec<Service<'w>>,
    ) -> Self {
        let shipped: BTreeSet<usize> = stages.chain(target).into_iter().collect();
        let needed = stages.needed(target);
        let views = stages.stages.iter().map(|stage| {
            let mut view = view(stages, stage);
            view.shipped = shipped.contains(&stage.index);
            view.needed = needed.contains(&stage.index);
            view
        });
        let views = views.collect();
        let mut build = Self {
            workspace,
            path: &unit.path,
            text: &unit.text,
            file: &unit.file,
            stages,
            views,
            target,
            services,
            context: None,
            dev: is_dev(&unit.path) || stages.stages[target].name.as_deref().is_some_and(is_dev),
            inline: unit.inline.as_ref().map(|inline| (inline.text.as_str(), inline.span.clone())),
            program: OnceCell::new(),
            copies: OnceCell::new(),
        };
        build.context = Context::of(&build);
        build
    }

    /// The stage that is built.
    #[must_use]
    pub fn target(&self) -> &StageView<'w> {
        &self.views[self.target]
    }

    /// What a container of the target starts with.
    #[must_use]
    pub fn program(&self) -> &Program<'w> {
        self.program.get_or_init(|| Program::of(self))
    }

    /// The stages whose layers ship, the first one first.
    pub fn shipped(&self) -> impl Iterator<Item = &StageView<'w>> {
        self.views.iter().filter(|view| view.shipped)
    }

    /// The stages that stage `index` is made of, the first one first, itself last.
    pub fn chain(&self, index: usize) -> impl Iterator<Item = &StageView<'w>> {
        self.stages.chain(index).into_iter().rev().map(|index| &self.views[index])
    }

    /// Whether what is built is for development or tests: by the names of the file, of its folder, or of a stage that ships.
    #[must_use]
    pub fn is_for_development(&self) -> bool {
        let named = |view: &StageView<'_>| view.stage.name.as_deref().is_some_and(is_dev);
        self.dev || self.shipped().any(named)
    }

    /// The instructions of a stage with their numbers.
    pub fn instructions(&self, view: &StageView<'w>) -> impl Iterator<Item = (usize, &'w Instruction)> + use<'w> {
        self.stages.instructions(view.stage)
    }

    /// The `FROM` of a stage.
    #[must_use]
    pub fn from(&self, view: &StageView<'_>) -> &'w Instruction {
        &self.file.instructions[view.stage.from]
    }

    /// The bytes of the `FROM` of the target: the place for what is missing.
    #[must_use]
    pub fn absence(&self) -> Range<usize> {
        self.from(self.target()).span.clone()
    }

    /// The variables of a stage at its end, as far as they are known.
    #[must_use]
    pub fn variable(&self, view: &StageView<'_>, name: &str) -> Option<String> {
        view.image.known(name).map(str::to_owned)
    }

    /// Bytes of the Dockerfile as a place of the report.
    pub fn at(&self, found: &mut Found, span: Range<usize>) -> Location {
        match &self.inline {
            None => found.at(self.path, self.text, span),
            Some((outer, inside)) => found.at(self.path, outer, self.inline_span(outer, inside, &span)),
        }
    }

    /// Whether the text stands in a compose file: then no edit can be made by its own bytes.
    #[must_use]
    pub fn is_inline(&self) -> bool {
        self.inline.is_some()
    }

    /// The line of a block scalar that stands for a line of its text; the whole scalar if none is alike.
    fn inline_span(&self, outer: &str, inside: &Range<usize>, span: &Range<usize>) -> Range<usize> {
        let before = self.text.get(..span.start).unwrap_or_default();
        let number = before.matches('\n').count();
        let line = self.text.lines().nth(number).unwrap_or_default();
        let column = span.start - before.rfind('\n').map_or(0, |at| at + 1);
        let mut start = inside.start;
        for candidate in outer.get(inside.clone()).unwrap_or_default().split_inclusive('\n') {
            let shown = candidate.trim_end_matches(['\n', '\r']);
            if shown.trim_start() == line.trim_start() && !line.trim().is_empty() {
                let indent = shown.len() - shown.trim_start().len();
                let own = line.len() - line.trim_start().len();
                let from = start + indent + column.saturating_sub(own);
                let end = (from + span.len()).min(start + shown.len());
                return from.min(end)..end;
            }
            start += candidate.len();
        }
        inside.clone()
    }

    /// All runs of the chain of stage `index`, in order.
    pub fn runs_of_chain(&self, index: usize) -> impl Iterator<Item = &Run<'w>> {
        self.chain(index).flat_map(|view| &view.runs)
    }

    /// The form of the CMD or ENTRYPOINT that an image setting came from.
    #[must_use]
    pub fn form(&self, instruction: usize) -> Option<&'w Form> {
        match &self.file.instructions.get(instruction)?.kind {
            Kind::Cmd(form) | Kind::Entrypoint(form) => Some(form),
            Kind::Onbuild(trigger) => match &trigger.kind {
                Kind::Cmd(form) | Kind::Entrypoint(form) => Some(form),
                _ => None,
            },
            _ => None,
        }
    }

    /// A word of an instruction of a stage as it is at the stage's end, or what is written.
    #[must_use]
    pub fn word(&self, view: &StageView<'_>, word: &Word) -> Known {
        expand(word, &view.image)
    }

    /// Whether the image is only a carrier of files: nothing starts in it.
    #[must_use]
    pub fn is_artifact(&self) -> bool {
        let image = &self.target().image;
        let starts = image.cmd.is_some() || image.entrypoint.is_some();
        !starts && matches!(self.target().origin, Origin::Scratch)
    }
}

fn expand(word: &Word, image: &Image) -> Known {
    match word.expand(&Sure(image)) {
        Ok(read) if read.holes.is_empty() => Known::Value(read.text),
        _ => Known::Unknown(word.raw.clone()),
    }
}

/// The variables of an image whose value is sure.
struct Sure<'a>(&'a Image);

impl Variables for Sure<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.known(name)
    }
}

/// What is known of a stage; whether it ships is filled in by the build.
fn view<'w>(stages: &'w Stages<'w>, stage: &'w Stage) -> StageView<'w> {
    let origin = origin(stages, stage.index);
    let inherited = inherited_user(&origin);
    let mut user = inherited;
    let mut runs = Vec::new();
    let mut users = BTreeMap::new();
    let own = stage.instructions.clone();
    let is_built_upon = stages.stages.iter().any(|other| other.base == dockerfile::Base::Stage(stage.index));
    let image = stages.walk(stage.index, &mut |at, instruction, image| {
        let is_own = own.contains(&at);
        // A trigger stands in the stage before and runs in this one.
        let is_trigger = !is_own
            && stages.chain(stage.index).get(1).is_some_and(|base| stages.stages[*base].instructions.contains(&at))
            && !std::ptr::eq(instruction, &raw const stages.file().instructions[at]);
        if is_own {
            users.insert(at, user.clone());
        }
        match &instruction.kind {
            Kind::User(word) => user = written_user(word, image, at, &origin),
            Kind::Run(run) if is_own || is_trigger => {
                runs.push(run_of(at, instruction, &run.mounts, image, &user, &origin));
            }
            // Where no stage of the file triggers it, an image of another file does: it is written here alone.
            Kind::Onbuild(trigger) if is_own && !is_built_upon => {
                if let Kind::Run(run) = &trigger.kind {
                    runs.push(run_of(at, trigger, &run.mounts, image, &user, &origin));
                }
            }
            _ => {}
        }
    });
    StageView { stage, origin, image, user, runs, shipped: false, needed: false, users }
}

fn run_of<'w>(
    at: usize,
    instruction: &'w Instruction,
    mounts: &'w [dockerfile::Mount],
    image: &Image,
    user: &User,
    origin: &Origin,
) -> Run<'w> {
    let lookup = |name: &str| image.known(name).map(str::to_owned);
    let default: &[&str] = match origin.base().map(|base| base.os) {
        Some(bases::Os::Windows) => &["cmd", "/S", "/C"],
        _ => &["/bin/sh", "-c"],
    };
    let default: Vec<String> = default.iter().map(|word| (*word).to_owned()).collect();
    let shell = image.shell.as_ref().map_or(&default, |shell| &shell.value);
    let (commands, posix) = run::of_run(instruction, shell, &lookup);
    Run {
        at,
        instruction,
        mounts,
        commands,
        root: user.root,
        user: user.name.value().map(str::to_owned),
        workdir: image.workdir.as_ref().map(|workdir| workdir.value.clone()),
        variables: image.known_variables().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        posix,
    }
}

fn origin(stages: &Stages<'_>, index: usize) -> Origin {
    match stages.root(index) {
        Some(dockerfile::Base::Scratch) => Origin::Scratch,
        Some(dockerfile::Base::Image(image)) => match Reference::parse(image) {
            Some(reference) => match bases::find(&reference) {
                Some(base) => Origin::Base(base, reference),
                None => Origin::Image(reference),
            },
            None => Origin::Unknown,
        },
        _ => Origin::Unknown,
    }
}

fn inherited_user(origin: &Origin) -> User {
    match origin {
        Origin::Scratch => User { name: Known::Value("0".to_owned()), at: None, root: Some(true) },
        Origin::Base(base, _) => {
            User { name: Known::Value(base.user.to_owned()), at: None, root: Some(base.is_root()) }
        }
        _ => User { name: Known::Unknown(String::new()), at: None, root: None },
    }
}

fn written_user(word: &Word, image: &Image, at: usize, origin: &Origin) -> User {
    let name = expand(word, image);
    let root = name.value().and_then(|name| {
        let user = name.split(':').next().unwrap_or_default().trim();
        match user {
            "" => inherited_user(origin).root,
            "root" | "0" => Some(true),
            _ if user.eq_ignore_ascii_case("ContainerAdministrator") => Some(true),
            _ => Some(user.bytes().all(|byte| byte == b'0')),
        }
    });
    User { name, at: Some(at), root }
}

/// Words that say that something is not for production.
const DEV: [&str; 25] = [
    "dev",
    "devel",
    "develop",
    "development",
    "devcontainer",
    "test",
    "tests",
    "testing",
    "unittest",
    "unittests",
    "ci",
    "local",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "debug",
    "e2e",
    "fixtures",
    "testdata",
    "playground",
    "benchmark",
    "benchmarks",
    "tilt",
];

/// Whether a path says that what it names is for development, tests or a demonstration.
#[must_use]
pub(super) fn is_dev(path: &str) -> bool {
    path.to_ascii_lowercase().split(['/', '.', '-', '_']).any(is_dev_word)
}

fn is_dev_word(word: &str) -> bool {
    DEV.contains(&word)
}

/// `--build-arg`s of a service, as far as they are known.
pub(in crate::check) fn build_args(service: Option<&Service<'_>>) -> BuildArgs {
    service.map(Service::build_args).unwrap_or_default()
}
