//! The users of an image: those that its base brings, and what the RUNs of its stages make of them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::build::{Build, Known, Origin};
use super::command::{Arg, Command};
use super::prefix::base_name;
use super::run::{Run, is_shell};
use crate::bases::Os;
use crate::dockerfile::{Kind, Transfer};

/// A user that a RUN creates.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its uid, if one is written and known.
    pub uid: Option<u32>,
    /// The bytes of the uid, or of the program's name.
    pub span: Range<usize>,
    /// Behind the program's name: the place for a further option.
    pub options_at: usize,
    /// It is `useradd`, and nothing keeps it from writing the sparse lastlog file.
    pub logs: bool,
    /// The uid may be another user's: `--non-unique`.
    pub shares: bool,
    /// It may not be created: in an `if`, behind `||`, or its failure is caught.
    pub perhaps: bool,
    /// The user whose uid it takes, if the build fails at that.
    pub taken_by: Option<String>,
}

/// The users of a stage's image.
#[derive(Debug, Default)]
pub struct Users {
    /// Who is in its passwd file, with the uid where it is known.
    present: BTreeMap<String, Option<u32>>,
    /// Who a RUN creates, in order.
    pub created: Vec<Account>,
    /// Something may have added or removed users that cannot be seen: a script, a copied passwd file, an unknown base.
    open: bool,
    /// Packages are installed, which may bring users of their own.
    packages: bool,
}

/// Names that people give and no package does.
const CHOSEN: [&str; 18] = [
    "app",
    "appuser",
    "app-user",
    "application",
    "container",
    "deno",
    "dev",
    "developer",
    "django",
    "docker",
    "node",
    "non-root",
    "nonroot",
    "nonrootuser",
    "notroot",
    "runner",
    "user",
    "worker",
];

impl Users {
    /// The users at the end of stage `index`.
    #[must_use]
    pub fn of(build: &Build<'_>, index: usize) -> Self {
        let mut users = Self::default();
        let Some(view) = build.views.get(index) else { return users };
        match &view.origin {
            Origin::Scratch => {}
            Origin::Base(base, _) => {
                users.present.extend(base.users.iter().map(|(name, uid)| ((*name).to_owned(), Some(*uid))));
                users.present.insert("root".to_owned(), Some(0));
                let name = base.user.split(':').next().unwrap_or_default();
                if name.parse::<u32>().is_err() {
                    users.present.entry(name.to_owned()).or_default();
                }
                // Of the other distributions nobody listed the whole passwd file.
                users.open = !matches!(base.os, Os::Debian | Os::Ubuntu | Os::Alpine | Os::Rhel | Os::None);
            }
            Origin::Image(_) | Origin::Unknown => users.open = true,
        }
        let busybox = view.origin.base().is_some_and(|base| matches!(base.os, Os::Alpine | Os::Wolfi | Os::Busybox));
        for view in build.chain(index) {
            let mut runs = view.runs.iter().peekable();
            for (at, instruction) in build.instructions(view) {
                while let Some(run) = runs.next_if(|run| run.at <= at) {
                    users.run(build, run, busybox);
                }
                if let Kind::Copy(transfer) | Kind::Add(transfer) = &instruction.kind {
                    users.open |= may_bring_users(transfer, |word| build.word(view, word));
                }
            }
            runs.for_each(|run| users.run(build, run, busybox));
        }
        users
    }

    /// Whether there is a user of this name; `None` if that cannot be said.
    #[must_use]
    pub fn has(&self, name: &str) -> Option<bool> {
        if self.present.contains_key(name) {
            Some(true)
        } else if self.open || (self.packages && !CHOSEN.contains(&name)) {
            None
        } else {
            Some(false)
        }
    }

    /// The uid of a user, if it is known.
    #[must_use]
    pub fn uid(&self, name: &str) -> Option<u32> {
        self.present.get(name).copied().flatten()
    }

    fn run(&mut self, build: &Build<'_>, run: &Run<'_>, busybox: bool) {
        if !run.posix {
            self.open = true;
        }
        for command in &run.commands {
            self.command(build, command, busybox);
        }
    }

    fn command(&mut self, build: &Build<'_>, command: &Command, busybox: bool) {
        if command.written().any(|to| touches_passwd(&to.target.start)) {
            self.written(command);
        }
        match command.name.as_str() {
            "useradd" | "adduser" => self.add(command, busybox),
            "usermod" => self.change(command),
            "userdel" | "deluser" => {
                let read = Options::read(command, "RZP");
                match read.operands.as_slice() {
                    // `deluser user group` only takes the user out of the group.
                    [user] if user.value.is_some() => {
                        self.present.remove(user.text());
                    }
                    [_, _] => {}
                    _ => self.open = true,
                }
            }
            "newusers" | "vipw" => self.open = true,
            "sed" | "awk" | "tee" | "mv" | "cp" | "perl" | "cat" | "rsync" | "ln"
                if command.args.iter().any(|arg| touches_passwd(&arg.start)) =>
            {
                self.open |= command.name != "cat";
            }
            name if installs(name, command) => self.packages = true,
            _ => self.open |= is_unread(build, command),
        }
    }

    /// `echo "app:x:1000:1000::/home/app:/bin/sh" >> /etc/passwd`
    fn written(&mut self, command: &Command) {
        let text = command
            .args
            .iter()
            .filter_map(|arg| arg.value.as_deref())
            .chain(command.input.as_ref().map(|(text, _)| text.as_str()));
        let mut found = false;
        for line in text.flat_map(str::lines) {
            let mut fields = line.split("\\n").next().unwrap_or_default().split(':');
            if let (Some(name), Some(_), Some(uid)) = (fields.next(), fields.next(), fields.next())
                && !name.is_empty()
            {
                self.present.insert(name.to_owned(), uid.parse().ok());
                found = true;
            }
        }
        self.open |= !found;
    }

    fn add(&mut self, command: &Command, busybox: bool) {
        // Which letters take a value: shadow 4.17 useradd, Debian adduser 3.150, busybox 1.37 (read in November 2026).
        let letters = if command.name == "useradd" { "bcdefgGkKpsuZRP" } else { "bcdefgGhkKpsuZRP" };
        let read = Options::read(command, letters);
        if read.has(&["-D", "--defaults"]) && !busybox && read.operands.is_empty() {
            return;
        }
        // `adduser user group` puts a user that is there into a group.
        if command.name == "adduser"
            && let [user, _] = read.operands.as_slice()
            && self.present.contains_key(user.text())
        {
            return;
        }
        let Some(name) = read.operands.first().and_then(|arg| arg.value.clone()) else {
            self.open = true;
            return;
        };
        let written = read.value(&["-u", "--uid"]);
        let uid = written.as_ref().and_then(|(text, _)| text.as_ref()?.parse::<u32>().ok());
        let perhaps = command.conditional || command.guarded;
        let shares = read.has(&["-o", "--non-unique"]);
        let taken_by = uid.filter(|_| !self.open && !perhaps).and_then(|uid| {
            let other = |(other, of_other): &(&String, &Option<u32>)| **of_other == Some(uid) && **other != name;
            self.present.iter().find(other).map(|(other, _)| other.clone())
        });
        self.created.push(Account {
            name: name.clone(),
            uid,
            span: written.map_or_else(|| command.name_span.clone(), |(_, span)| span),
            options_at: command.name_span.end,
            logs: command.name == "useradd" && !read.has(&["-l", "--no-log-init"]),
            shares,
            perhaps,
            taken_by,
        });
        let known = self.present.entry(name).or_default();
        *known = uid.or(*known);
    }

    fn change(&mut self, command: &Command) {
        let read = Options::read(command, "acdefgGlpsuvVwWRPZ");
        let Some(user) = read.operands.last().and_then(|arg| arg.value.clone()) else {
            self.open |= read.value(&["-l", "--login", "-u", "--uid"]).is_some();
            return;
        };
        if let Some((uid, _)) = read.value(&["-u", "--uid"]) {
            self.present.insert(user.clone(), uid.and_then(|uid| uid.parse().ok()));
        }
        if let Some((name, _)) = read.value(&["-l", "--login"]) {
            let uid = self.present.remove(&user).flatten();
            match name {
                Some(name) => {
                    self.present.insert(name.to_owned(), uid);
                }
                None => self.open = true,
            }
        }
    }
}

/// Options of a command in the order of getopt: bundled letters, values behind or in the next word.
struct Options<'c> {
    found: Vec<(String, Option<&'c str>, Range<usize>)>,
    operands: Vec<&'c Arg>,
}

/// Long options of the three programs that take a value.
const LONG: [&str; 23] = [
    "--badname",
    "--base-dir",
    "--comment",
    "--conf",
    "--expiredate",
    "--firstuid",
    "--gecos",
    "--gid",
    "--groups",
    "--home",
    "--home-dir",
    "--inactive",
    "--ingroup",
    "--key",
    "--lastuid",
    "--login",
    "--password",
    "--prefix",
    "--root",
    "--selinux-user",
    "--shell",
    "--skel",
    "--uid",
];

impl<'c> Options<'c> {
    fn read(command: &'c Command, with_value: &str) -> Self {
        let mut read = Self { found: Vec::new(), operands: Vec::new() };
        let mut args = command.args.iter();
        while let Some(arg) = args.next() {
            let text = arg.value.as_deref().unwrap_or(&arg.start);
            if text == "--" {
                read.operands.extend(args);
                break;
            } else if let Some(long) = text.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (format!("--{name}"), arg.value.is_some().then_some(value)),
                    None => (text.to_owned(), None),
                };
                if !long.contains('=') && LONG.contains(&name.as_str()) {
                    let next = args.next();
                    let span = next.map_or_else(|| arg.span.clone(), |next| next.span.clone());
                    read.found.push((name, next.and_then(|next| next.value.as_deref()), span));
                } else {
                    read.found.push((name, value, arg.span.clone()));
                }
            } else if let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                for (at, letter) in letters.char_indices() {
                    let name = format!("-{letter}");
                    if !with_value.contains(letter) {
                        read.found.push((name, None, arg.span.clone()));
                        continue;
                    }
                    let rest = letters.get(at + letter.len_utf8()..).unwrap_or_default();
                    if rest.is_empty() && arg.value.is_some() {
                        let next = args.next();
                        let span = next.map_or_else(|| arg.span.clone(), |next| next.span.clone());
                        read.found.push((name, next.and_then(|next| next.value.as_deref()), span));
                    } else {
                        read.found.push((name, arg.value.is_some().then_some(rest), arg.span.clone()));
                    }
                    break;
                }
            } else {
                read.operands.push(arg);
            }
        }
        read
    }

    fn has(&self, names: &[&str]) -> bool {
        self.found.iter().any(|(name, ..)| names.contains(&name.as_str()))
    }

    fn value(&self, names: &[&str]) -> Option<(Option<&'c str>, Range<usize>)> {
        self.found
            .iter()
            .find(|(name, ..)| names.contains(&name.as_str()))
            .map(|(_, value, span)| (*value, span.clone()))
    }
}

fn touches_passwd(path: &str) -> bool {
    path.contains("etc/passwd")
}

/// Whether a COPY or ADD may bring a passwd file: it names one, an archive, or a folder that holds `etc`.
fn may_bring_users(transfer: &Transfer, value: impl Fn(&crate::dockerfile::Word) -> Known) -> bool {
    let Known::Value(to) = value(&transfer.destination) else { return true };
    let to = to.trim_end_matches('/');
    if matches!(to, "/etc" | "/etc/passwd") {
        return transfer.sources.iter().all(|source| {
            let name = source.value();
            let name = base_name(name.trim_end_matches('/'));
            matches!(name, "etc" | "passwd" | "" | "." | "*") || name.contains("passwd") || to == "/etc/passwd"
        });
    }
    // Of a plain file from the context into the root one knows that it is no passwd file; a folder's content one does not.
    to.is_empty()
        && transfer.sources.iter().any(|source| {
            let name = source.value();
            let name = base_name(name.trim_end_matches('/'));
            transfer.from.is_some() && !name.contains('.')
                || matches!(name, "" | "." | "rootfs" | "root" | "overlay")
                || name.contains("rootfs")
                || name.contains(".tar")
        })
}

/// A command that installs packages of a distribution.
fn installs(name: &str, command: &Command) -> bool {
    match name {
        "apt-get" | "apt" | "aptitude" | "dnf" | "yum" | "microdnf" | "tdnf" | "zypper" => {
            command.args.iter().any(|arg| {
                matches!(
                    arg.text(),
                    "install" | "in" | "groupinstall" | "dist-upgrade" | "upgrade" | "build-dep" | "localinstall"
                )
            })
        }
        "apk" => command.args.iter().any(|arg| arg.is("add")),
        "dpkg" | "rpm" | "pacman" | "install_packages" | "clean-install" | "emerge" | "nix-env" => true,
        _ => false,
    }
}

/// A command whose doing cannot be seen: a script of the image or the context, or what a download says.
pub(in crate::check) fn is_unread(build: &Build<'_>, command: &Command) -> bool {
    let name = command.name.as_str();
    if name.is_empty() {
        // Assignments alone do nothing to the image.
        return command.assignments.is_empty() && command.redirects.is_empty();
    }
    if matches!(name, "." | "source" | "ansible-playbook" | "chroot" | "debootstrap") {
        return true;
    }
    if is_shell(name) {
        let text = command.args.iter().any(|arg| arg.start.starts_with('-') && arg.start.contains('c'));
        return !text && command.input.is_none();
    }
    let ending = [".sh", ".bash", ".run", ".pl", ".ps1"].iter().any(|ending| name.ends_with(ending));
    let written = build.text.get(command.name_span.clone()).unwrap_or_default();
    let folder = written.rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = written.ends_with(name) && !folder.is_empty();
    ending || own && !matches!(folder, "/bin" | "/usr/bin" | "/sbin" | "/usr/sbin" | "/usr/local/bin")
}
