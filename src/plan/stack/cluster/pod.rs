//! One unit of a stack as a pod.

use super::super::{Condition, Role, Secret, Stack, Unit};
use super::{Claim, Folder, Mounted, Pod, Workload, access, csi, names, probe, quantity};
use crate::report::Diagnostic;
use crate::spec::values::ImageRef;

/// The tag of an image that nothing was published of: unlike `latest` it cannot be there by chance.
const NO_RELEASE: &str = "unreleased";

/// Thousandths of a processor that a pod is given for sure: what an idle service needs, so that a node is not full of
/// promises.
const CPU_REQUEST: u32 = 100;

/// The pods of our own units.
pub(super) fn pods(stack: &Stack) -> Result<Vec<Pod>, Box<Diagnostic>> {
    let ours: Vec<&Unit> = stack.units.iter().filter(|unit| access::ours(unit)).collect();
    let labels = ours.iter().map(|unit| Ok((unit.name.as_str(), names::label(unit.name.as_str())?, &unit.origin)));
    names::apart(labels.collect::<Result<Vec<_>, String>>()?.into_iter())?;
    ours.into_iter().map(|unit| pod(stack, unit)).collect()
}

fn pod(stack: &Stack, unit: &Unit) -> Result<Pod, Box<Diagnostic>> {
    let workload = match unit.role {
        Role::Job => Workload::Job,
        Role::Task => Workload::CronJob,
        _ => Workload::Deployment,
    };
    let repository = unit.repository.as_ref().map_or(unit.name.as_str(), |repository| repository.as_str());
    let mut mounted = Vec::new();
    let mut kept: Vec<&Secret> = Vec::new();
    for secret in &unit.secrets {
        if let Some(known) = stack.secrets.iter().find(|known| known.name == secret.name) {
            mounted.push(Mounted {
                name: secret.name.clone(),
                slug: known.slug.clone(),
                env: secret.env.clone(),
                key: known.key.clone(),
                property: known.property.clone(),
                version: known.version.clone(),
            });
            kept.push(known);
        }
    }
    let mut taken = vec!["data".to_owned(), "secrets".to_owned()];
    let folder = |folder: &crate::plan::Tmpfs| {
        let name = names::of_path(folder.path.as_str(), &mut taken)?;
        Ok(Folder { name, path: folder.path.clone(), limit: quantity::memory(&folder.size) })
    };
    let folders = unit.tmpfs.iter().map(folder).collect::<Result<Vec<_>, String>>()?;
    let claim = match &unit.volume {
        Some(volume) => Some(Claim { name: names::label(volume.name.as_str())?, path: volume.path.clone() }),
        None => None,
    };
    let after = unit.depends_on.iter().filter(|on| on.condition == Condition::ServiceCompletedSuccessfully);
    let after = after.map(|on| names::label(on.name.as_str())).collect::<Result<Vec<_>, String>>()?;
    // a volume can be written by one pod, on one node
    let replicas = if claim.is_some() { 1 } else { unit.replicas.max(1) };
    let cpus = quantity::thousandths(&unit.cpus);
    Ok(Pod {
        name: names::label(unit.name.as_str())?,
        role: unit.role,
        title: unit.title.clone(),
        workload,
        image: ImageRef::new(format!("{repository}:{NO_RELEASE}"))?,
        command: unit.entrypoint.clone(),
        args: unit.command.clone(),
        environment: unit.environment.clone(),
        csi: csi(stack, &unit.name, &kept)?,
        names_files: mounted.iter().any(|secret| secret.env.is_some()),
        secrets: mounted,
        user: unit.user,
        read_only: unit.read_only,
        capabilities: unit.capabilities.clone(),
        low_port: unit.port.is_some_and(|port| port.get() < 1024),
        memory: quantity::memory(&unit.memory),
        cpu_limit: quantity::processors(cpus),
        cpu_request: quantity::processors(cpus.min(CPU_REQUEST)),
        folders,
        claim,
        port: unit.port,
        probe: unit
            .health
            .as_ref()
            .filter(|_| workload == Workload::Deployment)
            .map(|health| probe::of(health, unit.port)),
        stop_seconds: unit.stop_seconds,
        replicas,
        budget: workload == Workload::Deployment && replicas > 1,
        network: !unit.networks.is_empty(),
        egress: unit.egress,
        entered: access::entered(stack, unit),
        accepts: access::accepts(stack, unit)?,
        reaches: access::reaches(stack, unit)?,
        beside: access::beside_of(stack, unit),
        after,
        note: unit.note.clone(),
    })
}
