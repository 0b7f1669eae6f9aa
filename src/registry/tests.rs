//! The client against registries of all kinds, played by a server of this process.

mod fake;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use fake::{Asked, Fake, Said, said};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const BODY: &str = "{\"schemaVersion\":2}";

/// Settings of nobody in particular, and the waits that the client asked for.
fn settings() -> (Settings, Arc<Mutex<Vec<Duration>>>) {
    let waits: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let kept = Arc::clone(&waits);
    let settings = Settings {
        environment: BTreeMap::new(),
        mirrors: Vec::new(),
        insecure: BTreeSet::new(),
        authorities: Vec::new(),
        docker_config: None,
        certificates: PathBuf::from("nowhere"),
        attempts: 4,
        timeout: Duration::from_secs(10),
        wait: Arc::new(move |wait| kept.lock().unwrap().push(wait)),
    };
    (settings, waits)
}

fn client() -> Client {
    Client::new(settings().0).unwrap()
}

/// A client with this login for a host.
fn client_with(host: &str, auth: &str) -> Client {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), format!("{{\"auths\": {{\"{host}\": {auth}}}}}")).unwrap();
    let settings = Settings { docker_config: Some(folder.path().to_owned()), ..settings().0 };
    Client::new(settings).unwrap()
}

fn image(fake: &Fake, rest: &str) -> Reference {
    Reference::parse(&format!("{}/{rest}", fake.host)).unwrap()
}

/// The manifest, with its digest in the head.
fn manifest() -> Said {
    said(200, &[("Content-Type", INDEX), ("Docker-Content-Digest", &sha256(BODY.as_bytes()))], BODY)
}

#[test]
fn the_head_says_the_digest_of_the_index() {
    let fake = Fake::new(|_| manifest());
    let found = client().resolve(&image(&fake, "team/app")).unwrap();
    assert_eq!((found.digest, found.manifest), (sha256(BODY.as_bytes()), Manifest::Index));
    assert_eq!(fake.asked(), ["HEAD /v2/team/app/manifests/latest"]);
    let accept = fake.all()[0].headers["accept"].clone();
    assert!(accept.contains("image.index.v1") && accept.contains("manifest.list.v2") && accept.contains("manifest.v2"));
}

#[test]
fn a_head_that_says_too_little_is_followed_by_the_text_whose_digest_counts() {
    let fake = Fake::new(|_| said(200, &[("Content-Type", ACCEPT[3])], BODY));
    let found = client().resolve(&image(&fake, "app:1")).unwrap();
    assert_eq!((found.digest, found.manifest), (sha256(BODY.as_bytes()), Manifest::Image));

    let lying = Fake::new(|asked| match asked.method.as_str() {
        "HEAD" => said(405, &[], ""),
        _ => said(200, &[("Content-Type", INDEX), ("Docker-Content-Digest", &sha256(b"x"))], BODY),
    });
    let error = client().resolve(&image(&lying, "app:1")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Broken);
    assert!(error.message.contains(&sha256(BODY.as_bytes())), "{}", error.message);

    let ancient = Fake::new(|_| {
        said(200, &[("Content-Type", "application/vnd.docker.distribution.manifest.v1+prettyjws")], BODY)
    });
    assert_eq!(client().resolve(&image(&ancient, "app:1")).unwrap_err().kind, ErrorKind::Broken);

    let endless = Fake::new(|_| said(200, &[("Content-Type", INDEX)], &" ".repeat(5 << 20)));
    assert!(client().resolve(&image(&endless, "app:1")).unwrap_err().message.contains("bytes"));
}

/// A registry that wants a token of `realm`.
fn wants_token(asked: &Asked, realm: &str) -> Said {
    match asked.authorization() {
        "Bearer good" => manifest(),
        _ => {
            let challenge =
                format!("Bearer realm=\"{realm}\",service=\"the registry\",scope=\"repository:team/app:pull\"");
            said(401, &[("WWW-Authenticate", &challenge)], "")
        }
    }
}

#[test]
fn a_token_is_asked_for_with_the_login_and_used_again() {
    let tokens = Fake::new(|asked| match asked.authorization() {
        "Basic dTpw" => said(200, &[], "{\"token\": \"good\"}"),
        _ => said(401, &[], ""),
    });
    let realm = format!("http://{}/token", tokens.host);
    let fake = Fake::new(move |asked| wants_token(asked, &realm));
    let client = client_with(&fake.host, "{\"auth\": \"dTpw\"}");
    client.resolve(&image(&fake, "team/app:1")).unwrap();
    client.resolve(&image(&fake, "team/app:2")).unwrap();
    let query = "/token?scope=repository%3Ateam%2Fapp%3Apull&service=the%20registry";
    assert_eq!(tokens.asked(), [format!("GET {query}")]);
    assert!(
        fake.all().iter().all(|asked| !asked.authorization().starts_with("Basic")),
        "the login is the token service's"
    );

    let nobody = self::client().resolve(&image(&fake, "team/app:1")).unwrap_err();
    assert_eq!(nobody.kind, ErrorKind::Unauthorised);
    assert!(nobody.help.unwrap().contains(&format!("docker login {}", fake.host)));
}

#[test]
fn an_identity_token_is_changed_for_an_access_token() {
    let tokens = Fake::new(|asked| match asked.body.contains("refresh_token=identity&") {
        true => said(200, &[], "{\"access_token\": \"good\"}"),
        false => said(400, &[], ""),
    });
    let realm = format!("http://{}/oauth2", tokens.host);
    let fake = Fake::new(move |asked| wants_token(asked, &realm));
    client_with(&fake.host, "{\"identitytoken\": \"identity\"}").resolve(&image(&fake, "team/app:1")).unwrap();
    assert_eq!(tokens.asked(), ["POST /oauth2"]);
    assert!(tokens.all()[0].body.starts_with("grant_type=refresh_token&"));
}

#[test]
fn basic_authentication_takes_the_login_and_a_wrong_one_is_said() {
    let fake = Fake::new(|asked| match asked.authorization() {
        "Basic dTpw" => manifest(),
        _ => said(401, &[("WWW-Authenticate", "Basic realm=\"r\"")], ""),
    });
    client_with(&fake.host, "{\"auth\": \"dTpw\"}").resolve(&image(&fake, "app:1")).unwrap();
    for client in [client(), client_with(&fake.host, "{\"auth\": \"dTp3\"}")] {
        let error = client.resolve(&image(&fake, "app:1")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorised);
        assert!(error.help.unwrap().contains("docker login"));
    }
}

#[test]
fn a_login_does_not_follow_a_redirect_to_another_host() {
    let stranger = Fake::new(|_| manifest());
    let away = format!("http://{}/elsewhere", stranger.host);
    let fake = Fake::new(move |asked| match (asked.authorization(), asked.path.as_str()) {
        ("", _) => said(401, &[("WWW-Authenticate", "Basic realm=\"r\"")], ""),
        (_, "/here") => said(307, &[("Location", &away)], ""),
        _ => said(307, &[("Location", "/here")], ""),
    });
    client_with(&fake.host, "{\"auth\": \"dTpw\"}").resolve(&image(&fake, "app:1")).unwrap();
    assert_eq!(fake.all().last().unwrap().authorization(), "Basic dTpw", "the same host is told");
    assert_eq!(stranger.all().len(), 1);
    assert_eq!(stranger.all()[0].authorization(), "");

    let circle = Fake::new(|_| said(302, &[("Location", "/v2/x")], ""));
    assert!(client().resolve(&image(&circle, "app:1")).unwrap_err().message.contains("again and again"));
}

#[test]
fn a_registry_that_is_busy_is_asked_again_after_the_time_that_it_names() {
    let count = AtomicUsize::new(0);
    let busy = Fake::new(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => said(429, &[("Retry-After", "7")], ""),
        1 => said(503, &[], ""),
        _ => manifest(),
    });
    let (settings, waits) = settings();
    Client::new(settings).unwrap().resolve(&image(&busy, "app:1")).unwrap();
    assert_eq!(*waits.lock().unwrap(), [Duration::from_secs(7), Duration::from_secs(1)]);
}

#[test]
fn a_registry_that_stays_away_is_given_up_and_not_waited_for_twice() {
    let (settings, waits) = settings();
    let client = Client::new(settings).unwrap();
    let failing = Fake::new(|_| said(502, &[], ""));
    for _ in 0..2 {
        let error = client.resolve(&image(&failing, "app:1")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreachable);
        assert!(error.message.contains(&failing.host) && error.is_outside());
    }
    assert_eq!(*waits.lock().unwrap(), [500, 1000, 2000].map(Duration::from_millis));
    assert_eq!(failing.asked().len(), 4);

    let gone = Reference::parse(&format!("127.0.0.1:{}/app:1", crate::port::free_port())).unwrap();
    assert_eq!(client.resolve(&gone).unwrap_err().kind, ErrorKind::Unreachable);

    let limited = Fake::new(|_| said(429, &[("Retry-After", "3600")], ""));
    let error = client.resolve(&image(&limited, "app:1")).unwrap_err();
    assert_eq!((error.kind, limited.asked().len()), (ErrorKind::Limited, 1));
    assert!(error.message.contains("3600"));
}

#[test]
fn a_tag_that_is_not_there_is_missing_and_those_that_are_near_are_named() {
    let fake = Fake::new(|asked| match asked.path.starts_with("/v2/app/tags/list") {
        true => said(200, &[], "{\"name\":\"app\",\"tags\":[\"26-slim\",\"28-slim\",\"edge\",\"\\u001b[31m\"]}"),
        false => said(404, &[], ""),
    });
    let error = client().resolve(&image(&fake, "app:27-slim")).unwrap_err();
    assert_eq!((error.kind, error.is_outside()), (ErrorKind::Missing, false));
    assert!(error.message.ends_with("/app has no tag `27-slim`"), "{}", error.message);
    assert_eq!(error.help.unwrap(), "did you mean `26-slim` or `28-slim`?");
}

#[test]
fn a_digest_is_verified_and_one_that_vanished_is_missing() {
    let digest = sha256(BODY.as_bytes());
    let fake = Fake::new(|asked| match asked.path.ends_with(&sha256(BODY.as_bytes())) {
        true => manifest(),
        false => said(404, &[], ""),
    });
    client().verify(&image(&fake, &format!("app:1@{digest}"))).unwrap();
    let error = client().verify(&image(&fake, &format!("app:1@{}", sha256(b"old")))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Missing);
    assert!(error.message.contains(&sha256(b"old")));
    let other = Fake::new(|_| manifest());
    let error = client().verify(&image(&other, &format!("app:1@{}", sha256(b"old")))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Broken, "another image under this digest is a lie");
}

#[test]
fn a_mirror_is_asked_first_and_its_registry_when_it_has_nothing() {
    let mirror = Fake::new(|asked| match asked.path.contains("/hub/library/node/") {
        true => manifest(),
        false => said(404, &[], ""),
    });
    let origin = Fake::new(|_| manifest());
    let (mut settings, _) = settings();
    settings.add_mirror(&format!("docker.io={}/hub", mirror.host)).unwrap();
    settings.add_mirror(&format!("{}=http://{}", origin.host, mirror.host)).unwrap();
    assert!(settings.add_mirror("docker.io").is_err() && settings.add_mirror("a/b=c.d").is_err());
    let client = Client::new(settings).unwrap();
    assert_eq!(client.resolve(&Reference::parse("node:26").unwrap()).unwrap().host, mirror.host);
    assert_eq!(client.resolve(&image(&origin, "app:1")).unwrap().host, origin.host);
    assert_eq!(origin.asked(), ["HEAD /v2/app/manifests/1"]);
}

#[test]
fn a_host_outside_is_asked_through_the_proxy() {
    let proxy = Fake::new(|_| manifest());
    let (mut settings, _) = settings();
    settings.environment.insert("http_proxy".to_owned(), format!("http://{}", proxy.host));
    settings.add_mirror("docker.io=http://mirror.invalid").unwrap();
    let client = Client::new(settings).unwrap();
    client.resolve(&Reference::parse("node:26").unwrap()).unwrap();
    assert_eq!(proxy.asked(), ["CONNECT mirror.invalid:80", "HEAD /v2/library/node/manifests/26"]);
}

#[test]
fn a_registry_cannot_send_a_token_request_over_the_open_wire_or_to_nowhere() {
    for realm in ["ftp://x/", "file:///etc/passwd", "", "javascript:x"] {
        let fake = Fake::new(move |asked| wants_token(asked, realm));
        let error = client_with(&fake.host, "{\"auth\": \"dTpw\"}").resolve(&image(&fake, "team/app:1")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Broken, "{realm}");
    }
}
