//! A whole compose project as compose evaluates it: several files merged, `extends` and `include` followed, variables
//! put in as far as they are known, and every value with the file and the bytes where it is written.
//!
//! The facts are those of the [Compose specification](https://github.com/compose-spec/compose-spec) and of compose-go
//! (read in November 2026), and are compared with `docker compose config` in `tests/compose_oracle.rs`.

mod check;
mod environment;
mod expand;
mod interpolate;
mod load;
mod merge;
mod path;
mod port;
mod problem;
mod recognise;
mod references;
mod schema;
mod service;
mod shape;
mod text;
mod twice;
mod value;
mod volume;

pub use environment::{Assignment, read_environment};
pub use interpolate::Variables;
pub use path::join;
pub use port::Port;
pub use problem::{Problem, ProblemKind};
pub use recognise::{is_compose, is_compose_name};
pub use service::{
    Build, Command, Condition, ConfigUse, Dependency, Device, EnvFile, Extends, Healthcheck, Limits, Logging,
    NetworkUse, Resource, RestartPolicy, SecretUse, Service, Ulimit, Variable,
};
pub use text::Text;
pub use value::{Entry, Place, Scalar, Value};
pub use volume::{Volume, VolumeType};

/// A file of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// From the root of the tree, with `/`.
    pub path: String,
    /// Its whole text.
    pub text: String,
    /// The folder that relative paths in it start from: that of the project, or of a file that is extended or included.
    pub folder: String,
}

/// A compose project.
#[derive(Debug, Clone)]
pub struct Project {
    /// All files that were read, `.env` too. A [`Place`] counts in them.
    pub files: Vec<File>,
    /// The merged tree, for everything that has no accessor.
    pub tree: Value,
    /// `name`
    pub name: Option<Scalar>,
    /// In the order of the files.
    pub services: Vec<Service>,
    /// `networks`
    pub networks: Vec<Resource>,
    /// `volumes`
    pub volumes: Vec<Resource>,
    /// `secrets`
    pub secrets: Vec<Resource>,
    /// `configs`
    pub configs: Vec<Resource>,
    /// Whether a file belongs to the project that could not be seen, so that what is missing here may be there.
    pub is_incomplete: bool,
    /// What is wrong, in the order of reading.
    pub problems: Vec<Problem>,
}

impl Project {
    /// Reads the project of these files, later ones on top of earlier ones. Paths are relative to the root of the tree;
    /// `read` gives the text of such a path. `.env` is looked for beside the first file.
    pub fn read(paths: &[&str], variables: &Variables, read: &mut dyn FnMut(&str) -> Option<String>) -> Self {
        let folder = paths.first().map_or("", |path| path::folder_of(path));
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let mut loader = load::Loader::new(read);
        let tree = loader.project(&paths, folder, variables);
        let load::Loader { files, problems, is_incomplete, .. } = loader;
        let is_incomplete = is_incomplete || problems.iter().any(|problem| problem.kind == ProblemKind::TooLarge);
        let section =
            |key: &str| -> Vec<Entry> { tree.get(key).map(|node| node.entries().to_vec()).unwrap_or_default() };
        let resources = |key: &str| section(key).into_iter().map(Resource::new).collect();
        let mut project = Self {
            name: tree.get("name").and_then(Value::scalar).cloned(),
            services: section("services").into_iter().map(Service::new).collect(),
            networks: resources("networks"),
            volumes: resources("volumes"),
            secrets: resources("secrets"),
            configs: resources("configs"),
            files,
            tree,
            is_incomplete,
            problems,
        };
        project.problems.extend(check::problems(&project));
        project
    }

    /// The service of this name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The network of this name, if it is defined.
    #[must_use]
    pub fn network(&self, name: &str) -> Option<&Resource> {
        self.networks.iter().find(|network| network.name == name)
    }

    /// The text at a place.
    #[must_use]
    pub fn written(&self, place: &Place) -> &str {
        self.files.get(place.file).and_then(|file| file.text.get(place.range())).unwrap_or_default()
    }

    /// A path that is written at a place, from the root of the tree. None if it leads out of the tree.
    #[must_use]
    pub fn path_at(&self, place: &Place, path: &str) -> Option<String> {
        join(&self.files.get(place.file)?.folder, path)
    }
}

#[cfg(test)]
mod tests;
