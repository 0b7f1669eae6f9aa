//! Hostile text in every free field of `scaffold.toml`: refused with an error, or the files say exactly that text.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::chain::{SetUp, set_up};
use crate::catalog::Catalog;
use crate::compose::Compose;
use crate::dockerfile::{Dockerfile, Image, Kind, Lexer, NoVariables, Script, parse};
use crate::ignore::Ignore;
use crate::render::quote::hostile;
use crate::spec::text::quoted;

/// What a free field becomes, as the files are read by the crate's own readers.
struct Field {
    /// The lines of `scaffold.toml`, `@` in the place of the text.
    toml: &'static str,
    /// The text in the files.
    found: fn(&Read) -> Vec<String>,
    /// What the files should say for this text.
    planned: fn(&str) -> String,
}

/// The files, read back.
struct Read {
    file: Dockerfile,
    image: Image,
    compose: Compose,
}

impl Read {
    fn of(set_up: &SetUp) -> Self {
        let file = parse(set_up.file("Dockerfile"));
        let image = file.final_image().unwrap();
        Self { image, file, compose: Compose::read(set_up.file("compose.yaml")) }
    }

    fn scripts(&self) -> Vec<String> {
        let scripts = self.file.instructions.iter().filter_map(|instruction| match instruction.script()? {
            Script::Shell(text) | Script::File(text) => Some(text),
            Script::Exec(_) => None,
        });
        // continued lines are joined with what indents them
        scripts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    fn stage_env(&self, stage: &str, name: &str) -> Vec<String> {
        let stages = self.file.stages();
        let image = stages.find(stage).map(|stage| stages.image(stage.index));
        image.and_then(|image| Some(image.env.get(name)?.value.clone())).into_iter().collect()
    }

    fn mount(&self, of: fn(&crate::dockerfile::Mount) -> Option<&str>) -> Vec<String> {
        let runs = self.file.instructions.iter().filter_map(|instruction| match &instruction.kind {
            Kind::Run(run) => Some(&run.mounts),
            _ => None,
        });
        runs.flatten().filter(|mount| mount.kind() == "secret").filter_map(of).map(str::to_owned).collect()
    }

    fn copied(&self) -> Vec<String> {
        let sources = self.file.instructions.iter().filter_map(|instruction| match &instruction.kind {
            Kind::Copy(copy) => Some(&copy.sources),
            _ => None,
        });
        sources.flatten().map(|word| path(&word.raw)).collect()
    }

    fn service(&self, key: &str) -> Vec<String> {
        let Some(node) = self.compose.document.at(&["services", "api", key]) else { return Vec::new() };
        let own = node.as_str().into_iter().map(str::to_owned);
        let items =
            node.items().filter_map(|item| item.as_str().or_else(|| item.get("target")?.as_str()).map(str::to_owned));
        own.chain(items).map(|text| text.replace("$$", "$")).collect()
    }
}

/// A source of `COPY` as the path that it names: quotes, escapes and classes of one character undone.
fn path(raw: &str) -> String {
    let text = Lexer::new('\\').process(raw, &NoVariables).map_or_else(|_| raw.to_owned(), |read| read.text);
    let plain = ["*", "?", "["].iter().fold(text, |text, special| text.replace(&format!("[{special}]"), special));
    plain.trim_start_matches("./").to_owned()
}

fn same(text: &str) -> String {
    text.to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "\\").collect::<Vec<_>>().join(" ")
}

const FIELDS: [Field; 24] = [
    Field {
        toml: "runtime.env.A = @",
        found: |r| r.image.env.get("A").map(|set| set.value.clone()).into_iter().collect(),
        planned: same,
    },
    Field { toml: "runtime.env.@ = \"x\"", found: |r| r.image.env.keys().cloned().collect(), planned: same },
    Field {
        toml: "image.labels.a = @",
        found: |r| r.image.labels.get("a").map(|set| set.value.clone()).into_iter().collect(),
        planned: same,
    },
    Field { toml: "image.labels.@ = \"x\"", found: |r| r.image.labels.keys().cloned().collect(), planned: same },
    Field {
        toml: "service.start = [\"node\", @, \"b\"]",
        found: |r| r.image.cmd.iter().filter_map(|cmd| cmd.value.first().cloned()).collect(),
        planned: same,
    },
    Field {
        toml: "service.start = [@, \"b\"]",
        found: |r| r.image.entrypoint.iter().filter_map(|cmd| cmd.value.first().cloned()).collect(),
        planned: same,
    },
    Field { toml: "stages.build.run = [@]", found: Read::scripts, planned: one_line },
    Field { toml: "stages.deps.run = [@]", found: Read::scripts, planned: one_line },
    Field { toml: "stages.runtime.run = [@]", found: Read::scripts, planned: one_line },
    Field { toml: "build.command = @", found: Read::scripts, planned: one_line },
    Field { toml: "stages.build.env.B = @", found: |r| r.stage_env("build", "B"), planned: same },
    Field { toml: "stages.deps.env.D = @", found: |r| r.stage_env("deps", "D"), planned: same },
    Field { toml: "stages.runtime.copy = [@]", found: Read::copied, planned: same },
    Field { toml: "health.command = [\"node\", @]", found: |r| r.health(), planned: same },
    Field { toml: "build.secrets = [{ id = @ }]", found: |r| r.mount(|mount| mount.id()), planned: same },
    Field {
        toml: "build.secrets = [{ id = \"a\", target = @ }]",
        found: |r| r.mount(|mount| mount.target()),
        planned: same,
    },
    Field { toml: "secrets = [{ name = @ }]", found: |r| r.service("secrets"), planned: same },
    Field { toml: "runtime.tmpfs = [{ path = @ }]", found: |r| r.tmpfs(), planned: same },
    Field { toml: "runtime.writable = [@]", found: |r| r.tmpfs(), planned: same },
    Field { toml: "runtime.volume = { name = \"data\", path = @ }", found: |r| r.service("volumes"), planned: same },
    Field { toml: "runtime.memory = @", found: |r| r.service("mem_limit"), planned: same },
    Field {
        toml: "runtime.user = @",
        found: |r| r.service("user"),
        planned: |text| if text.contains(':') { text.to_owned() } else { format!("{text}:{text}") },
    },
    Field { toml: "image.runtime = @", found: |r| r.froms(), planned: same },
    Field {
        toml: "stages.runtime.packages = [@]",
        found: |r| r.scripts().iter().flat_map(|script| script.split(' ').map(str::to_owned)).collect(),
        planned: same,
    },
];

impl Read {
    fn health(&self) -> Vec<String> {
        let check = self.image.healthcheck.as_ref().map(|set| &set.value);
        let Some(crate::dockerfile::Healthcheck::Cmd { form, .. }) = check else { return Vec::new() };
        form.exec().unwrap_or_default().iter().map(|&word| word.to_owned()).collect()
    }

    fn tmpfs(&self) -> Vec<String> {
        self.service("tmpfs").iter().filter_map(|text| Some(text.split_once(':')?.0.to_owned())).collect()
    }

    fn froms(&self) -> Vec<String> {
        let stages = self.file.stages();
        stages
            .stages
            .iter()
            .filter_map(|stage| match &stage.base {
                crate::dockerfile::Base::Image(image) => Some(image.clone()),
                crate::dockerfile::Base::Scratch => Some("scratch".to_owned()),
                _ => None,
            })
            .collect()
    }
}

/// What the wrong reading of a value would let through: more instructions, more keys.
fn shape(set_up: &SetUp) -> (Vec<String>, usize) {
    let names =
        parse(set_up.file("Dockerfile")).instructions.iter().map(crate::dockerfile::Instruction::name).collect();
    let leaves = crate::compose::yaml::flatten(Compose::read(set_up.file("compose.yaml")).document.root().unwrap());
    (names, leaves.unwrap().len())
}

/// The lines of a field with a text that no reader could take for anything else.
fn plain_line(field: &Field) -> String {
    let plain = match field.toml {
        toml if toml.contains("memory") => "9m",
        toml if toml.contains("user") => "7:8",
        toml if toml.contains("image.runtime") => "a:1",
        toml if toml.contains("path") || toml.contains("writable") || toml.contains("target") => "/q",
        _ => "q",
    };
    field.toml.replace('@', &quoted(plain))
}

fn harmless(field: &Field) -> SetUp {
    set_up(&Catalog::built_in(), &plain_line(field)).unwrap_or_else(|error| panic!("{}: {error}", field.toml))
}

/// `Ok(true)` if it was taken, `Ok(false)` if it was refused.
fn held(field: &Field, text: &str) -> Result<bool, TestCaseError> {
    let Ok(made) = set_up(&Catalog::built_in(), &field.toml.replace('@', &quoted(text))) else { return Ok(false) };
    let found = (field.found)(&Read::of(&made));
    let planned = (field.planned)(text);
    // an empty build command means that there is none
    let nothing = text.trim().is_empty();
    prop_assert!(nothing || found.contains(&planned), "{}: {planned:?} is not among {found:?}", field.toml);
    let (names, leaves) = shape(&made);
    static PLAIN: LazyLock<BTreeMap<&str, (Vec<String>, usize)>> =
        LazyLock::new(|| FIELDS.iter().map(|field| (field.toml, shape(&harmless(field)))).collect());
    let (plain_names, plain_leaves) = &PLAIN[field.toml];
    prop_assert!(nothing || names == *plain_names, "{}: {text:?} makes {names:?}", field.toml);
    prop_assert!(nothing || leaves == *plain_leaves, "{}: {text:?} makes {leaves} values", field.toml);
    let ignored = Ignore::parse(made.file(".dockerignore"));
    prop_assert!(ignored.excludes(".env") && ignored.excludes("secrets/api_token"));
    Ok(true)
}

/// Texts that many grammars take, with one thing in them that is special to some reader.
fn nearly_plain() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "",
        "$",
        "$HOME",
        "${A:-b}",
        "$$",
        "\\",
        "\\n",
        "'",
        "\"",
        "#",
        " #",
        "*",
        "?",
        "[",
        "]",
        "{",
        "}",
        "{{ v }}",
        "{% if %}",
        "&",
        "|",
        ";",
        "<<EOF",
        "`id`",
        "$(id)",
        "!",
        "%",
        "@",
        ":",
        ": ",
        ",",
        "=",
        "~",
        "é",
        "😀",
        "\u{feff}",
        "\u{a0}",
        "\u{202e}",
        "-",
        "--",
        ".",
        "..",
        "/",
        "//",
        "standin0x",
        "yes",
        "null",
        "0x1f",
        "1e3",
        "\t",
        "\n",
        "\r",
        "\0",
        "\u{2028}",
    ]);
    ("[a-z/]{0,3}", special, "[a-z0-9]{0,3}").prop_map(|(before, special, after)| format!("{before}{special}{after}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_value_stays_a_value_in_every_file(
        field in prop::sample::select((0..FIELDS.len()).collect::<Vec<_>>()),
        text in prop_oneof![2 => nearly_plain(), 1 => hostile::text(), 1 => any::<String>()],
    ) {
        held(&FIELDS[field], &text)?;
    }
}

/// The same set-up with the files that somebody has to ask for.
const MORE: &str = "\noutputs.dev = true\noutputs.document = true";

/// Whatever begins or ends a block of CONTAINER.md, and the lines that are headings or rows.
fn blocks(set_up: &SetUp) -> [usize; 2] {
    let lines = || set_up.file("CONTAINER.md").lines();
    [
        lines().filter(|line| line.starts_with("```")).count(),
        lines().filter(|line| line.starts_with(['#', '|'])).count(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_taken_is_taken_in_the_document_too_and_changes_nothing_of_it(
        field in prop::sample::select((0..FIELDS.len()).collect::<Vec<_>>()),
        text in prop_oneof![2 => nearly_plain(), 1 => hostile::text()],
    ) {
        let field = &FIELDS[field];
        let spec = field.toml.replace('@', &quoted(&text));
        if set_up(&Catalog::built_in(), &spec).is_ok() {
            let made = set_up(&Catalog::built_in(), &format!("{spec}{MORE}"));
            let made = made.map_err(|error| TestCaseError::fail(format!("{spec}: {}", error.render(false))))?;
            let plain = set_up(&Catalog::built_in(), &format!("{}{MORE}", plain_line(field))).unwrap();
            prop_assert_eq!(blocks(&made), blocks(&plain), "{}", spec);
        }
    }
}

#[test]
fn plain_values_are_taken_in_every_field() {
    for field in &FIELDS {
        let read = Read::of(&harmless(field));
        assert!(!(field.found)(&read).is_empty(), "{} is found nowhere", field.toml);
    }
}

#[test]
fn hostile_text_is_taken_where_it_can_be_text() {
    let texts = [
        "$HOME ${A:-b} $(id)",
        "it's \"quoted\" \\ #",
        "{{ 7 }} {% x %}",
        "a: b, [c]",
        "é😀\u{202e}",
        " yes ",
        "standin0x",
    ];
    for field in FIELDS
        .iter()
        .filter(|field| ["runtime.env.A", "image.labels.a ="].iter().any(|name| field.toml.starts_with(name)))
    {
        for text in texts {
            assert!(held(field, text).unwrap(), "{} refuses {text:?}", field.toml);
        }
    }
}
