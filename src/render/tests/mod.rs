//! The whole chain with hostile values: context, rendering, second rendering, comparison.

mod chain;
mod dockerfile;
mod facets;
mod packs;
mod script;
mod whole;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;

use super::quote::hostile;
use super::*;

#[derive(Serialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename = "free:text")]
struct Text(String);

#[derive(Serialize)]
#[serde(rename = "free:shell")]
struct Shell(String);

#[derive(Serialize)]
struct Values {
    v: Text,
    list: Vec<Text>,
    map: BTreeMap<Text, Text>,
    step: Shell,
    count: u16,
}

fn values(texts: &[&str]) -> Values {
    let text = |at: usize| Text(texts[at % texts.len()].to_owned());
    Values {
        v: text(0),
        list: vec![text(0), text(1), text(2)],
        map: BTreeMap::from([(text(1), text(2)), (text(2), text(0))]),
        step: Shell(text(0).0),
        count: 7,
    }
}

fn rendered(kind: FileKind, template: &str, values: &Values) -> Result<String, Diagnostic> {
    let environment = Environment::new(&[("t", template)])?;
    let contexts = contexts(values)?;
    let text = render(&environment, "t", "the file", kind, &contexts)?;
    assert_eq!(render(&environment, "t", "the file", kind, &contexts).unwrap(), text, "a second run differs");
    Ok(text)
}

/// What a template that quotes for another place must come to.
fn caught(kind: FileKind, template: &str, value: &str) -> String {
    match rendered(kind, template, &values(&[value, "b", "c"])) {
        Ok(text) => panic!("not caught: {text}"),
        Err(diagnostic) => diagnostic.render(false),
    }
}

const COMPOSE: &str = "\
# {{ count | num }} things
services:
  {% for entry in map -%}
  {{ entry.key | compose }}:
    command: [{{ v | compose }}, plain]
    environment:
      A: {{ entry.value | compose }}
  {% endfor -%}
x: {{ v | compose }} # end
";

const IGNORE: &str = "\
# what stays out
{% for path in list -%}
{{ path | ignore }}
{% endfor -%}
!{{ v | ignore }}
*.pem
";

const TOML: &str = "\
# \"quoted\" # twice
[a.{{ v | toml }}]
key = {{ v | toml }} # why
list = [{% for text in list %}{{ text | toml }}, {% endfor %}]
['literal # no comment']
";

const HCL: &str = "\
# every ${X} of a target
target {{ v | hcl }} {
  tags = [\"x:${TAG}\", {% for text in list %}{{ text | hcl }}, {% endfor %}] // why
  a    = TAG == \"\" ? {{ v | hcl }} : \"${upper({{ v | hcl }})}\"
}
/* the end */
";

const WORKFLOW: &str = "\
x: {{ v | github }}
run: echo \"$X\" {% raw %}${{ github.ref }}{% endraw %}
list: [{% for text in list %}{{ text | github }}, {% endfor %}]
";

const PIPELINE: &str = "\
x: {{ v | gitlab }}
script: [echo \"$X\", {{ v | gitlab }}]
";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn hostile_values_stay_values_in_bake_files(a in hostile::text(), b in hostile::text(), c in hostile::text()) {
        prop_assert_eq!(rendered(FileKind::Hcl, HCL, &values(&[&a, &b, &c])).err(), None);
    }

    #[test]
    fn hostile_values_stay_values_in_pipelines(a in hostile::text(), b in hostile::text()) {
        let values = values(&[&a, &b]);
        for (kind, template, begins) in [(FileKind::Github, WORKFLOW, "${{"), (FileKind::Gitlab, PIPELINE, "$")] {
            let result = rendered(kind, template, &values);
            // the second text is only in the workflow
            let refused = a.contains(begins) || kind == FileKind::Github && b.contains(begins);
            prop_assert_eq!(result.is_err(), refused, "{:?}", result);
        }
    }

    #[test]
    fn hostile_values_stay_values_in_compose(a in hostile::text(), b in hostile::text(), c in hostile::text()) {
        let nul = [&a, &b, &c].iter().any(|text| text.contains('\0'));
        prop_assert_eq!(rendered(FileKind::Compose, COMPOSE, &values(&[&a, &b, &c])).err().filter(|_| !nul), None);
    }

    #[test]
    fn hostile_values_stay_values_in_toml(a in hostile::text(), b in hostile::text(), c in hostile::text()) {
        prop_assert_eq!(rendered(FileKind::Toml, TOML, &values(&[&a, &b, &c])).err(), None);
    }

    #[test]
    fn hostile_values_stay_lines_in_ignore_files(a in hostile::text(), b in hostile::text(), c in hostile::text()) {
        let quotable = [&a, &b, &c].iter().all(|text| {
            let line = text.trim_matches(' ');
            !text.contains(|c: char| c.is_control() || c == '\u{feff}') && !line.is_empty() && line.trim() == line
        });
        let result = rendered(FileKind::Ignore, IGNORE, &values(&[&a, &b, &c]));
        prop_assert_eq!(result.is_ok(), quotable, "{:?}", result);
    }
}

#[test]
fn a_word_that_yaml_takes_for_something_else_is_caught() {
    let shown = caught(FileKind::Yaml, "a: b\nx: {{ v | word }}\n", "yes");
    assert!(
        shown.contains("the file:2:4") && shown.contains("a yes or no") && shown.contains(r#"the value is "yes""#),
        "{shown}"
    );
    caught(FileKind::Yaml, "x: {{ v | word }}\n", "1.10");
    caught(FileKind::Yaml, "x: [{{ v | word }}]\n", "a,b");
    caught(FileKind::Yaml, "{{ v | word }}: 1\n", "null");
    assert!(rendered(FileKind::Yaml, "x: {{ v | word }}\n", &values(&["30s"])).is_ok());
}

#[test]
fn the_filter_of_another_place_is_caught() {
    caught(FileKind::Yaml, "x: {{ v | comment }}\n", "a: b");
    caught(FileKind::Yaml, "x: {{ v | comment }}\n", "a # b");
    caught(FileKind::Yaml, "x: \"{{ v | json }}\"\n", "ab");
    caught(FileKind::Yaml, "# {{ v | yaml }}\n", "a b");
    caught(FileKind::Compose, "x: {{ v | yaml }}\n", "$HOME");
    caught(FileKind::Compose, "x: {{ v | yaml }}\n", "$$");
    caught(FileKind::Yaml, "x: {{ v | sh }}\n", "it's");
    caught(FileKind::Yaml, "x: |\n  {{ v | json }}\n", "a\"b");
    caught(FileKind::Toml, "x = '{{ v | comment }}'\n", "'\ny = '");
    caught(FileKind::Toml, "x = {{ v | sh }}\n", "a");
    caught(FileKind::Ignore, "{{ v | comment }}\n", "*");
    caught(FileKind::Ignore, "{{ v | comment }}\n", "!a");
    caught(FileKind::Plain, "{{ v | sh }}\n", "a b");
    caught(FileKind::Hcl, "x = {{ v | json }}\n", "${TAG}");
    caught(FileKind::Hcl, "x = {{ v | sh }}\n", "a");
    caught(FileKind::Hcl, "# {{ v | hcl }}\n", "a\"b");
    caught(FileKind::Hcl, "x = \"{{ v | hcl }}\"\n", "a");
    caught(FileKind::Github, "x: {{ v | yaml }}\n", "${{ github.token }}");
    caught(FileKind::Gitlab, "x: {{ v | yaml }}\n", "$CI_JOB_TOKEN");
}

#[test]
fn structure_that_follows_the_text_of_a_value_is_caught() {
    let shown = caught(FileKind::Yaml, "{% if v == \"debug\" %}a: 1\n{% endif %}b: 2\n", "debug");
    assert!(shown.contains("changes what `the file` says"), "{shown}");
    caught(FileKind::Yaml, "x: {{ v | trim | yaml }}\n", " a");
    caught(FileKind::Yaml, "x: {{ v | first | yaml }}\n", "ab");
    let length = "x: {{ v | length | num }}\n";
    caught(FileKind::Yaml, length, "abcd");
}

#[test]
fn a_template_cannot_pass_off_its_own_text_as_a_stand_in() {
    caught(FileKind::Yaml, "x: standin0x\ny: {{ v | yaml }}\n", "a");
}

#[test]
fn an_empty_value_stays_empty_in_both() {
    let text = rendered(FileKind::Yaml, "{% if v %}x: {{ v | yaml }}\n{% endif %}y: 1\n", &values(&[""])).unwrap();
    assert_eq!(text, "y: 1\n");
}

#[test]
fn a_loop_over_a_struct_follows_the_names_of_its_fields() {
    #[derive(Serialize)]
    struct Outer {
        inner: Inner,
    }
    #[derive(Serialize)]
    struct Inner {
        zulu: u8,
        alpha: u8,
        mike: u8,
        bravo: u8,
        kilo: u8,
    }
    let environment = Environment::new(&[("t", "{% for n in inner %}{{ n | num }}{% endfor %}")]).unwrap();
    let inner = Inner { zulu: 5, alpha: 1, mike: 4, bravo: 2, kilo: 3 };
    let contexts = contexts(&Outer { inner }).unwrap();
    assert_eq!(environment.render("t", &contexts.real).unwrap(), "12345");
}

#[test]
fn every_free_value_of_a_plan_has_a_grammar() {
    use crate::spec::values as typed;

    #[derive(Serialize)]
    struct All {
        line: typed::Line,
        image: typed::ImageRef,
        dir: typed::AbsPath,
        file: typed::RelPath,
        env: typed::EnvName,
        secret: typed::SecretId,
        probe: typed::UrlPath,
        step: typed::Shell,
        size: typed::Size,
        argv: typed::Argv,
        address: typed::Url,
        script: typed::Text,
    }
    let all = All {
        line: "a b".parse().unwrap(),
        image: "node:26-trixie-slim".parse().unwrap(),
        dir: "/srv".parse().unwrap(),
        file: "src/a".parse().unwrap(),
        env: "PORT".parse().unwrap(),
        secret: "npmrc".parse().unwrap(),
        probe: "/health".parse().unwrap(),
        step: "npm ci".parse().unwrap(),
        size: "64m".parse().unwrap(),
        argv: typed::Argv::new(["node", "a.js"]).unwrap(),
        address: "https://vault.example.com".parse().unwrap(),
        script: "a\nb".parse().unwrap(),
    };
    let contexts = contexts(&all).unwrap();
    let mut seen: Vec<_> = contexts.table.entries().iter().map(|entry| entry.grammar).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, Grammar::ALL.map(|(_, grammar)| grammar));
    assert!(contexts.table.entries().iter().all(|entry| entry.real != entry.standin));
}
