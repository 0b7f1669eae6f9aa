//! A shell script that the image starts with: found among what COPY takes, and how it ends.

use std::ops::Range;

use super::build::{Build, StageView};
use super::prefix::base_name;
use super::run::is_shell;
use crate::check::Found;
use crate::dockerfile::{Image, Kind, Transfer, Variables};
use crate::report::Location;
use crate::shell::{self, Compound, CompoundKind, Node, Script, Simple, Word};

/// How many stages a script is followed through.
const MAX_STAGES: usize = 4;
/// How deep functions and branches are followed.
const MAX_DEPTH: usize = 6;

/// A script of the context, or one that stands in the Dockerfile as a heredoc.
#[derive(Debug)]
pub struct ScriptFile<'w> {
    /// The file that holds it, as the user would write it.
    pub path: String,
    /// The text of that file.
    file: &'w str,
    /// Where in it the script starts.
    offset: usize,
    tree: Script,
}

impl<'w> ScriptFile<'w> {
    /// The script at this path of the image of stage `index`; none if it is not seen, or no shell's.
    #[must_use]
    pub fn find(build: &Build<'w>, index: usize, path: &str) -> Option<Self> {
        let view = build.views.get(index)?;
        let candidates: Vec<String> = if path.starts_with('/') {
            vec![path.to_owned()]
        } else if path.contains('/') {
            let workdir = workdir(view);
            vec![clean(&format!("{workdir}/{path}"))]
        } else {
            // A bare name is looked for in the PATH.
            let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
            let workdir = workdir(view);
            folders
                .iter()
                .map(|folder| format!("{folder}/{path}"))
                .chain([clean(&format!("{workdir}/{path}"))])
                .collect()
        };
        candidates.iter().find_map(|path| Self::at(build, index, &clean(path), 0))
    }

    fn at(build: &Build<'w>, index: usize, path: &str, depth: usize) -> Option<Self> {
        if depth >= MAX_STAGES {
            return None;
        }
        let mut candidates = Vec::new();
        build.stages.walk(index, &mut |_, instruction, image| {
            if let Kind::Copy(transfer) | Kind::Add(transfer) = &instruction.kind
                && let Some(source) = source_of(transfer, image, path)
            {
                candidates.push((transfer, source));
            }
        });
        // The last one that writes the path counts; what only may be a folder that holds it need not be one.
        candidates.into_iter().rev().find_map(|(transfer, source)| match source {
            Source::Inline(span) if !build.is_inline() => {
                let text = build.text.get(span.clone())?;
                Self::read(build.path.to_owned(), build.text, span.start, text, path)
            }
            Source::Inline(_) => None,
            Source::Path(source) => match &transfer.from {
                None => {
                    let context = build.context.as_ref()?;
                    let full = context.path(source.trim_start_matches('/'));
                    let text = build.workspace.tree.read(&full)?;
                    Self::read(full, text, 0, text, path)
                }
                Some(from) => {
                    let stage = build.stages.find(&from.value).map(|stage| stage.index);
                    let stage = stage.or_else(|| from.value.parse().ok()).filter(|stage| *stage < index)?;
                    let source = if source.starts_with('/') { source } else { format!("/{source}") };
                    Self::at(build, stage, &clean(&source), depth + 1)
                }
            },
        })
    }

    fn read(path: String, file: &'w str, offset: usize, text: &str, name: &str) -> Option<Self> {
        let interpreter = text.strip_prefix("#!").map(|rest| rest.lines().next().unwrap_or_default());
        let by_shell = match interpreter {
            Some(line) => line.split_ascii_whitespace().take(2).any(|word| is_shell(base_name(word))),
            None => name.ends_with(".sh") || name.ends_with(".bash"),
        };
        by_shell.then(|| Self { path, file, offset, tree: shell::parse(text) })
    }

    /// Bytes of the script as a place of the report.
    pub fn place(&self, found: &mut Found, span: Range<usize>) -> Location {
        found.at(&self.path, self.file, self.offset + span.start..self.offset + span.end)
    }

    /// The text of bytes of the script.
    #[must_use]
    pub fn text(&self, span: Range<usize>) -> &'w str {
        self.file.get(self.offset + span.start..self.offset + span.end).unwrap_or_default()
    }

    /// All simple commands.
    #[must_use]
    pub fn commands(&self) -> Vec<&Simple> {
        shell::steps(&self.tree).into_iter().map(|step| step.simple).collect()
    }

    /// Whether a command takes the place of the shell somewhere in it: `exec` with a program.
    #[must_use]
    pub fn execs(&self) -> bool {
        self.commands().iter().any(|simple| is_exec(simple))
    }

    /// Whether it ends by giving itself up for its arguments: `exec "$@"`, also behind a program such as `gosu`.
    #[must_use]
    pub fn passes_on(&self) -> bool {
        self.commands().iter().any(|simple| is_exec(simple) && takes_arguments(simple))
    }

    /// Whether a program that goes on as another user is started: `gosu`, `su-exec`, `setpriv`, `runuser`, `su`.
    #[must_use]
    pub fn steps_down(&self) -> bool {
        const STARTERS: [&str; 10] =
            ["gosu", "su-exec", "setpriv", "runuser", "su", "s6-setuidgid", "chpst", "setuidgid", "sudo", "capsh"];
        self.commands().iter().any(|simple| {
            // `run="gosu app"` and later `exec $run ...`.
            let set = simple.assignments.iter().flat_map(|set| &set.values);
            simple.words.iter().chain(set).map(Word::known_start).any(|start| {
                let first = start.split_ascii_whitespace().next().unwrap_or_default();
                STARTERS.contains(&base_name(first)) || start.starts_with("--userspec")
            })
        })
    }

    /// Whether it starts a program that starts others, maybe as other users: supervisord, s6.
    #[must_use]
    pub fn supervises(&self) -> bool {
        self.commands().iter().any(|simple| {
            simple.words.iter().filter_map(Word::literal).any(|word| {
                let name = base_name(&word);
                matches!(name, "supervisord" | "runsvdir" | "my_init") || name.starts_with("s6-")
            })
        })
    }

    /// Whether it deals with signals on its own.
    #[must_use]
    pub fn traps(&self) -> bool {
        self.commands().iter().any(|simple| word(simple, 0).as_deref() == Some("trap"))
    }

    /// The commands that it may end with.
    #[must_use]
    pub fn ends(&self) -> Vec<&Simple> {
        let mut ends = Vec::new();
        self.last(&self.tree, 0, &mut ends);
        ends
    }

    fn last<'s>(&'s self, script: &'s Script, depth: usize, ends: &mut Vec<&'s Simple>) {
        let Some(statement) = script.statements.iter().rev().find(|statement| !is_definition(&statement.node)) else {
            return;
        };
        if !statement.background {
            self.node(&statement.node, depth + 1, ends);
        }
    }

    fn node<'s>(&'s self, node: &'s Node, depth: usize, ends: &mut Vec<&'s Simple>) {
        if depth > MAX_DEPTH {
            return;
        }
        match node {
            Node::Simple(simple) => match word(simple, 0).and_then(|name| self.function(&name)) {
                Some(body) => body.bodies.iter().for_each(|body| self.function_body(body, depth, ends)),
                None => ends.push(simple),
            },
            Node::Pipeline(nodes) => nodes.iter().take(1).for_each(|first| self.node(first, depth + 1, ends)),
            Node::Chain(first, rest) => {
                self.node(rest.last().map_or(first, |(_, node)| node), depth + 1, ends);
            }
            Node::Compound(compound) => match compound.kind {
                CompoundKind::If => {
                    let bodies = compound.bodies.len();
                    for (at, body) in compound.bodies.iter().enumerate() {
                        // Conditions and what follows them take turns; an odd one at the end is the `else`.
                        if at % 2 == 1 || at + 1 == bodies {
                            self.last(body, depth, ends);
                        }
                    }
                }
                CompoundKind::Case | CompoundKind::Subshell | CompoundKind::Group => {
                    compound.bodies.iter().for_each(|body| self.last(body, depth, ends));
                }
                CompoundKind::For | CompoundKind::While | CompoundKind::Function => {}
            },
        }
    }

    /// A function's body is a group, or a list of its own.
    fn function_body<'s>(&'s self, body: &'s Script, depth: usize, ends: &mut Vec<&'s Simple>) {
        if depth < MAX_DEPTH {
            self.last(body, depth + 1, ends);
        }
    }

    fn function(&self, name: &str) -> Option<&Compound> {
        self.tree.statements.iter().find_map(|statement| match &statement.node {
            Node::Compound(compound)
                if compound.kind == CompoundKind::Function && compound.name.as_deref() == Some(name) =>
            {
                Some(compound)
            }
            _ => None,
        })
    }
}

fn is_definition(node: &Node) -> bool {
    matches!(node, Node::Compound(compound) if compound.kind == CompoundKind::Function)
}

/// The text of a word of a command.
pub(in crate::check) fn word(simple: &Simple, at: usize) -> Option<String> {
    simple.words.get(at)?.literal()
}

/// `exec` with redirections alone starts nothing.
fn is_exec(simple: &Simple) -> bool {
    simple.words.len() > 1 && word(simple, 0).as_deref() == Some("exec")
}

/// `"$@"` or `$*` is among its words.
pub(in crate::check) fn takes_arguments(simple: &Simple) -> bool {
    simple.words.iter().any(|word| word.variables().iter().any(|name| matches!(*name, "@" | "*" | "1")))
}

enum Source {
    Path(String),
    Inline(Range<usize>),
}

/// What of a COPY or ADD becomes this path of the image.
fn source_of(transfer: &Transfer, image: &Image, path: &str) -> Option<Source> {
    let expand = |word: &crate::dockerfile::Word| {
        word.expand(image).ok().filter(|read| read.holes.is_empty()).map(|read| read.text)
    };
    let to = expand(&transfer.destination)?;
    let folder_like = to.ends_with('/') || to == "." || transfer.sources.len() + transfer.inline.len() > 1;
    let workdir = image.workdir.as_ref().map_or("/", |workdir| workdir.value.as_str());
    let to = if to.starts_with('/') { clean(&to) } else { clean(&format!("{workdir}/{to}")) };
    for inline in &transfer.inline {
        let full = if folder_like { clean(&format!("{to}/{}", inline.name)) } else { to.clone() };
        if full == path {
            return Some(Source::Inline(inline.span.clone()));
        }
    }
    for source in &transfer.sources {
        let Some(source) = expand(source) else { continue };
        if source.contains("://") {
            continue;
        }
        let stripped = source.trim_start_matches("./").trim_end_matches('/');
        let name = base_name(stripped);
        if !folder_like && to == path {
            return Some(Source::Path(stripped.to_owned()));
        }
        // A file into a folder, also one that is not written with a slash.
        let file = clean(&format!("{to}/{name}"));
        if file == path && !stripped.is_empty() && stripped != "." {
            return Some(Source::Path(stripped.to_owned()));
        }
        // What is in a folder.
        let root = if to == "/" { "/" } else { to.as_str() };
        let rest = path.strip_prefix(root).filter(|rest| root == "/" || rest.starts_with('/'));
        if let Some(rest) = rest.map(|rest| rest.trim_start_matches('/'))
            && !rest.is_empty()
            && (!name.contains('.') || matches!(stripped, "" | "."))
        {
            let source = if matches!(stripped, "" | ".") { rest.to_owned() } else { format!("{stripped}/{rest}") };
            return Some(Source::Path(source));
        }
        if stripped.contains('*')
            && let Some(rest) = rest.map(|rest| rest.trim_start_matches('/'))
            && !rest.contains('/')
        {
            let folder = stripped.rsplit_once('/').map_or("", |(folder, _)| folder);
            return Some(Source::Path(if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") }));
        }
    }
    None
}

fn workdir(view: &StageView<'_>) -> String {
    let own = view.image.workdir.as_ref().map(|workdir| workdir.value.clone());
    let base = view.origin.base().map_or("/", |base| base.workdir);
    match own {
        Some(own) if own.starts_with('/') => own,
        Some(own) => clean(&format!("{base}/{own}")),
        None => base.to_owned(),
    }
}

/// A path without `.`, `..` and doubled slashes, from the root.
pub(super) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A variable of the running image.
pub(super) fn environment<'b>(view: &'b StageView<'_>) -> impl Fn(&str) -> Option<String> + 'b {
    |name| view.image.env.get(name).map(|value| value.value.clone()).filter(|_| view.image.get(name).is_some())
}
