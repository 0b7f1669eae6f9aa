//! Compose files as people write them, and as they should not.

use super::*;

const FULL: &str = r#"
name: shop
x-hardened: &hardened
  read_only: true
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
services:
  web:
    <<: *hardened
    build:
      context: .
      target: runtime
      args: {VERSION: 1.2}
    user: "65532:65532"
    init: true
    command: ["node", "server.js"]
    environment:
      NODE_ENV: production
      PORT: 3000
      FROM_OUTSIDE:
    ports:
      - "127.0.0.1:${PORT:-3000}:3000"
      - target: 9090
        published: "9091"
        host_ip: 127.0.0.1
    secrets:
      - db_password
      - source: api_key
        target: key
    tmpfs: /tmp:size=16m,noexec
    depends_on:
      db: {condition: service_healthy}
    healthcheck:
      test: [CMD, node, health.js]
      interval: 5s
      retries: 3
  db:
    image: postgres:18
    environment: [POSTGRES_DB=shop, "OPTS=a=b", PASSED_ON]
    env_file: [db.env, {path: more.env, required: false}]
    healthcheck: {disable: true}
secrets:
  db_password:
    file: ./secrets/db_password
  api_key: {external: true}
"#;

#[test]
fn services_are_read_with_what_they_inherit_by_merge() {
    let compose = Compose::read(FULL);
    assert_eq!(compose.problems, []);
    assert_eq!(compose.name.as_deref(), Some("shop"));
    let web = compose.service("web").unwrap();
    assert_eq!(&FULL[web.span.clone()], "web");
    assert_eq!((web.read_only, web.init, web.privileged), (Some(true), Some(true), None));
    assert_eq!(web.cap_drop, ["ALL"]);
    assert_eq!(web.security_opt, ["no-new-privileges:true"]);
    assert_eq!(web.user.as_deref(), Some("65532:65532"));
    let build = web.build.as_ref().unwrap();
    assert_eq!((build.context.as_str(), build.target.as_deref()), (".", Some("runtime")));
    assert_eq!(build.args[0].value.as_deref(), Some("1.2"));
    assert_eq!(web.command, Some(Command::Words(vec!["node".to_owned(), "server.js".to_owned()])));
    assert_eq!(web.secrets, ["db_password", "api_key"]);
    assert_eq!(web.depends_on, ["db"]);
    assert_eq!(web.tmpfs, ["/tmp:size=16m,noexec"]);
    assert_eq!(web.ports[0].published.as_deref(), Some("${PORT:-3000}"));
    assert_eq!((web.ports[1].target.as_str(), web.ports[1].host_ip.as_deref()), ("9090", Some("127.0.0.1")));
    let check = web.healthcheck.as_ref().unwrap();
    assert_eq!((check.interval.as_deref(), check.retries, check.disabled), (Some("5s"), Some(3), false));
}

#[test]
fn variables_come_from_lists_and_mappings() {
    let compose = Compose::read(FULL);
    let pairs = |name: &str| -> Vec<(String, Option<String>)> {
        let service = compose.service(name).unwrap();
        service.environment.iter().map(|variable| (variable.name.clone(), variable.value.clone())).collect()
    };
    let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
    assert_eq!(
        pairs("web"),
        [pair("NODE_ENV", Some("production")), pair("PORT", Some("3000")), pair("FROM_OUTSIDE", None)]
    );
    assert_eq!(pairs("db"), [pair("POSTGRES_DB", Some("shop")), pair("OPTS", Some("a=b")), pair("PASSED_ON", None)]);
    assert_eq!(compose.service("db").unwrap().env_file, ["db.env", "more.env"]);
    assert!(compose.service("db").unwrap().healthcheck.as_ref().unwrap().disabled);
}

#[test]
fn secrets_tell_where_they_come_from() {
    let compose = Compose::read(FULL);
    assert_eq!(compose.secrets[0].file.as_deref(), Some("./secrets/db_password"));
    assert!(compose.secrets[1].external && !compose.secrets[0].external);
}

#[test]
fn what_has_the_wrong_shape_is_told_with_its_place() {
    let table = [
        ("- a\n", "- a", "a compose file is a mapping"),
        ("services: [web]\n", "[web]", "`services` is a mapping"),
        ("services:\n  web: yes\n", "yes", "a service is a mapping"),
        ("services:\n  web: {read_only: \"true\"}\n", "\"true\"", "`read_only` is `true` or `false`"),
        ("services:\n  web: {image: [a]}\n", "[a]", "`image` is a single value"),
        ("services:\n  web: {ports: [{published: 1}]}\n", "{published: 1}", "an entry of `ports`"),
        ("services:\n  web: {environment: A=1}\n", "A=1", "`environment` is a list or a mapping"),
        ("services:\n  web: {build: [a]}\n", "[a]", "`build` is a path or a mapping"),
    ];
    for (text, place, message) in table {
        let compose = Compose::read(text);
        let [problem] = compose.problems.as_slice() else { panic!("{text:?}: {:?}", compose.problems) };
        assert_eq!(&text[problem.span.clone()], place, "{text:?}");
        assert!(problem.message.starts_with(message), "{text:?}: {}", problem.message);
    }
}

#[test]
fn a_variable_may_stand_for_a_boolean_and_nothing_for_anything() {
    let compose = Compose::read("services:\n  web:\n    read_only: ${RO}\n    ports:\n    environment:\nsecrets:\n");
    assert_eq!(compose.problems, []);
    assert_eq!(compose.services[0].read_only, None);
    assert_eq!(Compose::read("").services, []);
}
