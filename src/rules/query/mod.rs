//! The query itself.

mod findings;
mod kql_argument;
mod kql_semantic;
mod kql_syntax;
mod kql_type;
mod kql_unknown_column;
mod kql_unknown_function;
mod kql_unknown_table;
mod no_time_in_result;
mod query_timestamp_column;
mod query_too_long;
mod ti_latest;

pub(super) use kql_argument::KqlArgument;
pub(super) use kql_semantic::KqlSemantic;
pub(super) use kql_syntax::KqlSyntax;
pub(super) use kql_type::KqlType;
pub(super) use kql_unknown_column::KqlUnknownColumn;
pub(super) use kql_unknown_function::KqlUnknownFunction;
pub(super) use kql_unknown_table::KqlUnknownTable;
pub(super) use no_time_in_result::NoTimeInResult;
pub(super) use query_timestamp_column::QueryTimestampColumn;
pub(super) use query_too_long::QueryTooLong;
pub(super) use ti_latest::TiLatest;
