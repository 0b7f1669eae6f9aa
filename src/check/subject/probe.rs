//! What a health check runs: which program, against which address.

use std::ops::Range;

use super::build::Build;
use super::command::Command;
use super::run::commands_of;
use super::users::is_unread;
use crate::bases::Sh;
use crate::compose::project::Command as Test;
use crate::dockerfile::{Form, Kind, Text};

/// An address that a health check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As written: `localhost`, `127.0.0.1` ..
    pub host: String,
    /// The port, also that of the scheme.
    pub port: u16,
    /// Bytes of the file.
    pub span: Range<usize>,
}

/// The programs that a check may lack. Those of a shell, and of every distribution, are not asked for.
const ASKED: [&str; 7] = ["curl", "wget", "nc", "node", "python3", "bash", "perl"];

/// The name under which the table of bases knows a program, if it does.
#[must_use]
pub fn tool_of(command: &Command) -> Option<&'static str> {
    let name = match command.name.as_str() {
        "python" => "python3",
        "ncat" | "netcat" => "nc",
        name => name,
    };
    ASKED.into_iter().find(|tool| *tool == name)
}

/// The addresses of this container in the words of a command.
#[must_use]
pub fn targets(command: &Command) -> Vec<Target> {
    let mut targets = Vec::new();
    for arg in &command.args {
        let Some(text) = arg.value.as_deref() else { continue };
        if command.is(&["curl", "wget", "http", "xh", "healthcheck", "health"]) {
            if let Some((host, port)) = local(text) {
                targets.push(Target { host, port, span: arg.span.clone() });
            }
        } else if command.is(&["node", "python", "python3", "bun", "php", "ruby", "perl"]) {
            for at in ["http://", "https://"].iter().filter_map(|scheme| text.find(scheme)) {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.find(['\'', '"', ' ', ')', '`']).unwrap_or(rest.len());
                // What a program puts in by itself is not known here.
                if let Some((host, port)) = rest.get(..end).filter(|url| !url.contains(['$', '{', '+'])).and_then(local)
                {
                    targets.push(Target { host, port, span: arg.span.clone() });
                }
            }
        }
    }
    if command.is(&["nc", "ncat", "netcat"]) {
        let operands = command.operands(&["-w", "-i", "-s", "-p"]);
        if let [host, port, ..] = operands.as_slice()
            && is_local(host.text())
            && let Ok(number) = port.text().parse()
        {
            targets.push(Target { host: host.text().to_owned(), port: number, span: port.span.clone() });
        }
    }
    targets
}

/// Whether a host is this container itself.
#[must_use]
pub fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "[::1]" | "::1")
}

fn local(url: &str) -> Option<(String, u16)> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => ("http", url),
    };
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, if scheme == "https" { 443 } else { 80 }),
    };
    is_local(host).then(|| (host.to_owned(), port))
}

/// Whether a program is in the target's image; `None` if that cannot be said.
#[must_use]
pub fn has_tool(build: &Build<'_>, tool: &str) -> Option<bool> {
    let view = build.target();
    let in_base = match &view.origin {
        super::build::Origin::Scratch => Some(false),
        origin => origin.base()?.has_tool(tool),
    };
    if in_base == Some(true) {
        return Some(true);
    }
    let mut has = in_base;
    for view in build.chain(build.target) {
        for run in &view.runs {
            if !run.posix {
                return None;
            }
            for command in &run.commands {
                // Whoever calls it in a build has it.
                if tool_of(command) == Some(tool) && !command.guarded {
                    return Some(true);
                }
                if command.is(&["test", "[", "which", "command", "type", "echo", "printf"]) {
                    continue;
                }
                if is_unread(build, command) {
                    has = None;
                }
                let names = command.args.iter().any(|arg| names_tool(&arg.start, tool));
                let removes = command
                    .args
                    .iter()
                    .any(|arg| matches!(arg.text(), "purge" | "remove" | "del" | "erase" | "autoremove"));
                if names {
                    // Whether what is removed was there before, and is again later, is not worth a wrong word.
                    has = if removes { None } else { Some(true) };
                }
                let unknown = command.is(&["apt-get", "apt", "apk", "dnf", "microdnf", "yum", "zypper", "tdnf"])
                    && command.args.iter().any(|arg| arg.value.is_none() || brings_much(arg.text()));
                if unknown && has == Some(false) {
                    has = None;
                }
            }
        }
        for (_, instruction) in build.instructions(view) {
            let (Kind::Copy(transfer) | Kind::Add(transfer)) = &instruction.kind else { continue };
            let to = transfer.destination.value();
            let mut paths = transfer.sources.iter().map(crate::dockerfile::Word::value).chain([to.clone()]);
            if paths.any(|path| names_tool(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default(), tool)) {
                return Some(true);
            }
            let folders = ["/", "/usr", "/usr/", "/bin", "/bin/", "/usr/bin", "/usr/bin/", "/usr/local", "/usr/local/"];
            let bins = ["/usr/local/bin", "/usr/local/bin/", "/opt", "/opt/"];
            // From another image whole folders may come along with it.
            if transfer.from.is_some() && (folders.contains(&to.as_str()) || bins.contains(&to.as_str())) {
                has = has.filter(|has| *has);
            }
        }
    }
    has
}

/// `curl`, `curl=8.5.0-r0`, `curl-minimal`, `netcat-openbsd`; of an interpreter also a version: `python3.12`.
fn names_tool(word: &str, tool: &str) -> bool {
    let names: &[&str] = match tool {
        "nc" => &["nc", "netcat", "ncat", "nmap", "busybox"],
        "node" => &["node", "nodejs", "npm"],
        "python3" => &["python", "python3"],
        "wget" => &["wget", "wget2", "busybox"],
        "curl" => &["curl"],
        "bash" => &["bash"],
        _ => &["perl"],
    };
    names.iter().any(|name| {
        word.strip_prefix(name).is_some_and(|rest| {
            rest.is_empty()
                || rest.starts_with(['=', '~', '@', '-', '.', '>', ':', '<'])
                || (*name == "python3" && rest.starts_with('.'))
        })
    })
}

/// Groups of packages of which nobody here knows what is in them.
fn brings_much(package: &str) -> bool {
    package.starts_with("task-")
        || package.starts_with('@')
        || matches!(
            package,
            "groupinstall" | "ubuntu-desktop" | "ubuntu-standard" | "standard" | "devscripts" | "chromium" | "awscli"
        )
}

fn names_shell(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    matches!(name, "sh" | "bash" | "ash" | "dash" | "bin")
        || ["busybox", "toybox", "rootfs", ".tar", "shell", "*"].iter().any(|part| name.contains(part))
}

/// Whether a line can be run by a shell of the image; `None` if that cannot be said.
#[must_use]
pub fn has_shell(build: &Build<'_>) -> Option<bool> {
    let view = build.target();
    let in_base = match &view.origin {
        super::build::Origin::Scratch => false,
        origin => origin.base()?.shell != Sh::None,
    };
    if in_base {
        return Some(true);
    }
    // With RUN in shell form there is one, or the build fails; a copied one has a name that says so, or comes with a folder.
    let brings = build.chain(build.target).any(|view| {
        !view.runs.is_empty()
            || build.instructions(view).any(|(_, instruction)| match &instruction.kind {
                Kind::Copy(transfer) | Kind::Add(transfer) => {
                    // A folder into the root may hold anything; a plain file is what its name says.
                    let of_source = |path: &String| matches!(path.trim_end_matches('/'), "" | "." | "*");
                    let sources: Vec<String> = transfer.sources.iter().map(crate::dockerfile::Word::value).collect();
                    sources.iter().any(of_source)
                        || sources.iter().chain([&transfer.destination.value()]).any(|path| names_shell(path))
                }
                Kind::Shell(_) => true,
                _ => false,
            })
    });
    if brings { None } else { Some(false) }
}

/// The commands of the `test` of a compose health check; none if it is `NONE` or not known. Their places are not in the
/// Dockerfile and mean nothing.
#[must_use]
pub fn of_compose(test: &Test<'_>) -> Option<Vec<Command>> {
    let text = |value: String| Text { value, span: 0..0 };
    let form = match test {
        Test::Line(line) => Form::Shell(text(line.known()?)),
        Test::Words(words, _) => {
            let words: Vec<String> = words.iter().map(|word| word.text.known_or_default()).collect::<Option<_>>()?;
            match words.split_first() {
                Some((first, rest)) if first == "CMD" => Form::Exec(rest.iter().cloned().map(text).collect()),
                Some((first, rest)) if first == "CMD-SHELL" => Form::Shell(text(rest.join(" "))),
                _ => return None,
            }
        }
    };
    Some(commands_of(&form, &|_| None))
}
