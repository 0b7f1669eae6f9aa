//! BuildKit's `--progress=rawjson`: which steps ran, which came from the cache, and what they printed.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Vertex {
    /// As BuildKit names it: `[deps 2/4] RUN npm ci`.
    pub(super) name: String,
    /// Its result came from the cache.
    pub(super) cached: bool,
    /// What went wrong in it.
    pub(super) error: Option<String>,
}

impl Vertex {
    /// The stage, if this is an instruction: `deps` of `[linux/arm64 deps 2/4] RUN ...`. The only stage of a Dockerfile has no
    /// name: `[2/4] RUN ...`.
    pub(super) fn stage(&self) -> Option<&str> {
        let (inside, _) = self.name.strip_prefix('[')?.split_once(']')?;
        let words: Vec<&str> = inside.split_whitespace().collect();
        let (place, before) = words.split_last()?;
        let (number, of) = place.split_once('/')?;
        if number.parse::<u32>().is_err() || of.parse::<u32>().is_err() {
            return None;
        }
        Some(before.last().copied().filter(|word| !word.contains('/')).unwrap_or_default())
    }

    /// What the instruction says, without the mark in front.
    pub(super) fn instruction(&self) -> &str {
        self.name.split_once("] ").map_or(self.name.as_str(), |(_, rest)| rest)
    }
}

/// What a build has told so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    vertices: BTreeMap<String, Vertex>,
    order: Vec<String>,
    tail: VecDeque<String>,
    /// The step that was told last.
    shown: String,
}

/// Lines of a failed build that are kept.
const TAIL: usize = 30;

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    vertexes: Vec<RawVertex>,
    #[serde(default)]
    logs: Vec<RawLog>,
}

#[derive(Deserialize)]
struct RawVertex {
    digest: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    cached: bool,
    started: Option<String>,
    completed: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct RawLog {
    #[serde(default)]
    data: String,
}

impl Log {
    /// Takes one line; gives the name of a step that starts with it. A line that is no JSON is the client's own word.
    pub(super) fn line(&mut self, line: &str) -> Option<String> {
        let Ok(message) = serde_json::from_str::<Message>(line) else {
            self.keep(line);
            return None;
        };
        let mut started = None;
        for raw in message.vertexes {
            if !self.vertices.contains_key(&raw.digest) {
                self.order.push(raw.digest.clone());
            }
            let vertex = self.vertices.entry(raw.digest).or_default();
            if raw.started.is_some() && raw.completed.is_none() && raw.name != self.shown {
                self.shown.clone_from(&raw.name);
                started = Some(raw.name.clone());
            }
            vertex.name = raw.name;
            vertex.cached |= raw.cached;
            if let Some(error) = raw.error.filter(|error| !error.is_empty()) {
                let text = format!("{}: {error}", vertex.name);
                vertex.error = Some(error);
                self.keep(&text);
            }
        }
        for log in message.logs {
            let text = String::from_utf8_lossy(&base64_decoded(&log.data)).into_owned();
            for line in text.lines() {
                self.keep(line);
            }
        }
        started
    }

    fn keep(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(line.chars().take(400).collect());
    }

    /// The steps in the order in which they were first named.
    pub(super) fn vertices(&self) -> impl Iterator<Item = &Vertex> {
        self.order.iter().filter_map(|digest| self.vertices.get(digest))
    }

    /// The last lines.
    pub(super) fn tail(&self) -> Vec<String> {
        self.tail.iter().cloned().collect()
    }
}

/// Decodes standard base64; stops at what is none.
fn base64_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_cached_once_any_message_says_so() {
        let mut log = Log::default();
        log.line(r#"{"vertexes":[{"digest":"sha256:1","name":"[deps 2/4] RUN npm ci"}]}"#);
        log.line(r#"{"vertexes":[{"digest":"sha256:1","name":"[deps 2/4] RUN npm ci","started":"x","completed":"y","cached":true}]}"#);
        let seen: Vec<&Vertex> = log.vertices().collect();
        assert_eq!((seen.len(), seen[0].cached, seen[0].stage()), (1, true, Some("deps")));
        assert_eq!(seen[0].instruction(), "RUN npm ci");
    }

    #[test]
    fn the_stage_stands_before_the_count_also_with_a_platform() {
        let stage = |name: &str| Vertex { name: name.into(), ..Vertex::default() }.stage().map(str::to_owned);
        assert_eq!(stage("[linux/arm64 deps 2/4] RUN x").as_deref(), Some("deps"));
        assert_eq!(stage("[stage-1 1/2] COPY . ."), Some("stage-1".into()));
        assert_eq!(stage("[internal] load build context"), None);
        assert_eq!(stage("[1/2] COPY . ."), Some(String::new()));
        assert_eq!(stage("[linux/arm64 1/2] COPY . ."), Some(String::new()));
        assert_eq!(stage("exporting to image"), None);
    }

    #[test]
    fn what_a_step_printed_and_its_error_are_the_tail() {
        let mut log = Log::default();
        log.line(r#"{"logs":[{"vertex":"sha256:1","stream":2,"data":"bnBtIGVycm9yIDEKbnBtIGVycm9yIDI="}]}"#);
        log.line(r#"{"vertexes":[{"digest":"sha256:1","name":"[deps 2/4] RUN npm ci","error":"exit code: 1"}]}"#);
        log.line("ERROR: failed to solve");
        assert_eq!(
            log.tail(),
            ["npm error 1", "npm error 2", "[deps 2/4] RUN npm ci: exit code: 1", "ERROR: failed to solve"]
        );
    }

    #[test]
    fn the_tail_is_bounded() {
        let mut log = Log::default();
        for number in 0..100 {
            log.line(&format!("line {number}"));
        }
        assert_eq!((log.tail().len(), log.tail()[0].as_str()), (30, "line 70"));
    }
}
