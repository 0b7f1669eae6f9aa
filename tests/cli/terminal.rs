//! `scaffold new` on a terminal, as a person meets it, and the picture of it in the README.

use super::film::{DARK, LIGHT, Palette, Scene, film};
use super::project::{Project, changed};
use super::pty::{CTRL_C, DOWN, ENTER, ESC, End, Session, UP};

/// A project that most things are known of.
const SHOP: [(&str, &str); 3] = [
    (
        "package.json",
        "{\n  \"name\": \"shop\",\n  \"engines\": { \"node\": \"24\" },\n  \"scripts\": {\n    \"start\": \"node server.js\"\n  },\n  \"dependencies\": {\n    \"express\": \"5.1.0\"\n  }\n}\n",
    ),
    ("package-lock.json", "{ \"name\": \"shop\", \"lockfileVersion\": 3, \"packages\": {} }\n"),
    (
        "server.js",
        "const express = require('express');\n\nconst app = express();\napp.get('/healthz', (_, answer) => answer.send('ok'));\n\nconst server = app.listen(8080);\nprocess.on('SIGTERM', () => server.close());\n",
    ),
];

fn session_of(project: &Project, size: (u16, u16), arguments: &[&str]) -> Session {
    let arguments: Vec<&str> = ["new"].into_iter().chain(arguments.iter().copied()).collect();
    Session::start(env!("CARGO_BIN_EXE_scaffold"), &arguments, size, &[], project.folder())
}

fn session(project: &Project) -> Session {
    session_of(project, (40, 100), &[])
}

#[track_caller]
fn assert_clean(end: &End, code: u32) {
    assert_eq!((end.code, end.signal.as_deref()), (code, None), "{end:?}");
    assert!(end.is_sane(), "the terminal is out of order: {end:?}");
}

#[test]
fn one_enter_is_enough_for_a_known_project() {
    let project = Project::with(&SHOP);
    let mut session = session(&project);
    session.until("Write these files?").until("esc back").keys(ENTER);
    let end = session.end();
    assert_clean(&end, 0);
    assert!(end.screen.contains("then http://127.0.0.1:8080"), "{}", end.screen);
    let first = &session.frames()[0].text;
    for line in
        ["start       node server.js", "package.json:5", "port        8080", "server.js:6", "health      /healthz"]
    {
        assert!(first.contains(line), "{line}: {first}");
    }

    let unasked = Project::with(&SHOP);
    unasked.run("new --yes").exits(0);
    assert_eq!(changed(&project.tree(), &unasked.tree()), Vec::<String>::new(), "the same answers give the same bytes");
}

#[test]
fn all_questions_can_be_gone_through_and_a_value_changed_on_the_way_back() {
    let project = Project::with(&SHOP);
    let mut session = session(&project);
    session.until("Write these files?").keys(DOWN).until("> Change").keys(ENTER);
    session.until("Name (shop)").keys("till").keys(ENTER);
    session.until("Base image").until("> slim").keys(UP).until("> distroless").keys(ENTER);
    session.until("Start command (node server.js)").keys(ENTER);
    session.until("Port (8080)").keys("70000").keys(ENTER).until("# 70000 is not a port").keys(ESC);
    session.until("Port back").until("Start command (node server.js)").keys(ENTER);
    session.until("Port (8080)").keys("9090").keys(ENTER);
    session.until("Health path (/healthz)").keys(ESC).until("Health path back").until("Port (9090)").keys("9191");
    session.keys(ENTER).until("Health path (/healthz)").keys(ENTER);
    session.until("Build secrets").keys(" ").keys(ENTER);
    session.until("PostgreSQL beside it?").keys("y").keys(ENTER);
    session.until("Secrets of the running service").keys("api_token").keys(ENTER);
    session.until("port        9191").until("Write these files?").keys(ENTER);
    assert_clean(&session.end(), 0);
    let compose = project.read("compose.yaml");
    for part in ["127.0.0.1:9191:9191", "api_token", "db_password", "image: till\n"] {
        assert!(compose.contains(part), "{part}: {compose}");
    }
    assert!(project.read("Dockerfile").contains("id=npmrc"));
    assert!(project.has("secrets/api_token"));
}

#[test]
fn ctrl_c_leaves_the_folder_and_the_terminal_as_they_were() {
    type Keys = fn(&mut Session);
    let moments: [(&str, Keys); 4] = [
        ("at once", |session| {
            session.until("Write these files?");
        }),
        ("in a list", |session| {
            session
                .until("> Write")
                .keys(DOWN)
                .until("> Change")
                .keys(ENTER)
                .until("Name")
                .keys(ENTER)
                .until("Base image");
        }),
        ("in a text", |session| {
            session.until("> Write").keys(DOWN).until("> Change").keys(ENTER).until("Name").keys("til").until("til");
        }),
        ("after an answer", |session| {
            session.until("> Write").keys(DOWN).until("> Change").keys(ENTER).until("Name").keys("till").keys(ENTER);
            session.until("> slim").keys(ENTER).until("Start command");
        }),
    ];
    for (moment, keys) in moments {
        let project = Project::with(&SHOP);
        let before = project.tree();
        let mut session = session(&project);
        keys(&mut session);
        session.keys(CTRL_C);
        let end = session.end();
        assert_clean(&end, 130);
        assert!(end.screen.contains("Nothing was written."), "{moment}: {}", end.screen);
        assert_eq!(changed(&before, &project.tree()), Vec::<String>::new(), "{moment}");
        let again = "The same answers again: scaffold new --set service.name=till --yes";
        assert_eq!(end.screen.contains(again), moment == "after an answer", "{moment}: {}", end.screen);
    }
}

#[test]
fn a_signal_leaves_the_folder_and_the_terminal_as_they_were() {
    let project = Project::with(&SHOP);
    let before = project.tree();
    let mut session = session(&project);
    session.until("Write these files?").signal("TERM");
    let end = session.end();
    assert_clean(&end, 143);
    assert!(end.screen.contains("Nothing was written."), "{}", end.screen);
    assert_eq!(changed(&before, &project.tree()), Vec::<String>::new());
}

#[test]
fn forty_columns_are_enough() {
    let project = Project::with(&SHOP);
    let mut session = session_of(&project, (40, 40), &[]);
    session.until("Write these files?");
    let screen = session.screen();
    assert!(screen.lines().all(|line| line.chars().count() <= 40), "{screen}");
    assert!(screen.contains("server.js:6"), "{screen}");
    session.resize(40, 60).keys(DOWN).until_pressing("> Change", "x").keys(UP).until("> Write").keys(ENTER);
    assert_clean(&session.end(), 0);
    assert!(project.has("Dockerfile"));
}

#[test]
fn a_pasted_line_break_does_not_get_into_a_file() {
    let project = Project::with(&SHOP);
    let mut session = session(&project);
    session.until("> Write").keys(DOWN).until("> Change").keys(ENTER).until("Name");
    session.paste("till\nRUN evil").keys(ENTER).until("# write it in one line").keys(CTRL_C);
    assert_clean(&session.end(), 130);
}

#[test]
fn an_empty_folder_becomes_a_service_that_runs() {
    let project = Project::with(&[]);
    let mut session = session_of(&project, (40, 100), &["--lang", "node"]);
    session.until("Name (shop)").keys(ENTER).until("Put a small service that runs").keys(ENTER);
    session.until("Write these files?").keys(ENTER);
    assert_clean(&session.end(), 0);
    assert!(project.has("server.js") && project.has("Dockerfile"));
}

#[test]
fn the_picture_in_the_readme_is_what_a_person_sees() {
    let project = Project::with(&SHOP);
    let mut session = session_of(&project, (40, 100), &[]);
    session.until("Write these files?").until("esc back").keys(ENTER);
    assert_clean(&session.end(), 0);
    let (asked, written) = (&session.frames()[1].ansi, &session.frames()[2].ansi);

    let prompt = "\u{1b}[32m$\u{1b}[0m \u{1b}[1mscaffold new\u{1b}[0m\n";
    let scene = |ansi: &str, seconds| Scene { ansi: format!("{prompt}{ansi}"), seconds };
    let scenes = [scene("", 1), scene(asked, 5), scene(written, 8)];
    for (name, palette) in [("new-dark.svg", &DARK), ("new-light.svg", &LIGHT)] {
        keep(name, &scenes, palette);
    }
}

/// Compares a picture with the file; `SNAPSHOTS=overwrite` writes it anew.
#[track_caller]
fn keep(name: &str, scenes: &[Scene], palette: &Palette) {
    let title = "scaffold new shows what it found in a project, with file and line, asks once, and writes five files";
    let svg = film(scenes, 100, title, palette);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(name);
    if std::env::var("SNAPSHOTS").is_ok_and(|mode| mode == "overwrite") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, &svg).expect("a picture");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == svg,
        "docs/pictures/{name} is out of date: run `SNAPSHOTS=overwrite cargo test --test cli picture`"
    );
}
