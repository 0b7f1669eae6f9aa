//! `scaffold add` and `remove`: into scaffold.toml and out of it, with everything that follows.

use super::project::{NODE, Project, changed};

#[test]
fn what_is_added_can_be_taken_out_to_the_byte() {
    let project = Project::set_up();
    project.edit("scaffold.toml", "[service]", "# mine\n[service]");
    project.run("new --yes").exits(0);
    let before = project.tree();
    for what in ["postgres", "redis", "nginx", "proxy:caddy"] {
        let (remove, add) = what.split_once(':').unwrap_or((what, what));
        // behind a proxy nothing is reached by running one container
        let alone = project.run(&format!("add {add}")).exits(0).stderr.contains("Alone ");
        assert_eq!(alone, remove == add && add != "nginx", "{what}");
        assert!(!changed(&before, &project.tree()).is_empty(), "{what} changes nothing");
        assert!(project.read("scaffold.toml").contains("# mine\n[service]"), "{what}");
        project.run(&format!("remove {remove}")).exits(0);
        // the password stays: a volume may still know it
        let changes = changed(&before, &project.tree());
        let kept: Vec<_> = changes.iter().filter(|change| !change.contains("secrets")).collect();
        assert!(kept.is_empty(), "{what}: {kept:?}");
    }
}

#[test]
fn a_database_comes_with_its_password_its_network_and_its_health() {
    let project = Project::set_up();
    project.run("add postgres --version 18").exits(0);
    let compose = project.read("compose.yaml");
    for said in ["postgres:18-trixie", "internal: true", "condition: service_healthy", "/run/secrets/db_password"] {
        assert!(compose.contains(said), "{said}");
    }
    assert!(project.read("secrets/db_password").len() >= 32);
    assert!(project.read("scaffold.toml").contains("[backing.postgres]\nversion = \"18\"\n"));
}

#[test]
fn two_of_a_kind_have_names() {
    let project = Project::set_up();
    project.run("add postgres").exits(0);
    project.run("add postgres").exits(2).says("has `postgres` already").says("--name");
    project.run("add postgres --name orders").exits(0);
    let compose = project.read("compose.yaml");
    assert!(compose.contains("ORDERS_HOST: orders") && compose.contains("DB_HOST: db"), "{compose}");
    // what is about to be put in has no line yet
    project.run("add redis --version 99").exits(2).says("Redis 99 is not known").does_not_say("scaffold.toml:");
    project.run("add mysql").exits(2).says("two backing services tell `shop` their place").says("[backing.other]");
    assert!(!project.read("scaffold.toml").contains("mysql"), "a refused one is not written");
}

#[test]
fn mistakes_are_answered_with_what_there_is() {
    let project = Project::set_up();
    let before = project.tree();
    project.run("add postgress").exits(2).says("did you mean `postgres`?");
    project.run("add postgres --version 3").exits(2).says("PostgreSQL 3 is not known").says("17");
    project.run("add bake --version 3").exits(2).says("`bake` takes no `--version`");
    project.run("add nginx --name edge").exits(2).says("`nginx` takes no `--name`");
    project.run("remove postgres").exits(2).says("has no `postgres`");
    project.run("add ../elsewhere").exits(2);
    assert_eq!(changed(&before, &project.tree()), Vec::<String>::new());
    Project::node().run("add postgres").exits(2).says("scaffold new");
}

#[test]
fn a_service_in_a_folder_of_its_own_gets_its_own_files() {
    let project = Project::set_up();
    for (path, text) in NODE {
        project.write(&format!("services/mail/{path}"), text);
    }
    project.write("services/mail/scaffold.toml", "[runtime]\nmemory = \"64m\"\n");
    project.run("add services/mail").exits(0).says("services/mail/scaffold.toml is not read").says("[services.mail]");
    assert!(project.read("scaffold.toml").contains("[services.mail]\npath = \"services/mail\"\n"));
    let compose = project.read("compose.yaml");
    assert!(compose.contains("context: \"./services/mail\""), "{compose}");
    // both listen on 8080: on the host the second one gets the next port
    assert!(compose.contains("127.0.0.1:8080:8080") && compose.contains("127.0.0.1:8081:8080"), "{compose}");
    assert!(project.read("services/mail/Dockerfile").contains("FROM "));
    project.run("remove mail").exits(0).says("services/mail/Dockerfile is no longer part of the set-up");
    assert!(project.path("services/mail/server.js").exists(), "the service itself stays");
    assert!(!project.path("services/mail/Dockerfile").exists());
}

#[test]
fn an_edited_file_that_belongs_to_nothing_any_more_stays() {
    let project = Project::set_up();
    project.run("add nginx").exits(0);
    project.edit("proxy/nginx.conf", "10m", "20m");
    project.run("remove nginx").exits(0).says("proxy/nginx.conf").says("it was edited");
    assert!(project.read("proxy/nginx.conf").contains("20m"));
}

#[test]
fn a_lock_names_no_file_outside_its_folder() {
    let project = Project::set_up();
    let outside = project.folder().parent().expect("a parent").join("outside");
    std::fs::write(&outside, "precious\n").expect("a file");
    let lock = project.read("scaffold.lock");
    let sha = scaffold_dockerfile::spec::lock::sha256("precious\n");
    let entry = format!("\n[[files]]\npath = \"../outside\"\nsha256 = \"{sha}\"\ntext = \"precious\\n\"\n");
    project.write("scaffold.lock", &(lock + &entry));
    project.run("add postgres").exits(0);
    assert!(outside.exists());
}
