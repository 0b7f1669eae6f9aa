//! The questions line by line, through a pipe: `--plain`.

use super::project::{Project, changed};

fn plain(project: &Project, typed: &str) -> super::project::Ran {
    project.typing(&["new", "--plain"], typed)
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let project = Project::node();
    project.typing(&["new"], "4\n").exits(0).does_not_say("Write these files?");
}

#[test]
fn a_known_project_is_one_question() {
    let asked = Project::node();
    plain(&asked, "\n")
        .exits(0)
        .says("port        8080")
        .says("server.js:3")
        .says("health      unknown")
        .says("Write these files? [1]");
    let unasked = Project::set_up();
    assert_eq!(changed(&asked.tree(), &unasked.tree()), Vec::<String>::new(), "the same answers give the same bytes");
}

#[test]
fn answers_are_those_of_the_flags_that_say_the_same() {
    let asked = Project::node();
    // name, base, start, port, health, build secrets, postgres, secrets, write
    plain(&asked, "change\ntill\ndistroless\n\n4000\n/healthz\nnpmrc\ny\napi_token smtp\n\n").exits(0);
    let flagged = Project::node();
    flagged
        .run_with(&[
            "new",
            "--yes",
            "--set=name=till",
            "--base=distroless",
            "--set=port=4000",
            "--set=health=/healthz",
            "--set=build.secrets=[\"npmrc\"]",
            "--set=backing.postgres=true",
            "--set=secrets=[{ name = \"api_token\" }, { name = \"smtp\" }]",
        ])
        .exits(0);
    for path in ["Dockerfile", ".dockerignore", "compose.yaml", "scaffold.toml"] {
        assert_eq!(asked.read(path), flagged.read(path), "{path}");
    }
    assert!(asked.read("scaffold.lock").contains("origin = \"prompt\""));
}

#[test]
fn what_a_flag_or_the_spec_says_is_not_asked() {
    let project = Project::node_and(&[("scaffold.toml", "[service]\nname = \"till\"\nport = 4000\n")]);
    project
        .typing(&["new", "--plain", "--base", "alpine"], "change\n\n\n\n\n\n\n")
        .exits(0)
        .does_not_say("Name [")
        .does_not_say("Port [")
        .does_not_say("Base image [")
        .says("Health path [any]");
    assert!(project.read("Dockerfile").contains("alpine"));
}

#[test]
fn leaving_writes_nothing() {
    let project = Project::node();
    let before = project.tree();
    for typed in ["leave\n", "b\n", "change\nb\nleave\n"] {
        plain(&project, typed).exits(0).says("Nothing was written.");
        assert_eq!(changed(&before, &project.tree()), Vec::<String>::new());
    }
    plain(&project, "change\n").exits(2).says("the input ended before the questions did");
    assert_eq!(changed(&before, &project.tree()), Vec::<String>::new());
}

#[test]
fn going_back_changes_an_answer() {
    let project = Project::node();
    plain(&project, "change\n\n\n\n4000\nb\n5000\n\n\n\n\n\n").exits(0).says("Port [4000]");
    assert!(project.read("compose.yaml").contains("5000"));
}

#[test]
fn the_files_are_shown_before_they_are_written() {
    let project = Project::node();
    plain(&project, "show\nleave\n").exits(0).says("--- Dockerfile\n# syntax=").says("--- compose.yaml\n");
    assert!(!project.has("Dockerfile"));
}

#[test]
fn typed_values_are_checked_as_those_of_the_spec_are() {
    let project = Project::node();
    plain(&project, "change\nMy App\ntill\n\nnode a.js && rm x\n\n70000\nhttp\n\nhealthz\n\n\nmaybe\n\na/b\n\n\n")
        .exits(0)
        .says("Not accepted: `My App` is not a service name")
        .says("Not accepted: 70000 is not a port")
        .says("Not accepted: write a number from 1 to 65535, or none")
        .says("Not accepted: `healthz` is not a URL path")
        .says("Not accepted: write yes or no")
        .says("Not accepted: `a/b` is not a secret's name");
}

#[test]
fn an_empty_folder_is_asked_for_language_name_and_starter() {
    let project = Project::with(&[]);
    plain(&project, "node\n\n\n\n").exits(0).says("Language [1]").says("Name [shop]").says("Put a small service");
    assert!(project.has("package.json") && project.has("secrets/api_token"));
    let flagged = Project::with(&[]);
    flagged.run("new --yes --lang node --starter").exits(0);
    for path in ["Dockerfile", "compose.yaml", "scaffold.toml", "server.js"] {
        assert_eq!(project.read(path), flagged.read(path), "{path}");
    }
}

#[test]
fn only_the_unknown_is_asked() {
    let project = Project::with(&[("package.json", "{}"), ("main.mjs", "")]);
    plain(&project, "node main.mjs\n\n").exits(0).says("Start command (none was found").does_not_say("Language [");
    assert!(project.read("Dockerfile").contains("main.mjs"));

    let second = "id = \"twin\"\ntitle = \"Twin\"\n[detect]\nmarkers = [\"twin.toml\"]\n[version]\ndefault = \"1\"\nsource = \"a test\"\n[[programs]]\nname = \"twin\"\n[[start]]\nargv = [\"twin\"]\n";
    let project = Project::node_and(&[("twin.toml", ""), ("catalog/presets/twin.toml", second)]);
    project
        .typing(&["new", "--plain", "--catalog", "catalog"], "node\n\n")
        .exits(0)
        .says("which is the service written in?")
        .says("node, Node.js, package.json is there");
    assert!(project.has("Dockerfile"));
}

#[test]
fn where_something_would_be_lost_the_first_answer_is_to_leave_it() {
    let project = Project::node_and(&[("Dockerfile", "FROM mine\n")]);
    plain(&project, "\n").exits(0).says("Dockerfile was not written by scaffold").says("Replace what is there? [1]");
    assert_eq!(project.read("Dockerfile"), "FROM mine\n");
    plain(&project, "show\nreplace\n").exits(0).says("-FROM mine").says(".scaffold/backup/1/Dockerfile");
    assert_eq!(project.read(".scaffold/backup/1/Dockerfile"), "FROM mine\n");
}

#[test]
fn a_second_run_asks_nothing() {
    let project = Project::set_up();
    plain(&project, "").exits(0).says("up to date").does_not_say("?");
}
