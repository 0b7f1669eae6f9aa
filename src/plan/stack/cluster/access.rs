//! Who talks to whom: what a network policy has to let through.

use super::super::{Role, Stack, Unit};
use super::{Beside, Peer, names};
use crate::spec::values::Namespace;

/// Whether `one` talks to `other`. Our own talk as their networks let them in compose: nobody says more about them.
fn talks(one: &Unit, other: &Unit) -> bool {
    one.name != other.name
        && (one.talks_to.contains(&other.name) || one.networks.iter().any(|network| other.networks.contains(network)))
}

/// Whether a unit is run by what is written for the cluster.
pub(super) fn ours(unit: &Unit) -> bool {
    !matches!(unit.role, Role::Backing | Role::Proxy)
}

/// Whether other namespaces reach a unit: its port is published, or the proxy has a route to it, whose place an ingress
/// takes here.
pub(super) fn entered(stack: &Stack, unit: &Unit) -> bool {
    unit.port.is_some() && (unit.publish.is_some() || stack.routes.iter().any(|route| route.unit == unit.name))
}

/// The pods that talk to a unit.
pub(super) fn accepts(stack: &Stack, unit: &Unit) -> Result<Vec<Namespace>, String> {
    let mut all = Vec::new();
    if unit.port.is_some() {
        for other in stack.units.iter().filter(|other| ours(other) && talks(other, unit)) {
            all.push(names::label(other.name.as_str())?);
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// The pods that a unit talks to.
pub(super) fn reaches(stack: &Stack, unit: &Unit) -> Result<Vec<Peer>, String> {
    let mut all = Vec::new();
    for other in stack.units.iter().filter(|other| ours(other) && talks(unit, other)) {
        if let Some(port) = other.port {
            all.push(Peer { name: names::label(other.name.as_str())?, port });
        }
    }
    Ok(all)
}

/// What a unit talks to beside our own.
pub(super) fn beside_of(stack: &Stack, unit: &Unit) -> Vec<Beside> {
    let others = stack.units.iter().filter(|other| other.role == Role::Backing && unit.talks_to.contains(&other.name));
    let beside =
        |other: &Unit| Some(Beside { name: other.name.clone(), title: other.title.clone(), port: other.port? });
    others.filter_map(beside).collect()
}

/// What all of ours talk to beside them.
pub(super) fn beside(stack: &Stack) -> Vec<Beside> {
    let mut all: Vec<Beside> = Vec::new();
    for unit in stack.units.iter().filter(|unit| ours(unit)) {
        for one in beside_of(stack, unit) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}
