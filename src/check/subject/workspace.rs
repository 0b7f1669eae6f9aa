//! The tree under audit: its Dockerfiles and compose projects, and what else of it has a say.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

use super::ci::{self, Scan};
use super::context::{folder_of, under};
use super::credentials::{Credential, credentials};
use super::service::{Project, Service};
use crate::bases::Date;
use crate::check::Options;
use crate::check::names;
use crate::compose::project::{self, Variables, is_compose, is_compose_name};
use crate::compose::yaml;
use crate::detect::Tree;
use crate::dockerfile::{self, Dockerfile};

/// A Dockerfile.
#[derive(Debug)]
pub(in crate::check) struct Unit {
    pub(in crate::check) path: String,
    pub(in crate::check) text: String,
    pub(in crate::check) file: Dockerfile,
    /// It stands in a compose file as `dockerfile_inline`.
    pub(in crate::check) inline: Option<Inline>,
}

/// Where an inline Dockerfile stands.
#[derive(Debug)]
pub(in crate::check) struct Inline {
    /// The text of the compose file.
    pub(in crate::check) text: String,
    pub(in crate::check) span: Range<usize>,
    pub(in crate::check) service: String,
}

/// A compose project and what of it is reported on.
#[derive(Debug)]
pub struct ProjectUnit {
    /// What compose makes of its files.
    pub project: project::Project,
    /// The paths of the files whose findings count; the others only help to understand them.
    pub reported: Vec<String>,
    awaited: OnceLock<BTreeSet<String>>,
}

impl ProjectUnit {
    /// The services whose end another one waits for.
    pub(super) fn awaited(&self) -> &BTreeSet<String> {
        self.awaited.get_or_init(|| {
            let waits = self.project.services.iter().flat_map(project::Service::depends_on);
            waits.filter(|on| on.condition == project::Condition::Completed).map(|on| on.name.to_owned()).collect()
        })
    }
}

/// Where a repository deploys to, as its files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deployment {
    /// A platform that does its own health checks: Kubernetes, Helm, Nomad, Cloud Run, Fly, Lambda. The file that says so.
    pub platform: Option<String>,
    /// A Kubernetes manifest with `runAsNonRoot: true` and no `runAsUser`.
    pub needs_numeric_user: Option<String>,
}

/// Everything around the files that are looked at.
pub struct Workspace<'t> {
    /// The files of the tree.
    pub tree: &'t (dyn Tree + Sync),
    /// Whether the tree is the real one; not if a text came alone, from standard input.
    pub has_tree: bool,
    /// What the user wants.
    pub options: &'t Options,
    pub(in crate::check) units: Vec<Unit>,
    pub(in crate::check) projects: Vec<ProjectUnit>,
    /// Files that were asked for and cannot be read.
    pub(in crate::check) unread: Vec<String>,
    deployment: OnceLock<Deployment>,
    scan: OnceLock<Scan>,
    by_dockerfile: OnceLock<BTreeMap<String, Vec<(usize, usize)>>>,
    credentials: OnceLock<Vec<Credential>>,
    bake_contexts: OnceLock<Vec<String>>,
}

impl<'t> Workspace<'t> {
    /// Reads the Dockerfiles and compose files of these paths, and the compose files near them.
    pub(in crate::check) fn open(
        tree: &'t (dyn Tree + Sync),
        has_tree: bool,
        paths: &[String],
        options: &'t Options,
    ) -> Self {
        let mut units = Vec::new();
        let mut unread = Vec::new();
        let mut composes: Vec<String> = Vec::new();
        for path in paths {
            let Some(text) = tree.read(path) else {
                unread.push(path.clone());
                continue;
            };
            if names::is_dockerfile(path) || (!names::is_yaml(path) && names::looks_like_dockerfile(text)) {
                units.push(Unit {
                    path: path.clone(),
                    text: text.to_owned(),
                    file: dockerfile::parse(text),
                    inline: None,
                });
            } else if names::is_yaml(path) {
                composes.push(path.clone());
            }
        }
        let reported: BTreeSet<&str> = composes.iter().map(String::as_str).collect();
        let near = if has_tree { near(tree, &units, &reported) } else { Vec::new() };
        let mut projects = Vec::new();
        for group in groups(tree, composes.iter().chain(&near)) {
            let of_interest: Vec<String> =
                group.reported.into_iter().filter(|path| reported.contains(path.as_str())).collect();
            let files: Vec<&str> = group.files.iter().map(String::as_str).collect();
            let mut read = |path: &str| tree.read(path).map(str::to_owned);
            let project = project::Project::read(&files, &Variables::default(), &mut read);
            projects.push(ProjectUnit { project, reported: of_interest, awaited: OnceLock::new() });
        }
        for unit in &projects {
            inline_units(unit, &mut units);
        }
        Self {
            tree,
            has_tree,
            options,
            units,
            projects,
            unread,
            deployment: OnceLock::new(),
            scan: OnceLock::new(),
            by_dockerfile: OnceLock::new(),
            credentials: OnceLock::new(),
            bake_contexts: OnceLock::new(),
        }
    }

    /// All compose projects.
    pub fn projects(&self) -> impl Iterator<Item = Project<'_>> {
        self.projects.iter().map(move |unit| Project { workspace: self, unit })
    }

    /// The services that a Dockerfile builds.
    pub(in crate::check) fn services_of<'w>(&'w self, unit: &Unit) -> Vec<Service<'w>> {
        let Some(inline) = &unit.inline else {
            let places = self.by_dockerfile().get(&unit.path).map_or(&[][..], Vec::as_slice);
            return places
                .iter()
                .filter_map(|(project, service)| self.projects().nth(*project)?.all().nth(*service))
                .collect();
        };
        let holds = |project: &Project<'_>| project.unit.project.files.iter().any(|file| file.path == unit.path);
        let services = self.projects().filter(holds).flat_map(Project::all);
        services.filter(|service| service.name == inline.service).collect()
    }

    /// Dockerfile -> project and service, by their numbers: worked out once for all Dockerfiles.
    fn by_dockerfile(&self) -> &BTreeMap<String, Vec<(usize, usize)>> {
        self.by_dockerfile.get_or_init(|| {
            let mut all: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
            for (project, of_project) in self.projects().enumerate() {
                for (number, service) in of_project.all().enumerate() {
                    if let Some(path) = service.dockerfile() {
                        all.entry(path).or_default().push((project, number));
                    }
                }
            }
            all
        })
    }

    /// Today, if the caller said so.
    #[must_use]
    pub fn today(&self) -> Option<Date> {
        self.options.today
    }

    /// The files of the tree with names of credentials, in the order of the tree.
    #[must_use]
    pub fn credentials(&self) -> &[Credential] {
        self.credentials.get_or_init(|| credentials(self.tree))
    }

    /// The other Dockerfiles whose text has this word: what is taken from the context may be missed there.
    pub fn others_say<'s>(&'s self, path: &'s str, word: &'s str) -> bool {
        self.units.iter().any(|unit| unit.path != path && unit.text.contains(word))
    }

    /// The names of contexts that bake files give, in small letters: they stand in for images.
    #[must_use]
    pub fn bake_contexts(&self) -> &[String] {
        self.bake_contexts.get_or_init(|| if self.has_tree { super::bake::contexts(self.tree) } else { Vec::new() })
    }

    /// Whether the CI scans images.
    #[must_use]
    pub fn scan(&self) -> &Scan {
        self.scan.get_or_init(|| {
            if self.has_tree { ci::scan(self.tree, &self.options.policy.scanners) } else { Scan::Unknown }
        })
    }

    /// Where the repository deploys to.
    #[must_use]
    pub fn deployment(&self) -> &Deployment {
        self.deployment.get_or_init(|| deployment(self.tree))
    }
}

/// Compose files that may build one of the Dockerfiles: in their folders and those above.
fn near(tree: &dyn Tree, units: &[Unit], known: &BTreeSet<&str>) -> Vec<String> {
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for unit in units {
        let mut folder = folder_of(&unit.path);
        while folders.insert(folder) && !folder.is_empty() {
            folder = folder_of(folder);
        }
    }
    const NAMES: [&str; 6] = [
        "compose.yaml",
        "compose.yml",
        "docker-compose.yaml",
        "docker-compose.yml",
        "docker/compose.yaml",
        "docker/docker-compose.yml",
    ];
    let mut found = Vec::new();
    for folder in folders {
        for name in NAMES {
            let path = under(folder, name);
            if !known.contains(path.as_str()) && tree.exists(&path) {
                found.push(path);
            }
        }
    }
    found
}

struct Group {
    files: Vec<String>,
    reported: Vec<String>,
}

/// Which compose files are read together: a file with its `override`, and a file that only adds to another one on top of it.
fn groups<'p>(tree: &dyn Tree, paths: impl Iterator<Item = &'p String>) -> Vec<Group> {
    let paths: BTreeSet<&String> = paths.collect();
    let mut bases: BTreeMap<&str, &String> = BTreeMap::new();
    let mut groups = Vec::new();
    let mut overlays = Vec::new();
    for path in &paths {
        let Some(text) = tree.read(path) else { continue };
        let document = yaml::parse(text);
        let named = is_compose_name(path.rsplit('/').next().unwrap_or(path));
        if !is_compose(&document) {
            // A file with the name of a compose file that is none is read as one, so that its errors are said.
            if named && document.root().is_some_and(|root| root.get("services").is_some()) {
                groups.push(Group { files: vec![(*path).clone()], reported: vec![(*path).clone()] });
            }
            continue;
        }
        let folder = folder_of(path);
        let starts =
            |node: yaml::Node<'_>| ["image", "build", "extends", "provider"].iter().any(|key| node.get(key).is_some());
        let services = document.root().and_then(|root| root.get("services"));
        let is_overlay = services.is_some_and(|services| {
            let entries = services.entries();
            !entries.is_empty() && entries.iter().any(|(_, service)| !starts(*service))
        });
        if is_overlay {
            overlays.push((*path).clone());
        } else {
            let main = matches!(
                path.rsplit('/').next().unwrap_or(path),
                "compose.yaml" | "compose.yml" | "docker-compose.yaml" | "docker-compose.yml"
            );
            if main || !bases.contains_key(folder) {
                bases.insert(folder, path);
            }
            groups.push(Group { files: vec![(*path).clone()], reported: vec![(*path).clone()] });
        }
    }
    for overlay in overlays {
        let folder = folder_of(&overlay);
        match bases.get(folder) {
            Some(base) if overlay.contains("override") => {
                if let Some(group) = groups.iter_mut().find(|group| group.files.first() == Some(*base)) {
                    group.files.push(overlay.clone());
                    group.reported.push(overlay);
                }
            }
            Some(base) => groups.push(Group { files: vec![(*base).clone(), overlay.clone()], reported: vec![overlay] }),
            None => groups.push(Group { files: vec![overlay.clone()], reported: vec![overlay] }),
        }
    }
    groups
}

/// The Dockerfiles that stand in a compose file.
fn inline_units(unit: &ProjectUnit, units: &mut Vec<Unit>) {
    for service in &unit.project.services {
        let Some(build) = service.build() else { continue };
        let Some(inline) = build.dockerfile_inline() else { continue };
        let Some(file) = unit.project.files.get(inline.place.file) else { continue };
        if !unit.reported.contains(&file.path) {
            continue;
        }
        let Some(text) = inline.text.known() else { continue };
        units.push(Unit {
            path: file.path.clone(),
            file: dockerfile::parse(&text),
            text,
            inline: Some(Inline { text: file.text.clone(), span: inline.place.range(), service: service.name.clone() }),
        });
    }
}

/// At most so many YAML files are looked at for a platform, and so many bytes of each.
const MANIFESTS: usize = 400;
const MANIFEST_BYTES: usize = 256 * 1024;

fn deployment(tree: &dyn Tree) -> Deployment {
    const FILES: [&str; 12] = [
        "Chart.yaml",
        "kustomization.yaml",
        "kustomization.yml",
        "skaffold.yaml",
        "fly.toml",
        "app.yaml",
        "cloudrun.yaml",
        "serverless.yml",
        "serverless.yaml",
        "template.yaml",
        "helmfile.yaml",
        "devspace.yaml",
    ];
    let mut found = Deployment::default();
    let mut read = 0;
    for path in tree.files() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let told = FILES.contains(&name) || name.ends_with(".nomad") || name.ends_with(".nomad.hcl");
        if told && found.platform.is_none() {
            found.platform = Some(path.clone());
        }
        if !names::is_yaml(path) || read >= MANIFESTS || path.starts_with(".github/") {
            continue;
        }
        read += 1;
        let Some(text) = tree.read(path).filter(|text| text.len() <= MANIFEST_BYTES) else { continue };
        // A manifest's keys stand at the start of a line; `{{ }}` of a chart makes it no YAML.
        let has = |key: &str| text.starts_with(key) || text.contains(&format!("\n{key}"));
        let kinds =
            ["kind: Deployment", "kind: StatefulSet", "kind: DaemonSet", "kind: CronJob", "kind: Pod", "kind: Service"];
        if has("apiVersion:") && kinds.iter().any(|kind| has(kind)) {
            found.platform.get_or_insert_with(|| path.clone());
            if text.contains("runAsNonRoot: true") && !text.contains("runAsUser:") {
                found.needs_numeric_user.get_or_insert_with(|| path.clone());
            }
        }
    }
    found
}
