//! `scaffold check`: what is unsafe in a tree.

mod baseline;
mod contents;
mod fix;
mod policy;
mod progress;
mod replace;
pub(super) mod walk;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::{Check, CheckFormat, Level};
use super::{Context, Failure, Outcome, broken_pipe_is_fine, stdout};
use crate::bases::Date;
use crate::check::{self, Options};
use crate::detect::MemoryTree;
use crate::dockerfile::BuildArgs;
use crate::report::formats::{self, SarifOptions, TextOptions};
use crate::report::{Audit, Diagnostic, RuleInfo, Severity, did_you_mean};

/// More than any set-up has, and little enough to be read quickly.
const STDIN_BYTES: u64 = 4 * 1024 * 1024;

pub(super) fn run(context: &Context, args: &Check) -> Outcome {
    let only = rules(&args.rule)?;
    let build_args = build_args(&args.build_arg)?;
    let from_stdin = args.paths.iter().any(|path| path.as_os_str() == "-");
    if from_stdin && (args.paths.len() > 1 || args.fix) {
        return Err(Failure::input(
            Diagnostic::error("`-` stands for standard input and cannot be combined with other paths or `--fix`")
                .help("run scaffold check twice"),
        ));
    }
    let trees = if from_stdin { Vec::new() } else { walk::trees(&args.paths)? };
    let asked = policy::read(args.policy.as_deref(), &trees)?;
    let options = Options {
        pedantic: args.pedantic || asked.pedantic,
        today: Some(today()),
        build_args,
        only,
        policy: asked.policy,
    };
    if args.context {
        return contents::run(args, &trees, &options);
    }
    let mut audit = if from_stdin {
        stdin(&args.stdin_name, &options)?
    } else {
        let mut all = check::Found::default();
        let progress = progress::Progress::start(context, trees.iter().map(|tree| tree.paths.len()).sum());
        for tree in &trees {
            all.merge(walk::check(tree, &options, &progress));
        }
        progress.end();
        all.finish()
    };
    check::apply_policy(&mut audit, &options, asked.file.as_ref());
    if audit.checked == 0 {
        context
            .say(&Diagnostic::note("there is no Dockerfile and no compose file here").help(
                "name a file, whatever its name is; what .gitignore names, vendor and node_modules are left out",
            ));
    }
    if let Some(path) = &args.baseline {
        if args.write_baseline {
            return baseline::write(context, path, &audit);
        }
        baseline::apply(path, &mut audit)?;
    }
    if args.fix {
        return fix::run(context, args, &trees, &audit);
    }
    let rules: Vec<&'static RuleInfo> = check::all().iter().map(|rule| &rule.info).collect();
    let text = match args.format {
        CheckFormat::Text => {
            let options = TextOptions { colour: context.terminal.colour_stdout, show_waived: args.show_waived };
            formats::text(&audit, &options)
        }
        CheckFormat::Json => formats::json(&audit),
        CheckFormat::Sarif => formats::sarif(&audit, &rules, &SarifOptions::default()),
        CheckFormat::Github => formats::github(&audit),
        CheckFormat::Markdown => formats::markdown(&audit, &rules),
        CheckFormat::Html => formats::html(&audit, &rules),
    };
    broken_pipe_is_fine(stdout().write_all(text.as_bytes()))?;
    Ok(exit_code(&audit, args.fail_on.or(asked.fail_on)))
}

/// 2 if something could not be read: nothing is said of it, and that must not look like "nothing found".
fn exit_code(audit: &Audit, fail_on: Option<Level>) -> u8 {
    if audit.active().any(|finding| finding.rule.id == "parse-error") {
        return 2;
    }
    let level = match fail_on.unwrap_or(Level::Warning) {
        Level::Note => Severity::Note,
        Level::Warning => Severity::Warning,
        Level::Error => Severity::Error,
        Level::Never => return 0,
    };
    u8::from(audit.fails(level))
}

fn stdin(name: &str, options: &Options) -> Result<Audit, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(STDIN_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::outside(Diagnostic::error(format!("standard input cannot be read: {error}"))))?;
    if bytes.len() as u64 > STDIN_BYTES {
        return Err(Failure::input(Diagnostic::error(format!("standard input is longer than {STDIN_BYTES} bytes"))));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::input(Diagnostic::error("standard input is no UTF-8").help("give the file as UTF-8")))?;
    let tree = MemoryTree::new([(name, text)]);
    Ok(check::check(&tree, false, &[name.to_owned()], options))
}

fn rules(names: &[String]) -> Result<BTreeSet<String>, Failure> {
    for name in names {
        if check::find(name).is_none() {
            return Err(unknown_rule(name));
        }
    }
    Ok(names.iter().cloned().collect())
}

/// No rule has this id.
pub(super) fn unknown_rule(name: &str) -> Failure {
    let near = did_you_mean(name, check::all().iter().map(|rule| rule.info.id));
    let help = match near {
        Some(near) => format!("did you mean `{near}`? `scaffold explain` lists all rules"),
        None => "`scaffold explain` lists all rules".to_owned(),
    };
    Failure::input(Diagnostic::error(format!("there is no rule `{name}`")).help(help))
}

fn build_args(given: &[String]) -> Result<BuildArgs, Failure> {
    given
        .iter()
        .map(|given| match given.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
            _ => Err(Failure::input(
                Diagnostic::error(format!("`--build-arg {given}` has no value")).help("write `--build-arg NAME=value`"),
            )),
        })
        .collect()
}

/// The day by the clock of this machine, in UTC.
fn today() -> Date {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date_of(seconds / 86_400)
}

/// The day of this number, counted from 1970-01-01 (the algorithm of H. Hinnant's "chrono-compatible low-level date
/// algorithms", for days from 1970 on).
fn date_of(days: u64) -> Date {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    // A year beyond 65,535 is not of this clock.
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: u8::try_from(month).unwrap_or(12),
        day: u8::try_from(day).unwrap_or(28),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, shown) in [(0, "1970-01-01"), (59, "1970-03-01"), (19_782, "2024-02-29"), (20_781, "2026-11-24")] {
            assert_eq!(date_of(days).to_string(), shown);
        }
    }
}
