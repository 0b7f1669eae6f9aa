//! `compose-invalid`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Project;
use std::collections::BTreeSet;

use crate::compose::project::ProblemKind;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-invalid",
        family: Family::Compose,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "Compose or the engine refuses the file",
        why: "The project does not start, or not all of it: a name that is not defined, a key that does not exist, two services that want the same port.",
        instead: "Mend what the finding points at; `docker compose config` says whether it is accepted.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    networks: [edge]\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports: ['8080:80']\n  api:\n    image: example.com/api:1.0.0\n    ports: ['8080:8080']\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    container_name: app\n  api:\n    image: example.com/api:1.0.0\n    container_name: app\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    cap_dorp: [ALL]\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    container_name: a\n"),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    networks: [edge]\nnetworks:\n  edge:\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports: ['8080:80']\n    profiles: [a]\n  api:\n    image: example.com/api:1.0.0\n    ports: ['8080:8080']\n    profiles: [b]\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    environment:\n      TOKEN: ${TOKEN:?set it}\n",
            ),
            Example::Files(&[
                ("compose.yaml", "services:\n  db:\n    image: postgres:17\n"),
                ("compose.prod.yaml", "services:\n  db:\n    restart: always\n"),
            ]),
            Example::Files(&[
                ("laravel/compose.yml", "services:\n  web:\n    image: nginx:1.30-trixie\n    networks: [edge]\n"),
                ("docker-compose.yml", "include: [laravel/compose.yml]\nnetworks:\n  edge:\n"),
            ]),
            Example::Files(&[("docker-compose.override.yml", "services:\n  db:\n    restart: always\n")]),
        ],
        equivalents: &[(
            "dclint",
            &["no-duplicate-container-names", "no-duplicate-exported-ports", "service-container-name-regex"],
        )],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, found: &mut Found) {
    let alone = is_part(project);
    let mut elsewhere = None;
    for problem in &project.problems {
        let is_asked = match problem.kind {
            // The first two are `parse-error`'s; the next is how one asks for a value; of the last nothing is known.
            ProblemKind::Yaml | ProblemKind::TooLarge | ProblemKind::Required | ProblemKind::Remote => false,
            // What has no image is completed by another file, or has a misspelt key, which is said.
            ProblemKind::NoImage => false,
            ProblemKind::MissingFile => project.workspace.has_tree,
            ProblemKind::Extends => !alone,
            ProblemKind::Undefined => {
                let name = project.written(&problem.place).trim_matches(['"', '\'']);
                let name = name.rsplit(':').next().unwrap_or(name);
                let names = elsewhere.get_or_insert_with(|| around(project));
                !alone && !names.contains(name)
            }
            _ => true,
        };
        if !is_asked {
            continue;
        }
        let at = project.at(found, &problem.place);
        let related = problem.related.as_ref().map(|(place, what)| (project.at(found, place), what.clone()));
        let finding = found.add(at, problem.message.as_str());
        finding.severity(problem.severity);
        if let Some(help) = &problem.help {
            finding.help(help.as_str());
        }
        if let Some((place, what)) = related {
            finding.related(place, what);
        }
    }
}

/// Whether the files are perhaps only a part of what is read together: none has the name that compose looks for, or one
/// has services that another file must complete.
fn is_part(project: &Project<'_>) -> bool {
    let is_main = |path: &String| MAIN.contains(&path.rsplit('/').next().unwrap_or(path));
    !project.unit.reported.iter().any(is_main)
        || project.problems.iter().any(|problem| problem.kind == ProblemKind::NoImage)
}

const MAIN: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// So many files around a project are looked into.
const AROUND: usize = 50;

/// The names that other compose files, examples of overrides included, define in its folder and those above: they are
/// read together with it, or include it, and what it does not define may be theirs.
fn around<'w>(project: &Project<'w>) -> BTreeSet<&'w str> {
    let workspace = project.workspace;
    let Some(own) = project.unit.reported.first() else { return BTreeSet::new() };
    let own_folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_above = |path: &&String| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let inside = own_folder
            .strip_prefix(folder)
            .is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest.starts_with('/'));
        inside
            && (name.starts_with("compose.") || name.starts_with("docker-compose"))
            && !project.unit.reported.contains(path)
    };
    let files = workspace.tree.files().iter().filter(is_above).take(AROUND);
    files.filter_map(|path| workspace.tree.read(path)).flat_map(str::lines).filter_map(key_of).collect()
}

/// The key of a line below another one, also of one that is commented out.
fn key_of(line: &str) -> Option<&str> {
    let text = line.trim_start_matches([' ', '#']);
    let (key, _) = text.split_once(':')?;
    (line.len() > text.len()).then_some(key)
}
