//! A compose project for an engine without compose: read by our own reader, in the form of `docker compose config`.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::compose::project::{
    Command, Healthcheck, Project, Resource, Scalar, SecretUse, Service, Value as Node, Variable, Variables, Volume,
    VolumeType, read_environment,
};
use crate::compose::yaml::ScalarKind;
use crate::report::Severity;

/// The project of these files below `folder`, later ones on top of earlier ones. `Err` is what is wrong with them.
pub(super) fn read(
    files: &[&str],
    folder: &Path,
    variables: impl IntoIterator<Item = (String, String)>,
    text_of: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<Value, Vec<String>> {
    let environment: Vec<(String, String)> = variables.into_iter().collect();
    let known = Variables::all(environment.iter().cloned());
    let project = Project::read(files, &known, text_of);
    let problems = project.problems.iter().map(|problem| problem.diagnostic(&project.files));
    let refused: Vec<String> =
        problems.filter(|problem| problem.severity == Severity::Error).map(|problem| problem.message).collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut reading = Reading { project: &project, folder, environment: &environment, text_of };
    let services: Map<String, Value> =
        project.services.iter().map(|service| (service.name.clone(), reading.service(service))).collect();
    let named = |resources: &[Resource]| -> Map<String, Value> {
        resources.iter().map(|resource| (resource.name.clone(), reading.resource(resource))).collect()
    };
    Ok(json!({
        "name": project.name.as_ref().and_then(Scalar::known),
        "services": services,
        "volumes": named(&project.volumes),
        "networks": named(&project.networks),
        "secrets": named(&project.secrets),
    }))
}

struct Reading<'a> {
    project: &'a Project,
    folder: &'a Path,
    environment: &'a [(String, String)],
    text_of: &'a mut dyn FnMut(&str) -> Option<String>,
}

impl Reading<'_> {
    fn service(&mut self, service: &Service) -> Value {
        let mut out = tree(&service.value).as_object().cloned().unwrap_or_default();
        let mut set = |key: &str, value: Value| {
            // What is not stated stays so: `prove` tells a missing limit from an empty one.
            if !value.is_null() && value != json!([]) && value != json!({}) {
                out.insert(key.to_owned(), value);
            }
        };
        if let Some(build) = service.build() {
            let context = build.context().map_or_else(|| json!(self.folder), |context| self.path(context));
            set(
                "build",
                json!({
                    "context": context,
                    "dockerfile": build.dockerfile().and_then(Scalar::known),
                    "dockerfile_inline": build.dockerfile_inline().and_then(Scalar::known),
                    "target": build.target().and_then(Scalar::known),
                    "args": self.pairs(build.args()),
                    "additional_contexts": self.pairs(build.additional_contexts()),
                    "secrets": uses(build.secrets()),
                }),
            );
        }
        set("ports", ports(service));
        set("volumes", service.volumes().iter().filter_map(|volume| self.volume(volume)).collect());
        set("secrets", uses(service.secrets()));
        set("command", words(service.command()));
        set("entrypoint", words(service.entrypoint()));
        set("healthcheck", service.healthcheck().map_or(Value::Null, health));
        set("environment", self.environment_of(service));
        set("labels", self.pairs(service.pairs("labels")));
        set("sysctls", self.pairs(service.pairs("sysctls")));
        set(
            "depends_on",
            service.depends_on().iter().map(|on| (on.name.to_owned(), json!({}))).collect::<Map<_, _>>().into(),
        );
        set(
            "networks",
            service.networks().iter().map(|used| (used.name.to_owned(), json!({}))).collect::<Map<_, _>>().into(),
        );
        for key in ["tmpfs", "cap_add", "cap_drop", "security_opt", "dns"] {
            set(key, service.list(key).into_iter().filter_map(Scalar::known).collect());
        }
        for key in ["read_only", "init", "privileged"] {
            set(key, json!(service.scalar(key).and_then(Scalar::as_bool)));
        }
        Value::Object(out)
    }

    fn resource(&self, resource: &Resource) -> Value {
        let mut out = tree(&resource.value).as_object().cloned().unwrap_or_default();
        if let Some(file) = resource.scalar("file") {
            out.insert("file".into(), self.path(file));
        }
        Value::Object(out)
    }

    /// A path as it is written, from the root of this machine.
    fn path(&self, scalar: &Scalar) -> Value {
        let path = scalar.known().unwrap_or_default();
        json!(
            self.project
                .path_at(&scalar.place, &path)
                .map_or_else(|| path.clone().into(), |below| self.folder.join(below))
        )
    }

    /// A name without a value takes that of where this runs, if there is one.
    fn pairs(&self, variables: Vec<Variable<'_>>) -> Value {
        let value = |variable: &Variable<'_>| match variable.value {
            Some(value) => value.known(),
            None => self.environment.iter().find(|(name, _)| name == variable.name).map(|(_, value)| value.clone()),
        };
        let pairs = variables.iter().filter_map(|pair| Some((pair.name.to_owned(), json!(value(pair)?))));
        Value::Object(pairs.collect())
    }

    /// The variables of `env_file`, and on top of them those of `environment`.
    fn environment_of(&mut self, service: &Service) -> Value {
        let mut all = Map::new();
        for file in service.env_file() {
            let path = file.path.known().and_then(|path| self.project.path_at(&file.path.place, &path));
            let Some(text) = path.and_then(|path| (self.text_of)(&path)) else { continue };
            let known = Variables::all(self.environment.iter().cloned());
            let set = read_environment(&text, &known, "env_file").0.into_iter();
            all.extend(set.filter_map(|assignment| Some((assignment.name, json!(assignment.value?)))));
        }
        all.extend(self.pairs(service.environment()).as_object().cloned().unwrap_or_default());
        Value::Object(all)
    }

    fn volume(&self, volume: &Volume) -> Option<Value> {
        let target = volume.target.as_ref()?.known()?;
        let source = volume.source.as_ref();
        let (kind, source) = match volume.kind {
            VolumeType::Bind => ("bind", self.path(source?)),
            VolumeType::Tmpfs => ("tmpfs", Value::Null),
            _ => ("volume", json!(source.and_then(Scalar::known))),
        };
        Some(json!({"type": kind, "source": source, "target": target, "read_only": volume.read_only != Some(false)}))
    }
}

fn tree(node: &Node) -> Value {
    if let Some(scalar) = node.scalar() {
        let text = scalar.text.known_or_default().unwrap_or_default();
        return match scalar.kind {
            ScalarKind::Bool => json!(scalar.as_bool()),
            ScalarKind::Int => scalar.as_int().map_or_else(|| json!(text), |number| json!(number)),
            ScalarKind::Float => scalar.as_number().map_or_else(|| json!(text), |number| json!(number)),
            ScalarKind::Null => Value::Null,
            ScalarKind::Str => json!(text),
        };
    }
    if !node.items().is_empty() {
        return node.items().iter().map(tree).collect();
    }
    node.entries().iter().map(|entry| (entry.key.clone(), tree(&entry.value))).collect::<Map<_, _>>().into()
}

fn ports(service: &Service) -> Value {
    let ports = service.ports().into_iter().flat_map(|port| {
        let (first, last) = port.usual_target_range().unwrap_or((1, 0));
        let address = port.host_ip.as_ref().and_then(Scalar::known);
        let protocol = port.protocol();
        (first..=last).map(move |target| json!({"target": target, "host_ip": address, "protocol": protocol}))
    });
    ports.collect()
}

fn uses(secrets: Vec<SecretUse<'_>>) -> Value {
    let one =
        |used: &SecretUse<'_>| json!({"source": used.source.known(), "target": used.target.and_then(Scalar::known)});
    secrets.iter().map(one).collect()
}

fn words(command: Option<Command<'_>>) -> Value {
    match command {
        None => Value::Null,
        Some(Command::Words(words, _)) => words.into_iter().filter_map(Scalar::known).collect(),
        Some(Command::Line(line)) => split(&line.known().unwrap_or_default()).into(),
    }
}

fn health(check: Healthcheck<'_>) -> Value {
    let test = match check.test() {
        Some(Command::Line(line)) => json!(["CMD-SHELL", line.known()]),
        other => words(other),
    };
    let mut out = Map::from_iter([("test".to_owned(), test), ("disable".to_owned(), json!(check.disabled()))]);
    for key in ["interval", "timeout", "start_period", "start_interval", "retries"] {
        if let Some(value) = check.scalar(key).and_then(Scalar::known) {
            out.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(out)
}

/// The words of a line, as compose splits it: quotes and backslashes, and no variables.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut open, mut quote, mut escaped) = (Vec::new(), None::<String>, None, false);
    for c in line.chars() {
        match (quote, c) {
            _ if escaped => {
                open.get_or_insert_default().push(c);
                escaped = false;
            }
            (None | Some('"'), '\\') => escaped = true,
            (None, '"' | '\'') => {
                quote = Some(c);
                open.get_or_insert_default();
            }
            (Some(end), c) if c == end => quote = None,
            (None, c) if c.is_whitespace() => words.extend(open.take()),
            (_, c) => open.get_or_insert_default().push(c),
        }
    }
    words.extend(open);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPOSE: &str = r#"
services:
  web:
    build: {context: ./app, dockerfile: Other.Dockerfile, target: runtime, args: {A: "1", FROM_HOST: }, secrets: [npmrc]}
    ports: ["127.0.0.1:${PORT:-8080}:3000", "9000-9001"]
    env_file: .env.web
    environment: {B: "$$x", PORT: }
    command: node "my server.js"
    read_only: true
    cap_drop: [ALL]
    mem_limit: 256m
    cpus: 0.5
    tmpfs: /tmp:size=16m
    volumes: ["./data:/data:ro", "store:/store"]
    secrets: [db]
    depends_on: [cache]
    healthcheck: {test: wget -q localhost, interval: 5s}
  cache: {image: "redis:8"}
secrets:
  db: {file: ./secrets/db}
  npmrc: {environment: NPMRC}
volumes: {store: }
"#;

    fn project(text: &'static str) -> Result<Value, Vec<String>> {
        let environment = [("PORT".to_owned(), "80".to_owned())];
        let mut text_of = |path: &str| match path {
            "docker-compose.yml" => Some(text.to_owned()),
            ".env.web" => Some("B=1\nC=2\n".to_owned()),
            _ => None,
        };
        read(&["docker-compose.yml"], Path::new("/copy"), environment, &mut text_of)
    }

    #[test]
    fn a_service_is_told_as_compose_tells_it() {
        let project = project(COMPOSE).unwrap();
        let web = &project["services"]["web"];
        assert_eq!(
            web["build"],
            json!({"context": "/copy/app", "dockerfile": "Other.Dockerfile", "dockerfile_inline": null, "target": "runtime",
                "args": {"A": "1"}, "additional_contexts": {}, "secrets": [{"source": "npmrc", "target": null}]})
        );
        assert_eq!(web["ports"].as_array().unwrap().len(), 3);
        assert_eq!(web["ports"][0], json!({"target": 3000, "host_ip": "127.0.0.1", "protocol": "tcp"}));
        assert_eq!(web["environment"], json!({"B": "$x", "C": "2", "PORT": "80"}));
        assert_eq!(web["command"], json!(["node", "my server.js"]));
        assert_eq!((&web["read_only"], &web["mem_limit"], &web["cpus"]), (&json!(true), &json!("256m"), &json!(0.5)));
        assert_eq!((&web["tmpfs"], &web["cap_drop"]), (&json!(["/tmp:size=16m"]), &json!(["ALL"])));
        assert_eq!(
            web["volumes"][0],
            json!({"type": "bind", "source": "/copy/data", "target": "/data", "read_only": true})
        );
        assert_eq!((&web["volumes"][1]["source"], &web["depends_on"]), (&json!("store"), &json!({"cache": {}})));
        assert_eq!(web["healthcheck"]["test"], json!(["CMD-SHELL", "wget -q localhost"]));
        assert_eq!(project["secrets"]["db"]["file"], "/copy/secrets/db");
    }

    #[test]
    fn what_compose_refuses_is_refused() {
        assert!(project("services: {web: {build: ., red_only: true}}").unwrap_err()[0].contains("red_only"));
    }
}
