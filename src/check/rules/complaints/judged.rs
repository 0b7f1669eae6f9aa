//! What the judging of findings on public files (`tests/corpus/labels.tsv`) showed to be false alarms, in small.

use super::found_in;

fn in_dockerfile(text: &str, rule: &str) -> Vec<String> {
    found_in(&[("Dockerfile", text)], &[rule], false)
}

#[test]
fn a_server_for_development_is_no_matter_of_signals() {
    for start in [r#"["npm", "run", "dev"]"#, r#"["yarn", "start:dev"]"#, r#"["npx", "next", "dev"]"#] {
        let text = format!("FROM node:26-trixie-slim\nUSER node\nCMD {start}\n");
        assert!(in_dockerfile(&text, "pid1-signals").is_empty(), "{start}");
    }
    let text = "FROM node:26-trixie-slim\nUSER node\nCMD [\"npm\", \"run\", \"serve\"]\n";
    assert_eq!(in_dockerfile(text, "pid1-signals"), ["pid1-signals warning"]);
    // The stage says it too.
    let text = "FROM node:26-trixie-slim AS client-dev\nUSER node\nCMD [\"npm\", \"run\", \"serve\"]\n";
    assert_eq!(in_dockerfile(text, "pid1-signals"), ["pid1-signals note"]);
}

#[test]
fn a_shell_that_is_not_pid_1_is_a_note() {
    let behind = "FROM debian:13-slim\nENTRYPOINT [\"tini\", \"--\"]\nCMD /server\n";
    let gives_way = "FROM alpine:3.24\nCMD /server\n";
    for text in [behind, gives_way] {
        assert_eq!(in_dockerfile(text, "shell-form-command"), ["shell-form-command note"], "{text}");
    }
    assert_eq!(
        in_dockerfile("FROM debian:13-slim\nCMD /server\n", "shell-form-command"),
        ["shell-form-command warning"]
    );
}

#[test]
fn several_files_for_a_folder_that_is_there_are_a_note() {
    let text = "FROM debian:13-slim\nWORKDIR /server\nCOPY a b /server\n";
    assert_eq!(in_dockerfile(text, "copy-destination"), ["copy-destination note"]);
    assert_eq!(
        in_dockerfile("FROM debian:13-slim\nCOPY a b /server\n", "copy-destination"),
        ["copy-destination error"]
    );
}

#[test]
fn what_steps_down_with_a_copied_program_is_a_note() {
    let text = "FROM debian:13-slim\nCOPY --from=tianon/gosu /gosu /bin/\nENTRYPOINT [\"/start\"]\n";
    assert_eq!(in_dockerfile(text, "user-root"), ["user-root note"]);
    let text =
        "FROM debian:13-slim\nARG PACKAGES=\"curl gosu\"\nRUN apt-get install $PACKAGES\nENTRYPOINT [\"/init\"]\n";
    assert_eq!(in_dockerfile(text, "user-root"), ["user-root note"]);
    assert_eq!(in_dockerfile("FROM debian:13-slim\nENTRYPOINT [\"/start\"]\n", "user-root"), ["user-root error"]);
}

#[test]
fn an_editor_works_in_its_container_as_the_user_that_it_is_told() {
    let files = |user: &'static str| {
        [
            (".devcontainer/Dockerfile", "FROM debian:13-slim\nCMD [\"sleep\", \"infinity\"]\n"),
            (".devcontainer/devcontainer.json", user),
        ]
    };
    let of = |user| found_in(&files(user), &["user-root"], false);
    assert_eq!(of("{ \"remoteUser\": \"vscode\" }"), ["user-root note"]);
    assert_eq!(of("{ \"remoteUser\": \"root\" }"), ["user-root warning"]);
}

#[test]
fn a_mail_catcher_takes_mail_and_near_production_is_none() {
    let mail = |port: &str| {
        let text = format!("services:\n  mail:\n    image: axllent/mailpit:v1.30\n    ports: ['{port}']\n");
        found_in(&[("compose.yaml", &text)], &["compose-port-open"], false)
    };
    assert!(mail("1025:1025").is_empty());
    assert_eq!(mail("8025:8025"), ["compose-port-open warning"]);

    let text = "services:\n  web:\n    image: nginx:1.30-trixie\n";
    let limit = |path: &str| found_in(&[(path, text)], &["compose-no-memory-limit"], false);
    assert_eq!(limit("compose.prod.yaml"), ["compose-no-memory-limit warning"]);
    assert_eq!(limit("compose.near-prod.yaml"), ["compose-no-memory-limit note"]);
}

#[test]
fn a_shell_or_an_interpreter_to_type_into_is_no_service() {
    for start in [r#"["python3"]"#, r#"["php", "-a"]"#, r#"["bash", "-l"]"#] {
        let text = format!("FROM debian:13-slim\nRUN make install\nCMD {start}\n");
        assert_eq!(in_dockerfile(&text, "user-root"), ["user-root note"], "{start}");
    }
    for start in [r#"["python3", "a.py"]"#, r#"["python3", "-m", "http.server"]"#] {
        let text = format!("FROM debian:13-slim\nRUN make install\nCMD {start}\n");
        assert_eq!(in_dockerfile(&text, "user-root"), ["user-root error"], "{start}");
    }
}

#[test]
fn a_service_beside_the_one_that_builds_it_runs_what_was_built() {
    let text = "services:\n  app:\n    image: acme/app:latest\n    build: .\n  worker:\n    image: acme/app:latest\n";
    assert!(found_in(&[("compose.yaml", text)], &["image-latest"], false).is_empty());
    let text = "services:\n  app:\n    build: .\n  worker:\n    image: acme/app:latest\n";
    assert_eq!(found_in(&[("compose.yaml", text)], &["image-latest"], false), ["image-latest warning"]);
}

#[test]
fn where_there_is_no_other_tag_than_latest_the_digest_is_asked_for() {
    assert_eq!(in_dockerfile("FROM cgr.dev/chainguard/wolfi-base:latest\n", "image-latest"), ["image-latest note"]);
    assert_eq!(in_dockerfile("FROM cgr.dev/acme.org/wolfi-base:latest\n", "image-latest"), ["image-latest warning"]);
}

#[test]
fn sudo_that_gives_root_up_is_a_note() {
    for (command, id) in [
        ("sudo -u app bundle install", "sudo note"),
        ("sudo -E -u app -H bundle install", "sudo note"),
        ("sudo -u root bundle install", "sudo warning"),
        ("sudo bundle install", "sudo warning"),
    ] {
        assert_eq!(in_dockerfile(&format!("FROM debian:13-slim\nRUN {command}\n"), "sudo"), [id], "{command}");
    }
}
