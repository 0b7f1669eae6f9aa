//! `variable-scope`
//!
//! Other than BuildKit's UndefinedVar it says only for those who ask what nothing declares, since the base may set it. A new
//! ARG gives the variable a value, so that its insertion is no safe fix.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::bases::{self, Os};
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Origin, Run, StageView};
use crate::dockerfile::{Base, Instruction, Kind, NoVariables, ProblemKind, Word};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, RuleInfo, Severity, did_you_mean};
use crate::shell;

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "variable-scope",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A variable is used where it has no value",
        why: "An ARG holds in its own stage alone, and one above the first FROM in FROM lines alone. Elsewhere the variable is empty, and nothing says so: a path loses a part, a version is left out.",
        instead: "Write `ARG NAME` again in the stage that uses it; write a variable that another one uses in an ENV of its own, above.",
        bad: &[
            Example::Dockerfile("FROM debian:${RELEASE}\n"),
            Example::Dockerfile("ARG VERSION=1\nFROM debian:13-slim\nCOPY app-$VERSION.tar /\n"),
            Example::Dockerfile("ARG VERSION=1\nFROM debian:13-slim\nRUN make VERSION_NUMBER=\"${VERSION}\"\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY app-$TARGETARCH /app\n"),
            Example::Dockerfile(
                "FROM alpine:3.24 AS build\nARG APP_DIR=/app\nFROM debian:13-slim\nCOPY --from=build /x $APP_DIR/x\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nENV APP_HOME=/app APP_BIN=$APP_HOME/bin\n"),
            Example::Dockerfile("FROM debian:13-slim\nENV PATH=/a:$PATH PATH=/b:$PATH\n"),
            Example::Dockerfile("FROM debian:13-slim\nENV APP_DIRECTORY=/app\nWORKDIR $APP_DIRETORY\n"),
            // Pedantic: the base may set it.
            Example::Dockerfile("FROM registry.example.com/base:1\nWORKDIR $APP_ROOT\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nWORKDIR $APP_ROOT\n"),
            // Pedantic: it builds only with a `--build-arg`.
            Example::Dockerfile("ARG BASE\nFROM ${BASE}\n"),
        ],
        good: &[
            Example::Dockerfile("ARG VERSION=1\nFROM debian:13-slim\nARG VERSION\nCOPY app-$VERSION.tar /\n"),
            Example::Dockerfile("FROM debian:13-slim AS base\nARG A=1\nENV B=2\nFROM base\nCOPY $A $B /x/\n"),
            Example::Dockerfile("FROM debian:13-slim\nENV PATH=/x/bin:$PATH LD_LIBRARY_PATH=/y:$LD_LIBRARY_PATH\n"),
            Example::Dockerfile("ARG VERSION=1\nFROM debian:13-slim\nCOPY app-${VERSION:-1}.tar /x${VERSION:+/y}\n"),
            Example::Dockerfile(
                "ARG VERSION=1\nFROM debian:13-slim\nRUN VERSION=$(cat v) && echo $VERSION\nRUN . /etc/os-release && echo $VERSION\nRUN echo '$VERSION' \\$VERSION ${VERSION:-2}\nRUN for VERSION in 1 2; do echo $VERSION; done\n",
            ),
            // The image sets it.
            Example::Dockerfile("ARG NODE_VERSION=26\nFROM node:${NODE_VERSION}\nRUN echo $NODE_VERSION\n"),
            Example::Dockerfile("FROM debian:13-slim\nENV A=1\nENV A=2 B=$A\n"),
            Example::Dockerfile("FROM debian:13-slim\nCMD echo $UNKNOWN\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo $UNKNOWN\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD app --chown=x /y\nARG HTTP_PROXY\n"),
            Example::Dockerfile("ARG VARIANT\nFROM busybox:1.38${VARIANT}\n"),
            // Waits for a `--build-arg`; declared further down.
            Example::Dockerfile("FROM debian:13-slim\nARG TOOL_VERSION=${TOOL_VERSION}\nRUN make $TOOL_VERSION\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3044"]),
            ("buildkit", &["UndefinedVar", "UndefinedArgInFrom", "InvalidDefaultArgInFrom"]),
        ],
        cis: &[],
        point: None,
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Build(check)],
};

/// Arguments that BuildKit knows and that hold only where they are declared: `docker/dockerfile` reference, August 2026.
const PLATFORM: [&str; 8] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

/// Where names are declared.
struct Declared<'b> {
    /// Above the first FROM.
    global: BTreeSet<&'b str>,
    /// By ARG or ENV of each stage, what it is FROM included.
    stages: Vec<BTreeSet<String>>,
}

fn check(build: &Build<'_>, found: &mut Found) {
    from(build, found);
    let mut declared = Declared { global: globals(build), stages: Vec::new() };
    // Names of stages below count, too: the order of the stages says nothing.
    let mut everywhere: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for view in &build.views {
        for name in own_names(build, view) {
            everywhere.entry(name).or_default().insert(view.stage.index);
        }
    }
    for view in &build.views {
        let mut visible = match view.stage.base {
            Base::Stage(parent) => declared.stages.get(parent).cloned().unwrap_or_default(),
            _ => BTreeSet::new(),
        };
        let runs: BTreeMap<usize, &Run<'_>> = view.runs.iter().map(|run| (run.at, run)).collect();
        for (at, instruction) in build.instructions(view) {
            let scope =
                Scope { build, view, declared: &declared, everywhere: &everywhere, visible: &visible, instruction };
            match &instruction.kind {
                Kind::Env(pairs) => {
                    for pair in pairs {
                        let own = pair.key.value();
                        scope.words([&pair.value], Some(&own), found);
                    }
                    scope.together(found);
                }
                Kind::Run(_) => {
                    if let Some(run) = runs.get(&at).filter(|run| std::ptr::eq(run.instruction, instruction)) {
                        scope.script(run, found);
                    }
                }
                Kind::Arg(args) => {
                    for arg in args {
                        // `ARG X=${X}` waits for a `--build-arg`; the one above the first FROM it does not see.
                        let own = (!declared.global.contains(arg.name.as_str())).then_some(arg.name.as_str());
                        scope.words(&arg.default, own, found);
                    }
                }
                _ => scope.words(words(instruction), None, found),
            }
            visible.extend(names_of(instruction));
        }
        declared.stages.push(visible);
    }
}

/// Variables of FROM lines.
fn from(build: &Build<'_>, found: &mut Found) {
    let names = globals(build);
    let unknown = |name: &str| !names.contains(name) && !PLATFORM.contains(&name);
    for problem in build.stages.problems.iter().filter(|problem| problem.kind == ProblemKind::Variable) {
        let near = problem.message.split('`').nth(1).and_then(|name| did_you_mean(name, names.iter().copied()));
        let at = build.at(found, problem.span.clone());
        let finding = found.add(at, problem.message.as_str()).severity(Severity::Error).confidence(Confidence::Certain);
        match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("write `ARG NAME=default` above the first FROM"),
        };
    }
    for view in &build.views {
        let Kind::From(from) = &build.from(view).kind else { continue };
        if let Some(platform) = &from.platform
            && let Some(name) = references(platform).into_iter().find(|name| unknown(name))
        {
            let at = build.at(found, platform.span.clone());
            found
                .add(at, format!("no ARG before the first FROM declares `{name}`"))
                .severity(Severity::Error)
                .help("write `ARG NAME=default` above the first FROM");
        }
        if let Some(name) = view.stage.holes.iter().find(|name| !unknown(name) && !PLATFORM.contains(&name.as_str()))
            && !is_named_without(&from.image, build)
        {
            let at = build.at(found, from.image.span.clone());
            found
                .add(at, format!("the image has no name without a `--build-arg {name}`"))
                .severity(Severity::Note)
                .pedantic()
                .help("give the ARG a default");
        }
    }
}

/// Whether the image has a name with its variables left empty: an ARG for a suffix of the tag needs no default.
fn is_named_without(image: &Word, build: &Build<'_>) -> bool {
    image.expand(&build.stages.globals).is_ok_and(|read| bases::Reference::parse(&read.text).is_some())
}

fn globals<'b>(build: &Build<'b>) -> BTreeSet<&'b str> {
    let file = build.file;
    let before = file.instructions.iter().take_while(|instruction| !matches!(instruction.kind, Kind::From(_)));
    before
        .filter_map(|instruction| match &instruction.kind {
            Kind::Arg(args) => Some(args),
            _ => None,
        })
        .flatten()
        .map(|arg| arg.name.as_str())
        .collect()
}

/// The names that an instruction declares.
fn names_of(instruction: &Instruction) -> Vec<String> {
    match &instruction.kind {
        Kind::Arg(args) => args.iter().map(|arg| arg.name.clone()).collect(),
        Kind::Env(pairs) => pairs.iter().map(|pair| pair.key.value()).collect(),
        _ => Vec::new(),
    }
}

fn own_names<'b>(build: &'b Build<'_>, view: &'b StageView<'_>) -> impl Iterator<Item = String> + 'b {
    view.stage.instructions.clone().flat_map(|at| names_of(&build.file.instructions[at]))
}

/// The words of an instruction in which BuildKit replaces variables.
fn words(instruction: &Instruction) -> Vec<&Word> {
    match &instruction.kind {
        Kind::Add(transfer) | Kind::Copy(transfer) => {
            let flags = [&transfer.chown, &transfer.chmod].into_iter().flatten();
            transfer.sources.iter().chain([&transfer.destination]).chain(flags).collect()
        }
        Kind::Label(pairs) => pairs.iter().map(|pair| &pair.value).collect(),
        Kind::Expose(words) | Kind::Volume(words) => words.iter().collect(),
        Kind::Stopsignal(word) | Kind::User(word) | Kind::Workdir(word) => vec![word],
        _ => Vec::new(),
    }
}

/// The names without which a word has a gap: not those with a stand-in.
fn references(word: &Word) -> BTreeSet<String> {
    if !word.raw.contains('$') {
        return BTreeSet::new();
    }
    word.expand(&NoVariables).map(|read| read.holes).unwrap_or_default()
}

/// What an instruction can see.
struct Scope<'s, 'w> {
    build: &'s Build<'w>,
    view: &'s StageView<'w>,
    declared: &'s Declared<'s>,
    /// The stages that declare a name.
    everywhere: &'s BTreeMap<String, BTreeSet<usize>>,
    visible: &'s BTreeSet<String>,
    instruction: &'s Instruction,
}

impl Scope<'_, '_> {
    fn words<'v>(&self, words: impl IntoIterator<Item = &'v Word>, own: Option<&str>, found: &mut Found) {
        for word in words {
            for name in references(word) {
                // `ENV X=a:$X` adds to what may be there.
                if own != Some(name.as_str()) && !self.visible.contains(&name) && !is_of_every_image(&name) {
                    self.report(&name, word.span.clone(), found);
                }
            }
        }
    }

    fn report(&self, name: &str, span: Range<usize>, found: &mut Found) {
        let of_base = self.may_come_from_base(name);
        let at = self.build.at(found, span);
        if self.is_lost(name) {
            let edit = (!self.build.is_inline()).then(|| self.redeclare(name, at.file));
            let finding = found.add(at, lost(name, self.declared.global.contains(name)));
            finding.help(format!("write `ARG {name}` in this stage, above"));
            if let Some(edit) = edit {
                finding.unsafe_fix(format!("declare `{name}` in this stage"), vec![edit]);
            }
            if of_base {
                finding.severity(Severity::Note).pedantic();
            }
            return;
        }
        let near = did_you_mean(name, self.visible.iter().map(String::as_str)).filter(|near| is_typo(name, near));
        let unless = if of_base { ", unless the base sets it" } else { "" };
        let finding = found.add(at, format!("nothing declares `{name}`: it is empty here{unless}"));
        match near {
            Some(near) => {
                finding.help(format!("did you mean `{near}`?"));
            }
            None => {
                finding.help(format!("write `ARG {name}` above, or a default: `${{{name}:-...}}`"));
                // A base that sets nothing leaves it empty, but so does who wants it empty.
                finding.severity(Severity::Note).pedantic();
            }
        }
    }

    /// Whether it is declared, but not here.
    fn is_lost(&self, name: &str) -> bool {
        self.declared.global.contains(name) || PLATFORM.contains(&name) || self.is_of_another_stage(name)
    }

    fn is_of_another_stage(&self, name: &str) -> bool {
        let own = self.view.stage.index;
        self.everywhere.get(name).is_some_and(|stages| !stages.contains(&own))
    }

    /// Whether the image that the stage starts from may set it.
    fn may_come_from_base(&self, name: &str) -> bool {
        if PLATFORM.contains(&name) {
            return false;
        }
        match &self.view.origin {
            Origin::Scratch => false,
            Origin::Base(base, _) if matches!(base.kind, bases::Kind::Os | bases::Kind::Static) => false,
            Origin::Base(base, _) if base.os == Os::Windows => true,
            // What languages set is about their own release and folders.
            Origin::Base(..) => ["VERSION", "HOME", "PATH", "ROOT", "DIR", "URL", "SHA256", "LANG"]
                .iter()
                .any(|word| name.split('_').any(|part| part == *word)),
            Origin::Image(_) | Origin::Unknown => true,
        }
    }

    /// `ARG NAME` above the instruction.
    fn redeclare(&self, name: &str, file: usize) -> Edit {
        let text = self.build.text;
        let start = self.instruction.span.start;
        let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        Edit { at: Location::new(file, line..line), text: format!("ARG {name}\n") }
    }

    /// Variables that an ENV sets and uses at once: all of its values see what was there before.
    fn together(&self, found: &mut Found) {
        let Kind::Env(pairs) = &self.instruction.kind else { return };
        for (index, pair) in pairs.iter().enumerate() {
            let before: BTreeSet<String> = pairs[..index].iter().map(|other| other.key.value()).collect();
            let own = pair.key.value();
            for name in references(&pair.value) {
                // `ENV PATH=a:$PATH PATH=b:$PATH` loses the first.
                if before.contains(&name) && (name == own || !self.visible.contains(&name)) {
                    let at = self.build.at(found, pair.value.span.clone());
                    found
                        .add(at, format!("`{name}` is set by this very ENV, and `{own}` sees what it was before"))
                        .help(format!("set `{own}` in an ENV of its own, below"));
                }
            }
        }
    }

    /// Variables of a RUN's script that are declared, but not here.
    fn script(&self, run: &Run<'_>, found: &mut Found) {
        let whole = self.instruction.text.as_str();
        let has_variables = whole.contains('$') || !self.instruction.heredocs.is_empty();
        if !run.posix || !has_variables {
            return;
        }
        // What a file sets that is read in is not known.
        if run.commands.iter().any(|command| command.is(&[".", "source", "eval"])) {
            return;
        }
        let Some(text) = self.instruction.script_text() else { return };
        let mut used: Option<BTreeSet<String>> = None;
        let everywhere = self.everywhere.keys().map(String::as_str).filter(|name| self.is_of_another_stage(name));
        let names: BTreeSet<&str> = self.declared.global.iter().copied().chain(PLATFORM).chain(everywhere).collect();
        for name in names {
            if self.visible.contains(name) || is_of_every_image(name) || self.may_come_from_base(name) {
                continue;
            }
            let Some(at) = plain_use(text.as_str(), name) else { continue };
            if is_set_in(text.as_str(), name) {
                continue;
            }
            let used = used.get_or_insert_with(|| without_stand_in(text.as_str()));
            if used.contains(name) {
                self.report(name, text.source_span(at), found);
            }
        }
    }
}

fn lost(name: &str, global: bool) -> String {
    if global {
        format!("`{name}` is declared above the first FROM and holds in FROM lines alone: it is empty here")
    } else if PLATFORM.contains(&name) {
        format!("`{name}` holds only in a stage that declares it: it is empty here")
    } else {
        format!("`{name}` is declared in another stage: it is empty here")
    }
}

/// Variables that every image, shell or builder has, or that a container gets.
fn is_of_every_image(name: &str) -> bool {
    const NAMES: [&str; 19] = [
        "HOME", "USER", "PWD", "OLDPWD", "HOSTNAME", "SHELL", "TERM", "IFS", "UID", "EUID", "LANG", "LC_ALL", "RANDOM",
        "SHLVL", "TMPDIR", "LOGNAME", "OSTYPE", "HOSTTYPE", "SECONDS",
    ];
    const PROXIES: [&str; 5] = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];
    NAMES.contains(&name)
        || name.ends_with("PATH")
        || PROXIES.contains(&name.to_ascii_uppercase().as_str())
        || name.starts_with(|first: char| !first.is_ascii_alphabetic() && first != '_')
}

/// The variables that a script takes as they are, outside of single quotes and with nothing to stand in for them.
fn without_stand_in(text: &str) -> BTreeSet<String> {
    let tree = shell::parse(text);
    let mut names = BTreeSet::new();
    for step in shell::steps(&tree) {
        let simple = step.simple;
        let values = simple.assignments.iter().flat_map(|assignment| &assignment.values);
        let targets = simple.redirections.iter().map(|redirection| &redirection.target);
        for part in values.chain(&simple.words).chain(targets).flat_map(|word| &word.parts) {
            if let shell::Part::Variable { name, fallback: None, changed: false, .. } = part {
                names.insert(name.clone());
            }
        }
    }
    names
}

/// Where a text uses a variable with nothing to stand in for it.
fn plain_use(text: &str, name: &str) -> Option<Range<usize>> {
    let braces = format!("${{{name}}}");
    if let Some(at) = text.find(&braces) {
        return Some(at..at + braces.len());
    }
    let plain = format!("${name}");
    text.match_indices(&plain).map(|(at, _)| at).find_map(|at| {
        let next = text.as_bytes().get(at + plain.len());
        let ends = next.is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_');
        ends.then(|| at..at + plain.len())
    })
}

/// Whether a script sets a variable itself: by `=`, `for`, `read`, `printf -v` ...
fn is_set_in(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let start = before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '$' && c != '{');
        let after = text[at + name.len()..].chars().next();
        let sets = after.is_none_or(|c| c == '=' || c == '+' || c.is_whitespace() || c == ';' || c == '[');
        start && sets
    })
}

/// Whether two names differ by a slip of the finger, and not on purpose as `A1` and `A2` do.
fn is_typo(name: &str, near: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let words = |text: &str| text.split('_').count();
    name.len() >= 5 && letters(name) != letters(near) && words(name) == words(near) && !name.eq_ignore_ascii_case(near)
}
