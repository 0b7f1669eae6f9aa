//! `compose-invalid`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Project;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};
use crate::compose::project::ProblemKind;

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
        bad: &[Example::Compose("services:\n  web:\n    image: nginx:1.29\n    networks: [edge]\n"), Example::Compose("services:\n  web:\n    image: nginx:1.29\n    ports: ['8080:80']\n  api:\n    image: example.com/api:1.0.0\n    ports: ['8080:8080']\n"), Example::Compose("services:\n  web:\n    image: nginx:1.29\n    container_name: app\n  api:\n    image: example.com/api:1.0.0\n    container_name: app\n"), Example::Compose("services:\n  web:\n    image: nginx:1.29\n    cap_dorp: [ALL]\n"), Example::Compose("services:\n  web:\n    image: nginx:1.29\n    container_name: a\n")],
        good: &[Example::Compose("services:\n  web:\n    image: nginx:1.29\n    networks: [edge]\nnetworks:\n  edge:\n"), Example::Compose("services:\n  web:\n    image: nginx:1.29\n    ports: ['8080:80']\n    profiles: [a]\n  api:\n    image: example.com/api:1.0.0\n    ports: ['8080:8080']\n    profiles: [b]\n"), Example::Compose("services:\n  web:\n    image: nginx:1.29\n    environment:\n      TOKEN: ${TOKEN:?set it}\n"), Example::Files(&[("compose.yaml", "services:\n  db:\n    image: postgres:17\n"), ("compose.prod.yaml", "services:\n  db:\n    restart: always\n")]), Example::Files(&[("docker-compose.override.yml", "services:\n  db:\n    restart: always\n")])],
        equivalents: &[("dclint", &["no-duplicate-container-names", "no-duplicate-exported-ports", "service-container-name-regex"])],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, found: &mut Found) {
    let alone = is_part(project);
    for problem in &project.problems {
        let is_asked = match problem.kind {
            // The first two are `parse-error`'s; the next is how one asks for a value; of the last nothing is known.
            ProblemKind::Yaml | ProblemKind::TooLarge | ProblemKind::Required | ProblemKind::Remote => false,
            ProblemKind::MissingFile => project.workspace.has_tree,
            // Another file that it is used with may say so.
            ProblemKind::Undefined | ProblemKind::NoImage | ProblemKind::Extends => !alone,
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

/// Whether the files are perhaps only a part of what is read together: none has the name that compose looks for.
fn is_part(project: &Project<'_>) -> bool {
    const MAIN: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
    let is_main = |path: &String| MAIN.contains(&path.rsplit('/').next().unwrap_or(path));
    !project.unit.reported.iter().any(is_main)
}
