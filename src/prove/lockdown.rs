//! The full lock-down in the words of a compose file: what a service lacks of it, and the service with all of it.

use serde_json::{Map, Value, json};

/// What is given to a service that states no limit of its own.
const MEMORY: &str = "512m";
const CPUS: &str = "1.0";
const PROCESSES: u64 = 256;
const TMPFS: &str = "/tmp:rw,noexec,nosuid,nodev,size=64m";

/// Keys by which a service shares a namespace of the host, and the word for it.
const NAMESPACES: [&str; 5] = ["pid", "ipc", "uts", "userns_mode", "network_mode"];

/// The lines that this service, as `docker compose config` prints it, lacks; what must go is said as such.
pub(super) fn missing(service: &Map<String, Value>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut want = |holds: bool, line: String| {
        if !holds {
            lines.push(line);
        }
    };
    let stated = |key: &str| service.get(key).is_some_and(|value| !value.is_null());
    want(is_true(service, "read_only"), "read_only: true".into());
    want(words(service, "cap_drop").iter().any(|cap| cap.eq_ignore_ascii_case("all")), "cap_drop: [ALL]".into());
    let options = words(service, "security_opt");
    let no_new = options.iter().any(|option| option.starts_with("no-new-privileges") && !option.ends_with("false"));
    want(no_new, "security_opt: [\"no-new-privileges:true\"]".into());
    let memory = memory(service);
    want(memory.is_some(), format!("mem_limit: {MEMORY}"));
    let limit = memory.unwrap_or_else(|| json!(MEMORY));
    want(service.get("memswap_limit") == Some(&limit), format!("memswap_limit: {}", bare(&limit)));
    want(stated("cpus") || stated("cpu_quota") || limit_of(service, "cpus").is_some(), format!("cpus: {CPUS}"));
    want(stated("pids_limit") || limit_of(service, "pids").is_some(), format!("pids_limit: {PROCESSES}"));
    want(!is_true(service, "privileged"), "no privileged: true".into());
    for key in NAMESPACES {
        want(service.get(key).is_none_or(|value| value != "host"), format!("no {key}: host"));
    }
    for cap in words(service, "cap_add").iter().filter(|cap| !harmless(cap)) {
        want(false, format!("no cap_add of {cap}"));
    }
    for option in options.iter().filter(|option| option.contains("unconfined")) {
        want(false, format!("no security_opt {option}"));
    }
    want(service.get("devices").and_then(Value::as_array).is_none_or(Vec::is_empty), "no devices".into());
    want(
        !service.get("volumes").and_then(Value::as_array).into_iter().flatten().any(is_socket),
        "no engine socket".into(),
    );
    for port in service.get("ports").and_then(Value::as_array).into_iter().flatten() {
        let address = port["host_ip"].as_str().unwrap_or_default();
        want(["127.0.0.1", "::1"].contains(&address), format!("ports: [\"127.0.0.1:{0}:{0}\"]", port["target"]));
    }
    lines
}

/// Gives the service the full lock-down; limits that it states stay.
pub(super) fn apply(service: &mut Map<String, Value>) {
    service.insert("read_only".into(), json!(true));
    service.insert("cap_drop".into(), json!(["ALL"]));
    let kept: Vec<String> = words(service, "cap_add").into_iter().filter(|cap| harmless(cap)).collect();
    service.insert("cap_add".into(), json!(kept));
    service.insert("security_opt".into(), json!(["no-new-privileges:true"]));
    let limit = memory(service).unwrap_or_else(|| json!(MEMORY));
    service.insert("mem_limit".into(), limit.clone());
    service.insert("memswap_limit".into(), limit);
    if !["cpus", "cpu_quota"].iter().any(|key| service.contains_key(*key)) && limit_of(service, "cpus").is_none() {
        service.insert("cpus".into(), json!(1.0));
    }
    if !service.contains_key("pids_limit") && limit_of(service, "pids").is_none() {
        service.insert("pids_limit".into(), json!(PROCESSES));
    }
    service.remove("privileged");
    service.remove("devices");
    for key in NAMESPACES {
        if service.get(key).is_some_and(|value| value == "host") {
            service.remove(key);
        }
    }
    if let Some(volumes) = service.get_mut("volumes").and_then(Value::as_array_mut) {
        volumes.retain(|volume| !is_socket(volume));
    }
    let below = |path: &str| path == "/tmp" || path.starts_with("/tmp:");
    let has_tmp = words(service, "tmpfs").iter().any(|path| below(path))
        || service
            .get("volumes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .any(|volume| volume["target"] == "/tmp");
    let tmpfs = words(service, "tmpfs").iter().map(|stated| closed(stated)).collect::<Vec<_>>();
    service.insert(
        "tmpfs".into(),
        json!(tmpfs.into_iter().chain((!has_tmp).then(|| TMPFS.to_owned())).collect::<Vec<_>>()),
    );
}

/// A tmpfs with a size, on which nothing can be run.
fn closed(stated: &str) -> String {
    let (path, options) = stated.split_once(':').unwrap_or((stated, ""));
    let mut kept: Vec<&str> =
        options.split(',').filter(|option| !option.is_empty() && !["exec", "suid", "dev"].contains(option)).collect();
    for wanted in ["noexec", "nosuid", "nodev"] {
        if !kept.contains(&wanted) {
            kept.push(wanted);
        }
    }
    if !kept.iter().any(|option| option.starts_with("size=")) {
        kept.push("size=64m");
    }
    format!("{path}:{}", kept.join(","))
}

/// The memory limit, in either notation.
fn memory(service: &Map<String, Value>) -> Option<Value> {
    let stated = service.get("mem_limit").or_else(|| limit_of(service, "memory")).filter(|limit| !limit.is_null());
    stated.filter(|limit| **limit != "0" && **limit != 0).cloned()
}

fn limit_of<'s>(service: &'s Map<String, Value>, key: &str) -> Option<&'s Value> {
    service.get("deploy")?.get("resources")?.get("limits")?.get(key)
}

fn is_true(service: &Map<String, Value>, key: &str) -> bool {
    service.get(key).is_some_and(|value| *value == true)
}

fn words(service: &Map<String, Value>, key: &str) -> Vec<String> {
    let list = service.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

/// A program may bind a port below 1024 by it, and nothing else.
fn harmless(cap: &str) -> bool {
    cap.trim_start_matches("CAP_") == "NET_BIND_SERVICE"
}

fn is_socket(volume: &Value) -> bool {
    volume["source"].as_str().is_some_and(|source| source.ends_with("/docker.sock") || source.ends_with("/podman.sock"))
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(text: Value) -> Map<String, Value> {
        text.as_object().cloned().unwrap()
    }

    #[test]
    fn what_is_applied_lacks_nothing() {
        for mut open in [
            service(json!({})),
            service(json!({"privileged": true, "pid": "host", "cap_add": ["SYS_ADMIN", "NET_BIND_SERVICE"],
                "security_opt": ["seccomp:unconfined"], "devices": [{"source": "/dev/kvm"}],
                "volumes": [{"type": "bind", "source": "/var/run/docker.sock", "target": "/s"}],
                "deploy": {"resources": {"limits": {"memory": "1048576", "cpus": 2, "pids": 9}}}})),
        ] {
            assert!(missing(&open).len() >= 5, "{open:?}");
            apply(&mut open);
            assert_eq!(missing(&open), Vec::<String>::new(), "{open:?}");
        }
    }

    #[test]
    fn a_stated_limit_stays_and_swap_follows_it() {
        let mut open = service(json!({"mem_limit": "268435456", "tmpfs": ["/run:exec", "/tmp:size=1m"]}));
        assert!(missing(&open).contains(&"memswap_limit: 268435456".to_owned()));
        apply(&mut open);
        assert_eq!((&open["mem_limit"], &open["memswap_limit"]), (&json!("268435456"), &json!("268435456")));
        assert_eq!(open["tmpfs"], json!(["/run:noexec,nosuid,nodev,size=64m", "/tmp:size=1m,noexec,nosuid,nodev"]));
    }

    #[test]
    fn a_port_on_every_address_is_told_with_the_line_to_write() {
        let mut open = service(json!({}));
        apply(&mut open);
        open.insert("ports".into(), json!([{"target": 80, "published": "80"}]));
        assert_eq!(missing(&open), ["ports: [\"127.0.0.1:80:80\"]"]);
    }
}
