//! What `prove` must know of a Dockerfile: its stages, what their steps mount and copy, and where the cache mounts stand.
//!
//! The engine has accepted the text or will refuse it itself, so problems of the reading are no concern here.

use crate::dockerfile::{Dockerfile, Instruction, Kind, Mount, parse};

/// A Dockerfile as `prove` sees it.
pub(super) struct Recipe {
    text: String,
    file: Dockerfile,
    stages: Vec<Stage>,
}

/// One `FROM` and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stage {
    /// Its name after `AS`, in lower case as BuildKit tells it, else its number.
    pub(super) name: String,
    /// Whether the name is one that a build can be asked for.
    named: bool,
    /// The file's instructions behind its `FROM`.
    instructions: std::ops::Range<usize>,
}

/// `RUN --mount=type=secret`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SecretMount {
    /// The id by which the build asks for it.
    pub(super) id: String,
    /// Where it is mounted, if the mount says so.
    pub(super) target: String,
}

/// The files that a `COPY` of the build context takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copied {
    /// The stage's name.
    pub(super) stage: String,
    /// As written, relative to the context.
    pub(super) sources: Vec<String>,
}

/// What a build must not take from the cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Anew {
    /// The cache may be used.
    #[default]
    Nothing,
    /// Every step of these stages runs.
    Stages(Vec<String>),
    /// Every step runs.
    Everything,
}

impl Recipe {
    /// Reads the text of a Dockerfile.
    pub(super) fn read(text: &str) -> Self {
        let file = parse(text);
        let stages = file.stages().stages.into_iter().map(|stage| Stage {
            named: stage.name.is_some(),
            name: stage.name.unwrap_or_else(|| stage.index.to_string()),
            instructions: stage.instructions,
        });
        Self { text: text.to_owned(), stages: stages.collect(), file }
    }

    /// The stages in order.
    pub(super) fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Every instruction behind a `FROM`, with its stage.
    fn steps(&self) -> impl Iterator<Item = (&Stage, &Instruction)> {
        self.stages.iter().flat_map(|stage| {
            let steps = self.file.instructions.get(stage.instructions.clone()).unwrap_or_default();
            steps.iter().map(move |step| (stage, step))
        })
    }

    fn mounts(&self) -> impl Iterator<Item = (&Stage, &Mount)> {
        self.steps().flat_map(|(stage, step)| {
            let mounts = if let Kind::Run(run) = &step.kind { run.mounts.as_slice() } else { &[] };
            mounts.iter().map(move |mount| (stage, mount))
        })
    }

    /// Every secret that a step mounts, each id once.
    pub(super) fn secrets(&self) -> Vec<SecretMount> {
        let mut all: Vec<SecretMount> = Vec::new();
        for (_, mount) in self.mounts().filter(|(_, mount)| mount.kind() == "secret") {
            let target = mount.target().unwrap_or_default();
            let id = mount.id().unwrap_or_else(|| target.rsplit('/').next().unwrap_or_default());
            if !id.is_empty() && !all.iter().any(|known| known.id == id) {
                all.push(SecretMount { id: id.to_owned(), target: target.to_owned() });
            }
        }
        all
    }

    /// What must run anew so that every step that sees a secret runs. A secret is no part of a step's cache key: what an
    /// earlier build left in the cache would hold that build's secret, not the canary that is looked for.
    pub(super) fn secrets_anew(&self) -> Anew {
        let mut stages: Vec<&Stage> =
            self.mounts().filter(|(_, mount)| mount.kind() == "secret").map(|(stage, _)| stage).collect();
        stages.dedup();
        // A stage without a name cannot be picked (seen with buildx 0.29).
        if stages.iter().any(|stage| !stage.named) {
            return Anew::Everything;
        }
        let names: Vec<String> = stages.into_iter().map(|stage| stage.name.clone()).collect();
        if names.is_empty() { Anew::Nothing } else { Anew::Stages(names) }
    }

    /// Whether a step mounts the SSH agent.
    pub(super) fn wants_ssh(&self) -> bool {
        self.mounts().any(|(_, mount)| mount.kind() == "ssh")
    }

    /// What is copied out of the build context, in order.
    pub(super) fn copied(&self) -> Vec<Copied> {
        let copied = self.steps().filter_map(|(stage, step)| {
            let (Kind::Copy(transfer) | Kind::Add(transfer)) = &step.kind else { return None };
            let sources = transfer.sources.iter().map(|word| word.value()).filter(|source| !source.contains("://"));
            let sources: Vec<String> = sources.collect();
            (transfer.from.is_none() && !sources.is_empty()).then(|| Copied { stage: stage.name.clone(), sources })
        });
        copied.collect()
    }

    /// The same text with an id of its own for every cache mount of every step: `fresh-1`, `fresh-2`, ... so that each is empty.
    /// BuildKit leaves the id out of a step's cache key (seen on Docker 28.5), so what was cached stays cached.
    pub(super) fn with_fresh_cache_mounts(&self, fresh: &str) -> (String, usize) {
        let mut out = String::with_capacity(self.text.len() + 64);
        let (mut copied, mut count) = (0, 0);
        for (_, mount) in self.mounts().filter(|(_, mount)| mount.kind() == "cache") {
            let (Some(before), Some(flag)) =
                (self.text.get(copied..mount.span.start), self.text.get(mount.span.clone()))
            else {
                continue;
            };
            let options = flag.strip_prefix("--mount=").unwrap_or(flag);
            let kept: Vec<&str> = options.split(',').filter(|part| !part.trim_start().starts_with("id=")).collect();
            count += 1;
            out.push_str(before);
            out.push_str(&format!("--mount={},id={fresh}-{count}", kept.join(",")));
            copied = mount.span.end;
        }
        out.push_str(self.text.get(copied..).unwrap_or_default());
        (out, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# syntax=docker/dockerfile:1
FROM node:26-trixie-slim AS deps
WORKDIR /src
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm,id=npm \\
    # a comment in between
    --mount=type=secret,id=npmrc,target=/root/.npmrc \\
    npm ci
FROM deps AS build
COPY [\"my app\", \"./\"]
RUN --mount=type=cache,target=/c <<EOF
echo --mount=type=cache,target=/not-a-flag
FROM nothing
EOF
FROM scratch
COPY --from=build /src /app
";

    #[test]
    fn stages_have_their_names_and_a_heredoc_opens_none() {
        let names: Vec<String> = Recipe::read(TEXT).stages().iter().map(|stage| stage.name.clone()).collect();
        assert_eq!(names, ["deps", "build", "2"]);
    }

    #[test]
    fn secrets_are_found_behind_a_comment_in_a_continued_line() {
        let secrets = Recipe::read(TEXT).secrets();
        assert_eq!(secrets, [SecretMount { id: "npmrc".into(), target: "/root/.npmrc".into() }]);
    }

    #[test]
    fn a_secret_without_id_is_called_like_its_target() {
        let recipe = Recipe::read("FROM x\nRUN --mount=type=secret,target=/run/t/token cat /run/t/token\n");
        assert_eq!(recipe.secrets()[0].id, "token");
    }

    #[test]
    fn stages_that_see_a_secret_are_built_anew() {
        assert_eq!(Recipe::read(TEXT).secrets_anew(), Anew::Stages(vec!["deps".into()]));
        assert_eq!(Recipe::read("FROM x\nRUN --mount=type=secret,id=a true\n").secrets_anew(), Anew::Everything);
        assert_eq!(Recipe::read("FROM x\nRUN true\n").secrets_anew(), Anew::Nothing);
    }

    #[test]
    fn every_cache_mount_gets_an_id_of_its_own_and_nothing_else_changes() {
        let (text, count) = Recipe::read(TEXT).with_fresh_cache_mounts("new");
        assert_eq!(count, 2);
        let expected = TEXT
            .replace("--mount=type=cache,target=/root/.npm,id=npm", "--mount=type=cache,target=/root/.npm,id=new-1")
            .replace("--mount=type=cache,target=/c ", "--mount=type=cache,target=/c,id=new-2 ");
        assert_eq!(text, expected);
    }

    #[test]
    fn copies_of_the_context_are_told_from_copies_of_a_stage() {
        let copied = Recipe::read(TEXT).copied();
        assert_eq!(copied.len(), 2);
        assert_eq!((copied[1].stage.as_str(), copied[1].sources.as_slice()), ("build", &["my app".to_owned()][..]));
    }

    #[test]
    fn another_escape_character_continues_lines() {
        let recipe = Recipe::read(
            "# escape=`\nFROM x AS a\nRUN --mount=type=cache,target=/c `\n  --mount=type=cache,target=/d echo\n",
        );
        assert_eq!(recipe.with_fresh_cache_mounts("n").1, 2);
    }
}
