//! Names of images: filled in, fully qualified on wish, or taken from a mirror.

use crate::spec::values::{ImageRef, RegistryPrefix};

/// How images are named.
#[derive(Debug, Clone, Default)]
pub(super) struct Naming {
    /// With their registry, always.
    pub(super) qualified: bool,
    /// From this registry instead of their own.
    pub(super) registry: Option<RegistryPrefix>,
}

impl Naming {
    /// The reference as it is written.
    pub(super) fn name(&self, image: &str) -> Result<ImageRef, String> {
        if image == "scratch" {
            return ImageRef::new(image);
        }
        let (host, rest) = match image.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest.to_owned()),
            Some(_) => ("docker.io", image.to_owned()),
            None => ("docker.io", format!("library/{image}")),
        };
        match &self.registry {
            // a mirror keeps each image's path, so one prefix serves them all
            Some(registry) => ImageRef::new(format!("{registry}/{}", rest.strip_prefix("library/").unwrap_or(&rest))),
            None if self.qualified => ImageRef::new(format!("{host}/{rest}")),
            None => ImageRef::new(image),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_qualified_or_mirrored() {
        let plain = Naming::default();
        let qualified = Naming { qualified: true, registry: None };
        let mirrored =
            Naming { qualified: false, registry: Some(RegistryPrefix::new("r.example.com/mirror").unwrap()) };
        for (image, full, mirror) in [
            ("node:26", "docker.io/library/node:26", "r.example.com/mirror/node:26"),
            ("a/b:1", "docker.io/a/b:1", "r.example.com/mirror/a/b:1"),
            (
                "gcr.io/distroless/static-debian13:nonroot",
                "gcr.io/distroless/static-debian13:nonroot",
                "r.example.com/mirror/distroless/static-debian13:nonroot",
            ),
            ("scratch", "scratch", "scratch"),
        ] {
            assert_eq!(plain.name(image).unwrap().as_str(), image);
            assert_eq!(qualified.name(image).unwrap().as_str(), full);
            assert_eq!(mirrored.name(image).unwrap().as_str(), mirror);
        }
    }
}
