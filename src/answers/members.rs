//! Services in folders of their own: each is completed as if it stood alone, from its own table of `scaffold.toml`.

use super::Layers;
use crate::detect::Origin;
use crate::spec::file::SpecFile;
use crate::spec::values::{RelPath, ServiceName};

/// A service of a project.
#[derive(Debug, Clone)]
pub struct MemberLayers {
    /// Its key in `[services]`; nothing for the project's own service.
    pub key: Option<ServiceName>,
    /// Its folder; nothing for the project's own.
    pub path: Option<RelPath>,
    /// The backing services that it uses; all of them otherwise.
    pub uses: Option<Vec<ServiceName>>,
    /// What is said about it.
    pub layers: Layers,
}

/// What is said about each service of a project: its own first, if it has one, then those of `[services]` by name.
#[must_use]
pub fn members(file: &SpecFile, layers: &Layers) -> Vec<MemberLayers> {
    let own = MemberLayers { key: None, path: None, uses: None, layers: layers.clone() };
    let mut all = Vec::new();
    if has_own(file, layers) {
        all.push(own);
    }
    for (key, table) in &file.services {
        all.push(MemberLayers {
            key: Some(key.clone()),
            path: Some(table.path.clone()),
            uses: table.uses.clone(),
            layers: layers_of(layers, key),
        });
    }
    all
}

/// Whether the project has a service of its own, beside those of `[services]`.
#[must_use]
pub fn has_own(file: &SpecFile, layers: &Layers) -> bool {
    file.services.is_empty() || layers.origin("service").is_some()
}

/// The layers of one service: its table, below that what the whole project says of images, and its name.
fn layers_of(layers: &Layers, key: &ServiceName) -> Layers {
    let mut own = Layers::default();
    for (origin, table) in layers.each() {
        let services = table.get("services").and_then(toml::Value::as_table);
        if let Some(table) = services.and_then(|services| services.get(key.as_str())).and_then(toml::Value::as_table) {
            let mut table = table.clone();
            table.retain(|name, _| name != "path" && name != "uses");
            own.push(origin, table);
        }
    }
    for (origin, table) in layers.each() {
        if let Some(mut outputs) = table.get("outputs").and_then(toml::Value::as_table).cloned() {
            // it changes what an image is
            outputs.retain(|name, _| name == "dev");
            own.push(origin, [("outputs".to_owned(), toml::Value::Table(outputs))].into_iter().collect());
        }
        if let Some(mut image) = table.get("image").and_then(toml::Value::as_table).cloned() {
            image.retain(|name, _| matches!(name, "registry" | "qualified"));
            own.push(origin, [("image".to_owned(), toml::Value::Table(image))].into_iter().collect());
        }
    }
    let name = [("name".to_owned(), toml::Value::String(key.to_string()))].into_iter().collect();
    own.push(Origin::Spec, [("service".to_owned(), toml::Value::Table(name))].into_iter().collect());
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<MemberLayers> {
        let mut layers = Layers::default();
        layers.push(Origin::Spec, text.parse().unwrap());
        members(&layers.merged().unwrap(), &layers)
    }

    #[test]
    fn a_project_without_services_is_its_own() {
        let all = of("[runtime]\nmemory = \"64m\"\n");
        assert_eq!(all.len(), 1);
        assert!(all[0].path.is_none());
    }

    #[test]
    fn services_have_their_own_tables_and_the_projects_registry() {
        let all = of(
            "[image]\nregistry = \"r.example.com\"\nbase = \"slim\"\n[services.api]\npath = \"api\"\n[services.api.service]\nport = 4000\n[services.web]\npath = \"web\"\n",
        );
        assert_eq!(all.len(), 2, "no [service], so the root is no service");
        let api = all[0].layers.merged().unwrap();
        assert_eq!(api.service.name.unwrap().as_str(), "api");
        assert_eq!(api.service.port.unwrap().get(), 4000);
        assert!(api.image.registry.is_some() && api.image.base.is_none());
        assert!(all[1].layers.merged().unwrap().service.port.is_none());
    }

    #[test]
    fn a_root_with_a_service_comes_first() {
        let all = of("[service]\nname = \"web\"\n[services.api]\npath = \"api\"\n");
        assert_eq!(all.iter().map(|one| one.key.is_some()).collect::<Vec<_>>(), [false, true]);
    }
}
