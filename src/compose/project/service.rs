//! What a project says about a service, each value with its place.

use super::load::EXTENDED;
use super::port::{Port, ports_of};
use super::value::{Entry, Place, Scalar, Value};
use super::volume::Volume;

/// A service, after merging and `extends`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its key in `services`.
    pub name: String,
    /// Where the key is written.
    pub place: Place,
    /// All that is said about it.
    pub value: Value,
}

/// A name with a value: of `environment`, `labels`, `sysctls`, `args` ..
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable<'p> {
    /// Its name.
    pub name: &'p str,
    /// Where the name is written.
    pub name_place: &'p Place,
    /// Its value; none if it is passed on from where compose runs.
    pub value: Option<&'p Scalar>,
}

/// `build`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Build<'p>(&'p Value);

/// `command`, `entrypoint` or the test of a health check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command<'p> {
    /// A list: the words as they are. Empty means that the one of the image is taken away.
    Words(Vec<&'p Scalar>, &'p Place),
    /// A text, which compose splits like a shell (and the test of a health check is run by a shell).
    Line(&'p Scalar),
}

/// A file of `env_file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFile<'p> {
    /// Its path.
    pub path: &'p Scalar,
    /// Whether it has to be there; none if a variable decides.
    pub required: Option<bool>,
}

/// An entry of `networks` of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkUse<'p> {
    /// The name of the network.
    pub name: &'p str,
    /// Where the name is written.
    pub place: &'p Place,
    /// Further names of the service in it.
    pub aliases: Vec<&'p Scalar>,
}

/// The condition of `depends_on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// `service_started`
    Started,
    /// `service_healthy`
    Healthy,
    /// `service_completed_successfully`
    Completed,
    /// Another word, or a variable.
    Other,
}

/// An entry of `depends_on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency<'p> {
    /// The service.
    pub name: &'p str,
    /// Where its name is written.
    pub place: &'p Place,
    /// What is waited for.
    pub condition: Condition,
    /// Where the condition is written; that of the name if it is not.
    pub condition_place: &'p Place,
    /// Whether the service has to be there.
    pub required: bool,
}

/// An entry of `secrets` of a service or its build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse<'p> {
    /// The name of the secret.
    pub source: &'p Scalar,
    /// The file in the container, if it is written.
    pub target: Option<&'p Scalar>,
    /// The whole entry.
    pub place: &'p Place,
}

/// An entry of `configs` of a service.
pub type ConfigUse<'p> = SecretUse<'p>;

/// A device of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The path on the host, or a name of CDI.
    pub source: Scalar,
    /// The path in the container, if it is another one.
    pub target: Option<Scalar>,
    /// The whole entry.
    pub place: Place,
}

/// `healthcheck`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Healthcheck<'p>(&'p Value);

/// `deploy.resources.limits`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits<'p> {
    /// `memory`
    pub memory: Option<&'p Scalar>,
    /// `cpus`
    pub cpus: Option<&'p Scalar>,
    /// `pids`
    pub pids: Option<&'p Scalar>,
}

/// `deploy.restart_policy`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartPolicy<'p> {
    /// `condition`
    pub condition: Option<&'p Scalar>,
    /// `max_attempts`
    pub max_attempts: Option<&'p Scalar>,
    /// Where it is written.
    pub place: &'p Place,
}

/// An entry of `ulimits`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ulimit<'p> {
    /// Its name.
    pub name: &'p str,
    /// Where the name is written.
    pub place: &'p Place,
    /// The soft limit.
    pub soft: Option<&'p Scalar>,
    /// The hard limit.
    pub hard: Option<&'p Scalar>,
}

/// `logging`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging<'p> {
    /// `driver`
    pub driver: Option<&'p Scalar>,
    /// `options`
    pub options: Vec<Variable<'p>>,
    /// Where it is written.
    pub place: &'p Place,
}

/// Where a service was taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extends<'p> {
    /// The service that is extended.
    pub service: &'p Scalar,
    /// Its file, if it is another one.
    pub file: Option<&'p Scalar>,
}

/// An entry of the `networks`, `volumes`, `secrets` or `configs` of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its key.
    pub name: String,
    /// Where the key is written.
    pub place: Place,
    /// All that is said about it.
    pub value: Value,
}

impl Resource {
    pub(super) fn new(entry: Entry) -> Self {
        Self { name: entry.key, place: entry.key_place, value: entry.value }
    }

    /// A key with a single value, such as `file`, `environment`, `content` or `driver`.
    #[must_use]
    pub fn scalar(&self, key: &str) -> Option<&Scalar> {
        self.value.get(key)?.scalar()
    }

    /// Whether it is made elsewhere; none if a variable decides. The old notation is a mapping with `name`.
    #[must_use]
    pub fn external(&self) -> Option<bool> {
        match self.value.get("external") {
            Some(Value::Mapping(..)) => Some(true),
            Some(value) => value.scalar().map_or(Some(false), Scalar::as_bool),
            None => Some(false),
        }
    }

    /// Whether a network has no way out; none if a variable decides.
    #[must_use]
    pub fn internal(&self) -> Option<bool> {
        self.scalar("internal").map_or(Some(false), Scalar::as_bool)
    }
}

fn variables(value: Option<&Value>) -> Vec<Variable<'_>> {
    let entries = value.map(Value::entries).unwrap_or_default();
    let read = |entry| {
        let Entry { key, key_place, value, .. }: &Entry = entry;
        Variable { name: key, name_place: key_place, value: value.scalar() }
    };
    entries.iter().map(read).collect()
}

/// The scalars of a list, or the only one.
pub(super) fn scalars(value: Option<&Value>) -> Vec<&Scalar> {
    match value {
        Some(Value::Sequence(items, _)) => items.iter().filter_map(Value::scalar).collect(),
        Some(value) => value.scalar().into_iter().collect(),
        None => Vec::new(),
    }
}

fn files(value: Option<&Value>) -> Vec<SecretUse<'_>> {
    let items = value.map(Value::items).unwrap_or_default();
    let read = |item| {
        let item: &Value = item;
        let source = item.scalar().or_else(|| item.get("source")?.scalar())?;
        let target = item.get("target").and_then(Value::scalar);
        Some(SecretUse { source, target, place: item.place() })
    };
    items.iter().filter_map(read).collect()
}

fn command(value: Option<&Value>) -> Option<Command<'_>> {
    match value? {
        Value::Sequence(items, place) => Some(Command::Words(items.iter().filter_map(Value::scalar).collect(), place)),
        value => value.scalar().map(Command::Line),
    }
}

impl Command<'_> {
    /// Where it is written.
    #[must_use]
    pub fn place(&self) -> &Place {
        match self {
            Self::Words(_, place) => place,
            Self::Line(line) => &line.place,
        }
    }
}

impl<'p> Build<'p> {
    /// A key with a single value.
    #[must_use]
    pub fn scalar(&self, key: &str) -> Option<&'p Scalar> {
        self.0.get(key)?.scalar()
    }
    /// The folder, or a URL; none means the folder of the project.
    #[must_use]
    pub fn context(&self) -> Option<&'p Scalar> {
        self.scalar("context")
    }
    /// Relative to the context; none means `Dockerfile`, unless it is inline.
    #[must_use]
    pub fn dockerfile(&self) -> Option<&'p Scalar> {
        self.scalar("dockerfile")
    }
    /// The text of a Dockerfile.
    #[must_use]
    pub fn dockerfile_inline(&self) -> Option<&'p Scalar> {
        self.scalar("dockerfile_inline")
    }
    /// The stage.
    #[must_use]
    pub fn target(&self) -> Option<&'p Scalar> {
        self.scalar("target")
    }
    /// `args`
    #[must_use]
    pub fn args(&self) -> Vec<Variable<'p>> {
        variables(self.0.get("args"))
    }
    /// `labels` of the image.
    #[must_use]
    pub fn labels(&self) -> Vec<Variable<'p>> {
        variables(self.0.get("labels"))
    }
    /// `additional_contexts`
    #[must_use]
    pub fn additional_contexts(&self) -> Vec<Variable<'p>> {
        variables(self.0.get("additional_contexts"))
    }
    /// `secrets`
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretUse<'p>> {
        files(self.0.get("secrets"))
    }
    /// `ssh`: the ids.
    #[must_use]
    pub fn ssh(&self) -> Vec<Variable<'p>> {
        variables(self.0.get("ssh"))
    }
    /// `platforms`
    #[must_use]
    pub fn platforms(&self) -> Vec<&'p Scalar> {
        scalars(self.0.get("platforms"))
    }
    /// Where it is written.
    #[must_use]
    pub fn place(&self) -> &'p Place {
        self.0.place()
    }
}

impl<'p> Healthcheck<'p> {
    /// `test`; of a list the first word is `CMD`, `CMD-SHELL` or `NONE`.
    #[must_use]
    pub fn test(&self) -> Option<Command<'p>> {
        command(self.0.get("test"))
    }
    /// Whether the check of the image is switched off, and where; none if a variable decides.
    #[must_use]
    pub fn disabled(&self) -> Option<bool> {
        if let Some(Command::Words(words, _)) = self.test()
            && words.first().is_some_and(|word| word.is("NONE"))
        {
            return Some(true);
        }
        self.scalar("disable").map_or(Some(false), Scalar::as_bool)
    }
    /// A key with a single value: `interval`, `timeout`, `retries`, `start_period`, `disable` ..
    #[must_use]
    pub fn scalar(&self, key: &str) -> Option<&'p Scalar> {
        self.0.get(key)?.scalar()
    }
    /// Where it is written.
    #[must_use]
    pub fn place(&self) -> &'p Place {
        self.0.place()
    }
}

impl Service {
    pub(super) fn new(entry: Entry) -> Self {
        Self { name: entry.key, place: entry.key_place, value: entry.value }
    }

    /// A key with a single value: `image`, `user`, `restart`, `network_mode`, `pid`, `ipc`, `uts`, `userns_mode`, `cgroup`,
    /// `cgroup_parent`, `container_name`, `mem_limit`, `memswap_limit`, `cpus`, `pids_limit`, `stop_grace_period`,
    /// `privileged`, `read_only`, `init`, `platform` ..
    #[must_use]
    pub fn scalar(&self, key: &str) -> Option<&Scalar> {
        self.value.get(key)?.scalar()
    }

    /// The values of a list, or the only one: `cap_add`, `cap_drop`, `security_opt`, `tmpfs`, `expose`, `profiles`, `links`,
    /// `group_add`, `volumes_from` ..
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<&Scalar> {
        scalars(self.value.get(key))
    }

    /// Names with values, whether written as a list or a mapping: `environment`, `labels`, `sysctls`, `annotations`.
    #[must_use]
    pub fn pairs(&self, key: &str) -> Vec<Variable<'_>> {
        variables(self.value.get(key))
    }

    fn items(&self, key: &str) -> &[Value] {
        self.value.get(key).map(Value::items).unwrap_or_default()
    }

    fn entries(&self, key: &str) -> &[Entry] {
        self.value.get(key).map(Value::entries).unwrap_or_default()
    }

    /// `image`
    #[must_use]
    pub fn image(&self) -> Option<&Scalar> {
        self.scalar("image")
    }
    /// `build`
    #[must_use]
    pub fn build(&self) -> Option<Build<'_>> {
        self.value.get("build").filter(|build| !build.is_null()).map(Build)
    }
    /// `command`
    #[must_use]
    pub fn command(&self) -> Option<Command<'_>> {
        command(self.value.get("command"))
    }
    /// `entrypoint`
    #[must_use]
    pub fn entrypoint(&self) -> Option<Command<'_>> {
        command(self.value.get("entrypoint"))
    }
    /// `environment`
    #[must_use]
    pub fn environment(&self) -> Vec<Variable<'_>> {
        self.pairs("environment")
    }
    /// `env_file`
    #[must_use]
    pub fn env_file(&self) -> Vec<EnvFile<'_>> {
        let items = self.items("env_file");
        let read = |item| {
            let item: &Value = item;
            let path = item.scalar().or_else(|| item.get("path")?.scalar())?;
            let required = item.get("required").and_then(Value::scalar).map_or(Some(true), Scalar::as_bool);
            Some(EnvFile { path, required })
        };
        items.iter().filter_map(read).collect()
    }
    /// `ports`; entries that cannot be read are left out, and are problems of the project.
    #[must_use]
    pub fn ports(&self) -> Vec<Port> {
        self.items("ports").iter().filter_map(ports_of).collect()
    }
    /// `volumes`
    #[must_use]
    pub fn volumes(&self) -> Vec<Volume> {
        self.items("volumes").iter().filter_map(Volume::read).collect()
    }
    /// `devices`
    #[must_use]
    pub fn devices(&self) -> Vec<Device> {
        let items = self.items("devices");
        let read = |item| {
            let item: &Value = item;
            let place = item.place().clone();
            if let Some(scalar) = item.scalar() {
                let mut parts = scalar.split(':').into_iter();
                return Some(Device { source: parts.next()?, target: parts.next(), place });
            }
            let field = |key: &str| item.get(key)?.scalar().cloned();
            Some(Device { source: field("source")?, target: field("target"), place })
        };
        items.iter().filter_map(read).collect()
    }
    /// `networks`; without any the service is in `default`, unless there is a `network_mode`.
    #[must_use]
    pub fn networks(&self) -> Vec<NetworkUse<'_>> {
        let entries = self.entries("networks");
        let read = |entry| {
            let Entry { key, key_place, value, .. }: &Entry = entry;
            NetworkUse { name: key, place: key_place, aliases: scalars(value.get("aliases")) }
        };
        entries.iter().map(read).collect()
    }
    /// `depends_on`
    #[must_use]
    pub fn depends_on(&self) -> Vec<Dependency<'_>> {
        let entries = self.entries("depends_on");
        let read = |entry| {
            let Entry { key, key_place, value, .. }: &Entry = entry;
            let written = value.get("condition").and_then(Value::scalar);
            let condition = match written.and_then(Scalar::known).as_deref() {
                Some("service_started") => Condition::Started,
                Some("service_healthy") => Condition::Healthy,
                Some("service_completed_successfully") => Condition::Completed,
                _ => Condition::Other,
            };
            let required = value.get("required").and_then(Value::scalar).and_then(Scalar::as_bool).unwrap_or(true);
            let condition_place = written.map_or(key_place, |written| &written.place);
            Dependency { name: key, place: key_place, condition, condition_place, required }
        };
        entries.iter().map(read).collect()
    }
    /// `healthcheck`
    #[must_use]
    pub fn healthcheck(&self) -> Option<Healthcheck<'_>> {
        self.value.get("healthcheck").filter(|check| !check.is_null()).map(Healthcheck)
    }
    /// `secrets`
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretUse<'_>> {
        files(self.value.get("secrets"))
    }
    /// `configs`
    #[must_use]
    pub fn configs(&self) -> Vec<ConfigUse<'_>> {
        files(self.value.get("configs"))
    }
    /// `ulimits`
    #[must_use]
    pub fn ulimits(&self) -> Vec<Ulimit<'_>> {
        let entries = self.entries("ulimits");
        let read = |entry| {
            let Entry { key, key_place, value, .. }: &Entry = entry;
            let limit = |key: &str| value.scalar().or_else(|| value.get(key)?.scalar());
            Ulimit { name: key, place: key_place, soft: limit("soft"), hard: limit("hard") }
        };
        entries.iter().map(read).collect()
    }
    /// `logging`
    #[must_use]
    pub fn logging(&self) -> Option<Logging<'_>> {
        let value = self.value.get("logging")?;
        let driver = value.get("driver").and_then(Value::scalar);
        Some(Logging { driver, options: variables(value.get("options")), place: value.place() })
    }
    /// `deploy.resources.limits`
    #[must_use]
    pub fn deploy_limits(&self) -> Option<Limits<'_>> {
        let value = self.value.at(&["deploy", "resources", "limits"])?;
        let limit = |key: &str| value.get(key)?.scalar();
        Some(Limits { memory: limit("memory"), cpus: limit("cpus"), pids: limit("pids") })
    }
    /// `deploy.restart_policy`
    #[must_use]
    pub fn deploy_restart(&self) -> Option<RestartPolicy<'_>> {
        let value = self.value.at(&["deploy", "restart_policy"])?;
        let part = |key: &str| value.get(key)?.scalar();
        Some(RestartPolicy { condition: part("condition"), max_attempts: part("max_attempts"), place: value.place() })
    }
    /// `deploy.replicas`, or the older `scale`.
    #[must_use]
    pub fn replicas(&self) -> Option<&Scalar> {
        self.value.at(&["deploy", "replicas"]).and_then(Value::scalar).or_else(|| self.scalar("scale"))
    }
    /// `profiles`; without any the service always runs.
    #[must_use]
    pub fn profiles(&self) -> Vec<&Scalar> {
        self.list("profiles")
    }
    /// The service that this one extends; what comes from it has its places there.
    #[must_use]
    pub fn extends(&self) -> Option<Extends<'_>> {
        let value = self.value.get(EXTENDED)?;
        let service = value.get("service")?.scalar()?;
        Some(Extends { service, file: value.get("file").and_then(Value::scalar) })
    }
}
