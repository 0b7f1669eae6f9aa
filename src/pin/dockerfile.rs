//! The images of a Dockerfile: FROM, COPY --from, RUN --mount from, the ARG that a FROM reads, and the syntax line.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Found, Why};
use crate::bases;
use crate::dockerfile::{self, Base, Dockerfile, Kind, Via, Word};

/// Finds the images of a Dockerfile; that of its `# syntax=` line only if `syntax`.
#[must_use]
pub fn dockerfile(source: &str, syntax: bool) -> Found {
    let file = dockerfile::parse(source);
    let stages = file.stages();
    let arguments = Arguments::of(&file);
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
            base(source, &arguments, &stage.base, &from.image, &mut found);
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
    found.in_order(source)
}

/// The image of a FROM.
fn base(source: &str, arguments: &Arguments<'_>, base: &Base, word: &Word, found: &mut Found) {
    if matches!(base, Base::Stage(_) | Base::Scratch) {
        return;
    }
    if let Some(literal) = word.literal() {
        return found.take(source, &literal, (word.span.clone(), ""), false);
    }
    let leave = |found: &mut Found, why| found.leave(&word.raw, word.span.clone(), why);
    let Some(name) = variable(&word.raw) else { return leave(found, Why::Variables) };
    let Some([(span, default)]) = arguments.declared.get(name).map(Vec::as_slice) else {
        return leave(found, Why::Variables);
    };
    // A default that is no whole reference, such as a bare tag, never gets here: the FROM would be more than a variable.
    let Some(image) = default.literal().filter(|image| !image.is_empty()) else {
        return leave(found, Why::Variables);
    };
    if arguments.unsure || arguments.shared.contains(name) {
        return found.leave(&image, span.clone(), Why::SharedArgument);
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

/// The arguments of a file that a FROM can read.
struct Arguments<'a> {
    /// The defaults before the first FROM, with the place of name and default.
    declared: BTreeMap<&'a str, Vec<(Range<usize>, &'a Word)>>,
    /// Those that anything but a whole FROM reads too: a digest at their end would be news to it.
    shared: BTreeSet<String>,
    /// Whether a word cannot be read, so that it is not known what it reads.
    unsure: bool,
}

impl<'a> Arguments<'a> {
    fn of(file: &'a Dockerfile) -> Self {
        let mut all = Self { declared: BTreeMap::new(), shared: BTreeSet::new(), unsure: false };
        let mut staged = false;
        for instruction in &file.instructions {
            match &instruction.kind {
                Kind::From(from) => {
                    staged = true;
                    if variable(&from.image.raw).is_none() {
                        all.read(&from.image);
                    }
                    from.platform.iter().for_each(|platform| all.read(platform));
                }
                // Without a default it takes that of the global one.
                Kind::Arg(args) if staged => all.shared.extend(args.iter().map(|arg| arg.name.clone())),
                Kind::Arg(args) => {
                    for arg in args {
                        let Some(default) = &arg.default else { continue };
                        all.read(default);
                        all.declared.entry(arg.name.as_str()).or_default().push((arg.span.clone(), default));
                    }
                }
                _ => {}
            }
        }
        all
    }

    fn read(&mut self, word: &Word) {
        match word.expand(&dockerfile::NoVariables) {
            Ok(read) => self.shared.extend(read.unset),
            Err(_) => self.unsure = true,
        }
    }
}
