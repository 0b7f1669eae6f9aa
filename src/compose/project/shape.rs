//! Which keys have two notations, and how each key is merged (compose-go `override/merge.go`, `override/uncity.go` and
//! `transform/canonical.go`, read in November 2026).

/// The one form that a key with two notations is brought into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A list of `NAME=value` becomes a mapping.
    Pairs,
    /// A list of names becomes a mapping with empty values.
    Names,
    /// A list of services becomes a mapping with the usual condition.
    Dependencies,
    /// A single text becomes a list.
    List,
    /// A single text becomes a mapping with this key.
    Wrapped(&'static str),
}

/// The form for the value at a path of keys; an item of a sequence has the step `[]`.
pub(super) fn shape(path: &[&str]) -> Option<Shape> {
    Some(match path {
        ["services", _, "environment" | "labels" | "annotations" | "sysctls"]
        | ["services", _, "build", "args" | "labels" | "additional_contexts" | "ssh"]
        | ["services", _, "deploy", "labels"]
        | ["networks" | "volumes" | "secrets" | "configs", _, "labels"]
        | ["services", _, "volumes", "[]", "volume", "labels"] => Shape::Pairs,
        ["services", _, "networks" | "models"] => Shape::Names,
        ["services", _, "depends_on"] => Shape::Dependencies,
        ["services", _, "dns" | "dns_opt" | "dns_search" | "tmpfs" | "env_file" | "label_file"]
        | ["include", "[]", "path" | "env_file"] => Shape::List,
        ["services", _, "build"] => Shape::Wrapped("context"),
        ["services", _, "extends"] => Shape::Wrapped("service"),
        ["include", "[]"] => Shape::Wrapped("path"),
        _ => return None,
    })
}

/// How a later value joins an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Mappings merge, sequences append, a scalar replaces, and null says nothing.
    Usual,
    /// The later value replaces, whatever it is.
    Replace,
    /// Mappings merge, and null is a value.
    Pairs,
    /// Merges if both have the same `driver`, or one has none.
    Logging,
}

/// How values at a path join.
pub(super) fn join(path: &[&str]) -> Join {
    match path {
        ["services", _, "command" | "entrypoint"]
        | ["services", _, "healthcheck", "test"]
        | ["services", _, "ulimits", _] => Join::Replace,
        ["services", _, "logging"] => Join::Logging,
        path if shape(path) == Some(Shape::Pairs) => Join::Pairs,
        _ => Join::Usual,
    }
}

/// By what the items of a sequence are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unique {
    /// The text before `=`.
    Name,
    /// The whole text.
    Text,
    /// The path in the container.
    Mount,
    /// `target`, or the folder and the name.
    File(&'static str),
    /// Address, published port, target and protocol.
    Port,
    /// `path`
    Path,
    /// The device in the container.
    Device,
    /// `subnet`
    Subnet,
}

/// Whether items of the sequence at a path are unique.
pub(super) fn unique(path: &[&str]) -> Option<Unique> {
    Some(match path {
        ["services", _, "cap_add" | "cap_drop" | "dns" | "dns_opt" | "dns_search" | "links" | "profiles" | "tmpfs"]
        | ["services", _, "networks", _, "aliases" | "link_local_ips"]
        | ["services", _, "build", "platforms" | "tags"] => Unique::Name,
        ["services", _, "expose"] => Unique::Text,
        ["services", _, "volumes"] => Unique::Mount,
        ["services", _, "secrets"] => Unique::File("/run/secrets"),
        ["services", _, "configs"] => Unique::File(""),
        ["services", _, "ports"] => Unique::Port,
        ["services", _, "env_file"] => Unique::Path,
        ["services", _, "devices"] => Unique::Device,
        ["networks", _, "ipam", "config"] => Unique::Subnet,
        _ => return None,
    })
}
