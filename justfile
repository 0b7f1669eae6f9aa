# The commands that people repeat. `just --list` shows them.

# everything that needs no engine
test:
    cargo fmt --check
    rustfmt --edition 2024 --config-path rustfmt.toml --check src/check/rules/*/*.rs
    cargo clippy --all-targets -- -D warnings
    cargo test

# write the snapshots anew: read the difference before you commit it
snapshots:
    SNAPSHOTS=overwrite cargo test --test rendered --test outputs --test rule_pages --test publishers

# judge what `check` finds on the corpus: a folder with a checkout owner+name of each repository in tests/corpus/files.tsv
corpus folder:
    SCAFFOLD_CORPUS={{folder}} cargo test --test corpus

# hold `check` against hadolint, checkov, BuildKit, semgrep and dclint on the corpus: their recorded answers and their own tests
agreement folder oracles suites:
    SCAFFOLD_CORPUS={{folder}} SCAFFOLD_ORACLES={{oracles}} SCAFFOLD_SUITES={{suites}} cargo test --test agreement

# look for a panic, a finding outside of its file or a hang: check, shell or compose, for so many seconds
fuzz target seconds="600":
    cd fuzz && cargo fuzz run {{target}} -- -max_total_time={{seconds}} -timeout=10

# the pure core without the world, and the types for other systems
targets:
    cargo check --lib --no-default-features --target wasm32-unknown-unknown
    cargo check --target x86_64-pc-windows-gnu --no-default-features --features registry
    cargo check --target aarch64-apple-darwin --no-default-features --features registry

# other people's tools on every set-up and every output; installs them below target/
linters:
    #!/usr/bin/env bash
    set -euo pipefail
    PATH=$(.ci/tools target/ci-tools):$PATH
    export MERMAID_MODULES=$PWD/target/ci-tools/mermaid/node_modules
    SCAFFOLD_LINTERS=1 cargo test --test linters --test outputs --test outputs_ci --test outputs_document --test outputs_kubernetes --test outputs_secrets

# on a docker with BuildKit and compose: the controls of prove, and the cells that changed
engine:
    SCAFFOLD_ENGINE=1 cargo test --test engine_ignore --test registry --test prove_controls --test engine -- --test-threads=1 --nocapture

# the same for what is around the images: stacks, dev mode, a swarm, secrets, bake, scan and signature
engine-outputs:
    #!/usr/bin/env bash
    set -euo pipefail
    PATH=$(.ci/tools target/ci-tools):$PATH
    SCAFFOLD_ENGINE=1 cargo test --test engine_stacks --test outputs_dev --test outputs_document --test outputs_swarm --test outputs_secrets --test outputs_ci -- --test-threads=1

# prove the cells whose name holds this text, such as `just prove node-npm`; `all` proves everything
prove cells:
    SCAFFOLD_ENGINE=1 SCAFFOLD_PROOF={{cells}} cargo test --test engine what_changed -- --nocapture

# time and memory of a run
bench:
    cargo bench

# all that a change must pass
ci:
    .ci/run
