//! The generated tables; `cargo xtask tables` writes them.

#[rustfmt::skip]
pub(super) mod builtins;
