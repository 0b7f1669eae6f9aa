//! What a compose file says about its services.

use std::ops::Range;

use super::port::Port;
use super::yaml::{self, Document, Node, NodeKind, Problem};

/// A compose file as it stands.
#[derive(Debug, Clone, Default)]
pub struct Compose {
    /// The tree, for everything that has no field here.
    pub document: Document,
    /// The name of the project.
    pub name: Option<String>,
    /// In the order of the file.
    pub services: Vec<Service>,
    /// The secrets of the whole file.
    pub secrets: Vec<Secret>,
    /// What is wrong: with the YAML, and with the shape of what is read from it.
    pub problems: Vec<Problem>,
}

/// A service. A field that is not written is empty or none; defaults are the engine's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// Its key in `services`.
    pub name: String,
    /// The bytes of that key.
    pub span: Range<usize>,
    /// `image`
    pub image: Option<String>,
    /// `build`
    pub build: Option<Build>,
    /// `command`
    pub command: Option<Command>,
    /// `entrypoint`
    pub entrypoint: Option<Command>,
    /// `environment`, a list or a mapping.
    pub environment: Vec<Variable>,
    /// `env_file`: the paths.
    pub env_file: Vec<String>,
    /// `ports`
    pub ports: Vec<Port>,
    /// `secrets`: the names (the `source` of the long notation).
    pub secrets: Vec<String>,
    /// `depends_on`: the names.
    pub depends_on: Vec<String>,
    /// `networks`: the names.
    pub networks: Vec<String>,
    /// `healthcheck`
    pub healthcheck: Option<Healthcheck>,
    /// `user`
    pub user: Option<String>,
    /// `read_only`
    pub read_only: Option<bool>,
    /// `init`
    pub init: Option<bool>,
    /// `privileged`
    pub privileged: Option<bool>,
    /// `tmpfs`, with options as written.
    pub tmpfs: Vec<String>,
    /// `cap_drop`
    pub cap_drop: Vec<String>,
    /// `cap_add`
    pub cap_add: Vec<String>,
    /// `security_opt`
    pub security_opt: Vec<String>,
    /// `profiles`
    pub profiles: Vec<String>,
}

/// `build` of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The folder of the context; `.` if not written.
    pub context: String,
    /// Relative to the context.
    pub dockerfile: Option<String>,
    /// The stage to build.
    pub target: Option<String>,
    /// Build arguments, a list or a mapping.
    pub args: Vec<Variable>,
}

/// `command`, `entrypoint` or the test of a health check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A list: the words as they are.
    Words(Vec<String>),
    /// A string, not split here.
    Line(String),
}

/// `healthcheck` of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Healthcheck {
    /// `test`; of a list the first word is `CMD`, `CMD-SHELL` or `NONE`.
    pub test: Option<Command>,
    /// `disable: true`, or a test of `NONE`.
    pub disabled: bool,
    /// `interval`, as written.
    pub interval: Option<String>,
    /// `timeout`, as written.
    pub timeout: Option<String>,
    /// `start_period`, as written.
    pub start_period: Option<String>,
    /// `retries`
    pub retries: Option<i64>,
}

/// A variable of `environment` or a build argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// As written; none means that the value of compose's own environment is passed on.
    pub value: Option<String>,
    /// The bytes of the value, or of the whole entry where it has none of its own.
    pub span: Range<usize>,
}

/// An entry of the `secrets` of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its key.
    pub name: String,
    /// `file`
    pub file: Option<String>,
    /// `environment`
    pub environment: Option<String>,
    /// `external: true`
    pub external: bool,
    /// The bytes of the key.
    pub span: Range<usize>,
}

impl Compose {
    /// Reads a compose file. Never fails: see [`Self::problems`].
    #[must_use]
    pub fn read(text: &str) -> Self {
        let document = yaml::parse(text);
        let mut reader = Reader { problems: document.problems().to_vec() };
        let mut compose = Self::default();
        if let Some(root) = document.root() {
            if root.kind() != NodeKind::Mapping && !root.is_null() {
                reader.wrong(root, "a compose file", "a mapping");
            }
            compose.name = reader.text(root, "name");
            for (key, service) in reader.named(root, "services") {
                compose.services.push(reader.service(key, service));
            }
            for (key, secret) in reader.named(root, "secrets") {
                compose.secrets.push(Secret {
                    name: key.scalar().map_or_else(String::new, |key| key.text.to_owned()),
                    file: reader.text(secret, "file"),
                    environment: reader.text(secret, "environment"),
                    external: reader.flag(secret, "external").unwrap_or_default(),
                    span: key.span(),
                });
            }
        }
        compose.problems = reader.problems;
        compose.document = document;
        compose
    }

    /// The service of this name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn wrong(&mut self, node: Node<'_>, what: &str, wanted: &str) {
        self.problems.push(Problem::error(node.span(), format!("{what} is {wanted}, and this is not")));
    }

    fn service(&mut self, key: Node<'_>, node: Node<'_>) -> Service {
        if node.kind() != NodeKind::Mapping {
            self.wrong(node, "a service", "a mapping");
        }
        Service {
            name: key.scalar().map_or_else(String::new, |key| key.text.to_owned()),
            span: key.span(),
            image: self.text(node, "image"),
            build: node.get("build").and_then(|build| self.build(build)),
            command: self.command(node, "command"),
            entrypoint: self.command(node, "entrypoint"),
            environment: self.variables(node, "environment"),
            env_file: self.names(node, "env_file", "path"),
            ports: self.ports(node),
            secrets: self.names(node, "secrets", "source"),
            depends_on: self.names(node, "depends_on", ""),
            networks: self.names(node, "networks", ""),
            healthcheck: node.get("healthcheck").and_then(|check| self.healthcheck(check)),
            user: self.text(node, "user"),
            read_only: self.flag(node, "read_only"),
            init: self.flag(node, "init"),
            privileged: self.flag(node, "privileged"),
            tmpfs: self.names(node, "tmpfs", ""),
            cap_drop: self.names(node, "cap_drop", ""),
            cap_add: self.names(node, "cap_add", ""),
            security_opt: self.names(node, "security_opt", ""),
            profiles: self.names(node, "profiles", ""),
        }
    }

    fn build(&mut self, node: Node<'_>) -> Option<Build> {
        if let Some(context) = node.as_str() {
            return Some(Build { context: context.to_owned(), dockerfile: None, target: None, args: Vec::new() });
        }
        if node.kind() != NodeKind::Mapping {
            self.wrong(node, "`build`", "a path or a mapping");
            return None;
        }
        Some(Build {
            context: self.text(node, "context").unwrap_or_else(|| ".".to_owned()),
            dockerfile: self.text(node, "dockerfile"),
            target: self.text(node, "target"),
            args: self.variables(node, "args"),
        })
    }

    fn healthcheck(&mut self, node: Node<'_>) -> Option<Healthcheck> {
        if node.kind() != NodeKind::Mapping {
            self.wrong(node, "`healthcheck`", "a mapping");
            return None;
        }
        let test = self.command(node, "test");
        let is_none = matches!(&test, Some(Command::Words(words)) if words.first().is_some_and(|word| word == "NONE"));
        Some(Healthcheck {
            disabled: is_none || self.flag(node, "disable") == Some(true),
            test,
            interval: self.text(node, "interval"),
            timeout: self.text(node, "timeout"),
            start_period: self.text(node, "start_period"),
            retries: node.get("retries").and_then(Node::as_int),
        })
    }

    fn ports(&mut self, node: Node<'_>) -> Vec<Port> {
        let Some(list) = node.get("ports") else { return Vec::new() };
        if list.kind() != NodeKind::Sequence && !list.is_null() {
            self.wrong(list, "`ports`", "a list");
        }
        let mut ports = Vec::new();
        for item in list.items() {
            match Port::read(item) {
                Some(port) => ports.push(port),
                None => self.wrong(
                    item,
                    "an entry of `ports`",
                    "a text such as `127.0.0.1:8080:80` or a mapping with `target`",
                ),
            }
        }
        ports
    }

    fn text(&mut self, node: Node<'_>, key: &str) -> Option<String> {
        let value = node.get(key)?;
        if value.scalar().is_none() {
            self.wrong(value, &format!("`{key}`"), "a single value");
        }
        value.as_str().map(str::to_owned)
    }

    /// A boolean. A variable (`${READ_ONLY}`) is none, and no problem.
    fn flag(&mut self, node: Node<'_>, key: &str) -> Option<bool> {
        let value = node.get(key)?;
        let text = value.as_str();
        if value.as_bool().is_none() && !value.is_null() && !text.is_some_and(|text| text.contains('$')) {
            self.wrong(value, &format!("`{key}`"), "`true` or `false`");
        }
        value.as_bool()
    }

    fn command(&mut self, node: Node<'_>, key: &str) -> Option<Command> {
        let value = node.get(key)?;
        match value.kind() {
            NodeKind::Sequence => {
                Some(Command::Words(value.items().filter_map(Node::as_str).map(str::to_owned).collect()))
            }
            NodeKind::Scalar(_) => value.as_str().map(|line| Command::Line(line.to_owned())),
            NodeKind::Mapping | NodeKind::Dangling => {
                self.wrong(value, &format!("`{key}`"), "a list or a text");
                None
            }
        }
    }

    /// A single name, a list of names or of mappings (the name is their `key_of_name`), or a mapping by name.
    fn names(&mut self, node: Node<'_>, key: &str, key_of_name: &str) -> Vec<String> {
        let Some(value) = node.get(key) else { return Vec::new() };
        match value.kind() {
            NodeKind::Scalar(_) => value.as_str().map(str::to_owned).into_iter().collect(),
            NodeKind::Mapping => value.entries().into_iter().map(|(name, _)| name.to_owned()).collect(),
            NodeKind::Sequence => {
                let mut names = Vec::new();
                for item in value.items() {
                    match item.as_str().or_else(|| item.get(key_of_name)?.as_str()) {
                        Some(name) => names.push(name.to_owned()),
                        None => self.wrong(item, &format!("an entry of `{key}`"), "a name"),
                    }
                }
                names
            }
            NodeKind::Dangling => Vec::new(),
        }
    }

    fn variables(&mut self, node: Node<'_>, key: &str) -> Vec<Variable> {
        let Some(value) = node.get(key) else { return Vec::new() };
        let mut variables = Vec::new();
        for item in value.items() {
            match item.as_str() {
                Some(text) => {
                    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
                    let (name, value) = (name.to_owned(), value.map(str::to_owned));
                    variables.push(Variable { name, value, span: item.span() });
                }
                None => self.wrong(item, &format!("an entry of `{key}`"), "a text such as `NAME=value`"),
            }
        }
        for (name, value) in value.entries() {
            if value.scalar().is_none() {
                self.wrong(value, &format!("`{name}`"), "a single value");
            }
            let span = value.span();
            variables.push(Variable { name: name.to_owned(), value: value.as_str().map(str::to_owned), span });
        }
        if matches!(value.kind(), NodeKind::Scalar(_)) && !value.is_null() {
            self.wrong(value, &format!("`{key}`"), "a list or a mapping");
        }
        variables
    }

    /// Keys and values of a section of the file, such as `services`.
    fn named<'d>(&mut self, root: Node<'d>, section: &str) -> Vec<(Node<'d>, Node<'d>)> {
        let Some(node) = root.get(section) else { return Vec::new() };
        if node.kind() != NodeKind::Mapping && !node.is_null() {
            self.wrong(node, &format!("`{section}`"), "a mapping");
        }
        let names: Vec<_> = node.entries();
        names.iter().filter_map(|(name, _)| node.entry(name)).collect()
    }
}

#[cfg(test)]
mod tests;
