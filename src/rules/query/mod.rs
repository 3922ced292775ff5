//! The query itself.

mod query_too_long;
mod ti_latest;

pub(super) use query_too_long::QueryTooLong;
pub(super) use ti_latest::TiLatest;
