//! Running the engine's command line: with a time limit, ended on Ctrl-C, its output bounded.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::Interrupt;

/// Output beyond this many bytes is dropped.
const LARGEST_OUTPUT: u64 = 32 << 20;
const POLL: Duration = Duration::from_millis(50);

/// Why a command gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum EngineError {
    #[error("`{0}` does not start: {1}")]
    Start(String, std::io::Error),
    #[error("interrupted")]
    Interrupted,
    #[error("`{0}` took longer than {1} s")]
    TimedOut(String, u64),
    #[error("`{0}` failed: {1}")]
    Failed(String, String),
}

/// The engine's command line program, and how this run calls it.
#[derive(Clone)]
pub(super) struct Engine {
    program: OsString,
    interrupt: Interrupt,
}

/// What a command printed.
pub(super) struct Output {
    pub(super) success: bool,
    pub(super) stdout: Vec<u8>,
    /// The last lines of the error output.
    pub(super) stderr: Vec<String>,
}

impl Output {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// One command to run.
pub(super) struct Call<'a> {
    pub(super) args: Vec<OsString>,
    pub(super) timeout: Duration,
    pub(super) folder: Option<PathBuf>,
    pub(super) env: Vec<(String, String)>,
    /// The output is for people, too: its lines are treated as those of the error output.
    pub(super) output_is_talk: bool,
    /// Takes each line of the error output as it comes.
    pub(super) on_line: Option<&'a mut dyn FnMut(&str)>,
}

impl Call<'_> {
    pub(super) fn new<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Self {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        Self {
            args,
            timeout: Duration::from_secs(120),
            folder: None,
            env: Vec::new(),
            output_is_talk: false,
            on_line: None,
        }
    }
}

enum Said {
    Line(String),
    Output(Vec<u8>),
}

impl Engine {
    pub(super) fn new(program: impl Into<OsString>, interrupt: Interrupt) -> Self {
        Self { program: program.into(), interrupt }
    }

    /// The same engine for the clean-up, which no signal stops.
    pub(super) fn undisturbed(&self) -> Self {
        Self { program: self.program.clone(), interrupt: Interrupt::new() }
    }

    pub(super) fn program(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    pub(super) fn interrupted(&self) -> bool {
        self.interrupt.signal().is_some()
    }

    /// Waits, but not through a signal.
    pub(super) fn pause(&self, time: Duration) -> Result<(), EngineError> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            if self.interrupted() {
                return Err(EngineError::Interrupted);
            }
            std::thread::sleep(POLL.min(end.saturating_duration_since(Instant::now())));
        }
        Ok(())
    }

    fn spawn(&self, call: &Call<'_>) -> Result<Child, EngineError> {
        let mut command = Command::new(&self.program);
        command.args(&call.args).envs(call.env.iter().map(|(key, value)| (key, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = &call.folder {
            command.current_dir(folder);
        }
        // A group of its own: Ctrl-C in the terminal must reach us first, so that we end the children in order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        for _ in 0..20 {
            match command.spawn() {
                // The program is being replaced at this moment, as by an update.
                Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::sleep(POLL),
                other => return other.map_err(|error| self.does_not_start(error)),
            }
        }
        command.spawn().map_err(|error| self.does_not_start(error))
    }

    fn does_not_start(&self, error: std::io::Error) -> EngineError {
        EngineError::Start(self.program(), error)
    }

    fn name(&self, call: &Call<'_>) -> String {
        let words = call.args.iter().take(3).map(|arg| arg.to_string_lossy().into_owned());
        format!("{} {}", self.program(), words.collect::<Vec<_>>().join(" "))
    }

    /// Runs to the end. A command that ends unsuccessfully is an answer, too.
    pub(super) fn run(&self, mut call: Call<'_>) -> Result<Output, EngineError> {
        if self.interrupted() {
            return Err(EngineError::Interrupted);
        }
        let deadline = Instant::now() + call.timeout;
        let mut child = self.spawn(&call)?;
        let (sender, receiver) = channel();
        if let Some(stdout) = child.stdout.take() {
            let sender = sender.clone();
            let talk = call.output_is_talk;
            std::thread::spawn(move || {
                if talk {
                    return send_lines(stdout, &sender);
                }
                let mut all = Vec::new();
                let mut limited = stdout.take(LARGEST_OUTPUT);
                let _ = limited.read_to_end(&mut all);
                let _ = std::io::copy(&mut limited.into_inner(), &mut std::io::sink());
                let _ = sender.send(Said::Output(all));
            });
        }
        if let Some(stderr) = child.stderr.take() {
            std::thread::spawn(move || send_lines(stderr, &sender));
        }
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut ended: Option<(ExitStatus, Instant)> = None;
        let mut open = true;
        loop {
            match receiver.recv_timeout(POLL) {
                Ok(Said::Output(all)) => stdout = all,
                Ok(Said::Line(line)) => {
                    if let Some(on_line) = call.on_line.as_mut() {
                        on_line(&line);
                    }
                    keep_last(&mut stderr, line);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    open = false;
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
            if ended.is_none() {
                ended = child.try_wait().ok().flatten().map(|status| (status, Instant::now()));
            }
            if let Some((status, since)) = ended {
                // A grandchild may hold the pipe open; what matters has been said by then.
                if !open || since.elapsed() > Duration::from_secs(2) {
                    return Ok(Output { success: status.success(), stdout, stderr });
                }
                continue;
            }
            if self.interrupted() || Instant::now() > deadline {
                end(&mut child);
                return Err(self.stopped(&call));
            }
        }
    }

    fn stopped(&self, call: &Call<'_>) -> EngineError {
        if self.interrupted() {
            EngineError::Interrupted
        } else {
            EngineError::TimedOut(self.name(call), call.timeout.as_secs())
        }
    }

    /// Runs to the end and gives the output of a command that must succeed.
    pub(super) fn ask<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<String, EngineError> {
        let call = Call::new(args);
        let name = self.name(&call);
        let output = self.run(call)?;
        if output.success {
            return Ok(output.text());
        }
        Err(EngineError::Failed(name, output.stderr.join(" ")))
    }

    /// The same, as one JSON value.
    pub(super) fn ask_json<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Result<serde_json::Value, EngineError> {
        let call = Call::new(args);
        let name = self.name(&call);
        let output = self.run(call)?;
        if !output.success {
            return Err(EngineError::Failed(name, output.stderr.join(" ")));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| EngineError::Failed(name, error.to_string()))
    }

    /// The first object of `inspect`, as this engine tells it.
    pub(super) fn inspect(&self, kind: &str, name: &str) -> Result<serde_json::Value, EngineError> {
        let mut all = self.ask_json([kind, "inspect", name])?;
        Ok(all.get_mut(0).map(serde_json::Value::take).unwrap_or_default())
    }

    /// Gives the output to `read` while the command runs, for streams too large to keep.
    pub(super) fn stream<T>(
        &self,
        call: Call<'_>,
        read: impl FnOnce(&mut dyn Read) -> std::io::Result<T>,
    ) -> Result<T, EngineError> {
        if self.interrupted() {
            return Err(EngineError::Interrupted);
        }
        let deadline = Instant::now() + call.timeout;
        let name = self.name(&call);
        let mut child = self.spawn(&call)?;
        let stdout: Option<ChildStdout> = child.stdout.take();
        let stderr = child.stderr.take();
        let child = Mutex::new(child);
        let (done, killed) = (AtomicBool::new(false), AtomicBool::new(false));
        let lock = || child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::thread::scope(|scope| {
            let words = scope.spawn(move || {
                let mut last = Vec::new();
                if let Some(stderr) = stderr {
                    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                        keep_last(&mut last, String::from_utf8_lossy(&line).into_owned());
                    }
                }
                last
            });
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    if self.interrupted() || Instant::now() > deadline {
                        killed.store(true, Ordering::SeqCst);
                        end(&mut lock());
                        return;
                    }
                    std::thread::sleep(POLL);
                }
            });
            let result = match stdout {
                Some(mut stdout) => read(&mut stdout).and_then(|value| {
                    std::io::copy(&mut stdout, &mut std::io::sink())?;
                    Ok(value)
                }),
                None => Err(std::io::Error::other("no output")),
            };
            done.store(true, Ordering::SeqCst);
            if killed.load(Ordering::SeqCst) {
                return Err(self.stopped(&call));
            }
            if result.is_err() {
                // Nobody reads any more: a command that still writes would wait for ever.
                end(&mut lock());
            }
            let status = lock().wait();
            let words = words.join().unwrap_or_default().join(" ");
            match (result, status) {
                (Ok(value), Ok(status)) if status.success() => Ok(value),
                (Err(error), _) => Err(EngineError::Failed(name, format!("{error} {words}"))),
                (Ok(_), _) => Err(EngineError::Failed(name, words)),
            }
        })
    }
}

fn keep_last(lines: &mut Vec<String>, line: String) {
    if line.trim().is_empty() {
        return;
    }
    if lines.len() >= 60 {
        lines.remove(0);
    }
    lines.push(line);
}

fn send_lines(stderr: impl Read, sender: &Sender<Said>) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    // A line without end must not fill the memory: it comes in pieces of a MiB.
    while let Ok(count) = reader.by_ref().take(1 << 20).read_until(b'\n', &mut line) {
        if count == 0 || sender.send(Said::Line(String::from_utf8_lossy(&line).trim_end().to_owned())).is_err() {
            return;
        }
        line.clear();
    }
}

/// Ends a command and its plugins: asked first, then killed.
fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = Pid::from_child(child);
        let _ = kill_process_group(group, Signal::TERM);
        let patience = Instant::now() + Duration::from_secs(3);
        while Instant::now() < patience {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(POLL);
        }
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> (Engine, Call<'static>) {
        let mut call = Call::new(["-c", script]);
        call.timeout = timeout;
        (Engine::new("sh", Interrupt::new()), call)
    }

    #[test]
    fn output_and_error_lines_are_told_apart_and_failure_is_an_answer() {
        let mut lines = Vec::new();
        let mut on_line = |line: &str| lines.push(line.to_owned());
        let mut call = Call::new(["-c", "echo out; echo one >&2; echo two >&2; exit 3"]);
        call.on_line = Some(&mut on_line);
        let output = Engine::new("sh", Interrupt::new()).run(call).unwrap();
        assert_eq!((output.success, output.text().as_str()), (false, "out\n"));
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended() {
        let (engine, call) = shell("sleep 60", Duration::from_millis(100));
        assert!(matches!(engine.run(call), Err(EngineError::TimedOut(..))));
        let (engine, call) = shell("sleep 60", Duration::from_millis(100));
        let read = |reader: &mut dyn Read| reader.read_to_end(&mut Vec::new());
        assert!(matches!(engine.stream(call, read), Err(EngineError::TimedOut(..))));
    }

    #[test]
    fn a_signal_ends_the_command() {
        let interrupt = Interrupt::new();
        let engine = Engine::new("sh", interrupt.clone());
        let mut press = |_: &str| interrupt.raise(2);
        let mut call = Call::new(["-c", "echo started >&2; sleep 60"]);
        call.on_line = Some(&mut press);
        assert!(matches!(engine.run(call), Err(EngineError::Interrupted)));
        assert!(matches!(engine.run(Call::new(["-c", "sleep 60"])), Err(EngineError::Interrupted)));
        assert!(engine.undisturbed().run(Call::new(["-c", "true"])).unwrap().success);
    }

    #[test]
    fn a_program_that_is_not_there_is_said() {
        let engine = Engine::new("no-such-engine", Interrupt::new());
        assert!(matches!(engine.ask(["version"]), Err(EngineError::Start(..))));
    }

    #[test]
    fn a_stream_of_a_failing_command_is_a_failure() {
        let (engine, call) = shell("echo part; echo why >&2; exit 1", Duration::from_secs(30));
        let mut got = Vec::new();
        let error = engine.stream(call, |reader| reader.read_to_end(&mut got)).unwrap_err();
        assert!(error.to_string().contains("why"), "{error}");
    }
}
