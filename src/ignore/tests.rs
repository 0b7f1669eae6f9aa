//! What stays out of the context, as tables: pattern lines, then what is in and what is out.

use proptest::prelude::*;

use super::*;

/// Asserts for a file of these lines which of the paths stay out.
#[track_caller]
fn check(lines: &str, included: &[&str], excluded: &[&str]) {
    let ignore = Ignore::parse(lines);
    for path in included {
        assert_eq!(ignore.decide(path).fate, Fate::Included, "{lines:?} should let {path:?} in");
    }
    for path in excluded {
        assert_eq!(ignore.decide(path).fate, Fate::Excluded, "{lines:?} should keep {path:?} out");
    }
}

#[test]
fn a_bare_name_matches_at_the_root_only_and_takes_what_is_below() {
    check("node_modules", &["app/node_modules/a.js", "node_modules2"], &["node_modules", "node_modules/a/b.js"]);
    check("**/node_modules", &["node_modules2/a"], &["node_modules/a.js", "app/node_modules/a.js"]);
    check("*/temp*", &["temporary.txt", "a/b/temp.txt"], &["some/temporary.txt", "some/temp/x"]);
    check("*/*/temp*", &["a/temp"], &["some/sub/temporary.txt"]);
}

#[test]
fn stars_and_question_marks_stop_at_slashes_and_two_stars_do_not() {
    check("temp?", &["temp", "temp/a", "tempab"], &["tempa", "tempb"]);
    check("*.md", &["docs/README.md"], &["README.md"]);
    check("**/*.md", &["README.mdx"], &["README.md", "docs/a/README.md"]);
    check("docs/**", &["docs", "docsx/a"], &["docs/a", "docs/a/b"]);
    check("a/**/b", &["a/bc", "x/a/b"], &["a/b", "a/x/y/b", "a/b/c"]);
    check("a**", &["b/a"], &["a", "ab", "ab/c"]);
    check("**env", &["environment"], &[".env", "a/.env", "env"]);
    check("**", &[], &["a", "a/b"]);
    check("**/**/*.go", &["a.c"], &["a.go", "x/y/a.go"]);
}

#[test]
fn brackets_hold_ranges_and_negate_with_a_caret_only() {
    check("[a-c]x", &["dx", "-x"], &["ax", "bx"]);
    check("[^a-c]x", &["ax"], &["dx"]);
    check("[!a]x", &["bx"], &["ax", "!x"]);
    check("[[:digit:]]*", &["a1"], &["1", "12a"]);
    check("[a\\]]", &["b"], &["a", "]"]);
}

#[test]
fn a_backslash_takes_the_meaning_from_a_special_character() {
    check("\\*", &["a"], &["*"]);
    check("a\\?b", &["axb"], &["a?b"]);
    check("\\!important", &["important"], &["!important"]);
    check("\\#note", &["note"], &["#note"]);
    check("a.b+(c){1}|$", &["axb"], &["a.b+(c){1}|$"]);
}

#[test]
fn the_last_matching_line_wins() {
    check("*.md\n!README.md", &["README.md"], &["other.md"]);
    check("*.md\n!README*.md\nREADME-secret.md", &["README.md"], &["README-secret.md"]);
    check("!README.md\n*.md", &[], &["README.md"]);
    check("*\n!src", &["src", "src/a/b.rs"], &["Cargo.toml"]);
}

#[test]
fn an_exception_reaches_below_an_excluded_folder() {
    check("vendor\n!vendor/ours", &["vendor/ours/a"], &["vendor", "vendor/theirs"]);
    check("**/*.key\n!test/**/*.key", &["test/a/b.key", "test/b.key"], &["a.key"]);
}

#[test]
fn lines_are_trimmed_cleaned_and_freed_of_their_leading_slash() {
    check("\u{feff}a\r\n  b  \r\n", &["c"], &["a", "b"]);
    check("/a\n./b/\nx/../c\nd//e/.", &["x", "d"], &["a", "b", "c", "d/e"]);
    check("*\n! /keep/ ", &["keep", "keep/x"], &["other"]);
    check("# a\n #b\n\n", &["a", "# a"], &["#b"]);
    check(".\n/\n..\n!..\n../a", &["a", ".."], &[]);
    // Docker cleans twice: the second time the exclamation mark stands first.
    check("*\n/!a", &["a"], &["b", "!a"]);
    check("*\n!!a", &["!a"], &["a"]);
}

#[test]
fn paths_may_be_written_with_a_dot_or_slash_first() {
    check("a/b", &[".", "", "/", "a"], &["./a/b", "/a/b", "a//b/"]);
}

#[test]
fn translated_inside_brackets_too_as_docker_does() {
    // `[*]` is `[[^/]*]` there: any number of `[`, `^` and `/`, then `]`.
    check("[*]", &["*", "a"], &["]", "[]", "^^]"]);
    check("[?]", &["?", "a"], &["[]", "^]"]);
    // The caret is the start of the text, unless nothing else of the pattern is special.
    check("^a*", &["^a"], &["a", "ab"]);
    check("a^b*", &["a^b", "a^bc"], &[]);
    check("a^b", &["ab"], &["a^b"]);
}

#[test]
fn what_is_wrong_behind_a_star_is_seen_less_strictly() {
    check("x*[]a]", &["xb"], &["x]", "xya"]);
    check("x*[a-]", &["xb"], &["x-", "xa"]);
    // The backslash escapes the end of the expression, so this is: `a`, anything, `$`, and whatever follows.
    check("a*\\", &["ab", "a\\"], &["a$", "ab$c/d"]);
}

#[test]
fn a_folder_is_left_out_whole_if_no_exception_seems_to_reach_into_it() {
    check("a\n!a/*/**", &[], &["a/b", "a/b/c"]);
    check("a\n!a/**", &["a/b", "a/b/c"], &["a"]);
    check("a\n!a/?/**", &["a/b/c"], &["a", "a/b", "a/bb/c"]);
}

#[test]
fn a_pattern_not_asked_of_a_folder_is_not_known_below_it() {
    check("d/f\n!d", &["d"], &["d/f"]);
}

#[test]
fn a_file_brought_back_below_a_folder_excluded_again_arrives_empty() {
    let ignore = Ignore::parse("d\n!d/f\nd\n");
    assert_eq!(ignore.decide("d/f"), Decision { fate: Fate::Emptied, line: Some(3) });
    assert_eq!(ignore.decide("d/g"), Decision { fate: Fate::Excluded, line: Some(1) });
    assert!(ignore.excludes("d/f"));
}

#[test]
fn the_deciding_line_is_told() {
    let ignore = Ignore::parse("# secrets\n\n**/.env*\n!**/.env.example\n");
    assert_eq!(ignore.decide("a/.env"), Decision { fate: Fate::Excluded, line: Some(3) });
    assert_eq!(ignore.decide(".env.example"), Decision { fate: Fate::Included, line: Some(4) });
    assert_eq!(ignore.decide("src/main.rs"), Decision { fate: Fate::Included, line: None });
}

#[test]
fn what_docker_refuses_is_an_error_with_its_place() {
    for bad in [
        "!",
        "! ",
        "!/",
        "a[",
        "[]",
        "[]a]",
        "[^]",
        "[a",
        "[a-]",
        "[-a]",
        "[b-a]",
        "a\\",
        "[[:nope:]]",
        ".*\\",
        "x*[",
        "x*[b-a]",
        "\\y",
        "\\é",
    ] {
        let text = format!("ok\n{bad}\n");
        let ignore = Ignore::parse(&text);
        let [problem] = ignore.problems() else { panic!("{bad:?}: {:?}", ignore.problems()) };
        assert_eq!((problem.severity, problem.line), (Severity::Error, 2), "{bad:?}");
        assert_eq!(&text[problem.span.clone()], bad.trim(), "{bad:?}");
        assert!(ignore.excludes("ok"), "the other lines still count");
    }
}

#[test]
fn a_line_that_docker_cannot_read_ends_the_file() {
    let ignore = Ignore::parse(&format!("a\n{}\nb\n", "x".repeat(LONGEST_LINE)));
    assert_eq!(ignore.problems().len(), 1);
    assert!(ignore.excludes("a") && !ignore.excludes("b"));
    assert!(Ignore::parse(&"x".repeat(LONGEST_LINE - 1)).problems().is_empty());
}

#[test]
fn a_backslash_before_a_letter_is_warned_about() {
    let ignore = Ignore::parse("src\\bin\n");
    assert_eq!(ignore.problems()[0].severity, Severity::Warning);
    assert!(!ignore.excludes("src/bin") && !ignore.excludes("srcbin"));
    check("file\\d", &["filed"], &["file1"]);
    check("\\w\\W\\S\\s", &["abcd"], &["a-b "]);
    let shown = ignore.problems()[0].diagnostic(".dockerignore", "src\\bin\n").render(false);
    assert!(shown.contains(".dockerignore:1:1") && shown.contains("with `/`"), "{shown}");
    assert_eq!(Ignore::parse("\\Qa").problems()[0].severity, Severity::Warning);
}

/// Patterns and paths over a small alphabet, where everything special meets everything else.
fn small(alphabet: &'static str, most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(alphabet.chars().collect::<Vec<_>>()), 0..most)
        .prop_map(String::from_iter)
}

/// Matching by trying everything: slow, but short enough to be seen to be right. Knows `*`, `?` and `**`.
fn by_trying(pattern: &[char], path: &[char]) -> bool {
    match pattern {
        [] => path.is_empty(),
        ['*', '*', '/', rest @ ..] | ['*', '*', rest @ ..] if !rest.is_empty() => {
            by_trying(rest, path) || (0..path.len()).any(|at| path[at] == '/' && by_trying(rest, &path[at + 1..]))
        }
        ['*', '*', ..] => true,
        ['*', rest @ ..] => {
            (0..=path.len()).take_while(|at| !path[..*at].contains(&'/')).any(|at| by_trying(rest, &path[at..]))
        }
        ['?', rest @ ..] => path.first().is_some_and(|c| *c != '/') && by_trying(rest, &path[1..]),
        [c, rest @ ..] => path.first() == Some(c) && by_trying(rest, &path[1..]),
    }
}

proptest! {
    #[test]
    fn no_text_and_no_path_makes_it_panic(text in "\\PC*", path in "\\PC*") {
        let ignore = Ignore::parse(&text);
        let _ = ignore.decide(&path);
        for problem in ignore.problems() {
            prop_assert!(text.get(problem.span.clone()).is_some());
            let _ = problem.diagnostic("x", &text).render(false);
        }
    }

    #[test]
    fn special_characters_in_any_order_never_make_it_panic(
        text in small("ab/*?[]^-!\\:.# \n\u{e9}\u{feff}", 40), path in small("ab/*?[]^-\\.\u{e9}", 16),
    ) {
        let _ = Ignore::parse(&text).decide(&path);
    }

    #[test]
    fn one_pattern_matches_as_by_trying(pattern in small("ab/*?", 8), path in small("ab/", 8)) {
        let pattern = go_path::clean(&pattern).trim_start_matches('/').to_owned();
        // At the start `**` joins its neighbour without a slash between (`**a` matches `xa`), see the table above.
        let pattern = if pattern.starts_with("**") { format!("**/{pattern}") } else { pattern };
        let path = go_path::clean(&format!("{path}a")).trim_start_matches('/').to_owned();
        let pattern: Vec<char> = pattern.chars().collect();
        let chars: Vec<char> = path.chars().collect();
        let expected = (1..=chars.len())
            .filter(|at| *at == chars.len() || chars[*at] == '/')
            .any(|at| by_trying(&pattern, &chars[..at]));
        prop_assert_eq!(Ignore::parse(&String::from_iter(pattern)).excludes(&path), expected);
    }

    #[test]
    fn an_exception_of_everything_at_the_end_brings_everything_back(
        text in small("ab/*?\n", 20), path in small("ab/", 8),
    ) {
        let ignore = Ignore::parse(&(text + "\n!**"));
        prop_assert!(!ignore.excludes(&path));
    }
}
