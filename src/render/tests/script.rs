//! Shell scripts: a value stays one word, whatever it holds.

use super::*;

const TEMPLATE: &str = "case $1 in\n{{ v | sh }}) run --key={{ v | sh }} \"$2\" ;;\nesac\n";

proptest! {
    #[test]
    fn a_value_is_one_word_of_a_script(value in hostile::text()) {
        if let Ok(text) = rendered(FileKind::Shell, TEMPLATE, &values(&[&value, "b", "c"])) {
            let harmless = rendered(FileKind::Shell, TEMPLATE, &values(&["a", "b", "c"])).unwrap();
            prop_assert_eq!(text.lines().count(), harmless.lines().count());
        }
    }
}

#[test]
fn a_value_with_the_quotes_of_another_place_is_caught() {
    for (template, value) in [
        ("run {{ v | json }}\n", "$(id)"),
        ("run {{ v | json }}\n", "`id`"),
        ("run {{ v | yaml }}\n", "$x: a"),
        ("run '{{ v | word }}'\n", "a' b"),
        ("# {{ v | yaml }}\nrun\n", "a\nid"),
        // what stands inside an expansion is the shell's business: no value may
        ("run \"${X:-{{ v | word }}}\"\n", "a"),
    ] {
        caught(FileKind::Shell, template, value);
    }
}
