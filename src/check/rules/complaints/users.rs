//! What users of other tools complain of, as far as it is about users: each with its link, and what is found here.

use super::found_in;

/// What the rules of this family find.
fn ids(text: &str) -> Vec<String> {
    found_in(&[("Dockerfile", text)], &["user-root", "user-not-numeric", "user-not-created", "uid-conflict"], false)
}

#[test]
fn every_stage_was_judged_where_only_the_last_one_runs() {
    // https://github.com/hadolint/hadolint/issues/405, https://github.com/aquasecurity/trivy/issues/1620,
    // https://github.com/aquasecurity/trivy/issues/3966
    let root_in_the_build = "FROM golang:1.26 AS build\nUSER root\nRUN go build -o /server .\nFROM gcr.io/distroless/static-debian13\n\
                             COPY --from=build /server /\nUSER 65532\nCMD [\"/server\"]\n";
    assert!(ids(root_in_the_build).is_empty());
    // https://github.com/hadolint/hadolint/pull/1158: the other way round it was missed.
    let user_in_the_build =
        "FROM node:26 AS build\nUSER node\nRUN npm ci\nFROM node:26-trixie-slim\nCMD [\"node\", \"a.js\"]\n";
    assert_eq!(ids(user_in_the_build), ["user-root error"]);
}

#[test]
fn root_by_inheritance_is_seen_and_an_unknown_base_is_none() {
    // https://github.com/hadolint/hadolint/issues/648, https://github.com/hadolint/hadolint/issues/328
    assert_eq!(ids("FROM python:3.14-slim\nCMD [\"python\", \"a.py\"]\n"), ["user-root error"]);
    assert!(ids("FROM ghcr.io/somebody/python:1\nCMD [\"python\", \"a.py\"]\n").is_empty());
    // Why a rule for a missing USER stays off elsewhere: bases differ. https://github.com/hadolint/hadolint/pull/1158
    assert!(ids("FROM nginxinc/nginx-unprivileged:1.30\nCOPY dist /usr/share/nginx/html\n").is_empty());
}

#[test]
fn a_written_user_holds_whatever_the_tag_promises() {
    // https://github.com/GoogleContainerTools/distroless/issues/2045, https://github.com/envoyproxy/envoy/issues/44004
    assert!(ids("FROM gcr.io/distroless/static-debian13:nonroot\nUSER 65532:65532\nCMD [\"/server\"]\n").is_empty());
}

#[test]
fn a_user_of_the_parent_stage_is_inherited() {
    // https://github.com/hadolint/hadolint/issues/406, https://github.com/hadolint/hadolint/issues/930
    let text = "FROM node:26-trixie-slim AS base\nUSER 1000\nFROM base AS app\nCMD [\"node\", \"a.js\"]\n";
    assert!(ids(text).is_empty());
    let root = "FROM node:26-trixie-slim AS base\nUSER root\nFROM base AS app\nCMD [\"node\", \"a.js\"]\n";
    assert_eq!(ids(root), ["user-root error"]);
}

#[test]
fn a_trigger_acts_in_the_stage_that_is_from_it() {
    // https://github.com/hadolint/hadolint/issues/798, https://github.com/hadolint/hadolint/issues/573
    let text = "FROM node:26-trixie-slim AS base\nONBUILD USER node\nFROM base\nCMD [\"node\", \"a.js\"]\n";
    assert!(ids(text).is_empty());
    assert_eq!(ids("FROM node:26-trixie-slim\nONBUILD USER node\nCMD [\"node\", \"a.js\"]\n"), ["user-root error"]);
}

#[test]
fn the_order_of_user_and_cmd_and_quotes_mean_nothing() {
    // https://github.com/semgrep/semgrep-rules/issues/3436, https://github.com/semgrep/semgrep-rules/issues/2735
    assert!(ids("FROM node:26-trixie-slim\nCMD [\"node\", \"a.js\"]\nUSER 1000\n").is_empty());
    assert!(
        ids("FROM node:26-trixie-slim\nHEALTHCHECK CMD [\"node\", \"b.js\"]\nUSER node\nCMD [\"node\", \"a.js\"]\n")
            .is_empty()
    );
    // https://github.com/semgrep/semgrep/issues/7917
    assert!(ids("FROM node:26-trixie-slim\nUSER \"node\"\nCMD [\"node\", \"a.js\"]\n").is_empty());
    assert_eq!(ids("FROM node:26-trixie-slim\nUSER 'root'\nCMD [\"node\", \"a.js\"]\n"), ["user-root error"]);
}

#[test]
fn a_name_is_said_only_where_kubernetes_asks() {
    // https://github.com/hadolint/hadolint/issues/1222, https://github.com/hadolint/hadolint/issues/1234
    assert!(ids("FROM node:26-trixie-slim\nUSER node\nCMD [\"node\", \"a.js\"]\n").is_empty());
    assert!(ids("FROM node:26-trixie-slim\nARG UID\nUSER ${UID}\nCMD [\"node\", \"a.js\"]\n").is_empty());
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  securityContext:\n    runAsNonRoot: true\n";
    let files =
        [("Dockerfile", "FROM node:26-trixie-slim\nUSER node\nCMD [\"node\", \"a.js\"]\n"), ("k8s.yaml", manifest)];
    assert_eq!(found_in(&files, &["user-not-numeric"], false), ["user-not-numeric warning"]);
}

#[test]
fn lists_of_images_and_vendored_files_are_no_services() {
    // https://github.com/open-telemetry/opentelemetry-go/issues/7420
    let list = "# Renovate keeps these up to date.\nFROM debian:13-slim AS debian\nFROM avtodev/markdown-lint:v1 AS markdown\n";
    assert!(ids(list).is_empty());
    let files = [("vendor/github.com/a/b/Dockerfile", "FROM debian:13-slim\nCMD [\"/server\"]\n")];
    assert!(found_in(&files, &["user-root"], false).is_empty());
}

#[test]
fn user_root_is_lower_where_it_is_less_certain() {
    let step_down = "#!/bin/sh\nchown app /data\nexec gosu app \"$@\"\n";
    let text = "FROM debian:13-slim\nCOPY run.sh /\nENTRYPOINT [\"/run.sh\"]\nCMD [\"server\"]\n";
    assert_eq!(found_in(&[("Dockerfile", text), ("run.sh", step_down)], &["user-root"], false), ["user-root note"]);
    // A script that cannot be read may do the same.
    assert_eq!(found_in(&[("Dockerfile", text)], &["user-root"], false), ["user-root warning"]);
    assert_eq!(found_in(&[("Dockerfile", "FROM postgres:17\n")], &["user-root"], true), Vec::<String>::new());
    assert_eq!(
        found_in(
            &[("Dockerfile", "FROM postgres:17\nCOPY x.sql /docker-entrypoint-initdb.d/\n")],
            &["user-root"],
            false
        ),
        ["user-root note"]
    );
    let server = "FROM debian:13-slim\nCMD [\"/server\"]\n";
    assert_eq!(found_in(&[("Dockerfile.dev", server)], &["user-root"], false), ["user-root warning"]);
    let compose = "services:\n  app:\n    build: .\n    user: \"1000\"\n";
    assert_eq!(
        found_in(&[("Dockerfile", server), ("compose.yaml", compose)], &["user-root"], false),
        ["user-root note"]
    );
    assert_eq!(
        found_in(&[("Dockerfile", server), ("action.yml", "name: x\n")], &["user-root"], false),
        ["user-root note"]
    );
    // For those who build on it, and only if they ask.
    assert!(ids("FROM debian:13-slim\nRUN make\n").is_empty());
}
