//! The shell reader: commands against words, spans, hostile texts.

use super::*;
use proptest::prelude::*;

/// The commands of a script: words between blanks, `?` for what is not known.
fn commands(text: &str) -> Vec<String> {
    let script = parse(text);
    let shown = |word: &Word| word.literal().unwrap_or_else(|| "?".to_owned());
    steps(&script).iter().map(|step| step.simple.words.iter().map(shown).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn commands_are_told_from_arguments() {
    for (text, expected) in [
        ("apt-get update && apt-get install -y sudo", vec!["apt-get update", "apt-get install -y sudo"]),
        ("echo 'sudo make' ; cd /x", vec!["echo sudo make", "cd /x"]),
        ("if [ -f a ]; then sudo b; else c; fi", vec!["[ -f a ]", "sudo b", "c"]),
        ("for x in a b; do pip install $x; done", vec!["pip install ?"]),
        ("while read l; do a; done < f", vec!["read l", "a"]),
        ("case $x in a|b) one ;; (c) two;; *) three; esac; four", vec!["one", "two", "three", "four"]),
        ("(a; b) | c & d", vec!["a", "b", "c", "d"]),
        ("{ a; b; } && c", vec!["a", "b", "c"]),
        ("f() { a; }; f x", vec!["a", "f x"]),
        ("function f { a; }\nf", vec!["a", "f"]),
        ("x=$(curl -s u | jq .a) y=2 run $x", vec!["curl -s u", "jq .a", "run ?"]),
        ("echo `date` \"$(id -u)\"", vec!["date", "id -u", "echo ? ?"]),
        ("a <(b) > c 2>&1", vec!["b", "a ?"]),
        ("[[ a == b && -f c ]] || exit 1", vec!["[[ a == b && -f c ]]", "exit 1"]),
        ("a \\\n  b # no\nc", vec!["a b", "c"]),
        ("! a || ! b", vec!["a", "b"]),
        ("((i++)); a", vec!["", "a"]),
        ("a=1 b", vec!["b"]),
        ("fi; a", vec!["", "a"]),
    ] {
        let found = commands(text);
        let expected: Vec<&str> = expected;
        assert_eq!(
            found.iter().filter(|c| !c.is_empty()).collect::<Vec<_>>(),
            expected.iter().filter(|c| !c.is_empty()).collect::<Vec<_>>(),
            "{text}"
        );
    }
}

#[test]
fn a_heredoc_belongs_to_its_command() {
    let script = parse("cat <<EOF > /x && b\nsudo a $X\nEOF\nc <<-'E'\n\tq\n\tE\nd");
    let steps = steps(&script);
    let names: Vec<_> = steps.iter().map(|step| step.simple.words[0].literal().unwrap()).collect();
    assert_eq!(names, ["cat", "b", "c", "d"]);
    let body = steps[0].simple.redirections[0].heredoc.as_ref().unwrap();
    assert_eq!((body.text.as_str(), body.expand), ("sudo a $X\n", true));
    let body = steps[2].simple.redirections[0].heredoc.as_ref().unwrap();
    assert_eq!((body.text.as_str(), body.expand), ("q\n", false));
}

#[test]
fn spans_are_those_of_the_text() {
    let text = "a && curl -fsSL \"$U\" | sh -s -- x";
    let script = parse(text);
    let steps = steps(&script);
    assert_eq!(&text[steps[1].simple.span.clone()], "curl -fsSL \"$U\"");
    assert_eq!(&text[steps[2].simple.words[0].span.clone()], "sh");
    assert!(steps[1].around.feeds() && !steps[2].around.feeds());
    assert_eq!(&text[steps[1].around.pipeline[1].span()], "sh -s -- x");
}

#[test]
fn words_are_resolved_as_far_as_they_are_known() {
    let variables = |name: &str| (name == "P").then(|| "a b".to_owned());
    let resolved = |text: &str| {
        let script = parse(text);
        let steps = steps(&script);
        words_of(&steps.last().unwrap().simple.words, &variables).into_iter().map(|(word, _)| word).collect::<Vec<_>>()
    };
    let some = |words: &[&str]| words.iter().map(|word| Some((*word).to_owned())).collect::<Vec<_>>();
    assert_eq!(resolved("x $P \"$P\" ${Q:-c} '$P' a$P"), some(&["x", "a", "b", "a b", "c", "$P", "aa b"]));
    assert_eq!(
        resolved("rm /var/{lib,log}/x{1,2} {a}"),
        some(&["rm", "/var/lib/x1", "/var/lib/x2", "/var/log/x1", "/var/log/x2", "{a}"])
    );
    assert_eq!(resolved("x $Q ${P%b} $(y)")[1..], [None, None, None]);
}

#[test]
fn what_stands_around_is_known() {
    let script = parse("a || b; if c; then d; fi; e && f || true; x=$(g)");
    let of = |name: &str| {
        let steps = steps(&script);
        let step = steps.iter().find(|step| step.simple.words.first().is_some_and(|word| word.known_start() == name));
        step.map(|step| (step.around.conditional, step.around.guarded, step.around.substitution)).unwrap()
    };
    assert_eq!(of("a"), (false, true, false));
    assert_eq!(of("b"), (true, false, false));
    assert_eq!(of("d"), (true, false, false));
    assert_eq!(of("f"), (false, true, false));
    assert_eq!(of("g"), (false, false, true));
}

#[test]
fn deep_nesting_ends() {
    for piece in ["(", "$(", "`", "${a:-", "{ ", "if ", "\"$(", "f() ", "case x in a) ", "<(", "((", "<<E "] {
        assert!(steps(&parse(&piece.repeat(20_000))).len() < 1_000_000, "{piece}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_spans_are_inside(text in "\\PC{0,80}|[a ;|&(){}$`'\"<>\\\\#=\n!\\[\\]if-]{0,80}") {
        let script = parse(&text);
        for step in steps(&script) {
            prop_assert!(text.get(step.simple.span.clone()).is_some());
            for word in &step.simple.words {
                prop_assert!(text.get(word.span.clone()).is_some());
            }
        }
    }
}
