//! `compose-host-mount`

use crate::check::Found;
use crate::check::needs::Need;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::{Place, Scalar, VolumeType};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-host-mount",
        family: Family::Compose,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A service is given files or devices that make it master of the host",
        why: "Who can write to these folders of the host, or to a disk, can make the host run what they like; who can read them has its keys. A mount is outside of everything that keeps a container in.",
        instead: "Mount the one file or folder that the service needs, with `:ro` if it only reads. Credentials come as `secrets:`.",
        bad: &[
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    volumes:\n      - /:/host\n"),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    volumes:\n      - ~/.ssh:/root/.ssh:ro\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    volumes:\n      - type: bind\n        source: /etc\n        target: /host/etc\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    devices:\n      - /dev/sda:/dev/sda\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    volumes:\n      - ./data:/data:rshared\n",
            ),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    volumes:\n      - /etc/localtime:/etc/localtime:ro\n      - /etc/timezone:/etc/timezone:ro\n      - /etc/ssl/certs:/etc/ssl/certs:ro\n      - /etc/resolv.conf:/etc/resolv.conf:ro\n      - /dev/shm:/dev/shm\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    devices:\n      - /dev/dri:/dev/dri\n      - /dev/ttyUSB0:/dev/ttyUSB0\n      - /dev/snd:/dev/snd\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    volumes:\n      - .:/app\n      - ./:/src\n      - ./etc:/etc/app\n      - /srv/data:/data\n      - /var/log/nginx:/var/log/nginx\n      - ${ROOT}/:/data\n",
            ),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    volumes:\n      - /proc\n"),
        ],
        equivalents: &[("kics", &["1c1325ff", "baa452f0"])],
        cis: &["5.6", "5.18", "5.20"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

/// Folders of which each file decides what the host does, or is its secret: they and all below.
const DEEP: [&str; 12] = [
    "/boot",
    "/proc",
    "/root",
    "/etc/cron.d",
    "/etc/docker",
    "/etc/kubernetes",
    "/etc/pam.d",
    "/etc/ssh",
    "/etc/sudoers.d",
    "/etc/systemd",
    "/sys/kernel",
    "/var/lib/docker",
];

/// Folders and files of which only the whole is too much.
const WHOLE: [&str; 24] = [
    "",
    "/bin",
    "/dev",
    "/etc",
    "/etc/group",
    "/etc/gshadow",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/sudoers",
    "/home",
    "/lib",
    "/lib64",
    "/sbin",
    "/sys",
    "/sys/fs/cgroup",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/sbin",
    "/var",
    "/var/lib",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/kubelet",
];

/// Folders of credentials in a home.
const CREDENTIALS: [&str; 7] = [".aws", ".azure", ".docker", ".gnupg", ".kube", ".ssh", ".config/gcloud"];

/// What may be read of the above: it is public.
const PUBLIC: [&str; 10] = [
    "/etc/group",
    "/etc/passwd",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/loadavg",
    "/proc/uptime",
    "/proc/sys/kernel/hostname",
    "/proc/net/dev",
    "/proc/version",
];

fn check(service: &Service<'_>, found: &mut Found) {
    for volume in service.volumes() {
        if let Some(propagation) = volume.propagation.as_ref().filter(|word| word.is("shared") || word.is("rshared")) {
            let message = format!("what service `{}` mounts below it is mounted on the host as well", service.name);
            let help = "leave the propagation out: `rslave` shows it what the host mounts, and not the other way round";
            add(service, &propagation.place, Severity::Warning, message, help, found);
        }
        if volume.kind != VolumeType::Bind {
            continue;
        }
        let Some(path) = volume.source.as_ref().and_then(path_of) else { continue };
        let shown = if path.is_empty() { "/" } else { path.as_str() };
        let read_only = volume.read_only != Some(false);
        let credentials = is_credentials(&path);
        let deep = DEEP
            .iter()
            .any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        if !(credentials || deep || WHOLE.contains(&path.as_str())) || (read_only && PUBLIC.contains(&path.as_str())) {
            continue;
        }
        let severity = if read_only { Severity::Warning } else { Severity::Error };
        let (verb, help) = match (read_only, credentials) {
            (_, true) => ("is given", "give it the one secret that it needs, by `secrets:`"),
            (true, _) => ("reads", "mount the one file or folder that it needs"),
            (false, _) => ("can write to", "mount the one file or folder that it needs, with `:ro` if it only reads"),
        };
        let message = format!("service `{}` {verb} `{shown}` of the host", service.name);
        add(service, &volume.place, severity, message, help, found);
    }
    for device in service.devices() {
        let Some(path) = device.source.text.known_or_default().filter(|path| is_raw(path)) else { continue };
        let message =
            format!("service `{}` is given the device `{path}`, behind every permission of its files", service.name);
        add(service, &device.place, Severity::Warning, message, "mount the files that it needs instead", found);
    }
}

fn add(service: &Service<'_>, place: &Place, severity: Severity, message: String, help: &str, found: &mut Found) {
    let (severity, known) = service.power(severity, Need::Files);
    let at = service.at(found, place);
    found.add(at, message).severity(severity).help(known.unwrap_or_else(|| help.to_owned()));
}

/// The path without a slash at its end, with `~` for the home of whoever runs compose; none if its start is not known.
fn path_of(source: &Scalar) -> Option<String> {
    let raw = source.text.raw();
    let home = ["${HOME}", "$HOME", "${USERPROFILE}", "${HOME:-~}", "${HOME:?}"]
        .iter()
        .find_map(|home| raw.strip_prefix(home));
    let path = match home {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
        _ => source.text.known_or_default()?,
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        parts.push(part);
    }
    if parts.contains(&"..") {
        return None;
    }
    match (path.starts_with('/'), parts.first()) {
        (true, None) => Some(String::new()),
        (true, Some(_)) => Some(format!("/{}", parts.join("/"))),
        (false, Some(&"~")) => Some(parts.join("/")),
        // A path of the project, or a drive of Windows.
        (false, _) => None,
    }
}

/// Whether it is a folder of credentials in somebody's home, or the file in it that has them.
fn is_credentials(path: &str) -> bool {
    let inside = path.strip_prefix("~/").or_else(|| path.strip_prefix("/root/")).or_else(|| {
        let (_, inside) = path.strip_prefix("/home/")?.split_once('/')?;
        Some(inside)
    });
    let Some(inside) = inside.filter(|inside| !inside.ends_with(".pub") && !inside.ends_with("known_hosts")) else {
        return path == "~";
    };
    CREDENTIALS.iter().any(|folder| {
        let Some(file) = inside.strip_prefix(folder) else { return false };
        file.is_empty() || (file.starts_with('/') && !matches!(file, "/sso" | "/cache" | "/cli-plugins" | "/machine"))
    })
}

/// Disks and the memory of the host.
fn is_raw(path: &str) -> bool {
    let Some(name) = path.strip_prefix("/dev/") else { return path == "/dev" };
    let disk = |start: &str| {
        name.strip_prefix(start)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()) && rest.len() <= 4)
    };
    let nvme = name.strip_prefix("nvme").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    matches!(name, "mem" | "kmem" | "port" | "kmsg") || disk("sd") || disk("hd") || disk("vd") || disk("xvd") || nvme
}
