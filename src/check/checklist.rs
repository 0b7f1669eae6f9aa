//! The chapter's checklist for each Dockerfile, and for each service that runs a finished image.
//!
//! What the files say is noted while they are looked at; a finding that counts in the end turns its point to "no".

use std::collections::BTreeMap;

use super::Found;
use super::subject::{Build, Origin, Scan, Service};
use crate::dockerfile::Healthcheck;
use crate::report::{Audit, Checklist, Location, Point, Severity, Tick};

/// The checklist of a Dockerfile.
pub(super) fn of_build(build: &Build<'_>, found: &mut Found) -> Checklist {
    let view = build.target();
    let images = super::subject::images::of_build(build, found);
    let every = |yes: bool| if yes { Tick::Yes } else { Tick::No };
    let mut ticks: BTreeMap<Point, Tick> = Point::ALL.into_iter().map(|point| (point, Tick::Yes)).collect();
    let known = images.iter().all(|image| image.known);
    ticks.insert(Point::Version, if known { Tick::Yes } else { Tick::Unknown });
    ticks.insert(Point::Trusted, every(images.iter().all(|image| image.reference.digest.is_some())));
    ticks.insert(
        Point::Scanned,
        match build.workspace.scan() {
            Scan::Yes => Tick::Yes,
            Scan::No { .. } => Tick::No,
            Scan::Unknown => Tick::Unknown,
        },
    );
    ticks.insert(
        Point::NonRoot,
        match view.user.root {
            Some(root) => every(!root),
            None => Tick::Unknown,
        },
    );
    let takes = build.context.as_ref().map(|_| build.copies().iter().any(|(_, taken)| taken.open));
    ticks.insert(
        Point::Dockerignore,
        match takes {
            None => Tick::Unknown,
            Some(false) => Tick::NotApplicable,
            Some(true) => every(build.context.as_ref().is_some_and(|context| context.ignore.is_some())),
        },
    );
    ticks.insert(Point::Healthcheck, health(build));
    ticks.insert(Point::LockedDown, of_services(build, locked_down));
    ticks.insert(Point::Limits, of_services(build, limited));
    if view.image.cmd.is_none()
        && view.image.entrypoint.is_none()
        && matches!(view.origin, Origin::Unknown | Origin::Image(_))
    {
        ticks.insert(Point::Signals, Tick::Unknown);
    }
    let mut places = vec![build.at(found, 0..build.text.len())];
    if let Some(ignore) = build.context.as_ref().and_then(|context| context.ignore.as_ref()) {
        places.push(found.at(&ignore.path, ignore.text, 0..ignore.text.len()));
    }
    places.extend(build.services.iter().filter_map(|service| place(service, found)));
    Checklist { subject: build.path.to_owned(), ticks, places }
}

/// The checklist of a service that runs an image which no Dockerfile of the tree builds.
pub(super) fn of_service(service: &Service<'_>, found: &mut Found) -> Option<Checklist> {
    let reference = service.reference()?;
    let place = place(service, found)?;
    let every = |yes: bool| if yes { Tick::Yes } else { Tick::No };
    let mut ticks: BTreeMap<Point, Tick> = Point::ALL.into_iter().map(|point| (point, Tick::NotApplicable)).collect();
    ticks.insert(Point::Version, Tick::Yes);
    ticks.insert(Point::Trusted, every(reference.digest.is_some()));
    ticks.insert(Point::NoSecrets, Tick::Yes);
    ticks.insert(Point::Ports, Tick::Yes);
    let user = service.scalar("user").and_then(|user| user.text.known());
    let root = user.as_deref().map(|user| matches!(user.split(':').next(), Some("root" | "0")));
    ticks.insert(
        Point::NonRoot,
        match root.or_else(|| service.base().map(crate::bases::Base::is_root)) {
            Some(root) => every(!root),
            None => Tick::Unknown,
        },
    );
    let checked = service.healthcheck().map(|check| check.disabled() != Some(true));
    ticks.insert(
        Point::Healthcheck,
        match checked {
            Some(checked) => every(checked),
            None if service.base().is_some_and(|base| base.healthcheck) => Tick::Yes,
            None => Tick::Unknown,
        },
    );
    ticks.insert(Point::LockedDown, every(locked_down(service)));
    ticks.insert(Point::Limits, every(limited(service)));
    let path = found.audit().path(&place).to_owned();
    Some(Checklist { subject: format!("{path}: {}", service.name), ticks, places: vec![place] })
}

/// Name and body of a service.
fn place(service: &Service<'_>, found: &mut Found) -> Option<Location> {
    let name = service.at(found, &service.service.place);
    let body = service.at(found, service.value.place());
    (name.file == body.file).then(|| Location::new(name.file, name.start..body.end))
}

fn health(build: &Build<'_>) -> Tick {
    let view = build.target();
    let own = match view.image.healthcheck.as_ref().map(|check| &check.value) {
        Some(Healthcheck::Cmd { .. }) => Some(true),
        Some(Healthcheck::None) => Some(false),
        None => view.origin.base().map(|base| base.healthcheck).filter(|has| *has),
    };
    let in_compose = !build.services.is_empty()
        && build.services.iter().all(|service| {
            service.healthcheck().is_some_and(|check| check.disabled() != Some(true) && check.test().is_some())
        });
    if own == Some(true) || in_compose {
        return Tick::Yes;
    }
    if build.workspace.deployment().platform.is_some() || view.image.expose.is_empty() {
        return Tick::NotApplicable;
    }
    match (&view.origin, own) {
        (_, Some(false)) => Tick::NotApplicable,
        (Origin::Unknown | Origin::Image(_), None) => Tick::Unknown,
        _ => Tick::No,
    }
}

fn of_services(build: &Build<'_>, holds: fn(&Service<'_>) -> bool) -> Tick {
    // Without a compose file that is decided where it is run.
    if build.services.is_empty() {
        return Tick::Unknown;
    }
    if build.services.iter().all(holds) { Tick::Yes } else { Tick::No }
}

fn locked_down(service: &Service<'_>) -> bool {
    let on = |key: &str| service.scalar(key).and_then(crate::compose::project::Scalar::as_bool) == Some(true);
    let drops = service.list("cap_drop").iter().any(|capability| {
        capability.text.known().is_some_and(|name| name.trim_start_matches("CAP_").eq_ignore_ascii_case("all"))
    });
    let no_new = service.list("security_opt").iter().any(|option| {
        let text = option.text.known().unwrap_or_default().replace(['=', ':'], " ");
        matches!(text.trim(), "no-new-privileges" | "no-new-privileges true")
    });
    on("read_only") && drops && no_new && !on("privileged")
}

fn limited(service: &Service<'_>) -> bool {
    let deploy = service.deploy_limits();
    let memory = service.scalar("mem_limit").is_some() || deploy.as_ref().is_some_and(|limits| limits.memory.is_some());
    let pids = service.scalar("pids_limit").is_some() || deploy.as_ref().is_some_and(|limits| limits.pids.is_some());
    memory && pids
}

/// Turns the points to "no" that a finding speaks against. Notes do not.
pub(super) fn settle(audit: &mut Audit) {
    let Audit { findings, checklists, .. } = audit;
    for finding in findings.iter().filter(|finding| finding.waived.is_none() && finding.severity > Severity::Note) {
        let Some(point) = finding.rule.point else { continue };
        for checklist in checklists.iter_mut() {
            let inside = |place: &Location| {
                place.file == finding.at.file && place.start <= finding.at.start && finding.at.start <= place.end
            };
            if checklist.places.iter().any(inside) {
                checklist.ticks.insert(point, Tick::No);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Options, apply_policy, check, names};
    use crate::detect::MemoryTree;
    use crate::report::{Point, Tick};

    /// The tick of a point on the first checklist.
    fn tick(files: &[(&str, &str)], point: Point) -> Option<Tick> {
        let tree = MemoryTree::new(files.iter().copied());
        let paths: Vec<String> =
            files.iter().map(|(path, _)| (*path).to_owned()).filter(|path| names::is_target(path)).collect();
        let options = Options::default();
        let mut audit = check(&tree, true, &paths, &options);
        apply_policy(&mut audit, &options, None);
        audit.checklists.first()?.ticks.get(&point).copied()
    }

    #[test]
    fn what_the_files_say_is_ticked() {
        let of = |text: &str, point: Point| tick(&[("Dockerfile", text)], point);
        let server = "FROM node:26-trixie-slim\nEXPOSE 3000\nUSER 1000\nCMD [\"node\", \"a.js\"]\n";
        assert_eq!(of(server, Point::NonRoot), Some(Tick::Yes));
        assert_eq!(of(&server.replace("USER 1000\n", ""), Point::NonRoot), Some(Tick::No));
        assert_eq!(of("FROM registry.example/x:1\nCMD [\"a\"]\n", Point::NonRoot), Some(Tick::Unknown));
        assert_eq!(of(server, Point::Healthcheck), Some(Tick::No));
        assert_eq!(of(&server.replace("USER", "HEALTHCHECK CMD [\"a\"]\nUSER"), Point::Healthcheck), Some(Tick::Yes));
        assert_eq!(of(&server.replace("EXPOSE 3000\n", ""), Point::Healthcheck), Some(Tick::NotApplicable));
        assert_eq!(of(server, Point::Dockerignore), Some(Tick::NotApplicable));
        assert_eq!(of(&server.replace("USER", "COPY . /app\nUSER"), Point::Dockerignore), Some(Tick::No));
        // Without a compose file that is decided where it is run.
        assert_eq!(of(server, Point::LockedDown), Some(Tick::Unknown));
        assert_eq!(of(&server.replace(":26-trixie-slim", ":latest"), Point::Version), Some(Tick::No));
        assert_eq!(of(server, Point::Trusted), Some(Tick::No));
    }

    #[test]
    fn compose_and_the_ci_have_a_say() {
        let docker = "FROM node:26-trixie-slim\nUSER 1000\nCMD [\"node\", \"a.js\"]\n";
        let locked = "services:\n  web:\n    build: .\n    read_only: true\n    cap_drop: [ALL]\n    security_opt: [\"no-new-privileges:true\"]\n    mem_limit: 1g\n    pids_limit: 10\n";
        let with = |compose: &str, point| tick(&[("Dockerfile", docker), ("compose.yaml", compose)], point);
        assert_eq!(with(locked, Point::LockedDown), Some(Tick::Yes));
        assert_eq!(with(locked, Point::Limits), Some(Tick::Yes));
        assert_eq!(with(&locked.replace("    read_only: true\n", ""), Point::LockedDown), Some(Tick::No));
        assert_eq!(with(&format!("{locked}    privileged: true\n"), Point::LockedDown), Some(Tick::No));
        let ci = |steps: &str| tick(&[("Dockerfile", docker), (".gitlab-ci.yml", steps)], Point::Scanned);
        assert_eq!(ci("a:\n  script:\n    - docker build .\n"), Some(Tick::No));
        assert_eq!(ci("a:\n  script:\n    - docker build .\n    - trivy image x\n"), Some(Tick::Yes));
        assert_eq!(ci("a:\n  script:\n    - make\n"), Some(Tick::Unknown));
    }
}
