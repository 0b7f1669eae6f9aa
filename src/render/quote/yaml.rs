//! Filters for YAML scalars, and what a plain scalar is to the readers in use.

use super::{Quoted, plain, refuse};

/// What a plain scalar becomes. YAML 1.1 and 1.2 and their readers differ, so everything that one of them takes for
/// something else than text counts as that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Scalar {
    Null,
    Bool,
    /// Also dates and base 60.
    Number,
    Text,
}

/// The kind of an unquoted scalar.
pub(in super::super) fn scalar(text: &str) -> Scalar {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "" | "~" | "null" => return Scalar::Null,
        "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" => return Scalar::Bool,
        "=" | "<<" => return Scalar::Number,
        _ => {}
    }
    let unsigned = lower.trim_start_matches(['-', '+', '.']);
    let numeric = |c: char| c.is_ascii_hexdigit() || "xo_.:+-tz ".contains(c);
    let starts = lower.starts_with(|c: char| c.is_ascii_digit() || "-+.".contains(c));
    if matches!(unsigned, "inf" | "nan") || (starts && lower.chars().all(numeric)) {
        Scalar::Number
    } else {
        Scalar::Text
    }
}

/// One YAML scalar that is text to every reader: plain if it can be, else in double quotes.
pub(super) fn yaml(text: &str) -> Quoted {
    let plain_characters = text.chars().all(|c| c.is_ascii_alphanumeric() || "_./-".contains(c));
    if plain_characters && !text.starts_with(['-', '.']) && scalar(text) == Scalar::Text {
        return Ok(text.to_owned());
    }
    plain::json(text)
}

/// The same where compose expands `$`.
pub(super) fn compose(text: &str) -> Quoted {
    if text.contains('\0') {
        return refuse(text, "holds a NUL, which no container's environment or argument can");
    }
    yaml(&text.replace('$', "$$"))
}

/// The same in a GitHub workflow, where `${{` begins an expression wherever it stands: there is no way to write it as
/// text in every place, so it is refused.
pub(super) fn github(text: &str) -> Quoted {
    if text.contains("${{") {
        return refuse(text, "holds `${{`, which begins an expression in a workflow");
    }
    yaml(text)
}

/// The same in a GitLab pipeline, where `$` begins a variable in most places, and is doubled in some: it is refused.
pub(super) fn gitlab(text: &str) -> Quoted {
    if text.contains('$') {
        return refuse(text, "holds `$`, which begins a variable in a pipeline");
    }
    yaml(text)
}

/// The same for a text of several lines, which then stands in a block of its own, `indent` columns in.
pub(super) fn block(text: &str, indent: usize) -> Quoted {
    let printable = |c: char| {
        c == '\n' || !c.is_control() && c != '\u{feff}' && c != '\u{2028}' && c != '\u{2029}' && c != '\u{85}'
    };
    let first = text.chars().next().is_some_and(|c| !c.is_whitespace() && c != '#');
    let clean = text.lines().all(|line| !line.ends_with([' ', '\t']));
    if !text.contains('\n') || !text.chars().all(printable) || !first || !clean || text.ends_with('\n') {
        return compose(text);
    }
    let mut out = String::from("|-");
    for line in text.replace('$', "$$").split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
    }
    Ok(out)
}

/// The items of a flow list where compose expands `$`: what stands between `[` and `]`.
pub(super) fn words(words: &[String]) -> Quoted {
    let words: Vec<_> = words.iter().map(|word| compose(word)).collect::<Result<_, _>>()?;
    Ok(words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use granit_parser::{Event, Parser, ScalarStyle};
    use proptest::prelude::*;

    fn scalars(source: &str) -> Vec<(String, bool)> {
        Parser::new_from_str(source)
            .filter_map(|event| match event.unwrap().0 {
                Event::Scalar(text, style, ..) => {
                    let text_to_all = style != ScalarStyle::Plain || scalar(&text) == Scalar::Text;
                    Some((text.into_owned(), text_to_all))
                }
                _ => None,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_scalar_is_the_value_as_key_value_and_item(value in hostile::text()) {
            let quoted = yaml(&value).unwrap();
            let expected = vec![(value, true); 4];
            prop_assert_eq!(scalars(&format!("{quoted}: {quoted}\nx: [{quoted}, {quoted}]\n"))[..2].to_vec(), &expected[..2]);
            prop_assert_eq!(scalars(&format!("- {quoted}\n- [{quoted}, {quoted}] # c\n- {quoted}")), expected);
        }

        #[test]
        fn compose_reads_back_the_value(value in hostile::text()) {
            if let Ok(quoted) = compose(&value) {
                prop_assert_eq!(scalars(&format!("- {quoted}"))[0].0.replace("$$", "$"), value);
            }
        }
    }

    proptest! {
        #[test]
        fn workflows_and_pipelines_read_back_the_value_and_no_expression(value in hostile::text()) {
            for (filter, begins) in [(github as fn(&str) -> Quoted, "${{"), (gitlab, "$")] {
                match filter(&value) {
                    Ok(quoted) => {
                        prop_assert!(!quoted.contains(begins));
                        prop_assert_eq!(&scalars(&format!("- {quoted}"))[0].0, &value);
                    }
                    Err(_) => prop_assert!(value.contains(begins)),
                }
            }
        }
    }

    #[test]
    fn readable_values_stay_plain_and_ambiguous_ones_do_not() {
        for good in ["node", "30s", "512m", "./a", "no-new-privileges", "/data"] {
            let quoted = if good.starts_with('.') { format!("\"{good}\"") } else { good.to_owned() };
            assert_eq!(yaml(good).unwrap(), quoted);
        }
        for bad in [
            "",
            "yes",
            "Off",
            "null",
            "~",
            "1",
            "1_0",
            "0x1f",
            "1e3",
            "12:30:45",
            "2026-11-24",
            ".5",
            "-1",
            "-",
            "a: b",
            "1000:1000",
        ] {
            assert!(yaml(bad).unwrap().starts_with('"'), "{bad}");
        }
    }
}
