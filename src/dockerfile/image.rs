//! What the image of a stage will be, through all stages that it is FROM.

use std::collections::{BTreeMap, BTreeSet};

use super::budget::Budget;
use super::expand::Variables;
use super::kind::{Form, Healthcheck, Kind};
use super::stages::{Base, Stages};
use super::words::{ArgName, Pair, Word};
use super::{Dockerfile, Instruction};

/// A value and the instruction of the file that set it (for a trigger: the `ONBUILD`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// What it is.
    pub value: T,
    /// Index into [`Dockerfile::instructions`].
    pub instruction: usize,
}

/// The configuration of an image as far as the file says it; what the image at the root brings is not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// `USER`
    pub user: Option<Setting<String>>,
    /// `WORKDIR`, joined and cleaned; not starting with `/` if it is relative to that of an unknown image.
    pub workdir: Option<Setting<String>>,
    /// `ENV`, decoded.
    pub env: BTreeMap<String, Setting<String>>,
    /// `LABEL`, decoded.
    pub labels: BTreeMap<String, Setting<String>>,
    /// `SHELL`
    pub shell: Option<Setting<Vec<String>>>,
    /// `ENTRYPOINT`, the shell form with its shell.
    pub entrypoint: Option<Setting<Vec<String>>>,
    /// `CMD`, the shell form with its shell; `None` also if a later `ENTRYPOINT` of another stage resets it.
    pub cmd: Option<Setting<Vec<String>>>,
    /// `HEALTHCHECK`
    pub healthcheck: Option<Setting<Healthcheck>>,
    /// `EXPOSE`: `port/protocol`, ranges as written.
    pub expose: BTreeMap<String, Setting<()>>,
    /// `VOLUME`
    pub volumes: BTreeMap<String, Setting<()>>,
    /// `STOPSIGNAL`
    pub stopsignal: Option<Setting<String>>,
    /// Values of `ARG` at the end of the stage; `None` where it has none.
    pub args: BTreeMap<String, Option<String>>,
    /// Variables without a value that leave a gap in something above (`PATH` of an unknown image, for one).
    pub holes: BTreeSet<String>,
    /// ENV and ARG together, as later instructions see them.
    variables: BTreeMap<String, String>,
    /// Names whose value a variable without a value has a say in.
    unsure: BTreeSet<String>,
    /// Names that an ARG of the stage at hand gave a value.
    from_args: Vec<String>,
    budget: Budget,
}

impl Image {
    /// ENV and ARG as an instruction behind the last one would see them, those alone whose value is sure: nothing in it
    /// comes from a variable without a value, which the base image or a `--build-arg` may still set.
    pub fn known_variables(&self) -> impl Iterator<Item = (&str, &str)> {
        let sure = self.variables.iter().filter(|(name, _)| !self.unsure.contains(*name));
        sure.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// One of the [`known_variables`](Self::known_variables).
    #[must_use]
    pub fn known(&self, name: &str) -> Option<&str> {
        self.variables.get(name).filter(|_| !self.unsure.contains(name)).map(String::as_str)
    }
}

impl Variables for Image {
    fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }
}

/// The image of stage `index`.
pub(super) fn image(stages: &Stages<'_>, index: usize) -> Image {
    walk(stages, index, &mut |_, _, _| {})
}

/// What a visit of [`walk`] gets: the instruction's number, the instruction, and the image as it is before it.
pub(super) type Visit<'a, 'b> = dyn FnMut(usize, &'b Instruction, &Image) + 'a;

/// The image of stage `index`; on the way `visit` sees each instruction of its chain, triggers included.
pub(super) fn walk<'b>(stages: &Stages<'b>, index: usize, visit: &mut Visit<'_, 'b>) -> Image {
    let chain = stages.chain(index);
    let mut image = Image::default();
    let rooted = matches!(stages.root(index), Some(Base::Scratch));
    let mut triggers: Vec<(usize, &'b Instruction)> = Vec::new();
    for index in chain.into_iter().rev() {
        let Some(stage) = stages.stages.get(index) else { continue };
        // Arguments go on into the next stage, but ENV wins over them there.
        for name in std::mem::take(&mut image.from_args) {
            if let Some(value) = image.env.get(&name) {
                image.variables.insert(name, value.value.clone());
            }
        }
        let own = || stages.instructions(stage);
        let mut run = StageRun { image: &mut image, stages, rooted, cmd: false };
        for (at, instruction) in std::mem::take(&mut triggers).into_iter().chain(own()) {
            visit(at, instruction, run.image);
            run.apply(at, instruction);
        }
        triggers = own()
            .filter_map(|(at, instruction)| match &instruction.kind {
                Kind::Onbuild(trigger) => Some((at, &**trigger)),
                _ => None,
            })
            .collect();
    }
    image
}

struct StageRun<'a, 'b> {
    image: &'a mut Image,
    stages: &'a Stages<'b>,
    rooted: bool,
    /// Whether this stage has a `CMD` yet.
    cmd: bool,
}

impl StageRun<'_, '_> {
    fn expand(&mut self, word: &Word) -> String {
        self.expand_surely(word).0
    }

    /// The text, and whether no variable without a value has a say in it.
    fn expand_surely(&mut self, word: &Word) -> (String, bool) {
        match self.image.budget.expand(word, &self.image.variables) {
            Ok(read) => {
                let sure = read.holes.is_empty() && read.used.is_disjoint(&self.image.unsure);
                self.image.holes.extend(read.holes);
                (read.text, sure)
            }
            Err(_) => (word.raw.clone(), false),
        }
    }

    fn set(&mut self, name: &str, value: String, sure: bool) {
        if sure {
            self.image.unsure.remove(name);
        } else {
            self.image.unsure.insert(name.to_owned());
        }
        self.image.variables.insert(name.to_owned(), value);
    }

    fn argv(&self, form: &Form) -> Vec<String> {
        let default = ["/bin/sh".to_owned(), "-c".to_owned()];
        form.argv(self.image.shell.as_ref().map_or(&default, |shell| &shell.value))
    }

    fn pairs(&mut self, pairs: &[Pair]) -> Vec<(String, String)> {
        // All of one instruction see the values from before it.
        pairs.iter().map(|pair| (self.expand(&pair.key), self.expand(&pair.value))).collect()
    }

    fn apply(&mut self, at: usize, instruction: &Instruction) {
        match &instruction.kind {
            Kind::User(word) => self.image.user = Some(Setting { value: self.expand(word), instruction: at }),
            Kind::Workdir(word) => {
                let path = self.expand(word);
                let before = self.image.workdir.as_ref().map(|set| set.value.as_str());
                let value = join(before.unwrap_or(if self.rooted { "/" } else { "" }), &path);
                self.image.workdir = Some(Setting { value, instruction: at });
            }
            Kind::Env(pairs) => {
                // All of one instruction see the values from before it.
                let read: Vec<(String, (String, bool))> =
                    pairs.iter().map(|pair| (self.expand(&pair.key), self.expand_surely(&pair.value))).collect();
                for (name, (value, sure)) in read {
                    self.set(&name, value.clone(), sure);
                    self.image.env.insert(name, Setting { value, instruction: at });
                }
            }
            Kind::Label(pairs) => {
                for (name, value) in self.pairs(pairs) {
                    self.image.labels.insert(name, Setting { value, instruction: at });
                }
            }
            Kind::Arg(names) => names.iter().for_each(|name| self.arg(name)),
            Kind::Shell(words) => {
                let value = words.iter().map(|word| word.value.clone()).collect();
                self.image.shell = Some(Setting { value, instruction: at });
            }
            Kind::Cmd(form) => {
                self.image.cmd = Some(Setting { value: self.argv(form), instruction: at });
                self.cmd = true;
            }
            Kind::Entrypoint(form) => {
                self.image.entrypoint = Some(Setting { value: self.argv(form), instruction: at });
                if !self.cmd {
                    self.image.cmd = None;
                }
            }
            Kind::Healthcheck(check) => {
                self.image.healthcheck = Some(Setting { value: Healthcheck::clone(check), instruction: at });
            }
            Kind::Expose(words) => {
                for word in words {
                    let Ok(read) = self.image.budget.expand(word, &self.image.variables) else { continue };
                    self.image.holes.extend(read.holes);
                    let ports = read.words.iter().map(|port| match port.split_once('/') {
                        Some((port, protocol)) => format!("{port}/{}", protocol.to_lowercase()),
                        None => format!("{port}/tcp"),
                    });
                    self.image.expose.extend(ports.map(|port| (port, Setting { value: (), instruction: at })));
                }
            }
            Kind::Volume(words) => {
                for word in words {
                    let path = self.expand(word);
                    self.image.volumes.insert(path, Setting { value: (), instruction: at });
                }
            }
            Kind::Stopsignal(word) => {
                self.image.stopsignal = Some(Setting { value: self.expand(word), instruction: at });
            }
            _ => {}
        }
    }

    fn arg(&mut self, arg: &ArgName) {
        let given = self.stages.args.get(&arg.name).cloned();
        let value = match (given, &arg.default) {
            (Some(given), _) => Some((given, true)),
            (None, Some(default)) => Some(self.expand_surely(default)),
            (None, None) => self.stages.globals.get(&arg.name).cloned().map(|value| (value, true)),
        };
        let value = value.map(|(value, sure)| {
            self.set(&arg.name, value.clone(), sure);
            value
        });
        if value.is_some() {
            self.image.from_args.push(arg.name.clone());
        }
        self.image.args.insert(arg.name.clone(), value);
    }
}

/// `path` seen from `base`, without `.`, `..` and doubled slashes, as Go's `path.Clean` does it.
fn join(base: &str, path: &str) -> String {
    let whole = if path.starts_with('/') || base.is_empty() { path.to_owned() } else { format!("{base}/{path}") };
    let absolute = whole.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

impl Dockerfile {
    /// What the image of the last stage will be.
    #[must_use]
    pub fn final_image(&self) -> Option<Image> {
        let stages = self.stages();
        stages.final_stage().map(|stage| stages.image(stage.index))
    }
}
