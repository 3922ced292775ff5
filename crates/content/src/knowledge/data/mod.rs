//! The generated tables; `cargo xtask tables` writes them from `xtask/facts`.

#[rustfmt::skip]
pub(super) mod attack;
#[rustfmt::skip]
pub(super) mod connectors;
#[rustfmt::skip]
pub(super) mod defender;
#[rustfmt::skip]
pub(super) mod entities;
#[rustfmt::skip]
pub(super) mod gate;
#[rustfmt::skip]
pub(super) mod tables;
#[rustfmt::skip]
pub(super) mod upstream;
