//! Where an image is published, as pipelines need to know it.

use super::Host;
use crate::spec::values::{Line, Repository, ServiceName};

/// A service's name as a target of bake and a job of a pipeline take it, which know no `.`.
///
/// No name of a service has `__` or ends with `_`, so that no two services come to the same, and none to a name that
/// the templates give by themselves: `default`, `release`, `x-release`, `x-dev`.
///
/// # Errors
/// Never for a service's name.
pub(super) fn job(name: &ServiceName) -> Result<Line, String> {
    let plain = name.as_str().replace('.', "__");
    let taken =
        matches!(plain.as_str(), "default" | "release") || plain.ends_with("-release") || plain.ends_with("-dev");
    Line::new(if taken { format!("{plain}_") } else { plain })
}

/// The registry of a repository; nothing for Docker Hub.
///
/// # Errors
/// Never for a repository.
pub(super) fn registry(repository: &Repository) -> Result<Option<Line>, String> {
    // the rule of distribution/reference: without a dot, a port or `localhost` the first part is a folder of Docker Hub
    let host = repository.as_str().split_once('/').map(|(host, _)| host);
    let host = host.filter(|host| host.contains(['.', ':']) || *host == "localhost");
    host.filter(|host| !matches!(*host, "docker.io" | "index.docker.io")).map(Line::new).transpose()
}

/// Whose registry it is.
pub(super) fn host(repository: &Repository, published: bool) -> Host {
    if !published {
        Host::Own
    } else if repository.as_str().starts_with("ghcr.io/") {
        Host::Github
    } else if repository.as_str().starts_with("registry.gitlab.com/") {
        Host::Gitlab
    } else {
        Host::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_what_stands_before_the_first_slash_and_is_a_host() {
        for (repository, expected, whose) in [
            ("ghcr.io/acme/api", Some("ghcr.io"), Host::Github),
            ("registry.gitlab.com/acme/api", Some("registry.gitlab.com"), Host::Gitlab),
            ("localhost:5000/api", Some("localhost:5000"), Host::Other),
            ("docker.io/acme/api", None, Host::Other),
            ("acme/api", None, Host::Other),
        ] {
            let repository = Repository::new(repository).unwrap();
            assert_eq!(registry(&repository).unwrap().as_ref().map(Line::as_str), expected);
            assert_eq!(host(&repository, true), whose);
            assert_eq!(host(&repository, false), Host::Own);
        }
    }

    #[test]
    fn no_two_services_have_one_job() {
        for (name, expected) in
            [("api", "api"), ("a.b", "a__b"), ("a_b", "a_b"), ("release", "release_"), ("api-dev", "api-dev_")]
        {
            assert_eq!(job(&ServiceName::new(name).unwrap()).unwrap().as_str(), expected);
        }
    }
}
