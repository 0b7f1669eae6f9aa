//! What users of other tools complained of, as far as it is about compose files: each with its issue. And what holds of
//! overlays, waivers and grouped findings.

use super::audit;
use crate::report::{Audit, Finding, Severity};

fn ids(audit: &Audit) -> Vec<&'static str> {
    audit.active().map(|finding| finding.rule.id).collect()
}

/// The findings of a rule in a compose.yaml, pedantic ones too.
fn count(rule: &str, text: &str) -> usize {
    ids(&audit(&[("compose.yaml", text)], &[], true)).iter().filter(|id| **id == rule).count()
}

/// A service with these lines.
fn service(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!("services:\n  web:\n    image: nginx:1.30-trixie\n{lines}")
}

#[test]
fn a_port_with_an_address_in_a_variable_is_bound() {
    // https://github.com/zavoloklom/docker-compose-linter/issues/261
    for port in ["${HOST}:5432:5432", "${HOST:-127.0.0.1}:5432:5432", "${ADDRESS}:${PORT}:5432", "${PORT}:5432"] {
        assert_eq!(count("compose-port-open", &service(&[&format!("ports: ['{port}']")])), 0, "{port}");
    }
    assert_eq!(count("compose-port-open", &service(&["ports: ['${PORT:-5432}:5432']"])), 1);
    assert_eq!(count("compose-port-open", &service(&["ports: ['${HOST:-0.0.0.0}:5432:5432']"])), 0);
}

#[test]
fn variables_everywhere_are_read() {
    // https://github.com/zavoloklom/docker-compose-linter/issues/8
    let text = "services:\n  web:\n    image: ${IMAGE}\n    ports: ['${PORTS}', 80, '${A}-${B}:${C}/${D}']\n    privileged: ${P}\n    user: $U\n    cap_add: $CAPS\n    network_mode: $N\n    deploy: ${DEPLOY}\n";
    let audit = audit(&[("compose.yaml", text)], &[], false);
    let worst: Vec<&Finding> = audit.active().filter(|finding| finding.severity > Severity::Note).collect();
    assert!(worst.iter().all(|finding| finding.rule.id == "compose-invalid"), "{worst:?}");
}

#[test]
fn the_ports_of_a_proxy_are_open_on_purpose() {
    // https://github.com/zavoloklom/docker-compose-linter/issues/157
    let text = "services:\n  edge:\n    image: traefik:v3.6\n    ports: ['80:80', '443:443', '443:443/udp']\n";
    assert_eq!(count("compose-port-open", text), 0);
}

#[test]
fn no_new_privileges_has_three_spellings() {
    // https://github.com/Checkmarx/kics/issues/7077
    for option in ["no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"] {
        assert_eq!(count("compose-new-privileges", &service(&[&format!("security_opt: ['{option}']")])), 0, "{option}");
    }
    assert_eq!(count("compose-new-privileges", &service(&["security_opt: ['label:type:x']"])), 1);
}

#[test]
fn a_stack_file_is_not_asked_for_what_a_swarm_ignores() {
    let found = |file: &str| ids(&audit(&[(file, &service(&["restart: always"]))], &[], true));
    assert!(found("compose.yaml").contains(&"compose-new-privileges"));
    assert!(!found("stack.yaml").contains(&"compose-new-privileges"));
}

#[test]
fn no_version_is_needed_and_root_is_seen() {
    // https://github.com/semgrep/semgrep-rules/issues/4035, https://github.com/semgrep/semgrep-rules/issues/4036
    let text = service(&["privileged: true", "user: root", "volumes: ['/var/run/docker.sock:/var/run/docker.sock']"]);
    let found = ids(&audit(&[("compose.yaml", &text)], &[], false));
    for id in ["compose-privileged", "compose-root-user", "compose-docker-socket"] {
        assert!(found.contains(&id), "{id}: {found:?}");
    }
}

#[test]
fn workflows_are_no_compose_files() {
    // https://github.com/semgrep/semgrep-rules/pull/1241
    let text =
        "on: push\njobs:\n  test:\n    services:\n      db:\n        image: postgres\n        options: --privileged\n";
    let found = audit(&[(".github/workflows/ci.yaml", text)], &[], true);
    assert!(found.findings.iter().all(|finding| !finding.rule.id.starts_with("compose")), "{:?}", ids(&found));
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    // https://github.com/docker/compose/issues/10824, and the README of dclint: "anchors are not evaluated"
    let text = "x-hard: &hard\n  read_only: true\n  cap_drop: [ALL]\n  security_opt: ['no-new-privileges:true']\n  mem_limit: 64m\n  pids_limit: 64\n  tmpfs: ['/var/cache/nginx:size=8m', '/var/run:size=1m']\nx-loud: &loud\n  privileged: true\nservices:\n  web:\n    <<: *hard\n    image: nginx:1.30-trixie\n  ci:\n    <<: [*hard, *loud]\n    image: example.com/ci:1.0.0\n";
    let found = audit(&[("compose.yaml", text)], &[], false);
    assert_eq!(ids(&found), ["compose-privileged"], "{:?}", found.findings);
    assert_eq!(found.line_column(&found.findings[0].at).0, 9, "where the anchor says it");
}

#[test]
fn a_reset_takes_away() {
    // https://github.com/docker/compose/issues/10394
    let base = service(&["privileged: true", "ports: ['5432:5432']"]);
    let over = "services:\n  web:\n    privileged: !reset null\n    ports: !override ['127.0.0.1:5432:5432']\n";
    let found = ids(&audit(&[("compose.yaml", &base), ("compose.override.yaml", over)], &[], false));
    assert!(!found.contains(&"compose-privileged") && !found.contains(&"compose-port-open"), "{found:?}");
}

#[test]
fn an_overlay_is_asked_only_about_what_it_says() {
    let base = service(&["ports: ['5432:5432']", "cap_drop: [ALL]"]);
    let over =
        "services:\n  web:\n    privileged: true\n    mem_limit: 64m\n  job:\n    image: example.com/job:1.0.0\n";
    let found = audit(&[("compose.yaml", &base), ("compose.prod.yaml", over)], &[], false);
    let at = |path: &str, id: &str| {
        found.active().filter(|finding| found.path(&finding.at) == path && finding.rule.id == id).count()
    };
    assert_eq!((at("compose.yaml", "compose-port-open"), at("compose.prod.yaml", "compose-port-open")), (1, 0));
    assert_eq!((at("compose.yaml", "compose-privileged"), at("compose.prod.yaml", "compose-privileged")), (0, 1));
    // The web of the base lacks a limit by itself; of the overlay only what is new there lacks something.
    assert_eq!((at("compose.yaml", "compose-writable-root"), at("compose.prod.yaml", "compose-writable-root")), (1, 1));
    let level = |path: &str| {
        let of = |finding: &&Finding| found.path(&finding.at) == path && finding.rule.id == "compose-writable-root";
        found.active().find(of).map(|finding| finding.severity)
    };
    assert_eq!((level("compose.yaml"), level("compose.prod.yaml")), (Some(Severity::Note), Some(Severity::Warning)));
}

#[test]
fn a_waiver_above_a_service_silences_one_absence_of_it() {
    let text = "services:\n  # scaffold: allow compose-writable-root because=it updates itself\n  web:\n    image: nginx:1.30-trixie\n  app:\n    image: example.com/app:1.0.0\n";
    let found = audit(&[("compose.yaml", text)], &[], false);
    let of = |line: usize| -> Vec<&str> {
        found
            .active()
            .filter(|finding| found.line_column(&finding.at).0 == line)
            .map(|finding| finding.rule.id)
            .collect()
    };
    let rest =
        ["compose-capabilities-kept", "compose-new-privileges", "compose-no-memory-limit", "compose-no-pids-limit"];
    assert_eq!(of(3), rest);
    assert_eq!(of(5).len(), 5);
    assert!(!ids(&found).contains(&"waiver-unused"));
}

#[test]
fn people_are_told_once_of_what_a_service_lacks() {
    use crate::report::formats;
    let audit = audit(&[("compose.yaml", &service(&[]))], &[], false);
    let text = formats::text(&audit, &formats::TextOptions::default());
    assert_eq!(text.matches("not hardened").count(), 1, "{text}");
    assert!(text.contains("1 note in 1 file") && text.contains("compose-no-pids-limit"), "{text}");
    let json = formats::json(&audit);
    assert_eq!(json.matches("\"rule\": \"compose-").count(), 5, "{json}");
}

#[test]
fn a_file_for_development_is_held_to_less() {
    let text = service(&["privileged: true", "ports: ['5432:5432']"]);
    let found = audit(&[("compose.dev.yaml", &text)], &[], false);
    let levels: Vec<(&str, Severity)> = found.active().map(|finding| (finding.rule.id, finding.severity)).collect();
    assert_eq!(levels, [("compose-privileged", Severity::Warning), ("compose-port-open", Severity::Note)]);
}

#[test]
fn a_fix_of_an_open_port_writes_the_address_before_it() {
    for (before, after) in [
        ("ports: [\"5432:5432\"]", "ports: [\"127.0.0.1:5432:5432\"]"),
        ("ports: [5432:5432]", "ports: [127.0.0.1:5432:5432]"),
        ("ports: [5432]", "ports: [127.0.0.1::5432]"),
        ("ports: ['0.0.0.0:5432:5432/tcp']", "ports: ['127.0.0.1:5432:5432/tcp']"),
        ("ports: ['${PORT:-5432}:5432']", "ports: ['127.0.0.1:${PORT:-5432}:5432']"),
    ] {
        let audit = audit(&[("compose.yaml", &service(&[before]))], &[], false);
        let found = audit.active().find(|finding| finding.rule.id == "compose-port-open");
        let fix = found.and_then(|finding| finding.fix.as_ref()).unwrap_or_else(|| panic!("{before}"));
        let edit = &fix.edits[0];
        let mut text = audit.files[edit.at.file].text.clone();
        text.replace_range(edit.at.span(), &edit.text);
        assert_eq!(text, service(&[after]), "{before}");
    }
}

/// The findings of a compose.yaml with these services, each with its severity; what is missing is left out.
fn levels(services: &str) -> Vec<(&'static str, Severity)> {
    let audit = audit(&[("compose.yaml", &format!("services:\n{services}"))], &[], false);
    let own = audit.active().filter(|finding| finding.lacks.is_none() && finding.rule.id.starts_with("compose"));
    own.map(|finding| (finding.rule.id, finding.severity)).collect()
}

#[test]
fn what_an_image_cannot_be_without_is_a_note() {
    let proxy = "  proxy:\n    image: tecnativa/docker-socket-proxy:v0.4.1\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n";
    assert_eq!(levels(proxy), [("compose-docker-socket", Severity::Note)]);
    let exporter = "  metrics:\n    image: quay.io/prometheus/node-exporter:v1.10.0\n    network_mode: host\n    pid: host\n    volumes: ['/:/host:ro,rslave']\n";
    assert_eq!(levels(exporter).len(), 3);
    assert!(levels(exporter).iter().all(|(_, severity)| *severity == Severity::Note));
    let tunnel = "  vpn:\n    image: qmcgaw/gluetun:v3.40.0\n    cap_add: [NET_ADMIN]\n";
    assert_eq!(levels(tunnel), [("compose-capability-added", Severity::Note)]);
}

#[test]
fn root_is_a_note_where_it_steps_down_or_gets_things_ready() {
    let store = "  db:\n    image: postgres:18\n    user: root\n";
    assert_eq!(levels(store), [("compose-root-user", Severity::Note)]);
    let ready = "  own:\n    image: busybox:1.37\n    user: '0'\n    command: chown -R 1000 /data\n";
    assert_eq!(levels(ready), [("compose-root-user", Severity::Note)]);
    let nonroot = "  app:\n    image: gcr.io/distroless/nodejs26-debian13:nonroot\n    user: '0'\n";
    assert_eq!(levels(nonroot), [("compose-root-user", Severity::Error)]);
}

#[test]
fn an_engine_in_a_container_is_told_of_rootless_builds() {
    for image in ["docker:29-dind", "moby/buildkit:v0.26.0"] {
        let text = format!("services:\n  builder:\n    image: {image}\n    privileged: true\n");
        let audit = audit(&[("compose.yaml", &text)], &[], false);
        let found = audit.active().find(|finding| finding.rule.id == "compose-privileged").expect("a finding");
        assert!(found.help.as_ref().is_some_and(|help| help.contains("rootless")), "{image}");
        assert_eq!(found.severity, Severity::Error);
    }
}

#[test]
fn limits_that_do_not_agree_are_an_error_whatever_the_version() {
    let text = "version: '2'\nservices:\n  web:\n    image: nginx:1.30-trixie\n    mem_limit: 64m\n    deploy:\n      resources:\n        limits:\n          memory: 128m\n";
    let audit = audit(&[("compose.yaml", text)], &[], false);
    let found = audit.active().find(|finding| finding.rule.id == "compose-no-memory-limit").expect("a finding");
    assert_eq!((found.severity, found.related.len()), (Severity::Error, 1));
    let same = "  web:\n    image: nginx:1.30-trixie\n    mem_limit: 64m\n    deploy:\n      resources:\n        limits:\n          memory: 64M\n";
    assert!(levels(same).is_empty());
}
