//! Templates of a pack that are broken on purpose: each is stopped, when it is loaded or when it is rendered.

use super::chain::{broken, set_up};

/// Values that are harmless only where they are quoted for their place.
const SPEC: &str = r#"
[service]
start = ["node", "server.js", "it's $HOME \"x\""]
[runtime]
env = { MODE = "a b\" ${HOME} #", OTHER = "--x" }
[image.labels]
"org.opencontainers.image.vendor" = "A: 'b' # $c"
[[secrets]]
name = "api_token"
"#;

fn stopped(template: &str, from: &str, to: &str) -> String {
    match set_up(&broken(template, &[(from, to)]), SPEC) {
        Err(error) => error.render(false),
        Ok(set_up) => panic!("not stopped: {to}\n{}\n{}", set_up.file("Dockerfile"), set_up.file("compose.yaml")),
    }
}

#[test]
fn a_template_that_does_not_quote_is_refused_when_it_is_loaded() {
    let value = "{{ var.value | env }}";
    for to in [
        "{{ var.value }}",
        "{{ var.value | safe }}",
        "{{ var.value | env | upper }}",
        "{{ var.value | env ~ 'x' }}",
        "{{ var.value | nosuch }}",
        "{{ var.value | env",
        "{% set x = var.value %}{{ x }}",
        "{% include \"blocks/nosuch\" %}",
        "{% include \"../../etc/passwd\" %}",
    ] {
        let shown = stopped("Dockerfile", value, to);
        assert!(
            shown.contains("Dockerfile") || shown.contains("blocks/nosuch") || shown.contains("etc/passwd"),
            "{to}: {shown}"
        );
    }
}

#[test]
fn a_template_that_quotes_for_another_place_is_stopped_when_it_is_rendered() {
    let of_dockerfile = [
        ("{{ var.value | env }}", "{{ var.value | comment }}"),
        ("{{ var.value | env }}", "{{ var.value | json }}"),
        ("{{ var.value | env }}", "{{ var.value | word }}"),
        ("{{ label.value | env }}", "{{ label.value | yaml }}"),
        ("CMD {{ runtime.arguments | exec }}", "CMD {{ runtime.arguments | shargs }}"),
        (
            "CMD {{ runtime.arguments | exec }}",
            "CMD [{% for word in runtime.arguments %}\"{{ word | comment }}\"{% endfor %}]",
        ),
        ("ENTRYPOINT", "RUN echo {% for word in runtime.arguments %}{{ word | comment }}{% endfor %}\nENTRYPOINT"),
        ("ENTRYPOINT", "# {% for word in runtime.arguments %}{{ word | sh }}\n{% endfor %}\nENTRYPOINT"),
        ("{{ var.value | env }}", "{{ var.value | env }}{% if var.value == \"--x\" %} MORE=1{% endif %}"),
        ("{{ var.value | env }}", "{{ var.value | trim | replace(from=\"a\", to=\"b\") | env }}"),
    ];
    for (from, to) in of_dockerfile {
        stopped("Dockerfile", from, to);
    }
    for (from, to) in [
        (
            "name: {{ name | compose }}\n",
            "name: {{ name | compose }}\nx-a:\n{% for var in runtime.env %}  {{ var.name | word }}: {{ var.value | comment }}\n{% endfor %}",
        ),
        (
            "name: {{ name | compose }}\n",
            "name: {{ name | compose }}\nx-a:\n{% for var in runtime.env %}  {{ var.name | word }}: {{ var.value | yaml }}\n{% endfor %}",
        ),
    ] {
        stopped("compose.yaml", from, to);
    }
}

#[test]
fn a_template_without_an_end_is_stopped() {
    stopped("Dockerfile", "ENTRYPOINT", "{% include \"Dockerfile\" %}\nENTRYPOINT");
    let loops = "{% for a in runtime.env %}{% for b in runtime.env %}".repeat(12);
    let ends = "{% endfor %}{% endfor %}".repeat(12);
    stopped("Dockerfile", "ENTRYPOINT", &format!("{loops}# x\n{ends}ENTRYPOINT"));
}
