//! The facets of `compose.dev.yaml`: it loosens what it has to, and nothing else.

use std::collections::BTreeSet;

use super::Rendered;
use crate::compose::Compose;
use crate::compose::yaml::Node;
use crate::plan::stack::Stack;
use crate::report::Diagnostic;

type Checked = Result<(), Diagnostic>;

/// All that the file may say of a service: whatever else `compose.yaml` says stands.
const SAID: [&str; 9] =
    ["build", "image", "pull_policy", "read_only", "init", "mem_limit", "memswap_limit", "ports", "develop"];

pub(super) fn check(stack: &Stack, rendered: Rendered<'_>) -> Checked {
    let file = Compose::read(rendered.text);
    if let Some(problem) = file.problems.first() {
        return rendered.holds(false, Some(problem.span.clone()), problem.message.clone());
    }
    let found: BTreeSet<&str> = file.services.iter().map(|service| service.name.as_str()).collect();
    let planned: BTreeSet<&str> = stack.dev.iter().map(|unit| unit.name.as_str()).collect();
    rendered.same("services", &found, &planned, None)?;
    for unit in &stack.dev {
        let Some(service) = file.service(unit.name.as_str()) else { continue };
        let Some(node) = file.document.at(&["services", unit.name.as_str()]) else { continue };
        for (key, value) in node.entries() {
            rendered.holds(SAID.contains(&key), Some(value.span()), format!("`{key}` is for compose.yaml to say"))?;
        }
        let at = Some(service.span.clone());
        let target = service.build.as_ref().and_then(|build| build.target.as_deref());
        rendered.same("`build.target`", &target, &unit.stage.then_some("dev"), at.clone())?;
        let image = node.get("image").and_then(Node::as_str);
        rendered.same("`image`", &image, &Some(unit.tag.as_str()), at.clone())?;
        let rules: Vec<Node<'_>> =
            node.at(&["develop", "watch"]).map(|list| list.items().collect()).unwrap_or_default();
        let action =
            |rule: &Node<'_>| rule.get("action").and_then(Node::as_str).unwrap_or_default().starts_with("sync");
        let synced = rules.iter().any(action);
        rendered.same("sync", &synced, &(unit.stage && unit.watched), at.clone())?;
        // compose cannot write into a container with a read-only root, and says so only when it does
        let loose = node.get("read_only").and_then(Node::as_bool) == Some(false);
        rendered.same("a writable root", &loose, &synced, at.clone())?;
        let ports: Vec<_> = service
            .ports
            .iter()
            .map(|port| (port.host_ip.as_deref(), port.published.clone(), port.target.clone()))
            .collect();
        let own = unit.image.dev.as_ref().and_then(|dev| dev.debug_port);
        let debugger = unit.debug.zip(own).filter(|_| unit.stage);
        let planned: Vec<_> =
            debugger.iter().map(|(host, own)| (Some("127.0.0.1"), Some(host.to_string()), own.to_string())).collect();
        rendered.same("`ports`", &ports, &planned, at)?;
    }
    Ok(())
}
