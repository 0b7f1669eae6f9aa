//! From a project and a `scaffold.toml` to the files, as `scaffold new` does it, without a disk.

use std::collections::BTreeMap;

use crate::answers::{Layers, choose_language, complete, project_of};
use crate::catalog::Catalog;
use crate::detect::{MemoryTree, Origin};
use crate::plan;
use crate::plan::stack;
use crate::render::{FileSet, image_files, stack_files};
use crate::report::Diagnostic;
use crate::spec::file;

/// A small Node project with a build step.
pub(super) const PROJECT: [(&str, &str); 3] = [
    (
        "package.json",
        r#"{"name":"api","engines":{"node":">=24"},"scripts":{"start":"node server.js","build":"node build.js"},"dependencies":{"express":"5.1.0"}}"#,
    ),
    (
        "package-lock.json",
        r#"{"name":"api","lockfileVersion":3,"packages":{"":{"dependencies":{"express":"5.1.0"}},"node_modules/express":{"version":"5.1.0"}}}"#,
    ),
    ("server.js", "require('express')().get('/health', (q, r) => r.send('ok')).listen(3000);\n"),
];

/// A set-up that was made in memory.
pub(super) struct SetUp {
    pub(super) files: FileSet,
}

impl SetUp {
    pub(super) fn file(&self, path: &str) -> &str {
        &self.files.0[path]
    }
}

/// Everything between the text of a `scaffold.toml` and the texts of the files.
pub(super) fn set_up(catalog: &Catalog, spec: &str) -> Result<SetUp, Box<Diagnostic>> {
    let tree = MemoryTree::new(
        PROJECT.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>(),
    );
    let mut layers = Layers::default();
    file::read(file::NAME, spec)?;
    layers.push(Origin::Spec, spec.parse().unwrap_or_default());
    let (preset, _) = choose_language(catalog, &tree, &layers)?;
    let project = project_of(&preset, &tree, &layers);
    let completed = complete(&project, &layers, "api")?;
    let plan = plan::make(&project, &completed.spec, None)?;
    let mut files = image_files(catalog, &preset, None, &plan, "", true)?;
    let member = stack::Member { plan: &plan, spec: &completed.spec, path: "", uses: None };
    let stack = stack::make(catalog, &plan.name, &completed.spec.file, &[member])?;
    files.0.extend(stack_files(catalog, &stack)?.0);
    Ok(SetUp { files })
}

/// The built-in catalogue with these places of its templates changed.
pub(super) fn broken(template: &str, changes: &[(&str, &str)]) -> Catalog {
    let path = format!("templates/{template}");
    let mut text = Catalog::built_in().file(&path).unwrap().to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the change changes nothing: {from}");
        text = text.replace(from, to);
    }
    Catalog::with_files([(path, text)].into())
}
