//! `scaffold check` on files that are made to hurt it: refused, and never taken for "nothing found".

use super::project::Project;

const MEGABYTE: usize = 1 << 20;

#[test]
fn what_is_too_large_is_refused() {
    let project = Project::with(&[("Dockerfile", &format!("FROM a:1\nRUN echo {}\n", "x".repeat(5 * MEGABYTE)))]);
    project.refuses("check --fail-on never", 2).prints("error[parse-error]").prints("the file cannot be read");
    let line = format!("FROM a:1\nRUN echo {}\n", "x".repeat(100 * MEGABYTE));
    // It stops reading, so that what writes may find nobody there.
    project.typing(&["check", "-"], &line).exits(2).says("standard input is longer than");
}

#[test]
fn deep_nesting_and_bombs_end() {
    let deep = format!("FROM debian:13-slim\nRUN {}\n", "$(".repeat(100_000));
    let arrays = format!("services:\n  a: {}\n", "[".repeat(100_000));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = level - 1;
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{below}"); 10].join(", ")));
    }
    bomb.push_str("services:\n  web:\n    image: nginx:1.30\n    labels: *a11\n");
    let doubled: String = (0..60).map(|at| format!("ENV A{}=$A{at}$A{at}\n", at + 1)).collect();
    let doubled = format!("FROM debian:13-slim\nENV A0={}\n{doubled}", "x".repeat(1000));
    for (name, text) in
        [("Dockerfile", deep.as_str()), ("compose.yaml", &arrays), ("compose.yaml", &bomb), ("Dockerfile", &doubled)]
    {
        let ran = Project::with(&[(name, text)]).run("check --fail-on never");
        assert!(matches!(ran.code, Some(0 | 2)), "{name} {}: {:?}", &text[..40], ran.code);
    }
}

#[test]
fn a_comment_in_latin_1_is_no_reason_to_give_up() {
    let project = Project::with(&[]);
    std::fs::write(project.path("Dockerfile"), b"# caf\xe9\nFROM debian:13-slim\nRUN sudo make\n").expect("a file");
    project.refuses("check --rule sudo", 1).prints("warning[sudo]");
    // The bytes that are no text stay what they are: the file is left alone.
    project.refuses("check --rule sudo --fix", 3).says("cannot be written");
    std::fs::write(project.path("compose.yaml"), b"services:\n  caf\xe9:\n    image: a:1\n").expect("a file");
    project.refuses("check --fail-on never", 2).prints("compose.yaml");
}

#[test]
fn a_link_out_of_the_tree_is_not_followed() {
    let outside = Project::with(&[("secret.Dockerfile", "FROM debian:13-slim\nRUN sudo make\n")]);
    let project = Project::with(&[]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path("secret.Dockerfile"), project.path("Dockerfile")).expect("a link");
    #[cfg(unix)]
    project.refuses("check", 0).says("there is no Dockerfile");
    assert!(outside.has("secret.Dockerfile"));
}
