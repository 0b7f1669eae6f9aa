//! A program in a pseudo-terminal, driven as a person would: wait until something stands on the screen, press keys.
//!
//! Each screen that was waited for is kept as a [`Frame`], with its colours, so that a test is also a film.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};

pub(crate) const ENTER: &str = "\r";
pub(crate) const ESC: &str = "\x1b";
pub(crate) const UP: &str = "\x1b[A";
pub(crate) const DOWN: &str = "\x1b[B";
pub(crate) const CTRL_C: &str = "\x03";

/// So long a test waits before it fails; a program that is right never takes it.
const PATIENCE: Duration = Duration::from_secs(30);
/// So long the screen has to stand still to be a frame: a redraw comes in several writes.
const STILL: Duration = Duration::from_millis(40);

/// A screen that was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The text, without blanks at the ends of lines and lines at the end.
    pub(crate) text: String,
    /// The same with SGR sequences for colours, bold and so on.
    pub(crate) ansi: String,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct End {
    /// Its exit code; 128 and more only if it chose that itself.
    pub(crate) code: u32,
    /// The signal that killed it, if one did.
    pub(crate) signal: Option<String>,
    /// The screen it left.
    pub(crate) screen: String,
    /// Whether echo, line mode and all other flags of the terminal are as they were at the start.
    pub(crate) flags_restored: bool,
    /// Whether the cursor is to be seen.
    pub(crate) cursor_shown: bool,
    /// Whether a paste comes as plain keys again.
    pub(crate) paste_plain: bool,
}

impl End {
    /// Whether the shell that comes back finds its terminal in order.
    pub(crate) fn is_sane(&self) -> bool {
        self.flags_restored && self.cursor_shown && self.paste_plain
    }
}

/// A running program and its screen.
pub(crate) struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    slave: Option<Box<dyn SlavePty + Send>>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    frames: Vec<Frame>,
    flags: String,
}

impl Session {
    /// Starts `program` in a terminal of this size, with `PATH`, `TERM=xterm-256color` and `env` as its environment.
    pub(crate) fn start<P: AsRef<Path>>(
        program: P,
        args: &[&str],
        (rows, columns): (u16, u16),
        env: &[(&str, &str)],
        folder: &Path,
    ) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program.as_ref());
        command.args(args);
        command.cwd(folder);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        for (name, value) in env {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().expect("the output");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Linux says EIO when the last user of the terminal is gone, other systems say end of file.
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            flags: flags(pair.master.as_ref()),
            child: pair.slave.spawn_command(command).expect("a program"),
            writer: pair.master.take_writer().expect("the keyboard"),
            master: pair.master,
            slave: Some(pair.slave),
            output,
            parser: vt100::Parser::new(rows, columns, 0),
            frames: Vec::new(),
        }
    }

    /// Waits until `text` stands on the screen and the screen stands still, and keeps it as a frame.
    ///
    /// # Panics
    /// It does not come.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) -> &mut Self {
        self.until_pressing(text, "")
    }

    /// As [`Self::until`], pressing `idle` keys, which mean nothing to the program, as long as nothing happens.
    ///
    /// # Panics
    /// It does not come.
    #[track_caller]
    pub(crate) fn until_pressing(&mut self, text: &str, idle: &str) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !self.screen().contains(text) {
            match self.output.recv_timeout(STILL) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {
                    self.keys(idle);
                }
                Err(_) => panic!("`{text}` did not come; the screen is\n{}", self.screen()),
            }
        }
        while let Ok(bytes) = self.output.recv_timeout(STILL) {
            self.parser.process(&bytes);
        }
        self.frames.push(frame(self.parser.screen()));
        self
    }

    /// Presses keys.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush()).expect("a keyboard");
        self
    }

    /// Pastes text, marked as such if the program has asked for that.
    pub(crate) fn paste(&mut self, text: &str) -> &mut Self {
        let marked = format!("\x1b[200~{text}\x1b[201~");
        let text = if self.parser.screen().bracketed_paste() { &marked } else { text };
        self.keys(text)
    }

    /// Sends a signal by its name, as `kill` knows it.
    #[expect(clippy::disallowed_methods, reason = "tests start processes")]
    pub(crate) fn signal(&mut self, name: &str) -> &mut Self {
        let id = self.child.process_id().expect("a running program").to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().expect("kill").success());
        self
    }

    /// Changes the size of the window.
    pub(crate) fn resize(&mut self, rows: u16, columns: u16) -> &mut Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a new size");
        self.parser.screen_mut().set_size(rows, columns);
        self
    }

    /// What stands on the screen.
    pub(crate) fn screen(&self) -> String {
        frame(self.parser.screen()).text
    }

    /// The screens that were waited for.
    pub(crate) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Waits for the end of the program; its last screen becomes a frame, too.
    ///
    /// # Panics
    /// It does not end.
    #[track_caller]
    pub(crate) fn end(&mut self) -> End {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a program") {
                break status;
            }
            if Instant::now() > deadline {
                let _ = self.child.kill();
                panic!("it does not end; the screen is\n{}", self.screen());
            }
            // Also keeps the terminal's buffer from filling up, which would stop the program.
            match self.output.recv_timeout(Duration::from_millis(5)) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::yield_now(),
            }
        };
        let flags_restored = flags(self.master.as_ref()) == self.flags;
        // The last user of the terminal: after this the reader sees the end.
        self.slave = None;
        while let Ok(bytes) = self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.parser.process(&bytes);
        }
        let screen = self.parser.screen();
        self.frames.push(frame(screen));
        End {
            code: status.exit_code(),
            signal: status.signal().map(str::to_owned),
            screen: frame(screen).text,
            flags_restored,
            cursor_shown: !screen.hide_cursor(),
            paste_plain: !screen.bracketed_paste(),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A failed test must not leave its program behind.
        let _ = self.child.kill();
    }
}

/// The flags of the terminal in a form that can be compared.
fn flags(master: &dyn MasterPty) -> String {
    master.get_termios().map_or_else(String::new, |flags| {
        format!("{:?} {:?} {:?} {:?}", flags.input_flags, flags.output_flags, flags.control_flags, flags.local_flags)
    })
}

fn frame(screen: &vt100::Screen) -> Frame {
    let (rows, columns) = screen.size();
    let (mut texts, mut lines) = (Vec::new(), Vec::new());
    for row in 0..rows {
        let cells: Vec<&vt100::Cell> = (0..columns).filter_map(|column| screen.cell(row, column)).collect();
        let seen = cells.iter().rposition(|cell| !is_blank(cell)).map_or(0, |last| last + 1);
        let (mut text, mut line, mut style) = (String::new(), String::new(), String::new());
        for cell in cells.into_iter().take(seen).filter(|cell| !cell.is_wide_continuation()) {
            let wanted = sgr(cell);
            if wanted != style {
                line.push_str("\x1b[0m");
                line.push_str(&wanted);
                style = wanted;
            }
            let content = if cell.has_contents() { cell.contents() } else { " " };
            text.push_str(content);
            line.push_str(content);
        }
        if !style.is_empty() {
            line.push_str("\x1b[0m");
        }
        texts.push(text.trim_end().to_owned());
        lines.push(line);
    }
    let used = texts.iter().zip(&lines).rposition(|(text, line)| !text.is_empty() || !line.is_empty());
    let used = used.map_or(0, |last| last + 1);
    texts.truncate(used);
    lines.truncate(used);
    Frame { text: texts.join("\n"), ansi: lines.join("\n") }
}

fn is_blank(cell: &vt100::Cell) -> bool {
    cell.contents().trim().is_empty() && cell.bgcolor() == vt100::Color::Default && !cell.inverse() && !cell.underline()
}

fn sgr(cell: &vt100::Cell) -> String {
    let mut codes = Vec::new();
    for (on, code) in
        [(cell.bold(), 1), (cell.dim(), 2), (cell.italic(), 3), (cell.underline(), 4), (cell.inverse(), 7)]
    {
        if on {
            codes.push(code.to_string());
        }
    }
    codes.extend(colour(cell.fgcolor(), 30));
    codes.extend(colour(cell.bgcolor(), 40));
    if codes.is_empty() { String::new() } else { format!("\x1b[{}m", codes.join(";")) }
}

/// `base` is 30 for the text and 40 for what is behind it.
fn colour(colour: vt100::Color, base: u16) -> Option<String> {
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Idx(index @ 0..=7) => Some((base + u16::from(index)).to_string()),
        vt100::Color::Idx(index @ 8..=15) => Some((base + 60 + u16::from(index) - 8).to_string()),
        vt100::Color::Idx(index) => Some(format!("{};5;{index}", base + 8)),
        vt100::Color::Rgb(red, green, blue) => Some(format!("{};2;{red};{green};{blue}", base + 8)),
    }
}
