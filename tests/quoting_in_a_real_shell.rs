//! The shell itself reads back what the `sh`, `shargs` and `run` filters write.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "starts a shell")]

use std::process::Command;

use proptest::prelude::*;
use scaffold_dockerfile::render::Environment;

/// What a real shell's `printf` gets for the words of a command line, after `template` wrote it.
fn arguments(template: &str, value: impl Into<tera::Value>) -> Option<Vec<String>> {
    let environment = Environment::new(&[("t", template)]).unwrap();
    let mut context = tera::Context::new();
    context.insert_value("v", value.into());
    let line = environment.render("t", &context).ok()?;
    let output = Command::new("sh").args(["-c", &line]).env_clear().output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.split_terminator('\0').map(str::to_owned).collect())
}

fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a", "7", " ", "\"", "'", "\\", "$", "`", "{", "}", "#", "<", ">", "[", "]", "|", "&", ";", "-", "!", "*", "?",
        "%", "~", "=", "(", ")", "^", "é", "😀", "\u{a0}", "\u{2028}", "<<EOF", "${X}", "$(id)", "if", "A=1", "--x",
    ]);
    prop::collection::vec(pieces, 0..10).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn one_word_is_the_value(value in hostile()) {
        prop_assert_eq!(arguments("printf '%s\\0' {{ v | sh }}", value.clone()), Some(vec![value]));
    }

    #[test]
    fn several_words_are_the_list(values in prop::collection::vec(hostile(), 1..6)) {
        let list: Vec<tera::Value> = values.iter().map(|value| value.as_str().into()).collect();
        prop_assert_eq!(arguments("printf '%s\\0' {{ v | shargs }}", list), Some(values));
    }
}

#[test]
fn a_quoted_word_is_a_command_and_never_an_assignment_or_a_keyword() {
    for word in ["A=1", "if", "{", "!"] {
        let printed = arguments("command -v {{ v | sh }} >/dev/null; printf '%s\\0' {{ v | sh }}", word);
        assert_eq!(printed, Some(vec![word.to_owned()]));
    }
}

#[test]
fn a_step_of_several_lines_does_what_the_script_does() {
    let script = "printf '%s\\0' a &&\nif [ 1 = 1 ]; then\n  printf '%s\\0' b \\\n    c;\nfi |\ncat";
    assert_eq!(arguments("{{ v | run }}", script), Some(["a", "b", "c"].map(str::to_owned).into()));
}
