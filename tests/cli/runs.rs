//! `scaffold new` once, again, and over somebody's work.

use super::project::Project;

#[test]
fn a_first_run_writes_five_files_and_says_what_comes_next() {
    let project = Project::node();
    let ran = project.run("new --yes").exits(0).prints_nothing();
    for path in ["Dockerfile", ".dockerignore", "compose.yaml", "scaffold.toml", "scaffold.lock"] {
        assert!(ran.stderr.contains(&format!("new       {path}\n")), "{ran}");
        assert!(project.has(path), "{path}");
    }
    ran.says("docker compose up --build   then http://127.0.0.1:8080")
        .says("docker run --rm --read-only --cap-drop=ALL --security-opt=no-new-privileges")
        .says("Again     scaffold new --lang node --yes");
}

#[test]
fn a_second_run_changes_nothing() {
    let project = Project::set_up();
    project.refuses("new --yes", 0).says("up to date");
    project.refuses("new", 0).says("up to date");
}

#[test]
fn a_line_more_in_the_source_is_no_reason_to_write() {
    let project = Project::set_up();
    project.edit("server.js", "const server", "\n\nconst server");
    project.refuses("new --yes", 0).says("up to date");
}

#[test]
fn a_folder_elsewhere_is_named_in_the_next_command() {
    let project = Project::named("two words", &super::project::NODE);
    let parent = project.folder().parent().expect("a parent").to_owned();
    std::fs::create_dir(parent.join("here")).expect("a folder");
    project.run_with(&["new", "../two words", "--yes"]).exits(0).says("cd '../two words' && docker compose up --build");
}

#[test]
fn an_edit_is_shown_as_a_difference_and_kept() {
    let project = Project::set_up();
    project.edit("Dockerfile", "EXPOSE 8080", "EXPOSE 8080 9090");
    project
        .refuses("new --yes", 1)
        .says("-EXPOSE 8080 9090\n+EXPOSE 8080")
        .says("Dockerfile was edited since scaffold wrote it")
        .says("Nothing was written.");
}

#[test]
fn somebody_elses_dockerfile_is_kept() {
    let project = Project::node_and(&[("Dockerfile", "FROM node:24\n")]);
    project
        .refuses("new --yes", 1)
        .says("-FROM node:24\n")
        .says("Dockerfile was not written by scaffold")
        .says("`--force` writes, and keeps the old files in .scaffold/backup");
}

#[test]
fn force_replaces_and_says_where_the_old_file_is() {
    let project = Project::node_and(&[("Dockerfile", "FROM node:24\n")]);
    project
        .run("new --yes --force")
        .exits(0)
        .says("replaced  Dockerfile  the old one is in .scaffold/backup/1/Dockerfile");
    assert_eq!(project.read(".scaffold/backup/1/Dockerfile"), "FROM node:24\n");
    assert!(project.read("Dockerfile").starts_with("# syntax="));
    assert!(project.read(".scaffold/.gitignore").contains('*'), "the backup stays out of git");
    project.run("new --yes").exits(0).says("up to date");
}

#[test]
fn what_is_due_for_another_reason_than_an_edit_is_written() {
    let project = Project::set_up();
    project.edit("server.js", "8080", "9090");
    project.run("new --yes").exits(0).says("replaced  Dockerfile").does_not_say(".scaffold/backup");
    assert!(project.read("Dockerfile").contains("EXPOSE 9090"));
}

#[test]
fn a_checkout_with_crlf_line_ends_is_no_edit() {
    let project = Project::set_up();
    for path in ["Dockerfile", ".dockerignore", "compose.yaml", "scaffold.toml", "scaffold.lock"] {
        project.edit(path, "\n", "\r\n");
    }
    project.refuses("new --yes", 0).says("up to date");
    project.edit("server.js", "8080", "9090");
    project.run("new --yes").exits(0).says("replaced  Dockerfile");
}

#[test]
fn a_starter_runs_in_an_empty_folder_and_a_second_run_leaves_it() {
    let project = Project::with(&[]);
    project.run("new demo --lang node --starter --yes").exits(0).says("cd demo && docker compose up --build");
    for path in ["package.json", "Dockerfile", "scaffold.lock", "secrets/api_token"] {
        assert!(project.has(&format!("demo/{path}")), "{path}");
    }
    project.refuses("new demo --lang node --starter --yes", 0).says("up to date");
    project.edit("demo/server.js", "\n", "\n\n");
    project.refuses("new demo --lang node --starter --yes", 0).says("up to date");
}

#[test]
fn a_starter_does_not_go_into_a_folder_with_files() {
    Project::node().refuses("new --lang node --starter --yes", 2).says("is not empty").says("leave out `--starter`");
    Project::with(&[]).refuses("new --starter --yes", 2).says("`--starter` needs a language").says("--lang");
    Project::with(&[]).refuses("new --lang nginx --starter --yes", 2).says("there is no starter for `nginx`");
}
