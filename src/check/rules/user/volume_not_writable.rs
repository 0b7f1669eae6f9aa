//! `volume-not-writable`

use crate::bases::Os;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, Service, StageView, is_unread};
use crate::compose::project::VolumeType;
use crate::dockerfile::{Kind, Word};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "volume-not-writable",
        family: Family::User,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A volume lies on a folder that the user may not write",
        why: "A new volume takes over owner and mode of the folder in the image; where there is none, root owns it. A \
              program that runs as somebody else cannot write there, and fails when it first tries.",
        instead: "Make the folder in the image and give it to the user: `RUN install -d -o app -g app /data`, or \
                  `COPY --chown=app:app data /data`, before the USER.",
        bad: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN useradd -l -u 10001 app\nVOLUME /data\nUSER app\nCMD [\"/server\"]\n",
            ),
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM node:26-trixie-slim\nWORKDIR /app\nCOPY . .\nUSER node\nCMD [\"node\", \"a.js\"]\n",
                ),
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: .\n    volumes: [\"data:/var/lib/app\"]\nvolumes:\n  data:\n",
                ),
            ]),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN useradd -l -u 10001 app && mkdir /data && chown app /data\nVOLUME /data\nUSER app\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN useradd -l -u 10001 app && chown -R app: /var/lib/x\nVOLUME /var/lib/x/data\nUSER app\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN useradd -m -d /data app\nVOLUME [\"/data\"]\nUSER app\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nUSER 10001\nWORKDIR /data\nVOLUME /data\nCMD [\"/server\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nVOLUME /tmp\nUSER 10001\nCMD [\"/server\"]\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nCOPY --chown=10001 data /data\nVOLUME /data\nUSER 10001\nCMD [\"/server\"]\n",
            ),
            // The owner of that folder is the base's business.
            Example::Dockerfile("FROM registry.example/base:1\nVOLUME /data\nUSER 10001\nCMD [\"/server\"]\n"),
            // Root may write it.
            Example::Dockerfile("FROM debian:13-slim\nVOLUME /data\nCMD [\"/server\"]\n"),
        ],
        equivalents: &[],
        cis: &[],
        point: Some(Point::NonRoot),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let view = build.target();
    let Some(base) = view.origin.base().filter(|base| base.os != Os::Windows) else { return };
    if view.user.root != Some(false) || build.dev {
        return;
    }
    let Some(user) = view.user.name.value() else { return };
    let name = user.split(':').next().unwrap_or_default().to_owned();
    let mut given: Option<Given> = None;
    let mut fails = |path: &str| {
        let path = path.trim_end_matches('/');
        let own = base.volumes.iter().chain(base.writes).any(|owned| path.starts_with(owned));
        let free = ["/tmp", "/var/tmp", "/dev/shm", "/run/lock"].contains(&path);
        let plain = path.starts_with('/') && !path.contains(['$', '[', '"']) && path.len() > 1;
        plain && !own && !free && !given.get_or_insert_with(|| Given::of(build, &name)).covers(path)
    };
    for (path, set) in &view.image.volumes {
        if fails(path)
            && let Some(instruction) = build.file.instructions.get(set.instruction)
        {
            let at = build.at(found, instruction.span.clone());
            found.add(at, format!("`{name}` may not write the volume `{path}`: root owns it")).help(help(path, &name));
        }
    }
    for service in build.services.iter().filter(|service| runs_as_image(service)) {
        for volume in service.volumes() {
            let named = volume.kind == VolumeType::Volume && volume.source.is_some() && volume.read_only == Some(false);
            let Some(path) = volume.target.as_ref().and_then(|target| target.known()).filter(|_| named) else {
                continue;
            };
            if !view.image.volumes.contains_key(&path) && fails(&path) {
                let at = service.at(found, &volume.place);
                let related = build.at(found, build.absence());
                found
                    .add(
                        at,
                        format!(
                            "`{name}`, as which the image runs, may not write the volume at `{path}`: root owns it"
                        ),
                    )
                    .help(help(&path, &name))
                    .related(related, "the image");
            }
        }
    }
}

fn help(path: &str, user: &str) -> String {
    format!("make the folder in the image, before the USER: `RUN install -d -o {user} {path}`")
}

/// Neither another user, nor a program that makes the folder ready.
fn runs_as_image(service: &Service<'_>) -> bool {
    service.scalar("user").is_none() && service.entrypoint().is_none()
}

/// The folders that the chain makes somebody else's than root's, or may make.
struct Given {
    paths: Vec<String>,
    /// Something happens that cannot be seen.
    open: bool,
}

impl Given {
    fn of(build: &Build<'_>, user: &str) -> Self {
        let mut given = Self { paths: vec![format!("/home/{user}")], open: false };
        for view in build.chain(build.target) {
            for run in &view.runs {
                given.open |= !run.posix;
                for command in &run.commands {
                    given.open |= is_unread(build, command);
                    let gives = command.is(&[
                        "chown", "chmod", "chgrp", "install", "setfacl", "useradd", "adduser", "usermod", "rsync",
                        "cp", "tar",
                    ]);
                    if gives || run.root != Some(true) {
                        for arg in &command.args {
                            match &arg.value {
                                Some(path) if path.starts_with('/') => given.paths.push(path.clone()),
                                Some(path) if path.starts_with('-') && !path.contains("=/") => {}
                                Some(path) => {
                                    let path = path.split_once('=').map_or(path.as_str(), |(_, path)| path);
                                    let workdir = run.workdir.as_deref().unwrap_or("/");
                                    given.paths.push(format!("{}/{path}", workdir.trim_end_matches('/')));
                                }
                                None => given.open |= gives,
                            }
                        }
                    }
                    // Folders that packages bring may be theirs.
                    given.open |= command.is(&["dpkg", "rpm", "pacman"]);
                }
            }
            for (at, instruction) in build.instructions(view) {
                match &instruction.kind {
                    // A copied folder may hold it, with an owner that is not seen.
                    Kind::Copy(transfer) | Kind::Add(transfer)
                        if transfer.chown.is_some() || transfer.from.is_some() =>
                    {
                        given.place(build, view, &transfer.destination);
                    }
                    Kind::Workdir(word) if view.user_at(at).root != Some(true) => given.place(build, view, word),
                    _ => {}
                }
            }
        }
        given
    }

    fn place(&mut self, build: &Build<'_>, view: &StageView<'_>, word: &Word) {
        match build.word(view, word) {
            Known::Value(path) if path.starts_with('/') => self.paths.push(path),
            Known::Value(_) => self.paths.extend(view.image.workdir.as_ref().map(|set| set.value.clone())),
            Known::Unknown(_) => self.open = true,
        }
    }

    fn covers(&self, path: &str) -> bool {
        self.open
            || self.paths.iter().any(|given| {
                let given = given.trim_end_matches('/').trim_end_matches("/*").trim_end_matches("/.");
                // Also what lies in it: who gives `/data/x` has thought of `/data`.
                let above = path.strip_prefix(given).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                above
                    || given.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
                    || given.contains(['*', '{', '.'])
                        && path.starts_with(given.split(['*', '{', '.']).next().unwrap_or_default())
            })
    }
}
