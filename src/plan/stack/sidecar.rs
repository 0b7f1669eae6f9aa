//! The container that keeps secrets fresh beside the services, and who reads what it writes.
//!
//! What a volume holds, everybody reads who mounts it: units that read the same secrets as the same user share one, and
//! all others have their own.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Providers, Secret, Unit};
use crate::catalog::Catalog;
use crate::catalog::clients::{Client, clients};
use crate::plan::images::Naming;
use crate::report::Diagnostic;
use crate::spec::values::{ImageRef, SecretId, ServiceName, Size, User};

/// The user of the sidecar: nobody else's number, so that no service owns the files that it reads.
const USER: u32 = 65533;

/// A container that writes secrets into memory, again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sidecar {
    /// Its name, and its network's.
    pub name: ServiceName,
    /// The image of the keeper's own client.
    pub image: ImageRef,
    /// The user that it runs as.
    pub user: User,
    /// Its memory limit.
    pub memory: Size,
    /// Who reads: a volume each.
    pub audiences: Vec<Audience>,
    /// The secrets among them that it is given as files of the host.
    pub files: Vec<SecretId>,
}

/// Units that read the same secrets as the same user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audience {
    /// The volume in memory.
    pub volume: ServiceName,
    /// The user that reads.
    pub user: User,
    /// The units.
    pub units: Vec<ServiceName>,
    /// What they read.
    pub secrets: Vec<Secret>,
}

/// The sidecar of these units; `None` if none of them reads what it could fetch.
///
/// # Errors
/// When no name is free for it, or several keepers have what is read.
pub(super) fn make(
    catalog: &Catalog,
    naming: &Naming,
    units: &[Unit],
    secrets: &[Secret],
    providers: &Providers,
) -> Result<Option<Sidecar>, Box<Diagnostic>> {
    let mut audiences: Vec<Audience> = Vec::new();
    for unit in units {
        let read: BTreeSet<&SecretId> = unit.secrets.iter().map(|secret| &secret.name).collect();
        let read: Vec<&Secret> = secrets.iter().filter(|secret| read.contains(&secret.name)).collect();
        if !read.iter().any(|secret| secret.provider.is_manager()) {
            continue;
        }
        let same =
            |audience: &&mut Audience| audience.user == unit.user && audience.secrets.iter().eq(read.iter().copied());
        match audiences.iter_mut().find(same) {
            Some(audience) => audience.units.push(unit.name.clone()),
            None => audiences.push(Audience {
                volume: ServiceName::new(format!("secrets-{}", audiences.len() + 1))?,
                user: unit.user,
                units: vec![unit.name.clone()],
                secrets: read.into_iter().cloned().collect(),
            }),
        }
    }
    if audiences.is_empty() {
        return Ok(None);
    }
    for audience in &mut audiences {
        // a unit's name may be as long as a name can be: its number does then
        if let Some(named) = audience.units.first().and_then(|unit| ServiceName::new(format!("secrets-{unit}")).ok()) {
            audience.volume = named;
        }
    }
    let name = ServiceName::new("secrets-sync")?;
    if let Some(unit) = units.iter().find(|unit| unit.name == name) {
        let error = format!("`{name}` is the name of the container that keeps secrets fresh");
        return Err(Box::new(Diagnostic::error(error).about(&unit.origin).help("give this one another name")));
    }
    let mut files: Vec<SecretId> = Vec::new();
    for secret in audiences.iter().flat_map(|audience| &audience.secrets) {
        if !secret.provider.is_manager() && !files.contains(&secret.name) {
            files.push(secret.name.clone());
        }
    }
    let client = client(catalog, providers)?;
    Ok(Some(Sidecar {
        name,
        image: naming.name(&client.image)?,
        user: User { uid: USER, gid: USER },
        memory: Size::new(client.memory)?,
        audiences,
        files,
    }))
}

/// The client of the one keeper that there is.
fn client(catalog: &Catalog, providers: &Providers) -> Result<Client, Box<Diagnostic>> {
    let clients = clients(catalog)?;
    let all = [
        (providers.vault.is_some(), clients.vault),
        (providers.aws.is_some(), clients.aws),
        (providers.azure.is_some(), clients.azure),
        (providers.gcp.is_some(), clients.gcp),
    ];
    let mut asked = all.into_iter().filter(|(there, _)| *there).map(|(_, client)| client);
    match (asked.next(), asked.next()) {
        (Some(client), None) => Ok(client),
        _ => Err(Box::new(
            Diagnostic::error("a container that keeps secrets fresh serves one keeper, and these have several")
                .about(&["providers", "delivery"])
                .help("take `delivery = \"script\"`, or keep the secrets in one place"),
        )),
    }
}
