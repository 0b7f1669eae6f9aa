//! `scaffold preset list` and `show`.

use super::project::Project;

#[test]
fn the_list_says_what_there_is() {
    let here = Project::with(&[]);
    here.run("preset list").exits(0).prints("node       Node.js\n").prints("24 until 20").prints("slim");
    let list = here.run("preset list --format json").exits(0).json();
    let node = list.as_array().expect("a list").iter().find(|preset| preset["id"] == "node").expect("node");
    assert!(node["managers"].as_array().expect("a list").contains(&"npm".into()));
    assert!(node["releases"][0]["end_of_life"].is_string());
}

#[test]
fn every_value_is_where_it_is_said_to_be() {
    let here = Project::with(&[]);
    let shown = here.run("preset show node --format json").exits(0).json();
    let text = include_str!("../../presets/node.toml");
    let values = shown["values"].as_array().expect("a list");
    assert!(values.len() > 300);
    for value in values {
        assert_eq!(value["file"], "presets/node.toml");
        let line = usize::try_from(value["line"].as_u64().expect("a line")).expect("a number");
        let line = text.lines().nth(line - 1).expect("a line");
        let key = value["key"].as_str().expect("a key").rsplit('.').next().expect("a key");
        let key = key.split('[').next().expect("a key").trim_matches('"');
        assert!(line.contains(key), "{value}: {line}");
    }
    here.run("preset show js").exits(0).prints("presets/node.toml:2      id = \"node\"\n");
}

#[test]
fn inherited_values_name_the_file_they_come_from() {
    let child = "id = \"child\"\ntitle = \"Child\"\nextends = \"parent\"\n[env]\nB = \"2\"\n";
    let parent = "id = \"parent\"\ntitle = \"Parent\"\n[env]\nA = \"1\"\nB = \"1\"\n[version]\ndefault = \"1\"\nsource = \"x\"\n";
    let project = Project::with(&[("pack/presets/child.toml", child), ("pack/presets/parent.toml", parent)]);
    let shown = project.run("preset show child --catalog pack").exits(0);
    for line in ["presets/child.toml:5     env.B = \"2\"", "presets/parent.toml:4    env.A = \"1\""] {
        assert!(shown.stdout.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    assert!(!shown.stdout.contains("parent.toml:5"), "{shown}");
}

#[test]
fn an_unknown_preset_is_answered_with_the_nearest() {
    Project::with(&[]).refuses("preset show nodd", 2).says("there is no preset `nodd`").says("did you mean `node`?");
}
