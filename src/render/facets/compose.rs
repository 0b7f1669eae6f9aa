//! The facets of a compose file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Rendered;
use crate::compose::Compose;
use crate::compose::yaml::Node;
use crate::plan::{Plan, Tmpfs};
use crate::report::Diagnostic;
use crate::spec::values::User;

type Checked = Result<(), Diagnostic>;

/// What of a service can undo its lock-down; the plan has none of it.
const LOOSE: [&str; 16] = [
    "cap_add",
    "privileged",
    "network_mode",
    "pid",
    "ipc",
    "userns_mode",
    "cgroup",
    "cgroup_parent",
    "devices",
    "device_cgroup_rules",
    "group_add",
    "env_file",
    "entrypoint",
    "command",
    "extends",
    "deploy",
];

/// The database's service, where the plan has one.
const DATABASE: &str = "db";

pub(super) fn check(plan: &Plan, rendered: Rendered<'_>) -> Checked {
    let file = Compose::read(rendered.text);
    if let Some(problem) = file.problems.first() {
        return rendered.holds(false, Some(problem.span.clone()), problem.message.clone());
    }
    let name = plan.name.as_str();
    rendered.same("project", &file.name.as_deref(), &Some(name), None)?;
    let services: BTreeSet<&str> = file.services.iter().map(|service| service.name.as_str()).collect();
    let database = plan.compose.postgres.is_some();
    let planned: BTreeSet<&str> = std::iter::once(name).chain(database.then_some(DATABASE)).collect();
    rendered.same("services", &services, &planned, file.services.first().map(|service| service.span.clone()))?;
    let facets = Facets { rendered, file: &file, service: name };
    facets.service(plan)?;
    facets.limits(plan)?;
    facets.mounts(plan)?;
    facets.secrets(plan)?;
    match &plan.compose.postgres {
        Some(postgres) => {
            let database = Facets { service: DATABASE, ..facets };
            database.locked(postgres.user, true)?;
            database.is("image", Some(postgres.image.as_str()))?;
            database.list("secrets", &[postgres.secret.as_str()])?;
            database.absent(&["ports"])
        }
        None => Ok(()),
    }
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

    /// A list has these texts, in any order.
    fn list(&self, key: &str, planned: &[&str]) -> Checked {
        let found: BTreeSet<String> = self
            .node(&[key])
            .map(|list| list.items().map(|item| item.as_str().map(unescaped).unwrap_or_default()).collect())
            .unwrap_or_default();
        let planned: BTreeSet<String> = planned.iter().map(|&text| text.to_owned()).collect();
        self.rendered.same(&format!("`{key}`"), &found, &planned, self.at(&[key]))
    }

    fn absent(&self, keys: &[&str]) -> Checked {
        match keys.iter().find(|key| self.node(&[key]).is_some()) {
            Some(key) => self.rendered.holds(false, self.at(&[key]), format!("the plan has no `{key}`")),
            None => Ok(()),
        }
    }

    /// What locks a service down, whatever it is.
    fn locked(&self, user: User, read_only: bool) -> Checked {
        self.absent(&LOOSE)?;
        self.is("user", Some(&format!("{}:{}", user.uid, user.gid)))?;
        let found = self.node(&["read_only"]).and_then(Node::as_bool).unwrap_or(false);
        self.rendered.same("`read_only`", &found, &read_only, self.at(&["read_only"]))?;
        self.list("cap_drop", &["ALL"])?;
        self.list("security_opt", &["no-new-privileges:true"])
    }

    fn service(&self, plan: &Plan) -> Checked {
        self.locked(plan.runtime.user, plan.compose.read_only)?;
        let service = self.file.service(self.service);
        let build = service.and_then(|service| service.build.as_ref());
        let context = build.map(|build| (build.context.as_str(), build.dockerfile.as_deref(), build.target.as_deref()));
        self.rendered.same("`build`", &context, &Some((".", None, None)), self.at(&["build"]))?;
        let ports = service.map(|service| service.ports.as_slice()).unwrap_or_default();
        let found: Vec<_> = ports
            .iter()
            .map(|port| {
                (port.host_ip.as_deref(), port.published.as_deref(), port.target.as_str(), port.protocol.as_str())
            })
            .collect();
        let number = plan.runtime.port.map(|port| port.to_string());
        let planned: Vec<_> =
            number.as_deref().map(|number| (Some("127.0.0.1"), Some(number), number, "tcp")).into_iter().collect();
        self.rendered.same("`ports`", &found, &planned, self.at(&["ports"]))?;
        let depends: Vec<&str> = plan.compose.postgres.iter().map(|_| DATABASE).collect();
        let found = service.map(|service| service.depends_on.clone()).unwrap_or_default();
        self.rendered.same(
            "`depends_on`",
            &found.iter().map(String::as_str).collect(),
            &depends,
            self.at(&["depends_on"]),
        )
    }

    fn limits(&self, plan: &Plan) -> Checked {
        let compose = &plan.compose;
        self.is("mem_limit", Some(compose.memory.as_str()))?;
        self.is("memswap_limit", Some(compose.memory.as_str()))?;
        self.is("cpus", Some(compose.cpus.as_str()))?;
        self.is("pids_limit", Some(&compose.pids.to_string()))?;
        self.is("stop_grace_period", Some(compose.stop_grace.as_str()))?;
        let init = self.node(&["init"]).and_then(Node::as_bool).unwrap_or(false);
        self.rendered.same("`init`", &init, &compose.init, self.at(&["init"]))
    }

    fn mounts(&self, plan: &Plan) -> Checked {
        let tmpfs: Vec<String> = plan.compose.tmpfs.iter().map(|tmpfs| options(tmpfs, plan.runtime.user)).collect();
        self.list("tmpfs", &tmpfs.iter().map(String::as_str).collect::<Vec<_>>())?;
        let text = |node: Node<'_>, key: &str| node.get(key).and_then(Node::as_str).map(unescaped);
        let volumes = self.node(&["volumes"]);
        let found: Vec<_> = volumes
            .map(|list| {
                list.items().map(|item| (text(item, "type"), text(item, "source"), text(item, "target"))).collect()
            })
            .unwrap_or_default();
        let planned: Vec<_> = plan
            .compose
            .volume
            .iter()
            .map(|volume| (Some("volume".to_owned()), Some(volume.name.to_string()), Some(volume.path.to_string())))
            .collect();
        self.rendered.same("`volumes`", &found, &planned, volumes.map(Node::span))
    }

    /// Secrets of the service and of its build, and where their files are.
    fn secrets(&self, plan: &Plan) -> Checked {
        let run: Vec<&str> = plan.compose.secrets.iter().map(|secret| secret.name.as_str()).collect();
        self.list("secrets", &run)?;
        let said: BTreeMap<&str, Option<&str>> = self
            .file
            .service(self.service)
            .map(|service| service.environment.iter().map(|set| (set.name.as_str(), set.value.as_deref())).collect())
            .unwrap_or_default();
        for secret in &plan.compose.secrets {
            let found = said.get(secret.env.as_str()).copied().flatten();
            let planned = format!("/run/secrets/{}", secret.name);
            let at = self.at(&["environment", secret.env.as_str()]);
            self.rendered.same(&format!("variable `{}`", secret.env), &found, &Some(planned.as_str()), at)?;
        }
        let build: BTreeSet<&str> = plan.recipe.mounts.iter().map(|mount| mount.id.as_str()).collect();
        let list = self.node(&["build", "secrets"]);
        let found: BTreeSet<&str> =
            list.map(|list| list.items().filter_map(Node::as_str).collect()).unwrap_or_default();
        self.rendered.same("`secrets` of the build", &found, &build, list.map(Node::span))?;
        let mut files: BTreeSet<(String, String)> =
            run.iter().map(|name| ((*name).to_owned(), format!("${{SECRETS_DIR:-./secrets}}/{name}"))).collect();
        files.extend(
            plan.recipe
                .mounts
                .iter()
                .map(|mount| (mount.id.to_string(), format!("${{{}:-/dev/null}}", mount.file_variable))),
        );
        let found: BTreeSet<(String, String)> = self
            .file
            .secrets
            .iter()
            .map(|secret| (secret.name.clone(), secret.file.clone().unwrap_or_default()))
            .collect();
        let other = self.file.secrets.iter().find(|secret| !files.iter().any(|(name, _)| *name == secret.name));
        self.rendered.same("the file's `secrets`", &found, &files, other.map(|secret| secret.span.clone()))
    }
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
