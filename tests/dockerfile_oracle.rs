//! The Dockerfile reader against BuildKit's own answers (see `tests/dockerfile/README.md`), and against any text.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scaffold_dockerfile::dockerfile::{Dockerfile, Form, Healthcheck, Instruction, Kind, Word, parse};
use serde_json::{Value, json};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dockerfile");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "Dockerfile"))
        .collect();
    cases.sort();
    cases
}

fn form(form: &Form) -> Vec<String> {
    match form {
        Form::Shell(line) if line.value.is_empty() => Vec::new(),
        Form::Shell(line) => vec![line.value.clone()],
        Form::Exec(argv) => argv.iter().map(|arg| arg.value.clone()).collect(),
    }
}

fn raw(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| word.raw.clone()).collect()
}

/// The arguments as BuildKit's first pass has them; `None` where only its second pass finds fault.
fn values(instruction: &Instruction) -> Option<Vec<String>> {
    Some(match &instruction.kind {
        // BuildKit's first pass splits a COPY at white space and leaves heredocs among the words.
        Kind::Add(copy) | Kind::Copy(copy) if copy.json => {
            raw(&copy.sources).into_iter().chain([copy.destination.raw.clone()]).collect()
        }
        Kind::Add(_) | Kind::Copy(_) => {
            let blank = |ch: char| ch.is_ascii_whitespace() || ch == '\u{b}';
            instruction.arguments().split(blank).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        }
        Kind::Arg(names) => names
            .iter()
            .map(|arg| arg.default.as_ref().map_or(arg.name.clone(), |value| format!("{}={}", arg.name, value.raw)))
            .collect(),
        Kind::Cmd(line) | Kind::Entrypoint(line) => form(line),
        Kind::Run(run) => form(&run.form),
        Kind::Env(pairs) | Kind::Label(pairs) => {
            pairs.iter().flat_map(|pair| [pair.key.raw.clone(), pair.value.raw.clone()]).collect()
        }
        Kind::Expose(words) | Kind::Volume(words) => raw(words),
        Kind::From(from) => match &from.alias {
            None => vec![from.image.raw.clone()],
            Some(alias) => vec![from.image.raw.clone(), "AS".to_owned(), alias.value.clone()],
        },
        Kind::Healthcheck(check) => match &**check {
            Healthcheck::None => vec!["NONE".to_owned()],
            Healthcheck::Cmd { form: line, .. } => [vec!["CMD".to_owned()], form(line)].concat(),
        },
        Kind::Maintainer(text) => vec![text.value.clone()],
        Kind::Shell(words) => words.iter().map(|word| word.value.clone()).collect(),
        Kind::Stopsignal(word) | Kind::User(word) | Kind::Workdir(word) => vec![word.raw.clone()],
        Kind::Onbuild(_) | Kind::Unknown | Kind::Invalid => return None,
    })
}

fn is_json(instruction: &Instruction) -> bool {
    match &instruction.kind {
        Kind::Cmd(Form::Exec(_)) | Kind::Entrypoint(Form::Exec(_)) | Kind::Shell(_) => true,
        Kind::Run(run) => run.form.exec().is_some(),
        Kind::Add(copy) | Kind::Copy(copy) => copy.json,
        Kind::Healthcheck(check) => matches!(&**check, Healthcheck::Cmd { form: Form::Exec(_), .. }),
        Kind::Volume(_) => instruction.arguments().starts_with('[') && instruction.arguments().ends_with(']'),
        _ => false,
    }
}

/// Our reading in the form of an answer; what a refused instruction holds is taken over from the answer.
fn ours(file: &Dockerfile, answer: &[Value]) -> Vec<Value> {
    let entry = |(at, instruction): (usize, &Instruction)| {
        let theirs = answer.get(at).cloned().unwrap_or_default();
        let trigger = match &instruction.kind {
            Kind::Onbuild(trigger) => Some(&**trigger),
            _ => None,
        };
        let meant = trigger.unwrap_or(instruction);
        let refused = values(meant).is_none();
        let flags = instruction.flags.iter().map(|flag| match &flag.value {
            Some(value) => format!("--{}={value}", flag.name),
            None => format!("--{}", flag.name),
        });
        // The package loses the heredocs of ONBUILD.
        let heredocs = if trigger.is_some() { &[][..] } else { &instruction.heredocs };
        let mut original = instruction.text.as_str().to_owned();
        for (at, heredoc) in heredocs.iter().enumerate() {
            original.push_str(if at == 0 { "\n" } else { "" });
            original.push_str(&format!("{}{}\n", heredoc.content, heredoc.name));
        }
        json!({
            "cmd": instruction.keyword.value,
            "sub_cmd": if refused { theirs["sub_cmd"].clone() } else { json!(trigger.map(|inner| &inner.keyword.value)) },
            "json": if refused { theirs["json"].clone() } else { json!(is_json(meant)) },
            "flags": flags.collect::<Vec<_>>(),
            "value": values(meant).map_or(theirs["value"].clone(), |values| json!(values)),
            "start_line": instruction.first_line,
            "end_line": instruction.last_line,
            "original": original,
            "heredocs": heredocs.iter().map(|heredoc| json!({
                "name": heredoc.name,
                "file_descriptor": heredoc.descriptor,
                "content": heredoc.content,
            })).collect::<Vec<_>>(),
        })
    };
    file.instructions.iter().enumerate().map(entry).collect()
}

/// Letter case of the words `AS`, `NONE` and `CMD`, which we do not keep.
fn without_case(mut answer: Vec<Value>) -> Vec<Value> {
    for command in &mut answer {
        let at = match command["cmd"].as_str().unwrap_or_default().to_uppercase().as_str() {
            "FROM" => 1,
            "HEALTHCHECK" => 0,
            _ => continue,
        };
        if let Some(word) = command["value"].get_mut(at) {
            *word = json!(word.as_str().unwrap_or_default().to_uppercase());
        }
    }
    answer
}

#[test]
fn hard_files_are_read_as_buildkit_reads_them() {
    let cases = cases();
    assert!(cases.len() > 40, "only {} cases", cases.len());
    for case in cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&case).expect("a case");
        let answer = std::fs::read_to_string(case.with_extension("json")).expect("its answer");
        let file = parse(&text);
        match serde_json::from_str(&answer).expect("JSON") {
            Value::Array(answer) => {
                let answer = without_case(answer);
                assert_eq!(ours(&file, &answer), answer, "{name}");
            }
            _ => assert!(file.problems.iter().any(|problem| problem.fatal), "{name}: BuildKit says {answer}"),
        }
    }
}

/// Everything in a reading that has a place must have a possible one.
fn check_places(text: &str) {
    let file = parse(text);
    let fits = |span: &std::ops::Range<usize>| {
        assert!(span.start <= span.end && text.get(span.clone()).is_some(), "{span:?} in {text:?}");
    };
    let mut before = 0;
    let mut line = 0;
    for instruction in &file.instructions {
        fits(&instruction.span);
        fits(&instruction.keyword.span);
        assert!(instruction.span.start >= before, "{text:?}");
        assert!(instruction.first_line > line && instruction.last_line >= instruction.first_line, "{text:?}");
        before = instruction.span.end;
        line = instruction.last_line;
        for flag in &instruction.flags {
            fits(&flag.span);
            fits(&flag.value_span);
        }
        for heredoc in &instruction.heredocs {
            fits(&heredoc.span);
            assert_eq!(text[heredoc.span.clone()], heredoc.content, "{text:?}");
        }
        let logical = instruction.text.as_str();
        for (at, ch) in logical.char_indices() {
            let place = instruction.text.source_at(at);
            assert_eq!(text[place..].chars().next(), Some(ch), "byte {at} of {logical:?} in {text:?}");
        }
        fits(&instruction.source_span(0..instruction.arguments().len()));
        let _ = instruction.script();
    }
    file.comments.iter().for_each(|comment| fits(&comment.span));
    file.directives.iter().for_each(|directive| fits(&directive.span));
    file.all_problems().iter().for_each(|problem| fits(&problem.span));
    for stage in &file.stages().stages {
        stage.references.iter().for_each(|reference| fits(&reference.span));
        let _ = file.stages().image(stage.index);
    }
}

/// Text made of what has a meaning in Dockerfiles.
fn dense() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "\\\n",
        "\n",
        "\r\n",
        "# ",
        "#",
        "# escape=`\n",
        "`",
        "\\",
        "<<EOF",
        "<<-'E'",
        "EOF\n",
        "E\n",
        "3<<",
        "\"",
        "'",
        "[",
        "]",
        "[\"a\"]",
        ",",
        "$",
        "${",
        "}",
        "${A:-b}",
        "--",
        "--mount=type=cache,target=/x",
        "--from=b",
        "=",
        "A=b",
        " ",
        "\t",
        "\u{a0}",
        "é",
        "\u{1f600}",
        "\u{feff}",
        "ONBUILD ",
        "RUN ",
        "COPY ",
        "ENV ",
        "ARG ",
        "CMD ",
        "FROM a\n",
        "FROM ",
        " AS b\n",
        "HEALTHCHECK ",
        "USER ",
        "WORKDIR ",
        "EXPOSE ",
        "VOLUME ",
        "LABEL ",
        "x",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_and_its_places_are_in_it(text in any::<String>()) {
        check_places(&text);
    }

    #[test]
    fn text_of_dockerfile_tokens_is_read_and_its_places_are_in_it(text in dense()) {
        check_places(&text);
    }
}

#[test]
fn all_cases_have_possible_places() {
    for case in cases() {
        check_places(&std::fs::read_to_string(case).expect("a case"));
    }
}
