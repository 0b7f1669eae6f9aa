//! What users of other tools complain of, as far as it is about how an image starts and says that it is well: each with its
//! link, and what is found here.

use super::found_in;

/// What the rules of this family find.
fn ids(text: &str) -> Vec<String> {
    found_in(&[("Dockerfile", text)], &["shell-form-command", "healthcheck-missing", "healthcheck-broken"], false)
}

#[test]
fn a_health_check_in_shell_form_is_as_the_reference_shows_it() {
    // https://github.com/hadolint/hadolint/issues/1208, https://github.com/hadolint/hadolint/issues/1209
    let text = "FROM node:26\nEXPOSE 3000\nHEALTHCHECK CMD curl -f http://127.0.0.1:3000/ || exit 1\nCMD [\"node\", \"a.js\"]\n";
    assert!(ids(text).is_empty());
    // Only where there is no shell it does not work.
    let text = "FROM gcr.io/distroless/nodejs24-debian13:nonroot\nEXPOSE 3000\nHEALTHCHECK CMD node check.js\nCMD [\"a.js\"]\n";
    assert_eq!(ids(text), ["healthcheck-broken error"]);
}

#[test]
fn the_cmd_of_a_health_check_is_not_the_cmd() {
    // https://github.com/semgrep/semgrep-rules/issues/3436, https://github.com/semgrep/semgrep-rules/issues/3448
    let text = "FROM node:26\nCMD [\"node\", \"a.js\"]\nHEALTHCHECK --interval=5s CMD node check.js\nEXPOSE 3000\n";
    assert!(ids(text).is_empty());
}

#[test]
fn nobody_needs_a_health_check_where_kubernetes_has_probes() {
    // https://github.com/bridgecrewio/checkov/issues/3955, https://github.com/goodwithtech/dockle/issues/10,
    // https://github.com/hadolint/hadolint/issues/360
    let text = "FROM node:26\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\n";
    assert_eq!(ids(text), ["healthcheck-missing note"]);
    for (path, platform) in [
        ("charts/app/Chart.yaml", "apiVersion: v2\nname: app\n"),
        ("fly.toml", "app = \"app\"\n"),
        ("app.nomad", "job \"app\" {}\n"),
    ] {
        assert!(
            found_in(&[("Dockerfile", text), (path, platform)], &["healthcheck-missing"], false).is_empty(),
            "{path}"
        );
    }
}

#[test]
fn shell_and_command_of_a_parent_stage_are_inherited() {
    // https://github.com/hadolint/hadolint/issues/406, https://github.com/hadolint/hadolint/issues/1174
    let text =
        "FROM debian:13-slim AS base\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nFROM base\nCMD server\n";
    assert!(ids(text).is_empty());
    // https://github.com/hadolint/hadolint/issues/1068: the stage that is built inherits it, the other one does not run.
    let text = "FROM debian:13-slim AS base\nCMD server\nFROM base AS app\nRUN make\n";
    assert_eq!(ids(text), ["shell-form-command warning"]);
    let text = "FROM debian:13-slim AS base\nCMD server\nFROM debian:13-slim\nCMD [\"server\"]\n";
    assert!(ids(text).is_empty());
}

#[test]
fn what_needs_a_shell_counts_where_the_shell_is_known_to_stay() {
    let cases = [
        ("debian:13-slim", "CMD server --port $PORT", "shell-form-command warning"),
        ("alpine:3.24", "CMD server --port $PORT", "shell-form-command note"),
        ("registry.example/x:1", "CMD migrate && server", "shell-form-command note"),
        ("alpine:3.24", "ENTRYPOINT server --verbose", "shell-form-command warning"),
        ("debian:13-slim", "CMD [server, --verbose]", "shell-form-command error"),
    ];
    for (base, line, id) in cases {
        assert_eq!(ids(&format!("FROM {base}\n{line}\n")), [id], "{line}");
    }
    for line in ["CMD migrate && exec server", "CMD exec server --port $PORT", "CMD [ \"server\" ]"] {
        assert!(ids(&format!("FROM debian:13-slim\n{line}\n")).is_empty(), "{line}");
    }
}

#[test]
fn a_shell_stays_or_gives_way_to_the_last_command() {
    let cases = [
        ("debian:13-slim", "sh", "server --port $PORT", true),
        ("debian:13-slim", "bash", "migrate && server", false),
        ("debian:13-slim", "bash", "server | tee log", true),
        ("alpine:3.24", "/bin/sh", "migrate; server", false),
        ("alpine:3.24", "/bin/sh", "migrate; npm start", true),
        ("debian:13-slim", "sh", "trap stop TERM; server & wait", false),
        ("registry.example/x:1", "sh", "migrate && server", false),
    ];
    for (base, shell, line, fires) in cases {
        let text = format!("FROM {base}\nENTRYPOINT [\"{shell}\", \"-c\", \"{line}\"]\n");
        let found = found_in(&[("Dockerfile", &text)], &["pid1-signals"], false);
        assert_eq!(!found.is_empty(), fires, "{text}");
    }
}

#[test]
fn a_check_that_falls_back_needs_one_of_its_tools() {
    let text =
        "FROM alpine:3.24\nHEALTHCHECK CMD curl -f http://127.0.0.1/ || wget -q --spider http://127.0.0.1/ || exit 1\n";
    assert!(ids(text).is_empty());
}
