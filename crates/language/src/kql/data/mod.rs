//! The generated tables; `cargo xtask tables --from DIR` writes them.

#[rustfmt::skip]
pub(super) mod builtins;
