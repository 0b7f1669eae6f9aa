//! The step `files-owned-by-root`: the app can change neither its program nor the folders that lead to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::engine::EngineError;
use super::inspect;
use super::layers::{Entry, EntryKind, Search};
use super::needle::Needles;
use super::secret_absent::export;
use super::session::{Outcome, Session};

/// The step.
pub(super) fn step(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    if !session.built {
        return Ok(Outcome::not_proven("there is no image"));
    }
    let entries = match session.entries.take() {
        Some(entries) => entries,
        None => {
            let none = Needles::new(Vec::new());
            export(session, &mut Search::new(&none, true))?
        }
    };
    let image = session.inspect("image", &session.image())?;
    let user = image["Config"]["User"].as_str().unwrap_or_default();
    let mut numbers = user.split(':').filter_map(|part| part.parse::<u64>().ok());
    let (uid, gids) = match &session.identity {
        Some(identity) => (
            u64::from(identity.uids.first().copied().unwrap_or(0)),
            identity.gids.iter().chain(&identity.groups).map(|gid| u64::from(*gid)).collect(),
        ),
        None => match numbers.next() {
            Some(uid) => (uid, numbers.collect()),
            None => return Ok(Outcome::not_proven("the image's user is no number, and the service did not run")),
        },
    };
    let mut writable = Vec::new();
    if let Some(container) = &session.container {
        writable = inspect::writable(&session.inspect("container", container)?).paths;
    }
    let tree = Tree::new(entries);
    let programs = tree.programs(&image);
    let folder = image["Config"]["WorkingDir"].as_str().filter(|folder| !folder.is_empty()).unwrap_or("/");
    let (checked, mut problems) = tree.problems(folder, &programs, &App { uid, gids, writable: &writable });
    let mut evidence = vec![
        format!("{checked} files and folders: the program, {folder} and what leads there"),
        format!("programs: {}", programs.join(", ")),
    ];
    if checked == 0 {
        return Ok(Outcome::not_proven("no program file was found in the image").with(evidence));
    }
    if problems.is_empty() {
        evidence.push(format!("all belong to root, and uid {uid} may write to none"));
        return Ok(Outcome::proven(evidence));
    }
    let reason = format!("{} of {checked} program files can be changed by the app: {}", problems.len(), problems[0]);
    problems.truncate(20);
    problems.extend(evidence);
    Ok(Outcome::failed(reason, problems)
        .help("copy the program as root (no --chown, no USER before it), under a non-root base after `USER 0:0`"))
}

/// Who would write.
struct App<'a> {
    uid: u64,
    gids: Vec<u64>,
    /// Where it is meant to.
    writable: &'a [String],
}

struct Tree {
    entries: BTreeMap<String, Entry>,
}

impl Tree {
    fn new(entries: Vec<Entry>) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry.path.clone(), entry)).collect() }
    }

    /// Follows links in every part of an absolute path.
    fn resolve(&self, path: &str) -> Option<String> {
        let mut rest: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut done: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = rest.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    done.pop();
                    continue;
                }
                _ => done.push(part),
            }
            let here = format!("/{}", done.join("/"));
            if let Some(Entry { kind: EntryKind::Link(target), .. }) = self.entries.get(&here) {
                links += 1;
                if links > 40 {
                    return None;
                }
                done.pop();
                if target.starts_with('/') {
                    done.clear();
                }
                rest.extend(target.split('/').rev().map(str::to_owned));
            }
        }
        Some(format!("/{}", done.join("/")))
    }

    /// The files that ENTRYPOINT and CMD name.
    fn programs(&self, image: &Value) -> Vec<String> {
        let config = &image["Config"];
        let words = ["Entrypoint", "Cmd"].iter().flat_map(|key| {
            let list: Vec<&str> = config[*key].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            // A shell form names its program in the text; the shell counts as well.
            let shell = list.first().filter(|word| word.ends_with("sh") && list.get(1) == Some(&"-c")).copied();
            let text = shell.and(list.get(2)).map(|text| text.trim_start_matches("exec ").split_whitespace().collect());
            shell.map(|word| (0, word)).into_iter().chain(text.unwrap_or(list).into_iter().enumerate())
        });
        let folder = config["WorkingDir"].as_str().unwrap_or_default();
        let env = config["Env"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let path = env
            .filter_map(|pair| pair.strip_prefix("PATH="))
            .next_back()
            .unwrap_or("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        let mut found = BTreeSet::new();
        for (index, word) in words {
            let mut places = Vec::new();
            if index == 0 && !word.contains('/') {
                places.extend(path.split(':').map(|folder| format!("{folder}/{word}")));
            }
            places.push(if word.starts_with('/') { word.to_owned() } else { format!("{folder}/{word}") });
            let file = places
                .iter()
                .filter_map(|place| self.resolve(place))
                .find(|place| self.entries.get(place).is_some_and(|entry| entry.kind == EntryKind::File));
            found.extend(file);
        }
        found.into_iter().collect()
    }

    /// How many entries count as the program, and which of them the app could change.
    fn problems(&self, folder: &str, programs: &[String], app: &App<'_>) -> (usize, Vec<String>) {
        let folder = self.resolve(folder).unwrap_or_else(|| folder.to_owned());
        let inside =
            |path: &str, root: &str| path == root || path.starts_with(&format!("{}/", root.trim_end_matches('/')));
        let meant = |path: &str| app.writable.iter().any(|root| inside(path, root));
        let mut counted: BTreeSet<&str> = BTreeSet::new();
        for (path, entry) in &self.entries {
            // In an image that works in `/` the program is what its command names: the rest is the base image's.
            let within = folder != "/" && inside(path, &folder);
            if entry.kind != EntryKind::File || meant(path) || !(within || programs.contains(path)) {
                continue;
            }
            counted.insert(path);
            let mut parent = path.as_str();
            // A folder that holds a program file lets whoever owns it replace the file. An empty one holds nothing.
            while let Some((above, _)) = parent.rsplit_once('/') {
                parent = above;
                counted.insert(if above.is_empty() { "/" } else { above });
            }
        }
        let entries = counted.iter().filter_map(|path| self.entries.get(*path));
        let problems = entries.filter_map(|entry| problem(entry, app)).collect();
        (counted.len(), problems)
    }
}

fn problem(entry: &Entry, app: &App<'_>) -> Option<String> {
    let Entry { path, uid, gid, mode, kind } = entry;
    let about = format!("{path} (uid {uid}, gid {gid}, mode {mode:04o})");
    if *uid != 0 {
        return Some(format!("{about} does not belong to root"));
    }
    if app.uid == 0 {
        return Some(format!("{about} belongs to the app, which is root"));
    }
    let sticky = *kind == EntryKind::Folder && mode & 0o1000 != 0;
    if mode & 0o002 != 0 && !sticky {
        return Some(format!("{about} is writable for everybody"));
    }
    (mode & 0o020 != 0 && app.gids.contains(gid)).then(|| format!("{about} is writable for the app's group"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(path: &str, uid: u64, mode: u32, kind: EntryKind) -> Entry {
        Entry { path: path.into(), uid, gid: uid, mode, kind }
    }

    fn tree(change: impl Fn(&mut Vec<Entry>)) -> Tree {
        let mut entries = vec![
            entry("/", 0, 0o755, EntryKind::Folder),
            entry("/app", 0, 0o755, EntryKind::Folder),
            entry("/app/server.js", 0, 0o644, EntryKind::File),
            entry("/app/data", 10001, 0o755, EntryKind::Folder),
            entry("/bin", 0, 0o777, EntryKind::Link("usr/bin".into())),
            entry("/usr", 0, 0o755, EntryKind::Folder),
            entry("/usr/bin", 0, 0o755, EntryKind::Folder),
            entry("/usr/bin/node", 0, 0o755, EntryKind::File),
        ];
        change(&mut entries);
        Tree::new(entries)
    }

    fn problems(change: impl Fn(&mut Vec<Entry>)) -> Vec<String> {
        let app = App { uid: 10001, gids: vec![10001], writable: &[] };
        tree(change).problems("/app", &["/usr/bin/node".into()], &app).1
    }

    #[test]
    fn a_tree_of_root_s_with_an_empty_folder_of_the_app_s_is_fine() {
        assert_eq!(problems(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn a_program_file_its_folder_or_the_interpreter_of_the_app_s_is_a_problem() {
        for path in ["/app/server.js", "/app", "/usr/bin/node", "/usr/bin"] {
            let owned = problems(|entries| entries.iter_mut().find(|entry| entry.path == path).unwrap().uid = 10001);
            assert_eq!(owned.len(), 1, "{path}");
            let open = problems(|entries| entries.iter_mut().find(|entry| entry.path == path).unwrap().mode = 0o777);
            assert_eq!(open.len(), 1, "{path}");
        }
    }

    #[test]
    fn a_file_in_a_declared_writable_path_is_none_of_the_program_s() {
        let tree = tree(|entries| entries.push(entry("/app/data/seed.db", 10001, 0o644, EntryKind::File)));
        let find =
            |writable: &[String]| tree.problems("/app", &[], &App { uid: 10001, gids: vec![], writable }).1.len();
        assert_eq!((find(&[]), find(&["/app/data".to_owned()])), (2, 0));
    }

    #[test]
    fn programs_are_found_through_path_and_links() {
        let image = json!({"Config": {"Entrypoint": ["node"], "Cmd": ["server.js"], "WorkingDir": "/app", "Env": ["PATH=/bin"]}});
        assert_eq!(tree(|_| {}).programs(&image), ["/app/server.js", "/usr/bin/node"]);
        let command = ["/bin/sh", "-c", "exec node server.js"];
        let shell = json!({"Config": {"Cmd": command, "WorkingDir": "/app", "Env": ["PATH=/bin"]}});
        assert_eq!(tree(|_| {}).programs(&shell), ["/app/server.js", "/usr/bin/node"]);
    }

    #[test]
    fn links_in_a_circle_lead_nowhere() {
        let tree = Tree::new(vec![entry("/a", 0, 0o777, EntryKind::Link("/a".into()))]);
        assert_eq!(tree.resolve("/a/b"), None);
    }
}
