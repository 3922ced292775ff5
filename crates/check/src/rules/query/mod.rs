//! The query itself.

mod adjacent_strings;
mod case_folded_comparison;
mod contains_instead_of_has;
mod cross_cluster;
mod data_dependent_column;
mod findings;
mod in_first_column;
mod invalid_literal;
mod invalid_regex;
pub(super) mod kql_argument;
mod kql_deprecated;
pub(super) mod kql_no_result;
pub(super) mod kql_semantic;
pub(super) mod kql_syntax;
pub(super) mod kql_type;
pub(super) mod kql_unknown_column;
pub(super) mod kql_unknown_function;
pub(super) mod kql_unknown_table;
mod kql_unused_let;
mod late_filter;
mod leading_blank_lines;
mod lookback_exceeds_period;
mod never_true;
mod no_reduction;
mod no_time_filter;
mod no_time_in_result;
mod nondeterministic_take;
mod query_placeholder;
mod query_timestamp_column;
pub(super) mod query_too_long;
mod regex_heavy;
mod regexes;
mod render_in_rule;
mod take_in_rule;
#[cfg(test)]
mod tests;
pub(super) mod ti_latest;
mod tree;
mod unbounded_make_set;
mod unbounded_mv_expand;
mod unbounded_sort;
mod unformatted;
mod unscoped_search;
mod unsupported_in_rule;
mod unwindowed_join;
mod watchlists;
mod wildcard_union;

super::rules! {
    kql_syntax::KqlSyntax,
    kql_unknown_table::KqlUnknownTable,
    kql_unknown_column::KqlUnknownColumn,
    kql_unknown_function::KqlUnknownFunction,
    kql_argument::KqlArgument,
    kql_type::KqlType,
    kql_no_result::KqlNoResult,
    kql_semantic::KqlSemantic,
    invalid_literal::InvalidLiteral,
    adjacent_strings::AdjacentStrings,
    in_first_column::InFirstColumn,
    data_dependent_column::DataDependentColumn,
    never_true::NeverTrue,
    invalid_regex::InvalidRegex,
    query_too_long::QueryTooLong,
    leading_blank_lines::LeadingBlankLines,
    unformatted::Unformatted,
    query_timestamp_column::QueryTimestampColumn,
    ti_latest::TiLatest,
    no_time_in_result::NoTimeInResult,
    unsupported_in_rule::UnsupportedInRule,
    unscoped_search::UnscopedSearch,
    wildcard_union::WildcardUnion,
    contains_instead_of_has::ContainsInsteadOfHas,
    case_folded_comparison::CaseFoldedComparison,
    regex_heavy::RegexHeavy,
    unbounded_sort::UnboundedSort,
    nondeterministic_take::NondeterministicTake,
    take_in_rule::TakeInRule,
    unbounded_mv_expand::UnboundedMvExpand,
    cross_cluster::CrossCluster,
    no_reduction::NoReduction,
    unwindowed_join::UnwindowedJoin,
    late_filter::LateFilter,
    unbounded_make_set::UnboundedMakeSet,
    no_time_filter::NoTimeFilter,
    render_in_rule::RenderInRule,
    query_placeholder::QueryPlaceholder,
    kql_unused_let::KqlUnusedLet,
    kql_deprecated::KqlDeprecated,
    lookback_exceeds_period::LookbackExceedsPeriod,
}
