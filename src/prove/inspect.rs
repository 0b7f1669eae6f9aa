//! What the engine really applied to a container, read from `docker inspect`.

use std::time::Duration;

use serde_json::Value;

/// The state of one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) running: bool,
    pub(super) exit_code: i64,
    pub(super) out_of_memory: bool,
    /// `starting`, `healthy` or `unhealthy`; `None` without a health check.
    pub(super) health: Option<String>,
    /// What the last probe printed.
    pub(super) last_probe: String,
}

/// Reads the state out of one object of `docker inspect`.
pub(super) fn state(inspected: &Value) -> State {
    let state = &inspected["State"];
    let health = state["Health"]["Status"].as_str().filter(|status| *status != "none");
    let log = state["Health"]["Log"].as_array().and_then(|log| log.last());
    State {
        running: state["Running"].as_bool().unwrap_or(false),
        exit_code: state["ExitCode"].as_i64().unwrap_or(-1),
        out_of_memory: state["OOMKilled"].as_bool().unwrap_or(false),
        health: health.map(str::to_owned),
        last_probe: log.and_then(|entry| entry["Output"].as_str()).unwrap_or_default().trim().to_owned(),
    }
}

/// Paths that the container may write to: `tmpfs` and volumes that are not read-only. Bind mounts are told apart.
pub(super) struct Writable {
    pub(super) paths: Vec<String>,
    pub(super) binds: Vec<String>,
}

/// Reads the writable paths out of one object of `docker inspect`.
pub(super) fn writable(inspected: &Value) -> Writable {
    let mut all = Writable { paths: Vec::new(), binds: Vec::new() };
    if let Some(tmpfs) = inspected["HostConfig"]["Tmpfs"].as_object() {
        all.paths.extend(tmpfs.keys().cloned());
    }
    for mount in inspected["Mounts"].as_array().into_iter().flatten() {
        let Some(path) = mount["Destination"].as_str() else { continue };
        if mount["RW"].as_bool() != Some(true) {
            continue;
        }
        let list = if mount["Type"] == "bind" { &mut all.binds } else { &mut all.paths };
        if !list.iter().any(|known| known == path) {
            list.push(path.to_owned());
        }
    }
    all
}

/// What holds and what does not.
#[derive(Default)]
pub(super) struct LockDown {
    pub(super) holds: Vec<String>,
    pub(super) problems: Vec<String>,
}

impl LockDown {
    fn check(&mut self, ok: bool, holds: impl Into<String>, problem: impl Into<String>) {
        if ok { self.holds.push(holds.into()) } else { self.problems.push(problem.into()) }
    }
}

/// Compares what the engine applied with a full lock-down. `stated_ports` are the ports as the compose file publishes them,
/// since the run here takes ports of its own.
pub(super) fn lock_down(inspected: &Value, stated_ports: &[(String, u16)]) -> LockDown {
    let host = &inspected["HostConfig"];
    let number = |key: &str| host[key].as_i64().unwrap_or(0);
    let text = |key: &str| host[key].as_str().unwrap_or_default();
    let words = |key: &str| -> Vec<String> {
        host[key].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    };
    let mut found = LockDown::default();
    found.check(host["ReadonlyRootfs"] == true, "read-only root", "the root is writable (read_only is not set)");
    let dropped = words("CapDrop");
    found.check(
        dropped.iter().any(|cap| cap.eq_ignore_ascii_case("all")),
        "every capability dropped",
        "capabilities are kept (cap_drop: [ALL] is not set)",
    );
    let added = words("CapAdd");
    found.check(
        added.iter().all(|cap| cap.trim_start_matches("CAP_") == "NET_BIND_SERVICE"),
        if added.is_empty() {
            "no capability added".to_owned()
        } else {
            format!("capability added: {}", added.join(", "))
        },
        format!("capabilities are added: {}", added.join(", ")),
    );
    let options = words("SecurityOpt");
    found.check(
        options.iter().any(|option| option.starts_with("no-new-privileges") && !option.ends_with("false")),
        "no new privileges",
        "no-new-privileges is not set",
    );
    let unconfined: Vec<&String> = options.iter().filter(|option| option.contains("unconfined")).collect();
    found.check(unconfined.is_empty(), "confined", format!("{unconfined:?} is set"));
    let memory = number("Memory");
    found.check(memory > 0, format!("memory limit {} MiB", memory >> 20), "there is no memory limit");
    if memory > 0 {
        let swap = number("MemorySwap");
        found.check(swap == memory, "no swap beyond it", format!("memswap_limit is {swap}, mem_limit is {memory}"));
    }
    let cpus = number("NanoCpus") > 0 || number("CpuQuota") > 0;
    found.check(cpus, format!("{} CPUs", number("NanoCpus") as f64 / 1e9), "there is no CPU limit");
    let pids = number("PidsLimit");
    found.check(pids > 0, format!("at most {pids} processes"), "there is no limit of processes (pids_limit)");
    found.check(host["Privileged"] != true, "not privileged", "it is privileged");
    for (key, name) in
        [("PidMode", "PID"), ("IpcMode", "IPC"), ("UTSMode", "UTS"), ("NetworkMode", "network"), ("UsernsMode", "user")]
    {
        if text(key) == "host" {
            found.problems.push(format!("it shares the host's {name} namespace"));
        }
    }
    let devices = host["Devices"].as_array().is_some_and(|devices| !devices.is_empty());
    found.check(!devices, "no device of the host", "devices of the host are passed in");
    tmpfs(host, &mut found);
    let socket = inspected["Mounts"].as_array().into_iter().flatten();
    if socket.filter_map(|mount| mount["Source"].as_str()).any(|source| source.ends_with("/docker.sock")) {
        found.problems.push("the engine's socket is mounted".into());
    }
    for (address, port) in stated_ports {
        found.check(
            ["127.0.0.1", "::1"].contains(&address.as_str()),
            format!("port {port} is published on {address} alone"),
            format!("port {port} is published on {}", if address.is_empty() { "every address" } else { address }),
        );
    }
    found
}

fn tmpfs(host: &Value, found: &mut LockDown) {
    for (path, options) in host["Tmpfs"].as_object().into_iter().flatten() {
        let options: Vec<&str> = options.as_str().unwrap_or_default().split(',').collect();
        let sized = options.iter().any(|option| option.starts_with("size="));
        found.check(sized, format!("tmpfs {path}: {}", options.join(",")), format!("tmpfs {path} has no size"));
        for open in ["exec", "suid", "dev"] {
            if options.contains(&open) {
                found.problems.push(format!("tmpfs {path} allows {open}"));
            }
        }
    }
}

/// The path that the health check asks for, out of its text.
pub(super) fn health_path(inspected: &Value) -> Option<String> {
    let test = inspected["Config"]["Healthcheck"]["Test"].as_array()?;
    let words: Vec<&str> = test.iter().filter_map(Value::as_str).collect();
    let text = words.join(" ");
    for pattern in [r#"https?://[^/\s'"]+(/[^\s'"]*)"#, r#"path:\s*['"](/[^'"\s]*)"#, r#"GET['",\s]+(/[^\s'"]*)"#] {
        let found = regex_lite::Regex::new(pattern).ok()?.captures(&text).and_then(|found| found.get(1));
        if let Some(path) = found {
            return Some(path.as_str().to_owned());
        }
    }
    // The first word is CMD, the second the program.
    words.iter().skip(2).rev().find(|word| word.starts_with('/')).map(|word| (*word).to_owned())
}

/// `1m30s`, `15s`, `500ms` as compose writes it.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "µs" => 0.000_001,
            "ns" => 0.000_000_001,
            _ => return None,
        };
        total += Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        rest = tail;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn locked() -> Value {
        json!({"HostConfig": {
            "ReadonlyRootfs": true, "CapDrop": ["ALL"], "CapAdd": null, "SecurityOpt": ["no-new-privileges:true"],
            "Memory": 268_435_456, "MemorySwap": 268_435_456, "NanoCpus": 1_000_000_000, "PidsLimit": 128,
            "Privileged": false, "PidMode": "", "IpcMode": "private", "UTSMode": "", "NetworkMode": "web_default",
            "Tmpfs": {"/tmp": "rw,noexec,nosuid,nodev,size=16m"}, "Devices": null}})
    }

    fn problems(change: impl Fn(&mut Value)) -> Vec<String> {
        let mut inspected = locked();
        change(&mut inspected["HostConfig"]);
        lock_down(&inspected, &[("127.0.0.1".into(), 3000)]).problems
    }

    #[test]
    fn a_full_lock_down_has_no_problem() {
        assert_eq!(problems(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn every_missing_part_is_named() {
        let missing: [(&str, Value); 12] = [
            ("ReadonlyRootfs", json!(false)),
            ("CapDrop", json!(null)),
            ("CapAdd", json!(["SYS_ADMIN"])),
            ("SecurityOpt", json!([])),
            ("Memory", json!(0)),
            ("MemorySwap", json!(536_870_912)),
            ("NanoCpus", json!(0)),
            ("PidsLimit", json!(null)),
            ("Privileged", json!(true)),
            ("NetworkMode", json!("host")),
            ("Tmpfs", json!({"/tmp": ""})),
            ("Tmpfs", json!({"/tmp": "exec,size=1m"})),
        ];
        for (key, value) in missing {
            assert_eq!(problems(|host| host[key] = value.clone()).len(), 1, "{key}");
        }
    }

    #[test]
    fn a_port_on_every_address_is_a_problem() {
        assert_eq!(
            lock_down(&locked(), &[(String::new(), 3000)]).problems,
            ["port 3000 is published on every address"]
        );
    }

    #[test]
    fn the_health_path_is_read_from_the_probe() {
        let path = |test: Value| health_path(&json!({"Config": {"Healthcheck": {"Test": test}}}));
        assert_eq!(path(json!(["CMD", "/healthprobe", "8080", "/health"])).as_deref(), Some("/health"));
        assert_eq!(
            path(json!(["CMD-SHELL", "curl -f http://127.0.0.1:8080/healthz || exit 1"])).as_deref(),
            Some("/healthz")
        );
        assert_eq!(path(json!(["CMD", "node", "-e", "get({port:3000,path:'/up'})"])).as_deref(), Some("/up"));
        assert_eq!(path(json!(["CMD", "/bin/true"])), None);
    }

    #[test]
    fn durations_are_read_as_compose_writes_them() {
        assert_eq!(duration("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("soon"), None);
    }
}
