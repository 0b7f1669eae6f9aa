//! The `scaffold` binary: parse, dispatch, exit code.

fn main() -> std::process::ExitCode {
    scaffold_dockerfile::cli::main()
}
