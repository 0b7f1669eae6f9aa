//! Which files of a tree are looked at.

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `Dockerfile`, `Dockerfile.prod`, `api.Dockerfile`, `Containerfile`, ... by its name.
#[must_use]
pub fn is_dockerfile(path: &str) -> bool {
    let name = file_name(path);
    let lower = name.to_ascii_lowercase();
    if lower.ends_with(".dockerignore")
        || lower.ends_with(".containerignore")
        || is_template(&lower)
        || is_source(&lower)
    {
        return false;
    }
    let stem =
        |word: &str| lower == word || lower.strip_prefix(word).is_some_and(|rest| rest.starts_with(['.', '-', '_']));
    stem("dockerfile") || stem("containerfile") || lower.ends_with(".dockerfile") || lower.ends_with(".containerfile")
}

/// A text that becomes a Dockerfile only when something fills it in.
fn is_template(lower: &str) -> bool {
    [
        ".tpl",
        ".tmpl",
        ".template",
        ".j2",
        ".jinja",
        ".jinja2",
        ".erb",
        ".in",
        ".mustache",
        ".hbs",
        ".ejs",
        ".m4",
        ".gotmpl",
    ]
    .iter()
    .any(|ending| lower.ends_with(ending))
}

/// Something about Dockerfiles that is none.
fn is_source(lower: &str) -> bool {
    [
        ".md", ".rs", ".go", ".py", ".js", ".ts", ".json", ".sh", ".txt", ".html", ".yml", ".yaml", ".toml", ".rst",
        ".swp", ".orig", ".rej", ".bak", ".lock", ".svg", ".png",
    ]
    .iter()
    .any(|ending| lower.ends_with(ending))
}

/// A YAML file by its name.
#[must_use]
pub fn is_yaml(path: &str) -> bool {
    let lower = file_name(path).to_ascii_lowercase();
    lower.ends_with(".yaml") || lower.ends_with(".yml")
}

/// Whether a file is looked at when a whole tree is: by its name.
#[must_use]
pub fn is_target(path: &str) -> bool {
    is_dockerfile(path) || crate::compose::project::is_compose_name(file_name(path))
}

/// Whether a text with a name of its own is a Dockerfile: a FROM comes first, behind comments and ARGs.
#[must_use]
pub fn looks_like_dockerfile(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| {
        let word = line.split_ascii_whitespace().next().unwrap_or_default();
        !line.is_empty() && !line.starts_with('#') && !word.eq_ignore_ascii_case("ARG")
    });
    first.and_then(|line| line.split_ascii_whitespace().next()).is_some_and(|word| word.eq_ignore_ascii_case("FROM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dockerfiles() {
        for name in [
            "Dockerfile",
            "a/Dockerfile.prod",
            "api.Dockerfile",
            "x.dockerfile",
            "Containerfile",
            "Dockerfile-debug",
            "docker/dockerfile",
            ".devcontainer/Dockerfile",
            "Dockerfile_alpine",
            "Dockerfile.3.12",
        ] {
            assert!(is_dockerfile(name), "{name}");
        }
        for name in
            ["Dockerfile.dockerignore", "Dockerfile.md", "Dockerfile.j2", "dockerfile.go", "Dockerfiles/a", "x.yaml"]
        {
            assert!(!is_dockerfile(name), "{name}");
        }
    }

    #[test]
    fn a_dockerfile_of_another_name_is_known_by_its_start() {
        assert!(looks_like_dockerfile("# x\nARG A=1\nfrom a\n"));
        assert!(!looks_like_dockerfile("hello\nFROM a\n"));
    }
}
