//! Filters for the words of Dockerfile instructions.

use super::{Quoted, is_plain, one_line, plain, refuse};

/// The JSON form of `CMD`, `ENTRYPOINT`, `HEALTHCHECK CMD`, `SHELL` and `RUN`, where nothing is expanded.
pub(super) fn exec(words: &[String]) -> Quoted {
    if words.is_empty() {
        return refuse("", "is an empty list, where a command is needed");
    }
    for word in words {
        if word.contains('\0') {
            return refuse(word, "holds a NUL, which no argument can");
        }
    }
    list(words)
}

fn list(words: &[String]) -> Quoted {
    let words: Vec<_> = words.iter().map(|word| plain::json(word)).collect::<Result<_, _>>()?;
    Ok(format!("[{}]", words.join(", ")))
}

/// The value of an `ENV`, `LABEL` or `ARG` pair.
pub(super) fn env(text: &str) -> Quoted {
    one_line(text, "a value in a Dockerfile")?;
    // WORKDIR and the like would take a leading `--` for a flag.
    if !text.is_empty() && text.chars().all(|c| is_plain(c) || c == '=') && !text.starts_with("--") {
        return Ok(text.to_owned());
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    Ok(quoted)
}

/// The sources and, last, the destination of a `COPY`; a single word is written only where it is plain.
pub(super) fn copy(words: &[String]) -> Quoted {
    for word in words {
        one_line(word, "a path of COPY")?;
        if word.is_empty() {
            return refuse(word, "is empty, where COPY needs a path");
        }
        if word.contains('\\') {
            return refuse(word, "holds a backslash, which a path of COPY cannot");
        }
        if word.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with("<<") {
            return refuse(word, "starts as a heredoc does, also in a JSON list");
        }
    }
    let plain = |word: &String| word.chars().all(|c| is_plain(c) || c == '=') && !word.starts_with("--");
    match words {
        [] => refuse("", "is an empty list, where COPY needs paths"),
        words if words.iter().all(plain) => Ok(words.join(" ")),
        [single] => refuse(single, "needs quotes, so COPY must get its sources and destination as one list"),
        [sources @ .., destination] => {
            let mut quoted: Vec<_> = sources.iter().map(|source| copy_source(source)).collect();
            quoted.push(copy_destination(destination));
            list(&quoted)
        }
    }
}

/// A source that names one path: BuildKit expands variables in it, then wildcards. A class of one character is the
/// only escape that it keeps (Docker's reference, "COPY arr[[]0].txt"; read 2026-11-24).
fn copy_source(path: &str) -> String {
    let mut quoted = String::new();
    for c in path.chars() {
        match c {
            '*' | '?' | '[' => quoted.extend(['[', c, ']']),
            '"' | '\'' | '$' => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    quoted
}

/// A destination: variables are expanded, wildcards are not.
fn copy_destination(path: &str) -> String {
    path.chars().fold(String::new(), |mut quoted, c| {
        if matches!(c, '"' | '\'' | '$') {
            quoted.push('\\');
        }
        quoted.push(c);
        quoted
    })
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use proptest::prelude::*;

    /// What BuildKit's word lexer makes of one word, wanting nothing expanded.
    fn process_word(word: &str) -> String {
        let mut out = String::new();
        let mut rest = word.chars();
        let mut double = false;
        while let Some(c) = rest.next() {
            match c {
                '"' => double = !double,
                '\\' => match rest.next().unwrap() {
                    escaped if !double || matches!(escaped, '"' | '$' | '\\') => out.push(escaped),
                    kept => out.extend(['\\', kept]),
                },
                '$' => panic!("a variable in {word}"),
                '\'' if !double => panic!("a quote in {word}"),
                ' ' if !double => panic!("a second word in {word}"),
                c => out.push(c),
            }
        }
        assert!(!double, "an open quote in {word}");
        out
    }

    fn without_classes(pattern: &str) -> String {
        let mut path = String::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            match c {
                '[' => {
                    path.push(rest.next().unwrap());
                    assert_eq!(rest.next(), Some(']'));
                }
                '*' | '?' => panic!("an active wildcard in {pattern}"),
                c => path.push(c),
            }
        }
        path
    }

    proptest! {
        #[test]
        fn an_argument_vector_is_the_list(words in prop::collection::vec(hostile::text(), 1..5)) {
            if let Ok(quoted) = exec(&words) {
                prop_assert!(!quoted.contains('\n'));
                prop_assert_eq!(serde_json::from_str::<Vec<String>>(&quoted).unwrap(), words);
            }
        }

        #[test]
        fn an_env_value_is_the_value(value in hostile::text()) {
            if let Ok(quoted) = env(&value) {
                prop_assert_eq!(process_word(&quoted), value);
            }
        }

        #[test]
        fn copied_paths_are_the_values(sources in prop::collection::vec(hostile::text(), 1..3), to in hostile::text()) {
            let mut words = sources.clone();
            words.push(to);
            if let Ok(quoted) = copy(&words) {
                let read = serde_json::from_str::<Vec<String>>(&quoted);
                let read = read.unwrap_or_else(|_| quoted.split(' ').map(str::to_owned).collect());
                let last = read.len() - 1;
                let decoded = |(at, word): (usize, &String)| {
                    let unescaped = if word.contains('\\') { word.replace("\\\"", "\"").replace("\\'", "'").replace("\\$", "$") } else { word.clone() };
                    if at == last { unescaped } else { without_classes(&unescaped) }
                };
                prop_assert_eq!(read.iter().enumerate().map(decoded).collect::<Vec<_>>(), words);
            }
        }
    }

    #[test]
    fn usual_values_stay_readable() {
        assert_eq!(env("production").unwrap(), "production");
        assert_eq!(env("a $b").unwrap(), "\"a \\$b\"");
        assert_eq!(env("").unwrap(), "\"\"");
        assert_eq!(copy(&["package.json".into(), "./".into()]).unwrap(), "package.json ./");
        assert_eq!(copy(&["a b".into(), "$x".into()]).unwrap(), r#"["a b", "\\$x"]"#);
        assert_eq!(copy(&["arr[0]".into(), "/d[".into()]).unwrap(), r#"["arr[[]0]", "/d["]"#);
        for bad in [vec![], vec!["a b".to_owned()], vec!["--from=x".into()], vec!["a".into(), String::new()]] {
            assert!(copy(&bad).is_err(), "{bad:?}");
        }
    }
}
