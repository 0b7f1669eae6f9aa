//! Looking into a running container that may have no shell: a throw-away container of the Dockerfile's own build stage, in the
//! process namespace of the app, reads `/proc/1/status` and reaches its files through `/proc/1/root`.

use std::collections::BTreeMap;

use super::engine::{Call, EngineError};
use super::inspect;
use super::recipe::Anew;
use super::session::{Outcome, Session};
use super::stop::Listener;

/// Who PID 1 is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// Real, effective, saved and file system id.
    pub(super) uids: Vec<u32>,
    pub(super) gids: Vec<u32>,
    pub(super) groups: Vec<u32>,
    /// `CapEff` and the other four, as bits.
    pub(super) capabilities: BTreeMap<String, u64>,
    pub(super) no_new_privileges: bool,
    /// 2 is a filter.
    pub(super) seccomp: Option<u32>,
}

impl Identity {
    /// Reads `/proc/PID/status`.
    pub(super) fn of(status: &str) -> Option<Self> {
        let numbers = |text: &str| text.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<u32>>();
        let mut identity = Self::default();
        for line in status.lines() {
            let Some((key, value)) = line.split_once(':') else { continue };
            match key {
                "Uid" => identity.uids = numbers(value),
                "Gid" => identity.gids = numbers(value),
                "Groups" => identity.groups = numbers(value),
                "NoNewPrivs" => identity.no_new_privileges = value.trim() == "1",
                "Seccomp" => identity.seccomp = value.trim().parse().ok(),
                _ if key.starts_with("Cap") => {
                    let bits = u64::from_str_radix(value.trim(), 16).ok()?;
                    identity.capabilities.insert(key.to_owned(), bits);
                }
                _ => {}
            }
        }
        (identity.uids.len() == 4 && identity.gids.len() == 4 && identity.capabilities.len() == 5).then_some(identity)
    }

    /// What is wrong with it, `added` capabilities being stated in the compose file.
    pub(super) fn problems(&self, added: usize) -> Vec<String> {
        let mut problems = Vec::new();
        if self.uids.contains(&0) {
            problems.push("it runs as root (uid 0)".to_owned());
        }
        if self.gids.contains(&0) {
            problems.push("its group is root's (gid 0)".into());
        }
        if self.groups.contains(&0) {
            problems.push("one of its further groups is root's (gid 0)".into());
        }
        for (set, bits) in &self.capabilities {
            if bits.count_ones() as usize > added {
                problems.push(format!("it has capabilities: {set} is {bits:016x}"));
            }
        }
        if !self.no_new_privileges {
            problems.push("it may gain privileges (NoNewPrivs is 0)".into());
        }
        if self.seccomp.is_some_and(|mode| mode != 2) {
            problems.push("no seccomp filter is in force".into());
        }
        problems
    }

    fn user(&self) -> String {
        format!("{}:{}", self.uids.get(1).copied().unwrap_or(65534), self.gids.get(1).copied().unwrap_or(65534))
    }
}

const STATUS: &str = r#"while IFS= read -r line; do printf '%s\n' "$line"; done < /proc/1/status"#;

/// Prints `W path` where a file can be made, `R path: why` where not, `S path` and `U path` for secrets that can and cannot be
/// read, `P path` for a program file that can be opened for writing. What it makes it removes.
const WRITES: &str = r#"
r=/proc/1/root
ls "$r/" >/dev/null 2>&1 || { echo X; exit 0; }
try() {
  if m=$( { : > "$r$1/.scaffold-prove"; } 2>&1 ); then rm -f "$r$1/.scaffold-prove"; echo "W ${1:-/}"; else echo "R ${1:-/}: ${m##*: }"; fi
}
try ""
for d in "$r"/* "$r"/*/* "$r$1"/* "$r$1"/*/*; do
  [ -d "$d" ] && [ ! -L "$d" ] || continue
  d=${d#"$r"}
  case "$d" in /proc*|/sys*|/dev*) continue;; esac
  try "$d"
done
for f in "$r$1"/*; do
  [ -f "$f" ] && [ ! -L "$f" ] && ( : >> "$f" ) 2>/dev/null && echo "P ${f#"$r"}"
done
shift
for p in "$@"; do
  case "$p" in
    secret:*) p=${p#secret:}; if ( : < "$r$p" ) 2>/dev/null; then echo "S $p"; else echo "U $p"; fi;;
    *) [ -d "$r$p" ] && try "$p";;
  esac
done
"#;

/// Prints every process with its parent and command, every socket it holds, and the sockets that listen.
const PROCESSES: &str = r#"
for p in /proc/[0-9]*; do
  parent=
  while read -r key value rest; do if [ "$key" = PPid: ]; then parent=$value; fi; done 2>/dev/null < "$p/status"
  [ -n "$parent" ] || continue
  printf 'P %s %s %s\n' "${p#/proc/}" "$parent" "$(tr '\0' ' ' < "$p/cmdline" 2>/dev/null)"
  for f in "$p"/fd/*; do
    l=$(readlink "$f" 2>/dev/null) || continue
    case $l in socket:*) echo "S ${p#/proc/} $l";; esac
  done
done
while read -r line; do echo "L $line"; done < /proc/net/tcp
[ -r /proc/net/tcp6 ] && while read -r line; do echo "L $line"; done < /proc/net/tcp6
"#;

/// An image with a shell: of the stages before the last, then of the image itself.
fn shell_image(session: &mut Session<'_>) -> Result<Option<String>, EngineError> {
    if let Some(known) = &session.shell_image {
        return Ok(known.clone());
    }
    let mut stages: Vec<String> = session.recipe.stages().iter().map(|stage| stage.name.clone()).collect();
    stages.pop();
    // The build stage has the most tools, and its image is there already.
    stages.sort_by_key(|name| (name != "build", name != "deps"));
    let tag = format!("scaffold-prove-{}-view:latest", session.run);
    let mut found = None;
    for stage in stages.iter().take(3).map(Some).chain([None]) {
        let image = match stage {
            Some(stage) => {
                if !session.build(&tag, Some(stage), None, &Anew::Nothing)?.success {
                    continue;
                }
                tag.clone()
            }
            None => session.image(),
        };
        let label = session.label();
        let args = [
            "run",
            "--rm",
            "--label",
            &label,
            "--network",
            "none",
            "--entrypoint",
            "/bin/sh",
            &image,
            "-c",
            "ls / >/dev/null && echo shell",
        ];
        let answer = session.engine.run(Call::new(args))?;
        if answer.success && answer.text().trim() == "shell" {
            found = Some(image);
            break;
        }
    }
    session.shell_image = Some(found.clone());
    Ok(found)
}

/// Runs a script beside the app. `None` when no stage has a shell.
fn beside(
    session: &mut Session<'_>,
    container: &str,
    user: &str,
    groups: &[u32],
    script: &str,
    args: &[String],
) -> Result<Option<String>, EngineError> {
    let Some(image) = shell_image(session)? else { return Ok(None) };
    let namespace = format!("container:{container}");
    let label = session.label();
    let mut words: Vec<String> =
        ["run", "--rm", "--label", &label, "--pid", &namespace, "--network", &namespace, "--user", user]
            .map(str::to_owned)
            .to_vec();
    words.extend(["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only"].map(str::to_owned));
    for group in groups {
        words.extend(["--group-add".to_owned(), group.to_string()]);
    }
    words.extend(["--entrypoint", "/bin/sh", &image, "-c", script, "sh"].map(str::to_owned));
    words.extend(args.iter().cloned());
    session.engine.ask(words).map(Some)
}

const NO_SHELL: &str = "no stage of the Dockerfile has a shell to look from";

/// The step `identity`.
pub(super) fn identity(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    let (container, inspected) = match session.running()? {
        Ok(running) => running,
        Err(outcome) => return Ok(outcome),
    };
    // Any user may read another's status, so this one is nobody.
    let Some(status) = beside(session, &container, "65534:65534", &[], STATUS, &[])? else {
        return Ok(Outcome::not_proven(NO_SHELL));
    };
    let Some(found) = Identity::of(&status) else {
        return Ok(Outcome::not_proven("/proc/1/status of the service could not be read"));
    };
    let added = inspected["HostConfig"]["CapAdd"].as_array().map_or(0, Vec::len);
    let problems = found.problems(added);
    let evidence = vec![
        format!("uid {:?}, gid {:?}, groups {:?}", found.uids, found.gids, found.groups),
        found.capabilities.iter().map(|(set, bits)| format!("{set} {bits:x}")).collect::<Vec<_>>().join(", "),
        format!(
            "NoNewPrivs {}, Seccomp {}",
            u8::from(found.no_new_privileges),
            found.seccomp.map_or("not told".into(), |mode| mode.to_string())
        ),
    ];
    session.identity = Some(found);
    if problems.is_empty() {
        return Ok(Outcome::proven(evidence));
    }
    Ok(Outcome::failed(problems.join("; "), evidence)
        .help("end the last stage with `USER` and a number, and let the compose file drop every capability"))
}

/// The step `write-refused`.
pub(super) fn write_refused(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    let (container, inspected) = match session.running()? {
        Ok(running) => running,
        Err(outcome) => return Ok(outcome),
    };
    let Some(identity) = session.identity.clone() else {
        return Ok(Outcome::not_proven("who the service runs as is not known"));
    };
    let writable = inspect::writable(&inspected);
    let mut args =
        vec![inspected["Config"]["WorkingDir"].as_str().unwrap_or_default().trim_end_matches('/').to_owned()];
    args.extend(writable.paths.iter().cloned());
    args.extend(session.setup.secret_targets().iter().map(|path| format!("secret:{path}")));
    let Some(answer) = beside(session, &container, &identity.user(), &identity.groups, WRITES, &args)? else {
        return Ok(Outcome::not_proven(NO_SHELL));
    };
    Ok(judge_writes(&answer, &writable))
}

fn judge_writes(answer: &str, writable: &inspect::Writable) -> Outcome {
    let lines = |mark: &str| -> Vec<String> {
        let mut all: Vec<String> =
            answer.lines().filter_map(|line| line.strip_prefix(mark)).map(str::to_owned).collect();
        all.sort();
        all.dedup();
        all
    };
    if answer.trim() == "X" {
        return Outcome::not_proven(
            "the service's files cannot be reached through /proc/1/root (its program is not readable for it)",
        );
    }
    let stated = |path: &String| {
        writable
            .paths
            .iter()
            .chain(&writable.binds)
            .any(|known| path == known || path.starts_with(&format!("{known}/")))
    };
    let (written, refused, secrets) = (lines("W "), lines("R "), lines("S "));
    let refused: Vec<&String> =
        refused.iter().filter(|line| !stated(&line.split(": ").next().unwrap_or_default().to_owned())).collect();
    let mut problems = Vec::new();
    for path in written.iter().filter(|path| !stated(path)) {
        problems.push(format!("it can write to {path}"));
    }
    problems.extend(lines("P ").iter().filter(|path| !stated(path)).map(|path| format!("it can change {path}")));
    problems.extend(
        writable
            .paths
            .iter()
            .filter(|path| !written.contains(path))
            .map(|path| format!("it cannot write to {path}, which is declared writable")),
    );
    problems.extend(lines("U ").iter().map(|path| format!("it cannot read the secret {path}")));
    let mut evidence = vec![format!("writing was refused in {} folders", refused.len())];
    evidence.extend(refused.iter().take(3).map(|line| (*line).clone()));
    evidence.extend(
        writable
            .paths
            .iter()
            .filter(|path| written.contains(path))
            .map(|path| format!("{path} is declared writable, and is")),
    );
    evidence.extend(secrets.iter().map(|path| format!("secret {path} is readable")));
    if problems.is_empty() && refused.is_empty() {
        return Outcome::not_proven("no folder was found to try").with(evidence);
    }
    if problems.is_empty() {
        return Outcome::proven(evidence);
    }
    let shown = problems.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
    let more = if problems.len() > 3 { format!("; and {} more", problems.len() - 3) } else { String::new() };
    problems.truncate(20);
    problems.extend(evidence);
    Outcome::failed(format!("{shown}{more}"), problems)
        .help("`read_only: true`, a tmpfs for what is temporary, and a named volume that belongs to the app's user for what must persist")
}

/// Which process listens on `port`, and whether a signal to the container reaches it.
pub(super) fn listener(session: &mut Session<'_>, container: &str, port: Option<u16>) -> Result<Listener, EngineError> {
    let Some(identity) = session.identity.clone() else {
        return Ok(Listener::Unknown("which process listens was not looked at".into()));
    };
    let answer = beside(session, container, &identity.user(), &identity.groups, PROCESSES, &[])?;
    Ok(answer.map_or_else(|| Listener::Unknown(NO_SHELL.into()), |answer| judge_listener(&answer, port)))
}

fn judge_listener(answer: &str, port: Option<u16>) -> Listener {
    let mut processes: BTreeMap<u32, (u32, String)> = BTreeMap::new();
    let mut sockets: Vec<(u32, String)> = Vec::new();
    let mut listening: Vec<String> = Vec::new();
    for line in answer.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["P", pid, parent, command @ ..] => {
                if let (Ok(pid), Ok(parent)) = (pid.parse(), parent.parse()) {
                    processes.insert(pid, (parent, command.join(" ").chars().take(80).collect()));
                }
            }
            ["S", pid, socket] => sockets.extend(pid.parse().ok().map(|pid| (pid, (*socket).to_owned()))),
            // "0: LOCAL:PORT REMOTE:PORT STATE ... INODE": state 0A listens.
            ["L", _, local, _, "0A", _, _, _, _, _, inode, ..] => {
                let number = local.rsplit(':').next().and_then(|hex| u16::from_str_radix(hex, 16).ok());
                if number.is_some() && (port.is_none() || number == port) {
                    listening.push(format!("socket:[{inode}]"));
                }
            }
            _ => {}
        }
    }
    let name = |pid: u32| processes.get(&pid).map_or("?", |(_, command)| command.as_str());
    let first = name(1);
    let init = first.starts_with("/sbin/docker-init")
        || first.starts_with("/usr/bin/tini")
        || first.starts_with("tini")
        || first.contains("dumb-init");
    let mut holders: Vec<u32> =
        sockets.iter().filter(|(_, socket)| listening.contains(socket)).map(|(pid, _)| *pid).collect();
    holders.sort_unstable();
    let Some(pid) = holders.first().copied() else {
        return Listener::Unknown("no process was seen to listen on the port".into());
    };
    let parent = processes.get(&pid).map_or(0, |(parent, _)| *parent);
    match (pid, parent) {
        (1, _) => Listener::Reached(format!("it is PID 1 ({first})")),
        (_, 1) if init => Listener::Reached(format!("it is the child of the init ({})", name(pid))),
        _ => Listener::Behind(format!("{first} (PID 1), with {} (PID {pid}) behind it", name(pid))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Uid:\t10001\t10001\t10001\t10001\nGid:\t10001\t10001\t10001\t10001\nGroups:\t10001 \n\
        CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n\
        CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n";

    #[test]
    fn a_locked_down_process_has_no_problem_and_each_looseness_is_one() {
        assert_eq!(Identity::of(GOOD).unwrap().problems(0), Vec::<String>::new());
        for (from, to) in [
            ("Uid:\t10001\t10001\t10001\t10001", "Uid:\t10001\t10001\t0\t10001"),
            ("Gid:\t10001\t10001\t10001", "Gid:\t0\t10001\t10001"),
            ("CapBnd:\t0000000000000000", "CapBnd:\t0000000000000400"),
            ("NoNewPrivs:\t1", "NoNewPrivs:\t0"),
            ("Seccomp:\t2", "Seccomp:\t0"),
            ("Groups:\t10001", "Groups:\t0"),
        ] {
            assert_eq!(Identity::of(&GOOD.replace(from, to)).unwrap().problems(0).len(), 1, "{to}");
        }
        assert_eq!(Identity::of("Uid:\t1\n"), None);
    }

    fn writes(answer: &str) -> Outcome {
        judge_writes(answer, &inspect::Writable { paths: vec!["/tmp".into()], binds: Vec::new() })
    }

    #[test]
    fn writing_is_proven_refused_only_when_it_was_tried_and_the_declared_paths_work() {
        use super::super::report::Verdict;
        assert_eq!(writes("R /: Read-only file system\nW /tmp\nR /app: Permission denied\n").verdict, Verdict::Proven);
        assert_eq!(writes("R /: Read-only file system\nR /tmp: Permission denied\n").verdict, Verdict::Failed);
        assert_eq!(writes("R /: Read-only file system\nW /tmp\nW /app\n").verdict, Verdict::Failed);
        assert_eq!(writes("R /: Read-only file system\nW /tmp\nU /run/secrets/db\n").verdict, Verdict::Failed);
        assert_eq!(writes("R /: Read-only file system\nW /tmp\nW /tmp/inner\n").verdict, Verdict::Proven);
        assert_eq!(writes("W /tmp\n").verdict, Verdict::NotProven);
        assert_eq!(writes("X\n").verdict, Verdict::NotProven);
    }

    const LISTENS: &str =
        "L 0: 00000000:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000 10001 0 4711 1 x\n";

    #[test]
    fn the_listener_is_reached_as_pid_1_or_as_the_child_of_an_init() {
        let one = format!("P 1 0 node server.js\nS 1 socket:[4711]\n{LISTENS}");
        assert!(matches!(judge_listener(&one, Some(3000)), Listener::Reached(_)));
        let init =
            format!("P 1 0 /sbin/docker-init -- node server.js\nP 7 1 node server.js\nS 7 socket:[4711]\n{LISTENS}");
        assert!(matches!(judge_listener(&init, Some(3000)), Listener::Reached(_)));
        let wrapped = format!("P 1 0 npm start\nP 7 1 node server.js\nS 7 socket:[4711]\n{LISTENS}");
        assert!(matches!(judge_listener(&wrapped, Some(3000)), Listener::Behind(_)));
        assert!(matches!(judge_listener(&one, Some(3001)), Listener::Unknown(_)));
    }
}
