//! From a command to what a manager is told to do.

use super::package::{Package, Version};
use super::table::{self, Tool};
use super::{Kind, Manager};
use crate::check::subject::{Arg, Command, Run};

/// An option with its value.
#[derive(Debug, Clone)]
pub struct Opt<'r> {
    /// With its dashes and without its value; a letter of a bundle as `-x`.
    pub name: String,
    /// Its value, if it takes one and it is known.
    pub value: Option<&'r str>,
    /// The word that it stands in.
    pub arg: &'r Arg,
    /// The word of its value, if that is one of its own.
    pub value_arg: Option<&'r Arg>,
}

/// What a manager is told to do.
#[derive(Debug, Clone)]
pub struct Action<'r> {
    /// The command.
    pub command: &'r Command,
    /// Who does it.
    pub manager: Manager,
    /// What it does.
    pub kind: Kind,
    /// The last word of the verb; none if there is no verb.
    pub verb: Option<&'r Arg>,
    /// The packages that it names.
    pub packages: Vec<Package<'r>>,
    /// In order.
    pub options: Vec<Opt<'r>>,
    /// A word is not known that may be an option: what is not there may be in it.
    pub unclear: bool,
}

impl<'r> Action<'r> {
    /// The first option that is one of these.
    #[must_use]
    pub fn option(&self, names: &[&str]) -> Option<&Opt<'r>> {
        self.options.iter().find(|option| names.contains(&option.name.as_str()))
    }

    /// Whether one of these options is given.
    #[must_use]
    pub fn has(&self, names: &[&str]) -> bool {
        self.option(names).is_some()
    }

    /// The values of all options that are one of these.
    pub fn values<'s>(&'s self, names: &'s [&'s str]) -> impl Iterator<Item = &'r str> + 's {
        self.options.iter().filter(|option| names.contains(&option.name.as_str())).filter_map(|option| option.value)
    }

    /// The words of the verb.
    #[must_use]
    pub fn verb_text(&self) -> &'r str {
        self.verb.map_or("", Arg::text)
    }

    /// The bytes from the program to its verb, and what stands there, in the quotes of reports.
    #[must_use]
    pub fn named(&self) -> (std::ops::Range<usize>, String) {
        let start = self.command.name_span.start;
        // `python3 -m pip`, `php composer.phar`: the manager is named, not what runs it.
        let program = match self.manager {
            Manager::Composer => "composer",
            Manager::Pip if self.command.name != "uv" => "pip",
            _ => &self.command.name,
        };
        let Some(verb) = self.verb else {
            return (self.command.name_span.clone(), format!("`{program}`"));
        };
        // Options between the two are left out: `apt-get -qq install` is `apt-get install`.
        let words = self.command.args.iter().take_while(|arg| !std::ptr::eq(*arg, verb)).filter(|arg| {
            !arg.start.starts_with('-')
                && arg.value.is_some()
                && matches!(arg.text(), "global" | "cache" | "tool" | "module" | "group")
                || self.command.name == "uv" && arg.is("pip")
        });
        let mut text = program.to_owned();
        for word in words.map(Arg::text).chain([verb.text()]) {
            text.push(' ');
            text.push_str(word);
        }
        (start..verb.span.end.max(self.command.name_span.end), format!("`{text}`"))
    }

    /// Whether it is installed beside the project: `npm install -g`, `yarn global add`, `composer global require`.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.has(&["-g", "--global"])
            || self.values(&["--location"]).any(|value| value == "global")
            || self.command.args.iter().any(|arg| arg.is("global"))
    }

    /// Whether it is only a rehearsal, or only fetches.
    #[must_use]
    pub fn is_dry(&self) -> bool {
        let apt: &[&str] = &[
            "-s",
            "--simulate",
            "--just-print",
            "--dry-run",
            "--recon",
            "--no-act",
            "-d",
            "--download-only",
            "--print-uris",
            "--downloadonly",
        ];
        match self.manager.family() {
            super::Family::Apt => self.has(apt),
            _ => self.has(&["--dry-run", "--download-only", "--downloadonly"]),
        }
    }

    /// Whether no question can stop it, as far as its own words say. `false` also where a word is not known.
    #[must_use]
    pub fn asks(&self) -> bool {
        // What dnf only downloads it asks about all the same.
        if self.unclear || self.is_dry() && self.manager.family() != super::Family::Dnf {
            return false;
        }
        let answered = match self.manager {
            Manager::AptGet | Manager::Apt | Manager::Aptitude => {
                let quiet = self.options.iter().filter(|option| option.name == "-q" || option.name == "--quiet");
                // `-qq` means `-y` too.
                let level: usize =
                    quiet.map(|option| option.value.and_then(|value| value.parse().ok()).unwrap_or(1)).sum();
                level >= 2
                    || self.has(&["-y", "--yes", "--assume-yes", "--force-yes", "--assume-no"])
                    || self.apt_setting("APT::Get::Assume-Yes").is_some()
                    || self.apt_setting("APT::Get::force-yes").is_some()
            }
            Manager::Yum | Manager::Dnf | Manager::Tdnf => {
                self.has(&["-y", "--assumeyes", "--assume-yes", "--yes", "--assumeno"])
                    || self.values(&["--setopt"]).any(|value| value.starts_with("assumeyes"))
            }
            Manager::Zypper => {
                self.has(&["-n", "--non-interactive", "-y", "--no-confirm", "--non-interactive-include-reboot-patches"])
            }
            Manager::Pacman => self.has(&["--noconfirm"]),
            _ => true,
        };
        !answered
    }

    /// The value of an apt setting that `-o` gives.
    #[must_use]
    pub fn apt_setting(&self, name: &str) -> Option<&'r str> {
        let pairs = self.options.iter().filter(|option| option.name == "-o" || option.name == "--option");
        pairs
            .filter_map(|option| option.value?.split_once('='))
            .find_map(|(key, value)| key.trim().eq_ignore_ascii_case(name).then_some(value.trim()))
    }
}

/// All that managers are told to do in a RUN, in order.
#[must_use]
pub fn actions<'r>(run: &'r Run<'_>) -> Vec<Action<'r>> {
    run.commands.iter().filter_map(of_command).collect()
}

/// What a command tells a manager to do; none if it is no manager.
#[must_use]
pub fn of_command(command: &Command) -> Option<Action<'_>> {
    let (name, args) = called(command)?;
    let tool = table::find(name)?;
    Some(match tool.manager {
        Manager::Pacman => by_letters(tool, command, args, pacman),
        Manager::Rpm => by_letters(tool, command, args, rpm),
        Manager::Dpkg => by_letters(tool, command, args, dpkg),
        _ => by_verb(tool, command, args),
    })
}

/// The manager that is meant and its words: `python3 -m pip install x`, `uv pip install x`, `pip3.12 install x`.
fn called(command: &Command) -> Option<(&str, &[Arg])> {
    let name = command.name.as_str();
    let args = command.args.as_slice();
    if name.starts_with("python") || name == "pypy3" {
        let at = args.iter().position(|arg| arg.is("-m") || !arg.start.starts_with('-'))?;
        let module = args.get(at + 1)?.text();
        return (args[at].is("-m")).then_some((module, args.get(at + 2..)?));
    }
    match name {
        "uv" if args.first().is_some_and(|arg| arg.is("pip")) => Some(("pip", &args[1..])),
        "uvx" | "npx" | "pnpx" | "bunx" => None,
        "corepack" if args.first().is_some_and(|arg| matches!(arg.text(), "yarn" | "pnpm" | "npm")) => {
            Some((args[0].text(), &args[1..]))
        }
        "php"
            if args
                .first()
                .is_some_and(|arg| arg.text().ends_with("composer.phar") || arg.text().ends_with("/composer")) =>
        {
            Some(("composer", &args[1..]))
        }
        _ if name.starts_with("pip") && name[3..].bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
            Some(("pip", args))
        }
        _ if name.starts_with("gem")
            && name.len() > 3
            && name[3..].bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') =>
        {
            Some(("gem", args))
        }
        _ => Some((name, args)),
    }
}

/// Options and operands of words: which options take a value is in `values`.
#[must_use]
pub fn options_of<'r>(args: &'r [Arg], values: &[&str]) -> (Vec<Opt<'r>>, Vec<&'r Arg>, bool) {
    let mut options = Vec::new();
    let mut operands = Vec::new();
    let mut unclear = false;
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        at += 1;
        let text = arg.value.as_deref().unwrap_or(&arg.start);
        // A word that is not known from its start on may be anything; an empty one waits to be filled.
        unclear |= text.is_empty();
        if text == "--" {
            operands.extend(&args[at..]);
            break;
        }
        if !text.starts_with('-') || text == "-" {
            operands.push(arg);
            continue;
        }
        let (name, attached) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let is_long = name.starts_with("--") || values.contains(&name) && name.len() > 2;
        if is_long || name.len() <= 2 {
            let takes = attached.is_none() && values.contains(&name) && arg.value.is_some();
            let value_arg = if takes { args.get(at) } else { None };
            at += usize::from(value_arg.is_some());
            let value =
                attached.filter(|_| arg.value.is_some()).or_else(|| value_arg.and_then(|arg| arg.value.as_deref()));
            options.push(Opt { name: name.to_owned(), value, arg, value_arg });
            continue;
        }
        // A bundle of letters; the one that takes a value takes the rest, or the next word.
        let mut rest = &text[1..];
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            let name = format!("-{letter}");
            if rest.starts_with('=') {
                options.push(Opt { name, value: rest.get(1..), arg, value_arg: None });
                break;
            }
            if !values.contains(&name.as_str()) {
                options.push(Opt { name, value: None, arg, value_arg: None });
                continue;
            }
            let value_arg = if rest.is_empty() && arg.value.is_some() { args.get(at) } else { None };
            at += usize::from(value_arg.is_some());
            let value = if rest.is_empty() { value_arg.and_then(|arg| arg.value.as_deref()) } else { Some(rest) };
            options.push(Opt { name, value, arg, value_arg });
            break;
        }
    }
    (options, operands, unclear)
}

fn by_verb<'r>(tool: &Tool, command: &'r Command, args: &'r [Arg]) -> Action<'r> {
    // Behind `--` gem hands on what is for the build of the extension.
    let end = args.iter().position(|arg| arg.is("--")).filter(|_| tool.manager == Manager::Gem);
    let (options, operands, unclear) = options_of(&args[..end.unwrap_or(args.len())], tool.values);
    // `yarn global`, `composer global` and a folder of `npm --prefix` stand before the verb that counts.
    let words = |count: usize| operands.iter().take(count).map(|arg| arg.text()).collect::<Vec<_>>().join(" ");
    let found = (1..=3usize).rev().filter(|count| *count <= operands.len()).find_map(|count| {
        let text = words(count);
        tool.verbs.iter().find(|(verb, _)| *verb == text).map(|(_, kind)| (count, *kind))
    });
    let mut kind = match found {
        Some((_, kind)) => kind,
        None if operands.is_empty() && !unclear => tool.bare,
        None => Kind::Other,
    };
    let count = found.map_or(0, |(count, _)| count);
    let verb = count.checked_sub(1).and_then(|last| operands.get(last).copied());
    let mut packages: Vec<Package<'r>> = match kind {
        Kind::Other | Kind::Clean => Vec::new(),
        _ => operands.iter().skip(count).map(|arg| Package::new(tool.manager, arg)).collect(),
    };
    if tool.manager == Manager::Yarn && kind == Kind::Project && !asks_for_work(&options) {
        kind = Kind::Other;
    }
    if tool.manager == Manager::Gem && verb.is_none() && operands.first().is_some_and(|arg| arg.is("sources")) {
        let clears = options.iter().any(|option| option.name == "-c" || option.name == "--clear-all");
        kind = if clears { Kind::Clean } else { Kind::Other };
    }
    if tool.manager == Manager::Npm || tool.manager == Manager::Pnpm || tool.manager == Manager::Bun {
        // Without packages it is the project that is installed.
        if kind == Kind::Install && packages.is_empty() && !unclear {
            kind = Kind::Project;
        }
    }
    if tool.manager == Manager::Pipenv && kind == Kind::Project && !packages.is_empty() {
        kind = Kind::Install;
    }
    settle_versions(tool.manager, &options, &mut packages);
    Action { command, manager: tool.manager, kind, verb, packages, options, unclear }
}

/// `yarn --version` installs nothing.
fn asks_for_work(options: &[Opt<'_>]) -> bool {
    !options.iter().any(|option| matches!(option.name.as_str(), "--version" | "-v" | "--help" | "-h"))
}

/// Versions that stand in an option and hold for all packages.
fn settle_versions(manager: Manager, options: &[Opt<'_>], packages: &mut [Package<'_>]) {
    let given: &[&str] = match manager {
        Manager::Gem | Manager::Dotnet => &["-v", "--version"],
        Manager::Cargo => &["--version", "--vers", "--rev", "--tag", "--path"],
        // A constraint file or a list of exact versions decides.
        Manager::Pip => &["-c", "--constraint", "--constraints", "--require-hashes"],
        Manager::Pipx => &["--spec"],
        _ => &[],
    };
    if options.iter().any(|option| given.contains(&option.name.as_str())) {
        for package in packages.iter_mut().filter(|package| package.version == Version::Missing) {
            package.version = Version::Given;
        }
    }
}

/// Whether one of some options is given.
type Has<'a> = &'a dyn Fn(&[&str]) -> bool;

/// Managers whose verb is an option.
fn by_letters<'r>(tool: &Tool, command: &'r Command, args: &'r [Arg], kind: fn(Has<'_>) -> Kind) -> Action<'r> {
    let (options, operands, unclear) = options_of(args, tool.values);
    let has = |names: &[&str]| options.iter().any(|option| names.contains(&option.name.as_str()));
    let mut kind = kind(&has);
    if tool.manager == Manager::Pacman && kind == Kind::Install && operands.is_empty() && !unclear {
        kind = Kind::Update;
    }
    let verb = options.first().map(|option| option.arg);
    let packages = match kind {
        Kind::Other | Kind::Clean => Vec::new(),
        _ => operands.iter().map(|arg| Package::new(tool.manager, arg)).collect(),
    };
    Action { command, manager: tool.manager, kind, verb, packages, options, unclear }
}

fn pacman(has: Has<'_>) -> Kind {
    if has(&["-S", "--sync"]) {
        if has(&["-c", "--clean"]) {
            Kind::Clean
        } else if has(&["-s", "-i", "-l", "--search", "--info"]) {
            Kind::Other
        } else if has(&["-u", "--sysupgrade"]) {
            Kind::Upgrade
        } else {
            Kind::Install
        }
    } else if has(&["-R", "--remove"]) {
        Kind::Remove
    } else if has(&["-U", "--upgrade"]) {
        Kind::Install
    } else {
        Kind::Other
    }
}

fn rpm(has: Has<'_>) -> Kind {
    if has(&["-e", "--erase"]) {
        Kind::Remove
    } else if has(&["-q", "--query", "-V", "--verify", "--import", "-K", "--checksig"]) {
        Kind::Other
    } else if has(&["-i", "--install", "-U", "--upgrade", "-F", "--freshen"]) {
        Kind::Install
    } else {
        Kind::Other
    }
}

fn dpkg(has: Has<'_>) -> Kind {
    if has(&["-i", "--install", "--unpack"]) {
        Kind::Install
    } else if has(&["-r", "--remove", "-P", "--purge"]) {
        Kind::Remove
    } else {
        Kind::Other
    }
}
