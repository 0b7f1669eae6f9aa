//! What compose or the engine refuses, of a whole project: first of all keys that nobody knows, and wrong types.

use super::Project;
use super::port::ports_of;
use super::problem::{Problem, ProblemKind, near};
use super::references::{circles, references};
use super::schema;
use super::service::{Resource, Service};
use super::twice::{container_names, mounts, ports};
use super::value::{Entry, Place, Scalar, Value};

/// All problems that need the whole project.
pub(super) fn problems(project: &Project) -> Vec<Problem> {
    let mut problems = Vec::new();
    keys(project, &mut problems);
    shapes(project, &mut problems);
    for service in &project.services {
        own(service, project, &mut problems);
    }
    if !project.is_incomplete {
        references(project, &mut problems);
    }
    circles(project, &mut problems);
    ports(project, &mut problems);
    container_names(project, &mut problems);
    mounts(project, &mut problems);
    problems
}

/// The name and whether the engine takes it: `[a-zA-Z0-9][a-zA-Z0-9_.-]+` (moby `daemon/names`, read in November 2026).
fn is_container_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_part)
}

fn keys(project: &Project, problems: &mut Vec<Problem>) {
    let mut check = |value: &Value, known: &[&str], what: &str| {
        for Entry { key, key_place, .. } in value.entries() {
            if known.contains(&key.as_str()) || key.starts_with("x-") || key == "<<" {
                continue;
            }
            let problem = Problem::error(ProblemKind::UnknownKey, key_place, format!("{what} has no key `{key}`"));
            let near = near(key, known.iter().copied(), problems);
            problems.push(problem.help(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it, or begin its name with `x-`".to_owned(),
            }));
        }
    };
    check(&project.tree, &schema::TOP_LEVEL, "a compose file");
    for service in &project.services {
        check(&service.value, &schema::SERVICE, "a service");
        let parts: [(&str, &[&str]); 3] =
            [("build", &schema::BUILD), ("deploy", &schema::DEPLOY), ("healthcheck", &schema::HEALTHCHECK)];
        for (key, known) in parts {
            if let Some(value) = service.value.get(key) {
                check(value, known, &format!("`{key}`"));
            }
        }
    }
    let sections: [(&[Resource], &[&str], &str); 4] = [
        (&project.networks, &schema::NETWORK, "a network"),
        (&project.volumes, &schema::VOLUME, "a volume"),
        (&project.secrets, &schema::SECRET, "a secret"),
        (&project.configs, &schema::CONFIG, "a config"),
    ];
    for (resources, known, what) in sections {
        resources.iter().for_each(|resource| check(&resource.value, known, what));
    }
}

fn shapes(project: &Project, problems: &mut Vec<Problem>) {
    let mut wrong = |place: &Place, message: String| problems.push(Problem::error(ProblemKind::Shape, place, message));
    for section in ["services", "networks", "volumes", "secrets", "configs"] {
        match project.tree.get(section) {
            Some(value) if !value.is_null() && !matches!(value, Value::Mapping(..)) => {
                wrong(value.place(), format!("`{section}` is a mapping by name, and this is not"));
            }
            _ => {}
        }
    }
    for service in &project.services {
        if !matches!(service.value, Value::Mapping(..)) {
            wrong(&service.place, format!("the service `{}` is no mapping", service.name));
        }
        for (key, wanted) in [
            ("ports", true),
            ("volumes", true),
            ("cap_add", true),
            ("cap_drop", true),
            ("security_opt", true),
            ("secrets", true),
            ("devices", true),
            ("environment", false),
            ("labels", false),
            ("depends_on", false),
            ("networks", false),
            ("healthcheck", false),
            ("deploy", false),
            ("ulimits", false),
        ] {
            let Some(value) = service.value.get(key) else { continue };
            let fits = match value {
                Value::Sequence(..) => wanted,
                Value::Mapping(..) => !wanted,
                value @ Value::Scalar(_) => value.is_null(),
            };
            if !fits {
                let kind = if wanted { "a list" } else { "a mapping" };
                wrong(value.place(), format!("`{key}` is {kind}, and this is not"));
            }
        }
        for item in service.value.get("ports").map(Value::items).unwrap_or_default() {
            if ports_of(item).is_none() {
                let wanted = "a text such as `127.0.0.1:8080:80` or a mapping with `target`";
                wrong(item.place(), format!("an entry of `ports` is {wanted}, and this is not"));
            }
        }
        for item in service.value.get("volumes").map(Value::items).unwrap_or_default() {
            let Some(scalar) = item.scalar() else { continue };
            if scalar.split(':').iter().take(2).any(|part| part.text.is_empty()) {
                wrong(&scalar.place, "an entry of `volumes` has nothing before or behind its colon".to_owned());
            }
        }
        for key in ["privileged", "read_only", "init", "tty", "stdin_open", "oom_kill_disable"] {
            if let Some(scalar) =
                service.scalar(key).filter(|scalar| !scalar.is_unknown() && scalar.as_bool().is_none())
            {
                wrong(&scalar.place, format!("`{key}` is `true` or `false`, and this is not"));
            }
        }
    }
}

/// A limit in both notations has to be the same, and a limit that is missing in `deploy` counts as none.
fn limits(service: &Service, problems: &mut Vec<Problem>) {
    let Some(limits) =
        service.value.at(&["deploy", "resources", "limits"]).filter(|limits| !limits.entries().is_empty())
    else {
        return;
    };
    let number = |scalar: &Scalar, key: &str| match key {
        "memory" => scalar.as_bytes().map(|bytes| bytes.to_string()),
        _ => scalar.as_number().map(|number| number.to_string()),
    };
    for (old, new) in [("mem_limit", "memory"), ("cpus", "cpus"), ("pids_limit", "pids")] {
        let Some(written) = service.scalar(old) else { continue };
        let deployed = limits.get(new).and_then(Value::scalar);
        let other = deployed.map_or_else(|| Some("0".to_owned()), |scalar| number(scalar, new));
        let (Some(value), Some(other)) = (number(written, new), other) else { continue };
        if value != "0" && value != other {
            let message = format!("`{old}` and `deploy.resources.limits.{new}` are not the same");
            let problem = Problem::error(ProblemKind::Conflict, &written.place, message).help("keep one of them");
            problems.push(problem.related(deployed.map_or(limits.place(), |scalar| &scalar.place), "the other"));
        }
    }
}

/// What is wrong with a service by itself.
fn own(service: &Service, project: &Project, problems: &mut Vec<Problem>) {
    let name = &service.name;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || !name.chars().all(is_part) {
        let message = format!("the name of the service `{name}` may have letters, digits, `.`, `_` and `-` only");
        problems.push(Problem::error(ProblemKind::BadName, &service.place, message).help("rename the service"));
    }
    if let Some(written) = service.scalar("container_name")
        && let Some(name) = written.known().filter(|name| !is_container_name(name))
    {
        let message = format!("the engine takes no container of the name `{name}`");
        let help = "use letters, digits, `_`, `.` and `-`, with a letter or digit first, and at least two of them";
        problems.push(Problem::error(ProblemKind::BadName, &written.place, message).help(help));
    }
    let is_mapping = matches!(service.value, Value::Mapping(..));
    let has = |key: &str| match service.value.get(key) {
        Some(Value::Scalar(scalar)) => !scalar.text.is_empty(),
        value => value.is_some(),
    };
    let provides = ["image", "build", "provider"].into_iter().any(has);
    let leads_nowhere = |problem: &Problem| matches!(problem.kind, ProblemKind::Extends);
    let is_cut_off = service.extends().is_some() && project.problems.iter().any(leads_nowhere);
    if is_mapping && !provides && !is_cut_off && !project.is_incomplete {
        let message = format!("the service `{name}` has neither `image` nor `build`");
        problems
            .push(Problem::error(ProblemKind::NoImage, &service.place, message).help("say where its image comes from"));
    }
    limits(service, problems);
    let mut conflict = |first: &str, second: &str| {
        let (Some(one), Some(other)) = (service.value.entry(first), service.value.entry(second)) else { return };
        if one.value.is_null() || other.value.is_null() || other.value.entries().is_empty() {
            return;
        }
        let message = format!("`{first}` and `{second}` exclude each other");
        let problem = Problem::error(ProblemKind::Conflict, &one.key_place, message).help("keep one of them");
        problems.push(problem.related(&other.key_place, format!("`{second}`")));
    };
    conflict("network_mode", "networks");
    if let Some(build) = service.build()
        && let (Some(inline), Some(file)) = (build.dockerfile_inline(), build.dockerfile())
    {
        let message = "`dockerfile_inline` and `dockerfile` exclude each other";
        let problem = Problem::error(ProblemKind::Conflict, &inline.place, message).help("keep one of them");
        problems.push(problem.related(&file.place, "`dockerfile`"));
    }
}
