//! Our units as they run while somebody works on them.

use serde::Serialize;

use super::make::free;
use super::{Built, Role, Unit};
use crate::spec::values::{Line, Port, ServiceName};

/// A unit of ours in `compose.dev.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DevUnit {
    /// Its name.
    pub name: ServiceName,
    /// What is built for it.
    pub image: Built,
    /// `compose.yaml` says how it is built already.
    pub builds: bool,
    /// The name of its image: never that of production.
    pub tag: ServiceName,
    /// It runs the stage `dev`, and changes are brought into it; otherwise a change builds the image anew.
    pub stage: bool,
    /// Something happens when the source changes. What ends by itself takes the source as it is when it starts.
    pub watched: bool,
    /// The port of its debugger on the host.
    pub debug: Option<Port>,
    /// Files of the project whose change needs a new build.
    pub manifests: Vec<Line>,
}

/// The units that are built from source.
pub(super) fn of(images: &[Built], units: &[Unit]) -> Result<Vec<DevUnit>, String> {
    let mut taken: Vec<Port> = units.iter().filter_map(|unit| unit.publish).collect();
    let mut all = Vec::new();
    for unit in units {
        let image = images.iter().find(|image| unit.built.as_ref() == Some(&image.name));
        let Some((image, dev)) = image.and_then(|image| Some((image, image.dev.as_ref()?))) else { continue };
        // a command of the framework sees to the service alone
        let stage = !dev.rebuild && (dev.restart || unit.role == Role::Service);
        let debug = match (unit.role, dev.debug_port) {
            (Role::Service, Some(port)) => Some(free(port, &mut taken)?),
            _ => None,
        };
        let path = |file: &crate::spec::values::RelPath| Line::new(format!("{}{file}", image.prefix));
        all.push(DevUnit {
            name: unit.name.clone(),
            image: image.clone(),
            builds: unit.builds,
            tag: ServiceName::new(format!("{}-dev", unit.name))?,
            stage,
            watched: matches!(unit.role, Role::Service | Role::Worker),
            debug,
            manifests: dev.manifests.iter().map(path).collect::<Result<_, _>>()?,
        });
    }
    Ok(all)
}
