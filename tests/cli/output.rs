//! What is shown in place of writing: `--dry-run`, `--diff`, `--stdout`, `--only`, `--format json`.

use super::project::Project;

#[test]
fn a_dry_run_names_the_files() {
    let project = Project::node();
    let ran = project.refuses("new --yes --dry-run", 0);
    assert_eq!(
        ran.stdout,
        "new       .dockerignore\nnew       Dockerfile\nnew       compose.yaml\nnew       scaffold.toml\n"
    );
    Project::set_up().refuses("new --yes --dry-run", 0).prints("same      Dockerfile");
}

#[test]
fn a_diff_is_a_patch_and_its_exit_code_says_whether_there_is_one() {
    let project = Project::set_up();
    assert_eq!(project.refuses("new --yes --diff", 0).stdout, "");
    project.edit("server.js", "8080", "9090");
    project
        .refuses("new --yes --diff", 1)
        .prints("--- a/Dockerfile\n+++ b/Dockerfile\n")
        .prints("-EXPOSE 8080\n+EXPOSE 9090\n");
    Project::node().refuses("new --yes --diff", 0).prints("--- /dev/null\n+++ b/Dockerfile\n");
}

#[test]
fn files_are_printed_as_they_would_be_written() {
    let project = Project::node();
    let ran = project.refuses("new --yes --stdout --only Dockerfile", 0);
    let all = project.refuses("new --yes --stdout", 0);
    for path in [".dockerignore", "Dockerfile", "compose.yaml", "scaffold.toml"] {
        assert!(all.stdout.contains(&format!("# --- {path}\n")), "{all}");
    }
    project.run("new --yes").exits(0);
    assert_eq!(ran.stdout, project.read("Dockerfile"));
    assert!(all.stdout.contains(&project.read("compose.yaml")));
}

#[test]
fn only_the_named_files_are_written_and_the_others_can_follow() {
    let project = Project::node();
    project.run("new --yes --only Dockerfile,.dockerignore").exits(0);
    assert!(project.has("Dockerfile") && !project.has("compose.yaml"));
    project.run("new --yes").exits(0).says("new       compose.yaml");
    project.refuses("new --yes", 0).says("up to date");
    project.refuses("new --yes --only Dockerfil", 2).says("did you mean `Dockerfile`?");
}

#[test]
fn a_run_as_data_is_nothing_but_json_on_stdout() {
    let project = Project::node();
    let dry = project.refuses("new --yes --dry-run --format json", 0).json();
    assert_eq!(dry["written"], false);

    let run = project.run("new --yes --format json").exits(0).json();
    assert_eq!((&run["written"], &run["name"]), (&true.into(), &"shop".into()));
    assert_eq!(run["answers"]["service.port"]["value"], "8080");
    assert_eq!(run["answers"]["service.port"]["evidence"], "server.js:3");
    assert_eq!(run["files"][1]["path"], "Dockerfile");
    assert_eq!(run["files"][1]["action"], "created");

    let again = project.run("new --yes --format json").exits(0).json();
    assert_eq!((&again["written"], &again["files"][1]["action"]), (&false.into(), &"same".into()));

    project.edit("Dockerfile", "EXPOSE", "# mine\nEXPOSE");
    let conflict = project.refuses("new --yes --format json", 1).json();
    assert_eq!((&conflict["written"], &conflict["files"][1]["action"]), (&false.into(), &"edited".into()));
    let forced = project.run("new --yes --force --format json").exits(0).json();
    assert_eq!(forced["files"][1]["kept"], ".scaffold/backup/1/Dockerfile");
}

#[test]
fn what_detect_found_is_an_object_with_its_evidence() {
    let project = Project::node();
    let found = project.refuses("detect --format json", 0).json();
    assert_eq!(found["language"], "node");
    assert_eq!(found["package_manager"], "npm");
    assert_eq!(found["framework"], serde_json::Value::Null);
    assert_eq!(found["version"], "24");
    assert_eq!(found["start"], serde_json::json!(["node", "server.js"]));
    assert_eq!(found["port"], 8080);
    assert_eq!(found["evidence"]["version"], serde_json::json!({ "file": "package.json", "line": 3 }));
    assert_eq!(found["evidence"]["port"], serde_json::json!({ "file": "server.js", "line": 3 }));
    project.refuses("detect", 0).prints("port             8080                             server.js:3\n");
}

#[test]
fn colours_come_only_when_asked_for() {
    let project = Project::node_and(&[("Dockerfile", "FROM node:24\n")]);
    let escape = '\u{1b}';
    let plain = project.run("new --yes --diff");
    assert!(!plain.stdout.contains(escape) && !plain.stderr.contains(escape), "{plain}");
    let coloured = project.run("new --yes --diff --color always");
    assert!(coloured.stdout.contains("\u{1b}[31m-FROM node:24"), "{coloured}");
}
