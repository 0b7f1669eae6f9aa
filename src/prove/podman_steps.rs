//! What `podman build --layers` prints: its steps, and which came from the cache. There is no `rawjson` here.
//!
//! A stage that needs another one waits in the middle of a step while that one is built, so a result belongs to the step that
//! began last and has none yet (seen with Podman 5.8).

use std::collections::BTreeMap;

use super::rawjson::Vertex;

/// What a build has told so far.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) vertices: Vec<Vertex>,
    /// Steps without a result yet, the innermost last.
    open: Vec<usize>,
    /// The name of each stage by its number, as BuildKit would show it.
    names: BTreeMap<String, String>,
    tail: Vec<String>,
}

/// Lines of a failed build that are kept.
const TAIL: usize = 30;

impl Steps {
    /// Takes one line; gives the name of a step that begins with it.
    pub(super) fn line(&mut self, line: &str) -> Option<String> {
        if self.tail.len() == TAIL {
            self.tail.remove(0);
        }
        self.tail.push(line.chars().take(400).collect());
        if let Some(result) = line.strip_prefix("--> ") {
            if result.starts_with("Using cache") {
                if let Some(vertex) = self.open.last().and_then(|index| self.vertices.get_mut(*index)) {
                    vertex.cached = true;
                }
            } else if result.split_whitespace().next().is_some_and(is_id) {
                self.open.pop();
            }
            return None;
        }
        let (stage, rest) = match line.strip_prefix('[') {
            Some(rest) => rest.split_once("] ")?,
            None => ("", line),
        };
        let (place, instruction) = rest.strip_prefix("STEP ")?.split_once(": ")?;
        if let Some(from) = instruction.strip_prefix("FROM ") {
            let words: Vec<&str> = from.split_whitespace().collect();
            let alias = words.iter().position(|word| word.eq_ignore_ascii_case("as")).and_then(|at| words.get(at + 1));
            // BuildKit counts from 0, podman from 1.
            let number = stage.split('/').next().and_then(|number| number.parse::<u32>().ok()).unwrap_or(1);
            let name =
                alias.map_or_else(|| format!("stage-{}", number.saturating_sub(1)), |alias| alias.to_lowercase());
            self.names.insert(stage.to_owned(), name);
        }
        let stage = self.names.get(stage).map_or("", String::as_str);
        let name = format!("[{stage} {place}] {instruction}");
        if !instruction.starts_with("FROM ") {
            self.open.push(self.vertices.len());
        }
        self.vertices.push(Vertex { name: name.clone(), cached: false, error: None });
        Some(name)
    }

    /// The last lines.
    pub(super) fn tail(self) -> Vec<String> {
        self.tail
    }
}

fn is_id(word: &str) -> bool {
    word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "[1/3] STEP 1/3: FROM node:26 AS Deps
[1/3] STEP 2/3: COPY package.json ./
--> Using cache ff4583bd2f05d4829a511459aaaf25b0a0e4bfa67961e2bf1d48fd9c3bfbe37e
--> ff4583bd2f05
[1/3] STEP 3/3: RUN npm ci
--> Using cache ab3d7a4121a6fb08e9bda49960985863c76458e4fd25ee28f4bfe6b91050eb04
--> ab3d7a4121a6
[3/3] STEP 1/3: FROM node:26
[3/3] STEP 2/3: COPY --from=build /src/built.js ./
[2/3] STEP 1/2: FROM ab3d7a4121a6 AS build
[2/3] STEP 2/2: COPY . .
--> 8f2a390a88c2
--> Using cache 688a71e9953b4e30596aff5a57180061c94c6bfd729442d8b2f244a5befde629
--> 688a71e9953b
[3/3] STEP 3/3: CMD [\"node\", \"built.js\"]
[3/3] COMMIT app:latest
";

    #[test]
    fn a_result_belongs_to_the_step_that_waits_for_it() {
        let mut steps = Steps::default();
        let begun: Vec<String> = TOLD.lines().filter_map(|line| steps.line(line)).collect();
        assert_eq!(begun.len(), 8);
        let cached: Vec<&str> =
            steps.vertices.iter().filter(|vertex| vertex.cached).map(|vertex| vertex.name.as_str()).collect();
        let expected = [
            "[deps 2/3] COPY package.json ./",
            "[deps 3/3] RUN npm ci",
            "[stage-2 2/3] COPY --from=build /src/built.js ./",
        ];
        assert_eq!(cached, expected);
        assert_eq!(steps.vertices[5].stage(), Some("build"));
    }

    #[test]
    fn what_a_step_prints_is_no_step_and_is_kept_for_a_failure() {
        let mut steps = Steps::default();
        for line in ["STEP 1/2: FROM x", "STEP 2/2: RUN false", "--> not a result", "Error: exit status 1"] {
            steps.line(line);
        }
        assert_eq!((steps.vertices.len(), steps.open.len()), (2, 1));
        assert!(steps.tail().contains(&"Error: exit status 1".to_owned()));
    }
}
