//! The questions as a person meets them: this test program asks itself in a pseudo-terminal.

#![cfg(all(unix, feature = "cli"))]
#![expect(clippy::disallowed_methods, reason = "tests read the environment and start processes")]

#[path = "support/pty.rs"]
mod pty;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use pty::{CTRL_C, DOWN, ENTER, ESC, End, Session, UP};
use scaffold_dockerfile::prompt::{
    Answer, Ask, Choice, Colour, Confirm, MultiSelect, Question, Select, Stopped, Surroundings, Terminal, Text, Walked,
    run_questions, start,
};

/// What the questions below are about.
#[derive(Debug, Default)]
struct Draft {
    language: usize,
    base: usize,
    version: String,
    port: String,
    services: Vec<usize>,
    write: bool,
}

const LANGUAGES: [&str; 9] =
    ["node", "python", "go", "rust", "java", "php", "ruby", "elixir", "other: write it yourself"];

fn choices(names: &[&str]) -> Vec<Choice> {
    names.iter().map(|name| Choice::new(*name, "")).collect()
}

fn port(text: &str) -> Result<(), String> {
    match text.parse::<u16>() {
        Ok(1024..) => Ok(()),
        _ => Err("ports below 1024 need a capability; use 1024 or above".to_owned()),
    }
}

const QUESTIONS: &[Question<Draft>] = &[
    Question {
        applies: |_| true,
        ask: |ask, draft| {
            let options = [
                Choice::new("slim", "Debian without extras"),
                Choice::new("alpine", "musl"),
                Choice::new("distroless", "no shell"),
            ];
            let question = Select {
                question: "Base image",
                help: "package.json:5 asks for node 22",
                options: &options,
                start: draft.base,
                keep_last: false,
            };
            Ok(ask.select(&question)?.map(|index| draft.base = index))
        },
    },
    Question {
        applies: |draft| draft.base == 1,
        ask: |ask, draft| {
            let default = if draft.version.is_empty() { "3.22" } else { &draft.version };
            let question = Text {
                question: "Alpine version",
                help: "",
                default: Some(default),
                initial: None,
                validate: &|_| Ok(()),
            };
            Ok(ask.text(&question)?.map(|text| draft.version = text))
        },
    },
    Question {
        applies: |_| true,
        ask: |ask, draft| {
            let question = Text {
                question: "Port",
                help: "src/server.ts:12 listens here",
                default: Some("3000"),
                initial: Some(draft.port.as_str()).filter(|text| !text.is_empty()),
                validate: &port,
            };
            Ok(ask.text(&question)?.map(|text| draft.port = text))
        },
    },
    Question {
        applies: |_| true,
        ask: |ask, draft| {
            let options = choices(&["postgres", "redis"]);
            let question = MultiSelect { question: "Services", help: "", options: &options, chosen: &draft.services };
            Ok(ask.multi_select(&question)?.map(|indices| draft.services = indices))
        },
    },
    Question {
        applies: |_| true,
        ask: |ask, draft| {
            let question = Confirm { question: "Write 5 files?", help: "", default: true };
            Ok(ask.confirm(&question)?.map(|yes| draft.write = yes))
        },
    },
];

fn long_list(ask: &mut dyn Ask, draft: &mut Draft) -> Result<Walked, Stopped> {
    let options = choices(&LANGUAGES);
    let question = Select { question: "Language", help: "", options: &options, start: 2, keep_last: true };
    Ok(match ask.select(&question)? {
        Answer::Given(index) => {
            draft.language = index;
            Walked::Through
        }
        Answer::Back => Walked::Left,
    })
}

/// Run by all tests below in another process: asks the questions that `PROMPT_TEST` names, as the program would.
#[test]
fn child_asks() {
    let Ok(what) = std::env::var("PROMPT_TEST") else { return };
    let terminal = Terminal::decide(&Surroundings::of_process(Colour::Auto, what.contains("plain"), false));
    if !terminal.interactive {
        eprintln!("nobody to ask");
        std::process::exit(2);
    }
    // The test harness has begun a line of its own.
    eprintln!();
    let (mut ask, guard) = start(&terminal, "Nothing was written.").expect("signal handlers");
    let mut draft = Draft::default();
    let result = if what.contains("long") {
        long_list(ask.as_mut(), &mut draft)
    } else {
        run_questions(ask.as_mut(), &mut draft, QUESTIONS)
    };
    drop(ask);
    drop(guard);
    let code = match result {
        Ok(walked) => {
            eprintln!("{walked:?} {draft:?}");
            0
        }
        Err(stopped) => {
            eprintln!("Nothing was written.");
            stopped.exit_code()
        }
    };
    if what.contains("linger") {
        eprintln!("lingering");
        std::thread::park();
    }
    std::process::exit(code.into());
}

const CHILD: [&str; 4] = ["--exact", "child_asks", "--nocapture", "--test-threads=1"];

fn this_program() -> std::path::PathBuf {
    std::env::current_exe().expect("this program")
}

fn session_of(size: (u16, u16), what: &str, env: &[(&str, &str)]) -> Session {
    let env: Vec<_> = [("PROMPT_TEST", what)].into_iter().chain(env.iter().copied()).collect();
    Session::start(this_program(), &CHILD, size, &env, Path::new("."))
}

fn session(what: &str) -> Session {
    session_of((24, 80), what, &[])
}

#[track_caller]
fn assert_clean(end: &End, code: u32) {
    assert_eq!((end.code, end.signal.as_deref()), (code, None), "{end:?}");
    assert!(end.is_sane(), "the terminal is out of order: {end:?}");
}

#[test]
fn enter_takes_what_is_proposed_and_each_answer_becomes_one_line() {
    let mut session = session("questions");
    session.until("package.json:5 asks for node 22 · esc back").keys(ENTER);
    session.until("listens here").keys(ENTER).until("space tick").keys(ENTER).until("y or n").keys(ENTER);
    let end = session.end();
    assert_clean(&end, 0);
    assert!(end.screen.contains("> Base image slim\n> Port 3000\n> Services none\n> Write 5 files? Yes\n"), "{end:?}");
    assert!(end.screen.contains("Through Draft"), "{end:?}");
    let first = &session.frames()[0];
    assert!(first.text.contains("> slim        Debian without extras\n  alpine      musl\n"), "{}", first.text);
    assert!(first.ansi.contains("\x1b[36mslim        Debian without extras"), "{:?}", first.ansi);
    assert!(!first.ansi.contains("38;"), "only the sixteen colours that follow the user's theme: {:?}", first.ansi);
}

#[test]
fn esc_goes_back_over_what_does_not_apply_and_answers_stay() {
    let mut session = session("questions");
    session.until("Base image").keys(DOWN).until("> alpine").keys(ENTER);
    session.until("Alpine version").keys("3.20").keys(ENTER);
    session.until("Port").keys("8080").keys(ENTER).until("Services").keys(ESC);
    session.until("Services back").until("Port (3000) 8080").keys(ESC);
    session.until("Alpine version (3.20)").keys(ESC);
    session.until("Alpine version back").until("> alpine      musl").keys(UP).until("> slim ").keys(ENTER);
    session.until("Base image slim\n? Port (3000) 8080").keys(ESC);
    session.until("Base image slim\n? Port back\n").until("? Base image\n> slim ").keys(ESC);
    let end = session.end();
    assert_clean(&end, 0);
    assert!(end.screen.contains("Left Draft"), "{end:?}");
}

#[test]
fn a_refused_answer_stays_to_be_corrected() {
    let mut session = session("questions");
    session.until("Base image").keys(ENTER).until("listens here").keys("80").keys(ENTER);
    session.until("# ports below 1024 need a capability; use 1024 or above\n? Port (3000) 80").keys("80").keys(ENTER);
    session.until("> Port 8080").keys(CTRL_C);
    assert_clean(&session.end(), 130);
}

#[test]
fn a_pasted_line_break_or_control_character_does_not_get_into_an_answer() {
    let mut session = session("questions");
    session.until("Base image").keys(DOWN).until("> alpine").keys(ENTER).until("Alpine version");
    session.paste("3.20\nRUN evil").keys(ENTER).until("# write it in one line, without control characters");
    session.keys(CTRL_C);
    assert_clean(&session.end(), 130);
}

#[test]
fn ctrl_c_leaves_the_terminal_in_order() {
    let mut session = session("questions");
    session.until("Base image").keys(CTRL_C);
    let end = session.end();
    assert_clean(&end, 130);
    assert!(end.screen.contains("Nothing was written."), "{end:?}");
}

#[test]
fn signals_restore_the_terminal_before_the_process_ends() {
    for (signal, code) in [("TERM", 143), ("HUP", 143), ("INT", 130)] {
        for what in ["questions", "questions plain"] {
            let mut session = session(what);
            session.until("Base image").signal(signal);
            let end = session.end();
            assert_clean(&end, code);
            assert!(end.screen.contains("Nothing was written."), "{end:?}");
        }
    }
}

#[test]
fn after_the_questions_signals_do_what_they_always_do() {
    let mut session = session("long linger");
    session.until("Language").keys(ENTER).until("lingering").signal("TERM");
    let end = session.end();
    assert_eq!(end.signal.as_deref(), Some("Terminated"), "{end:?}");
    assert!(end.is_sane(), "{end:?}");
}

#[test]
fn a_long_list_is_narrowed_by_typing_and_never_empty() {
    let mut session = session("long");
    session.until("> go").keys("ru");
    session.until("> rust").keys(DOWN).until("> ruby").keys("zzz");
    session.until("> other: write it yourself").keys(ENTER);
    let end = session.end();
    assert_clean(&end, 0);
    assert!(end.screen.contains("language: 8"), "{end:?}");
}

#[test]
fn a_short_list_takes_no_text() {
    let mut session = session("questions");
    session.until("Base image").keys("dist").keys(DOWN).until("> alpine").keys(ENTER);
    session.until("> Base image alpine").keys(CTRL_C);
    assert_clean(&session.end(), 130);
}

#[test]
fn a_low_window_keeps_the_question_in_sight() {
    let mut session = session_of((8, 80), "long", &[]);
    session.until("? Language").until("type to filter").keys(DOWN).keys(DOWN).keys(DOWN);
    session.until("> php");
    assert!(session.screen().contains("? Language"), "{}", session.screen());
    session.keys(ENTER);
    assert_clean(&session.end(), 0);
}

#[test]
fn a_smaller_window_a_dumb_terminal_and_who_asks_for_it_get_plain_lines() {
    for (size, env) in [
        ((7, 80), ("LANG", "C")),
        ((24, 39), ("LANG", "C")),
        ((24, 80), ("TERM", "dumb")),
        ((24, 80), ("SCAFFOLD_PLAIN", "1")),
        ((24, 80), ("ACCESSIBLE", "1")),
    ] {
        let mut session = session_of(size, "questions", &[env]);
        session.until("Base image [1], b goes back:").keys("3\n").until("b goes back:").keys("b\n");
        session.until("Base image [3], b goes back:").keys("\x04");
        let end = session.end();
        assert_clean(&end, 2);
    }
}

#[test]
fn no_color_counts_if_it_is_not_empty() {
    for (value, coloured) in [("1", false), ("", true)] {
        let mut session = session_of((24, 80), "questions", &[("NO_COLOR", value)]);
        session.until("esc back");
        assert_eq!(session.frames()[0].ansi.contains("\x1b["), coloured, "NO_COLOR={value:?}");
        assert!(session.screen().contains("? Base image\n> slim"), "{}", session.screen());
        session.keys(CTRL_C);
        assert_clean(&session.end(), 130);
    }
}

#[test]
fn a_window_that_changes_its_size_goes_on() {
    let mut session = session("questions");
    // Seen with crossterm 0.29: a key that comes at the very moment of a new size is read with the next key only.
    session.until("esc back").resize(24, 50).keys(DOWN).until_pressing("> alpine", "x");
    session.keys(UP).until("> slim").keys(ENTER).until("> Base image slim").keys(CTRL_C);
    assert_clean(&session.end(), 130);
}

/// Behind a pipe there may be a terminal that a prompt would open by itself, and a file never answers.
#[test]
fn a_pipe_or_a_file_is_never_asked() {
    for shell in ["echo x | \"$@\"", "\"$@\" 2>words", "\"$@\" </dev/null"] {
        let folder = tempfile::tempdir().expect("a folder");
        let program = this_program();
        let script = format!("{shell}; code=$?; cat words 2>/dev/null; exit $code");
        let mut args = vec!["-c", script.as_str(), "sh", program.to_str().expect("a path")];
        args.extend(CHILD);
        let env = [("PROMPT_TEST", "questions")];
        let mut session = Session::start("/bin/sh", &args, (24, 80), &env, folder.path());
        let end = session.end();
        assert!(end.screen.contains("nobody to ask"), "{shell}: {end:?}");
        assert!(!end.screen.contains("Base image"), "{shell}: {end:?}");
        assert_clean(&end, 2);
    }
}

#[test]
fn plain_questions_are_answered_through_a_pipe() {
    let mut child = Command::new(this_program())
        .args(CHILD)
        .env("PROMPT_TEST", "questions plain")
        .env_remove("CI")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(b"alpine\n\nb\n\n80\n8080\n2\nyes\n").expect("answers");
    drop(input);
    let output = child.wait_with_output().expect("an end");
    let words = String::from_utf8(output.stderr).expect("a text");
    assert_eq!(output.status.code(), Some(0), "{words}");
    assert!(words.contains("Not accepted: ports below 1024"), "{words}");
    let draft = r#"Through Draft { language: 0, base: 1, version: "3.22", port: "8080", services: [1], write: true }"#;
    assert!(words.contains(draft), "{words}");
    assert!(!words.contains('\x1b'), "{words:?}");
}
