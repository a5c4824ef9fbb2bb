//! The `placet` command.

fn main() -> std::process::ExitCode {
    placet::cli::main()
}
