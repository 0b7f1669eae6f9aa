//! Projects as compose evaluates them: places, what is unknown, and what is refused.

use super::*;
use crate::report::Severity;

/// The project of `compose.yaml`, and all other files that are there.
fn project(files: &[(&str, &str)]) -> Project {
    named(&["compose.yaml"], files)
}

fn named(paths: &[&str], files: &[(&str, &str)]) -> Project {
    Project::read(paths, &Variables::some([]), &mut |path| {
        files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned())
    })
}

fn one(text: &str) -> Project {
    project(&[("compose.yaml", text)])
}

fn kinds(project: &Project) -> Vec<ProblemKind> {
    project.problems.iter().map(|problem| problem.kind).collect()
}

/// The file and the text at the place of a problem.
fn at<'p>(project: &'p Project, problem: &Problem) -> (&'p str, &'p str) {
    (project.files[problem.place.file].path.as_str(), project.written(&problem.place))
}

#[test]
fn a_value_knows_its_file_and_its_bytes() {
    let base = "services:\n  a:\n    image: 'x:1' # c\n    environment:\n    - A=\"q\"\n    - \"B=two\"\n    ports: [\"127.0.0.1:80:81/udp\"]\n";
    let over = "services:\n  a:\n    environment: {C: three}\n    user: root\n";
    let project = named(&["compose.yaml", "o.yaml"], &[("compose.yaml", base), ("o.yaml", over)]);
    let service = project.service("a").expect("a service");
    assert_eq!(project.written(&service.image().expect("an image").place), "'x:1'");
    let values: Vec<_> = service.environment();
    let written: Vec<_> = values.iter().map(|pair| project.written(&pair.value.expect("a value").place)).collect();
    assert_eq!(written, ["\"q\"", "two", "three"]);
    let names: Vec<_> = values.iter().map(|pair| project.written(pair.name_place)).collect();
    assert_eq!(names, ["A", "B", "C"]);
    assert_eq!(service.scalar("user").map(|user| user.place.file), Some(1 + usize::from(project.files.len() > 2)));
    let port = &service.ports()[0];
    let parts = [&port.host_ip, &port.published, &Some(port.target.clone()), &port.protocol];
    let parts = parts.map(|part| project.written(&part.as_ref().expect("a part").place).to_owned());
    assert_eq!(parts, ["127.0.0.1", "80", "81", "udp"]);
    assert_eq!(project.written(&port.place), "\"127.0.0.1:80:81/udp\"");
    assert_eq!(project.problems, []);
}

#[test]
fn what_comes_from_an_anchor_has_the_place_of_the_anchor() {
    let text = "x-a: &a\n  privileged: true\n  cap_add: &c [SYS_ADMIN]\nservices:\n  one: {<<: *a, image: i}\n  two: {image: i, cap_add: *c}\n";
    let project = one(text);
    let one = project.service("one").expect("a service").scalar("privileged").expect("a flag");
    assert_eq!(one.place.span.0, text.find("true").expect("there"));
    let two = project.service("two").expect("a service").list("cap_add")[0];
    assert_eq!(two.place.span.0, text.find("SYS").expect("there"));
    let key = project.service("one").expect("a service").value.entry("privileged").expect("an entry");
    assert_eq!(project.written(&key.key_place), "privileged");
}

#[test]
fn what_is_extended_has_its_place_there_and_paths_start_there() {
    let base = "services:\n  b:\n    build: ./app\n    privileged: true\n";
    let text = "services:\n  a:\n    extends: {file: sub/base.yaml, service: b}\n    image: x\n";
    let project = project(&[("compose.yaml", text), ("sub/base.yaml", base)]);
    let service = project.service("a").expect("a service");
    let context = service.build().and_then(|build| build.context()).expect("a context");
    assert_eq!(project.files[context.place.file].path, "sub/base.yaml");
    assert_eq!(project.path_at(&context.place, "./app").as_deref(), Some("sub/app"));
    let origin = service.extends().expect("an origin");
    assert_eq!(origin.file.and_then(Scalar::known).as_deref(), Some("sub/base.yaml"));
    assert_eq!(project.problems, []);
}

#[test]
fn what_a_variable_decides_is_unknown_and_its_default_is_known() {
    let text = "services:\n  a:\n    image: nginx:${TAG}\n    privileged: ${P:-false}\n    read_only: ${R}\n    mem_limit: ${M:-64m}\n    \
                ports: [\"${BIND:-127.0.0.1}:${PORT}:80\", \"${WHOLE}\"]\n    volumes: [\"${DATA:-./d}:/d\", \"${V}:/v\", \"x${Y}:/y\"]\n";
    let project = one(text);
    let service = project.service("a").expect("a service");
    let image = service.image().expect("an image");
    assert_eq!((image.known(), image.text.prefix().as_str(), image.text.raw()), (None, "nginx:", "nginx:${TAG}"));
    let privileged = service.scalar("privileged").expect("a flag");
    assert_eq!((privileged.as_bool(), privileged.text.default().as_deref()), (None, Some("false")));
    assert_eq!(service.scalar("read_only").and_then(|flag| flag.text.default()), None);
    let ports = service.ports();
    let ip = ports[0].host_ip.as_ref().expect("an address");
    assert_eq!((ip.known(), ip.text.default().as_deref()), (None, Some("127.0.0.1")));
    assert_eq!(project.written(&ip.place), "${BIND:-127.0.0.1}");
    assert_eq!(ports[0].target_range(), Some((80, 80)));
    assert_eq!(ports[0].published_range(), None);
    assert!(ports[1].target.is_unknown());
    let kinds: Vec<_> = service.volumes().into_iter().map(|volume| volume.kind).collect();
    assert_eq!(kinds, [VolumeType::Bind, VolumeType::Unknown, VolumeType::Unknown]);
    assert_eq!(project.problems, []);
}

#[test]
fn a_value_of_dot_env_is_known_and_says_so() {
    let project = project(&[("compose.yaml", "services: {a: {image: \"x:$TAG\"}}"), (".env", "TAG=2\n")]);
    let image = project.service("a").and_then(Service::image).expect("an image");
    assert_eq!(image.known().as_deref(), Some("x:2"));
    assert_eq!(image.text.sources().collect::<Vec<_>>(), [".env"]);
}

#[test]
fn booleans_have_composes_spellings() {
    let project = one("services: {a: {image: x, privileged: yes, read_only: \"on\", init: \"False\", tty: N}}");
    let service = project.service("a").expect("a service");
    let flags = ["privileged", "read_only", "init", "tty"].map(|key| service.scalar(key).and_then(Scalar::as_bool));
    assert_eq!(flags, [Some(true), Some(true), Some(false), Some(false)]);
    assert_eq!(project.problems, []);
}

#[test]
fn files_of_environment_keep_their_order_and_whether_they_must_be_there() {
    let base = "services: {a: {image: x, env_file: a.env}}";
    let over = "services: {a: {env_file: [b.env, {path: c.env, required: false}, a.env]}}";
    let project = named(&["compose.yaml", "o.yaml"], &[("compose.yaml", base), ("o.yaml", over)]);
    let files = project.service("a").expect("a service").env_file();
    let files: Vec<_> = files.iter().map(|file| (file.path.known().expect("a path"), file.required)).collect();
    let wanted = [("a.env", Some(true)), ("b.env", Some(true)), ("c.env", Some(false))];
    assert_eq!(files, wanted.map(|(path, required)| (path.to_owned(), required)));
}

#[test]
fn the_rest_of_a_service_is_read() {
    let project = one(
        "services:\n  a:\n    image: x\n    deploy:\n      replicas: 3\n      restart_policy: {condition: on-failure, max_attempts: 5}\n      \
         resources: {limits: {pids: 10}}\n    healthcheck: {test: [NONE]}\n    links: [b]\n    logging: {driver: none}\n  b: {image: x}\n\
         networks: {n: {internal: true}, o: {external: {name: x}}}\n",
    );
    let service = project.service("a").expect("a service");
    assert_eq!(service.replicas().and_then(Scalar::as_int), Some(3));
    let policy = service.deploy_restart().expect("a policy");
    assert!(policy.condition.is_some_and(|condition| condition.is("on-failure")));
    assert_eq!(policy.max_attempts.and_then(Scalar::as_int), Some(5));
    assert_eq!(service.deploy_limits().and_then(|limits| limits.pids).and_then(Scalar::as_int), Some(10));
    assert_eq!(service.healthcheck().and_then(|check| check.disabled()), Some(true));
    assert!(service.logging().and_then(|logging| logging.driver).is_some_and(|driver| driver.is("none")));
    assert_eq!(project.network("n").and_then(Resource::internal), Some(true));
    assert_eq!(project.network("o").and_then(Resource::external), Some(true));
    assert_eq!(project.network("n").and_then(Resource::external), Some(false));
}

#[test]
fn a_bomb_is_refused() {
    let mut bomb = "x-0: &b0 [a, a, a, a, a, a, a, a, a, a]\n".to_owned();
    for n in 1..12 {
        let alias = format!("*b{}, ", n - 1).repeat(10);
        bomb.push_str(&format!("x-{n}: &b{n} [{}]\n", alias.trim_end_matches(", ")));
    }
    bomb.push_str("services: {a: {image: x}}\n");
    let mut maps = "x-0: &m0 {a: b}\n".to_owned();
    for n in 1..60 {
        maps.push_str(&format!("x-{n}: &m{n} {{a: *m{0}, b: *m{0}}}\n", n - 1));
    }
    let mut deep = "x-0: &d0 [a]\n".to_owned();
    for n in 1..400 {
        deep.push_str(&format!("x-{n}: &d{n} [*d{}]\n", n - 1));
    }
    let long = format!("x-a: &a {}\nservices: {{a: {{command: [{}]}}}}\n", "x".repeat(1 << 20), "*a, ".repeat(10_000));
    for text in [bomb, maps, deep, long, "x-a: &a [*a]\n".to_owned(), "x-a: &a {b: *a}\n".to_owned()] {
        let project = one(&text);
        let large = kinds(&project).into_iter().filter(|kind| *kind == ProblemKind::TooLarge).count();
        assert_eq!((large, project.is_incomplete), (1, true), "{}", &text[..80.min(text.len())]);
    }
}

#[test]
fn services_that_double_by_extends_are_refused() {
    let items: String = (0..2000).map(|n| format!("{n}, ")).collect();
    let mut text = format!("services:\n  s0: {{image: x, command: [{items}]}}\n");
    for n in 1..400 {
        text.push_str(&format!("  s{n}: {{extends: s{}}}\n", n - 1));
    }
    assert!(kinds(&one(&text)).contains(&ProblemKind::TooLarge));
}

#[test]
fn circles_end_with_a_problem() {
    let extends = "services:\n  a: {extends: b}\n  b: {extends: {file: other.yaml, service: c}}\n";
    let other = "services:\n  c: {extends: {file: compose.yaml, service: a}}\n";
    let circle = project(&[("compose.yaml", extends), ("other.yaml", other)]);
    assert!(kinds(&circle).contains(&ProblemKind::Extends), "{:?}", circle.problems);
    let include = [("compose.yaml", "include: [a/x.yaml]\n"), ("a/x.yaml", "include: [../compose.yaml]\n")];
    let circle = project(&include);
    assert_eq!(kinds(&circle), [ProblemKind::Extends]);
    assert_eq!(at(&circle, &circle.problems[0]), ("a/x.yaml", "../compose.yaml"));
    let mut chain = "services:\n  s0: {image: x}\n".to_owned();
    for n in 1..3000 {
        chain.push_str(&format!("  s{n}: {{extends: s{}}}\n", n - 1));
    }
    chain.push_str("  first: {extends: s2999}\n");
    let reversed: String =
        chain.lines().skip(1).collect::<Vec<_>>().into_iter().rev().map(|line| format!("{line}\n")).collect();
    let long = one(&format!("services:\n{reversed}"));
    assert!(kinds(&long).contains(&ProblemKind::Extends));
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    let table = [
        ("services: {a: {image: x, networks: [bakc]}}\nnetworks: {back: }", ProblemKind::Undefined, "bakc", "`back`"),
        ("services: {a: {image: x, networks: {n: }}}", ProblemKind::Undefined, "n", "networks"),
        ("services: {a: {image: x, volumes: [\"data:/d\"]}}", ProblemKind::Undefined, "data", "volumes"),
        ("services: {a: {image: x, secrets: [{source: s}]}}", ProblemKind::Undefined, "s", "secrets"),
        ("services: {a: {image: x, build: {context: ., secrets: [s]}}}", ProblemKind::Undefined, "s", "secrets"),
        ("services: {a: {image: x, configs: [c]}}", ProblemKind::Undefined, "c", "configs"),
        ("services: {a: {image: x, depends_on: [bb]}, b: {image: x}}", ProblemKind::Undefined, "bb", "service"),
        ("services: {a: {image: x, depends_on: {bb: }}, b: {image: x}}", ProblemKind::Undefined, "bb", "service"),
        ("services: {a: {image: x, pid: \"service:b\"}}", ProblemKind::Undefined, "\"service:b\"", "service"),
        ("services: {a: {image: x, links: [\"b:c\"]}}", ProblemKind::Undefined, "b", "service"),
        ("services: {a: {extends: nobody}, nobodi: {image: x}}", ProblemKind::Extends, "nobody", "`nobodi`"),
        ("services: {a: {image: x, enviroment: {A: b}}}", ProblemKind::UnknownKey, "enviroment", "`environment`"),
        ("services: {a: {build: {contxt: .}}}", ProblemKind::UnknownKey, "contxt", "`context`"),
        ("service: {}", ProblemKind::UnknownKey, "service", "`services`"),
        ("services: {a: {user: x}}", ProblemKind::NoImage, "a", "image"),
        ("services: {a: {image: x}, a: {image: y}}", ProblemKind::Yaml, "a", "keep one"),
        ("services: {a: {image: x, container_name: /a}}", ProblemKind::BadName, "/a", "letters"),
        ("services: {\"a b\": {image: x}}", ProblemKind::BadName, "\"a b\"", "rename"),
        (
            "services: {a: {image: x, networks: [default], network_mode: host}}",
            ProblemKind::Conflict,
            "network_mode",
            "one",
        ),
        (
            "services: {a: {image: x, tmpfs: \"/t:size=1m\", volumes: [\"./x:/t/\"]}}",
            ProblemKind::MountTwice,
            "/t/",
            "one",
        ),
        (
            "services: {a: {image: x, mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}}}",
            ProblemKind::Conflict,
            "1g",
            "one",
        ),
        ("services: {a: {image: x, privileged: maybe}}", ProblemKind::Shape, "maybe", ""),
        ("services: {a: {image: x, ports: 80}}", ProblemKind::Shape, "80", ""),
        ("services: {a: {image: x, ports: [{published: 80}]}}", ProblemKind::Shape, "{published: 80}", ""),
        ("services: {a: {image: \"${1}\"}}", ProblemKind::Interpolation, "\"${1}\"", "$$"),
        ("include: [none.yaml]", ProblemKind::MissingFile, "none.yaml", "path"),
        ("services: [a]", ProblemKind::Shape, "[a]", ""),
        ("- a", ProblemKind::Shape, "- a", ""),
    ];
    for (text, kind, place, help) in table {
        let project = one(text);
        assert_eq!(kinds(&project), [kind], "{text}: {:?}", project.problems);
        let problem = &project.problems[0];
        assert_eq!(project.written(&problem.place), place, "{text}");
        assert!(problem.help.as_deref().unwrap_or_default().contains(help), "{text}: {problem:?}");
        assert_eq!(problem.severity, Severity::Error);
    }
}

#[test]
fn services_that_wait_for_one_another_are_told_once() {
    let text = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, network_mode: \"service:c\"}\n  c: {image: x, depends_on: {a: {condition: service_healthy}}}\n  d: {image: x, depends_on: [a]}\n";
    let project = one(text);
    assert_eq!(kinds(&project), [ProblemKind::Circle]);
    assert!(project.problems[0].message.ends_with("a -> b -> c -> a"), "{:?}", project.problems);
    assert_eq!(kinds(&one("services: {a: {image: x, depends_on: [a]}}")), [ProblemKind::Circle]);
    assert_eq!(
        kinds(&one("services: {a: {image: x, depends_on: [b, c]}, b: {image: x, depends_on: [c]}, c: {image: x}}")),
        []
    );
}

#[test]
fn what_an_included_file_extends_is_looked_for_beside_it() {
    let files = [
        ("compose.yaml", "include: [dir/in.yaml]\nservices: {a: {user: x}}"),
        ("dir/in.yaml", "services: {a: {extends: {file: base.yaml, service: b}}}"),
        ("dir/base.yaml", "services: {b: {build: .}}"),
    ];
    let project = project(&files);
    assert_eq!(project.problems, []);
    let service = project.service("a").expect("a service");
    assert!(service.build().is_some() && service.scalar("user").is_some() && service.extends().is_some());
}

#[test]
fn the_same_port_or_name_of_services_that_run_together_is_a_problem() {
    let table = [
        ("ports: [\"80:1\"]", "ports: [\"80:2\"]", true),
        ("ports: [\"80:1\"]", "ports: [{target: 2, published: 80}]", true),
        ("ports: [\"80-82:1-3\"]", "ports: [\"82:2\"]", true),
        ("ports: [\"127.0.0.1:80:1\"]", "ports: [\"80:2\"]", true),
        ("ports: [\"0.0.0.0:80:1\"]", "ports: [\"127.0.0.1:80:2\"]", true),
        ("container_name: xx", "container_name: xx", true),
        ("container_name: xx", "container_name: yy", false),
        ("container_name: xx, profiles: [p]", "container_name: xx", false),
        ("container_name: \"${X}\"", "container_name: \"${X}\"", false),
        ("ports: [\"80:1\"], profiles: [p]", "ports: [\"80:2\"], profiles: [p]", true),
        ("ports: [\"80:1\"], profiles: [p]", "ports: [\"80:2\"]", false),
        ("ports: [\"127.0.0.2:80:1\"]", "ports: [\"127.0.0.1:80:2\"]", false),
        ("ports: [\"80:1/udp\"]", "ports: [\"80:2\"]", false),
        ("ports: [\"80:1\"]", "ports: [\"80\"]", false),
        ("ports: [\"80:80\", \"80-82:80-82\"]", "user: x", false),
        ("mem_limit: 1g, deploy: {resources: {limits: {memory: 1024m}}}", "mem_limit: 1g", false),
        ("ports: [\"80-90:1\"]", "ports: [\"80-90:1\"]", false),
        ("ports: [\"${P:-80}:1\"]", "ports: [\"80:2\"]", false),
        ("ports: [\"80:1\"], deploy: {replicas: 0}", "ports: [\"80:2\"]", false),
        ("ports: [\"80:1\"]", "network_mode: host, ports: [\"80:2\"]", false),
    ];
    for (a, b, is_wrong) in table {
        let project = one(&format!("services:\n  a: {{image: x, {a}}}\n  b: {{image: x, {b}}}\n"));
        let found = kinds(&project);
        assert_eq!(!found.is_empty(), is_wrong, "{a} / {b}: {:?}", project.problems);
        if let Some(problem) = project.problems.first() {
            let (first, _) = problem.related.as_ref().expect("the first place");
            assert!(*first < problem.place, "{a} / {b}");
        }
    }
}

#[test]
fn what_nobody_here_can_see_is_no_error() {
    for text in [
        "include: [\"oci://example.com/x\"]\nservices: {a: {image: x, networks: [theirs]}}",
        "include: [\"../up.yaml\"]\nservices: {a: {image: x, depends_on: [theirs]}}",
        "include: [\"${WHICH}\"]\nservices: {a: {image: x, volumes: [\"theirs:/x\"]}}",
        "services: {a: {extends: {file: ../x.yaml, service: b}}}",
    ] {
        let project = one(text);
        assert!(project.is_incomplete, "{text}");
        assert_eq!(kinds(&project), [ProblemKind::Remote], "{text}: {:?}", project.problems);
        assert_eq!(project.problems[0].severity, Severity::Note, "{text}");
    }
}

#[test]
fn a_diagnostic_shows_both_places() {
    let project = one("services:\n  a: {image: x, ports: [\"80:1\"]}\n  b: {image: x, ports: [\"80:2\"]}\n");
    let shown = project.problems[0].diagnostic(&project.files).render(false);
    assert!(shown.contains("compose.yaml:3:") && shown.contains("compose.yaml line 2"), "{shown}");
}
