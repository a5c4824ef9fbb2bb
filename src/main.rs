//! The `placet` command.

/// Checks hand small pieces from one thread to another; the system's allocator is slow at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    placet::cli::main()
}
