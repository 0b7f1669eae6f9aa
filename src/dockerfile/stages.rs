//! Stages as a graph: what each is FROM, and what it takes from others.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::budget::Budget;
use super::expand::Lexer;
use super::image::Image;
use super::problem::{Problem, ProblemKind, Problems};
use super::{Dockerfile, Instruction, Kind};

/// Values given by `--build-arg` (and of platform arguments).
pub type BuildArgs = BTreeMap<String, String>;

/// What a stage starts from, or takes files from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// Another stage, by its index.
    Stage(usize),
    /// An image outside the file, its variables replaced.
    Image(String),
    /// Variables without a value have a say in it; holds what is written.
    Unknown(String),
}

/// How one stage takes from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// `COPY --from=`
    Copy,
    /// `RUN --mount=...,from=`
    Mount,
}

/// One use of another stage or image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Which of the file's instructions.
    pub instruction: usize,
    /// How it is used.
    pub via: Via,
    /// What it is.
    pub target: Base,
    /// The bytes of the flag's value, or of the whole mount.
    pub span: Range<usize>,
}

/// One build stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// From 0, as `COPY --from=0` counts.
    pub index: usize,
    /// In lower case, as BuildKit compares it.
    pub name: Option<String>,
    /// Which of the file's instructions is its `FROM`.
    pub from: usize,
    /// The file's instructions behind its `FROM`.
    pub instructions: Range<usize>,
    /// What it starts from.
    pub base: Base,
    /// Global arguments in its `FROM` that have no value and leave a gap.
    pub holes: BTreeSet<String>,
    /// `--platform`, its variables replaced where they have a value.
    pub platform: Option<String>,
    /// What it takes from others.
    pub references: Vec<Reference>,
}

/// The stages of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages<'a> {
    /// In order.
    pub stages: Vec<Stage>,
    /// Global arguments (`ARG` before the first `FROM`) with a value.
    pub globals: BTreeMap<String, String>,
    /// What BuildKit would refuse in the graph.
    pub problems: Vec<Problem>,
    pub(super) file: &'a Dockerfile,
    pub(super) args: BuildArgs,
}

/// Arguments that exist in the global scope without an `ARG`.
const PLATFORM_ARGS: [&str; 11] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

impl<'a> Stages<'a> {
    pub(super) fn new(file: &'a Dockerfile, args: &BuildArgs) -> Self {
        let mut problems = Problems::default();
        let mut budget = Budget::default();
        let declared = declared(file);
        let mut globals: BTreeMap<String, String> = BTreeMap::new();
        for name in PLATFORM_ARGS {
            if let Some(value) = args.get(name) {
                globals.insert(name.to_owned(), value.clone());
            }
        }
        let mut stages: Vec<Stage> = Vec::new();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for (at, instruction) in file.instructions.iter().enumerate() {
            match (&instruction.kind, stages.last_mut()) {
                (Kind::From(from), _) => {
                    let scope = Scope { index: stages.len(), globals: &globals, declared: &declared };
                    let stage = open(at, from, &names, &scope, &mut budget, &mut problems);
                    if let Some(name) = &stage.name {
                        names.insert(name.clone(), stage.index);
                    }
                    stages.push(stage);
                }
                // A FROM that cannot be read still starts a stage, or what follows it would count to the one before.
                (Kind::Invalid, _) if instruction.name() == "FROM" => {
                    let base = Base::Unknown(instruction.arguments().to_owned());
                    stages.push(stage(stages.len(), at, base));
                }
                (_, Some(stage)) => stage.instructions.end = at + 1,
                (Kind::Arg(list), None) => {
                    for arg in list {
                        let given = args.get(&arg.name).cloned();
                        let default = arg.default.as_ref().and_then(|word| match budget.expand(word, &globals) {
                            // What a platform argument, or one without a default, will be is not known here.
                            Ok(read) if read.holes.iter().any(|name| declared.contains(name.as_str())) => None,
                            Ok(read) => Some(read.text),
                            Err(error) => {
                                problems.fatal(word.span.clone(), error.message);
                                None
                            }
                        });
                        if let Some(value) = given.or(default) {
                            globals.insert(arg.name.clone(), value);
                        }
                    }
                }
                (Kind::Unknown | Kind::Invalid, None) => {}
                (_, None) => problems.fatal(instruction.keyword.span.clone(), "no FROM stands before this instruction"),
            }
        }
        if stages.is_empty() && !file.instructions.is_empty() {
            problems.fatal(0..0, "the file has no stage: FROM is missing");
        }
        for index in 0..stages.len() {
            let mut references = Vec::new();
            for at in stages[index].instructions.clone() {
                let place = (at, stages.len());
                references_of(&file.instructions[at], place, &names, &mut references, &mut problems);
            }
            for reference in &references {
                if reference.target == Base::Stage(index) {
                    problems.refuse(ProblemKind::Stage, reference.span.clone(), "a stage cannot take from itself");
                }
            }
            stages[index].references = references;
        }
        let all = Self { stages, globals, problems: problems.0, file, args: args.clone() };
        all.with_cycles()
    }

    /// The stage that is built if none is named.
    #[must_use]
    pub fn final_stage(&self) -> Option<&Stage> {
        self.stages.last()
    }

    /// The stage of this name, as `--target` finds it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Stage> {
        let name = name.to_lowercase();
        self.stages.iter().rev().find(|stage| stage.name.as_deref() == Some(&name))
    }

    /// The stages whose layers are in the image of stage `index`: itself first, then what it is FROM.
    #[must_use]
    pub fn chain(&self, index: usize) -> Vec<usize> {
        let mut chain = Vec::new();
        let mut next = Some(index);
        while let Some(stage) = next.and_then(|index| self.stages.get(index)) {
            chain.push(stage.index);
            // FROM only reaches back, so this ends.
            next = match stage.base {
                Base::Stage(base) if base < stage.index => Some(base),
                _ => None,
            };
        }
        chain
    }

    /// What the chain of stage `index` starts from.
    #[must_use]
    pub fn root(&self, index: usize) -> Option<&Base> {
        let last = *self.chain(index).last()?;
        self.stages.get(last).map(|stage| &stage.base)
    }

    /// All stages that are built for stage `index`, itself included.
    #[must_use]
    pub fn needed(&self, index: usize) -> BTreeSet<usize> {
        let mut needed = BTreeSet::new();
        let mut open = vec![index];
        while let Some(index) = open.pop() {
            if let Some(stage) = self.stages.get(index)
                && needed.insert(index)
            {
                open.extend(uses(stage));
            }
        }
        needed
    }

    /// What the image of stage `index` will be.
    #[must_use]
    pub fn image(&self, index: usize) -> Image {
        super::image::image(self, index)
    }

    /// The image of stage `index`, and on the way each instruction of its chain (triggers of `ONBUILD` under the number of
    /// that instruction) with the image as it is before it.
    pub fn walk(&self, index: usize, visit: &mut dyn FnMut(usize, &'a Instruction, &Image)) -> Image {
        super::image::walk(self, index, visit)
    }

    /// The file that has these stages.
    #[must_use]
    pub fn file(&self) -> &'a Dockerfile {
        self.file
    }

    /// The instructions of a stage with their numbers in the file.
    pub fn instructions(&self, stage: &Stage) -> impl Iterator<Item = (usize, &'a Instruction)> + use<'a> {
        let file = self.file;
        stage.instructions.clone().map(|at| (at, &file.instructions[at]))
    }

    /// Says where stages wait for each other.
    fn with_cycles(mut self) -> Self {
        #[derive(Clone, Copy, PartialEq)]
        enum Seen {
            No,
            Open,
            Done,
        }
        let mut seen = vec![Seen::No; self.stages.len()];
        let targets: Vec<Vec<usize>> = self.stages.iter().map(|stage| uses(stage).collect()).collect();
        for first in 0..self.stages.len() {
            let mut path = vec![(first, 0)];
            while let Some((index, next)) = path.last_mut() {
                let index = *index;
                seen[index] = if seen[index] == Seen::Done { Seen::Done } else { Seen::Open };
                let target = targets[index].get(*next).copied().filter(|_| seen[index] == Seen::Open);
                *next += 1;
                match target {
                    None => {
                        seen[index] = Seen::Done;
                        path.pop();
                    }
                    Some(target) if seen[target] == Seen::No => path.push((target, 0)),
                    Some(target) if seen[target] == Seen::Open && target != index => {
                        let at = &self.file.instructions[self.stages[index].from];
                        let message = format!("stage {index} and stage {target} need each other");
                        self.problems.push(Problem {
                            span: at.span.clone(),
                            message,
                            fatal: true,
                            kind: ProblemKind::Stage,
                        });
                    }
                    Some(_) => {}
                }
            }
        }
        self
    }
}

/// The other stages that a stage needs.
fn uses(stage: &Stage) -> impl Iterator<Item = usize> {
    let references = stage.references.iter().map(|reference| &reference.target);
    [&stage.base].into_iter().chain(references).filter_map(|base| match base {
        Base::Stage(index) => Some(*index),
        _ => None,
    })
}

fn stage(index: usize, from: usize, base: Base) -> Stage {
    Stage {
        index,
        name: None,
        from,
        instructions: from + 1..from + 1,
        base,
        holes: BTreeSet::new(),
        platform: None,
        references: Vec::new(),
    }
}

/// What a `FROM` can see.
struct Scope<'a> {
    index: usize,
    globals: &'a BTreeMap<String, String>,
    /// With a value or without.
    declared: &'a BTreeSet<&'a str>,
}

fn open(
    at: usize,
    from: &super::From,
    names: &BTreeMap<String, usize>,
    scope: &Scope<'_>,
    budget: &mut Budget,
    problems: &mut Problems,
) -> Stage {
    let mut stage = stage(scope.index, at, Base::Unknown(from.image.raw.clone()));
    stage.name = from.alias.as_ref().map(|alias| alias.value.to_lowercase());
    match budget.expand(&from.image, scope.globals) {
        Err(error) => problems.fatal(from.image.span.clone(), error.message),
        Ok(read) if !read.holes.is_empty() => {
            let mut unknown = read.holes.iter().filter(|name| !scope.declared.contains(name.as_str()));
            if let Some(name) = unknown.next() {
                problems.refuse(
                    ProblemKind::Variable,
                    from.image.span.clone(),
                    format!("no ARG before the first FROM declares `{name}`"),
                );
            }
            stage.holes = read.holes;
        }
        Ok(read) if read.text.is_empty() => problems.fatal(from.image.span.clone(), "the name of the image is empty"),
        Ok(read) => {
            stage.base = match names.get(&read.text) {
                Some(index) => Base::Stage(*index),
                None if read.text == "scratch" => Base::Scratch,
                None => Base::Image(read.text),
            }
        }
    }
    stage.platform = from.platform.as_ref().map(|word| {
        let lexer = Lexer { keep_unset: true, ..Lexer::new(word.escape) };
        lexer.process(&word.raw, scope.globals).map_or_else(|_| word.raw.clone(), |read| read.text)
    });
    stage
}

/// The arguments of the global scope.
fn declared(file: &Dockerfile) -> BTreeSet<&str> {
    let before = file.instructions.iter().take_while(|instruction| !matches!(instruction.kind, Kind::From(_)));
    let args = before.filter_map(|instruction| match &instruction.kind {
        Kind::Arg(args) => Some(args),
        _ => None,
    });
    PLATFORM_ARGS.into_iter().chain(args.flatten().map(|arg| arg.name.as_str())).collect()
}

fn references_of(
    instruction: &Instruction,
    (at, count): (usize, usize),
    names: &BTreeMap<String, usize>,
    found: &mut Vec<Reference>,
    problems: &mut Problems,
) {
    let named = |name: &str| match names.get(&name.to_lowercase()) {
        Some(index) => Base::Stage(*index),
        None if name == "scratch" => Base::Scratch,
        None => Base::Image(name.to_owned()),
    };
    match &instruction.kind {
        Kind::Copy(copy) => {
            let Some(from) = copy.from.as_ref().filter(|from| !from.value.is_empty()) else { return };
            let target = match from.value.parse::<i64>() {
                Ok(number) => match usize::try_from(number).ok().filter(|index| *index < count) {
                    Some(index) => Base::Stage(index),
                    None => {
                        problems.refuse(ProblemKind::Stage, from.span.clone(), format!("there is no stage {number}"));
                        Base::Unknown(from.value.clone())
                    }
                },
                Err(_) if from.value.contains('$') => {
                    problems.refuse(
                        ProblemKind::Stage,
                        from.span.clone(),
                        "`--from` knows no variables: name a stage that is FROM that image",
                    );
                    Base::Unknown(from.value.clone())
                }
                Err(_) => named(&from.value),
            };
            found.push(Reference { instruction: at, via: Via::Copy, target, span: from.span.clone() });
        }
        Kind::Run(run) => {
            for mount in &run.mounts {
                if let Some(from) = mount.from().filter(|from| !from.is_empty()) {
                    let target = if from.contains('$') { Base::Unknown(from.to_owned()) } else { named(from) };
                    found.push(Reference { instruction: at, via: Via::Mount, target, span: mount.span.clone() });
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn a_default_made_of_the_platform_is_not_known() {
        let file = parse("ARG FLAVOR=${TARGETARCH}\nFROM ${FLAVOR} AS a\nFROM base-$FLAVOR\n");
        let stages = file.stages();
        assert_eq!(stages.problems, []);
        assert_eq!(stages.stages[0].base, Base::Unknown("${FLAVOR}".to_owned()));
        let given = file.stages_with(&BuildArgs::from([("TARGETARCH".to_owned(), "amd64".to_owned())]));
        assert_eq!(given.stages[1].base, Base::Image("base-amd64".to_owned()));
    }

    #[test]
    fn what_is_made_of_a_gap_is_uncertain() {
        let file = parse("FROM a\nARG A\nENV B=x$A C=1\nENV D=$B/y E=$C\nENV B=2\n");
        let image = file.stages().image(0);
        let uncertain: Vec<&str> = ["A", "B", "C", "D", "E"].into_iter().filter(|n| image.known(n).is_none()).collect();
        assert_eq!(uncertain, ["A", "D"]);
    }
}
