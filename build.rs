//! Leaves the tables for unwinding out of the optimized program, a tenth of its size: a panic ends it at once, so that nothing
//! reads them. `-C force-unwind-tables=no` would do the same, but a profile cannot state it, and tests need the tables.

use std::env;
use std::path::Path;

/// An addition to the linker's own script.
const SCRIPT: &str =
    "SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame_hdr) *(.gcc_except_table*) } } INSERT AFTER .text;\n";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    if is_optimized() && has_the_usual_linker() {
        let path = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("without-unwinding.ld");
        // Without the script the program is larger, and works as well.
        if std::fs::write(&path, SCRIPT).is_ok() {
            // A path may have a comma, at which `-Wl` would divide it.
            for argument in ["--no-eh-frame-hdr", "-T", &path.to_string_lossy()] {
                println!("cargo::rustc-link-arg-bins=-Xlinker");
                println!("cargo::rustc-link-arg-bins={argument}");
            }
        }
    }
}

/// Whether it is built as for a release: a debugger needs the tables too.
fn is_optimized() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    is("PROFILE", "release") && is("DEBUG", "false")
}

/// Whether it links with what was tried: the linkers that Rust and GCC bring for Linux on x86-64. Another one, such as mold, may not
/// know scripts.
fn has_the_usual_linker() -> bool {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    env::var("TARGET").is_ok_and(|target| target == "x86_64-unknown-linux-gnu")
        && env::var_os("RUSTC_LINKER").is_none()
        && !flags.contains("link")
}
