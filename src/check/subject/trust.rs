//! Switches that turn off what proves a download: certificates, and the signatures of packages.

use std::ops::Range;

use super::command::{Arg, Command};
use super::downloads;
use super::packages::{Action, Family, Manager, of_command, setting};
use super::run::Run;

/// A check that is switched off.
#[derive(Debug, Clone)]
pub struct Off {
    /// What does it, in the quotes of reports.
    pub what: String,
    /// Where.
    pub span: Range<usize>,
    /// How to leave it out: these bytes, what must stand there, and what comes there.
    pub removal: Option<(Range<usize>, String, String)>,
}

impl Off {
    fn of(what: impl Into<String>, arg: &Arg) -> Self {
        Self { what: what.into(), span: arg.span.clone(), removal: None }
    }

    /// Leaving the whole word out with the blank behind it is enough.
    fn word(what: impl Into<String>, arg: &Arg) -> Self {
        let removal = Some((arg.span.clone(), arg.text().to_owned(), String::new()));
        Self { what: what.into(), span: arg.span.clone(), removal }
    }
}

fn is_false(value: &str) -> bool {
    matches!(value.trim().to_ascii_lowercase().as_str(), "0" | "false" | "no" | "off" | "n" | "f")
}

fn is_true(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && !is_false(value)
}

/// Whether a variable of this value switches the check of certificates off in a well-known program.
///
/// From the manuals of Node.js, Python (PEP 493), npm, yarn, pip, uv, git, Go, conda, Bundler and LWP (November 2026).
#[must_use]
pub fn variable_is_off(name: &str, value: &str) -> bool {
    match name {
        "NODE_TLS_REJECT_UNAUTHORIZED" => value.trim() == "0",
        "PYTHONHTTPSVERIFY" | "PERL_LWP_SSL_VERIFY_HOSTNAME" | "BUNDLE_SSL_VERIFY_MODE" => value.trim() == "0",
        // git only asks whether it is set: `0` switches the check off too.
        "GIT_SSL_NO_VERIFY" => !value.is_empty(),
        "GOINSECURE" | "PIP_TRUSTED_HOST" | "UV_INSECURE_HOST" => {
            is_true(value) && !value.split([',', ' ']).all(downloads::is_local)
        }
        "CONDA_SSL_VERIFY" | "MAMBA_SSL_VERIFY" | "YARN_ENABLE_STRICT_SSL" => is_false(value),
        _ if name.eq_ignore_ascii_case("npm_config_strict_ssl") || name.eq_ignore_ascii_case("yarn_strict_ssl") => {
            is_false(value)
        }
        _ => false,
    }
}

/// What in a command switches the check of certificates off.
#[must_use]
pub fn transport(run: &Run<'_>, command: &Command) -> Vec<Off> {
    let mut found = Vec::new();
    for (name, value, span) in &command.assignments {
        if value.as_deref().is_some_and(|value| variable_is_off(name, value)) {
            found.push(Off { what: format!("`{name}`"), span: span.clone(), removal: None });
        }
    }
    if command.is(&["export", "declare", "typeset"]) {
        let set = command
            .args
            .iter()
            .filter(|arg| arg.text().split_once('=').is_some_and(|(name, value)| variable_is_off(name, value)));
        found.extend(set.map(|arg| Off::of(format!("`{}`", arg.text().split('=').next().unwrap_or_default()), arg)));
    }
    if let Some(download) = downloads::of_command(command) {
        let verified = run.commands.iter().any(downloads::verifies);
        if !download.is_local() && !verified {
            found.extend(of_download(&download));
        }
    }
    if let Some(action) = of_command(command) {
        found.extend(of_manager(&action));
    }
    if command.is(&["yum-config-manager", "dnf-config-manager"]) {
        let off = |text: &str| text.split_once("sslverify=").is_some_and(|(_, value)| is_false(value));
        found.extend(command.args.iter().filter(|arg| off(arg.text())).map(|arg| Off::of("`sslverify`", arg)));
    }
    match command.name.as_str() {
        "git" => found.extend(command.args.iter().enumerate().filter_map(|(at, arg)| {
            let lower = arg.text().to_ascii_lowercase();
            let key = |text: &str| text.starts_with("http.") && text.ends_with("sslverify");
            let off = match lower.split_once('=') {
                Some((name, value)) => key(name) && is_false(value),
                None => key(&lower) && command.args.get(at + 1).is_some_and(|value| is_false(value.text())),
            };
            off.then(|| Off::of("`http.sslVerify=false`", arg))
        })),
        "npm" | "yarn" | "pnpm" => {
            found.extend(config_pair(command, &["strict-ssl", "enableStrictSsl", "strictSsl"], is_false))
        }
        "pip" | "pip3" => {
            found.extend(config_pair(command, &["global.trusted-host", "install.trusted-host"], |host| {
                is_true(host) && !downloads::is_local(host)
            }));
        }
        "conda" | "mamba" | "micromamba" => found.extend(config_pair(command, &["ssl_verify"], is_false)),
        "composer" => found.extend(config_pair(command, &["disable-tls"], is_true)),
        _ => {}
    }
    if writes_text(command) {
        found.extend(texts(command).filter_map(|(text, span)| {
            let line = text.lines().find(|line| is_config_off(line))?;
            let what = line.trim().split(['=', ' ']).next().unwrap_or_default().to_owned();
            Some(Off { what: format!("`{what}`"), span, removal: None })
        }));
    }
    found
}

/// `npm config set NAME VALUE`, `NAME=VALUE`.
fn config_pair(command: &Command, names: &[&str], off: fn(&str) -> bool) -> Option<Off> {
    let configures = command.args.iter().any(|arg| matches!(arg.text(), "config" | "set" | "c"));
    command.args.iter().enumerate().filter(|_| configures).find_map(|(at, arg)| {
        let (name, value) = match arg.text().split_once('=') {
            Some((name, value)) => (name, value),
            None => (arg.text(), command.args.get(at + 1)?.value.as_deref()?),
        };
        (names.contains(&name) && off(value)).then(|| Off::of(format!("`{name} {value}`"), arg))
    })
}

fn of_download(download: &downloads::Download<'_>) -> Option<Off> {
    let wget = download.command.name != "curl";
    let names: &[&str] =
        if wget { &["--no-check-certificate", "--no-hsts-check"] } else { &["-k", "--insecure", "--proxy-insecure"] };
    let option = download.options.iter().find(|option| names.contains(&option.name.as_str()))?;
    let text = option.arg.text();
    if option.value.is_some_and(is_false) {
        return None;
    }
    let mut off = Off::word(format!("`{} {}`", download.command.name, option.name), option.arg);
    if option.name == "-k" && text.len() > 2 {
        // Out of a bundle goes the letter alone.
        off.removal = Some((option.arg.span.clone(), text.to_owned(), text.replacen('k', "", 1)));
    }
    Some(off)
}

fn of_manager(action: &Action<'_>) -> Vec<Off> {
    let mut found = Vec::new();
    for option in &action.options {
        let value = option.value.unwrap_or_default();
        let off = match (action.manager, option.name.as_str()) {
            (
                Manager::Pip | Manager::Pipenv | Manager::Uv | Manager::Poetry,
                "--trusted-host" | "--allow-insecure-host",
            ) => {
                // A variable of a name that is not known still names a host that is not checked.
                !downloads::is_local(value) || value.is_empty()
            }
            (Manager::Npm | Manager::Pnpm | Manager::Yarn, "--strict-ssl") => is_false(value),
            (Manager::Npm | Manager::Pnpm, "--no-strict-ssl") => true,
            (Manager::Conda, "-k" | "--insecure") => true,
            (Manager::Composer, "--disable-tls") => true,
            (Manager::Yum | Manager::Dnf | Manager::Microdnf | Manager::Tdnf, "--setopt") => {
                value.split_once('=').is_some_and(|(name, value)| name.ends_with("sslverify") && is_false(value))
            }
            (Manager::AptGet | Manager::Apt | Manager::Aptitude, "-o" | "--option") => {
                value.split_once('=').is_some_and(|(name, value)| {
                    let name = name.to_ascii_lowercase();
                    name.starts_with("acquire::https::") && name.ends_with("verify-peer") && is_false(value)
                })
            }
            (Manager::Zypper, "--no-check-certificate") => true,
            _ => false,
        };
        if off {
            let shown = if value.is_empty() { option.name.clone() } else { format!("{} {value}", option.name) };
            found.push(Off::of(format!("`{shown}`"), option.arg));
        }
    }
    found
}

/// Whether a command puts text into a file: `echo ... > file`, `tee`, `cat <<EOF`, `sed -i`.
fn writes_text(command: &Command) -> bool {
    command.is(&["echo", "printf", "tee", "cat", "sed"])
        && (command.written().next().is_some() || command.feeds() || command.is(&["tee", "sed"]))
}

fn texts(command: &Command) -> impl Iterator<Item = (&str, Range<usize>)> {
    let args = command.args.iter().filter_map(|arg| Some((arg.value.as_deref()?, arg.span.clone())));
    args.chain(command.input.iter().map(|(text, span)| (text.as_str(), span.clone())))
}

/// A line of a configuration file that switches the check of certificates off.
fn is_config_off(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') || line.starts_with("//") {
        return false;
    }
    let lower = line.to_ascii_lowercase();
    let pair = |name: &str| {
        lower.strip_prefix(name).is_some_and(|rest| {
            let value =
                rest.trim_start().trim_start_matches(['=', ':', ' ', '"']).trim_end_matches([';', '"', '\'', ' ']);
            rest.starts_with(['=', ' ', ':', '"']) && is_false(value)
        })
    };
    pair("sslverify")
        || pair("strict-ssl")
        || pair("ssl_verify")
        || pair("acquire::https::verify-peer")
        || pair("enablestrictssl")
}

/// What in a command switches the check of signatures off. The flag says whether only local files are installed.
#[must_use]
pub fn signatures(run: &Run<'_>, command: &Command) -> Vec<(Off, bool)> {
    let mut found = Vec::new();
    if let Some(action) = of_command(command) {
        let local = !action.packages.is_empty() && action.packages.iter().all(super::packages::Package::is_file);
        found.extend(unsigned(&action).into_iter().map(|off| (off, local)));
        if action.manager == Manager::Go {
            for name in ["GONOSUMDB", "GONOSUMCHECK", "GOSUMDB"] {
                let own = command.assignments.iter().find(|(set, _, _)| set == name);
                if let Some((_, _, span)) =
                    own.filter(|_| setting(run, command, name).is_some_and(|value| sums_are_off(name, value)))
                {
                    found.push((Off { what: format!("`{name}`"), span: span.clone(), removal: None }, false));
                }
            }
        }
    }
    if command.is(&["zypper"]) {
        let adds = command.args.iter().any(|arg| matches!(arg.text(), "ar" | "addrepo"));
        let flag = command.args.iter().find(|arg| matches!(arg.text(), "-G" | "--no-gpgcheck") && adds);
        found.extend(flag.map(|arg| (Off::word("`zypper addrepo --no-gpgcheck`", arg), false)));
    }
    if command.is(&["go"]) {
        let sets = command
            .args
            .iter()
            .filter(|arg| arg.text().split_once('=').is_some_and(|(name, value)| sums_are_off(name, value)));
        found.extend(sets.map(|arg| (Off::of(format!("`{}`", arg.text()), arg), false)));
    }
    if writes_text(command) || command.is(&["add-apt-repository", "yum-config-manager", "dnf"]) {
        found.extend(texts(command).filter_map(|(text, span)| {
            let what = text.lines().find_map(unsigned_line)?;
            Some((Off { what: format!("`{what}`"), span, removal: None }, false))
        }));
    }
    found
}

/// Whether a variable of Go switches its database of sums off for everything.
#[must_use]
pub fn sums_are_off(name: &str, value: &str) -> bool {
    match name {
        "GOSUMDB" => value == "off",
        "GONOSUMDB" | "GONOSUMCHECK" | "GONOSUM" => matches!(value, "*" | "1"),
        _ => false,
    }
}

fn unsigned(action: &Action<'_>) -> Vec<Off> {
    let names: &[&str] = match action.manager {
        Manager::AptGet | Manager::Apt | Manager::Aptitude => {
            &["--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories", "--allow-untrusted"]
        }
        Manager::Apk => &["--allow-untrusted"],
        Manager::Yum | Manager::Dnf | Manager::Microdnf | Manager::Tdnf => {
            &["--nogpgcheck", "--no-gpgchecks", "--nogpg"]
        }
        Manager::Rpm => &["--nosignature", "--nodigest", "--noverify", "--nofiledigest"],
        Manager::Zypper => &["--no-gpg-checks"],
        _ => &[],
    };
    let mut found: Vec<Off> = action
        .options
        .iter()
        .filter(|option| names.contains(&option.name.as_str()))
        .map(|option| Off::word(format!("`{}`", option.name), option.arg))
        .collect();
    if action.manager.family() == Family::Dnf {
        let set = action.options.iter().filter(|option| option.name == "--setopt");
        found.extend(set.filter_map(|option| {
            let (name, value) = option.value?.split_once('=')?;
            let off = name.rsplit('.').next() == Some("gpgcheck") && is_false(value);
            off.then(|| Off::of(format!("`{name}={value}`"), option.arg))
        }));
    }
    if let Some(option) = action.options.iter().find(|option| option.name == "-o" || option.name == "--option")
        && action
            .apt_setting("APT::Get::AllowUnauthenticated")
            .or(action.apt_setting("Acquire::AllowInsecureRepositories"))
            .is_some_and(is_true)
    {
        found.push(Off::of("`AllowUnauthenticated`", option.arg));
    }
    found
}

/// A line of a repository or configuration file that switches the check of signatures off.
fn unsigned_line(line: &str) -> Option<&'static str> {
    let lower = line.trim().to_ascii_lowercase();
    if lower.starts_with('#') || lower.starts_with("//") {
        return None;
    }
    let compact: String = lower.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    // `sed s/gpgcheck=0/gpgcheck=1/` turns it on.
    let last = |key: &str| compact.rfind(key).map(|at| &compact[at + key.len()..]);
    let source = compact.contains("deb[")
        || compact.contains("deb-src[")
        || compact.starts_with("trusted:yes")
        || compact.contains("types:deb");
    if source && compact.contains("trusted=yes") || compact.starts_with("trusted:yes") {
        return Some("[trusted=yes]");
    }
    // `repo_gpgcheck=0` leaves the packages' own signatures, which are what counts.
    let own = compact.replace("repo_gpgcheck=", "");
    if own.contains("gpgcheck=")
        && last("gpgcheck=").is_some_and(|rest| rest.starts_with(['0', 'n', 'f']))
        && own.rfind("gpgcheck=").is_some_and(|at| own[at + 9..].starts_with(['0', 'n', 'f']))
    {
        return Some("gpgcheck=0");
    }
    if compact.contains("siglevel=never") {
        return Some("SigLevel = Never");
    }
    if compact.contains("allowunauthenticatedtrue") || compact.contains("allowinsecurerepositoriestrue") {
        return Some("AllowUnauthenticated");
    }
    None
}
