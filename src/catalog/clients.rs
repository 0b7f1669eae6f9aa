//! The clients of those who keep secrets, as containers: `templates/secrets/clients.toml`.

use serde::Deserialize;

use super::Catalog;
use crate::report::Diagnostic;

/// The template's name of the file.
const FILE: &str = "secrets/clients.toml";

/// One client for each keeper that a container can ask.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    /// HashiCorp Vault's agent.
    pub vault: Client,
    /// AWS's command line.
    pub aws: Client,
    /// Azure's command line.
    pub azure: Client,
    /// Google Cloud's command line.
    pub gcp: Client,
}

/// A client in its image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The image, with a tag.
    pub image: String,
    /// The memory that it gets.
    pub memory: String,
    /// Where the image is described.
    pub source: String,
}

/// Reads the clients.
///
/// # Errors
/// A pack's own file that says something else than the fields here.
pub fn clients(catalog: &Catalog) -> Result<Clients, Box<Diagnostic>> {
    catalog.template_table(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::values::{ImageRef, Size};

    #[test]
    fn every_client_has_an_image_with_a_tag_and_a_size() {
        let all = clients(&Catalog::default()).unwrap();
        for client in [all.vault, all.aws, all.azure, all.gcp] {
            assert!(ImageRef::new(client.image.clone()).is_ok(), "{client:?}");
            assert!(Size::new(client.memory.clone()).is_ok(), "{client:?}");
            assert!(client.source.starts_with("https://"), "{client:?}");
        }
    }
}
