//! scaffold.lock is enough alone.

use scaffold_dockerfile::spec::lock::Lock;

use super::project::{Project, changed};

#[test]
fn the_base_of_every_merge_is_rebuilt_from_the_lock_alone() {
    let project = Project::node();
    project.run("new --yes --set backing.postgres=true").exits(0);
    let lock = Lock::read(&project.read("scaffold.lock")).expect("a lock");
    let paths: Vec<&str> = lock.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, [".dockerignore", "Dockerfile", "compose.yaml"]);
    for path in paths {
        assert_eq!(lock.text_of(path), Some(project.read(path).as_str()), "{path}");
    }
    assert_eq!(lock.answers["service.port"].value, "8080");
    assert_eq!(lock.answers["service.port"].evidence.as_deref(), Some("server.js:3"));
    assert_eq!(lock.write(), project.read("scaffold.lock"));
}

#[test]
fn an_edit_does_not_change_the_base() {
    let project = Project::set_up();
    let before = project.read("scaffold.lock");
    project.edit("Dockerfile", "EXPOSE", "# mine\nEXPOSE");
    project.run("new --yes").exits(1);
    assert_eq!(project.read("scaffold.lock"), before);
}

#[test]
fn the_same_project_gives_the_same_bytes_everywhere() {
    let (one, other) = (Project::set_up(), Project::set_up());
    assert_eq!(changed(&one.tree(), &other.tree()), Vec::<String>::new());
}

#[test]
fn files_deleted_since_are_written_again() {
    let project = Project::set_up();
    let before = project.tree();
    std::fs::remove_file(project.path("compose.yaml")).expect("a file");
    project.run("new --yes").exits(0).says("new       compose.yaml");
    assert_eq!(changed(&before, &project.tree()), Vec::<String>::new());
}
