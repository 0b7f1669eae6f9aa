//! What another preset serves: the files that a front end's build leaves.

use super::{Layers, parse_set};
use crate::catalog::{Catalog, Preset};
use crate::detect::{Origin, Project, start};
use crate::report::Diagnostic;

/// The preset that serves what this project builds, and the answers with that server's port: where the development
/// server listens does not matter then. `None` when the project is a server itself.
///
/// # Errors
/// When the server's preset cannot be read.
pub fn server_of(
    catalog: &Catalog,
    project: &Project,
    layers: &Layers,
) -> Result<Option<(Preset, Layers)>, Box<Diagnostic>> {
    if !start::served_by_another(project) {
        return Ok(None);
    }
    let Some(id) = start::framework(project).and_then(|framework| framework.served_by.clone()) else {
        return Ok(None);
    };
    let server = catalog.preset(&id)?;
    let mut layers = layers.clone();
    if let Some(port) = server.default_port {
        layers.push(Origin::Preset, parse_set(&[format!("port={port}")])?);
    }
    Ok(Some((server, layers)))
}
