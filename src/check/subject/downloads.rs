//! What a RUN downloads with `curl` and `wget`: from where, to which file, whether it is checked, and what runs it.

use super::command::{Arg, Command};
use super::packages::{Opt, options_of};
use super::run::Run;

/// Options of curl 8 that take a value (manual of November 2026).
const CURL: &[&str] = &[
    "-o",
    "--output",
    "-H",
    "--header",
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "-u",
    "--user",
    "-A",
    "--user-agent",
    "-e",
    "--referer",
    "-b",
    "--cookie",
    "-c",
    "--cookie-jar",
    "-T",
    "--upload-file",
    "-F",
    "--form",
    "-X",
    "--request",
    "-m",
    "--max-time",
    "-x",
    "--proxy",
    "-w",
    "--write-out",
    "-C",
    "--continue-at",
    "-r",
    "--range",
    "-z",
    "--time-cond",
    "-K",
    "--config",
    "-E",
    "--cert",
    "-Q",
    "--quote",
    "-t",
    "--telnet-option",
    "-y",
    "--speed-time",
    "-Y",
    "--speed-limit",
    "-D",
    "--dump-header",
    "-U",
    "--proxy-user",
    "--cacert",
    "--capath",
    "--key",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--connect-timeout",
    "--output-dir",
    "--url",
    "--resolve",
    "--ciphers",
    "--tls-max",
    "--limit-rate",
    "--max-filesize",
    "--max-redirs",
    "--noproxy",
    "--interface",
    "--unix-socket",
    "--oauth2-bearer",
    "--proto",
    "--proto-redir",
    "--json",
    "--keepalive-time",
    "--aws-sigv4",
    "--create-file-mode",
    "--stderr",
    "--trace",
    "--trace-ascii",
    "--variable",
    "--connect-to",
    "--dns-servers",
];

/// Options of GNU wget 1.25 and busybox that take a value.
const WGET: &[&str] = &[
    "-O",
    "--output-document",
    "-o",
    "--output-file",
    "-a",
    "--append-output",
    "-P",
    "--directory-prefix",
    "-t",
    "--tries",
    "-T",
    "--timeout",
    "--connect-timeout",
    "--read-timeout",
    "--dns-timeout",
    "-w",
    "--wait",
    "-U",
    "--user-agent",
    "--header",
    "--user",
    "--password",
    "-i",
    "--input-file",
    "-e",
    "--execute",
    "-B",
    "--base",
    "--progress",
    "--ca-certificate",
    "--certificate",
    "--private-key",
    "--post-data",
    "--post-file",
    "--method",
    "--body-data",
    "-A",
    "--accept",
    "-R",
    "--reject",
    "-D",
    "--domains",
    "-l",
    "--level",
    "-Q",
    "--quota",
    "-X",
    "-I",
    "--cut-dirs",
    "--limit-rate",
    "--retry-on-http-error",
    "--waitretry",
    "--secure-protocol",
    "-S",
    "--spider",
];

/// One `curl` or `wget`.
#[derive(Debug, Clone)]
pub struct Download<'r> {
    /// The command.
    pub command: &'r Command,
    /// In order.
    pub options: Vec<Opt<'r>>,
    /// The addresses, as far as they are known.
    pub urls: Vec<&'r Arg>,
}

impl Download<'_> {
    /// What is known of its addresses from the start on.
    fn starts(&self) -> impl Iterator<Item = &str> {
        self.urls.iter().map(|url| url.value.as_deref().unwrap_or(&url.start))
    }

    /// Whether it asks nobody but its own machine or a service of its own network: every address has a host without a dot.
    #[must_use]
    pub fn is_local(&self) -> bool {
        !self.urls.is_empty() && self.starts().all(is_local)
    }

    /// Whether an address is plain `http://`, of another machine.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.starts().any(|url| url.starts_with("http://") && url.len() > 8 && !is_local(url))
    }

    /// The file that it writes to, without folders; none if that is its output.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        let value = |names: &[&str]| {
            self.options.iter().find(|option| names.contains(&option.name.as_str())).and_then(|option| option.value)
        };
        let named =
            if self.command.name == "wget" { value(&["-O", "--output-document"]) } else { value(&["-o", "--output"]) };
        let redirected =
            || self.command.written().find(|to| to.descriptor != Some(2)).and_then(|to| to.target.value.as_deref());
        let from_url = || {
            let url = self.starts().next()?.split(['?', '#']).next()?;
            url.rsplit('/').next().filter(|name| !name.is_empty() && url.contains("://"))
        };
        let remote = self.options.iter().any(|option| matches!(option.name.as_str(), "-O" | "--remote-name" | "-J"));
        let file = match named {
            Some(name) => Some(name),
            None if self.command.name == "wget" || remote => redirected().or_else(from_url),
            None => redirected(),
        };
        file.filter(|name| *name != "-" && !name.starts_with("/dev/"))
            .map(|name| name.rsplit('/').next().unwrap_or(name))
    }
}

/// Whether an address is of this machine, or of a host without a domain.
#[must_use]
pub fn is_local(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.starts_with("[::1]") {
        return true;
    }
    let host = authority.split(':').next().unwrap_or_default();
    host.starts_with("127.")
        || host == "0.0.0.0"
        || host.ends_with(".localhost")
        || (!host.is_empty() && !host.contains('.'))
}

/// The download that a command is; none if it is none.
#[must_use]
pub fn of_command(command: &Command) -> Option<Download<'_>> {
    let values = match command.name.as_str() {
        "curl" => CURL,
        "wget" | "wget2" => WGET,
        _ => return None,
    };
    let (options, mut urls, _) = options_of(&command.args, values);
    urls.extend(options.iter().filter(|option| option.name == "--url").filter_map(|option| option.value_arg));
    Some(Download { command, options, urls })
}

/// Whether a command checks a download: a sum, or a signature.
#[must_use]
pub fn verifies(command: &Command) -> bool {
    let name = command.name.as_str();
    let has = |words: &[&str]| command.args.iter().any(|arg| words.contains(&arg.text()));
    match name {
        "sha1sum" | "sha224sum" | "sha256sum" | "sha384sum" | "sha512sum" | "shasum" | "b2sum" | "md5sum" | "b3sum"
        | "cksum" => {
            has(&["--check", "--status", "--strict"]) || command.short('c').is_some()
                // `[ "$(sha256sum x)" = ... ]`
                || command.substitution
        }
        "gpg" | "gpg2" => has(&["--verify"]),
        "gpgv" | "minisign" | "signify" | "slsa-verifier" => true,
        "cosign" | "notation" => command.verb(&[]).starts_with("verify"),
        "gh" => has(&["attestation"]),
        "openssl" => has(&["-verify"]) || command.substitution,
        "rpm" | "rpmkeys" => has(&["-K", "--checksig"]),
        _ => false,
    }
}

/// A download whose output an interpreter runs.
pub struct Piped<'r> {
    /// The download.
    pub download: Download<'r>,
    /// What runs it.
    pub interpreter: &'r Command,
}

/// Downloads that run at once: `curl | sh`, `bash <(curl)`, `sh -c "$(curl)"`.
#[must_use]
pub fn piped_into_interpreter<'r>(run: &'r Run<'_>) -> Vec<Piped<'r>> {
    let mut found = Vec::new();
    for command in &run.commands {
        let Some(download) = of_command(command) else { continue };
        if download.file().is_some() {
            continue;
        }
        let later = run.pipeline(command).into_iter().filter(|other| {
            let position = |command: &Command| command.pipe.map_or(0, |pipe| pipe.position);
            position(other) > position(command) && other.nesting == command.nesting
        });
        let by_pipe = later.filter(|other| !other.substitution || command.substitution).find(|other| runs_input(other));
        let by_word = || {
            let takes = |other: &&Command| !std::ptr::eq(*other, command) && runs_word(other, command);
            run.commands.iter().filter(|_| command.substitution).find(takes)
        };
        if let Some(interpreter) = by_pipe.or_else(by_word) {
            found.push(Piped { download, interpreter });
        }
    }
    found
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "fish")
}

fn is_interpreter(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    is_shell(name) || matches!(stem, "python" | "perl" | "ruby" | "node" | "php" | "pwsh" | "deno" | "bun")
}

/// Whether a program runs what it reads: an interpreter with no script of its own.
fn runs_input(command: &Command) -> bool {
    if !is_interpreter(&command.name) || command.input.is_some() {
        return false;
    }
    let options: Vec<&str> = command.args.iter().map(|arg| arg.value.as_deref().unwrap_or(&arg.start)).collect();
    // `-s` makes a shell read its script in spite of operands.
    if is_shell(&command.name) {
        let reads = |letter: char| {
            options.iter().take_while(|word| **word != "--").any(|word| {
                word.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains(letter))
            })
        };
        let first = options.iter().find(|word| !word.starts_with('-') && !word.starts_with('+'));
        let set = options.iter().position(|word| matches!(*word, "-o" | "-eo" | "-euo" | "-exo" | "-euxo" | "-xeo"));
        return !reads('c')
            && (reads('s')
                || options.contains(&"-")
                || first.is_none_or(|word| {
                    *word == "/dev/stdin" || set.is_some_and(|at| options.get(at + 1) == Some(word))
                }));
    }
    let script = |word: &&str| !word.starts_with('-') && **word != *"/dev/stdin";
    let stdin = options.iter().position(|word| matches!(*word, "-" | "/dev/stdin" | "--"));
    let before = &options[..stdin.unwrap_or(options.len())];
    let own = before.iter().any(|word| {
        let letters = word.trim_start_matches('-');
        word.starts_with('-')
            && (word.contains("eval")
                || letters.chars().all(|c| c.is_ascii_alphabetic())
                    && letters.contains(['c', 'e', 'm', 'p', 'r', 'n'])
                    && letters.len() < 5)
    });
    !own && !before.iter().any(script)
}

/// Whether a program runs the text or file that a download became: `bash <(..)`, `sh -c "$(..)"`, `eval`, `source`.
fn runs_word(command: &Command, download: &Command) -> bool {
    let holds =
        |arg: &Arg| arg.value.is_none() && arg.span.start <= download.span.start && download.span.end <= arg.span.end;
    let Some(at) = command.args.iter().position(holds) else {
        // `source` of the exec form has no place of its own.
        return false;
    };
    let before = &command.args[..at];
    match command.name.as_str() {
        "eval" | "source" | "." => at == 0,
        name if is_interpreter(name) => {
            let code = before.iter().any(|arg| {
                arg.text()
                    .strip_prefix('-')
                    .is_some_and(|letters| !letters.starts_with('-') && letters.contains(['c', 'e', 'r']))
            });
            // Without -c it is a file: only `<( )` gives one.
            let first = before.iter().all(|arg| arg.start.starts_with('-'));
            first && (code || command.args[at].start.is_empty())
        }
        _ => false,
    }
}

/// What becomes of a download in its RUN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// An interpreter reads it while it comes.
    Piped,
    /// It is made executable, run or installed.
    Run,
    /// It is unpacked.
    Unpacked,
}

/// A download that is used without a check.
pub struct Used<'r> {
    /// The download.
    pub download: Download<'r>,
    /// What becomes of it.
    pub how: Use,
}

/// Downloads that are run or unpacked in a RUN in which nothing is checked.
#[must_use]
pub fn unverified<'r>(run: &'r Run<'_>) -> Vec<Used<'r>> {
    if !run.commands.iter().any(|command| matches!(command.name.as_str(), "curl" | "wget" | "wget2"))
        || run.commands.iter().any(verifies)
    {
        return Vec::new();
    }
    let piped = piped_into_interpreter(run);
    let mut found = Vec::new();
    for (at, command) in run.commands.iter().enumerate() {
        let Some(download) = of_command(command) else { continue };
        let how = if piped.iter().any(|piped| std::ptr::eq(piped.download.command, command)) {
            Some(Use::Piped)
        } else if let Some(file) = download.file() {
            let file = file.to_owned();
            run.commands[at + 1..].iter().find_map(|later| use_of(later, &file))
        } else {
            let into = run.pipeline(command).into_iter().skip_while(|other| !std::ptr::eq(*other, command)).skip(1);
            into.filter(|other| unpacks(other)).map(|_| Use::Unpacked).next()
        };
        if let Some(how) = how {
            found.push(Used { download, how });
        }
    }
    found
}

fn unpacks(command: &Command) -> bool {
    match command.name.as_str() {
        "tar" | "bsdtar" => {
            !command.args.first().is_some_and(|arg| arg.text().trim_start_matches('-').starts_with(['t', 'c']))
        }
        "unzip" | "gunzip" | "unxz" | "bunzip2" | "cpio" | "7z" | "7za" => true,
        "gzip" | "xz" | "bzip2" | "zstd" => command.short('d').is_some() || command.flag(&["--decompress"]).is_some(),
        _ => false,
    }
}

/// What a command does with a file of this name.
fn use_of(command: &Command, file: &str) -> Option<Use> {
    let own = |arg: &&Arg| arg.value.as_deref().is_some_and(|text| text.rsplit(['/', '=']).next() == Some(file));
    let named = command.args.iter().find(own).is_some();
    if command.name == file {
        return Some(Use::Run);
    }
    if !named {
        return None;
    }
    match command.name.as_str() {
        "chmod" => {
            let mode = command.args.iter().find(|arg| !arg.start.starts_with('-'))?.text();
            let digits = mode.bytes().all(|byte| byte.is_ascii_digit());
            let runs = if digits {
                mode.bytes().any(|byte| (byte - b'0') & 1 == 1)
            } else {
                mode.contains('+') && mode.contains('x')
            };
            runs.then_some(Use::Run)
        }
        "dpkg" | "rpm" | "apt-get" | "apt" | "yum" | "dnf" | "gdebi" | "installer" | "." | "source" => Some(Use::Run),
        "java" => Some(Use::Run),
        name if is_interpreter(name) => Some(Use::Run),
        _ if unpacks(command) => Some(Use::Unpacked),
        _ => None,
    }
}
