//! The query itself.

mod ti_latest;

pub(super) use ti_latest::TiLatest;
