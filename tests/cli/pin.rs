//! `scaffold pin` and `scaffold new --pin`, with a registry of this process.

use std::sync::{Arc, Mutex};

use scaffold_dockerfile::spec::lock::Lock;

use super::fake::{Asked, Fake, Said, said};
use super::project::{Project, changed};

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

/// A manifest of this digest.
fn is(letter: char) -> Said {
    let index = "application/vnd.oci.image.index.v1+json";
    said(200, &[("Content-Type", index), ("Docker-Content-Digest", &digest(letter))], "{}")
}

/// A registry in which `app:1` is `letter`, `b` was before, and there is any other image.
fn registry(letter: Arc<Mutex<char>>) -> Fake {
    Fake::new(move |asked: &Asked| {
        let letter = *letter.lock().expect("a letter");
        match asked.path.rsplit('/').next().unwrap_or_default() {
            "1" => is(letter),
            "26-slim" => is('c'),
            which if which == digest(letter) => is(letter),
            which if which == digest('b') => is('b'),
            which if which == digest('d') => is('d'),
            "gone" => said(404, &[], ""),
            which if which.starts_with("list?") => said(200, &[], "{\"tags\": [\"done\"]}"),
            which if which.starts_with("sha256:") => said(404, &[], ""),
            _ => is('d'),
        }
    })
}

fn files(host: &str) -> [(&'static str, String); 3] {
    [
        ("Dockerfile", format!("# mine\nFROM {host}/app:1 AS x\r\nCOPY --from={host}/tool:2 / /\nFROM x\n")),
        ("deploy/compose.yaml", format!("services:\n  db:\n    image: {host}/app:1 # kept\n  app:\n    build: .\n")),
        ("notes.md", format!("FROM {host}/app:1\n")),
    ]
}

fn project(host: &str) -> Project {
    let project = Project::with(&[]);
    for (path, text) in files(host) {
        project.write(path, &text);
    }
    project
}

#[test]
fn every_image_gets_its_digest_and_nothing_else_changes() {
    let fake = registry(Arc::new(Mutex::new('a')));
    let (host, project) = (fake.host.as_str(), project(&fake.host));
    project.refuses("pin --check", 1).prints(&format!("Dockerfile:2: {host}/app:1 is not pinned"));
    project.refuses("pin --dry-run", 1).prints(&format!("deploy/compose.yaml:3: {host}/app:1 -> {}", digest('a')));
    project.refuses("pin --diff", 1).prints(&format!("+    image: {host}/app:1@{} # kept", digest('a')));
    project
        .run("pin")
        .exits(0)
        .says("pinned 3 images")
        .prints(&format!("Dockerfile:3: {host}/tool:2 -> {}", digest('d')));
    for (path, text) in files(host).iter().filter(|(path, _)| *path != "notes.md") {
        let pinned = text
            .replace("/app:1", &format!("/app:1@{}", digest('a')))
            .replace("/tool:2", &format!("/tool:2@{}", digest('d')));
        assert_eq!(project.read(path), pinned);
    }
    assert_eq!(project.read("notes.md"), files(host)[2].1);
    assert!(!project.has(".scaffold"));
    assert_eq!(fake.asked().iter().filter(|asked| asked.ends_with("/app/manifests/1")).count(), 3, "once a run");
}

#[test]
fn a_moved_tag_is_said_by_check_and_taken_by_update_alone() {
    let letter = Arc::new(Mutex::new('b'));
    let fake = registry(Arc::clone(&letter));
    let project = Project::with(&[("Dockerfile", format!("FROM {}/app:1\n", fake.host).as_str())]);
    project.run("pin").exits(0);
    project.refuses("pin --check", 0).prints_nothing();
    *letter.lock().expect("a letter") = 'a';
    project.refuses("pin", 0).prints("(kept)");
    project.refuses("pin --check", 1).prints(&format!("has moved: {} -> {}", digest('b'), digest('a')));
    let json = project.run("pin --update --format json").exits(0).json();
    assert_eq!(json["images"][0]["status"], "moved");
    assert_eq!((&json["images"][0]["was"], &json["written"]), (&digest('b').into(), &true.into()));
    assert_eq!(project.read("Dockerfile"), format!("FROM {}/app:1@{}\n", fake.host, digest('a')));
}

#[test]
fn what_is_not_there_is_named_with_its_place_and_the_way_out() {
    let fake = registry(Arc::new(Mutex::new('a')));
    let host = &fake.host;
    let gone = format!("FROM {host}/app:1\nFROM {host}/app:gone\n");
    let project = Project::with(&[("Dockerfile", gone.as_str())]);
    project.refuses("pin", 2).says("has no tag `gone`").says("--> Dockerfile:2:6").says("did you mean `done`?");
    project.write("Dockerfile", &format!("FROM {host}/app:1@{}\n", digest('e')));
    project.refuses("pin", 2).says(&digest('e')).says("--> Dockerfile:1:6").says("scaffold pin --update");
    project.run("pin --update").exits(0);
    assert_eq!(project.read("Dockerfile"), format!("FROM {host}/app:1@{}\n", digest('a')));
}

#[test]
fn a_registry_that_goes_away_half_way_leaves_every_file_as_it_was() {
    let fake = Fake::new(|asked| if asked.path.contains("/tool/") { said(0, &[], "") } else { is('a') });
    let project = project(&fake.host);
    project.refuses("pin", 3).says("does not answer").says("Dockerfile:3:13").says("nothing was written");
}

#[test]
fn a_registry_that_wants_a_login_is_said_with_the_command_that_gives_it() {
    let fake = Fake::new(|_| said(401, &[("WWW-Authenticate", "Basic realm=\"x\"")], ""));
    let project = Project::with(&[("Dockerfile", format!("FROM {}/app:1\n", fake.host).as_str())]);
    project.refuses("pin", 3).says(&format!("docker login {}", fake.host)).says("--> Dockerfile:1:6");
    assert!(fake.all().iter().all(|asked| asked.authorization().is_empty() && asked.body.is_empty()));
}

#[test]
fn what_cannot_be_pinned_fails_a_check_unless_it_may_be_built_here() {
    let project = Project::with(&[("Dockerfile", "ARG V=1\nFROM node:$V\n")]);
    project.refuses("pin --check", 1).says("put together from variables").says("--> Dockerfile:2:6");
    project.write("Dockerfile", "FROM base\n");
    project.refuses("pin --check", 0).says("may be a build context");
    project.refuses("pin --mirror nonsense", 2).says("HOST=MIRROR");
    project.refuses("pin --ca nowhere.pem", 2).says("nowhere.pem");
}

#[test]
fn the_set_up_of_scaffold_stays_its_own_when_it_is_pinned() {
    let fake = registry(Arc::new(Mutex::new('a')));
    let mirror = format!("--mirror docker.io=http://{}", fake.host);
    let project = Project::set_up();
    project.run(&format!("pin {mirror}")).exits(0);
    let dockerfile = project.read("Dockerfile");
    assert!(dockerfile.contains(&format!("-slim@{}", digest('d'))), "{dockerfile}");
    let lock = Lock::read(&project.read("scaffold.lock")).expect("a lock");
    assert_eq!(lock.text_of("Dockerfile"), Some(dockerfile.as_str()));
    assert!(!lock.images.is_empty());
    project.refuses("new --yes", 0).says("up to date");

    // A setting that has nothing to do with images keeps the digests; another base takes them away.
    project.run("new --yes --set service.port=9090").exits(0);
    assert!(project.read("Dockerfile").contains(&format!("@{}", digest('d'))));
    project.run("new --yes --set image.base=alpine").exits(0);
    assert!(!project.read("Dockerfile").contains("@sha256:"));
    assert!(!project.read("scaffold.lock").contains("[images]"));
}

#[test]
fn every_file_that_scaffold_wrote_is_pinned_whatever_its_name() {
    let fake = registry(Arc::new(Mutex::new('a')));
    let mirror = format!("--mirror docker.io=http://{}", fake.host);
    let spec = "[outputs]\nswarm = true\nkubernetes = true\n[backing]\npostgres = true\n";
    let project = Project::node_and(&[("scaffold.toml", spec), ("their/stack.yaml", "resolver: lts-24\n")]);
    project.run("new --yes").exits(0);
    project.refuses(&format!("pin --check {mirror}"), 1).prints("stack.yaml:").prints("compose.yaml:");
    project.run(&format!("pin {mirror}")).exits(0);
    let line = |path: &str| {
        let text = project.read(path);
        text.lines().find(|line| line.contains("postgres:17")).map(|line| line.trim().to_owned())
    };
    assert!(line("stack.yaml").is_some_and(|line| line.contains(&digest('d'))), "{}", project.read("stack.yaml"));
    assert_eq!(line("stack.yaml"), line("compose.yaml"));
    assert_eq!(project.read("their/stack.yaml"), "resolver: lts-24\n");
    project.refuses("new --yes", 0).says("up to date");
    project.refuses(&format!("pin --check {mirror}"), 0);
}

#[test]
fn new_pins_while_it_writes_or_writes_nothing() {
    let fake = registry(Arc::new(Mutex::new('a')));
    let project = Project::node();
    let before = project.tree();
    let failing = Fake::new(|_| said(404, &[], ""));
    project.refuses(&format!("new --yes --pin --set image.registry={}", failing.host), 2).says("cannot be pinned");
    assert_eq!(changed(&before, &project.tree()), Vec::<String>::new());
    project.run(&format!("new --yes --pin --mirror docker.io=http://{}", fake.host)).exits(0);
    assert!(project.read("Dockerfile").contains(&format!("@{}", digest('d'))));
    project.refuses("new --yes", 0).says("up to date");
    project.refuses(&format!("pin --check --mirror docker.io=http://{}", fake.host), 0);
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_does_not_command_the_terminal() {
    let fake = registry(Arc::new(Mutex::new('a')));
    let project = Project::with(&[("Dockerfile.\u{1b}[31m\u{202e}", format!("FROM {}/app:1\n", fake.host).as_str())]);
    let ran = project.run("pin --check").exits(1).prints("is not pinned");
    assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']) && !ran.stderr.contains('\u{1b}'), "{ran}");
}
