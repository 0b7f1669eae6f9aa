//! `scaffold pin`: image references get the digest that their tag stands for today.

mod ask;
mod locks;
mod set_up;
mod settings;
mod show;
mod sources;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;

use similar::TextDiff;

pub(super) use set_up::resolve_set_up;

use super::args::{Format, Pin};
use super::check::walk;
use super::compare::coloured;
use super::{Context, Failure, Outcome, broken_pipe_is_fine, stdout};
use crate::pin::{Pinnable, rewritten};
use crate::registry::{Client, Error};
use crate::report::{Diagnostic, Severity};
use crate::write::{Backup, Change, Transaction, recover};
use ask::{Answer, Question};
use sources::Source;

/// Nobody reads more than so many excerpts of one kind.
const SHOWN: usize = 20;

/// What became of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Status {
    /// It had no digest, and gets this one.
    Pinned(String),
    /// It has this digest, and it is still there.
    Kept(String),
    /// Its tag stands for another digest now: the old, the new.
    Moved(String, String),
    /// It has no digest, and nobody asked for one.
    Unpinned,
}

/// A reference of a file with its answer.
struct Entry<'a> {
    source: &'a Source,
    image: &'a Pinnable,
    status: Status,
    answer: Option<Answer>,
}

pub(super) fn run(context: &Context, args: &Pin) -> Outcome {
    let client = Client::new(settings::of(&args.registry)?).map_err(|error| Failure::input(error.diagnostic()))?;
    let mut trees = walk::trees(&args.paths)?;
    for tree in &mut trees {
        if let Some(recovered) = recover(&tree.root)? {
            context.say(&recovered.diagnostic());
        }
        // a folder that was asked for, and not the repository of a file that was
        if args.paths.contains(&tree.root) {
            let more = sources::written(tree);
            tree.paths.extend(more);
            tree.paths.sort();
            tree.paths.dedup();
        }
    }
    let sources = sources::read(context, &trees, args.syntax);
    if sources.is_empty() {
        context.say(
            &Diagnostic::note("there is no Dockerfile and no compose file here")
                .help("name a file, whatever its name is"),
        );
    }
    let (entries, failures) = entries(context, args, &client, &sources);
    let gaps = say_what_is_left(context, args, &sources);
    if !failures.is_empty() {
        return refuse(context, &failures);
    }
    let edits = edits(args, &entries);
    let mut changes: Vec<Vec<Change>> = Vec::new();
    let mut patches = String::new();
    for (at, tree) in trees.iter().enumerate() {
        let (own, patch) = changes_of(context, at, &sources, &edits);
        patches.push_str(&patch);
        let mut own: Vec<Change> = own;
        if !args.check {
            own.extend(locks::changes(tree, at, &sources, &entries)?);
        }
        changes.push(own);
    }
    let writes = !(args.check || args.dry_run || args.diff);
    let due = changes.iter().any(|changes| !changes.is_empty());
    if writes {
        for (tree, changes) in trees.iter().zip(changes).filter(|(_, changes)| !changes.is_empty()) {
            still_as_read(&sources, &changes, &tree.root)?;
            Transaction::new(&tree.root)?.commit(changes, Backup::None)?;
        }
    }
    let text = match args.format {
        _ if args.diff => patches,
        Format::Json => show::json(&sources, &entries, writes && due),
        Format::Text => show::text(&entries, args.check),
    };
    broken_pipe_is_fine(stdout().write_all(text.as_bytes()))?;
    if args.format == Format::Text {
        context.say(&Diagnostic::note(show::summary(&entries, args.check, writes)));
    }
    let open = entries.iter().any(|entry| matches!(entry.status, Status::Unpinned | Status::Moved(..)));
    Ok(u8::from(if args.check { open || gaps } else { !writes && due }))
}

/// Asks for what has to be known of each reference.
fn entries<'a>(
    context: &Context,
    args: &Pin,
    client: &Client,
    sources: &'a [Source],
) -> (Vec<Entry<'a>>, Vec<(&'a Source, &'a Pinnable, Error)>) {
    let all = || sources.iter().flat_map(|source| source.found.images.iter().map(move |image| (source, image)));
    let question = |image: &Pinnable| match (&image.reference.digest, image.tagged()) {
        (None, _) if args.check => None,
        (None, _) => Some(Question::Resolve),
        (Some(_), Some(_)) if args.check => Some(Question::Both),
        (Some(_), Some(_)) if args.update => Some(Question::Resolve),
        (Some(_), _) => Some(Question::Verify),
    };
    let questions: Vec<_> = all().filter_map(|(_, image)| Some((question(image)?, image.reference.clone()))).collect();
    let answers = ask::all(context, client, questions);
    let mut entries = Vec::new();
    let mut failures = Vec::new();
    for (source, image) in all() {
        let old = image.reference.digest.clone();
        let answer = match question(image).map(|question| answers.get(&(question, image.reference.clone()))) {
            None => None,
            Some(Some(Ok(answer))) => Some(answer.clone()),
            Some(Some(Err(error))) => {
                failures.push((source, image, error.clone()));
                continue;
            }
            Some(None) => continue,
        };
        let status = match (old, answer.as_ref().map(|answer| answer.digest.clone())) {
            (None, Some(new)) => Status::Pinned(new),
            (None, None) => Status::Unpinned,
            (Some(old), Some(new)) if old != new => Status::Moved(old, new),
            (Some(old), _) => Status::Kept(old),
        };
        entries.push(Entry { source, image, status, answer });
    }
    (entries, failures)
}

/// Says what could not be found out, and that nothing was written.
fn refuse(context: &Context, failures: &[(&Source, &Pinnable, Error)]) -> Outcome {
    for (source, image, error) in failures.iter().take(SHOWN) {
        let mut diagnostic = error.diagnostic().at(&source.shown, &source.text, image.span.clone());
        let is_missing = !error.is_outside();
        if is_missing && image.reference.digest.is_some() && diagnostic.help.is_none() {
            let help = match image.tagged() {
                Some(tagged) => format!(
                    "`scaffold pin --update` takes what `{tagged}` is today; look at what changed before you do"
                ),
                None => "write its tag before the digest, then run `scaffold pin --update`".to_owned(),
            };
            diagnostic = diagnostic.help(help);
        }
        context.say(&diagnostic);
    }
    say_more(context, failures.len());
    context.say(&Diagnostic::note("nothing was written"));
    Ok(if failures.iter().any(|(_, _, error)| error.is_outside()) { 3 } else { 2 })
}

/// Says which references stay without a digest, and whether one of them should have one.
fn say_what_is_left(context: &Context, args: &Pin, sources: &[Source]) -> bool {
    let mut gaps = false;
    for source in sources {
        gaps |= source.found.left.iter().any(|left| left.why.is_gap());
        for left in source.found.left.iter().take(SHOWN) {
            let mut diagnostic = Diagnostic::note(format!("`{}` is not pinned: {}", left.text, left.why.message()))
                .at(&source.shown, &source.text, left.span.clone())
                .help(left.why.help());
            if left.why.is_gap() {
                diagnostic.severity = Severity::Warning;
            }
            if args.format == Format::Text {
                context.say(&diagnostic);
            }
        }
        if args.format == Format::Text {
            say_more(context, source.found.left.len());
        }
    }
    gaps
}

fn say_more(context: &Context, all: usize) {
    if all > SHOWN {
        context.say(&Diagnostic::note(format!("and {} more like these", all - SHOWN)));
    }
}

/// What is to be replaced, by the shown path of the file.
fn edits(args: &Pin, entries: &[Entry<'_>]) -> BTreeMap<String, Vec<(Range<usize>, String)>> {
    let mut edits: BTreeMap<String, Vec<(Range<usize>, String)>> = BTreeMap::new();
    for entry in entries.iter().filter(|_| !args.check) {
        let (Status::Pinned(digest) | Status::Moved(_, digest)) = &entry.status else { continue };
        let edit = (entry.image.span.clone(), entry.image.with_digest(digest));
        edits.entry(entry.source.shown.clone()).or_default().push(edit);
    }
    edits
}

/// The files of a tree that change, and the difference as a patch.
fn changes_of(
    context: &Context,
    tree: usize,
    sources: &[Source],
    edits: &BTreeMap<String, Vec<(Range<usize>, String)>>,
) -> (Vec<Change>, String) {
    let mut changes = Vec::new();
    let mut patches = String::new();
    for source in sources.iter().filter(|source| source.tree == tree) {
        let Some(edits) = edits.get(&source.shown) else { continue };
        let new = rewritten(&source.text, edits);
        let diff = TextDiff::from_lines(source.text.as_str(), new.as_str());
        let (from, to) = (format!("a/{}", source.shown), format!("b/{}", source.shown));
        let patch = diff.unified_diff().context_radius(2).header(&from, &to).to_string();
        let terminal = context.terminal.stdout_tty || context.terminal.colour_stdout;
        patches.push_str(&if terminal { coloured(&patch, context.terminal.colour_stdout) } else { patch });
        changes.push(Change {
            path: source.path.clone(),
            content: new.into_bytes(),
            mode: 0o644,
            directory_mode: None,
        });
    }
    (changes, patches)
}

/// Registries take their time: what was edited meanwhile is not written over.
fn still_as_read(sources: &[Source], changes: &[Change], root: &std::path::Path) -> Result<(), Failure> {
    for change in changes {
        let Some(source) = sources.iter().find(|source| source.path == change.path && source.root == root) else {
            continue;
        };
        let now = std::fs::read(root.join(&change.path)).unwrap_or_default();
        if now != source.text.as_bytes() {
            return Err(Failure::outside(
                Diagnostic::error(format!("{} is no UTF-8, or has changed since it was read", source.shown))
                    .with_note("nothing was written")
                    .help("run `scaffold pin` again"),
            ));
        }
    }
    Ok(())
}
