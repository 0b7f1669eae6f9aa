//! Programs that only start another one: `sudo`, `env`, `exec`, `timeout 5`, `gosu node`.

use super::command::Arg;

/// How a starter's own arguments end.
struct Starter {
    name: &'static str,
    /// Options that take the next word.
    takes_value: &'static [&'static str],
    /// How many words of its own follow the options, before the program.
    operands: usize,
    /// With one of these options it starts nothing.
    starts_nothing: &'static [&'static str],
}

const fn starter(name: &'static str, takes_value: &'static [&'static str], operands: usize) -> Starter {
    Starter { name, takes_value, operands, starts_nothing: &[] }
}

/// From the manual pages of sudo, util-linux, coreutils, findutils, busybox and bash (November 2026).
const STARTERS: &[Starter] = &[
    Starter {
        name: "sudo",
        takes_value: &["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U", "-D", "-R", "-T", "--user", "--group"],
        operands: 0,
        starts_nothing: &["-l", "-v", "-k", "-K", "-V", "--version"],
    },
    starter("doas", &["-u", "-C"], 0),
    starter("env", &["-u", "-C", "--unset", "--chdir"], 0),
    starter("exec", &["-a"], 0),
    Starter { name: "command", takes_value: &[], operands: 0, starts_nothing: &["-v", "-V"] },
    starter("builtin", &[], 0),
    starter("nohup", &[], 0),
    starter("time", &["-f", "-o"], 0),
    starter("nice", &["-n", "--adjustment"], 0),
    starter("ionice", &["-c", "-n", "--class", "--classdata"], 0),
    starter("stdbuf", &["-i", "-o", "-e"], 0),
    starter("timeout", &["-k", "-s", "--kill-after", "--signal"], 1),
    starter("setsid", &[], 0),
    starter("eatmydata", &[], 0),
    starter("busybox", &[], 0),
    starter("gosu", &[], 1),
    starter("su-exec", &[], 1),
    starter("setpriv", &["--reuid", "--regid", "--groups", "--bounding-set", "--inh-caps", "--ambient-caps"], 0),
    starter("runuser", &["-u", "-g", "-G"], 0),
    starter("tini", &["-p", "-e"], 0),
    starter("dumb-init", &["-r", "--rewrite"], 0),
    starter("catatonit", &[], 0),
    starter("chpst", &["-u", "-U", "-b", "-e", "-/", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c", "-r"], 0),
    starter("xargs", &["-I", "-n", "-P", "-d", "-L", "-s", "-a", "-E", "--max-args", "--max-procs", "--delimiter"], 0),
    starter("scl", &[], 0),
    starter("faketime", &[], 1),
    starter("xvfb-run", &["-s", "-n", "--server-args", "--server-num"], 0),
];

/// The name of a program without its folder and `.exe`.
pub(super) fn base_name(text: &str) -> &str {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// If the first word only starts another program: how many words belong to it.
pub(super) fn own_words(words: &[Arg]) -> Option<usize> {
    let name = base_name(words.first()?.value.as_deref()?);
    let starter = STARTERS.iter().find(|starter| starter.name == name)?;
    let mut at = 1;
    while let Some(text) = words.get(at).and_then(|word| word.value.as_deref()) {
        if text == "--" {
            at += 1;
            break;
        }
        if starter.starts_nothing.contains(&text) {
            return None;
        }
        if text.starts_with('-') && text.len() > 1 {
            at += if starter.takes_value.contains(&text) { 2 } else { 1 };
        } else if assignment(text).is_some() && matches!(name, "env" | "sudo") {
            at += 1;
        } else {
            break;
        }
    }
    at += starter.operands;
    (at < words.len()).then_some(at)
}

/// `NAME=value`
pub(super) fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let fits = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    fits.then_some((name, value))
}
