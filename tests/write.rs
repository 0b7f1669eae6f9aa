//! The transaction on disk: whatever happens at whatever moment, files are all old or all new.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at the disk and start processes")]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use scaffold_dockerfile::write::{
    Action, Backup, Change, Kind, Outcome, Step, Transaction, Verdict, WriteError, Written, recover,
};

/// Every file and folder below a root: `None` is a folder.
type Tree = BTreeMap<String, Option<String>>;

fn tree(root: &Path) -> Tree {
    fn walk(root: &Path, folder: &Path, into: &mut Tree) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("a path below the root").display().to_string().replace('\\', "/");
            if path.is_dir() {
                into.insert(name, None);
                walk(root, &path, into);
            } else {
                into.insert(name, Some(fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    let mut found = Tree::new();
    walk(root, root, &mut found);
    found
}

fn change(path: &str, content: &str) -> Change {
    Change { path: path.to_owned(), content: content.as_bytes().to_vec(), mode: 0o644, directory_mode: None }
}

/// A set-up with a file to replace, one that stays the same, and new ones in new folders.
fn old_files(root: &Path) -> Tree {
    fs::create_dir_all(root.join("deploy")).expect("a folder");
    fs::write(root.join("Dockerfile"), "FROM old\n").expect("a file");
    fs::write(root.join("deploy/compose.yaml"), "old: {}\n").expect("a file");
    fs::write(root.join(".dockerignore"), "*\n").expect("a file");
    tree(root)
}

fn new_files() -> Vec<Change> {
    vec![
        change("secrets/db/password.txt", "hunter2"),
        change("Dockerfile", "FROM new\n"),
        change("deploy/compose.yaml", "new: {}\n"),
        change(".dockerignore", "*\n"),
        change("scaffold.toml", ""),
    ]
}

fn with(old: &Tree, changes: &[Change]) -> Tree {
    let mut new = old.clone();
    for change in changes {
        for (at, _) in change.path.match_indices('/') {
            new.insert(change.path[..at].to_owned(), None);
        }
        new.insert(change.path.clone(), Some(String::from_utf8(change.content.clone()).expect("a text")));
    }
    new
}

fn commit(root: &Path, changes: Vec<Change>) -> Result<Written, WriteError> {
    Transaction::new(root)?.commit(changes, Backup::None)
}

/// Commits, and does not let step number `at` happen; says whether there was such a step.
fn stopped_at(
    root: &Path,
    changes: Vec<Change>,
    backup: Backup,
    at: usize,
    verdict: fn() -> Verdict,
) -> (Result<Written, WriteError>, Option<Step>) {
    let mut count = 0;
    let mut stopped = None;
    let result = Transaction::new(root).expect("the lock").commit_watched(changes, backup, &mut |step| {
        count += 1;
        if count > at {
            stopped = Some(step.clone());
            return verdict();
        }
        Verdict::Go
    });
    (result, stopped)
}

#[test]
fn a_commit_creates_replaces_and_leaves_alone() {
    let root = tempfile::tempdir().expect("a folder");
    let old = old_files(root.path());
    let written = commit(root.path(), new_files()).expect("a commit");
    let actions: Vec<_> = written.files.iter().map(|file| (file.path.as_str(), file.action)).collect();
    assert_eq!(
        actions,
        [
            (".dockerignore", Action::Same),
            ("Dockerfile", Action::Replaced),
            ("deploy/compose.yaml", Action::Replaced),
            ("scaffold.toml", Action::Created),
            ("secrets/db/password.txt", Action::Created),
        ]
    );
    assert_eq!(tree(root.path()), with(&old, &new_files()), "and nothing else is left there");
    let again = commit(root.path(), new_files()).expect("a second commit");
    assert!(again.files.iter().all(|file| file.action == Action::Same));
}

#[test]
fn a_crash_before_any_step_leaves_all_old_or_all_new() {
    let (mut undone, mut finished) = (0, 0);
    for backup in [Backup::None, Backup::Keep] {
        for at in 0.. {
            let root = tempfile::tempdir().expect("a folder");
            let old = old_files(root.path());
            let (_, Some(step)) = stopped_at(root.path(), new_files(), backup, at, || Verdict::Crash) else { break };

            let decided = root.path().join(".scaffold/journal").exists();
            let recovered = recover(root.path()).expect("a recovery");
            let mut now = tree(root.path());
            if decided {
                finished += 1;
                now.retain(|path, _| !path.starts_with(".scaffold"));
                assert_eq!(now, with(&old, &new_files()), "crash before {step:?}");
            } else {
                undone += 1;
                assert_eq!(now, old, "crash before {step:?}");
            }
            let outcome = recovered.map(|recovered| recovered.outcome);
            let expected = if decided { Outcome::Finished } else { Outcome::Undone };
            assert_eq!(outcome, Some(expected).filter(|_| at > 0), "crash before {step:?}");
            assert_eq!(recover(root.path()), Ok(None), "once is enough");
        }
    }
    assert!(undone > 10 && finished > 10, "{undone} undone, {finished} finished");
}

#[test]
fn a_crash_in_a_folder_that_the_run_made_leaves_not_even_the_folder() {
    for at in 0.. {
        let home = tempfile::tempdir().expect("a folder");
        let root = home.path().join("a/b");
        let (_, Some(step)) = stopped_at(&root, new_files(), Backup::None, at, || Verdict::Crash) else { break };
        recover(&root).expect("a recovery");
        let now = tree(home.path());
        // Before the announcement nothing can tell whose folder it is.
        let nothing_said = step == Step::Announce;
        assert!(now.is_empty() || nothing_said || now.contains_key("a/b/Dockerfile"), "before {step:?}: {now:?}");
        assert!(!now.keys().any(|path| path.contains("scaffold-")), "before {step:?}: {now:?}");
    }
}

#[test]
fn a_refusal_at_any_step_leaves_everything_as_it_was_and_says_so() {
    let mut refused = 0;
    for backup in [Backup::None, Backup::Keep] {
        for at in 0.. {
            let root = tempfile::tempdir().expect("a folder");
            let old = old_files(root.path());
            let full = || Verdict::Fail(io::ErrorKind::StorageFull.into());
            let (result, Some(step)) = stopped_at(root.path(), new_files(), backup, at, full) else { break };
            let error = result.expect_err("a refusal");
            assert_eq!(error.kind, Kind::Outside);
            if matches!(step, Step::Release(_) | Step::End) {
                assert!(error.to_string().contains("all files have their new content"), "{error}");
                recover(root.path()).expect("a recovery");
                let mut now = tree(root.path());
                now.retain(|path, _| !path.starts_with(".scaffold"));
                assert_eq!(now, with(&old, &new_files()), "{step:?}");
            } else {
                refused += 1;
                assert!(error.to_string().contains("nothing was changed"), "{error}");
                assert_eq!(tree(root.path()), old, "{step:?}");
            }
        }
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn the_next_run_ends_the_cut_off_one_before_it_begins() {
    let root = tempfile::tempdir().expect("a folder");
    old_files(root.path());
    let after_first_swap =
        |step: &Step| if *step == Step::Swap("Dockerfile".to_owned()) { Verdict::Crash } else { Verdict::Go };
    Transaction::new(root.path())
        .expect("the lock")
        .commit_watched(new_files(), Backup::None, &mut |step| after_first_swap(step))
        .expect_err("a crash");
    let next = Transaction::new(root.path()).expect("the lock");
    assert_eq!(next.recovered().map(|recovered| recovered.outcome), Some(Outcome::Finished));
    assert!(next.recovered().expect("a recovery").diagnostic().to_string().contains("Dockerfile"));
    let written = next.commit(new_files(), Backup::None).expect("a commit");
    assert!(written.files.iter().all(|file| file.action == Action::Same));
}

#[test]
fn an_edit_made_between_crash_and_recovery_is_not_lost() {
    let root = tempfile::tempdir().expect("a folder");
    old_files(root.path());
    Transaction::new(root.path())
        .expect("the lock")
        .commit_watched(new_files(), Backup::None, &mut |step| match step {
            Step::Swap(path) if path == "deploy/compose.yaml" => Verdict::Crash,
            _ => Verdict::Go,
        })
        .expect_err("a crash");
    fs::write(root.path().join("deploy/compose.yaml"), "mine: {}\n").expect("an edit");
    let recovered = recover(root.path()).expect("a recovery").expect("something to recover");
    let kept = ".scaffold/backup/1/deploy/compose.yaml".to_owned();
    assert_eq!(recovered.kept, [("deploy/compose.yaml".to_owned(), kept.clone())]);
    assert_eq!(fs::read_to_string(root.path().join(kept)).expect("the edit"), "mine: {}\n");
    assert_eq!(fs::read_to_string(root.path().join("deploy/compose.yaml")).expect("a file"), "new: {}\n");
}

#[test]
fn a_decided_run_whose_new_content_is_gone_is_undone() {
    let root = tempfile::tempdir().expect("a folder");
    let old = old_files(root.path());
    Transaction::new(root.path())
        .expect("the lock")
        .commit_watched(new_files(), Backup::None, &mut |step| match step {
            Step::Swap(path) if path == "scaffold.toml" => Verdict::Crash,
            _ => Verdict::Go,
        })
        .expect_err("a crash");
    fs::remove_file(root.path().join(".scaffold.toml.scaffold-new")).expect("a loss");
    let recovered = recover(root.path()).expect("a recovery").expect("something to recover");
    assert_eq!(recovered.outcome, Outcome::Undone);
    assert_eq!(tree(root.path()), old);
}

#[test]
fn old_files_are_kept_under_the_next_free_number() {
    let root = tempfile::tempdir().expect("a folder");
    fs::write(root.path().join("Dockerfile"), "one").expect("a file");
    for (number, content) in [(1, "two"), (2, "three")] {
        let transaction = Transaction::new(root.path()).expect("the lock");
        let written = transaction.commit(vec![change("Dockerfile", content)], Backup::Keep).expect("a commit");
        assert_eq!(written.files[0].kept, Some(format!(".scaffold/backup/{number}/Dockerfile")));
    }
    fs::remove_dir_all(root.path().join(".scaffold/backup/1")).expect("an old backup");
    let transaction = Transaction::new(root.path()).expect("the lock");
    transaction.commit(vec![change("Dockerfile", "four")], Backup::Keep).expect("a commit");
    let expected: Tree = [
        (".scaffold", None),
        (".scaffold/.gitignore", Some("*\n")),
        (".scaffold/backup", None),
        (".scaffold/backup/2", None),
        (".scaffold/backup/2/Dockerfile", Some("two")),
        (".scaffold/backup/3", None),
        (".scaffold/backup/3/Dockerfile", Some("three")),
        ("Dockerfile", Some("four")),
    ]
    .into_iter()
    .map(|(path, content)| (path.to_owned(), content.map(str::to_owned)))
    .collect();
    assert_eq!(tree(root.path()), expected);
}

#[test]
fn only_one_process_writes_at_a_time() {
    let root = tempfile::tempdir().expect("a folder");
    let first = Transaction::new(root.path()).expect("the lock");
    let error = Transaction::new(root.path()).expect_err("the lock is taken");
    assert_eq!(error.kind, Kind::Outside);
    assert!(error.to_string().contains("another scaffold is writing"), "{error}");
    drop(first);
    assert!(tree(root.path()).is_empty(), "an unused transaction leaves no trace");
    Transaction::new(root.path()).expect("the lock is free again");
}

#[test]
fn many_at_once_leave_the_files_of_one_of_them() {
    let root = tempfile::tempdir().expect("a folder");
    let paths = ["Dockerfile", "deploy/compose.yaml", "deploy/secrets/password"];
    let committed: usize = std::thread::scope(|scope| {
        let one = |number: usize| {
            (0..15)
                .filter(|round| {
                    let changes = paths.map(|path| change(path, &format!("{number} {round}"))).to_vec();
                    match commit(root.path(), changes) {
                        Ok(_) => true,
                        Err(error) => {
                            assert!(error.to_string().contains("another"), "{error}");
                            false
                        }
                    }
                })
                .count()
        };
        let threads: Vec<_> = (0..4).map(|number| scope.spawn(move || one(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).sum()
    });
    assert!(committed > 0);
    let now = tree(root.path());
    let contents: std::collections::BTreeSet<_> = now.values().flatten().collect();
    assert_eq!((contents.len(), now.len()), (1, paths.len() + 2), "{now:?}");
}

#[test]
fn a_folder_that_was_made_for_nothing_is_removed_again() {
    let home = tempfile::tempdir().expect("a folder");
    let root = home.path().join("a/b");
    commit(&root, vec![change("../x", "")]).expect_err("a bad path");
    assert!(tree(home.path()).is_empty());
    commit(&root, vec![change("x", "")]).expect("a good path");
    assert!(root.join("x").is_file());
}

#[test]
fn what_stands_in_the_way_is_named_and_left_alone() {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("Dockerfile")).expect("a folder");
    fs::write(root.path().join("deploy"), "a file").expect("a file");
    fs::write(root.path().join(".env.scaffold-new"), "whose?").expect("a file");
    let before = tree(root.path());
    for (changes, words) in [
        (vec![change("Dockerfile", "x")], "`Dockerfile` is a folder"),
        (vec![change("deploy/compose.yaml", "x")], "where `deploy` is a file"),
        (vec![change("a", "x"), change("a", "y")], "`a` is to be written twice"),
        (vec![change("a/b", "x"), change("a-b", "y"), change("a", "z")], "`a` is to be a file, and the folder"),
        (vec![change("env", "x"), change(".scaffold/x", "x")], "own records"),
        (vec![change("env", "x"), change("/etc/x", "x")], "is absolute"),
    ] {
        let error = commit(root.path(), changes).expect_err(words);
        assert_eq!(error.kind, Kind::Input, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(error.diagnostic.help.is_some(), "{error}");
    }
    let error = commit(root.path(), vec![change("env", "x")]).expect_err("a temporary file in the way");
    assert!(error.to_string().contains(".env.scaffold-new"), "{error}");
    assert_eq!(tree(root.path()), before);

    let error = Transaction::new(&root.path().join("deploy")).expect_err("a root that is a file");
    assert_eq!(error.kind, Kind::Input, "{error}");
    let error = Transaction::new(&root.path().join("deploy/below")).expect_err("a root below a file");
    assert_eq!(error.kind, Kind::Input, "{error}");
}

#[test]
fn a_record_that_nobody_can_read_stops_the_command_before_it_writes() {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join(".scaffold")).expect("a folder");
    for text in ["", "scaffold journal 9\nend\n", "scaffold journal 1\nfile - 0:0\nend\n", "scaffold journal 1\nlevels"]
    {
        fs::write(root.path().join(".scaffold/journal"), text).expect("a journal");
        let error = commit(root.path(), vec![change("x", "")]).expect_err("a journal from elsewhere");
        assert!(error.to_string().contains("remove `.scaffold/journal`"), "{error}");
        assert!(!root.path().join("x").exists());
    }
}

#[test]
fn a_record_from_a_stranger_reaches_nothing_outside() {
    let home = tempfile::tempdir().expect("a folder");
    let root = home.path().join("clone");
    fs::create_dir_all(root.join(".scaffold")).expect("a folder");
    fs::write(home.path().join("precious"), "").expect("a file");
    let empty = "0:cbf29ce484222325";
    fs::write(
        root.join(".scaffold/journal"),
        format!("scaffold journal 1\nlevels 9\nfile - {empty} ../precious\nend\n"),
    )
    .expect("a journal");
    let error = recover(&root).expect_err("a path that leads out");
    assert!(error.to_string().contains("leads out of the folder"), "{error}");
    assert!(home.path().join("precious").exists());
}

#[cfg(unix)]
mod unix {
    use std::io::{BufRead, BufReader};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::process::{Command, Stdio};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o7777
    }

    #[test]
    fn new_files_get_their_mode_and_replaced_ones_keep_theirs() {
        let root = tempfile::tempdir().expect("a folder");
        let entrypoint = root.path().join("entrypoint.sh");
        fs::write(&entrypoint, "old").expect("a file");
        fs::set_permissions(&entrypoint, fs::Permissions::from_mode(0o750)).expect("a mode");
        let owner = fs::metadata(&entrypoint).expect("a file").uid();
        let secret = Change { mode: 0o444, directory_mode: Some(0o700), ..change("secrets/db/password", "hunter2") };
        let private = Change { mode: 0o600, ..change(".env", "A=1") };
        let transaction = Transaction::new(root.path()).expect("the lock");
        transaction.commit(vec![secret, private, change("entrypoint.sh", "new")], Backup::Keep).expect("a commit");
        assert_eq!(mode(&root.path().join("secrets")), 0o700);
        assert_eq!(mode(&root.path().join("secrets/db")), 0o700);
        assert_eq!(mode(&root.path().join("secrets/db/password")), 0o444);
        assert_eq!(mode(&root.path().join(".env")), 0o600);
        assert_eq!(mode(&entrypoint), 0o750);
        assert_eq!(mode(&root.path().join(".scaffold/backup/1/entrypoint.sh")), 0o750);
        assert_eq!(fs::metadata(&entrypoint).expect("a file").uid(), owner);
    }

    #[test]
    fn links_are_not_followed_out_of_the_folder_nor_written_through() {
        let home = tempfile::tempdir().expect("a folder");
        let root = home.path().join("root");
        fs::create_dir(&root).expect("a folder");
        fs::create_dir(home.path().join("outside")).expect("a folder");
        fs::write(home.path().join("outside/file"), "precious").expect("a file");
        symlink("../outside", root.join("out")).expect("a link");
        symlink("../outside/file", root.join("Dockerfile")).expect("a link");
        let before = tree(home.path());
        for path in ["out/file", "out/new", "Dockerfile"] {
            let error = commit(&root, vec![change("a", "x"), change(path, "x")]).expect_err(path);
            assert_eq!(error.kind, Kind::Input, "{error}");
        }
        assert_eq!(tree(home.path()), before);

        fs::remove_file(root.join("Dockerfile")).expect("the link");
        symlink("../outside", root.join(".scaffold")).expect("a link");
        let error = Transaction::new(&root).expect_err("a link as state folder");
        assert_eq!(error.kind, Kind::Input, "{error}");
        assert_eq!(fs::read_dir(home.path().join("outside")).expect("a folder").count(), 1);
    }

    #[test]
    fn a_backup_is_not_written_nor_removed_behind_a_link() {
        let home = tempfile::tempdir().expect("a folder");
        let root = home.path().join("root");
        fs::create_dir_all(root.join(".scaffold")).expect("a folder");
        fs::create_dir_all(home.path().join("outside/1")).expect("a folder");
        fs::write(home.path().join("outside/1/Dockerfile"), "precious").expect("a file");
        fs::write(root.join("Dockerfile"), "old").expect("a file");
        symlink("../../outside", root.join(".scaffold/backup")).expect("a link");
        let transaction = Transaction::new(&root).expect("the lock");
        transaction.commit(vec![change("Dockerfile", "new")], Backup::Keep).expect_err("a link as backup folder");
        assert_eq!(fs::read_to_string(root.join("Dockerfile")).expect("a file"), "old");

        let empty = "0:cbf29ce484222325";
        let record = format!("scaffold journal 1\nlevels 0\nbackup 1\nfile {empty} {empty} Dockerfile\nend\n");
        fs::write(root.join(".scaffold/pending"), record).expect("a record");
        recover(&root).expect("a recovery");
        assert_eq!(fs::read_to_string(home.path().join("outside/1/Dockerfile")).expect("a file"), "precious");
    }

    /// This test binary, running one of the `child_` functions below on a folder.
    fn child(shell: &str, name: &str, root: &Path) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{shell} exec \"$@\""), "sh"])
            .arg(std::env::current_exe().expect("this program"))
            .args(["--exact", &format!("unix::{name}"), "--nocapture", "--test-threads=1"])
            .env("WRITE_TEST_ROOT", root);
        command
    }

    fn child_root() -> Option<std::path::PathBuf> {
        std::env::var_os("WRITE_TEST_ROOT").map(Into::into)
    }

    /// Run by the tests below in another process: tries to write a large file and says what came of it.
    #[test]
    fn child_writes_much() {
        let Some(root) = child_root() else { return };
        let before = tree(&root);
        let large = "x".repeat(1024 * 1024);
        say(commit(&root, vec![change("Dockerfile", "FROM new\n"), change("large/file", &large)]));
        println!("unchanged: {}", tree(&root) == before);
        println!("recovery: {:?}", recover(&root).map(|recovered| recovered.is_some()).map_err(|_| ()));
    }

    /// As above, where there may be a whole file system to look at.
    #[test]
    fn child_writes_little() {
        let Some(root) = child_root() else { return };
        say(commit(&root, vec![change("Dockerfile", "FROM new\n")]));
    }

    fn say(result: Result<Written, WriteError>) {
        match result {
            Ok(_) => println!("written"),
            Err(error) => println!("{:?}: {}", error.kind, error.to_string().replace('\n', " ")),
        }
    }

    fn said(mut command: Command) -> String {
        let output = command.output().expect("a child");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    fn can_mount() -> bool {
        let script = "mount -t tmpfs tmpfs /mnt";
        Command::new("unshare").args(["-m", "sh", "-c", script]).output().is_ok_and(|output| output.status.success())
    }

    #[test]
    fn a_file_size_limit_is_reported_and_leaves_everything_as_it_was() {
        let root = tempfile::tempdir().expect("a folder");
        old_files(root.path());
        let said = said(child("ulimit -f 64;", "child_writes_much", root.path()));
        assert!(said.contains("Outside: error: cannot write `large/file`: file too large"), "{said}");
        assert!(said.contains("unchanged: true\nrecovery: Ok(false)"), "{said}");
    }

    #[test]
    fn a_full_disk_is_reported_and_leaves_everything_as_it_was() {
        let root = tempfile::tempdir().expect("a folder");
        let mut command = child("", "child_writes_much", root.path());
        let mut expected = "no space left on device";
        if can_mount() {
            let mut inner = Command::new("unshare");
            let mount = format!("mount -t tmpfs -o size=256k tmpfs '{}' && exec \"$@\"", root.path().display());
            inner.args(["-m", "sh", "-c", &mount, "sh"]).arg(command.get_program()).args(command.get_args());
            inner.env("WRITE_TEST_ROOT", root.path());
            command = inner;
        } else {
            command = child("ulimit -f 512;", "child_writes_much", root.path());
            expected = "file too large";
        }
        let said = said(command);
        assert!(said.contains(&format!("Outside: error: cannot write `large/file`: {expected}")), "{said}");
        assert!(said.contains("unchanged: true\nrecovery: Ok(false)"), "{said}");
    }

    #[test]
    fn a_disk_without_room_for_the_announcement_is_left_as_it_was() {
        let root = tempfile::tempdir().expect("a folder");
        old_files(root.path());
        let said = said(child("ulimit -f 0;", "child_writes_much", root.path()));
        // With a limit of nothing the child can still speak through its pipe.
        assert!(said.contains("Outside: error: cannot write to `.scaffold`: file too large"), "{said}");
        assert!(said.contains("unchanged: true\nrecovery: Ok(false)"), "{said}");
    }

    #[test]
    fn a_place_that_cannot_be_written_to_is_reported() {
        let root = tempfile::tempdir().expect("a folder");
        let command = if can_mount() {
            let command = child("", "child_writes_little", root.path());
            let mut inner = Command::new("unshare");
            let path = root.path().display();
            let mount = format!("mount --bind '{path}' '{path}' && mount -o remount,ro,bind '{path}' && exec \"$@\"");
            inner.args(["-m", "sh", "-c", &mount, "sh"]).arg(command.get_program()).args(command.get_args());
            inner.env("WRITE_TEST_ROOT", root.path());
            inner
        } else {
            // Nobody can make folders here, not even root; elsewhere an ordinary user is stopped by permissions.
            let anywhere = if cfg!(target_os = "linux") { Path::new("/proc") } else { Path::new("/") };
            child("", "child_writes_little", anywhere)
        };
        let said = said(command);
        assert!(said.contains("Outside: error: cannot make the folder `.scaffold`"), "{said}");
        assert!(said.contains("help: "), "{said}");
    }

    /// Run by the test below in another process until it is killed: changes five files to and fro.
    #[test]
    fn child_writes_to_and_fro() {
        let Some(root) = child_root() else { return };
        loop {
            for content in ["even", "odd"] {
                let changes = (0..5).map(|number| change(&format!("folder/{number}"), content)).collect();
                commit(&root, changes).expect("a commit");
                println!("done");
            }
        }
    }

    #[test]
    fn a_process_killed_at_any_moment_leaves_all_old_or_all_new() {
        for round in 0..20 {
            let root = tempfile::tempdir().expect("a folder");
            let mut process = child("", "child_writes_to_and_fro", root.path())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("a child");
            let output = BufReader::new(process.stdout.take().expect("a pipe"));
            // The moment is the scheduler's choice; the outcome must not depend on it.
            let mut commits = 0;
            for line in output.lines() {
                commits += usize::from(line.expect("a line").ends_with("done"));
                if commits > round % 7 {
                    std::thread::yield_now();
                    process.kill().expect("a signal");
                    break;
                }
            }
            process.wait().expect("an end");
            recover(root.path()).expect("a recovery");
            let now = tree(root.path());
            let contents: std::collections::BTreeSet<_> = now.values().flatten().collect();
            assert_eq!(contents.len(), 1, "round {round}: {now:?}");
            assert_eq!(now.len(), 6, "round {round}: {now:?}");
        }
    }
}
