//! prototype
use serde::Serialize;
use crate::catalog::{Catalog, ci};
use super::super::*;

#[derive(Serialize, Clone)] #[serde(rename = "free:word")] struct W(&'static str);
#[derive(Serialize, Clone)] struct M { id: W, variable: W, required: bool }
#[derive(Serialize, Clone)] struct I { name: W, job: W, context: W, mounts: Vec<M>, ssh: bool, proxy: bool, repository: W, published: bool, host: &'static str, registry: Option<W>, dev: bool }
#[derive(Serialize, Clone)] struct O { dev: bool, github: bool, gitlab: bool, kubernetes: bool, swarm: bool, compose: bool }
#[derive(Serialize, Clone)] struct C { scanner: &'static str, branch: W, pins: ci::Pins }
#[derive(Serialize, Clone)] struct S { name: W, images: Vec<I>, platforms: Vec<W>, ci: C, outputs: O }

fn stack(n: usize) -> S {
    let catalog = Catalog::default();
    let img = |name, context, published, host, registry, mounts| I { name: W(name), job: W(name), context: W(context), mounts, ssh: published, proxy: published, repository: W(if published {"registry.example.com:5000/team/api"} else {"api"}), published, host, registry, dev: true };
    let a = img("api", ".", n > 0, if n > 0 {"other"} else {"hub"}, (n > 0).then_some(W("registry.example.com:5000")), vec![M{id: W("npmrc"), variable: W("NPMRC"), required: false}]);
    let b = img("web", "web", false, "hub", None, vec![]);
    S { name: W("shop"), images: if n > 0 {vec![a, b]} else {vec![a]}, platforms: vec![W("linux/amd64"), W("linux/arm64")], ci: C { scanner: ["trivy","scout","snyk"][n], branch: W("main"), pins: ci::pins(&catalog).unwrap() }, outputs: O { dev: true, github: true, gitlab: true, kubernetes: true, swarm: true, compose: true } }
}

#[test]
fn prototype() {
    let catalog = Catalog::default();
    for n in 0..3 {
    for (file, entry, kind) in [("container.yaml", "ci/github/workflow.yaml", FileKind::Github), (".gitlab-ci.yml", "ci/gitlab/pipeline.yml", FileKind::Gitlab), ("docker-bake.hcl", "docker-bake.hcl", FileKind::Hcl), ("renovate.json", "ci/renovate.json", FileKind::Yaml), ("dependabot.yml", "ci/dependabot.yml", FileKind::Yaml)] {
        if catalog.template(entry).is_none() { continue }
        let lookup = |name: &str| catalog.template(name);
        let templates = closure(entry, &lookup).unwrap();
        let listed: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let environment = Environment::new(&listed).unwrap_or_else(|e| panic!("{}", e.render(false)));
        let contexts = contexts(&stack(n)).unwrap();
        let text = render(&environment, entry, file, kind, &contexts).unwrap_or_else(|e| panic!("{}", e.render(false)));
        let dir = std::path::Path::new("/tmp/tci").join(n.to_string()).join(if file == "container.yaml" {".github/workflows"} else if file == "dependabot.yml" { ".github" } else {"."});
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join(file), text.trim_start()).unwrap();
    }}
}
