//! Placeholders for secrets: outside of git and of the build, for the service to read and nobody else.

use super::project::Project;

fn with_secrets() -> Project {
    let project = Project::node();
    project
        .run_with(&["new", "--yes", "--set", "backing.postgres=true", "--set", "secrets=[{ name = \"api_token\" }]"])
        .exits(0)
        .says("new       secrets/api_token")
        .says("new       secrets/db_password");
    project
}

#[test]
fn placeholders_stay_out_of_git_and_of_the_build() {
    let project = with_secrets();
    assert_eq!(project.read("secrets/.gitignore"), "*\n");
    assert_eq!(project.read("secrets/api_token"), "");
    assert!(project.read(".dockerignore").lines().any(|line| line.trim_start_matches('/') == "secrets"));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_enter_the_folder_and_the_service_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = with_secrets();
    let mode = |path: &str| project.path(path).metadata().expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode("secrets"), mode("secrets/api_token"), mode("secrets/db_password")), (0o700, 0o444, 0o444));
}

#[test]
fn the_password_of_the_database_is_random_and_in_no_file_that_is_rendered() {
    let (one, other) = (with_secrets().read("secrets/db_password"), with_secrets());
    let password = other.read("secrets/db_password");
    assert!(password.len() >= 32 && password != one, "32 letters that are made anew each time");
    for (path, text) in other.tree() {
        let holds = String::from_utf8_lossy(&text).contains(&password);
        assert_eq!(holds, path == "secrets/db_password", "{path}");
    }
}

#[test]
fn a_secret_that_is_there_is_never_overwritten() {
    let project = with_secrets();
    let password = project.read("secrets/db_password");
    std::fs::remove_file(project.path("secrets/api_token")).expect("a file");
    project.write("secrets/api_token", "the real one");
    project.run("new --yes --force").exits(0);
    project.run_with(&["new", "--yes", "--force", "--set", "port=4000"]).exits(0);
    assert_eq!(project.read("secrets/api_token"), "the real one");
    assert_eq!(project.read("secrets/db_password"), password);
    assert!(!project.has(".scaffold/backup"), "and no copy of one is made");
}
