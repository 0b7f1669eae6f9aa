//! The images of a Dockerfile: FROM, COPY --from, RUN --mount from, the ARG that a FROM reads, and the syntax line.

use std::ops::Range;

use super::{Found, Why};
use crate::bases;
use crate::dockerfile::{self, ArgName, Base, Dockerfile, Kind, Stages, Via, Word};

/// Finds the images of a Dockerfile; that of its `# syntax=` line only if `syntax`.
#[must_use]
pub fn dockerfile(source: &str, syntax: bool) -> Found {
    let file = dockerfile::parse(source);
    let stages = file.stages();
    let mut found = Found::default();
    if syntax {
        for directive in file.directives.iter().filter(|directive| directive.name == "syntax") {
            // BuildKit takes the first word.
            let image = directive.value.split_whitespace().next().unwrap_or_default();
            found.take(source, image, (directive.value_span.clone(), ""), true);
        }
    }
    for stage in &stages.stages {
        if let Some(Kind::From(from)) = file.instructions.get(stage.from).map(|at| &at.kind) {
            base(source, &stages, &stage.base, &from.image, &mut found);
        }
        for reference in &stage.references {
            let before = match reference.via {
                Via::Copy => "",
                Via::Mount => "from=",
            };
            match &reference.target {
                Base::Image(image) => found.take(source, image, (reference.span.clone(), before), false),
                // BuildKit refuses variables here, so no image is meant that could be pinned.
                Base::Unknown(_) | Base::Stage(_) | Base::Scratch => {}
            }
        }
    }
    found.in_order()
}

/// The image of a FROM.
fn base(source: &str, stages: &Stages<'_>, base: &Base, word: &Word, found: &mut Found) {
    if matches!(base, Base::Stage(_) | Base::Scratch) {
        return;
    }
    if let Some(literal) = word.literal() {
        return found.take(source, &literal, (word.span.clone(), ""), false);
    }
    let leave = |found: &mut Found, why| found.leave(source, &word.raw, word.span.clone(), why);
    let Some(name) = variable(&word.raw) else { return leave(found, Why::Variables) };
    let file = stages.file();
    let declared = declared(file, name);
    let [(span, default)] = declared.as_slice() else { return leave(found, Why::Variables) };
    // A default that is no whole reference, such as a bare tag, never gets here: the FROM would be more than a variable.
    let Some(image) = default.literal().filter(|image| !image.is_empty()) else {
        return leave(found, Why::Variables);
    };
    if is_read_elsewhere(file, name) {
        return found.leave(source, &image, span.clone(), Why::SharedArgument);
    }
    found.take(source, &image, (default.span.clone(), ""), bases::split(&image).1.is_some());
}

/// The name of the variable that a word is, and nothing else.
fn variable(raw: &str) -> Option<&str> {
    let raw = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
    let rest = raw.strip_prefix('$')?;
    let name = match rest.strip_prefix('{') {
        Some(braced) => braced.strip_suffix('}')?,
        None => rest,
    };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(word)).then_some(name)
}

/// The ARGs before the first FROM, in order.
fn globals(file: &Dockerfile) -> impl Iterator<Item = &ArgName> {
    let before = file.instructions.iter().take_while(|instruction| !matches!(instruction.kind, Kind::From(_)));
    let args = before.filter_map(|instruction| match &instruction.kind {
        Kind::Arg(args) => Some(args),
        _ => None,
    });
    args.flatten()
}

/// The defaults of a global argument with their places.
fn declared<'a>(file: &'a Dockerfile, name: &str) -> Vec<(Range<usize>, &'a Word)> {
    globals(file)
        .filter(|arg| arg.name == name)
        .filter_map(|arg| Some((arg.span.clone(), arg.default.as_ref()?)))
        .collect()
}

/// Whether anything but a whole FROM reads the argument: a digest at its end would be news to it.
fn is_read_elsewhere(file: &Dockerfile, name: &str) -> bool {
    let reads = |word: &Word| match word.expand(&dockerfile::NoVariables) {
        Ok(read) => read.unset.contains(name),
        Err(_) => true,
    };
    let mut staged = false;
    file.instructions.iter().any(|instruction| match &instruction.kind {
        Kind::From(from) => {
            staged = true;
            reads(&from.image) && variable(&from.image.raw) != Some(name) || from.platform.as_ref().is_some_and(reads)
        }
        Kind::Arg(args) if staged => args.iter().any(|arg| arg.name == name),
        Kind::Arg(args) => args.iter().filter_map(|arg| arg.default.as_ref()).any(reads),
        _ => false,
    })
}
