//! What a read Dockerfile means: expansion, typed instructions, problems, stages and the image they make.

use std::collections::BTreeMap;

use scaffold_dockerfile::dockerfile::{
    Base, BuildArgs, Dockerfile, Form, Healthcheck, Instruction, Kind, Lexer, Script, Via, parse,
};

fn variables() -> BTreeMap<String, String> {
    let pairs = [("A", "abc"), ("E", ""), ("PATH", "/bin:/usr/bin"), ("FILE", "dir/name.tar.gz"), ("STAR", "*")];
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The text of a word, or `None` where BuildKit refuses it.
fn expanded(word: &str) -> Option<String> {
    Lexer::new('\\').process(word, &variables()).ok().map(|read| read.text)
}

#[test]
fn words_are_expanded_as_the_reference_says() {
    for (word, want) in [
        // Quotes and escapes.
        ("plain", Some("plain")),
        (r#""two words""#, Some("two words")),
        (r#"a'b c'd"e f"g"#, Some("ab cde fg")),
        (r"a\ b\'c\\", Some(r"a b'c\")),
        (r"ends\", Some("ends")),
        (r#""a\"b\$A\\c\n""#, Some(r#"a"b$A\c\n"#)),
        (r"'a\b$A'", Some(r"a\b$A")),
        ("'open", None),
        (r#""open"#, None),
        // Plain variables.
        ("$A", Some("abc")),
        ("${A}x", Some("abcx")),
        ("$Ax", Some("")),
        (r"\$A", Some("$A")),
        ("$", Some("$")),
        ("a$.b", Some("a$.b")),
        ("$1x", Some("x")),
        (r#""$A""#, Some("abc")),
        ("${A", None),
        ("${}", None),
        ("${.}", None),
        // Stand-ins; with a colon an empty value counts as none.
        ("${U:-x}", Some("x")),
        ("${E:-x}", Some("x")),
        ("${E-x}", Some("")),
        ("${U-x}", Some("x")),
        ("${A:-x}", Some("abc")),
        ("${A:+x}", Some("x")),
        ("${E:+x}", Some("")),
        ("${E+x}", Some("x")),
        ("${U+x}", Some("")),
        ("${U:-${V:-deep $A}}", Some("deep abc")),
        (r"${U:-a\}b}", Some("a}b")),
        ("${U:-'a b'}", Some("a b")),
        // Demands.
        ("${A:?no}", Some("abc")),
        ("${E?no}", Some("")),
        ("${E:?no}", None),
        ("${U?}", None),
        // Forms of a shell that BuildKit does not know.
        ("${A:=x}", None),
        ("${A=x}", None),
        ("${A:1}", None),
        ("${A:#a}", None),
        ("${#A}", None),
        // Trimmed at the start, at the end.
        ("${FILE#*/}", Some("name.tar.gz")),
        ("${FILE#d?r/}", Some("name.tar.gz")),
        ("${FILE#x}", Some("dir/name.tar.gz")),
        ("${FILE##*.}", Some("gz")),
        ("${FILE%.*}", Some("dir/name.tar")),
        ("${FILE%%.*}", Some("dir/name")),
        (r"${STAR#\*}", Some("")),
        (r"${A#\x}", None),
        // Replaced: the first, or all.
        ("${FILE/a/o}", Some("dir/nome.tar.gz")),
        ("${FILE//a/o}", Some("dir/nome.tor.gz")),
        (r"${FILE/\//:}", Some("dir:name.tar.gz")),
        ("${PATH//:/ }", Some("/bin /usr/bin")),
        ("${A/b}", None),
        ("${A/?/x}", Some("xbc")),
    ] {
        assert_eq!(expanded(word).as_deref(), want, "{word}");
    }
}

#[test]
fn an_expansion_tells_which_variables_it_lacked() {
    let read = Lexer::new('\\').process("$A $U ${V:-x} ${A:-$W}", &variables()).expect("fit");
    let names = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
    assert_eq!(names(&read.used), ["A"]);
    assert_eq!(names(&read.unset), ["U", "V", "W"]);
    assert_eq!(names(&read.holes), ["U"], "V has a stand-in, and W stands in for nothing");
    assert_eq!(read.words, ["abc", "x", "abc"]);
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let deep = "${A:-".repeat(100_000);
    assert!(expanded(&deep).is_none());
    let file = parse(&format!("FROM a\nENV X={deep}\nUSER {deep}\nRUN cat <<E {deep}\n"));
    assert_eq!(file.instructions.len(), 4);
    assert!(file.final_image().is_some());
}

#[test]
fn text_that_doubles_with_each_line_is_bounded() {
    let file = parse(&format!("FROM a\nENV A=0123456789\n{}", "ENV A=$A$A\n".repeat(100)));
    let image = file.final_image().expect("an image");
    assert!(image.env["A"].value.len() < 1 << 21);
    let many: String = (0..20_000).map(|at| format!("ENV B{at}=$A\n")).collect();
    let file = parse(&format!("FROM a\nENV A={}\n{many}", "x".repeat(60_000)));
    let total: usize = file.final_image().expect("an image").env.values().map(|set| set.value.len()).sum();
    assert!(total < 100 << 20, "{total} bytes");
}

fn instruction(text: &str) -> Instruction {
    let file = parse(&format!("FROM a\n{text}\n"));
    assert!(file.problems.iter().all(|problem| !problem.fatal), "{text}: {:?}", file.problems);
    file.instructions.into_iter().nth(1).expect("an instruction")
}

#[test]
fn pairs_are_decoded_to_their_real_values() {
    let Kind::Env(pairs) = instruction(r#"ENV A=b\ c "D"="e \"f\"" G='$h' I=\$j K="$L" M="#).kind else {
        panic!("ENV")
    };
    let values: Vec<_> = pairs.iter().map(|pair| (pair.key.value(), pair.value.value())).collect();
    let want = [("A", "b c"), ("D", "e \"f\""), ("G", "$h"), ("I", "$j"), ("K", "$L"), ("M", "")];
    assert_eq!(values, want.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert_eq!(pairs[2].value.literal().as_deref(), Some("$h"), "quoted, so no variable");
    assert_eq!(pairs[4].value.literal(), None, "a variable");

    let Kind::Label(pairs) = instruction("LABEL old  two \"words\"").kind else { panic!("LABEL") };
    assert!(pairs[0].legacy);
    assert_eq!(pairs[0].value.value(), "two words");
}

#[test]
fn each_value_knows_its_bytes_over_continued_lines() {
    let text = "FROM a\nLABEL x=1 \\\n  # between\n  y=\"2 3\"\n";
    let file = parse(text);
    let Kind::Label(pairs) = &file.instructions[1].kind else { panic!("LABEL") };
    assert_eq!(&text[pairs[1].value.span.clone()], "\"2 3\"");
    assert_eq!(&text[file.instructions[1].span.clone()], "LABEL x=1 \\\n  # between\n  y=\"2 3\"");
    assert_eq!(file.comments[0].text, "between");
    assert_eq!(&text[file.comments[0].span.clone()], "# between");
}

#[test]
fn mounts_are_read_into_options() {
    let text = "RUN --mount=type=secret,id=npm,target=/root/.npmrc,required --mount=type=cache,\"dst=/a,b\",sharing=locked \
                --mount=from=build,source=/x,target=/y,ro=false make";
    let Kind::Run(run) = instruction(&text.replace('"', "\\\"")).kind else { panic!("RUN") };
    let [secret, cache, bind] = run.mounts.as_slice() else { panic!("three mounts") };
    assert_eq!((secret.kind(), secret.id(), secret.target()), ("secret", Some("npm"), Some("/root/.npmrc")));
    assert!(secret.is_on("required"));
    assert_eq!((cache.kind(), cache.target(), cache.get(&["sharing"])), ("cache", Some("/a,b"), Some("locked")));
    assert_eq!((bind.kind(), bind.from(), bind.source()), ("bind", Some("build"), Some("/x")));
    assert!(!bind.is_on("ro"));
}

#[test]
fn a_health_check_has_its_times_in_nanoseconds() {
    let text =
        "HEALTHCHECK --interval=1m30s --timeout=500ms --retries=2 --start-interval=1s CMD [\"/app\", \"--probe\"]";
    let Kind::Healthcheck(check) = instruction(text).kind else { panic!("HEALTHCHECK") };
    let Healthcheck::Cmd { form, interval, timeout, start_period, start_interval, retries } = *check else {
        panic!("CMD")
    };
    assert_eq!(form.exec(), Some(vec!["/app", "--probe"]));
    assert_eq!((interval, timeout, start_period), (Some(90_000_000_000), Some(500_000_000), None));
    assert_eq!((start_interval, retries), (Some(1_000_000_000), Some(2)));
}

#[test]
fn a_script_is_what_the_shell_will_get() {
    let script = |text: &str| instruction(text).script().expect("RUN");
    assert_eq!(script("RUN a \\\n  && b"), Script::Shell("a   && b".to_owned()));
    assert_eq!(script("RUN [\"a\", \"b c\"]"), Script::Exec(vec!["a".to_owned(), "b c".to_owned()]));
    assert_eq!(script("RUN <<-EOF\n\tset -e\n\t a\nEOF"), Script::Shell("set -e\n a\n".to_owned()));
    assert_eq!(script("RUN <<EOF\n#!/bin/x\nEOF"), Script::File("#!/bin/x\n".to_owned()));
    assert_eq!(script("RUN cat <<EOF > /x\nb\nEOF"), Script::Shell("cat <<EOF > /x\nb\nEOF".to_owned()));
}

#[test]
fn files_in_a_copy_keep_their_content() {
    let Kind::Copy(copy) = instruction("COPY --chown=1:2 --link x <<-'a.txt' <<b /d/\n\tone\na.txt\n\t$two\nb").kind
    else {
        panic!("COPY")
    };
    assert_eq!(copy.sources.len(), 1);
    assert_eq!(copy.destination.value(), "/d/");
    assert_eq!(copy.chown.map(|word| word.value()).as_deref(), Some("1:2"));
    let [first, second] = copy.inline.as_slice() else { panic!("two files") };
    assert_eq!((first.name.as_str(), first.text().as_str(), first.expand), ("a.txt", "one\n", false));
    assert_eq!((second.name.as_str(), second.text().as_str(), second.expand), ("b", "\t$two\n", true));
}

#[test]
fn what_the_newest_buildkit_reads_otherwise_than_the_oracle() {
    // Blanks between << and the name, since May 2025.
    let spaced = instruction("RUN cat << EOF\nx\nEOF");
    assert_eq!(spaced.heredocs[0].content, "x\n");
    assert_eq!(spaced.last_line, 4);
    // Text behind a JSON array makes it shell form, since July 2024.
    let Kind::Cmd(Form::Shell(line)) = instruction("CMD [\"a\"] x").kind else { panic!("shell form") };
    assert_eq!(line.value, "[\"a\"] x");
    // The escape character of the file counts in flags.
    let file = parse("# escape=`\nFROM a\nRUN --mount=type=cache,target=C:\\x` y z\n");
    let Kind::Run(run) = &file.instructions[1].kind else { panic!("RUN") };
    assert_eq!(run.mounts[0].target(), Some("C:\\x y"));
    // A substitution loses what stands before it in the words of EXPOSE.
    let image = parse("FROM a\nEXPOSE 80${X:-80}\n").final_image().expect("an image");
    assert_eq!(image.expose.keys().collect::<Vec<_>>(), ["80/tcp"]);
}

#[test]
fn heredocs_of_a_trigger_belong_to_it() {
    let Kind::Onbuild(trigger) = instruction("ONBUILD COPY <<f /f\nx\nf").kind else { panic!("ONBUILD") };
    let Kind::Copy(copy) = &trigger.kind else { panic!("COPY") };
    assert_eq!(copy.inline[0].content, "x\n");
}

#[test]
fn one_problem_does_not_end_the_reading() {
    for (text, want) in [
        ("FORM a", "unknown instruction `FORM`, did you mean `FROM`?"),
        ("USER", "USER needs an argument"),
        ("COPY a", "COPY needs a source and a destination"),
        ("COPY a <<EOF\nx\nEOF", "the destination of COPY cannot be a heredoc"),
        ("ENV a", "ENV needs a name and a value"),
        ("ENV a=b c", "`c` has no `=`"),
        ("ARG =x", "a name is missing before the `=`"),
        ("CMD [1]", "a JSON array must hold strings only"),
        ("SHELL a", "SHELL needs a JSON array of strings"),
        ("VOLUME [\"\"]", "VOLUME needs paths that are not empty"),
        ("FROM a b", "FROM takes an image, or an image, AS and a name"),
        ("FROM a AS 1b", "`1b` cannot name a stage: a letter, then letters, digits, `-`, `_` and `.`"),
        ("COPY --chwon=1 a b", "COPY has no flag `--chwon`"),
        ("COPY --from a b", "`--from` needs a value"),
        ("COPY --from=a --from=b a b", "`--from` is given twice"),
        ("COPY --link=maybe a b", "`--link` must be true or false"),
        ("RUN --network=web a", "`--network` is one of default, none, host"),
        ("RUN --mount=type=disk a", "there is no mount of type `disk`"),
        ("RUN --mount=tpye=cache a", "a mount has no option `tpye`"),
        ("RUN --mount=target a", "the mount option `target` is not of the form name=value"),
        ("RUN --mount=from=$a a", "`from` of a mount knows no variables: name a stage that is FROM that image"),
        ("HEALTHCHECK", "HEALTHCHECK needs an argument"),
        ("HEALTHCHECK TCP x", "HEALTHCHECK takes CMD and a command, or NONE"),
        ("HEALTHCHECK NONE x", "NONE takes nothing more"),
        ("HEALTHCHECK CMD", "HEALTHCHECK CMD needs a command"),
        ("HEALTHCHECK --interval=5 CMD x", "`--interval` must be a duration such as 30s"),
        ("HEALTHCHECK --retries=-1 CMD x", "`--retries` must be a number, not below 0"),
        ("ONBUILD FROM x", "FROM cannot be triggered by ONBUILD"),
        ("ONBUILD", "ONBUILD needs an instruction"),
    ] {
        let file = parse(&format!("FROM a\n{text}\nWORKDIR /x\n"));
        let found: Vec<_> =
            file.problems.iter().filter(|problem| problem.fatal).map(|problem| &problem.message).collect();
        assert_eq!(found, [want], "{text}");
        let last = file.instructions.last().expect("instructions");
        assert_eq!(last.name(), "WORKDIR", "{text}");
    }
}

#[test]
fn an_open_heredoc_and_a_line_too_long_are_problems() {
    let file = parse("FROM a\nRUN <<EOF\nx\n");
    assert_eq!(file.problems[0].message, "no line `EOF` ends the heredoc");
    assert_eq!(file.instructions[1].heredocs[0].content, "x\n");

    let fits = format!("FROM a\nRUN {}\n", "x".repeat(65_531));
    assert!(parse(&fits).problems.is_empty());
    let long = format!("FROM a\nRUN {}\nUSER 1\n", "x".repeat(65_532));
    let file = parse(&long);
    assert_eq!(file.problems[0].message, "a line of more than 65535 bytes");
    assert_eq!(file.instructions.len(), 3);
}

#[test]
fn warnings_do_not_refuse_a_file() {
    let file = parse("FROM a\nRUN x \\\n\n  y\nCOPY --exclude=é b c\nCMD\n");
    assert_eq!(file.problems.len(), 3);
    assert!(file.problems.iter().all(|problem| !problem.fatal));
}

fn messages(file: &Dockerfile) -> Vec<String> {
    file.all_problems().into_iter().filter(|problem| problem.fatal).map(|problem| problem.message).collect()
}

#[test]
fn stages_are_found_by_name_number_and_argument() {
    let file = parse(
        "ARG V=26\nARG IMAGE=node:$V\nFROM $IMAGE AS Build\nRUN x\nFROM build AS test\nFROM scratch\n\
         COPY --from=BUILD /a /a\nCOPY --from=1 /b /b\nCOPY --from=nginx:1 /c /c\n\
         RUN --mount=type=bind,from=Build,target=/x --mount=from=alpine,target=/y z\n",
    );
    assert_eq!(messages(&file), Vec::<String>::new());
    let stages = file.stages();
    let bases: Vec<_> = stages.stages.iter().map(|stage| stage.base.clone()).collect();
    assert_eq!(bases, [Base::Image("node:26".to_owned()), Base::Stage(0), Base::Scratch]);
    let last = stages.final_stage().expect("a stage");
    let targets: Vec<_> = last.references.iter().map(|reference| (reference.via, reference.target.clone())).collect();
    let image = |name: &str| Base::Image(name.to_owned());
    assert_eq!(
        targets,
        [
            (Via::Copy, Base::Stage(0)),
            (Via::Copy, Base::Stage(1)),
            (Via::Copy, image("nginx:1")),
            (Via::Mount, Base::Stage(0)),
            (Via::Mount, image("alpine")),
        ]
    );
    assert_eq!(stages.find("TEST").map(|stage| stage.index), Some(1));
    assert_eq!(stages.chain(1), [1, 0]);
    assert_eq!(stages.needed(2).into_iter().collect::<Vec<_>>(), [0, 1, 2]);

    let args = BuildArgs::from([("V".to_owned(), "25".to_owned())]);
    assert_eq!(file.stages_with(&args).stages[0].base, image("node:25"));
}

#[test]
fn an_image_that_arguments_decide_is_unknown() {
    let file = parse("ARG V\nFROM a:${V} AS x\nFROM b:${V:-1}\nFROM --platform=$BUILDPLATFORM c:$TARGETARCH\n");
    assert_eq!(messages(&file), Vec::<String>::new());
    let stages = file.stages();
    assert_eq!(stages.stages[0].base, Base::Unknown("a:${V}".to_owned()));
    assert_eq!(stages.stages[0].holes.iter().collect::<Vec<_>>(), ["V"]);
    assert_eq!(stages.stages[1].base, Base::Image("b:1".to_owned()));
    assert_eq!(stages.stages[2].base, Base::Unknown("c:$TARGETARCH".to_owned()));
    assert_eq!(stages.stages[2].platform.as_deref(), Some("$BUILDPLATFORM"));
}

#[test]
fn a_graph_that_cannot_be_built_has_problems() {
    for (text, want) in [
        ("RUN x\nFROM a\n", "no FROM stands before this instruction"),
        ("ARG V=1\n", "the file has no stage: FROM is missing"),
        ("FROM a\nCOPY --from=1 x y\n", "there is no stage 1"),
        ("FROM a\nCOPY --from=0 x y\n", "a stage cannot take from itself"),
        ("FROM a\nCOPY --from=$x y z\n", "`--from` knows no variables: name a stage that is FROM that image"),
        ("FROM a:$V\n", "no ARG before the first FROM declares `V`"),
        ("FROM a AS b\nARG V=1\nFROM c:$V\n", "no ARG before the first FROM declares `V`"),
        ("ARG V=\nFROM $V\n", "the name of the image is empty"),
        ("FROM a AS b\nCOPY --from=c x y\nFROM b AS c\n", "stage 1 and stage 0 need each other"),
    ] {
        assert_eq!(messages(&parse(text)), [want], "{text}");
    }
}

#[test]
fn an_image_inherits_through_its_stages() {
    let file = parse(
        "FROM scratch AS base\nENV A=1 PATH=/x:$PATH\nUSER 10\nWORKDIR /app\nCMD [\"old\"]\nEXPOSE 80\nHEALTHCHECK NONE\n\
         FROM base\nWORKDIR sub/../lib\nARG B=2\nENV A=$A.$B C=$A\nENTRYPOINT [\"/run\"]\nEXPOSE $A/UDP\n\
         LABEL x.y=\"$C z\"\nSHELL [\"/bin/bash\", \"-c\"]\nSTOPSIGNAL SIGINT\nVOLUME /v\n",
    );
    let image = file.final_image().expect("an image");
    assert_eq!(image.user.map(|user| (user.value, user.instruction)), Some(("10".to_owned(), 2)));
    assert_eq!(image.workdir.map(|path| path.value).as_deref(), Some("/app/lib"));
    let env: Vec<_> = image.env.iter().map(|(name, set)| (name.as_str(), set.value.as_str())).collect();
    assert_eq!(env, [("A", "1.2"), ("C", "1"), ("PATH", "/x:")], "one ENV sees the values from before it");
    assert_eq!(image.holes.into_iter().collect::<Vec<_>>(), ["PATH"]);
    assert_eq!(image.entrypoint.map(|set| set.value), Some(vec!["/run".to_owned()]));
    assert_eq!(image.cmd, None, "ENTRYPOINT resets the CMD of a parent stage");
    assert_eq!(image.labels["x.y"].value, "1 z");
    assert_eq!(image.expose.keys().collect::<Vec<_>>(), ["1.2/udp", "80/tcp"]);
    assert_eq!(image.healthcheck.map(|set| set.value), Some(Healthcheck::None));
    assert_eq!(image.stopsignal.map(|set| set.value).as_deref(), Some("SIGINT"));
    assert!(image.volumes.contains_key("/v"));
}

#[test]
fn shell_form_gets_the_shell_in_force() {
    let argv = |text: &str| parse(text).final_image().and_then(|image| image.cmd).map(|set| set.value);
    let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    assert_eq!(argv("FROM a\nCMD x $Y\n"), words(&["/bin/sh", "-c", "x $Y"]));
    assert_eq!(argv("FROM a\nSHELL [\"b\"]\nCMD x\nSHELL [\"c\"]\n"), words(&["b", "x"]));
    assert_eq!(argv("FROM a\nCMD [\"x\"]\nENTRYPOINT [\"y\"]\n"), words(&["x"]), "set in this stage, so kept");
}

#[test]
fn a_global_argument_must_be_asked_for_in_a_stage() {
    let file = parse("ARG V=1\nFROM a AS b\nENV X=$V\nARG V\nENV Y=$V\nFROM b\nENV Z=$V\nARG W\n");
    let image = file.final_image().expect("an image");
    let value = |name: &str| image.env[name].value.as_str();
    assert_eq!((value("X"), value("Y"), value("Z")), ("", "1", "1"), "arguments go on into the next stage");
    assert_eq!(image.args["W"], None);
}

#[test]
fn triggers_run_in_the_stage_that_is_from_theirs() {
    let file = parse("FROM a AS b\nONBUILD USER 5\nONBUILD ENV X=1\nUSER 3\nFROM b AS c\nFROM c\nUSER 9\n");
    let stages = file.stages();
    let user = |index: usize| stages.image(index).user.map(|user| user.value);
    assert_eq!(user(0).as_deref(), Some("3"));
    assert_eq!(user(1).as_deref(), Some("5"));
    assert_eq!(user(2).as_deref(), Some("9"));
    assert!(stages.image(2).env.contains_key("X"));
}

#[test]
fn a_relative_directory_on_an_unknown_image_stays_relative() {
    let path = |text: &str| parse(text).final_image().and_then(|image| image.workdir).map(|set| set.value);
    assert_eq!(path("FROM a\nWORKDIR x\nWORKDIR ./y\n").as_deref(), Some("x/y"));
    assert_eq!(path("FROM scratch\nWORKDIR x\n").as_deref(), Some("/x"));
    assert_eq!(path("FROM a\nWORKDIR /x\nWORKDIR ../../y/\n").as_deref(), Some("/y"));
}

#[test]
fn directives_are_known_by_name() {
    let file = parse("# syntax = docker/dockerfile:1 \n# check=skip=all\nFROM a\n");
    assert_eq!(file.directive("syntax"), Some("docker/dockerfile:1"));
    assert_eq!(file.directive("check"), Some("skip=all"));
    assert_eq!(file.escape, '\\');
    assert!(file.comments.is_empty());
}

#[test]
fn large_files_are_read_whole() {
    let many = format!("FROM a\n{}", "RUN a \\\n  && b\n".repeat(100_000));
    assert_eq!(parse(&many).instructions.len(), 100_001);
    let joined = format!("FROM a\nRUN {}x\n", "y \\\n".repeat(100_000));
    assert_eq!(parse(&joined).instructions.len(), 2);
    let nested = format!("FROM a\n{}RUN x\n", "ONBUILD ".repeat(100_000));
    assert_eq!(parse(&nested).instructions.len(), 2);
    let arrays = format!("FROM a\nCMD {}\n", "[".repeat(1_000_000));
    assert_eq!(parse(&arrays).instructions.len(), 2);
}
