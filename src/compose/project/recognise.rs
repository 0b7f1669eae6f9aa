//! Which files are compose files: by their name, and by their shape.

use crate::compose::yaml::{Document, NodeKind};

/// Whether a name of a file is one that compose files have: `compose.yaml`, `compose.override.yml`,
/// `docker-compose.prod.yml`, `dev.compose.yaml`, `docker-stack.yml` ..
#[must_use]
pub fn is_compose_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")) else { return false };
    let is_start =
        |start: &str| stem.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']));
    let is_end = |end: &str| stem.strip_suffix(end).is_some_and(|rest| rest.ends_with(['.', '-', '_']));
    ["compose", "docker-compose", "docker-stack", "podman-compose"].into_iter().any(is_start)
        || is_end("compose")
        || is_end("docker-stack")
}

/// Whether a document has the shape of a compose file: `services` is a mapping of mappings, and nothing
/// says that it is a workflow or a manifest of Kubernetes.
#[must_use]
pub fn is_compose(document: &Document) -> bool {
    let Some(root) = document.root() else { return false };
    if ["jobs", "apiVersion", "kind", "on", "stages"].into_iter().any(|key| root.get(key).is_some()) {
        return false;
    }
    let is_service = |service: crate::compose::yaml::Node<'_>| service.is_null() || service.kind() == NodeKind::Mapping;
    let Some(services) = root.get("services").filter(|node| node.kind() == NodeKind::Mapping) else {
        // A file of parts: only `include`.
        return root.get("include").is_some_and(|include| include.kind() == NodeKind::Sequence)
            && root.entries().iter().all(|(key, _)| super::schema::TOP_LEVEL.contains(key) || key.starts_with("x-"));
    };
    let services = services.entries();
    !services.is_empty() && services.into_iter().all(|(_, service)| is_service(service))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::yaml::parse;

    #[test]
    fn a_compose_file_is_known_by_its_name() {
        for name in [
            "compose.yaml",
            "compose.yml",
            "docker-compose.yml",
            "docker-compose.prod.yml",
            "docker-compose-dev.yaml",
            "docker-compose_ci.yml",
            "compose.override.yaml",
            "compose-test.yml",
            "dev.compose.yml",
            "docker-stack.yml",
            "docker-stack.prod.yaml",
            "Docker-Compose.YML",
        ] {
            assert!(is_compose_name(name), "{name}");
        }
        for name in ["composer.yaml", "compose.json", "decompose.yml", "compose", "values.yaml", "docker-composed.yml"]
        {
            assert!(!is_compose_name(name), "{name}");
        }
    }

    #[test]
    fn a_compose_file_is_known_by_its_shape() {
        for text in ["services: {a: {image: b}}", "services:\n  a:\nx-b: 1", "include: [a.yml]"] {
            assert!(is_compose(&parse(text)), "{text}");
        }
        for text in [
            "",
            "a",
            "services: [a]",
            "services: {a: b}",
            "services: {}",
            "jobs: {}\nservices: {a: {image: b}}",
            "apiVersion: v1\nservices: {a: {image: b}}",
            "include: [a.yml]\nstages: [b]",
            "include: [a.yml]\nmine: 1",
        ] {
            assert!(!is_compose(&parse(text)), "{text}");
        }
    }
}
