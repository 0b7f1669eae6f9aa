//! The facets of a compose file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Rendered;
use crate::compose::Compose;
use crate::compose::yaml::Node;
use crate::plan::stack::{Healthcheck, Role, Stack, Unit};
use crate::plan::{SecretMount, Tmpfs};
use crate::report::Diagnostic;
use crate::spec::values::{Line, Text, User};

type Checked = Result<(), Diagnostic>;

/// What of a service can undo its lock-down; the stack has none of it.
const LOOSE: [&str; 13] = [
    "privileged",
    "pid",
    "ipc",
    "userns_mode",
    "cgroup",
    "cgroup_parent",
    "devices",
    "device_cgroup_rules",
    "group_add",
    "env_file",
    "extends",
    "deploy",
    "configs",
];

pub(super) fn check(stack: &Stack, rendered: Rendered<'_>) -> Checked {
    let file = Compose::read(rendered.text);
    if let Some(problem) = file.problems.first() {
        return rendered.holds(false, Some(problem.span.clone()), problem.message.clone());
    }
    rendered.same("project", &file.name.as_deref(), &Some(stack.name.as_str()), None)?;
    let services: BTreeSet<&str> = file.services.iter().map(|service| service.name.as_str()).collect();
    let planned: BTreeSet<&str> = stack.units.iter().map(|unit| unit.name.as_str()).collect();
    rendered.same("services", &services, &planned, file.services.first().map(|service| service.span.clone()))?;
    for unit in &stack.units {
        let facets = Facets { rendered, file: &file, service: unit.name.as_str() };
        facets.locked(unit)?;
        facets.image(stack, unit)?;
        facets.start(unit)?;
        facets.limits(unit)?;
        facets.mounts(unit)?;
        facets.environment(unit)?;
        facets.around(unit)?;
    }
    networks(stack, &file, rendered)?;
    secret_files(stack, &file, rendered)
}

/// One service of the file.
struct Facets<'a> {
    rendered: Rendered<'a>,
    file: &'a Compose,
    service: &'a str,
}

impl Facets<'_> {
    fn node(&self, path: &[&str]) -> Option<Node<'_>> {
        let root = self.file.document.root()?;
        root.get("services")?.get(self.service)?.at(path)
    }

    fn at(&self, path: &[&str]) -> Option<Range<usize>> {
        self.node(path).map(Node::span)
    }

    /// A key says this text, or is not there.
    fn is(&self, key: &str, planned: Option<&str>) -> Checked {
        let found = self.node(&[key]).and_then(Node::as_str).map(unescaped);
        self.rendered.same(&format!("`{key}`"), &found.as_deref(), &planned, self.at(&[key]))
    }

    /// A key is `true`, or `false` or not there.
    fn flag(&self, path: &[&str], planned: bool) -> Checked {
        let found = self.node(path).and_then(Node::as_bool).unwrap_or(false);
        self.rendered.same(&format!("`{}`", path.join(".")), &found, &planned, self.at(path))
    }

    fn words(&self, path: &[&str]) -> Vec<String> {
        let word = |item: Node<'_>| item.as_str().map(unescaped).unwrap_or_default();
        self.node(path).map(|list| list.items().map(word).collect()).unwrap_or_default()
    }

    /// A list has these texts, in any order.
    fn list(&self, path: &[&str], planned: &[&str]) -> Checked {
        let found: BTreeSet<String> = self.words(path).into_iter().collect();
        let planned: BTreeSet<String> = planned.iter().map(|&text| text.to_owned()).collect();
        self.rendered.same(&format!("`{}`", path.join(".")), &found, &planned, self.at(path))
    }

    /// A list has these texts, in this order.
    fn argv(&self, path: &[&str], planned: &[Text]) -> Checked {
        let planned: Vec<String> = planned.iter().map(ToString::to_string).collect();
        self.rendered.same(&format!("`{}`", path.join(".")), &self.words(path), &planned, self.at(path))
    }

    fn absent(&self, keys: &[&str]) -> Checked {
        match keys.iter().find(|key| self.node(&[key]).is_some()) {
            Some(key) => self.rendered.holds(false, self.at(&[key]), format!("the plan has no `{key}`")),
            None => Ok(()),
        }
    }

    /// What locks a service down, whatever it is.
    fn locked(&self, unit: &Unit) -> Checked {
        self.absent(&LOOSE)?;
        self.is("user", Some(&format!("{}:{}", unit.user.uid, unit.user.gid)))?;
        self.flag(&["read_only"], unit.read_only)?;
        self.list(&["cap_drop"], &["ALL"])?;
        let kept: Vec<&str> = unit.capabilities.iter().map(|kept| kept.name.as_str()).collect();
        self.list(&["cap_add"], &kept)?;
        self.list(&["security_opt"], &["no-new-privileges:true"])
    }

    /// Where its image comes from.
    fn image(&self, stack: &Stack, unit: &Unit) -> Checked {
        let named = unit.image.as_ref().map(|image| image.as_str()).or(unit.built.as_ref().map(|name| name.as_str()));
        self.is("image", named)?;
        let build = self.file.service(self.service).and_then(|service| service.build.as_ref());
        let found = build.map(|build| (build.context.as_str(), build.dockerfile.as_deref(), build.target.as_deref()));
        let built = stack.images.iter().find(|image| unit.builds && image.name == unit.name);
        let planned = built.map(|image| (image.context.as_str(), None, None));
        self.rendered.same("`build`", &found, &planned, self.at(&["build"]))?;
        let mounts = built.iter().flat_map(|image| &image.mounts).map(|mount| mount.id.as_str()).collect::<Vec<_>>();
        self.list(&["build", "secrets"], &mounts)?;
        let proxy: &[&str] = &["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
        self.list(&["build", "args"], if built.is_some_and(|image| image.proxy) { proxy } else { &[] })
    }

    /// What it starts, and when.
    fn start(&self, unit: &Unit) -> Checked {
        self.argv(&["entrypoint"], &unit.entrypoint)?;
        self.argv(&["command"], &unit.command)?;
        let ends = matches!(unit.role, Role::Job | Role::Task);
        self.is("restart", Some(if ends { "no" } else { "unless-stopped" }))?;
        self.list(&["profiles"], if unit.role == Role::Task { &["tasks"] } else { &[] })?;
        let mut test = Vec::new();
        if let (Healthcheck::Own, Some(health)) = (unit.healthcheck, &unit.health) {
            test.extend(std::iter::once("CMD".to_owned()).chain(health.argv.iter().map(ToString::to_string)));
        }
        let found = self.words(&["healthcheck", "test"]);
        self.rendered.same("`healthcheck.test`", &found, &test, self.at(&["healthcheck"]))?;
        self.flag(&["healthcheck", "disable"], unit.healthcheck == Healthcheck::Off)?;
        let found: BTreeMap<String, String> = self
            .node(&["depends_on"])
            .map(|list| {
                let condition =
                    |node: Node<'_>| node.get("condition").and_then(Node::as_str).unwrap_or_default().to_owned();
                list.entries().into_iter().map(|(name, node)| (name.to_owned(), condition(node))).collect()
            })
            .unwrap_or_default();
        let word = |depends: &crate::plan::stack::Depends| {
            (
                depends.name.to_string(),
                serde_json::to_value(depends.condition)
                    .ok()
                    .and_then(|word| word.as_str().map(str::to_owned))
                    .unwrap_or_default(),
            )
        };
        let planned: BTreeMap<String, String> = unit.depends_on.iter().map(word).collect();
        self.rendered.same("`depends_on`", &found, &planned, self.at(&["depends_on"]))
    }

    fn limits(&self, unit: &Unit) -> Checked {
        self.is("mem_limit", Some(unit.memory.as_str()))?;
        self.is("memswap_limit", Some(unit.memory.as_str()))?;
        self.is("cpus", Some(unit.cpus.as_str()))?;
        self.is("pids_limit", Some(&unit.pids.to_string()))?;
        self.is("shm_size", unit.shm_size.as_ref().map(|size| size.as_str()))?;
        self.is("stop_signal", unit.stop_signal.as_ref().map(Line::as_str))?;
        self.is("stop_grace_period", Some(unit.stop_grace.as_str()))?;
        self.flag(&["init"], unit.init)
    }

    fn mounts(&self, unit: &Unit) -> Checked {
        let tmpfs: Vec<String> = unit.tmpfs.iter().map(|tmpfs| options(tmpfs, unit.user)).collect();
        self.list(&["tmpfs"], &tmpfs.iter().map(String::as_str).collect::<Vec<_>>())?;
        let text = |node: Node<'_>, key: &str| node.get(key).and_then(Node::as_str).map(unescaped).unwrap_or_default();
        let volumes = self.node(&["volumes"]);
        let found: Vec<_> = volumes
            .map(|list| {
                let one = |item: Node<'_>| {
                    let locked = item.get("read_only").and_then(Node::as_bool).unwrap_or(false);
                    (text(item, "type"), text(item, "source"), text(item, "target"), locked)
                };
                list.items().map(one).collect()
            })
            .unwrap_or_default();
        let named = unit
            .volume
            .iter()
            .map(|volume| ("volume".to_owned(), volume.name.to_string(), volume.path.to_string(), false));
        let files = unit
            .configs
            .iter()
            .map(|config| ("bind".to_owned(), format!("./{}", config.file), config.target.to_string(), true));
        self.rendered.same("`volumes`", &found, &named.chain(files).collect(), volumes.map(Node::span))
    }

    /// What is said to it, and which secrets it has.
    fn environment(&self, unit: &Unit) -> Checked {
        let names: Vec<&str> = unit.secrets.iter().map(|secret| secret.name.as_str()).collect();
        self.list(&["secrets"], &names)?;
        let found: BTreeMap<String, Option<String>> = self
            .file
            .service(self.service)
            .map(|service| {
                service.environment.iter().map(|set| (set.name.clone(), set.value.as_deref().map(unescaped))).collect()
            })
            .unwrap_or_default();
        let said = unit.environment.iter().map(|pair| (pair.name.to_string(), Some(pair.value.to_string())));
        let file = |secret: &crate::plan::stack::UnitSecret| {
            Some((secret.env.as_ref()?.to_string(), Some(format!("/run/secrets/{}", secret.name))))
        };
        let planned: BTreeMap<_, _> = said.chain(unit.secrets.iter().filter_map(file)).collect();
        let other = found.iter().find(|(name, value)| planned.get(*name) != Some(value)).map(|(name, _)| name.as_str());
        let missing = planned.keys().find(|name| !found.contains_key(*name)).map(String::as_str);
        let name = other.or(missing).unwrap_or_default();
        let at = self.at(&["environment", name]).or(self.at(&["environment"]));
        self.rendered.same(&format!("variable `{name}`"), &found, &planned, at)
    }

    /// Ports and networks.
    fn around(&self, unit: &Unit) -> Checked {
        let ports = self.file.service(self.service).map(|service| service.ports.as_slice()).unwrap_or_default();
        let found: Vec<_> = ports
            .iter()
            .map(|port| {
                (port.host_ip.as_deref(), port.published.as_deref(), port.target.as_str(), port.protocol.as_str())
            })
            .collect();
        let published = unit.publish.zip(unit.port).map(|(host, own)| (host.to_string(), own.to_string()));
        let planned: Vec<_> =
            published.iter().map(|(host, own)| (Some("127.0.0.1"), Some(host.as_str()), own.as_str(), "tcp")).collect();
        self.rendered.same("`ports`", &found, &planned, self.at(&["ports"]))?;
        let networks: Vec<&str> = unit.networks.iter().map(|network| network.as_str()).collect();
        self.list(&["networks"], &networks)?;
        self.is("network_mode", networks.is_empty().then_some("none"))
    }
}

fn networks(stack: &Stack, file: &Compose, rendered: Rendered<'_>) -> Checked {
    let list = file.document.root().and_then(|root| root.get("networks"));
    let one = |(name, node): (&str, Node<'_>)| {
        let internal = node.get("internal").and_then(Node::as_bool).unwrap_or(false);
        let option =
            node.get("driver_opts").and_then(|options| options.get("com.docker.network.bridge.enable_ip_masquerade"));
        (name.to_owned(), (internal, option.and_then(Node::as_str) == Some("false")))
    };
    let found: BTreeMap<String, (bool, bool)> =
        list.map(|list| list.entries().into_iter().map(one).collect()).unwrap_or_default();
    let planned =
        stack.networks.iter().map(|network| (network.name.to_string(), (network.internal, network.no_egress)));
    rendered.same(
        "the file's `networks`, each internal or without a way out",
        &found,
        &planned.collect(),
        list.map(Node::span),
    )
}

/// Where the files of secrets are.
fn secret_files(stack: &Stack, file: &Compose, rendered: Rendered<'_>) -> Checked {
    let run = stack
        .secrets
        .iter()
        .map(|secret| (secret.name.to_string(), format!("${{SECRETS_DIR:-./secrets}}/{}", secret.name)));
    let build = stack.build_secrets.iter().map(|mount| {
        let file = mount
            .file
            .as_ref()
            .map_or_else(|| format!("${{{}:-{}}}", mount.file_variable, absent(mount)), |file| format!("./{file}"));
        (mount.id.to_string(), file)
    });
    let files: BTreeSet<(String, String)> = run.chain(build).collect();
    let found: BTreeSet<(String, String)> =
        file.secrets.iter().map(|secret| (secret.name.clone(), secret.file.clone().unwrap_or_default())).collect();
    let other = file.secrets.iter().find(|secret| !files.iter().any(|(name, _)| *name == secret.name));
    rendered.same("the file's `secrets`", &found, &files, other.map(|secret| secret.span.clone()))
}

/// What stands for the file of a build secret that nobody names: a build that needs it must not find an empty one.
fn absent(mount: &SecretMount) -> String {
    if mount.required { format!("/{} is not set", mount.file_variable) } else { "/dev/null".to_owned() }
}

/// `$$` is compose's own way to write `$`.
fn unescaped(text: &str) -> String {
    text.replace("$$", "$")
}

/// A folder in memory as `tmpfs:` takes it.
fn options(tmpfs: &Tmpfs, user: User) -> String {
    let exec = if tmpfs.exec { "" } else { "noexec," };
    let owner = if tmpfs.own { format!("mode=0700,uid={},gid={}", user.uid, user.gid) } else { "mode=1777".to_owned() };
    format!("{}:rw,{exec}nosuid,nodev,size={},{owner}", tmpfs.path, tmpfs.size)
}
