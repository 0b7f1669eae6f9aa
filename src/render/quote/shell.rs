//! Filters for shell text inside `RUN`.

use super::super::shell::{ACTIVE, Lexeme, RESERVED, lex};
use super::{Quoted, Refused, is_plain, one_line, refuse};

/// Longest text of one `RUN` step; BuildKit refuses lines over 64 kB.
const MAX_RUN_BYTES: usize = 32 * 1024;
/// Most lines of one `RUN` step.
const MAX_RUN_LINES: usize = 200;

/// One word of a shell command: bare where that is the same, else in single quotes.
pub(super) fn sh(text: &str) -> Quoted {
    one_line(text, "a line of shell")?;
    // `=` after a name would be an assignment, but in an option it reads better unquoted.
    let plain = |c: char| is_plain(c) || (c == '=' && text.starts_with('-'));
    if !text.is_empty() && text.chars().all(plain) && !RESERVED.contains(&text) {
        return Ok(text.to_owned());
    }
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

/// Words of a shell command, joined by spaces.
pub(super) fn shargs(texts: &[String]) -> Quoted {
    Ok(texts.iter().map(|text| sh(text)).collect::<Result<Vec<_>, _>>()?.join(" "))
}

/// Shell text that a person wrote for one `RUN`: untouched, but its line ends become continuations.
pub(super) fn run(text: &str) -> Quoted {
    Ok(run_lines(text)?.join(" \\\n    "))
}

/// The lines of a `RUN` step; joined by blanks they are what the shell gets.
///
/// A Dockerfile joins continued lines into one command, where a shell script would start the next one: a line must
/// therefore say by its end how it goes on, so that both readings are the same.
pub(in super::super) fn run_lines(text: &str) -> Result<Vec<String>, Refused> {
    if text.len() > MAX_RUN_BYTES {
        return refuse(text, "is too long for one RUN step");
    }
    // a shell joins the two ends without a blank, and the lines of a RUN step are set in
    let in_a_word = |pair: &[&str]| {
        pair[0].strip_suffix('\\').is_some_and(|before| !before.is_empty() && !before.ends_with([' ', '\t']))
            && !pair[1].starts_with([' ', '\t'])
    };
    if text.lines().collect::<Vec<_>>().windows(2).any(in_a_word) {
        return refuse(text, "has a word that goes on behind the end of a line: put a blank before the backslash");
    }
    let mut lines: Vec<String> =
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    if lines.len() > MAX_RUN_LINES {
        return refuse(text, "has too many lines for one RUN step");
    }
    let Some(last) = lines.len().checked_sub(1) else {
        return refuse(text, "is empty, where a RUN step needs a command");
    };
    let mut so_far = String::new();
    for (at, line) in lines.iter_mut().enumerate() {
        one_line(&line.replace('\t', " "), "a RUN step")?;
        if line.starts_with('#') {
            return refuse(text, "holds a comment, which would end the RUN step or be dropped");
        }
        let continued = at < last && line.ends_with('\\');
        if continued {
            line.pop();
            line.truncate(line.trim_end().len());
        }
        if line.ends_with('\\') {
            return refuse(text, "has a line that ends in a backslash the Dockerfile would take for its own");
        }
        so_far.push_str(line);
        let lexed = lex(&so_far);
        if lexed.open_quote {
            return refuse(text, "has a quote that is not closed on its line");
        }
        if at < last && !continued && !goes_on(lexed.lexemes.last().map(|(lexeme, _)| lexeme)) {
            return refuse(text, "has a line that does not say how it goes on: end it with `&&`, `;`, `|` or `\\`");
        }
        so_far.push(' ');
    }
    lines.retain(|line| !line.is_empty());
    let step = lines.join(" ");
    let lexed = lex(&step);
    let json = step.starts_with('[') && serde_json::from_str::<Vec<serde::de::IgnoredAny>>(&step).is_ok();
    let why = if lexed.open_other {
        "has a substitution that is not closed"
    } else if lexed.comment {
        "holds a comment, which would end the RUN step or be dropped"
    } else if lexed.heredoc {
        "starts a heredoc, which a step of this kind cannot hold"
    } else if step.starts_with("--") {
        "starts with `--`, which RUN takes for an option of its own"
    } else if json {
        "is a JSON list, which RUN would not give to the shell"
    } else if step.is_empty() {
        "is empty, where a RUN step needs a command"
    } else {
        return Ok(lines);
    };
    refuse(text, why)
}

/// Whether a script could break the line after this lexeme without ending the command.
fn goes_on(last: Option<&Lexeme>) -> bool {
    match last {
        Some(Lexeme::Operator(operator)) => matches!(operator.as_str(), "&&" | "||" | "|" | ";" | ";;" | "&" | "("),
        Some(Lexeme::Word(word)) => word
            .strip_prefix(ACTIVE)
            .is_some_and(|word| matches!(word, "then" | "do" | "else" | "in" | "if" | "while" | "until" | "{" | "!")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<Lexeme> {
        lex(text).lexemes.into_iter().map(|(lexeme, _)| lexeme).collect()
    }

    proptest! {
        #[test]
        fn a_shell_word_is_exactly_the_value(value in hostile::text()) {
            if let Ok(quoted) = sh(&value) {
                prop_assert_eq!(words(&format!("a {quoted} b"))[1].clone(), Lexeme::Word(value));
            } else {
                let refusable = value.contains(|c: char| c.is_control() || c == '\u{feff}');
                prop_assert!(refusable);
            }
        }

        #[test]
        fn a_step_is_one_instruction_whose_text_is_the_value(value in hostile::text()) {
            if let Ok(quoted) = run(&value) {
                let mut lines = quoted.split('\n').peekable();
                let mut joined = String::new();
                while let Some(line) = lines.next() {
                    let more = lines.peek().is_some();
                    prop_assert_eq!(line.ends_with('\\'), more, "{}", quoted);
                    joined.push_str(line.strip_suffix('\\').unwrap_or(line));
                }
                prop_assert_eq!(words(&joined), words(&run_lines(&value).unwrap().join(" ")));
            }
        }
    }

    #[test]
    fn options_are_bare_and_assignments_and_keywords_are_not() {
        let list: Vec<String> = ["ci", "--omit=dev", "A=1", "if", ""].map(str::to_owned).into();
        assert_eq!(shargs(&list).unwrap(), "ci --omit=dev 'A=1' 'if' ''");
    }

    #[test]
    fn lines_that_go_on_are_continued() {
        assert_eq!(run("a &&\n  b \\\n --c\n\n").unwrap(), "a && \\\n    b \\\n    --c");
        assert_eq!(run("if a; then\nb;\nfi").unwrap(), "if a; then \\\n    b; \\\n    fi");
        assert_eq!(run("[ -f a ] && b").unwrap(), "[ -f a ] && b");
    }

    #[test]
    fn text_that_would_not_stay_one_step_is_refused() {
        for bad in [
            "",
            " \n",
            "a\nb",
            "a\\",
            "a \\\\\nb",
            "cat <<E",
            "cat 3<<-E",
            "a # b",
            "#a",
            "a &&\n# b\nc",
            "echo 'a\nb'",
            "'",
            "$(",
            "--mount=type=secret,id=x a",
            "[\"a\"]",
            "a\rb",
            "`cat <<E`",
        ] {
            assert!(run(bad).is_err(), "{bad:?}");
        }
    }
}
