//! What users of other tools complain of about package managers and downloads, as tests; each with where it was reported.

use proptest::prelude::*;

use crate::check::{Options, check};
use crate::detect::MemoryTree;
use crate::report::Audit;

const RULES: [&str; 12] = [
    "apt-recommends",
    "build-tools-shipped",
    "dev-dependencies-shipped",
    "download-unverified",
    "install-not-frozen",
    "package-cache-shipped",
    "package-index-alone",
    "package-prompt",
    "package-signature-off",
    "package-unpinned",
    "pipe-to-shell",
    "transport-insecure",
];

fn audit(text: &str, pedantic: bool) -> Audit {
    super::audit(&[("Dockerfile", text)], &RULES, pedantic)
}

/// The ids of our findings, each once, sorted.
fn ids(text: &str, pedantic: bool) -> Vec<&'static str> {
    let mut ids: Vec<_> = audit(text, pedantic).findings.iter().map(|f| f.rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Of a RUN on Debian, Alpine or Fedora.
fn of(base: &str, run: &str) -> Vec<&'static str> {
    ids(&format!("FROM {base}\n{run}\n"), true)
}

#[test]
fn what_is_there_is_seen_wherever_it_stands() {
    // trivy#6516, trivy#4462, defsec#1173: `;` separates, and options may follow the packages.
    let run = "RUN apt-get update; apt-get install curl=1 --no-install-recommends -y; rm -rf /var/lib/apt/lists/*";
    assert_eq!(of("debian:13-slim", run), [""; 0]);
    // trivy#8283: commands in a heredoc are commands.
    let run = "RUN <<EOF\napt-get update\napt-get install curl=1\nEOF";
    assert_eq!(of("debian:13-slim", run), ["apt-recommends", "package-cache-shipped", "package-prompt"]);
}

#[test]
fn values_of_options_are_no_packages() {
    // hadolint#906, hadolint#408, hadolint#177
    for run in [
        "RUN apk add --no-cache --virtual .build-deps 'a=1'",
        "RUN apk add --no-cache -t .build-deps a=1",
        "RUN apk add --no-cache -X http://dl-cdn.alpinelinux.org/alpine/edge/main a=1",
    ] {
        assert_eq!(of("alpine:3.22", run), [""; 0], "{run}");
    }
    let run = "RUN apt-get install -y --no-install-recommends -t bookworm-backports a=1";
    assert_eq!(of("debian:13-slim", run), [""; 0]);
    // hadolint#287, hadolint#467, hadolint#229: an index, a list of constraints, a target
    let run = "RUN pip install --no-cache-dir --index-url https://x.example/simple -c c.txt --target /a b==1";
    assert_eq!(of("python:3.14-slim", run), [""; 0]);
    // hadolint#389, hadolint#67: quotes, paths
    let run = "RUN pip install --no-cache-dir \"a>=1,<2\" 'b[c]==1' ./d /e .";
    assert_eq!(of("python:3.14-slim", run), [""; 0]);
}

#[test]
fn packages_in_variables_are_followed_or_left_alone() {
    // hadolint#928, hadolint#363, hadolint#393, hadolint#1143
    let run = "RUN PACKAGES='a=1 b=2' && apk add --no-cache $PACKAGES";
    assert_eq!(of("alpine:3.22", run), [""; 0]);
    let run = "RUN packages=(a b) && apt-get install -y --no-install-recommends \"${packages[@]}\"";
    assert_eq!(of("debian:13-slim", run), [""; 0]);
    let run = "ARG V=1\nRUN apk add --no-cache a=${V}";
    assert_eq!(of("alpine:3.22", run), [""; 0]);
    let run = "ARG PACKAGES\nRUN apk add --no-cache $PACKAGES";
    assert_eq!(of("alpine:3.22", run), [""; 0]);
    let run = "ENV PACKAGES=\"a b=2\"\nRUN apk add --no-cache $PACKAGES";
    assert_eq!(of("alpine:3.22", run), ["package-unpinned"]);
}

#[test]
fn a_cache_is_removed_after_it_was_made_and_in_any_spelling() {
    // hadolint#957: a clean before the installation cleans nothing.
    assert_eq!(of("fedora:43", "RUN dnf clean all && dnf install -y a-1.2-3"), ["package-cache-shipped"]);
    // hadolint#796
    for clean in [
        "yum clean all",
        "rm -rf /var/cache/yum",
        "rm -rf /var/cache/yum/*",
        "rm -fr /var/cache",
        "cd /var/cache && rm -rf yum",
    ] {
        let run = format!("RUN yum install -y a-1.2-3 && {clean}");
        assert_eq!(of("rockylinux:9", &run), [""; 0], "{run}");
    }
    // trivy#1740: a later RUN is too late.
    assert_eq!(of("fedora:43", "RUN dnf install -y a-1.2-3\nRUN dnf clean all"), ["package-cache-shipped"]);
}

#[test]
fn a_mount_keeps_a_cache_out() {
    // hadolint#723, hadolint#671, hadolint#983
    for (base, run) in [
        (
            "debian:13-slim",
            "RUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y --no-install-recommends a=1",
        ),
        ("alpine:3.22", "RUN --mount=type=cache,target=/var/cache/apk apk add a=1"),
        ("alpine:3.22", "RUN --mount=type=cache,target=/etc/apk/cache apk add a=1"),
        ("fedora:43", "RUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y a-1.2-3"),
        ("python:3.14-slim", "RUN --mount=type=cache,target=/root/.cache/pip pip install a==1"),
        ("python:3.14-slim", "RUN --mount=type=tmpfs,target=/root/.cache pip install a==1"),
        ("node:24-slim", "RUN --mount=type=cache,target=/root/.npm npm i -g a@1"),
    ] {
        assert_eq!(of(base, run), [""; 0], "{run}");
    }
    // The cache of another user's home is not this one.
    let run = "RUN --mount=type=cache,target=/home/app/.cache/pip pip install a==1";
    assert_eq!(of("python:3.14-slim", run), ["package-cache-shipped"]);
}

#[test]
fn a_setting_of_the_parent_stage_holds() {
    // hadolint#406, hadolint#1174, hadolint#930
    let text =
        "FROM python:3.14-slim AS base\nENV PIP_NO_CACHE_DIR=off\nFROM base AS next\nFROM next\nRUN pip install a==1\n";
    assert_eq!(ids(text, true), [""; 0]);
}

#[test]
fn a_text_is_no_command() {
    // checkov#6567: the address of a repository is no call of apt.
    let run = "RUN echo 'deb [signed-by=/a.gpg] https://x.example/apt install' > /etc/apt/sources.list.d/a.list";
    assert_eq!(of("debian:13-slim", run), [""; 0]);
    assert_eq!(of("debian:13-slim", "LABEL a=\"curl -k https://x.example | sh\""), [""; 0]);
    assert_eq!(of("debian:13-slim", "HEALTHCHECK CMD curl -kf https://localhost:8443/"), [""; 0]);
}

#[test]
fn packages_of_a_distribution_need_no_version_unless_asked() {
    // hadolint#884, hadolint#999: the archive drops old versions, so that an exact one breaks the build.
    let text = "FROM debian:13-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n";
    assert_eq!(ids(text, false), [""; 0]);
    assert_eq!(ids(text, true), ["package-unpinned"]);
}

#[test]
fn recommended_packages_are_left_out_only_by_somebody_who_looks() {
    // sourcegraph/lsp-adapter#73: the option took ca-certificates away.
    let audit = audit("FROM debian:13-slim\nRUN apt-get install -y curl\n", false);
    let fix =
        audit.findings.iter().find(|finding| finding.rule.id == "apt-recommends").and_then(|found| found.fix.as_ref());
    assert!(fix.is_some_and(|fix| !fix.safe));
}

#[test]
fn downloads_that_run_unseen_are_found() {
    // hadolint#282, shellcheck#1794
    let run = "RUN curl -fsSL https://x.example/install.sh | bash -s -- --yes";
    assert_eq!(of("debian:13-slim", run), ["pipe-to-shell"]);
    let run = "RUN curl -fsSL https://x.example/a.json | jq -r .version | tee /version";
    assert_eq!(of("debian:13-slim", run), [""; 0]);
}

#[test]
fn safe_fixes_are_just_the_option() {
    for (text, rule, after) in [
        ("FROM fedora:43\nRUN dnf  install gcc\n", "package-prompt", "FROM fedora:43\nRUN dnf  install -y gcc\n"),
        (
            "FROM alpine:3.22\nRUN apk add \\\n  a\n",
            "package-cache-shipped",
            "FROM alpine:3.22\nRUN apk add --no-cache \\\n  a\n",
        ),
        (
            "FROM python:3.14\nRUN python -m pip install a\n",
            "package-cache-shipped",
            "FROM python:3.14\nRUN python -m pip install --no-cache-dir a\n",
        ),
        (
            "FROM debian:13\nRUN apt-get update \\\n && apt-get install -y a\n",
            "package-cache-shipped",
            "FROM debian:13\nRUN apt-get update \\\n && apt-get install -y a && rm -rf /var/lib/apt/lists/*\n",
        ),
    ] {
        let audit = audit(text, true);
        let finding = audit.findings.iter().find(|finding| finding.rule.id == rule).unwrap_or_else(|| panic!("{text}"));
        let fix = finding.fix.as_ref().unwrap_or_else(|| panic!("no fix: {text}"));
        let [edit] = fix.edits.as_slice() else { panic!("{text}") };
        let mut mended = text.to_owned();
        mended.replace_range(edit.at.span(), &edit.text);
        assert_eq!((mended.as_str(), fix.safe), (after, true));
        assert!(!ids(&mended, true).contains(&rule), "{mended}");
    }
}

#[test]
fn nothing_is_written_where_the_words_have_no_place_of_their_own() {
    for text in [
        "FROM fedora:43\nRUN [\"dnf\", \"install\", \"gcc\"]\n",
        "FROM fedora:43\nRUN sh -c 'dnf install gcc'\n",
        "FROM fedora:43\nENV DO=install\nRUN dnf $DO gcc\n",
        // A later RUN lives on the lists.
        "FROM debian:13\nRUN apt-get update && apt-get install -y a\nRUN apt-get install -y b\n",
        // What stands behind `||` may not run.
        "FROM debian:13\nRUN apt-get update && apt-get install -y a || true\n",
        "FROM debian:13\nRUN apt-get update && apt-get install -y a; echo b\n",
        "FROM debian:13\nRUN apt-get update && apt-get install -y a > /log\n",
    ] {
        let audit = audit(text, true);
        let of_ours = |rule: &str| matches!(rule, "package-prompt" | "package-cache-shipped");
        let found: Vec<_> = audit.findings.iter().filter(|finding| of_ours(finding.rule.id)).collect();
        assert!(!found.is_empty() && found.iter().all(|finding| finding.fix.is_none()), "{text}");
    }
}

#[test]
fn npm_ci_is_safe_only_if_the_lockfile_fits() {
    let fix = |lock: &str, run: &str| {
        let dockerfile = format!("FROM node:24-slim\nCOPY package*.json ./\nRUN {run}\n");
        let tree = MemoryTree::new([
            ("Dockerfile", dockerfile.as_str()),
            ("package.json", "{\"dependencies\":{\"a\":\"^1\"}}"),
            ("package-lock.json", lock),
        ]);
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &Options::default());
        let found = audit.findings.into_iter().find(|finding| finding.rule.id == "install-not-frozen");
        found.and_then(|finding| finding.fix).map(|fix| fix.safe)
    };
    let fits = "{\"packages\":{\"\":{\"dependencies\":{\"a\":\"^1\"}}}}";
    assert_eq!(fix(fits, "npm install"), Some(true));
    assert_eq!(fix(fits, "npm i --omit=dev"), Some(true));
    assert_eq!(fix("{\"packages\":{\"\":{\"dependencies\":{\"a\":\"^2\"}}}}", "npm install"), Some(false));
    assert_eq!(fix("{\"lockfileVersion\":1}", "npm install"), Some(false));
    assert_eq!(fix(fits, "npm install --force"), Some(false));
    assert_eq!(fix(fits, "npm ci"), None);
    assert_eq!(fix(fits, "npm install -g a@1"), None);
}

proptest! {
    #[test]
    fn any_run_is_looked_at(text in "((apt-get|pip|npm|curl|wget|apk|rm|sh|git|yum) |[-a-z]{0,4} |\\PC{0,6}|[&|;<>()$\"'=@:/é \n]){0,12}") {
        let _ = audit(&format!("FROM debian:13\nRUN {text}\n"), true);
    }
}
