//! The thin binary: everything is in the library.

use std::process::ExitCode;

/// A check makes a great many small pieces, and the allocator of a system may be slow at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sentlint::cli::main()
}
