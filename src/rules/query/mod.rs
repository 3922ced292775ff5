//! The query itself.

mod kql_syntax;
mod query_too_long;
mod ti_latest;

pub(super) use kql_syntax::KqlSyntax;
pub(super) use query_too_long::QueryTooLong;
pub(super) use ti_latest::TiLatest;
