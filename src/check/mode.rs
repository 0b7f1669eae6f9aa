//! The modes that `chmod`, `install -m`, `mkdir -m` and `--chmod` give to files.

use std::ops::Range;

use super::subject::{Build, Command, Run, StageView, written};
use crate::dockerfile::Kind;

/// What a mode gives; a bit that is taken away, or left as it was, is not set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mode {
    /// Everybody may write.
    pub(super) world_write: bool,
    /// Only its owner may delete what is in a folder.
    pub(super) sticky: bool,
    /// A program runs as the file's owner.
    pub(super) setuid: bool,
    /// A program runs as the file's group; of a folder: what is made in it gets the folder's group.
    pub(super) setgid: bool,
}

impl Mode {
    /// Reads `0755`, `u=rwx,go+w`. `None` if it is no mode.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if !text.is_empty() && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
            let bits = u32::from_str_radix(text, 8).ok()?;
            return Some(Self {
                world_write: bits & 0o002 != 0,
                sticky: bits & 0o1000 != 0,
                setuid: bits & 0o4000 != 0,
                setgid: bits & 0o2000 != 0,
            });
        }
        let mut mode = Self::default();
        for clause in text.split(',') {
            let who = clause.trim_start_matches(['u', 'g', 'o', 'a']);
            let named = &clause[..clause.len() - who.len()];
            if !who.starts_with(['+', '-', '=']) {
                return None;
            }
            let is = |one: char| named.contains(one) || named.contains('a');
            for part in operations(who) {
                let (operator, letters) = part.split_at(1);
                if !letters.chars().all(|letter| "rwxXstugo".contains(letter)) {
                    return None;
                }
                let gives = operator != "-";
                let set = |bit: &mut bool, who: bool, letter: char| {
                    if who && letters.contains(letter) {
                        *bit = gives;
                    } else if who && operator == "=" {
                        *bit = false;
                    }
                };
                // Without a name the umask takes the right of others to write away again.
                set(&mut mode.world_write, is('o'), 'w');
                set(&mut mode.setuid, is('u') || named.is_empty(), 's');
                set(&mut mode.setgid, is('g') || named.is_empty(), 's');
                set(&mut mode.sticky, true, 't');
            }
        }
        Some(mode)
    }
}

/// `+r-w` as `+r` and `-w`.
fn operations(text: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = text.match_indices(['+', '-', '=']).map(|(at, _)| at).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| &text[start..end])
}

/// One place where a mode is given.
#[derive(Debug)]
pub(super) struct Change<'b> {
    /// What is given.
    pub(super) mode: Mode,
    /// As written.
    pub(super) written: String,
    /// The paths that get it, as far as they are known.
    pub(super) paths: Vec<String>,
    /// Bytes of the Dockerfile.
    pub(super) span: Range<usize>,
    /// The command that gives it, with its RUN; a COPY or ADD if there is none.
    pub(super) command: Option<(&'b Run<'b>, &'b Command)>,
}

/// Where a stage gives modes that are known.
pub(super) fn changes<'b>(view: &'b StageView<'b>) -> Vec<Change<'b>> {
    let mut all = Vec::new();
    for run in &view.runs {
        for command in &run.commands {
            if let Some((text, paths)) = given(command)
                && let Some(mode) = Mode::parse(text)
            {
                let span = command.span.clone();
                let command = Some((run, command));
                all.push(Change { mode, written: text.to_owned(), paths, span, command });
            }
        }
    }
    all
}

/// Where the COPYs and ADDs of a stage give modes that are known.
pub(super) fn copied<'b>(build: &Build<'b>, view: &StageView<'b>) -> Vec<Change<'b>> {
    let mut all = Vec::new();
    for one in written(build, view) {
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &one.instruction.kind else { continue };
        let Some(chmod) = &transfer.chmod else { continue };
        let Some(text) = build.word(view, chmod).value().map(str::to_owned) else { continue };
        if let Some(mode) = Mode::parse(&text) {
            let paths = build.word(view, &transfer.destination).value().map(str::to_owned).into_iter().collect();
            all.push(Change { mode, written: text, paths, span: chmod.span.clone(), command: None });
        }
    }
    all
}

/// The mode that a command gives, and to what.
fn given(command: &Command) -> Option<(&str, Vec<String>)> {
    match command.name.as_str() {
        "chmod" => {
            // `-w` and `-x` are modes, not options.
            let option = |text: &str| {
                text.starts_with("--")
                    || (text.starts_with('-') && text[1..].chars().all(|letter| "cfvRhHLP".contains(letter)))
            };
            let mut words = command.args.iter().filter(|arg| !option(arg.value.as_deref().unwrap_or(&arg.start)));
            let mode = words.next()?.value.as_deref()?;
            Some((mode, words.filter_map(|arg| arg.value.clone()).collect()))
        }
        "install" | "mkdir" => {
            let bundled = |text: &'static str| command.args.iter().find_map(move |arg| arg.text().strip_prefix(text));
            let mode = command.option(&["-m", "--mode"]).or_else(|| bundled("-m")).or_else(|| {
                // `install -Dm755`
                let at = command.args.iter().position(|arg| {
                    let text = arg.text();
                    text.starts_with('-') && !text.starts_with("--") && text.contains('m') && text.len() > 2
                })?;
                let after = command.args[at].text().split_once('m')?.1;
                if after.is_empty() { command.args.get(at + 1)?.value.as_deref() } else { Some(after) }
            })?;
            let operands = command.operands(&["-m", "-o", "-g", "-t", "--mode", "--owner", "--group"]);
            Some((mode, operands.iter().filter_map(|arg| arg.value.clone()).collect()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str) -> Mode {
        Mode::parse(text).unwrap_or_else(|| panic!("{text} is a mode"))
    }

    #[test]
    fn numbers_and_letters_give_the_same() {
        for text in ["777", "0777", "666", "o+w", "a+rwx", "ugo=rw", "go-x,o+w", "u=rwx,g=rx,o=w"] {
            assert!(mode(text).world_write, "{text}");
        }
        for text in ["755", "0644", "+w", "u+w", "g+w", "o-w", "a+w,o-w", "o=r", "+x", "u+rwX,g+rX", "g=u", "a=rX"] {
            assert!(!mode(text).world_write, "{text}");
        }
    }

    #[test]
    fn special_bits() {
        assert!(mode("1777").sticky && mode("a+rwxt").sticky && !mode("777").sticky);
        for text in ["4755", "04755", "6755", "u+s", "+s", "ug+s", "u+xs", "u=rwxs"] {
            assert!(mode(text).setuid, "{text}");
        }
        for text in ["0755", "u-s", "a-s", "-s", "g+s", "2755", "o+s"] {
            assert!(!mode(text).setuid, "{text}");
        }
        assert!(mode("2775").setgid && mode("g+s").setgid && mode("+s").setgid);
    }

    #[test]
    fn other_words_are_no_modes() {
        for text in ["", "x", "888", "u", "root:root", "u+q", "--reference=a"] {
            assert_eq!(Mode::parse(text), None, "{text}");
        }
    }
}
