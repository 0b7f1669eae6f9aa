//! `secret-file-exposed`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Service};
use crate::compose::project::{Place, Scalar};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, FileKind, Verdict};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "secret-file-exposed",
        family: Family::Compose,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A file of secrets lies in a build context that does not keep it out",
        why: "The compose file gives the file to a container at run time on purpose; a COPY of the folder puts it into the \
              image as well, where everybody who can pull the image reads it.",
        instead: "Add the file to `.dockerignore`, or move it out of the build context.",
        bad: &[Example::Files(&[
            (
                "compose.yaml",
                "services:\n  web:\n    build: .\n    env_file: settings.txt\n  db:\n    image: postgres:18\n    secrets: [db]\nsecrets:\n  db:\n    file: ./db_password.txt\n",
            ),
            ("Dockerfile", "FROM node:24-slim\nCOPY . /app\nCMD [\"node\", \"/app/server.js\"]\n"),
            (".dockerignore", "node_modules\n"),
            ("settings.txt", "API_TOKEN=q8RzvK2mW7xLt4PdQ9\n"),
            ("db_password.txt", "q8RzvK2mW7xLt4PdQ9\n"),
        ])],
        good: &[
            Example::Files(&[
                ("compose.yaml", "services:\n  web:\n    build: .\n    env_file: settings.txt\n"),
                ("Dockerfile", "FROM node:24-slim\nCOPY . /app\nCMD [\"node\", \"/app/server.js\"]\n"),
                (".dockerignore", "settings.*\n"),
                ("settings.txt", "API_TOKEN=q8RzvK2mW7xLt4PdQ9\n"),
            ]),
            Example::Files(&[
                ("compose.yaml", "services:\n  web:\n    build: .\n    env_file: web.txt\n"),
                ("Dockerfile", "FROM node:24-slim\nCOPY . /app\nCMD [\"node\", \"/app/server.js\"]\n"),
                ("web.txt", "PORT=3000\nAPI_TOKEN=${API_TOKEN}\nLOG_LEVEL=info\n"),
            ]),
            Example::Files(&[
                ("compose.yaml", "services:\n  web:\n    build: ./app\n    env_file: settings.txt\n"),
                ("app/Dockerfile", "FROM node:24-slim\nCOPY . /app\nCMD [\"node\", \"/app/server.js\"]\n"),
                ("app/server.js", ""),
                ("settings.txt", "API_TOKEN=q8RzvK2mW7xLt4PdQ9\n"),
            ]),
        ],
        equivalents: &[],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let Some(context) = build.context.as_ref().filter(|_| !build.services.is_empty()) else { return };
    for (service, scalar, is_secret) in files(build) {
        let Some(written) = scalar.text.known_or_default() else { continue };
        let Some(path) = service.project.path_at(&scalar.place, &written) else { continue };
        let Some(inside) = context.inside(&path) else { continue };
        // What has the name of a credential is what `context-secret` is about.
        let named = build.workspace.credentials().iter().any(|known| known.path == path);
        if named || context.ignores(inside) || !holds_secret(build, &path, is_secret) {
            continue;
        }
        let Some(ships) = taken(build, inside) else { continue };
        let at = service.at(found, &scalar.place);
        let plain = !inside.contains(['*', '?', '[', '\\', '\n']);
        let edit = plain.then(|| context.keep_out(found, &[format!("/{inside}")]));
        let finding = found
            .add(at, format!("`{path}` holds a secret, and `COPY` takes it from the build context into {ships}"))
            .help(format!("add `/{inside}` to the `.dockerignore` of the build context"));
        if ships != "the image" {
            finding.severity(Severity::Warning);
        }
        if let Some(edit) = edit {
            finding.safe_fix(format!("keep `{inside}` out of the build context"), vec![edit]);
        }
    }
}

/// The files of `env_file` and of `secrets` of the projects that build it; `true` for the latter.
fn files<'b, 'w>(build: &'b Build<'w>) -> Vec<(Service<'w>, &'w Scalar, bool)> {
    let mut all: Vec<(Service<'w>, &'w Scalar, bool)> = Vec::new();
    let mut seen: Vec<*const crate::check::subject::ProjectUnit> = Vec::new();
    for own in &build.services {
        let project = own.project;
        if seen.contains(&std::ptr::from_ref(project.unit)) {
            continue;
        }
        seen.push(std::ptr::from_ref(project.unit));
        for service in project.all() {
            all.extend(service.service.env_file().into_iter().map(|file| (service, file.path, false)));
        }
        let secrets = project.unit.project.secrets.iter().filter_map(|secret| secret.scalar("file"));
        all.extend(secrets.map(|file| (*own, file, true)));
    }
    all.retain(|(service, scalar, _)| reports(service, &scalar.place));
    all
}

fn reports(service: &Service<'_>, place: &Place) -> bool {
    service.project.reports(place)
}

fn holds_secret(build: &Build<'_>, path: &str, is_secret: bool) -> bool {
    let Some(text) = build.workspace.tree.read(path) else { return false };
    let kind = if is_secret { FileKind::Secrets } else { FileKind::Env };
    secret::content(secret::file(path).unwrap_or(kind), text) == Verdict::Secret
}

/// Where a COPY or ADD puts it: into the image, or into a stage that does not ship. `None` if none takes it.
fn taken(build: &Build<'_>, path: &str) -> Option<&'static str> {
    let takes = |shipped: bool| {
        build.copies().iter().any(|(stage, taken)| {
            build.views.get(*stage).is_some_and(|view| view.shipped == shipped) && taken.open && taken.takes(path)
        })
    };
    if takes(true) {
        return Some("the image");
    }
    takes(false).then_some("a stage of the build")
}
