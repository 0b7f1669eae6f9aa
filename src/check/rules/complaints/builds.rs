//! What users of other tools complained of, as far as it is about images, stages and steps: each with its issue.

use super::audit;
use crate::check::{Options, check};
use crate::detect::MemoryTree;

/// The rules that find something, without those that somebody has to ask for.
fn found(files: &[(&str, &str)], pedantic: bool) -> Vec<&'static str> {
    audit(files, &[], pedantic).findings.iter().map(|finding| finding.rule.id).collect()
}

/// Asserts that these rules are silent about a Dockerfile, the pedantic ones too.
fn silent(rules: &[&str], issue: &str, text: &str) {
    let found = found(&[("Dockerfile", text)], true);
    assert!(!found.iter().any(|id| rules.contains(id)), "{issue}: {found:?} in\n{text}");
}

/// Asserts that a rule finds this many things in a Dockerfile.
fn finds(rule: &str, count: usize, issue: &str, text: &str) {
    let found = found(&[("Dockerfile", text)], false);
    let own = found.iter().filter(|id| **id == rule).count();
    assert_eq!(own, count, "{issue}: {found:?} in\n{text}");
}

const IMAGES: [&str; 3] = ["image-tag-missing", "image-latest", "parse-error"];

#[test]
fn variables_in_from_are_replaced() {
    for (issue, text) in [
        ("hadolint#979", "ARG BASE=debian:13-slim\nFROM $BASE\n"),
        (
            "hadolint#1078",
            "ARG DIGEST=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nFROM debian@${DIGEST}\n",
        ),
        ("hadolint#339", "ARG src=a\nFROM debian:13-slim AS imga\nFROM img${src}\n"),
        ("hadolint#858", "ARG X\nFROM ${X:-debian:13-slim}\n"),
        ("hadolint#847", "ARG REG\nFROM $REG:8099/path/image:1.0\n"),
        ("checkov#5161", "FROM --platform=$BUILDPLATFORM debian:13-slim AS build\nFROM build\n"),
        ("checkov#5466", "FROM scratch\n"),
    ] {
        silent(&IMAGES, issue, text);
    }
}

#[test]
fn every_image_is_shown_and_not_the_first_alone() {
    finds("image-latest", 2, "checkov#2463", "FROM debian:latest AS a\nFROM alpine:latest\nCOPY --from=a /x /y\n");
    finds(
        "image-tag-missing",
        2,
        "checkov#6890",
        "FROM debian AS a\nFROM localhost:5000/alpine\nCOPY --from=a /x /y\n",
    );
}

#[test]
fn a_registry_of_the_policy_is_seen_through_arguments() {
    let policy = |text: &str| {
        let tree = MemoryTree::new([("Dockerfile", text)]);
        let mut options = Options::default();
        options.policy.registries = vec!["ghcr.io/acme/*".to_owned()];
        options.build_args.insert("GIVEN".to_owned(), "ghcr.io/acme".to_owned());
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &options);
        let own = audit.findings.iter().filter(|finding| finding.rule.id == "image-registry-not-allowed");
        own.map(|finding| finding.severity).collect::<Vec<_>>()
    };
    use crate::report::Severity::{Error, Note};
    // hadolint#315, hadolint#689
    assert_eq!(policy("ARG REG=ghcr.io/acme\nFROM $REG/app:1\n"), []);
    assert_eq!(policy("ARG REG=quay.io/acme\nFROM $REG/app:1\n"), [Error]);
    assert_eq!(policy("ARG GIVEN\nFROM $GIVEN/app:1\n"), []);
    assert_eq!(policy("ARG REG\nFROM $REG/app:1\n"), [Note]);
}

#[test]
fn images_and_contexts_are_no_missing_stages() {
    let rules = ["stage-reference", "parse-error"];
    silent(&rules, "hadolint#830", "FROM debian:13-slim\nCOPY --from=context /a /b\n");
    silent(&rules, "hadolint#933", "FROM debian:13-slim\nCOPY --from=composer /usr/bin/composer /usr/bin/\n");
    silent(&rules, "hadolint#1124", "FROM debian:13-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\n");
    silent(
        &rules,
        "hadolint#859",
        "ARG V=1\nFROM composer:$V AS composer\nFROM debian:13-slim\nCOPY --from=composer /a /b\n",
    );
    // A variable in `--from` is what BuildKit refuses: said once, by one rule.
    let found = found(&[("Dockerfile", "FROM debian:13-slim\nARG V=1\nCOPY --from=composer:$V /a /b\n")], false);
    assert_eq!(found.iter().filter(|id| rules.contains(id)).collect::<Vec<_>>(), [&"stage-reference"]);
}

#[test]
fn a_stage_inherits_from_the_one_before() {
    let shell = "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n";
    let text = format!("FROM debian:13-slim AS base\n{shell}FROM base\nRUN curl https://example.org | tar x\n");
    silent(&["pipefail"], "hadolint#406", &text);
    let text = "FROM debian:13-slim AS base\nWORKDIR /app\nFROM base\nCOPY a b\n";
    silent(&["path-relative"], "hadolint#1174", text);
    silent(
        &["path-relative"],
        "hadolint#930",
        "FROM debian:13-slim AS a\nWORKDIR /a\nFROM a AS b\nFROM b\nWORKDIR c\n",
    );
}

#[test]
fn heredocs_are_scripts_with_a_shell_of_their_own() {
    finds("heredoc-errexit", 1, "hadolint#882", "FROM debian:13-slim\nRUN <<EOF\nfalse\ntouch /x\nEOF\n");
    let text =
        "FROM debian:13-slim\nRUN <<EOF\n#!/bin/bash\nset -euo pipefail\ncurl https://example.org | tar x\nEOF\n";
    silent(&["pipefail", "heredoc-errexit"], "hadolint#806", text);
    silent(&["parse-error"], "hadolint#682", "FROM debian:13-slim\nRUN true && \\\n  cat <<EOF\nx\nEOF\nRUN true\n");
    silent(
        &["parse-error"],
        "hadolint#1019",
        "FROM debian:13-slim\nRUN <<EOF\nset -e\ntrue\nEOF\n# comment\nUSER 1000\n",
    );
    silent(&["parse-error"], "hadolint#960", "FROM debian:13-slim\nCOPY <<\\EOT /x\n$a\nEOT\nUSER 1000\n");
    silent(&["parse-error"], "hadolint#923", "FROM debian:13-slim\nCOPY <<A <<B /x/\n1\nA\n2\nB\nUSER 1000\n");
    silent(&["parse-error"], "hadolint#1137", "FROM debian:13-slim\nRUN <<EOF bash\nset -e\ntrue\nEOF\nUSER 1000\n");
    // trivy#8283: commands in heredocs are seen.
    finds("world-writable", 1, "trivy#8283", "FROM debian:13-slim\nRUN <<EOF\nset -e\nchmod 777 /x\nEOF\n");
}

#[test]
fn windows_is_another_system() {
    let base = "FROM mcr.microsoft.com/windows/servercore:ltsc2025\n";
    let rules = ["path-relative", "pipefail", "copy-destination", "add-local-file"];
    silent(&rules, "hadolint#494", &format!("# escape=`\n{base}WORKDIR C:\\app\nCOPY a C:\\app\\\n"));
    silent(
        &rules,
        "hadolint#580",
        &format!("{base}SHELL [\"powershell\", \"-Command\"]\nRUN Get-Item a | Remove-Item\n"),
    );
    silent(&rules, "hadolint#431", &format!("{base}WORKDIR C:/app\nCOPY a b\n"));
}

#[test]
fn triggers_have_a_folder_of_their_own() {
    let rules = ["path-relative", "dead-instruction"];
    silent(&rules, "hadolint#573", "FROM debian:13-slim\nONBUILD WORKDIR /app\nONBUILD COPY a b/\n");
    silent(
        &rules,
        "hadolint#798",
        "FROM debian:13-slim\nWORKDIR /app\nONBUILD COPY a b/\nONBUILD CMD [\"a\"]\nCMD [\"b\"]\n",
    );
}

#[test]
fn a_health_check_is_no_second_command() {
    let text = "FROM debian:13-slim\nHEALTHCHECK CMD curl -f http://localhost\nCMD [\"a\"]\n";
    silent(&["dead-instruction"], "semgrep-rules#3436", text);
}

#[test]
fn what_a_base_may_set_is_not_called_undefined() {
    let rule = ["variable-scope"];
    let quiet = |issue: &str, text: &str| {
        let found = found(&[("Dockerfile", text)], false);
        assert!(!found.contains(&rule[0]), "{issue}: {found:?} in\n{text}");
    };
    quiet("docker/buildx#2751", "FROM example/base:1\nENV PATH=/x:$PATH LD_LIBRARY_PATH=/y:$LD_LIBRARY_PATH\n");
    quiet("docker/buildx#2751", "FROM python:3.14-slim AS base\nLABEL version=$PYTHON_VERSION\n");
    quiet("moby#49928", "ARG VERSION\nFROM debian:${VERSION}\n");
    quiet(
        "docker-elk#1015",
        "ARG ELASTIC_VERSION\nFROM docker.elastic.co/logstash/logstash:${ELASTIC_VERSION:-9.2.0}\n",
    );
}

#[test]
fn findings_have_a_place() {
    // kics#4591: an ARG above the first FROM had line -1.
    let text = "ARG BASE=debian\nFROM ${BASE}\n";
    let tree = MemoryTree::new([("Dockerfile", text)]);
    let audit = check(&tree, true, &["Dockerfile".to_owned()], &Options::default());
    let finding = audit.findings.iter().find(|finding| finding.rule.id == "image-tag-missing").expect("a finding");
    assert_eq!(audit.line_column(&finding.at), (2, 6));
}

#[test]
fn what_is_refused_is_said_once() {
    for (text, rule) in [
        ("FROM debian:13-slim AS a\nCOPY --from=a /x /y\n", "stage-reference"),
        ("FROM debian:13-slim\nCOPY --from=4 /x /y\n", "stage-reference"),
        ("FROM debian:${RELEASE}\n", "variable-scope"),
        ("FROM debian:13-slim\nRUNN true\n", "parse-error"),
        ("FROM debian:13-slim\nCOPY --chown=1 --chown=2 a /b/\n", "parse-error"),
    ] {
        let found = found(&[("Dockerfile", text)], false);
        let own = ["stage-reference", "variable-scope", "parse-error"];
        let said: Vec<_> = found.iter().filter(|id| own.contains(id)).collect();
        assert_eq!(said, [&rule], "{text}");
    }
}
