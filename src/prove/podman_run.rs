//! `podman run` for a service of a compose file: every key as its flag, and which keys have none.

use serde_json::{Map, Value};

use super::inspect::duration;

/// The flags for a service.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// Everything in front of the image.
    pub(super) flags: Vec<String>,
    /// What follows the image.
    pub(super) command: Vec<String>,
    /// Keys that were not passed on.
    pub(super) untold: Vec<String>,
}

impl Flags {
    fn pair(&mut self, flag: &str, value: impl Into<String>) {
        self.flags.extend([flag.to_owned(), value.into()]);
    }
}

/// The flag for an init in front of the program.
pub(super) const INIT: &str = "--init";
/// Keys that say nothing about one container that is run once, or that are looked after elsewhere.
const BESIDE: [&str; 18] = [
    "annotations",
    "attach",
    "build",
    "configs",
    "depends_on",
    "expose",
    "image",
    "labels",
    "logging",
    "name",
    "networks",
    "platform",
    "profiles",
    "pull_policy",
    "restart",
    "scale",
    "secrets",
    "volumes",
];
/// Keys whose flag takes their text as it is.
const PLAIN: [(&str, &str); 19] = [
    ("user", "--user"),
    ("working_dir", "--workdir"),
    ("hostname", "--hostname"),
    ("mem_limit", "--memory"),
    ("memswap_limit", "--memory-swap"),
    ("mem_reservation", "--memory-reservation"),
    ("shm_size", "--shm-size"),
    ("cpus", "--cpus"),
    ("cpuset", "--cpuset-cpus"),
    ("cpu_shares", "--cpu-shares"),
    ("pids_limit", "--pids-limit"),
    ("stop_signal", "--stop-signal"),
    ("network_mode", "--network"),
    ("pid", "--pid"),
    ("ipc", "--ipc"),
    ("uts", "--uts"),
    ("userns_mode", "--userns"),
    ("cgroup", "--cgroupns"),
    ("oom_score_adj", "--oom-score-adj"),
];
/// Keys with a list, an entry of which is one flag.
const LISTS: [(&str, &str); 7] = [
    ("cap_add", "--cap-add"),
    ("cap_drop", "--cap-drop"),
    ("security_opt", "--security-opt"),
    ("group_add", "--group-add"),
    ("dns", "--dns"),
    ("dns_search", "--dns-search"),
    ("extra_hosts", "--add-host"),
];

/// Reads a service in the form of `docker compose config`.
pub(super) fn flags(service: &Map<String, Value>) -> Flags {
    let mut out = Flags::default();
    for (key, value) in service.iter().filter(|(_, value)| !value.is_null()) {
        if let Some((_, flag)) = PLAIN.iter().find(|(known, _)| known == key) {
            out.pair(flag, text(value));
        } else if let Some((_, flag)) = LISTS.iter().find(|(known, _)| known == key) {
            texts(value).into_iter().for_each(|word| out.pair(flag, word));
        } else if !other(&mut out, key, value) && !BESIDE.contains(&key.as_str()) {
            out.untold.push(key.clone());
        }
    }
    out
}

/// Keys that need more than their text; whether this is one.
fn other(out: &mut Flags, key: &str, value: &Value) -> bool {
    match key {
        "read_only" if *value == true => {
            // Podman would put a tmpfs of its own over /run, /tmp and /var/tmp, which the compose file does not state.
            out.flags.extend(["--read-only".to_owned(), "--read-only-tmpfs=false".to_owned()]);
        }
        "init" if *value == true => out.flags.push(INIT.into()),
        "privileged" if *value == true => out.flags.push("--privileged".into()),
        "read_only" | "init" | "privileged" | "tty" | "stdin_open" => {}
        // Compose copies nothing from the image into a tmpfs, Podman would.
        "tmpfs" => texts(value).into_iter().for_each(|mount| {
            let separator = if mount.contains(':') { ',' } else { ':' };
            out.pair("--tmpfs", format!("{mount}{separator}notmpcopyup"));
        }),
        "environment" => entries(value).for_each(|(name, value)| out.pair("--env", format!("{name}={}", text(value)))),
        "sysctls" => entries(value).for_each(|(name, value)| out.pair("--sysctl", format!("{name}={}", text(value)))),
        "ulimits" => entries(value).for_each(|(name, value)| {
            let limit = match value {
                Value::Object(both) => format!(
                    "{}:{}",
                    both.get("soft").map(text).unwrap_or_default(),
                    both.get("hard").map(text).unwrap_or_default()
                ),
                one => text(one),
            };
            out.pair("--ulimit", format!("{name}={limit}"));
        }),
        "ports" => value.as_array().into_iter().flatten().for_each(|port| {
            let protocol = port["protocol"].as_str().unwrap_or("tcp");
            out.pair("--publish", format!("127.0.0.1::{}/{protocol}", text(&port["target"])));
        }),
        "devices" => value.as_array().into_iter().flatten().for_each(|device| {
            let source = device["source"].as_str().map_or_else(|| text(device), str::to_owned);
            out.pair("--device", source);
        }),
        "stop_grace_period" => {
            if let Some(grace) = value.as_str().and_then(duration) {
                out.pair("--stop-timeout", grace.as_secs_f64().ceil().to_string());
            }
        }
        "deploy" => {
            for (limit, flag) in [("memory", "--memory"), ("cpus", "--cpus"), ("pids", "--pids-limit")] {
                let limit = &value["resources"]["limits"][limit];
                if !limit.is_null() {
                    out.pair(flag, text(limit));
                }
            }
        }
        "healthcheck" => health(out, value),
        "entrypoint" => out.pair("--entrypoint", value.to_string()),
        "command" => out.command = texts(value),
        _ => return false,
    }
    true
}

fn health(out: &mut Flags, check: &Value) {
    let test = texts(&check["test"]);
    if check["disable"] == true || test.first().is_some_and(|word| word == "NONE") {
        out.pair("--health-cmd", "none");
        return;
    }
    match test.split_first() {
        // A JSON array is run without a shell.
        Some((kind, words)) if kind == "CMD" => out.pair("--health-cmd", Value::from(words.to_vec()).to_string()),
        Some((kind, words)) if kind == "CMD-SHELL" => out.pair("--health-cmd", words.join(" ")),
        _ => {}
    }
    for (key, flag) in [
        ("interval", "--health-interval"),
        ("timeout", "--health-timeout"),
        ("start_period", "--health-start-period"),
        ("retries", "--health-retries"),
    ] {
        if !check[key].is_null() {
            out.pair(flag, text(&check[key]));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(service: Value) -> String {
        flags(service.as_object().unwrap()).flags.join(" ")
    }

    #[test]
    fn the_lock_down_is_passed_on_whole() {
        let said = line(json!({
            "read_only": true, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "mem_limit": "256m",
            "memswap_limit": "256m", "cpus": 1.0, "pids_limit": 64, "tmpfs": ["/tmp:rw,noexec,size=16m", "/run"],
            "user": "10001:10001", "init": true, "stop_grace_period": "3s",
            "ports": [{"target": 3000, "protocol": "tcp"}]}));
        for flag in [
            "--read-only --read-only-tmpfs=false",
            "--cap-drop ALL",
            "--security-opt no-new-privileges:true",
            "--memory 256m",
            "--memory-swap 256m",
            "--cpus 1.0",
            "--pids-limit 64",
            "--tmpfs /tmp:rw,noexec,size=16m,notmpcopyup --tmpfs /run:notmpcopyup",
            "--user 10001:10001",
            "--init",
            "--stop-timeout 3",
            "--publish 127.0.0.1::3000/tcp",
        ] {
            assert!(said.contains(flag), "{flag} in {said}");
        }
    }

    #[test]
    fn a_key_without_a_flag_is_told() {
        let service = json!({"restart": "always", "gpus": "all", "build": {}, "read_only": false});
        assert_eq!(flags(service.as_object().unwrap()), Flags { untold: vec!["gpus".into()], ..Flags::default() });
    }

    #[test]
    fn health_checks_and_commands_keep_their_words() {
        let service = json!({"healthcheck": {"test": ["CMD", "node", "-e", "a b"], "interval": "5s", "retries": 3},
            "command": ["node", "a b"], "entrypoint": ["/init", "--"]});
        let found = flags(service.as_object().unwrap());
        assert_eq!(found.command, ["node", "a b"]);
        let said = found.flags.join(" ");
        assert!(said.contains(r#"--health-cmd ["node","-e","a b"] --health-interval 5s --health-retries 3"#), "{said}");
        assert!(said.contains(r#"--entrypoint ["/init","--"]"#), "{said}");
        assert_eq!(line(json!({"healthcheck": {"disable": true}})), "--health-cmd none");
    }
}
