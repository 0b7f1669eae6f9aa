//! A service of a compose project, with the Dockerfile that builds it and what is known of its image.

use std::collections::BTreeMap;
use std::ops::Deref;

use super::build::is_dev;
use super::workspace::{ProjectUnit, Workspace};
use crate::bases::{self, Base, Reference};
use crate::check::found::Found;
use crate::compose::project::{self, Place, Scalar};
use crate::dockerfile::BuildArgs;
use crate::report::Location;

/// A compose project.
#[derive(Clone, Copy)]
pub struct Project<'w> {
    /// Everything around it.
    pub workspace: &'w Workspace<'w>,
    /// What compose makes of its files.
    pub unit: &'w ProjectUnit,
}

impl<'w> Deref for Project<'w> {
    type Target = project::Project;

    fn deref(&self) -> &project::Project {
        &self.unit.project
    }
}

impl<'w> Project<'w> {
    /// Its services.
    pub fn all(self) -> impl Iterator<Item = Service<'w>> {
        self.unit.project.services.iter().map(move |service| Service { project: self, service })
    }

    /// A place of the project as a place of the report.
    pub fn at(&self, found: &mut Found, place: &Place) -> Location {
        match self.unit.project.files.get(place.file) {
            Some(file) => found.at(&file.path, &file.text, place.range()),
            None => found.at("compose.yaml", "", 0..0),
        }
    }

    /// Whether a place is in a file that is reported on, not in one that only helps to understand it.
    #[must_use]
    pub fn reports(&self, place: &Place) -> bool {
        let path = self.unit.project.files.get(place.file).map(|file| file.path.as_str());
        path.is_some_and(|path| self.unit.reported.iter().any(|reported| reported == path))
    }

    /// The names of its files say that it is for development, tests or a demonstration.
    #[must_use]
    pub fn is_dev(&self) -> bool {
        self.unit.reported.iter().any(|path| is_dev(path))
    }

    /// The names of its files say that it is for `docker stack deploy`, which takes other settings than compose.
    #[must_use]
    pub fn is_stack(&self) -> bool {
        let stack = |path: &String| {
            path.to_ascii_lowercase().split(['/', '.', '-', '_']).any(|word| matches!(word, "stack" | "swarm"))
        };
        self.unit.reported.iter().any(stack)
    }

    /// The names of its files say that it is for production.
    #[must_use]
    pub fn is_production(&self) -> bool {
        let words = |path: &String| {
            let lower = path.to_ascii_lowercase();
            let words: Vec<&str> = lower.split(['/', '.', '-', '_']).collect();
            words.iter().enumerate().any(|(at, word)| {
                // `near-prod` and `non-production` are none.
                let before = at.checked_sub(1).and_then(|at| words.get(at)).copied().unwrap_or_default();
                matches!(*word, "prod" | "production" | "deploy" | "stack" | "swarm")
                    && !matches!(before, "near" | "non" | "no" | "not" | "pre" | "like")
            })
        };
        self.unit.reported.iter().any(words)
    }
}

/// A service of a compose project.
#[derive(Clone, Copy)]
pub struct Service<'w> {
    /// The project that it is in.
    pub project: Project<'w>,
    /// What compose makes of it.
    pub service: &'w project::Service,
}

impl<'w> Deref for Service<'w> {
    type Target = project::Service;

    fn deref(&self) -> &project::Service {
        self.service
    }
}

impl<'w> Service<'w> {
    /// A place of the project as a place of the report.
    pub fn at(&self, found: &mut Found, place: &Place) -> Location {
        self.project.at(found, place)
    }

    /// The place for what is missing: the name of the service.
    pub fn absence(&self, found: &mut Found) -> Location {
        self.at(found, &self.service.place)
    }

    /// The service of the project that builds the image which this one runs and does not build.
    #[must_use]
    pub fn built_beside(&self) -> Option<Self> {
        let image = self.service.image().filter(|_| self.service.build().is_none())?;
        self.project.all().find(|other| {
            let same = |own: &project::Scalar| own.text.raw() == image.text.raw();
            other.service.build().is_some() && other.service.image().is_some_and(same)
        })
    }

    /// The image that it runs, if it is not built and known.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        if self.service.build().is_some() || self.built_beside().is_some() {
            return None;
        }
        Reference::parse(&self.service.image()?.text.known_or_default()?)
    }

    /// What is known of the image that it runs: of its own, or of the base of what is built.
    #[must_use]
    pub fn base(&self) -> Option<&'static Base> {
        bases::find(&self.reference()?)
    }

    /// The Dockerfile that builds it, as a path of the tree.
    #[must_use]
    pub fn dockerfile(&self) -> Option<String> {
        let build = self.service.build()?;
        if build.dockerfile_inline().is_some() {
            return None;
        }
        let context = self.build_context()??;
        let name = match build.dockerfile() {
            Some(name) => name.text.known_or_default()?,
            None => "Dockerfile".to_owned(),
        };
        project::join(&context, &name)
    }

    /// The folder of its build context in the tree. `None`: it is not built; `Some(None)`: the folder is not known.
    #[must_use]
    pub fn build_context(&self) -> Option<Option<String>> {
        let build = self.service.build()?;
        let (place, context) = match build.context() {
            Some(context) => (&context.place, context.text.known_or_default()),
            None => (build.place(), Some(".".to_owned())),
        };
        let context = context.filter(|context| !context.contains("://") && !context.starts_with("git@"));
        Some(context.and_then(|context| self.project.path_at(place, &context)))
    }

    /// Its `build.args`, as far as they are known.
    #[must_use]
    pub fn build_args(&self) -> BuildArgs {
        let Some(build) = self.service.build() else { return BTreeMap::new() };
        let known = |value: Option<&Scalar>| value.and_then(|value| value.text.known_or_default());
        build.args().into_iter().filter_map(|arg| Some((arg.name.to_owned(), known(arg.value)?))).collect()
    }

    /// The stage that it builds, if one is named.
    #[must_use]
    pub fn target(&self) -> Option<String> {
        self.service.build()?.target()?.text.known_or_default()
    }

    /// It is for development, tests or a demonstration: by the names of its files, its own, or its profiles.
    #[must_use]
    pub fn is_dev(&self) -> bool {
        let profile = |scalar: &&Scalar| scalar.text.known().is_some_and(|name| is_dev(&name));
        self.project.is_dev() || is_dev(&self.service.name) || self.service.profiles().iter().any(profile)
    }

    /// It runs once and ends, as far as one can see: a migration, an initialisation, a tool behind a profile.
    #[must_use]
    pub fn is_job(&self) -> bool {
        const WORDS: [&str; 14] = [
            "migrate",
            "migration",
            "migrations",
            "init",
            "setup",
            "seed",
            "job",
            "cli",
            "backup",
            "certbot",
            "tool",
            "tools",
            "bootstrap",
            "wait",
        ];
        let name = self.service.name.to_ascii_lowercase();
        let named = name.split(['-', '_', '.']).any(|word| WORDS.contains(&word));
        let waited_for = self.project.unit.awaited().contains(&self.service.name);
        let restart = self.service.scalar("restart").is_some_and(|restart| restart.is("no"));
        named || waited_for || restart || !self.service.profiles().is_empty()
    }
}
