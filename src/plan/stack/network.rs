//! Who reaches whom: the fewest networks that let through what has to pass.

use super::{Network, Unit};
use crate::spec::deploy::Reach;
use crate::spec::values::ServiceName;

/// To the world and from the host.
const DEFAULT: &str = "default";
/// From the host, and no way out.
const EDGE: &str = "edge";
/// Among our own units, where not all of them are on the network to the world.
const SERVICES: &str = "services";
/// To what stands behind.
const BACKEND: &str = "backend";

/// Puts every unit on its networks. Returns all units, and the networks that are used.
pub(super) fn join(ours: Vec<(Unit, Reach)>, mut backing: Vec<Unit>, proxy: Option<Unit>) -> (Vec<Unit>, Vec<Network>) {
    let name = |text: &str| ServiceName::new(text).ok();
    let reachable = ours.iter().filter(|(_, reach)| *reach != Reach::None).count();
    let apart = proxy.is_some() || reachable > 1 && ours.iter().any(|(_, reach)| *reach == Reach::Internal);
    let behind: Vec<ServiceName> = backing.iter().map(|unit| unit.name.clone()).collect();
    let mut units = Vec::new();
    for (mut unit, reach) in ours {
        unit.egress = reach == Reach::Egress;
        let on: [(&str, bool); 4] = [
            (DEFAULT, reach == Reach::Egress),
            (EDGE, reach == Reach::Internal && unit.publish.is_some()),
            (SERVICES, apart && reach != Reach::None),
            (BACKEND, unit.talks_to.iter().any(|other| behind.contains(other))),
        ];
        unit.networks = on.into_iter().filter(|(_, on)| *on).filter_map(|(network, _)| name(network)).collect();
        // nobody to talk to and nowhere to be reached: still a network, so that it has one of its own and no other
        if unit.networks.is_empty() && reach == Reach::Internal {
            unit.networks.extend(name(SERVICES));
        }
        if reach == Reach::None {
            unit.publish = None;
        }
        units.push(unit);
    }
    for unit in &mut backing {
        unit.networks = name(BACKEND).into_iter().collect();
    }
    units.extend(backing);
    if let Some(mut proxy) = proxy {
        proxy.networks = [EDGE, SERVICES].into_iter().filter_map(name).collect();
        units.push(proxy);
    }
    let networks = [DEFAULT, EDGE, SERVICES, BACKEND]
        .into_iter()
        .filter_map(name)
        .filter(|network| units.iter().any(|unit| unit.networks.contains(network)))
        .map(|network| {
            let internal = matches!(network.as_str(), SERVICES | BACKEND);
            let no_egress = network.as_str() == EDGE;
            Network { name: network, internal, no_egress }
        })
        .collect();
    (units, networks)
}
