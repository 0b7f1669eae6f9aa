//! `dockerignore-no-effect`

use std::collections::BTreeMap;

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Context, IgnoreFile};
use crate::ignore::{Fate, Ignore, PatternLine};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};
use crate::secret::Certainty;

const TEXT: &str = "FROM node:26-trixie-slim\nCOPY . .\n";

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "dockerignore-no-effect",
        family: Family::Context,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A line of a .dockerignore does not do what it seems to",
        why: "A `.dockerignore` is no `.gitignore`: a name counts at the root of the context only, a comment is a line of \
              its own, and the last line that matches decides. What the line was to keep out is in the image.",
        instead: "Write `**/name` for any depth, a comment on its own line, and `!` lines so that they bring back no more \
                  than they name.",
        bad: &[
            Example::Files(&[("Dockerfile", TEXT), (".env", "A=b\n"), (".dockerignore", ".env # local settings\n")]),
            Example::Files(&[
                ("Dockerfile", TEXT),
                ("web/node_modules/a/a.js", ""),
                ("web/package.json", "{}"),
                (".dockerignore", "node_modules\n"),
            ]),
            Example::Files(&[("Dockerfile", TEXT), ("app/log/a.log", ""), (".dockerignore", "*.log\n")]),
            Example::Files(&[
                ("Dockerfile", TEXT),
                ("conf/.env", "DB_PASSWORD=k3Vq9zLw2RtY8sXb\n"),
                (".dockerignore", "**/.env\n!conf/*\n"),
            ]),
            // Docker refuses to build at all.
            Example::Files(&[("Dockerfile", TEXT), (".dockerignore", "a[\n")]),
        ],
        good: &[
            Example::Files(&[
                ("Dockerfile", TEXT),
                ("web/node_modules/a/a.js", ""),
                ("web/package.json", "{}"),
                (".dockerignore", "# dependencies\n**/node_modules\n"),
            ]),
            // There is one at the root, and another line has the rest.
            Example::Files(&[
                ("Dockerfile", TEXT),
                ("README.md", ""),
                ("a/README.md", ""),
                ("a/x.log", ""),
                (".dockerignore", "*.md\n*.log\n**/*.log\na/README.md\n"),
            ]),
            Example::Files(&[("Dockerfile", TEXT), ("src/a.js", ""), ("b.js", ""), (".dockerignore", "*\n!src \n")]),
            // A slash says that it means the root.
            Example::Files(&[
                ("Dockerfile", TEXT),
                ("src/build/a.js", ""),
                ("build/a", ""),
                (".dockerignore", "/build\n"),
            ]),
            // A file may have such a name.
            Example::Files(&[("Dockerfile", TEXT), ("a #1", ""), (".dockerignore", "a #1\n")]),
        ],
        equivalents: &[],
        cis: &[],
        point: Some(Point::Dockerignore),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let Some(context) = &build.context else { return };
    let Some(ignore) = &context.ignore else { return };
    for problem in ignore.rules.problems() {
        let at = found.at(&ignore.path, ignore.text, problem.span.clone());
        found.add(at, problem.message.clone()).severity(problem.severity).help(problem.help.clone());
    }
    credentials_back(build, context, ignore, found);
    let mut rest: Vec<PatternLine<'_>> = Vec::new();
    for pattern in ignore.rules.patterns().filter(|pattern| !pattern.brings_back()) {
        if !comment(build, context, ignore, &pattern, found) {
            rest.push(pattern);
        }
    }
    deeper(build, context, ignore, &rest, found);
    emptied(context, ignore, found);
}

/// The text of a line.
fn written<'i>(ignore: &IgnoreFile<'i>, line: usize) -> &'i str {
    ignore.text.get(ignore.line(line)).unwrap_or_default()
}

/// `x # why`: all of it is the pattern.
fn comment(
    build: &Build<'_>,
    context: &Context<'_>,
    ignore: &IgnoreFile<'_>,
    pattern: &PatternLine<'_>,
    found: &mut Found,
) -> bool {
    let text = written(ignore, pattern.line());
    let Some(at) = text.match_indices('#').map(|(at, _)| at).find(|at| text[..*at].ends_with([' ', '\t'])) else {
        return false;
    };
    let (meant, note) = (text[..at].trim(), text[at..].trim());
    if meant.is_empty() || context.all().iter().any(|path| pattern.matches(path)) {
        return false;
    }
    let place = found.at(&ignore.path, ignore.text, ignore.line(pattern.line()));
    let better = format!("{note}\n{meant}");
    let safe = keeps_out_junk_only(build, context, ignore, pattern.line(), &better);
    let edit = Edit { at: place.clone(), text: better };
    let finding = found.add(place, format!("`{text}` is one pattern: a comment is a line of its own"));
    finding.help(format!("write the comment on the line above `{meant}`"));
    offer(finding, safe, "put the comment on a line of its own", edit);
    true
}

fn offer(finding: &mut crate::report::Finding, safe: bool, title: &str, edit: Edit) {
    if safe {
        finding.safe_fix(title, vec![edit]);
    } else {
        finding.unsafe_fix(title, vec![edit]);
    }
}

/// A name that is not at the root, but further down.
fn deeper(
    build: &Build<'_>,
    context: &Context<'_>,
    ignore: &IgnoreFile<'_>,
    patterns: &[PatternLine<'_>],
    found: &mut Found,
) {
    let single = |pattern: &&PatternLine<'_>| is_plain_name(written(ignore, pattern.line()), pattern.text());
    let all = || context.all().iter().chain(context.folders()).copied();
    let roots: std::collections::BTreeSet<&str> = all().filter_map(|path| path.split('/').next()).collect();
    let open: Vec<&PatternLine<'_>> =
        patterns.iter().filter(single).filter(|pattern| !roots.iter().any(|name| pattern.matches(name))).collect();
    if open.is_empty() {
        return;
    }
    // Each name below the root, with where it is found first.
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in all() {
        let mut end = 0;
        for (depth, part) in path.split('/').enumerate() {
            end += part.len();
            if depth > 0 {
                let places = names.entry(part).or_default();
                if places.last().is_none_or(|last| *last != &path[..end]) && places.len() < MOST_PLACES {
                    places.push(&path[..end]);
                }
            }
            end += 1;
        }
    }
    for pattern in open {
        let places = names.iter().filter(|(name, _)| pattern.matches(name)).flat_map(|(_, places)| places.iter());
        let Some(place) = places.copied().filter(|path| !context.ignores(path)).min_by_key(|path| path.len()) else {
            continue;
        };
        let taken = build.copies().iter().any(|(_, taken)| taken.takes(place));
        let at = found.at(&ignore.path, ignore.text, ignore.line(pattern.line()));
        let better = format!("**/{}", pattern.text());
        let safe = keeps_out_junk_only(build, context, ignore, pattern.line(), &better);
        let edit = Edit { at: at.clone(), text: better.clone() };
        let text = pattern.text();
        let finding = found.add(at, format!("`{text}` matches at the root of the context only, not `{place}`"));
        finding.help(format!("write `{better}`"));
        if !taken || !is_harm(build, context, place) {
            finding.severity(Severity::Note).pedantic();
        }
        offer(finding, safe, &format!("write `{better}`"), edit);
    }
}

/// So many places of a name are looked at.
const MOST_PLACES: usize = 20;

/// Nothing in the line says that it means the root.
fn is_plain_name(written: &str, pattern: &str) -> bool {
    !pattern.contains('/')
        && !pattern.contains("**")
        && pattern != "*"
        && !written.starts_with(['/', '\\'])
        && !written.starts_with("./")
}

/// `!` lines that bring back a credential.
fn credentials_back(build: &Build<'_>, context: &Context<'_>, ignore: &IgnoreFile<'_>, found: &mut Found) {
    if !ignore.rules.patterns().any(|pattern| pattern.brings_back()) {
        return;
    }
    for credential in build.workspace.credentials().iter().filter(|credential| !credential.is_fixture) {
        let Some(path) = context.inside(&credential.path) else { continue };
        let decision = ignore.rules.decide(path);
        let (Fate::Included, Some(line)) = (decision.fate, decision.line) else { continue };
        // `*` and `!src` bring back the folder; only where a line before names credentials, it was to stay out.
        let named = ignore.rules.patterns().any(|pattern| {
            !pattern.brings_back()
                && pattern.line() < line
                && !pattern.text().trim_end_matches(['*', '/']).is_empty()
                && Ignore::parse(pattern.text()).excludes(path)
        });
        let exact = ignore.rules.patterns().any(|pattern| pattern.line() == line && pattern.matches(path));
        if !(named || exact) || credential.certainty(build.workspace.tree) != Some(Certainty::Sure) {
            continue;
        }
        let at = found.at(&ignore.path, ignore.text, ignore.line(line));
        let text = written(ignore, line);
        found
            .add(at, format!("`{text}` brings back `{path}` ({})", credential.name()))
            .help("name what is to come back more closely, or keep the file out with a line behind this one");
    }
}

/// Files that arrive without their content.
fn emptied(context: &Context<'_>, ignore: &IgnoreFile<'_>, found: &mut Found) {
    if !ignore.rules.patterns().any(|pattern| pattern.brings_back()) {
        return;
    }
    let mut walk = ignore.rules.walk();
    let emptied = context.all().iter().find_map(|path| {
        let decision = walk.decide(path);
        (decision.fate == Fate::Emptied).then_some((*path, decision.line?))
    });
    let Some((path, line)) = emptied else { return };
    let at: Location = found.at(&ignore.path, ignore.text, ignore.line(line));
    let text = written(ignore, line);
    found
        .add(at, format!("`{path}` is in the build context as an empty file: `{text}` closes the folder again"))
        .help("put the `!` line behind this one");
}

/// Whether the better line keeps out nothing that anybody may need.
fn keeps_out_junk_only(
    build: &Build<'_>,
    context: &Context<'_>,
    ignore: &IgnoreFile<'_>,
    line: usize,
    better: &str,
) -> bool {
    let span = ignore.line(line);
    let text = format!("{}{better}{}", &ignore.text[..span.start], &ignore.text[span.end..]);
    let new = Ignore::parse(&text);
    let mut walk = new.walk();
    let newly = |path: &&str| walk.excludes(path);
    let named = |path: &str| build.copies().iter().any(|(_, taken)| taken.names(path));
    context.files().filter(newly).all(|path| is_junk(path) && !named(path))
        && context.folders().iter().all(|folder| !named(folder))
}

/// Whether it matters that this is in the image: dependencies, what a run left behind, credentials.
fn is_harm(build: &Build<'_>, context: &Context<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if matches!(name, "node_modules" | "__pycache__" | ".venv" | "venv" | ".git" | ".hg" | ".svn" | ".next") {
        return true;
    }
    if [".pyc", ".log"].iter().any(|ending| name.ends_with(ending)) {
        return true;
    }
    let path = context.path(path);
    let credential = build.workspace.credentials().iter().find(|credential| credential.path == path);
    credential.is_some_and(|known| !known.is_fixture && known.certainty(build.workspace.tree).is_some())
}

/// Names that nobody wants in an image from a developer's machine.
const JUNK: [&str; 17] = [
    "node_modules",
    "__pycache__",
    ".venv",
    "venv",
    ".git",
    ".hg",
    ".svn",
    ".DS_Store",
    "Thumbs.db",
    ".idea",
    ".vscode",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".next",
];

fn is_junk(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').any(|part| JUNK.contains(&part))
        || [".pyc", ".pyo", ".log", ".swp"].iter().any(|ending| name.ends_with(ending))
        || crate::secret::file(path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Options, check, mended};
    use crate::detect::MemoryTree;

    /// hadolint was asked for rules about .dockerignore: <https://github.com/hadolint/hadolint/issues/813>.
    #[test]
    fn the_comment_goes_to_its_own_line() {
        let tree =
            MemoryTree::new([("Dockerfile", TEXT), ("a.log", ""), (".dockerignore", "dist\na.log # noise\n!keep\n")]);
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &Options::default());
        let (texts, _) = mended(&audit, false);
        assert_eq!(texts[".dockerignore"], "dist\n# noise\na.log\n!keep\n");
    }

    #[test]
    fn source_of_the_same_name_is_not_taken_away_unasked() {
        let files = [("Dockerfile", TEXT), ("src/build/a.js", ""), (".dockerignore", "build\n")];
        let tree = MemoryTree::new(files);
        let options = Options { pedantic: true, ..Options::default() };
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &options);
        let finding = audit.findings.iter().find(|finding| finding.rule.id == RULE.info.id).expect("a finding");
        assert_eq!((finding.severity, finding.fix.as_ref().map(|fix| fix.safe)), (Severity::Note, Some(false)));
        assert!(mended(&audit, false).0.is_empty());
    }

    #[test]
    fn a_folder_that_is_closed_again_empties_its_files() {
        let files = [("Dockerfile", TEXT), ("d/f", "x"), (".dockerignore", "d\n!d/f\nd\n")];
        let tree = MemoryTree::new(files);
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &Options::default());
        let messages: Vec<&str> = audit.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(messages.iter().any(|message| message.contains("empty file")), "{messages:?}");
    }
}
