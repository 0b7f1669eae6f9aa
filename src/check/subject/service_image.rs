//! The image of a service: what its Dockerfile says of it, on top of what is known of the image below.

use super::service::Service;
use super::workspace::Unit;
use crate::bases::{self, Base, Reference};
use crate::dockerfile::{self, Dockerfile, Healthcheck, Image};

/// So many bytes of Dockerfiles are looked through for the services of a project; what is longer stays unknown.
const LENGTH: usize = 4 * 1024 * 1024;

/// What is known of the image that a service runs.
#[derive(Debug, Clone, Default)]
pub struct ServiceImage {
    /// What the Dockerfile says; nothing if it is not built, or the file is not there.
    pub own: Option<Image>,
    /// What is known of the image itself, or of the one that the Dockerfile starts from.
    pub base: Option<&'static Base>,
}

impl ServiceImage {
    /// Whether it has a health check of its own; `None` if that is not known.
    #[must_use]
    pub fn healthcheck(&self) -> Option<bool> {
        match self.own.as_ref().and_then(|own| own.healthcheck.as_ref()) {
            Some(check) => Some(!matches!(check.value, Healthcheck::None)),
            None => self.base.map(|base| base.healthcheck),
        }
    }

    /// Whether it starts as root; `None` if that is not known.
    #[must_use]
    pub fn is_root(&self) -> Option<bool> {
        match self.own.as_ref().and_then(|own| own.user.as_ref()) {
            Some(user) => {
                let name = user.value.split(':').next().unwrap_or_default();
                (!name.is_empty() && !name.contains('$')).then(|| is_root(name))
            }
            None => self.base.map(Base::is_root),
        }
    }
}

/// Whether a user, as it is written without its group, is root.
#[must_use]
pub fn is_root(user: &str) -> bool {
    user == "root" || (!user.is_empty() && user.bytes().all(|byte| byte == b'0'))
}

impl Service<'_> {
    /// What is known of the image that it runs.
    #[must_use]
    pub fn known_image(&self) -> ServiceImage {
        if self.service.build().is_none() {
            let beside = self.built_beside().map(|other| other.known_image());
            return beside.unwrap_or_else(|| ServiceImage { own: None, base: self.base() });
        }
        let workspace = self.project.workspace;
        let mine = |unit: &&Unit| match &unit.inline {
            Some(inline) => {
                inline.service == self.service.name && self.project.files.iter().any(|file| file.path == unit.path)
            }
            None => false,
        };
        if let Some(unit) = workspace.units.iter().find(mine) {
            return self.image_of(&unit.file, unit.text.len());
        }
        let Some(path) = self.dockerfile() else { return ServiceImage::default() };
        if let Some(unit) = workspace.units.iter().find(|unit| unit.inline.is_none() && unit.path == path) {
            return self.image_of(&unit.file, unit.text.len());
        }
        match workspace.tree.read(&path) {
            Some(text) if self.is_cheap(text.len()) => self.image_of(&dockerfile::parse(text), text.len()),
            _ => ServiceImage::default(),
        }
    }

    /// Whether a Dockerfile of this length may be looked through for each service of the project.
    fn is_cheap(&self, length: usize) -> bool {
        self.project.services.len().saturating_mul(length) <= LENGTH
    }

    fn image_of(&self, file: &Dockerfile, length: usize) -> ServiceImage {
        if !self.is_cheap(length) {
            return ServiceImage::default();
        }
        let stages = file.stages_with(&self.build_args());
        let stage = match self.service.build().and_then(|build| build.target().map(|_| ())) {
            Some(()) => self.target().and_then(|name| stages.find(&name)),
            None => stages.final_stage(),
        };
        let Some(index) = stage.map(|stage| stage.index) else { return ServiceImage::default() };
        let base = match stages.root(index) {
            Some(dockerfile::Base::Image(image)) => Reference::parse(image).and_then(|image| bases::find(&image)),
            _ => None,
        };
        ServiceImage { own: Some(stages.image(index)), base }
    }
}
