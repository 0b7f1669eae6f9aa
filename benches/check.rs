//! What `scaffold check` costs: whole processes, against hadolint on the same files where it is on the PATH.
//!
//! `SCAFFOLD_CORPUS=<folder> cargo bench --bench check` takes the first 400 Dockerfiles of `tests/corpus/files.tsv`;
//! without a corpus 400 copies of the fixtures' shape are written. It asserts nothing: a machine's speed is no property
//! of the program.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FILES: usize = 400;

fn main() {
    let scaffold = env!("CARGO_BIN_EXE_scaffold");
    let folder = tempfile::tempdir().expect("a folder");
    let files = match std::env::var_os("SCAFFOLD_CORPUS").map(PathBuf::from) {
        Some(corpus) => of_corpus(&corpus, folder.path()),
        None => written(folder.path()),
    };
    let one = files[0].to_str().expect("UTF-8").to_owned();
    let all: Vec<&str> = files.iter().filter_map(|file| file.to_str()).collect();
    println!("{} files", all.len());
    measure("an empty process", &["true"], &[], 200);
    measure("scaffold check, one file", &[scaffold, "check", "--fail-on", "never"], &[&one], 200);
    measure("scaffold check, all files", &[scaffold, "check", "--fail-on", "never"], &all, 20);
    if Command::new("hadolint").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        measure("hadolint, one file", &["hadolint", "--no-fail"], &[&one], 20);
        measure("hadolint, all files", &["hadolint", "--no-fail"], &all, 3);
    }
}

/// The median wall time and the mean CPU time of a command.
fn measure(title: &str, command: &[&str], files: &[&str], runs: usize) {
    let before = children();
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            let _ = Command::new(command[0])
                .args(&command[1..])
                .args(files)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            start.elapsed()
        })
        .collect();
    times.sort();
    let cpu = (children() - before) / runs as f64;
    println!("{title}: median {:.2} ms, {cpu:.2} ms of CPU, {runs} runs", times[runs / 2].as_secs_f64() * 1000.0);
}

/// The CPU time of all ended children so far, in milliseconds; 0 where the system does not say so.
fn children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // Fields 16 and 17 of proc(5), in ticks of 10 ms; the name before the parenthesis is left out here.
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(13) + ticks(14)) * 10.0
}

fn of_corpus(corpus: &Path, into: &Path) -> Vec<PathBuf> {
    let list = include_str!("../tests/corpus/files.tsv");
    let rows = list.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|row| row[0] == "dockerfile");
    rows.take(FILES)
        .map(|row| {
            let text =
                std::fs::read(corpus.join(row[1].replace('/', "+")).join(row[3])).expect("a checkout of the corpus");
            let file = into.join(format!("{}.Dockerfile", &row[4][..12]));
            std::fs::write(&file, text).expect("written");
            file
        })
        .collect()
}

fn written(into: &Path) -> Vec<PathBuf> {
    (0..FILES)
        .map(|number| {
            let file = into.join(format!("{number}.Dockerfile"));
            let text = format!(
                "FROM node:26-trixie-slim AS build\nWORKDIR /app\nCOPY package.json ./\nRUN apt-get update && apt-get install -y curl={number}.* && \\\n    rm -rf /var/lib/apt/lists/* && npm ci\nFROM node:26-trixie-slim\nCOPY --from=build /app /app\nUSER 1000\nHEALTHCHECK CMD curl -f http://127.0.0.1:3000/ || exit 1\nCMD [\"node\", \"/app/{number}.js\"]\n"
            );
            std::fs::write(&file, text).expect("written");
            file
        })
        .collect()
}
