//! The chain for a Dockerfile.

use super::*;

const DOCKERFILE: &str = "\
# syntax=docker/dockerfile:1
# {{ count | num }} things
FROM node:26-trixie-slim AS deps
ARG A={{ v | env }}
ENV B={{ v | env }} \\
    C={{ v | env }}
LABEL {% for text in list %}l{{ loop.index | num }}={{ text | env }} {% endfor %}end=1
WORKDIR {{ v | env }}
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
    echo {{ v | sh }} && \\
    # why
    run --option={{ v | sh }} \"$HOME\" {{ list | shargs }}
FROM deps
HEALTHCHECK --interval=30s CMD {{ list | exec }}
CMD {{ list | exec }}
";

const NAMES: [&str; 9] = ["FROM", "ARG", "ENV", "LABEL", "WORKDIR", "RUN", "FROM", "HEALTHCHECK", "CMD"];

fn names(text: &str) -> Vec<String> {
    crate::dockerfile::parse(text).instructions.iter().map(crate::dockerfile::Instruction::name).collect()
}

fn dockerfile(template: &str, value: &str) -> Result<String, Diagnostic> {
    rendered(FileKind::Dockerfile, &format!("FROM a:1\n{template}\n"), &values(&[value, "b", "c"]))
}

fn breaks(template: &str, value: &str) -> String {
    caught(FileKind::Dockerfile, &format!("FROM a:1\n{template}\n"), value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn hostile_values_stay_values(a in hostile::text(), b in hostile::text(), c in hostile::text()) {
        match rendered(FileKind::Dockerfile, DOCKERFILE, &values(&[&a, &b, &c])) {
            Ok(text) => prop_assert_eq!(names(&text), NAMES),
            Err(refused) => prop_assert!(refused.message.starts_with("the value "), "{}", refused),
        }
    }

    #[test]
    fn one_line_values_are_never_refused(a in "[ -~éñ😀]{0,20}") {
        let a = format!("x{a}");
        prop_assert_eq!(rendered(FileKind::Dockerfile, DOCKERFILE, &values(&[&a, &a, &a])).err(), None);
    }

    #[test]
    fn a_step_of_a_person_stays_one_instruction(step in hostile::text()) {
        match dockerfile("RUN {{ step | run }}\nUSER 1", &step) {
            Ok(text) => prop_assert_eq!(names(&text), ["FROM", "RUN", "USER"]),
            Err(refused) => prop_assert!(refused.message.starts_with("the value "), "{}", refused),
        }
    }

    #[test]
    fn copied_paths_stay_paths(a in hostile::text(), b in hostile::text()) {
        let template = "FROM a:1\nCOPY --from=x {{ list | copy }}\nCOPY {{ list | copy(to=\"./\") }}\nCOPY {{ v | copy(to=v) }}\n";
        if let Err(refused) = rendered(FileKind::Dockerfile, template, &values(&[&a, &b])) {
            prop_assert!(refused.message.starts_with("the value "), "{}", refused);
        }
    }
}

#[test]
fn a_usual_file_reads_as_if_written_by_hand() {
    let text = rendered(FileKind::Dockerfile, DOCKERFILE, &values(&["/app", "--omit=dev", "a b"])).unwrap();
    assert!(text.contains("ENV B=/app \\\n    C=/app\n"), "{text}");
    assert!(text.contains("run --option=/app \"$HOME\" /app --omit=dev 'a b'\n"), "{text}");
    assert!(text.ends_with("CMD [\"/app\", \"--omit=dev\", \"a b\"]\n"), "{text}");
}

#[test]
fn sources_and_destination_are_one_list_in_whatever_form() {
    let template = "FROM a:1\nCOPY {{ v | copy(to=\"./\") }}\n";
    let plain = rendered(FileKind::Dockerfile, template, &values(&["package.json"])).unwrap();
    assert!(plain.ends_with("COPY package.json ./\n"), "{plain}");
    let quoted = rendered(FileKind::Dockerfile, template, &values(&["a b[1]"])).unwrap();
    assert!(quoted.ends_with("COPY [\"a b[[]1]\", \"./\"]\n"), "{quoted}");
}

#[test]
fn the_filter_of_another_place_is_caught() {
    for (template, value) in [
        ("ENV A=\"{{ v | word }}\" B={{ v | comment }}", "a C=d"),
        ("ENV A={{ v | comment }}", "$HOME"),
        ("ENV A={{ v | json }}", "$HOME"),
        ("CMD [\"{{ v | env }}\"]", "a b"),
        ("RUN echo {{ v | env }}", "`id`"),
        ("RUN echo {{ v | json }}", "$(id)"),
        ("RUN echo {{ v | comment }}", "a; b"),
        ("RUN echo {{ v | word }}", "A=1\nUSER 0"),
        ("RUN echo \"{{ v | sh }}\"", "a b"),
        ("RUN `echo {{ v | sh }}`", "a b"),
        ("RUN {{ v | sh }} x", "--mount=type=ssh"),
        ("RUN {{ v | word }} x", "A=1"),
        ("USER {{ v | comment }}", "$X"),
        ("COPY {{ v | word }} /x", "--from=a"),
        ("COPY a {{ v | comment }}", "b c"),
        ("COPY {{ v | comment }} /x", "*"),
        ("COPY --from={{ v | comment }} a /x", "b --chown=0"),
        ("FROM {{ v | comment }}", "b AS c"),
        ("# a\n# {{ v | yaml }}", "a b"),
    ] {
        breaks(template, value);
    }
}

#[test]
fn quoting_inside_a_heredoc_is_caught() {
    let shown = breaks("RUN <<EOF\necho {{ v | sh }}\nEOF", "a b");
    assert!(shown.contains("the file:3:1") && shown.contains("the text of a heredoc"), "{shown}");
    breaks("COPY <<EOF /x\n{{ v | env }}\nEOF", "a b");
    breaks("COPY <<EOF /x\n{{ v | comment }}\nEOF", "EOF");
}

#[test]
fn a_value_cannot_be_a_parser_directive() {
    let template = "# {{ v | comment }}\nFROM a:1\nRUN a\n";
    for directive in ["escape=`", "syntax=evil/frontend", "check=skip=all"] {
        let shown = caught(FileKind::Dockerfile, template, directive);
        assert!(shown.contains("changes what"), "{shown}");
    }
}

#[test]
fn a_value_cannot_add_an_option_to_a_mount_or_a_part_to_a_word() {
    breaks("RUN --mount=type=secret,id={{ v | word }} x", "a,required=true");
    breaks("RUN --mount=type=bind,from=a,target={{ v | word }} x", "/x,rw");
    breaks("COPY --chown=root:{{ v | word }} a b", "x:y");
    caught(FileKind::Compose, "v:\n- data:{{ v | word }}\n", "/a:rw");
    assert!(dockerfile("USER {{ v | word }}", "1000:1000").is_ok());
}

#[test]
fn an_open_quote_in_a_step_cannot_swallow_the_template() {
    assert!(dockerfile("RUN {{ step | run }} && b 'c'", "a").is_ok());
    assert!(breaks("RUN {{ step | run }} && b 'c'", "a '").contains("quote that is not closed"));
    breaks("RUN {{ step | run }} && b", "a # c");
    breaks("RUN {{ step | comment }} && b", "a 'c");
    breaks("RUN x{{ step | run }}", "a b");
}

#[test]
fn what_buildkit_refuses_is_not_written() {
    let shown = breaks("COPY {{ v | word }}", "a");
    assert!(shown.contains("BuildKit refuses `the file`"), "{shown}");
}
