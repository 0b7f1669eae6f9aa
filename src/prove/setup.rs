//! The compose project as the engine understands it, and the same project made harmless for a run beside the user's own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::inspect::duration;
use super::lockdown;
use crate::report::Diagnostic;

/// One service of a compose project, out of `docker compose config --format json`.
pub(super) struct Setup {
    config: Value,
    pub(super) service: String,
    pub(super) build: BuildSection,
    /// Published ports: address as stated, and the port inside.
    pub(super) ports: Vec<(String, u16)>,
    /// The first port that the image EXPOSEs; asked where none is published.
    pub(super) exposed: Option<u16>,
    pub(super) origin: Origin,
    pub(super) stop_grace: Duration,
}

/// What there is to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A service of a compose file that is built here.
    Compose,
    /// A Dockerfile without a compose file.
    Dockerfile,
    /// A service of a compose file that runs an image of others.
    Image,
}

/// What the service's `build:` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BuildSection {
    pub(super) context: PathBuf,
    pub(super) dockerfile: PathBuf,
    /// `dockerfile_inline`.
    pub(super) inline: Option<String>,
    pub(super) args: Vec<(String, String)>,
    pub(super) contexts: Vec<(String, String)>,
    pub(super) target: Option<String>,
    pub(super) secrets: Vec<SecretSource>,
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SecretSource {
    pub(super) id: String,
    pub(super) file: Option<PathBuf>,
    pub(super) environment: Option<String>,
}

impl Setup {
    /// Takes the service of that name, or the only one with a `build:`.
    pub(super) fn of(config: Value, wanted: Option<&str>) -> Result<Self, Box<Diagnostic>> {
        let services = config["services"].as_object().cloned().unwrap_or_default();
        let with = |key: &str| -> Vec<&String> {
            services.iter().filter(|(_, service)| !service[key].is_null()).map(|(name, _)| name).collect()
        };
        let (built, images) = (with("build"), with("image"));
        let names = built.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        let refused = |message: String, help: String| Err(Box::new(Diagnostic::error(message).help(help)));
        let service = match (wanted, built.as_slice(), images.as_slice()) {
            (Some(name), ..) if services.contains_key(name) => name.to_owned(),
            (Some(name), ..) => {
                let help = format!("services with `build:` are: {names}");
                return refused(format!("the compose file has no service `{name}`"), help);
            }
            (None, [one], _) | (None, [], [one]) => (*one).clone(),
            (None, [], _) => {
                let help = "give the service that this Dockerfile builds a `build: .`, or name one by `--service`";
                return refused("no service of the compose file has a `build:`".into(), help.into());
            }
            (None, ..) => {
                let help = "name the one to prove by `--service`";
                return refused(format!("several services are built here: {names}"), help.into());
            }
        };
        let stated = &services[&service];
        // A worker may run the image that the service beside it builds.
        let builds = |service: &&Value| service["build"].is_object();
        let same = services.values().filter(|other| other["image"] == stated["image"] && stated["image"].is_string());
        let (build, origin) =
            match (Some(stated).filter(builds).or_else(|| same.into_iter().find(builds)), &stated["image"]) {
                (Some(builder), _) => (BuildSection::of(builder, &config["secrets"]), Origin::Compose),
                (None, Value::String(image)) => {
                    (BuildSection { inline: Some(format!("FROM {image}\n")), ..BuildSection::default() }, Origin::Image)
                }
                (None, _) => {
                    let help = "`prove` builds it, or looks at the image that it names";
                    return refused(format!("service `{service}` has neither `build:` nor `image:`"), help.into());
                }
            };
        let ports = stated["ports"].as_array().into_iter().flatten().filter(|port| port["protocol"] != "udp");
        let ports = ports
            .filter_map(|port| {
                let target = port["target"].as_u64().and_then(|number| u16::try_from(number).ok())?;
                Some((port["host_ip"].as_str().unwrap_or_default().to_owned(), target))
            })
            .collect();
        let stop_grace = stated["stop_grace_period"].as_str().and_then(duration).unwrap_or(Duration::from_secs(10));
        Ok(Self { service, build, ports, stop_grace, config, exposed: None, origin })
    }

    /// A service out of a Dockerfile alone, under the standard lock-down.
    pub(super) fn bare(folder: &Path, dockerfile: &str) -> Result<Self, Box<Diagnostic>> {
        let mut service = Map::from_iter([("build".into(), json!({"context": folder, "dockerfile": dockerfile}))]);
        lockdown::apply(&mut service);
        let setup = Self::of(json!({"services": {BARE: service}}), None)?;
        Ok(Self { origin: Origin::Dockerfile, ..setup })
    }

    /// What the compose file says of the service.
    pub(super) fn stated(&self) -> Map<String, Value> {
        self.config["services"][&self.service].as_object().cloned().unwrap_or_default()
    }

    /// The port that is asked.
    pub(super) fn port(&self) -> Option<u16> {
        self.ports.first().map(|(_, port)| *port).or(self.exposed)
    }

    /// Takes the port that the image exposes, if the service publishes none and has a network to be asked through.
    pub(super) fn expose(&mut self, image: &Value) {
        if !self.ports.is_empty() || self.stated().contains_key("network_mode") {
            return;
        }
        let exposed = image["Config"]["ExposedPorts"].as_object().into_iter().flatten();
        let tcp = exposed.filter_map(|(port, _)| port.strip_suffix("/tcp").unwrap_or(port).parse().ok());
        self.exposed = tcp.min();
    }

    /// Files and variables that the project's services take their run-time secrets from.
    pub(super) fn runtime_secrets(&self) -> Vec<SecretSource> {
        let build_only: Vec<&str> = self.build.secrets.iter().map(|secret| secret.id.as_str()).collect();
        let mut used: Vec<String> = Vec::new();
        for service in self.config["services"].as_object().into_iter().flat_map(Map::values) {
            for secret in service["secrets"].as_array().into_iter().flatten() {
                if let Some(source) = secret["source"].as_str().filter(|name| !used.iter().any(|known| known == name)) {
                    used.push(source.to_owned());
                }
            }
        }
        used.into_iter()
            .filter(|name| !build_only.contains(&name.as_str()))
            .map(|name| SecretSource::of(&name, &name, &self.config["secrets"]))
            .collect()
    }

    /// Where the service finds its secrets.
    pub(super) fn secret_targets(&self) -> Vec<String> {
        let stated = self.config["services"][&self.service]["secrets"].as_array();
        let target = |secret: &Value| {
            let target = secret["target"].as_str().or(secret["source"].as_str())?;
            Some(if target.starts_with('/') { target.to_owned() } else { format!("/run/secrets/{target}") })
        };
        stated.into_iter().flatten().filter_map(target).collect()
    }

    /// The project under names and ports of its own, every part of it labelled, running `image`.
    /// `change` may alter the service once more.
    pub(super) fn isolated(&self, own: &Own<'_>, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
        let mut config = self.config.clone();
        config["name"] = json!(own.project);
        for (name, service) in config.get_mut("services").and_then(Value::as_object_mut).into_iter().flatten() {
            let Some(service) = service.as_object_mut() else { continue };
            for key in ["container_name", "profiles", "develop", "ports_from"] {
                service.remove(key);
            }
            let ports = service.remove("ports");
            label(service, own.label);
            without_addresses(service);
            binds_read_only(service, own.folder);
            if *name == self.service {
                service.remove("build");
                service.insert("image".into(), json!(own.image));
                service.insert("pull_policy".into(), json!("never"));
                service.insert("restart".into(), json!("no"));
                let exposed = self.exposed.map(|port| json!([{"target": port, "protocol": "tcp"}]));
                service.insert("ports".into(), own_ports(exposed.as_ref().or(ports.as_ref())));
            } else if let Some(build) = service.get_mut("build").and_then(Value::as_object_mut) {
                label(build, own.label);
                service.remove("image");
            }
        }
        if let Some(service) = config["services"][&self.service].as_object_mut() {
            change(service);
        }
        for kind in ["networks", "volumes"] {
            for (name, part) in config.get_mut(kind).and_then(Value::as_object_mut).into_iter().flatten() {
                let mut kept = part.as_object().cloned().unwrap_or_default();
                kept.remove("external");
                kept.remove("ipam");
                kept.insert("name".into(), json!(format!("{}_{name}", own.project)));
                let options = kept.get("driver_opts").map(Value::to_string).unwrap_or_default();
                if kind == "volumes" && !options.contains("tmpfs") {
                    // A volume that is a folder or a share of the user's would be written to.
                    kept.remove("driver_opts");
                    kept.remove("driver");
                }
                label(&mut kept, own.label);
                *part = Value::Object(kept);
            }
        }
        config
    }
}

/// The name of a service without a compose file.
const BARE: &str = "app";

/// The compose files of a folder that compose takes without being told (compose-go `cli/options.go`, read in November 2026).
pub(super) fn compose_files(folder: &Path) -> Vec<String> {
    const NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
    const OVERRIDES: [&str; 4] = [
        "compose.override.yml",
        "compose.override.yaml",
        "docker-compose.override.yml",
        "docker-compose.override.yaml",
    ];
    let first = |names: [&'static str; 4]| names.into_iter().find(|name| folder.join(name).is_file());
    first(NAMES).into_iter().flat_map(|name| [Some(name), first(OVERRIDES)]).flatten().map(str::to_owned).collect()
}

/// The Dockerfile of a folder without a compose file.
pub(super) fn dockerfile_of(folder: &Path) -> Option<&'static str> {
    ["Dockerfile", "Containerfile"].into_iter().find(|name| folder.join(name).is_file())
}

/// What this run calls its own.
pub(super) struct Own<'a> {
    pub(super) project: &'a str,
    pub(super) label: &'a str,
    pub(super) image: &'a str,
    /// The copied project.
    pub(super) folder: &'a Path,
}

impl BuildSection {
    fn of(service: &Value, secrets: &Value) -> Self {
        let build = &service["build"];
        let text = |key: &str| build[key].as_str().map(str::to_owned);
        let pairs = |key: &str| -> Vec<(String, String)> {
            let pairs = build[key].as_object().into_iter().flatten();
            pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        };
        let context = PathBuf::from(text("context").unwrap_or_else(|| ".".into()));
        let dockerfile = context.join(text("dockerfile").unwrap_or_else(|| "Dockerfile".into()));
        let sources = build["secrets"].as_array().into_iter().flatten().filter_map(|secret| {
            let source = secret["source"].as_str()?;
            Some(SecretSource::of(secret["target"].as_str().unwrap_or(source), source, secrets))
        });
        Self {
            dockerfile,
            context,
            inline: text("dockerfile_inline"),
            args: pairs("args"),
            contexts: pairs("additional_contexts"),
            target: text("target"),
            secrets: sources.collect(),
        }
    }
}

impl SecretSource {
    fn of(id: &str, source: &str, secrets: &Value) -> Self {
        let stated = &secrets[source];
        Self {
            id: id.to_owned(),
            file: stated["file"].as_str().map(PathBuf::from),
            environment: stated["environment"].as_str().map(str::to_owned),
        }
    }
}

fn label(part: &mut Map<String, Value>, label: &str) {
    let (key, value) = label.split_once('=').unwrap_or((label, ""));
    let labels = part.entry("labels").or_insert_with(|| json!({}));
    if !labels.is_object() {
        *labels = json!({});
    }
    labels[key] = json!(value);
}

/// Addresses fixed in a network of the user's do not exist in ours.
fn without_addresses(service: &mut Map<String, Value>) {
    for network in service.get_mut("networks").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        if let Some(network) = network.as_object_mut() {
            network.remove("ipv4_address");
            network.remove("ipv6_address");
        }
    }
}

/// A folder of the user's outside of the copy may be looked at, not written to.
fn binds_read_only(service: &mut Map<String, Value>, folder: &Path) {
    for mount in service.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten() {
        let outside = mount["source"].as_str().is_some_and(|source| !Path::new(source).starts_with(folder));
        if mount["type"] == "bind" && outside {
            mount["read_only"] = json!(true);
        }
    }
}

fn own_ports(stated: Option<&Value>) -> Value {
    let ports = stated.and_then(Value::as_array).into_iter().flatten();
    ports
        .map(|port| json!({"target": port["target"], "protocol": port["protocol"], "host_ip": "127.0.0.1", "mode": "host"}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Value {
        json!({
            "name": "shop",
            "services": {
                "web": {
                    "build": {"context": "/copy", "dockerfile": "Dockerfile", "secrets": [{"source": "npmrc"}]},
                    "container_name": "shop-web", "restart": "always", "stop_grace_period": "15s",
                    "ports": [{"host_ip": "127.0.0.1", "target": 3000, "published": "3000", "protocol": "tcp"}],
                    "secrets": [{"source": "db", "target": "/run/secrets/db"}],
                    "volumes": [{"type": "bind", "source": "/home/user/data", "target": "/data"}],
                    "networks": {"edge": {"ipv4_address": "10.0.0.2"}}},
                "db": {"image": "postgres:17", "container_name": "shop-db", "ports": [{"target": 5432, "published": "5432"}]}},
            "networks": {"edge": {"name": "company", "external": true}},
            "volumes": {"data": {"name": "shop_data", "driver_opts": {"o": "bind", "device": "/srv", "type": "none"}}},
            "secrets": {"npmrc": {"file": "/dev/null"}, "db": {"file": "/copy/secrets/db"}}
        })
    }

    fn isolated() -> Value {
        let own = Own { project: "prove-1", label: "run=1", image: "prove-1-app", folder: Path::new("/copy") };
        Setup::of(config(), None).unwrap().isolated(&own, |_| {})
    }

    #[test]
    fn the_run_takes_no_name_port_network_or_volume_of_the_user_s() {
        let text = isolated().to_string();
        for theirs in
            ["shop-web", "shop-db", "company", "shop_data", "/srv", "\"3000\"", "5432", "10.0.0.2", "external"]
        {
            assert!(!text.contains(theirs), "{theirs} in {text}");
        }
    }

    #[test]
    fn a_project_without_volumes_gets_none() {
        let mut config = config();
        config.as_object_mut().unwrap().remove("volumes");
        let own = Own { project: "prove-1", label: "run=1", image: "prove-1-app", folder: Path::new("/copy") };
        assert_eq!(Setup::of(config, None).unwrap().isolated(&own, |_| {}).get("volumes"), None);
    }

    #[test]
    fn every_part_is_labelled_for_the_clean_up() {
        let project = isolated();
        for part in [
            &project["services"]["web"],
            &project["services"]["db"],
            &project["networks"]["edge"],
            &project["volumes"]["data"],
        ] {
            assert_eq!(part["labels"]["run"], "1");
        }
    }

    #[test]
    fn the_service_runs_our_image_on_a_port_of_its_own_and_writes_no_folder_of_the_user_s() {
        let web = &isolated()["services"]["web"];
        assert_eq!((web["image"].as_str(), web["restart"].as_str()), (Some("prove-1-app"), Some("no")));
        assert_eq!((web["ports"][0]["target"].as_u64(), &web["ports"][0]["published"]), (Some(3000), &Value::Null));
        assert_eq!(web["volumes"][0]["read_only"], true);
    }

    #[test]
    fn run_time_and_build_secrets_are_told_apart() {
        let setup = Setup::of(config(), Some("web")).unwrap();
        assert_eq!(setup.build.secrets[0].id, "npmrc");
        assert_eq!(setup.runtime_secrets()[0].id, "db");
        assert_eq!(setup.secret_targets(), ["/run/secrets/db"]);
        assert_eq!(setup.stop_grace, Duration::from_secs(15));
    }

    #[test]
    fn a_dockerfile_alone_is_locked_down_and_asked_at_the_port_that_it_exposes() {
        let mut setup = Setup::bare(Path::new("/copy"), "Dockerfile").unwrap();
        assert_eq!(lockdown::missing(&setup.stated()), Vec::<String>::new());
        assert_eq!((setup.port(), setup.build.dockerfile.as_path()), (None, Path::new("/copy/Dockerfile")));
        setup.expose(&json!({"Config": {"ExposedPorts": {"9000/udp": {}, "8080/tcp": {}, "8443/tcp": {}}}}));
        assert_eq!(setup.port(), Some(8080));
        let own = Own { project: "prove-1", label: "run=1", image: "prove-1-app", folder: Path::new("/copy") };
        assert_eq!(setup.isolated(&own, |_| {})["services"]["app"]["ports"][0]["target"], 8080);
    }

    #[test]
    fn a_published_port_comes_before_an_exposed_one() {
        let mut setup = Setup::of(config(), None).unwrap();
        setup.expose(&json!({"Config": {"ExposedPorts": {"80/tcp": {}}}}));
        assert_eq!(setup.port(), Some(3000));
    }

    #[test]
    fn a_service_that_is_not_there_or_not_built_is_refused() {
        assert!(Setup::of(config(), Some("wbe")).is_err());
        assert!(Setup::of(json!({"services": {"db": {"ports": []}}}), Some("db")).is_err());
        assert!(Setup::of(json!({"services": {}}), None).is_err());
    }

    #[test]
    fn an_image_of_others_is_run_and_one_that_a_service_beside_it_builds_is_built() {
        let db = Setup::of(config(), Some("db")).unwrap();
        assert_eq!((db.origin, db.build.inline.as_deref()), (Origin::Image, Some("FROM postgres:17\n")));
        let mut config = config();
        config["services"]["web"]["image"] = json!("shop");
        config["services"]["worker"] = json!({"image": "shop", "command": ["work"]});
        let worker = Setup::of(config, Some("worker")).unwrap();
        assert_eq!((worker.origin, worker.build.context.as_path()), (Origin::Compose, Path::new("/copy")));
    }
}
