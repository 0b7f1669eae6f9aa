//! What holds for any text.

use proptest::prelude::*;

use super::super::{FileKind, Hit, Masked, content, default_of, file, find, name, url_password, value};

const KINDS: [FileKind; 15] = [
    FileKind::Env,
    FileKind::Npmrc,
    FileKind::Settings,
    FileKind::Login,
    FileKind::SshKey,
    FileKind::Key,
    FileKind::Certificate,
    FileKind::KeyStore,
    FileKind::CloudFolder,
    FileKind::DockerConfig,
    FileKind::Kubeconfig,
    FileKind::ServiceAccount,
    FileKind::Terraform,
    FileKind::Htpasswd,
    FileKind::Secrets,
];

/// Pieces that formats begin with, so that the readers get far.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("eyJ".to_owned()),
        Just(concat!("gh", "p_").to_owned()),
        Just("-----BEGIN PRIVATE KEY-----".to_owned()),
        Just("-----END PRIVATE KEY-----".to_owned()),
        Just("://a:".to_owned()),
        Just("${".to_owned()),
        Just("}@".to_owned()),
        Just("\"auths\" \"auth\": \"".to_owned()),
        Just("_authToken=".to_owned()),
        Just("machine h login u password ".to_owned()),
        Just("3Q~".to_owned()),
        Just(".atlasv1.".to_owned()),
        Just(concat!("AK", "IA").to_owned()),
        Just("LS0tLS1CRUdJTi".to_owned()),
        Just("PASSWORD=".to_owned()),
        Just("%é%".to_owned()),
        "[A-Za-z0-9_=+/.-]{0,70}",
        "\\PC{0,12}",
        Just("\n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check(text: &str, hits: &[Hit]) {
    for hit in hits {
        assert!(text.get(hit.span.clone()).is_some_and(|part| !part.is_empty()), "a span between characters");
    }
    assert!(hits.windows(2).all(|two| two[0].span.end <= two[1].span.start), "in order and apart");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_spans_lie_between_characters(text in text(), other in text()) {
        check(&text, &find(&text));
        for found in url_password(&text) {
            prop_assert!(text.get(found.span).is_some() && text.get(found.password).is_some());
        }
        let _ = (name(&text), value(&other, &text), default_of(&text), file(&text), Masked::of(&text).to_string());
        for kind in KINDS {
            let _ = content(kind, &text);
        }
    }

    #[test]
    fn what_a_mask_shows_is_never_more_than_four_characters(text in "\\PC{0,40}") {
        let shown = Masked::of(&text).to_string();
        let start = shown.split("***").next().unwrap_or_default().chars().count();
        prop_assert!(start <= 4 || text.contains("***"));
    }
}

/// A quadratic reader would need hours for these.
#[test]
fn a_megabyte_is_read_in_one_pass() {
    for piece in [
        "A",
        "eyJ.",
        "eyJ-",
        "eyJhbGciOiJIUzI1NiJ9.",
        "://",
        "://a:",
        "://a:b@",
        "://${",
        "://a:{{",
        "://<",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ",
        "-----",
        "LS0tLS1CRUdJTi",
        "LS0tLS1CRUdJTi ",
        "Q~",
        "1Q~",
        ".atlasv1.",
        "machine ",
        "\"auth\":\"auths ",
        "_authToken=",
        "_auth=YTpi",
        "secret_access_key=",
        concat!("AK", "IAABCDEFGHIJKLMNOP "),
        "sk-",
        "sk-ant-",
        "sntrys_eyJ",
        "SK ",
        "é",
        "\n",
        "PASSWORD=",
    ] {
        let text = piece.repeat(if piece == "A" { 1_000_000 } else { 200_000 / piece.len() });
        check(&text, &find(&text));
        let _ = content(FileKind::Kubeconfig, &text);
    }
}
