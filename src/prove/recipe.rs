//! What `prove` must know of a Dockerfile: its stages, what their steps mount and copy, and where the cache mounts stand.
//!
//! It reads text that the engine has accepted or will refuse itself, so it needs no errors of its own.

use std::ops::Range;

/// A Dockerfile as `prove` sees it.
pub(super) struct Recipe {
    text: String,
    instructions: Vec<Instruction>,
    stages: Vec<Stage>,
}

/// One `FROM` and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stage {
    /// Its name after `AS`, else its number.
    pub(super) name: String,
    /// The image or stage it starts from.
    pub(super) from: String,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Instruction {
    keyword: String,
    flags: Vec<String>,
    words: Vec<String>,
    stage: Option<usize>,
    /// Where it stands in the text, heredocs excluded.
    range: Range<usize>,
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

impl Recipe {
    /// Reads the text of a Dockerfile.
    pub(super) fn read(text: &str) -> Self {
        let escape = escape_character(text);
        let mut recipe = Self { text: text.to_owned(), instructions: Vec::new(), stages: Vec::new() };
        let lines = lines_with_ranges(text);
        let mut at = 0;
        while let Some((range, line)) = lines.get(at) {
            at += 1;
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let mut logical = String::new();
            let mut end = range.end;
            let mut current = trimmed;
            loop {
                let (part, goes_on) = match current.strip_suffix(escape) {
                    Some(part) => (part, true),
                    None => (current, false),
                };
                logical.push_str(part);
                logical.push(' ');
                if !goes_on {
                    break;
                }
                // A comment or an empty line does not end a continued instruction.
                let mut next = None;
                while let Some((range, line)) = lines.get(at) {
                    at += 1;
                    end = range.end;
                    let trimmed = line.trim();
                    if !trimmed.is_empty() && !trimmed.starts_with('#') {
                        next = Some(trimmed);
                        break;
                    }
                }
                let Some(line) = next else { break };
                current = line;
            }
            let keyword = recipe.push(&logical, range.start..end);
            if matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") {
                for (word, indented) in heredocs(&logical) {
                    while let Some((_, line)) = lines.get(at) {
                        at += 1;
                        let line = if indented { line.trim_start_matches('\t') } else { line };
                        if line.trim_end_matches('\r') == word {
                            break;
                        }
                    }
                }
            }
        }
        recipe
    }

    fn push(&mut self, logical: &str, range: Range<usize>) -> String {
        let mut words: Vec<String> = logical.split_whitespace().map(str::to_owned).collect();
        let keyword = if words.is_empty() { String::new() } else { words.remove(0).to_ascii_uppercase() };
        let count = words.iter().take_while(|word| word.starts_with("--")).count();
        let flags: Vec<String> = words.drain(..count).collect();
        if keyword == "FROM" {
            let name = match words.get(1) {
                Some(word) if word.eq_ignore_ascii_case("as") => words.get(2).cloned(),
                _ => None,
            };
            self.stages.push(Stage {
                name: name.unwrap_or_else(|| self.stages.len().to_string()),
                from: words.first().cloned().unwrap_or_default(),
            });
        }
        let stage = self.stages.len().checked_sub(1);
        self.instructions.push(Instruction { keyword: keyword.clone(), flags, words, stage, range });
        keyword
    }

    /// The stages in order.
    pub(super) fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Every secret that a step mounts, each id once.
    pub(super) fn secrets(&self) -> Vec<SecretMount> {
        let mut all: Vec<SecretMount> = Vec::new();
        for mount in self.mounts().filter(|mount| field(mount, &["type"]) == Some("secret")) {
            let target = field(mount, &["target", "dst", "destination"]).unwrap_or_default();
            let base = target.rsplit('/').next().unwrap_or_default();
            let id = field(mount, &["id"]).unwrap_or(base);
            if !id.is_empty() && !all.iter().any(|known| known.id == id) {
                all.push(SecretMount { id: id.to_owned(), target: target.to_owned() });
            }
        }
        all
    }

    /// The arguments that make BuildKit run every step anew that sees a secret. A secret is no part of a step's cache key: what
    /// an earlier build left in the cache would hold that build's secret, not the canary that is looked for.
    pub(super) fn secrets_anew(&self) -> Vec<String> {
        let sees = |instruction: &&Instruction| {
            instruction.keyword == "RUN"
                && instruction.flags.iter().any(|flag| {
                    flag.strip_prefix("--mount=").is_some_and(|mount| field(mount, &["type"]) == Some("secret"))
                })
        };
        let mut stages: Vec<usize> = self.instructions.iter().filter(sees).filter_map(|step| step.stage).collect();
        stages.dedup();
        let name = |index: &usize| self.stages.get(*index).map(|stage| stage.name.as_str()).unwrap_or_default();
        // A stage without a name cannot be picked (seen with buildx 0.29).
        if stages.iter().any(|index| name(index) == index.to_string()) {
            return vec!["--no-cache".into()];
        }
        stages.iter().map(|index| format!("--no-cache-filter={}", name(index))).collect()
    }

    /// Whether a step mounts the SSH agent.
    pub(super) fn wants_ssh(&self) -> bool {
        self.mounts().any(|mount| field(mount, &["type"]) == Some("ssh"))
    }

    fn mounts(&self) -> impl Iterator<Item = &str> {
        self.instructions
            .iter()
            .filter(|instruction| instruction.keyword == "RUN")
            .flat_map(|instruction| instruction.flags.iter())
            .filter_map(|flag| flag.strip_prefix("--mount="))
    }

    /// What is copied out of the build context, in order.
    pub(super) fn copied(&self) -> Vec<Copied> {
        let takes = |instruction: &&Instruction| {
            matches!(instruction.keyword.as_str(), "COPY" | "ADD")
                && !instruction.flags.iter().any(|flag| flag.starts_with("--from="))
                && !instruction.words.iter().any(|word| word.starts_with("<<"))
        };
        self.instructions
            .iter()
            .filter(takes)
            .filter_map(|instruction| {
                let stage = self.stages.get(instruction.stage?)?;
                let text = instruction.words.join(" ");
                let mut words: Vec<String> = serde_json::from_str(&text).unwrap_or_else(|_| instruction.words.clone());
                words.pop()?;
                words.retain(|word| !word.contains("://"));
                Some(Copied { stage: stage.name.clone(), sources: words })
            })
            .collect()
    }

    /// The same text with an id of its own for every cache mount of every step: `fresh-1`, `fresh-2`, ... so that each is empty.
    /// BuildKit leaves the id out of a step's cache key (seen on Docker 28.5), so what was cached stays cached.
    pub(super) fn with_fresh_cache_mounts(&self, fresh: &str) -> (String, usize) {
        let mut out = String::with_capacity(self.text.len() + 64);
        let (mut copied, mut count) = (0, 0);
        for instruction in self.instructions.iter().filter(|instruction| instruction.keyword == "RUN") {
            for flag in &instruction.flags {
                let Some(mount) = flag.strip_prefix("--mount=") else { continue };
                if field(mount, &["type"]) != Some("cache") {
                    continue;
                }
                let from = copied.max(instruction.range.start);
                let Some(found) = self.text.get(from..instruction.range.end).and_then(|text| text.find(flag.as_str()))
                else {
                    continue;
                };
                let start = from + found;
                count += 1;
                let kept = mount.split(',').filter(|part| !part.trim_start().starts_with("id="));
                let kept: Vec<&str> = kept.collect();
                out.push_str(self.text.get(copied..start).unwrap_or_default());
                out.push_str(&format!("--mount={},id={fresh}-{count}", kept.join(",")));
                copied = start + flag.len();
            }
        }
        out.push_str(self.text.get(copied..).unwrap_or_default());
        (out, count)
    }
}

/// The value of the first of `keys` in `type=cache,id=npm`.
fn field<'a>(mount: &'a str, keys: &[&str]) -> Option<&'a str> {
    mount.split(',').find_map(|part| {
        let (key, value) = part.split_once('=')?;
        keys.contains(&key).then(|| value.trim_matches('"'))
    })
}

fn escape_character(text: &str) -> char {
    for line in text.lines() {
        let Some(comment) = line.trim().strip_prefix('#') else { break };
        let Some((key, value)) = comment.split_once('=') else { break };
        if key.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

fn lines_with_ranges(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let range = start..start + line.len();
            start = range.end;
            (range, line.trim_end_matches('\n'))
        })
        .collect()
}

/// The terminators of the heredocs that a line opens, and whether tabs before them are dropped.
fn heredocs(logical: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for word in logical.split_whitespace() {
        let Some(at) = word.find("<<") else { continue };
        let rest = word.get(at + 2..).unwrap_or_default();
        let (rest, indented) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
        let name: String =
            rest.trim_matches(['"', '\'']).chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            found.push((name, indented));
        }
    }
    found
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
        assert_eq!(Recipe::read(TEXT).secrets_anew(), ["--no-cache-filter=deps"]);
        assert_eq!(Recipe::read("FROM x\nRUN --mount=type=secret,id=a true\n").secrets_anew(), ["--no-cache"]);
        assert!(Recipe::read("FROM x\nRUN true\n").secrets_anew().is_empty());
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
