//! From files to one merged tree, in compose's order: variables, `include`, `extends`, then the next file on top.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::File;
use super::environment::read_environment;
use super::expand::{Budget, Expander};
use super::interpolate::Variables;
use super::merge::Merger;
use super::path::{folder_of, is_remote, join};
use super::problem::{Problem, ProblemKind, near};
use super::service::scalars;
use super::value::{Entry, Mode, Place, Scalar, Value};
use crate::compose::yaml;

/// So many files may belong to one project.
const MOST_FILES: usize = 500;
/// How long a chain of `include` or `extends` may be.
const LONGEST_CHAIN: usize = 50;
/// The sections that `include` takes over.
const SECTIONS: [&str; 6] = ["services", "volumes", "networks", "secrets", "configs", "models"];

/// Reads files and merges them.
pub(super) struct Loader<'a> {
    pub(super) read: &'a mut dyn FnMut(&str) -> Option<String>,
    pub(super) files: Vec<File>,
    pub(super) problems: Vec<Problem>,
    /// Whether something belongs to the project that cannot be seen here.
    pub(super) is_incomplete: bool,
    budget: Budget,
    scopes: Vec<Scope>,
    extended: BTreeMap<(usize, String), Rc<Value>>,
}

/// The name of `extends` once it is followed; what begins with `x-` means nothing to compose.
pub(super) const EXTENDED: &str = "x-scaffold-extends";

/// Variables, and the folder that relative paths start from.
#[derive(Clone)]
struct Setting {
    folder: String,
    variables: Rc<Variables>,
}

/// The services among which a name after `extends` is looked for.
struct Scope {
    path: String,
    setting: Setting,
    services: Rc<BTreeMap<String, Value>>,
    /// Only read for `extends`, not part of the project itself.
    is_foreign: bool,
}

impl<'a> Loader<'a> {
    pub(super) fn new(read: &'a mut dyn FnMut(&str) -> Option<String>) -> Self {
        Self {
            read,
            files: Vec::new(),
            problems: Vec::new(),
            is_incomplete: false,
            budget: Budget::default(),
            scopes: Vec::new(),
            extended: BTreeMap::new(),
        }
    }

    /// The whole project of these files.
    pub(super) fn project(&mut self, paths: &[String], folder: &str, variables: &Variables) -> Value {
        let mut setting = Setting { folder: folder.to_owned(), variables: Rc::new(variables.clone()) };
        if let Some(path) = join(folder, ".env") {
            setting.variables = self.with_environment(&setting.variables, &path, folder);
        }
        let named: Vec<(String, Option<Place>)> = paths.iter().map(|path| (path.clone(), None)).collect();
        let merged = self.model(&named, &setting, &mut Vec::new());
        merged.settled()
    }

    /// The index of a file, which is read if it was not yet.
    fn file(&mut self, path: &str, folder: &str) -> Option<usize> {
        if let Some(at) = self.files.iter().position(|file| file.path == path && file.folder == folder) {
            return Some(at);
        }
        if self.files.len() >= MOST_FILES {
            return None;
        }
        let text = (self.read)(path)?;
        self.files.push(File { path: path.to_owned(), text, folder: folder.to_owned() });
        Some(self.files.len() - 1)
    }

    fn with_environment(&mut self, variables: &Rc<Variables>, path: &str, folder: &str) -> Rc<Variables> {
        let Some(file) = self.file(path, folder) else { return Rc::clone(variables) };
        let text = self.files.get(file).map(|file| file.text.clone()).unwrap_or_default();
        let (assignments, wrong) = read_environment(&text, variables, path);
        if let Some((span, message)) = wrong {
            self.problems.push(Problem::error(ProblemKind::Interpolation, &Place::new(file, span), message));
        }
        let mut known = Variables::clone(variables);
        for assignment in assignments {
            if let Some(value) = &assignment.value {
                known.add(&assignment.name, value, path);
            }
        }
        Rc::new(known)
    }

    /// The documents of a file, without aliases and with variables put in.
    fn documents(&mut self, file: usize, variables: &Variables) -> Vec<Value> {
        let source = self.files.get(file).map(|file| file.text.clone()).unwrap_or_default();
        let mut values = Vec::new();
        for document in yaml::parse_all(&source) {
            self.problems.extend(document.problems().iter().map(|problem| Problem {
                help: problem.help.clone(),
                severity: problem.severity,
                ..Problem::error(ProblemKind::Yaml, &Place::new(file, problem.span.clone()), problem.message.as_str())
            }));
            let Some(root) = document.root() else { continue };
            let (budget, problems) = (&mut self.budget, &mut self.problems);
            let mut expander = Expander { file, source: &source, variables, budget, problems };
            let value = expander.value(root, &mut Vec::new());
            match value {
                Value::Mapping(..) => values.push(value),
                value if value.is_null() => {}
                value => {
                    let message = "a compose file is a mapping, and this is not";
                    self.problems.push(Problem::error(ProblemKind::Shape, value.place(), message));
                }
            }
        }
        values
    }

    /// Files merged in order. `included` are the files that lead here.
    fn model(&mut self, paths: &[(String, Option<Place>)], setting: &Setting, included: &mut Vec<String>) -> Value {
        let mut merged = Value::null(&Place::default());
        for (path, named_at) in paths {
            let Some(file) = self.file(path, &setting.folder) else {
                self.missing(path, named_at.as_ref());
                continue;
            };
            for mut document in self.documents(file, &setting.variables) {
                included.push(path.clone());
                document = self.with_included(document, setting, included);
                included.pop();
                document = self.with_extended(document, path, setting);
                let mut merger = Merger { keeps_marks: false, problems: &mut self.problems };
                merged = merger.merge(merged, document, &mut Vec::new());
            }
        }
        merged
    }

    fn missing(&mut self, path: &str, named_at: Option<&Place>) {
        self.is_incomplete = true;
        let place = named_at.cloned().unwrap_or_default();
        let message = format!("the file `{path}` is not there, or cannot be read");
        self.problems.push(Problem::error(ProblemKind::MissingFile, &place, message).help("correct the path"));
    }

    /// The path of a file that is named, if it can be seen here.
    fn path(&mut self, written: &Scalar, folder: &str) -> Option<String> {
        let known = written.known();
        let path = known.as_deref().filter(|path| !is_remote(path)).and_then(|path| join(folder, path));
        if path.is_none() {
            self.is_incomplete = true;
            let message = match known {
                Some(path) => format!("`{path}` lies outside of what is read here, so nothing is known of it"),
                None => format!("which file `{}` is depends on a variable", written.text.raw()),
            };
            self.problems.push(Problem::note(ProblemKind::Remote, &written.place, message));
        }
        path
    }

    fn with_included(&mut self, document: Value, setting: &Setting, included: &mut Vec<String>) -> Value {
        let Value::Mapping(mut entries, place) = document else { return document };
        let Some(at) = entries.iter().position(|entry| entry.key == "include") else {
            return Value::Mapping(entries, place);
        };
        let include = entries.remove(at).value;
        let mut document = Value::Mapping(entries, place);
        if !include.is_null() && !matches!(include, Value::Sequence(..)) {
            let message = "`include` is a list of files, and this is not";
            self.problems.push(Problem::error(ProblemKind::Shape, include.place(), message));
        }
        for item in include.items() {
            let Some(imported) = self.included(item, setting, included) else { continue };
            let Value::Mapping(sections, place) = imported else { continue };
            let sections = sections.into_iter().filter(|entry| SECTIONS.contains(&entry.key.as_str())).collect();
            let mut merger = Merger { keeps_marks: true, problems: &mut self.problems };
            document = merger.merge(Value::Mapping(sections, place), document, &mut Vec::new());
        }
        document
    }

    fn included(&mut self, item: &Value, setting: &Setting, included: &mut Vec<String>) -> Option<Value> {
        let written = scalars(item.get("path"));
        let mut paths = Vec::new();
        for path in written {
            paths.push((self.path(path, &setting.folder)?, Some(path.place.clone())));
        }
        let Some((first, place)) = paths.first() else {
            let message = "an entry of `include` is a path, or a mapping with `path`, and this is not";
            self.problems.push(Problem::error(ProblemKind::Shape, item.place(), message));
            return None;
        };
        let place = place.clone().unwrap_or_default();
        if included.contains(first) || included.len() > LONGEST_CHAIN {
            let message = format!("`include` of `{first}` leads in a circle");
            let help = "a file cannot include one that includes it";
            self.problems.push(Problem::error(ProblemKind::Extends, &place, message).help(help));
            return None;
        }
        let folder = match item.get("project_directory").and_then(Value::scalar) {
            Some(written) => self.path(written, &setting.folder)?,
            None => folder_of(first).to_owned(),
        };
        let mut variables = Rc::clone(&setting.variables);
        match item.get("env_file") {
            Some(files) => {
                for written in scalars(Some(files)).into_iter().filter(|file| !file.is("/dev/null")) {
                    let path = self.path(written, &setting.folder)?;
                    if self.file(&path, &folder).is_none() {
                        self.missing(&path, Some(&written.place));
                    }
                    variables = self.with_environment(&variables, &path, &folder);
                }
            }
            None => {
                let path = join(&folder, ".env")?;
                variables = self.with_environment(&variables, &path, &folder);
            }
        }
        Some(self.model(&paths, &Setting { folder, variables }, included).settled())
    }

    fn with_extended(&mut self, document: Value, path: &str, setting: &Setting) -> Value {
        let Value::Mapping(mut entries, place) = document else { return document };
        let Some(services) = entries.iter_mut().find(|entry| entry.key == "services") else {
            return Value::Mapping(entries, place);
        };
        if services.value.entries().iter().all(|service| service.value.get("extends").is_none()) {
            return Value::Mapping(entries, place);
        }
        let scope = self.scope(path, setting, false, &services.value);
        if let Value::Mapping(services, _) = &mut services.value {
            for service in services.iter_mut().filter(|service| service.value.get("extends").is_some()) {
                let extended = self.extended(scope, &service.key, &mut Vec::new());
                if let Some(extended) = extended.filter(|value| self.take(value)) {
                    service.value = Value::clone(&extended);
                }
            }
        }
        Value::Mapping(entries, place)
    }

    /// Whether there is room for a copy of a value.
    fn take(&mut self, value: &Value) -> bool {
        self.budget.take(value.cost(), value.place(), &mut self.problems)
    }

    fn scope(&mut self, path: &str, setting: &Setting, is_foreign: bool, services: &Value) -> usize {
        let named = |entry: &Entry| (entry.key.clone(), entry.value.clone());
        let services =
            if self.take(services) { services.entries().iter().map(named).collect() } else { BTreeMap::new() };
        let (path, setting) = (path.to_owned(), setting.clone());
        self.scopes.push(Scope { path, setting, services: Rc::new(services), is_foreign });
        self.scopes.len() - 1
    }

    /// A service with all that it extends. `chain` are the services that lead here.
    fn extended(&mut self, scope: usize, name: &str, chain: &mut Vec<(String, String)>) -> Option<Rc<Value>> {
        if let Some(done) = self.extended.get(&(scope, name.to_owned())) {
            return Some(Rc::clone(done));
        }
        let found = self.scopes.get(scope)?;
        let service = found.services.get(name)?.clone();
        let here = (found.path.clone(), name.to_owned());
        let Some(extends) = service.get("extends").cloned() else { return Some(Rc::new(service)) };
        let base = if chain.contains(&here) || chain.len() > LONGEST_CHAIN {
            let message = format!("`extends` of the service `{name}` leads in a circle");
            let help = "a service cannot extend one that extends it";
            self.problems.push(Problem::error(ProblemKind::Extends, extends.place(), message).help(help));
            None
        } else {
            chain.push(here);
            let base = self.base(scope, &extends, chain);
            chain.pop();
            base
        };
        let result = match base.filter(|base| !base.is_null() && self.take(base)) {
            Some(base) => {
                let base = without(Value::clone(&base).settled(), EXTENDED);
                let mut merger = Merger { keeps_marks: true, problems: &mut self.problems };
                let mut path = vec!["services".to_owned(), name.to_owned()];
                merger.merge(base, followed(service), &mut path)
            }
            None => followed(service),
        };
        let result = Rc::new(result);
        self.extended.insert((scope, name.to_owned()), Rc::clone(&result));
        Some(result)
    }

    /// What a service extends.
    fn base(&mut self, scope: usize, extends: &Value, chain: &mut Vec<(String, String)>) -> Option<Rc<Value>> {
        let Some(service) = extends.get("service").and_then(Value::scalar).cloned() else {
            let message = "`extends` names no service";
            self.problems.push(Problem::error(ProblemKind::Extends, extends.place(), message));
            return None;
        };
        let Some(name) = service.known() else {
            self.is_incomplete = true;
            return None;
        };
        let scope = match extends.get("file").and_then(Value::scalar).cloned() {
            Some(file) => self.foreign(scope, &file)?,
            None => scope,
        };
        let found = self.scopes.get(scope)?;
        if !found.services.contains_key(&name) {
            let message = format!("there is no service `{name}` in `{}` to extend", found.path);
            let near = near(&name, found.services.keys().map(String::as_str), &self.problems);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`extends` takes a service of the same file, or of the one in `file`".to_owned(),
            };
            self.problems.push(Problem::error(ProblemKind::Extends, &service.place, message).help(help));
            return None;
        }
        self.extended(scope, &name, chain)
    }

    /// The services of another file.
    fn foreign(&mut self, scope: usize, file: &Scalar) -> Option<usize> {
        let setting = self.scopes.get(scope)?.setting.clone();
        let path = self.path(file, &setting.folder)?;
        let same = |known: &Scope| {
            known.is_foreign && known.path == path && Rc::ptr_eq(&known.setting.variables, &setting.variables)
        };
        if let Some(at) = self.scopes.iter().position(same) {
            return Some(at);
        }
        let setting = Setting { folder: folder_of(&path).to_owned(), ..setting };
        let Some(index) = self.file(&path, &setting.folder) else {
            self.missing(&path, Some(&file.place));
            return None;
        };
        let mut merged = Value::null(&Place::default());
        for document in self.documents(index, &setting.variables) {
            let mut merger = Merger { keeps_marks: false, problems: &mut self.problems };
            merged = merger.merge(merged, document, &mut Vec::new());
        }
        let merged = merged.settled();
        let nothing = Value::null(&Place::default());
        Some(self.scope(&path, &setting, true, merged.get("services").unwrap_or(&nothing)))
    }
}

fn without(value: Value, key: &str) -> Value {
    match value {
        Value::Mapping(mut entries, place) => {
            entries.retain(|entry| entry.key != key);
            Value::Mapping(entries, place)
        }
        value => value,
    }
}

/// With `extends` under another name, so that it is not followed again from a file that includes this one.
fn followed(mut value: Value) -> Value {
    if let Value::Mapping(entries, _) = &mut value {
        for entry in entries.iter_mut().filter(|entry| entry.key == "extends") {
            entry.key = EXTENDED.to_owned();
            entry.mode = Mode::Override;
        }
    }
    value
}
