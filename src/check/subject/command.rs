//! One command that a RUN, CMD, ENTRYPOINT or HEALTHCHECK starts, with its arguments resolved as far as they are known.

use std::ops::Range;

/// A word behind the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    /// With quotes removed and variables replaced; `None` if it is not known.
    pub value: Option<String>,
    /// What is known of its start.
    pub start: String,
    /// Bytes of the file.
    pub span: Range<usize>,
}

impl Arg {
    /// The value, empty if it is not known.
    #[must_use]
    pub fn text(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }

    /// Whether it is just this.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.value.as_deref() == Some(text)
    }
}

/// `> file`, `< file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// As written: `>`, `>>`, `<`, `&>` ...
    pub operator: &'static str,
    /// The descriptor, if one is written.
    pub descriptor: Option<u32>,
    /// The file.
    pub target: Arg,
    /// Whether it writes to a file.
    pub writes: bool,
}

/// The place of a command in a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pipe {
    /// Commands of one pipeline of a RUN share this number.
    pub id: usize,
    /// From 0.
    pub position: usize,
    /// How many commands it has.
    pub length: usize,
}

/// A command at command position: never a word in an `echo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program's name without its folder; empty if it is not known.
    pub name: String,
    /// What follows it.
    pub args: Vec<Arg>,
    /// Bytes of the file: the name.
    pub name_span: Range<usize>,
    /// Bytes of the file: name and arguments, with what stands before the name (`sudo`, `env`).
    pub span: Range<usize>,
    /// Programs before it that only start it: `sudo`, `env`, `exec`, `time`, `gosu` ..., each with its place.
    pub prefixes: Vec<(String, Range<usize>)>,
    /// Variables that are set for it, or by it if it has no name.
    pub assignments: Vec<(String, Option<String>, Range<usize>)>,
    /// In order.
    pub redirects: Vec<Redirect>,
    /// What a heredoc or `<<<` gives it to read, and its bytes in the file.
    pub input: Option<(String, Range<usize>)>,
    /// Where it stands in a pipeline.
    pub pipe: Option<Pipe>,
    /// It may not run: in an `if`, a loop, behind `||`, in a function.
    pub conditional: bool,
    /// Its failure is caught by `||` or is a condition.
    pub guarded: bool,
    /// It runs in `$( )` or `<( )` to make a word.
    pub substitution: bool,
    /// It runs in a subshell or a substitution: what it sets ends there.
    pub subshell: bool,
    /// 0 in the script itself; 1 in the text of its `sh -c`, and so on.
    pub nesting: usize,
    /// Which statement of the outermost list it belongs to.
    pub statement: usize,
    /// `set -e` holds here.
    pub errexit: bool,
    /// `set -o pipefail` holds here.
    pub pipefail: bool,
    /// `set -x` holds here.
    pub xtrace: bool,
}

impl Command {
    /// Whether it is one of these programs.
    #[must_use]
    pub fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }

    /// Whether a program stands before it, such as `sudo`.
    #[must_use]
    pub fn is_under(&self, prefix: &str) -> bool {
        self.prefixes.iter().any(|(name, _)| name == prefix)
    }

    /// The first argument that is one of these, in any place before `--`. A long option also with `=value`.
    #[must_use]
    pub fn flag(&self, names: &[&str]) -> Option<&Arg> {
        self.args.iter().take_while(|arg| !arg.is("--")).find(|arg| {
            names.iter().any(|name| {
                arg.text() == *name
                    || (name.starts_with("--")
                        && arg.start.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))
            })
        })
    }

    /// The argument that holds a short option, alone or bundled (`-fsSLk` for `k`).
    #[must_use]
    pub fn short(&self, letter: char) -> Option<&Arg> {
        self.args.iter().take_while(|arg| !arg.is("--")).find(|arg| {
            arg.value.as_deref().is_some_and(|text| {
                text.strip_prefix('-').is_some_and(|letters| {
                    letters.starts_with(|first: char| first.is_ascii_alphabetic())
                        && letters.chars().take_while(char::is_ascii_alphanumeric).any(|found| found == letter)
                        && !letters.contains('=')
                })
            })
        })
    }

    /// The value of an option: the next argument, or what follows `=`.
    #[must_use]
    pub fn option(&self, names: &[&str]) -> Option<&str> {
        let at = self.args.iter().position(|arg| names.contains(&arg.text()));
        if let Some(at) = at {
            return self.args.get(at + 1).and_then(|arg| arg.value.as_deref());
        }
        self.args.iter().find_map(|arg| {
            let text = arg.value.as_deref()?;
            names.iter().find_map(|name| text.strip_prefix(name)?.strip_prefix('='))
        })
    }

    /// Arguments that are neither options nor values of those options which take one.
    #[must_use]
    pub fn operands(&self, takes_value: &[&str]) -> Vec<&Arg> {
        let mut operands = Vec::new();
        let mut skip = false;
        let mut only_operands = false;
        for arg in &self.args {
            let text = arg.value.as_deref().unwrap_or(&arg.start);
            if std::mem::take(&mut skip) {
                continue;
            }
            if only_operands || !text.starts_with('-') || text == "-" {
                operands.push(arg);
            } else if text == "--" {
                only_operands = true;
            } else {
                skip = takes_value.contains(&text);
            }
        }
        operands
    }

    /// The first word that is no option: `install` of `apt-get -y install x`.
    #[must_use]
    pub fn verb(&self, takes_value: &[&str]) -> &str {
        self.operands(takes_value).first().map_or("", |arg| arg.text())
    }

    /// The files that it is redirected to.
    pub fn written(&self) -> impl Iterator<Item = &Redirect> {
        self.redirects.iter().filter(|redirect| redirect.writes)
    }

    /// Whether its output goes to a further command.
    #[must_use]
    pub fn feeds(&self) -> bool {
        self.pipe.is_some_and(|pipe| pipe.position + 1 < pipe.length)
    }
}
