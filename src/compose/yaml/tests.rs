//! Trees, places, aliases and what is wrong with a text.

use proptest::prelude::*;

use super::*;

/// The text of a node, by its span.
fn source<'t>(text: &'t str, node: Node<'_>) -> &'t str {
    &text[node.span()]
}

fn messages(document: &Document) -> Vec<&str> {
    document.problems().iter().map(|problem| problem.message.as_str()).collect()
}

#[test]
fn every_value_knows_its_bytes() {
    let text = "\u{feff}# é\nservices:\n  web: # right\n    image: 'a''b'\n    ports: [80, {x: é}]\n\n# end\nlast: |\n  one\n  two\n";
    let document = parse(text);
    assert_eq!(document.problems(), []);
    let web = document.at(&["services", "web"]).unwrap();
    assert_eq!(source(text, web), "image: 'a''b'\n    ports: [80, {x: é}]");
    assert_eq!(source(text, web.get("image").unwrap()), "'a''b'");
    assert_eq!(web.get("image").unwrap().as_str(), Some("a'b"));
    assert_eq!(source(text, web.get("ports").unwrap()), "[80, {x: é}]");
    assert_eq!(source(text, web.at(&["ports", "1", "x"]).unwrap()), "é");
    assert_eq!(source(text, web.entry("ports").unwrap().0), "ports");
    assert_eq!(document.at(&["last"]).unwrap().as_str(), Some("one\ntwo\n"));
    assert_eq!(source(text, document.at(&["last"]).unwrap()).trim_end(), "one\n  two");
}

#[test]
fn comments_are_kept_with_their_places() {
    let text = "# first\na: 1 # right\n\n# last";
    let document = parse(text);
    let comments: Vec<_> =
        document.comments().iter().map(|c| (c.text.as_str(), c.own_line, &text[c.span.clone()])).collect();
    assert_eq!(comments, [(" first", true, "# first"), (" right", false, "# right"), (" last", true, "# last")]);
    assert_eq!(parse("# nothing else").comments().len(), 1);
    let many = "a:\n".to_owned() + &"# line\n".repeat(2_000) + "  b: 1\n";
    assert_eq!((parse(&many).comments().len(), parse(&many).problems().len()), (2_000, 0));
}

#[test]
fn scalars_know_their_type_and_their_quotes() {
    let document = parse("[80, '80', !!str 80, ! 80, !!int '80', !reset 80, yes, true, ~, , 1.5, >-\n folded\n]");
    assert_eq!(messages(&document).len(), 1, "an empty item is no YAML");
    let document = parse(
        "- 80\n- '80'\n- !!str 80\n- ! 80\n- !!int '80'\n- !reset 80\n- yes\n- true\n- ~\n-\n- 1.5\n- >-\n  folded\n",
    );
    use ScalarKind::{Bool, Float, Int, Null, Str};
    let scalars: Vec<_> = document.root().unwrap().items().map(|item| item.scalar().unwrap()).collect();
    let kinds: Vec<_> = scalars.iter().map(|scalar| scalar.kind).collect();
    assert_eq!(kinds, [Int, Str, Str, Str, Int, Int, Str, Bool, Null, Null, Float, Str]);
    let quoted: Vec<_> = scalars.iter().map(Scalar::is_quoted).collect();
    assert_eq!(quoted, [false, true, false, false, true, false, false, false, false, false, false, true]);
    assert_eq!(document.at(&["5"]).unwrap().tag().unwrap().text, "!reset");
    assert_eq!(document.at(&["0"]).unwrap().as_int(), Some(80));
    assert_eq!(document.at(&["7"]).unwrap().as_bool(), Some(true));
    assert_eq!(document.at(&["8"]).unwrap().as_str(), None);
}

#[test]
fn tags_of_collections_have_places() {
    let text = "ports: !override\n  - a\n";
    let document = parse(text);
    let ports = document.at(&["ports"]).unwrap();
    assert_eq!(&text[ports.tag().unwrap().span.clone()], "!override");
    assert_eq!(source(text, ports), "- a");
}

#[test]
fn aliases_answer_with_what_they_refer_to() {
    let text = "base: &base {image: a}\nweb: *base\nlist: [*base, *base]\n";
    let document = parse(text);
    let web = document.at(&["web"]).unwrap();
    assert!(web.is_alias());
    assert_eq!(source(text, web), "*base");
    assert_eq!(web.get("image").unwrap().as_str(), Some("a"));
    assert_eq!(web.target().anchor(), Some("base"));
    assert_eq!(document.at(&["list", "1", "image"]).unwrap().as_str(), Some("a"));
}

#[test]
fn merges_fill_in_what_is_not_set() {
    let document = parse("a: &a {x: 1, y: 1}\nb: &b {<<: *a, y: 2, z: 2}\nc:\n  <<: [*b, *a]\n  z: 3\nd: {'<<': *a}\n");
    let c = document.at(&["c"]).unwrap();
    let entries: Vec<_> = c.entries().into_iter().map(|(key, value)| (key, value.as_int().unwrap())).collect();
    assert_eq!(entries, [("z", 3), ("y", 2), ("x", 1)]);
    assert_eq!(c.get("x").unwrap().as_int(), Some(1));
    assert_eq!(c.own_entries().count(), 2);
    assert!(c.get("<<").is_none());
    assert!(document.at(&["d", "x"]).is_none(), "a quoted `<<` is a key as any other");
}

#[test]
fn a_missing_anchor_is_a_problem_and_a_hole() {
    let text = "a: *nobody\nb: 1\n";
    let document = parse(text);
    assert_eq!(messages(&document), ["no anchor `&nobody` stands before this alias"]);
    assert_eq!(&text[document.problems()[0].span.clone()], "*nobody");
    assert_eq!(document.at(&["a"]).unwrap().kind(), NodeKind::Dangling);
    assert_eq!(document.at(&["b"]).unwrap().as_int(), Some(1));
}

#[test]
fn a_key_twice_is_a_problem_at_the_second() {
    let text = "a:\n  x: 1\n  y: 2\n  \"x\": 3\n";
    let document = parse(text);
    assert_eq!(messages(&document), ["the key `x` stands here a second time"]);
    assert_eq!(&text[document.problems()[0].span.clone()], "\"x\"");
    let shown = document.problems()[0].diagnostic("compose.yaml", text).render(false);
    assert!(shown.contains("compose.yaml:4:3") && shown.contains("line 2"), "{shown}");
    assert_eq!(messages(&parse("? [a]\n: 1\n")), ["a sequence or mapping cannot be a key here"]);
}

#[test]
fn a_broken_text_keeps_what_stands_before_the_break() {
    let document = parse("a: 1\nb:\n  c: 2\n  d: [1, 2\ne: 3\n");
    assert_eq!(document.problems().len(), 1);
    assert_eq!(document.at(&["a"]).unwrap().as_int(), Some(1));
    assert_eq!(document.at(&["b", "c"]).unwrap().as_int(), Some(2));
    assert!(messages(&parse("a: b: c\n"))[0].starts_with("this is no valid YAML: "));
}

#[test]
fn further_documents_are_told_of_or_read() {
    let text = "a: 1\n---\nb: [\n---\nc: 3\n";
    let first = parse(text);
    assert_eq!(messages(&first), ["only the first document of this file is read"]);
    assert_eq!(first.at(&["a"]).unwrap().as_int(), Some(1));
    let all = parse_all(text);
    assert_eq!(all.len(), 3);
    assert_eq!((all[0].problems().len(), all[1].problems().len(), all[2].problems().len()), (0, 1, 0));
    assert_eq!(all[2].at(&["c"]).unwrap().as_int(), Some(3));
    assert_eq!(parse("").problems(), []);
    assert!(parse("").root().is_none());
}

#[test]
fn leaves_have_paths_in_the_order_of_the_text() {
    let document = parse("b: {c: [1, {d: x}], e: []}\na.b: '2'\nf: {}\n");
    let flat = flatten(document.root().unwrap()).unwrap();
    let shown: Vec<_> =
        flat.iter().map(|(path, leaf)| (path.to_string(), leaf.kind, leaf.text.as_str(), leaf.quoted)).collect();
    assert_eq!(
        shown,
        [
            ("b.c[0]".to_owned(), LeafKind::Scalar(ScalarKind::Int), "1", false),
            ("b.c[1].d".to_owned(), LeafKind::Scalar(ScalarKind::Str), "x", false),
            ("b.e".to_owned(), LeafKind::EmptySequence, "", false),
            ("\"a.b\"".to_owned(), LeafKind::Scalar(ScalarKind::Str), "2", true),
            ("f".to_owned(), LeafKind::EmptyMapping, "", false),
        ]
    );
}

#[test]
fn what_refers_to_itself_without_end_is_refused_and_small_use_of_aliases_is_not() {
    let mut laughs = "a0: &a0 [x]\n".to_owned();
    for level in 1..12 {
        laughs += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
    }
    let document = parse(&laughs);
    assert_eq!(document.problems(), []);
    assert_eq!(flatten(document.root().unwrap()), Err(TooLarge));
    assert_eq!(flatten(document.at(&["a2"]).unwrap()).unwrap().len(), 100);

    let circle = parse("a: &a\n  b: *a\n");
    assert_eq!(flatten(circle.root().unwrap()), Err(TooLarge));
    let merged_circle = parse("a: &a\n  <<: *a\n  c: 1\n");
    assert_eq!(flatten(merged_circle.root().unwrap()).unwrap().len(), 1);

    let mut merges = "a0: &a0 {x: 1}\n".to_owned();
    for level in 1..40 {
        let below = level - 1;
        merges += &format!("a{level}: &a{level} {{<<: [*a{below}, *a{below}]}}\n");
    }
    assert_eq!(parse(&merges).at(&["a39", "x"]).unwrap().as_int(), Some(1));
    assert!(parse(&merges).at(&["a39", "y"]).is_none());
}

#[test]
fn deep_nesting_and_long_texts_are_problems() {
    let deep = parse(&"[".repeat(100_000));
    assert_eq!(deep.problems().len(), 1);
    let deep = parse(&"- ".repeat(100_000));
    assert_eq!(deep.problems().len(), 1);
    assert_eq!(parse(&" ".repeat(9 << 20)).problems().len(), 1);
    let mut chain = "a0: &a0 [x]\n".to_owned();
    for level in 1..1_000 {
        chain += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert_eq!(flatten(parse(&chain).root().unwrap()), Err(TooLarge));
}

/// Pieces of YAML in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "a",
        "b: ",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&x ",
        "*x",
        "*y",
        "<<: ",
        "? ",
        "|\n",
        ">-\n",
        "'",
        "\"",
        "# c",
        "---\n",
        "...\n",
        "!t ",
        "!!int ",
        "1",
        "~",
        "\t",
        "é",
        "\u{feff}",
        "\r\n",
        "%YAML 1.2\n",
        "\0",
    ]);
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_all_places_are_in_the_text(text in prop_oneof![pieces(), "\\PC*"]) {
        let _ = parse(&text);
        for document in parse_all(&text) {
            for data in &document.nodes {
                prop_assert!(text.get(data.span.clone()).is_some());
            }
            for comment in document.comments() {
                prop_assert_eq!(text.get(comment.span.clone()), Some(&*format!("#{}", comment.text)));
            }
            for problem in document.problems() {
                prop_assert!(text.get(problem.span.clone()).is_some());
                let _ = problem.diagnostic("x", &text).render(false);
            }
            if let Some(root) = document.root() {
                let _ = flatten(root);
                let _ = root.at(&["a", "0", "b"]);
            }
        }
        let _ = super::super::Compose::read(&text);
    }

    #[test]
    fn what_is_written_as_json_is_read_back(
        table in proptest::collection::btree_map("\\PC{0,8}", proptest::collection::vec(("\\PC{0,8}", any::<i32>()), 0..4), 0..5),
    ) {
        let text = serde_json::to_string(&table).unwrap();
        let document = parse(&text);
        prop_assert_eq!(document.problems(), &[]);
        for (key, rows) in &table {
            // `get` alone would do, but for the one key with a meaning of its own, which is in quotes here.
            let list = document.root().unwrap().get(key).unwrap();
            prop_assert_eq!(list.items().count(), rows.len());
            for (item, (word, number)) in list.items().zip(rows) {
                let cells: Vec<_> = item.items().map(|cell| cell.scalar().unwrap().text.to_owned()).collect();
                prop_assert_eq!(cells, vec![word.clone(), number.to_string()]);
            }
        }
    }
}
