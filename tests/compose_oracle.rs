//! Whole compose projects against docker compose's own answers (see `tests/compose/README.md`), and against any text.
//!
//! The answers beside the cases are made anew by `tests/compose/oracle.sh`, with docker compose 2.40 on the path.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scaffold_dockerfile::compose::project::{
    Command, Healthcheck, Problem, ProblemKind, Project, Scalar, SecretUse, Service, Variable, Variables, Volume,
    VolumeType,
};
use scaffold_dockerfile::report::Severity;
use serde_json::{Map, Value, json};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compose");
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    cases
}

fn read(case: &Path) -> Project {
    let files = std::fs::read_to_string(case.join("files")).unwrap_or_else(|_| {
        let names = ["compose.yaml", "compose.override.yaml"];
        names.into_iter().filter(|name| case.join(name).exists()).collect::<Vec<_>>().join(" ")
    });
    let files: Vec<&str> = files.split_whitespace().collect();
    let variables = Variables::all([("HOME".to_owned(), "/home/u".to_owned())]);
    Project::read(&files, &variables, &mut |path| std::fs::read_to_string(case.join(path)).ok())
}

fn known(scalar: &Scalar) -> String {
    scalar.known().expect("everything is known here")
}

/// As compose writes it: `$` doubled, so that the answer may be read again.
fn text(scalar: &Scalar) -> Value {
    json!(known(scalar).replace('$', "$$"))
}

fn texts(scalars: Vec<&Scalar>) -> Value {
    scalars.into_iter().map(text).collect()
}

fn pairs(variables: Vec<Variable<'_>>) -> Value {
    let pairs = variables.into_iter().map(|pair| (pair.name.to_owned(), pair.value.map_or(Value::Null, text)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// What compose makes of a line: our reader leaves it whole, and the cases have only simple quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut open, mut quote, mut escaped) = (Vec::new(), None::<String>, None, false);
    for c in line.chars() {
        match (quote, c) {
            _ if escaped => {
                open.get_or_insert_default().push(c);
                escaped = false;
            }
            (None, '\\') => escaped = true,
            (None, '"' | '\'') => {
                quote = Some(c);
                open.get_or_insert_default();
            }
            (Some(end), c) if c == end => quote = None,
            (None, ' ') => words.extend(open.take()),
            (_, c) => open.get_or_insert_default().push(c),
        }
    }
    words.extend(open);
    words
}

fn command(command: Option<Command<'_>>) -> Value {
    match command {
        None => Value::Null,
        Some(Command::Words(words, _)) => texts(words),
        Some(Command::Line(line)) => json!(words(&known(line))),
    }
}

fn test(check: Healthcheck<'_>) -> Value {
    match check.test() {
        None => Value::Null,
        Some(Command::Words(words, _)) => texts(words),
        Some(Command::Line(line)) => json!(["CMD-SHELL", known(line)]),
    }
}

fn ports(service: &Service) -> Value {
    let mut all = Vec::new();
    for port in service.ports() {
        let (first, last) = port.target_range().expect("a known port");
        let published = port.published_range();
        for (offset, target) in (first..=last).enumerate() {
            let offset = u16::try_from(offset).expect("a small range");
            let mut one = json!({"target": target, "protocol": port.protocol()});
            if let Some((from, _)) = published {
                one["published"] = json!((from + offset).to_string());
            }
            if let Some(ip) = &port.host_ip {
                one["host_ip"] = text(ip);
            }
            all.push(one);
        }
    }
    Value::Array(all)
}

/// A path of a file in a folder, from the root.
fn from_root(project: &Project, scalar: &Scalar) -> Value {
    let path = known(scalar);
    json!(project.path_at(&scalar.place, &path).unwrap_or(path))
}

fn volume(project: &Project, volume: &Volume) -> Value {
    let kind = match volume.kind {
        VolumeType::Bind => "bind",
        VolumeType::Volume => "volume",
        VolumeType::Tmpfs => "tmpfs",
        VolumeType::Npipe => "npipe",
        VolumeType::Other | VolumeType::Unknown => "other",
    };
    let is_pipe = volume.source.as_ref().is_some_and(|source| known(source).starts_with("\\\\.\\pipe"));
    let source = volume.source.as_ref().map(|source| match volume.kind {
        VolumeType::Bind => from_root(project, source),
        _ => text(source),
    });
    json!({
        "type": if is_pipe { "pipe" } else { kind },
        "source": source,
        "target": volume.target.as_ref().map(|target| known(target).trim_end_matches('/').to_owned()),
        "read_only": volume.read_only,
        "propagation": volume.propagation.as_ref().map(text),
    })
}

fn files(uses: Vec<SecretUse<'_>>, folder: &str) -> Value {
    let one = |used: SecretUse<'_>| {
        let usual = format!("{folder}{}", known(used.source));
        json!({"source": text(used.source), "target": used.target.map_or(usual, known)})
    };
    uses.into_iter().map(one).collect()
}

fn ours(project: &Project, service: &Service) -> BTreeMap<&'static str, Value> {
    let flag = |key: &str| json!(service.scalar(key).and_then(Scalar::as_bool).unwrap_or(false));
    let number = |scalar: Option<&Scalar>| json!(scalar.and_then(Scalar::as_number));
    let size = |scalar: Option<&Scalar>| json!(scalar.and_then(Scalar::as_bytes).map(|size| size.to_string()));
    let limits = service.deploy_limits();
    let build = service.build();
    let check = service.healthcheck();
    let depends_on = service
        .depends_on()
        .into_iter()
        .map(|on| (on.name.to_owned(), json!({"condition": format!("{:?}", on.condition), "required": on.required})));
    let networks = service.networks().into_iter().map(|used| (used.name.to_owned(), texts(used.aliases)));
    let ulimits = service.ulimits().into_iter().map(|limit| {
        (limit.name.to_owned(), json!([limit.soft.and_then(Scalar::as_int), limit.hard.and_then(Scalar::as_int)]))
    });
    let mut profiles: Vec<String> = service.profiles().into_iter().map(known).collect();
    profiles.sort();
    BTreeMap::from([
        ("image", json!(service.image().map(text))),
        ("user", json!(service.scalar("user").map(text))),
        ("restart", json!(service.scalar("restart").map(text))),
        ("network_mode", json!(service.scalar("network_mode").map(text))),
        ("stop_grace_period", json!(service.scalar("stop_grace_period").map(text))),
        ("privileged", flag("privileged")),
        ("read_only", flag("read_only")),
        ("init", flag("init")),
        ("command", command(service.command())),
        ("entrypoint", command(service.entrypoint())),
        ("environment", pairs(service.environment())),
        ("labels", pairs(service.pairs("labels"))),
        ("sysctls", pairs(service.pairs("sysctls"))),
        ("ports", ports(service)),
        ("expose", texts(service.list("expose"))),
        ("volumes", service.volumes().iter().map(|each| volume(project, each)).collect()),
        ("cap_add", texts(service.list("cap_add"))),
        ("cap_drop", texts(service.list("cap_drop"))),
        ("security_opt", texts(service.list("security_opt"))),
        ("tmpfs", texts(service.list("tmpfs"))),
        ("dns", texts(service.list("dns"))),
        ("profiles", json!(profiles)),
        ("depends_on", Value::Object(depends_on.collect())),
        ("networks", Value::Object(networks.collect())),
        ("secrets", files(service.secrets(), "/run/secrets/")),
        ("configs", files(service.configs(), "")),
        (
            "devices",
            service
                .devices()
                .iter()
                .map(|device| {
                    let source = text(&device.source);
                    json!([source, device.target.as_ref().map_or_else(|| source.clone(), text)])
                })
                .collect(),
        ),
        ("healthcheck.test", check.map_or(Value::Null, test)),
        ("healthcheck.interval", json!(check.and_then(|check| check.scalar("interval")).map(text))),
        ("healthcheck.retries", number(check.and_then(|check| check.scalar("retries")))),
        ("healthcheck.disabled", json!(check.is_some_and(|check| check.disabled() == Some(true)))),
        ("mem_limit", size(service.scalar("mem_limit"))),
        ("pids_limit", number(service.scalar("pids_limit"))),
        ("deploy.memory", size(limits.as_ref().and_then(|limits| limits.memory))),
        ("deploy.cpus", number(limits.as_ref().and_then(|limits| limits.cpus))),
        ("replicas", number(service.replicas())),
        ("ulimits", Value::Object(ulimits.collect())),
        ("logging.driver", json!(service.logging().and_then(|logging| logging.driver.map(text)))),
        ("logging.options", pairs(service.logging().map(|logging| logging.options).unwrap_or_default())),
        (
            "build.context",
            build.map_or(Value::Null, |build| build.context().map_or(json!(""), |context| from_root(project, context))),
        ),
        ("build.target", json!(build.and_then(|build| build.target()).map(text))),
        ("build.dockerfile_inline", json!(build.and_then(|build| build.dockerfile_inline()).map(text))),
        ("build.args", pairs(build.map(|build| build.args()).unwrap_or_default())),
        ("build.secrets", files(build.map(|build| build.secrets()).unwrap_or_default(), "")),
        ("build.platforms", texts(build.map(|build| build.platforms()).unwrap_or_default())),
        ("build.additional_contexts", pairs(build.map(|build| build.additional_contexts()).unwrap_or_default())),
    ])
}

fn clean(path: &Value) -> Value {
    let Some(path) = path.as_str() else { return Value::Null };
    json!(scaffold_dockerfile::compose::project::join("", path).unwrap_or_else(|| path.to_owned()))
}

fn theirs(service: &Value) -> BTreeMap<&'static str, Value> {
    let list = |key: &str| if service[key].is_null() { json!([]) } else { service[key].clone() };
    let object = |value: &Value| if value.is_null() { json!({}) } else { value.clone() };
    let flag = |key: &str| json!(service[key].as_bool().unwrap_or(false));
    let each = |value: &Value, read: &dyn Fn(&Value) -> Value| -> Value {
        value.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(read).collect()
    };
    let named = |value: &Value, read: &dyn Fn(&Value) -> Value| -> Value {
        let entries = value.as_object().into_iter().flatten();
        Value::Object(entries.map(|(name, value)| (name.clone(), read(value))).collect())
    };
    let port = |port: &Value| {
        let mut port = port.clone();
        port.as_object_mut().expect("a mapping").remove("mode");
        port
    };
    let volume = |volume: &Value| {
        let source = volume["source"].as_str().unwrap_or_default();
        let is_pipe = source.starts_with("\\\\.\\pipe");
        json!({
            "type": if is_pipe { json!("pipe") } else { volume["type"].clone() },
            "source": if volume["type"] == "bind" { clean(&volume["source"]) } else { volume["source"].clone() },
            "target": volume["target"],
            "read_only": volume["read_only"].as_bool().unwrap_or(false),
            "propagation": volume["bind"]["propagation"],
        })
    };
    let file = |file: &Value| {
        let target = if file["target"].is_null() { &file["source"] } else { &file["target"] };
        json!({"source": file["source"], "target": target})
    };
    let on = |on: &Value| {
        let condition = match on["condition"].as_str() {
            Some("service_healthy") => "Healthy",
            Some("service_completed_successfully") => "Completed",
            _ => "Started",
        };
        json!({"condition": condition, "required": on["required"]})
    };
    let aliases = |network: &Value| if network["aliases"].is_null() { json!([]) } else { network["aliases"].clone() };
    let ulimit = |limit: &Value| match limit {
        Value::Object(both) => json!([both["soft"], both["hard"]]),
        one => json!([one, one]),
    };
    let check = &service["healthcheck"];
    let build = &service["build"];
    let limits = &service["deploy"]["resources"]["limits"];
    let is_disabled = check["disable"] == true || check["test"][0] == "NONE";
    let replicas = if service["scale"].is_null() { &service["deploy"]["replicas"] } else { &service["scale"] };
    let number = |value: &Value| json!(value.as_f64());
    let mut profiles: Vec<String> = serde_json::from_value(list("profiles")).expect("names");
    profiles.sort();
    BTreeMap::from([
        ("image", service["image"].clone()),
        ("user", service["user"].clone()),
        ("restart", service["restart"].clone()),
        ("network_mode", service["network_mode"].clone()),
        ("stop_grace_period", service["stop_grace_period"].clone()),
        ("privileged", flag("privileged")),
        ("read_only", flag("read_only")),
        ("init", flag("init")),
        ("command", service["command"].clone()),
        ("entrypoint", service["entrypoint"].clone()),
        ("environment", object(&service["environment"])),
        ("labels", object(&service["labels"])),
        ("sysctls", object(&service["sysctls"])),
        ("ports", each(&service["ports"], &port)),
        ("expose", list("expose")),
        ("volumes", each(&service["volumes"], &volume)),
        ("cap_add", list("cap_add")),
        ("cap_drop", list("cap_drop")),
        ("security_opt", list("security_opt")),
        ("tmpfs", list("tmpfs")),
        ("dns", list("dns")),
        ("profiles", json!(profiles)),
        ("depends_on", named(&service["depends_on"], &on)),
        ("networks", named(&service["networks"], &aliases)),
        ("secrets", each(&service["secrets"], &file)),
        ("configs", each(&service["configs"], &file)),
        ("devices", each(&service["devices"], &|device| json!([device["source"], device["target"]]))),
        ("healthcheck.test", check["test"].clone()),
        ("healthcheck.interval", check["interval"].clone()),
        ("healthcheck.retries", number(&check["retries"])),
        ("healthcheck.disabled", json!(is_disabled)),
        ("mem_limit", service["mem_limit"].clone()),
        ("pids_limit", number(&service["pids_limit"])),
        ("deploy.memory", limits["memory"].clone()),
        ("deploy.cpus", number(&limits["cpus"])),
        ("replicas", number(replicas)),
        ("ulimits", named(&service["ulimits"], &ulimit)),
        ("logging.driver", service["logging"]["driver"].clone()),
        ("logging.options", object(&service["logging"]["options"])),
        // Without a context it is the folder of the project.
        (
            "build.context",
            if build.is_null() { Value::Null } else { clean(&json!(build["context"].as_str().unwrap_or("."))) },
        ),
        ("build.target", build["target"].clone()),
        ("build.dockerfile_inline", build["dockerfile_inline"].clone()),
        ("build.args", object(&build["args"])),
        ("build.secrets", each(&build["secrets"], &file)),
        ("build.platforms", if build["platforms"].is_null() { json!([]) } else { build["platforms"].clone() }),
        ("build.additional_contexts", object(&build["additional_contexts"])),
    ])
}

fn answer(case: &Path) -> Value {
    let text = std::fs::read_to_string(case.join("oracle.json")).expect("an answer");
    serde_json::from_str(&text).expect("JSON")
}

fn errors(project: &Project) -> Vec<String> {
    // Of ports compose says nothing: the engine refuses them.
    let is_composes =
        |problem: &&Problem| problem.severity == Severity::Error && problem.kind != ProblemKind::PortTwice;
    let errors = project.problems.iter().filter(is_composes);
    errors.map(|problem| problem.message.clone()).collect()
}

#[test]
fn a_project_says_what_compose_says() {
    let mut compared = 0;
    for case in cases() {
        let answer = answer(&case);
        let Some(services) = answer["services"].as_object() else { continue };
        let name = case.file_name().expect("a name").display().to_string();
        let project = read(&case);
        assert_eq!(errors(&project), Vec::<String>::new(), "{name}");
        let mut names: Vec<&str> = project.services.iter().map(|service| service.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, services.keys().map(String::as_str).collect::<Vec<_>>(), "{name}");
        for service in &project.services {
            let (ours, theirs) = (ours(&project, service), theirs(&services[&service.name]));
            for (key, value) in &theirs {
                assert_eq!(&ours[key], value, "{name}: services.{}.{key}", service.name);
                compared += usize::from(!value.is_null());
            }
        }
    }
    assert!(compared > 200, "{compared} values");
}

#[test]
fn a_project_that_compose_refuses_has_an_error_with_its_place() {
    let mut refused = 0;
    for case in cases().into_iter().filter(|case| answer(case)["error"].is_string()) {
        let project = read(&case);
        let name = case.file_name().expect("a name").display().to_string();
        let error = project.problems.iter().find(|problem| problem.severity == Severity::Error);
        let error = error.unwrap_or_else(|| panic!("{name} has no error"));
        assert!(!project.written(&error.place).is_empty(), "{name}: {error:?}");
        refused += 1;
    }
    assert!(refused > 20, "{refused} projects");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", other in "(services|a|extends|include|image|ports|[ \n:&*{}\\[\\]$!-]|<<)*") {
        let variables = Variables::some([]);
        let all = format!("services:\n  a:\n    ports: [\"{other}\"]\n    volumes: [{other}]\n{text}");
        for text in [&text, &other, &all] {
            let project = Project::read(&["a/b.yaml"], &variables, &mut |path| {
                (!path.ends_with(".env")).then(|| text.clone()).or_else(|| Some(other.clone()))
            });
            for service in &project.services {
                let _ = (service.ports(), service.volumes(), service.depends_on(), service.networks(), service.devices());
            }
            for problem in &project.problems {
                let _ = problem.diagnostic(&project.files).render(false);
            }
        }
    }

    #[test]
    fn no_project_of_likely_words_makes_it_panic(
        keys in prop::collection::vec(("(ports|volumes|environment|command|networks|depends_on|build|extends|secrets|labels|healthcheck|deploy)",
            "(a|\"1:2\"|\\[a, \"b:c\"\\]|\\{a: b, source: c, target: d\\}|\\$\\{A:-b\\}|!reset \\[\\]|!override \\[x\\]|null|\\[\\[\\]\\]|\\{a: \\{\\}\\}|)"), 0..8),
        over in prop::collection::vec(("(ports|volumes|environment|command|networks|depends_on|build|extends|secrets|labels|healthcheck|deploy)",
            "(a|\"1:2\"|\\[a, \"b:c\"\\]|\\{a: b, source: c, target: d\\}|\\$\\{A:-b\\}|!reset \\[\\]|!override \\[x\\]|null|\\[\\[\\]\\]|\\{a: \\{\\}\\}|)"), 0..8),
    ) {
        let text = |keys: &[(String, String)]| {
            let lines = keys.iter().map(|(key, value)| format!("    {key}: {value}\n"));
            format!("services:\n  a:\n    image: x\n{}", lines.collect::<String>())
        };
        let (first, second) = (text(&keys), text(&over));
        let project = Project::read(&["a.yaml", "b.yaml"], &Variables::some([]), &mut |path| match path {
            "a.yaml" => Some(first.clone()),
            "b.yaml" => Some(second.clone()),
            _ => None,
        });
        for service in &project.services {
            let variables = Variables::all([]);
            let compared = (ours_of(&project, service), &variables);
            prop_assert!(compared.0 > 0);
        }
    }
}

/// How many values every accessor gives, without asking whether they are known.
fn ours_of(project: &Project, service: &Service) -> usize {
    let places =
        service.ports().into_iter().map(|port| port.place).chain(service.volumes().into_iter().map(|each| each.place));
    let inside = places.filter(|place| project.files[place.file].text.get(place.range()).is_some()).count();
    assert_eq!(inside, service.ports().len() + service.volumes().len());
    1 + service.environment().len()
        + service.env_file().len()
        + service.secrets().len()
        + service.ulimits().len()
        + service.depends_on().len()
        + service.networks().len()
        + usize::from(service.logging().is_some())
        + usize::from(service.build().is_some_and(|build| !build.args().is_empty()))
}
