//! The named contexts of bake files: names that stand in for an image in FROM and in `COPY --from`.

use crate::detect::Tree;

/// At most so many bake files are read.
const FILES: usize = 20;

/// The names in the `contexts` of all bake files (`*.hcl`, `docker-bake*.json`), in small letters.
pub(super) fn contexts(tree: &dyn Tree) -> Vec<String> {
    let is_bake = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.ends_with(".hcl") || (name.starts_with("docker-bake") && name.ends_with(".json"))
    };
    let texts = tree.files().iter().filter(is_bake).take(FILES).filter_map(|path| tree.read(path));
    texts.flat_map(names).collect()
}

/// `name = "..."` of HCL and `"name": "..."` of JSON, in each block that is called `contexts`.
fn names(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for block in text.split("contexts").skip(1) {
        let Some(block) = block.split('{').nth(1).and_then(|inside| inside.split('}').next()) else { continue };
        let keys = block.split(['\n', ',']).filter_map(|entry| entry.split(['=', ':']).next());
        all.extend(keys.map(|key| key.trim().trim_matches('"').to_lowercase()).filter(|key| !key.is_empty()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_contexts() {
        assert_eq!(
            names("target \"a\" {\n  contexts = {\n    Base = \"target:base\"\n    b = \"./b\"\n  }\n}\n"),
            ["base", "b"]
        );
        assert_eq!(names("{\"target\":{\"a\":{\"contexts\":{\"base\":\"x\",\"b\":\"y\"}}}}"), ["base", "b"]);
        assert_eq!(names("contexts"), Vec::<String>::new());
    }
}
