//! Whether anybody can be asked, how, and where colours go: decided once, at start-up.

use std::io::IsTerminal;

/// What `--color` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Colour {
    /// As the surroundings have it.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// Everything the decision depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// Whether standard input is a terminal.
    pub stdin_tty: bool,
    /// Whether standard output is a terminal.
    pub stdout_tty: bool,
    /// Whether standard error is a terminal.
    pub stderr_tty: bool,
    /// Columns and rows, if there is a terminal.
    pub size: Option<(u16, u16)>,
    /// `--color`.
    pub colour: Colour,
    /// `--plain`.
    pub plain: bool,
    /// `--yes`, `--spec` and whatever else says that nothing shall be asked.
    pub ask_nothing: bool,
    /// `NO_COLOR` (no-color.org: counts if it is not empty).
    pub no_color: Option<String>,
    /// `CLICOLOR` (bixense.com/clicolors: `0` means no colour).
    pub clicolor: Option<String>,
    /// `CLICOLOR_FORCE` (bixense.com/clicolors: counts if it is neither empty nor `0`).
    pub clicolor_force: Option<String>,
    /// `TERM`.
    pub term: Option<String>,
    /// `CI`, which all the usual build services set.
    pub ci: Option<String>,
    /// `SCAFFOLD_PLAIN`, the lasting `--plain`.
    pub scaffold_plain: Option<String>,
    /// `ACCESSIBLE`, the same for several programs at once.
    pub accessible: Option<String>,
}

impl Surroundings {
    /// Those of this process, and what its flags say.
    #[must_use]
    pub fn of_process(colour: Colour, plain: bool, ask_nothing: bool) -> Self {
        let variable = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let stderr_tty = std::io::stderr().is_terminal();
        Self {
            stdin_tty: std::io::stdin().is_terminal(),
            stdout_tty: std::io::stdout().is_terminal(),
            stderr_tty,
            size: if stderr_tty { crossterm::terminal::size().ok() } else { None },
            colour,
            plain,
            ask_nothing,
            no_color: variable("NO_COLOR"),
            clicolor: variable("CLICOLOR"),
            clicolor_force: variable("CLICOLOR_FORCE"),
            term: variable("TERM"),
            ci: variable("CI"),
            scaffold_plain: variable("SCAFFOLD_PLAIN"),
            accessible: variable("ACCESSIBLE"),
        }
    }
}

/// What the rest of the program goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Whether standard input is a terminal.
    pub stdin_tty: bool,
    /// Whether standard output is a terminal.
    pub stdout_tty: bool,
    /// Whether standard error is a terminal.
    pub stderr_tty: bool,
    /// Whether standard output gets colours.
    pub colour_stdout: bool,
    /// Whether standard error, and so the questions, get colours.
    pub colour_stderr: bool,
    /// Whether nothing may be redrawn: line by line, no spinner.
    pub plain: bool,
    /// Whether there is somebody to ask.
    pub interactive: bool,
    /// Width in cells; 80 if unknown.
    pub columns: u16,
    /// Height in lines; 24 if unknown.
    pub rows: u16,
}

/// In less, a list and its question do not fit, and a redraw goes wrong.
const LEAST_ROWS: u16 = 8;
const LEAST_COLUMNS: u16 = 40;

impl Terminal {
    /// Decides.
    #[must_use]
    pub fn decide(s: &Surroundings) -> Self {
        let dumb = s.term.as_deref() == Some("dumb");
        // Some terminals, serial lines among them, say 0 for what they do not know.
        let (columns, rows) = s.size.filter(|(columns, rows)| *columns > 0 && *rows > 0).unwrap_or((80, 24));
        let plain = s.plain
            || is_on(s.scaffold_plain.as_deref())
            || is_on(s.accessible.as_deref())
            || dumb
            || rows < LEAST_ROWS
            || columns < LEAST_COLUMNS;
        let ci = is_on(s.ci.as_deref()) && s.ci.as_deref() != Some("false");
        // Who asks for line by line in so many words may answer from a pipe. Otherwise both ends must be a person's:
        // a prompt would open the terminal itself behind a pipe, and ask into a file for ever.
        let somebody = s.stdin_tty && s.stderr_tty || s.plain;
        let colour = |tty: bool| match s.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if s.no_color.as_deref().is_some_and(|value| !value.is_empty()) => false,
            Colour::Auto if is_on(s.clicolor_force.as_deref()) => true,
            Colour::Auto => tty && !dumb && s.clicolor.as_deref() != Some("0"),
        };
        Self {
            stdin_tty: s.stdin_tty,
            stdout_tty: s.stdout_tty,
            stderr_tty: s.stderr_tty,
            colour_stdout: colour(s.stdout_tty),
            colour_stderr: colour(s.stderr_tty),
            plain,
            interactive: somebody && !ci && !s.ask_nothing,
            columns,
            rows,
        }
    }
}

fn is_on(value: Option<&str>) -> bool {
    value.is_some_and(|value| !value.is_empty() && value != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_a_terminal() -> Surroundings {
        Surroundings {
            stdin_tty: true,
            stdout_tty: true,
            stderr_tty: true,
            size: Some((100, 30)),
            term: Some("xterm-256color".to_owned()),
            ..Surroundings::default()
        }
    }

    /// One environment: its name, what differs from a terminal, and the marks of what follows: `i`nteractive,
    /// `p`lain, colours on `o`ut and on `e`rr.
    type Row = (&'static str, fn(&mut Surroundings), &'static str);

    #[test]
    fn each_environment_gets_its_mode() {
        let rows: &[Row] = &[
            ("a terminal", |_| {}, "i-oe"),
            ("input from a pipe", |s| s.stdin_tty = false, "--oe"),
            ("output into a pipe", |s| s.stdout_tty = false, "i--e"),
            ("words into a file", |s| s.stderr_tty = false, "--o-"),
            ("no terminal at all", |s| *s = Surroundings::default(), "----"),
            ("a build service", |s| s.ci = Some("1".into()), "--oe"),
            ("CI=true", |s| s.ci = Some("true".into()), "--oe"),
            ("CI said not to be", |s| s.ci = Some("false".into()), "i-oe"),
            ("CI empty", |s| s.ci = Some(String::new()), "i-oe"),
            ("TERM=dumb", |s| s.term = Some("dumb".into()), "ip--"),
            ("NO_COLOR empty", |s| s.no_color = Some(String::new()), "i-oe"),
            ("NO_COLOR=1", |s| s.no_color = Some("1".into()), "i---"),
            ("CLICOLOR=0", |s| s.clicolor = Some("0".into()), "i---"),
            (
                "CLICOLOR_FORCE in a pipe",
                |s| *s = Surroundings { clicolor_force: Some("1".into()), ..Surroundings::default() },
                "--oe",
            ),
            (
                "CLICOLOR_FORCE=0 in a pipe",
                |s| *s = Surroundings { clicolor_force: Some("0".into()), ..Surroundings::default() },
                "----",
            ),
            (
                "NO_COLOR against CLICOLOR_FORCE",
                |s| (s.no_color, s.clicolor_force) = (Some("1".into()), Some("1".into())),
                "i---",
            ),
            (
                "--color=always against NO_COLOR",
                |s| (s.no_color, s.colour) = (Some("1".into()), Colour::Always),
                "i-oe",
            ),
            ("--color=never", |s| s.colour = Colour::Never, "i---"),
            ("SCAFFOLD_PLAIN=1", |s| s.scaffold_plain = Some("1".into()), "ipoe"),
            ("SCAFFOLD_PLAIN=0", |s| s.scaffold_plain = Some("0".into()), "i-oe"),
            ("ACCESSIBLE=1", |s| s.accessible = Some("1".into()), "ipoe"),
            ("--plain", |s| s.plain = true, "ipoe"),
            ("--plain in a pipe", |s| *s = Surroundings { plain: true, ..Surroundings::default() }, "ip--"),
            (
                "SCAFFOLD_PLAIN in a pipe",
                |s| *s = Surroundings { scaffold_plain: Some("1".into()), ..Surroundings::default() },
                "-p--",
            ),
            (
                "--plain in a pipe of a build service",
                |s| *s = Surroundings { plain: true, ci: Some("1".into()), ..Surroundings::default() },
                "-p--",
            ),
            ("--yes", |s| s.ask_nothing = true, "--oe"),
            ("a low window", |s| s.size = Some((100, 7)), "ipoe"),
            ("a narrow window", |s| s.size = Some((39, 30)), "ipoe"),
            ("the smallest window that will do", |s| s.size = Some((40, 8)), "i-oe"),
            ("a size of nothing", |s| s.size = Some((0, 0)), "i-oe"),
        ];
        for (name, differ, expected) in rows {
            let mut surroundings = at_a_terminal();
            differ(&mut surroundings);
            let t = Terminal::decide(&surroundings);
            let mark = |on: bool, mark: char| if on { mark } else { '-' };
            let marks =
                [mark(t.interactive, 'i'), mark(t.plain, 'p'), mark(t.colour_stdout, 'o'), mark(t.colour_stderr, 'e')];
            assert_eq!(marks.iter().collect::<String>(), *expected, "{name}");
        }
    }
}
