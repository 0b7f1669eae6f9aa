//! `dockerignore-missing`

use crate::check::Found;
use crate::check::history::{may_call_git, reads_history};
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Basis, Build, Context, SourceKind};
use crate::ignore::Ignore;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "dockerignore-missing",
        family: Family::Context,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A folder is copied as it is, without a .dockerignore",
        why: "What lies in the folder is in the image: `.git` with all that was ever committed, `.env`, the \
              dependencies of another machine. And each change of any of it builds everything behind the COPY again.",
        instead: "Write a `.dockerignore` beside the context's root (or `<Dockerfile>.dockerignore`) that names at least \
                  `.git`, `**/.env*` and the dependencies; or copy only the files that the image needs.",
        bad: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nCOPY . .\n"),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nADD ./ /app/\n"),
                ("api/.dockerignore", ".git\n"),
            ]),
            // The file beside the Dockerfile is not the one of the context.
            Example::Files(&[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n",
                ),
                ("docker/Dockerfile", "FROM node:26-trixie-slim\nCOPY . .\n"),
                ("docker/.dockerignore", ".git\n"),
            ]),
        ],
        good: &[
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY . .\n"),
                (".dockerignore", ".git\n**/.env*\n"),
            ]),
            Example::Files(&[
                ("docker/web.Dockerfile", "FROM node:26-trixie-slim\nCOPY . .\n"),
                ("docker/web.Dockerfile.dockerignore", ".git\n"),
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      dockerfile: docker/web.Dockerfile\n",
                ),
            ]),
            // Only what it names, nothing, and what comes from elsewhere.
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY package.json server.js ./\n"),
                ("package.json", "{}"),
                ("server.js", ""),
            ]),
            Example::Dockerfile("FROM node:26-trixie-slim\nRUN echo\n"),
            Example::Dockerfile("FROM node:26-trixie-slim AS a\nFROM scratch\nCOPY --from=a . .\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nCOPY <<EOF /a\nb\nEOF\n"),
            // The context is another repository.
            Example::Files(&[
                ("compose.yaml", "services:\n  app:\n    build:\n      context: https://example.com/app.git\n"),
                ("Dockerfile", "FROM node:26-trixie-slim\nRUN echo\n"),
            ]),
        ],
        equivalents: &[],
        cis: &["4.10"],
        point: Some(Point::Dockerignore),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let Some(context) = build.context.as_ref().filter(|context| context.ignore.is_none()) else { return };
    // Who builds from a folder above has an ignore file there.
    if context.basis == Basis::Folder && above(&context.root).any(|path| build.workspace.tree.exists(&path)) {
        return;
    }
    let copies = build.copies();
    let is_folder = |kind: SourceKind| matches!(kind, SourceKind::Root | SourceKind::Folder);
    let whole = copies.iter().find(|(_, taken)| taken.is_whole());
    let folder = || copies.iter().find(|(_, taken)| taken.sources.iter().any(|source| is_folder(source.kind)));
    let Some((_, taken)) = whole.or_else(folder) else { return };
    let at = build.at(found, taken.instruction.span.clone());
    let safe = (whole.is_some() && !build.is_inline()).then(|| lines(build, context)).filter(|lines| !lines.is_empty());
    let edit = safe.map(|lines| context.keep_out(found, &lines));
    let finding = match whole {
        Some(_) => found.add(at, format!("{} takes all that is there, and there is no .dockerignore", taken.shown())),
        None => {
            let message = format!("{} takes a folder as it is, and there is no .dockerignore", taken.shown());
            found.add(at, message).severity(Severity::Note).pedantic()
        }
    };
    finding.help(format!(
        "write {} with the lines `.git`, `**/.env*` and what is made on a developer's machine",
        context.path(".dockerignore")
    ));
    if let Some(edit) = edit {
        finding.safe_fix("write a .dockerignore that keeps out version control and credentials", vec![edit]);
    }
}

/// The ignore files of the folders above.
fn above(root: &str) -> impl Iterator<Item = String> {
    let ends = root.match_indices('/').map(|(at, _)| at).collect::<Vec<_>>();
    let root = root.to_owned();
    let folders = ends.into_iter().map(move |end| format!("{}/.dockerignore", &root[..end]));
    folders.chain([".dockerignore".to_owned()])
}

/// Version control, and names that only credentials have.
const LINES: [&str; 38] = [
    ".git",
    ".hg",
    ".svn",
    "**/.env",
    "**/.env.*",
    "**/*.env",
    "**/.envrc",
    "**/.npmrc",
    "**/.pypirc",
    "**/.netrc",
    "**/_netrc",
    "**/.git-credentials",
    "**/.aws",
    "**/.azure",
    "**/.config/gcloud",
    "**/.kube",
    "**/.ssh",
    "**/.gnupg",
    "**/.docker",
    "**/.cargo/credentials*",
    "**/.gem/credentials",
    "**/id_rsa*",
    "**/id_dsa*",
    "**/id_ecdsa*",
    "**/id_ed25519*",
    "**/*.pem",
    "**/*.key",
    "**/*.p12",
    "**/*.pfx",
    "**/*.jks",
    "**/*.keystore",
    "**/*.kdbx",
    "**/credentials.json",
    "**/client_secret*.json",
    "**/.htpasswd",
    "**/*.tfstate",
    "**/*.tfstate.*",
    "**/*.tfvars",
];

/// Those lines that keep out nothing which is there now, but for version control that no build reads. Credentials that
/// are there are the business of `context-secret`: something may read them.
fn lines(build: &Build<'_>, context: &Context<'_>) -> Vec<String> {
    let mut lines = LINES.to_vec();
    if reads_history(build, context).is_some() || may_call_git(build) {
        lines.retain(|line| *line != ".git");
    }
    // A context may have thousands of files, and hardly one of them has such a name.
    let literals = literals();
    let may_fit = |path: &&str| literals.iter().any(|literal| path.contains(literal));
    let near: Vec<&str> = context.all().iter().copied().filter(may_fit).collect();
    loop {
        let ignore = Ignore::parse(&lines.join("\n"));
        let mut walk = ignore.walk();
        let hit: Vec<usize> = near.iter().filter_map(|path| walk.decide(path).line).collect();
        if hit.is_empty() {
            break;
        }
        lines = lines.iter().enumerate().filter(|(at, _)| !hit.contains(&(at + 1))).map(|(_, line)| *line).collect();
    }
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// The longest part without a star of each line: it stands in every path that the line is about.
fn literals() -> Vec<&'static str> {
    LINES.iter().filter_map(|line| line.trim_start_matches("**/").split('*').max_by_key(|part| part.len())).collect()
}

#[cfg(test)]
mod tests {
    use crate::check::{Options, check, mended};
    use crate::detect::MemoryTree;
    use crate::ignore::Ignore;

    #[test]
    fn the_new_file_keeps_all_that_is_there_but_version_control() {
        let files = [
            ("Dockerfile", "FROM node:26-trixie-slim\nCOPY . .\n"),
            (".env.example", "A=\n"),
            ("certs/ca.pem", "-----BEGIN CERTIFICATE-----\n"),
            ("src/app.js", "\n"),
            (".git/HEAD", "ref: refs/heads/main\n"),
        ];
        let tree = MemoryTree::new(files);
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &Options::default());
        let (texts, _) = mended(&audit, false);
        let text = texts.get(".dockerignore").expect("a new file");
        let ignore = Ignore::parse(text);
        for (path, _) in files {
            assert_eq!(ignore.excludes(path), path == ".git/HEAD", "{path} with\n{text}");
        }
        assert!(ignore.excludes("server.key") && ignore.excludes("a/.env"), "{text}");
    }

    #[test]
    fn a_build_that_asks_git_keeps_it() {
        let tree = MemoryTree::new([
            ("Dockerfile", "FROM node:26-trixie-slim\nCOPY . .\nRUN git describe > version\n"),
            (".git/HEAD", ""),
        ]);
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &Options::default());
        let (texts, _) = mended(&audit, false);
        assert!(!Ignore::parse(&texts[".dockerignore"]).excludes(".git/HEAD"));
    }
}
