//! `kql-validations`: the query language's own analyzer has nothing against a query, and one that reads threat
//! intelligence takes the latest state of each indicator.

use super::{Asks, Check, Gate, Opens, missing_keys};
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::rules::Context;
use crate::rules::metadata::missing_key::MissingKey;
use crate::rules::query::kql_argument::KqlArgument;
use crate::rules::query::kql_semantic::KqlSemantic;
use crate::rules::query::kql_syntax::KqlSyntax;
use crate::rules::query::kql_type::KqlType;
use crate::rules::query::kql_unknown_column::KqlUnknownColumn;
use crate::rules::query::kql_unknown_function::KqlUnknownFunction;
use crate::rules::query::kql_unknown_table::{self, KqlUnknownTable};
use crate::rules::query::ti_latest::{self, TiLatest};

mod newer_functions;
mod threat_intelligence;

pub(super) static GATE: Gate = Gate {
    workflow: "kql-validations",
    checks: &[
        Check::as_rule(Opens::All, &KqlSyntax),
        // Which watchlists a workspace has, the workflow does not ask.
        Check::new::<KqlUnknownTable>(Opens::All, Asks::Query(kql_unknown_table::tables)),
        Check::as_rule(Opens::All, &KqlUnknownColumn),
        Check::as_rule(Opens::All, &KqlUnknownFunction),
        Check::new::<KqlUnknownFunction>(Opens::All, Asks::Query(newer_functions::newer_functions)),
        Check::as_rule(Opens::All, &KqlArgument),
        Check::as_rule(Opens::All, &KqlType),
        Check::as_rule(Opens::All, &KqlSemantic),
        Check::new::<TiLatest>(Opens::RulesAndHuntingQueries, Asks::Query(latest_indicators)),
        // Of rules, another workflow asks for these keys and for more.
        Check::new::<MissingKey>(
            Opens::HuntingQueries,
            Asks::Template(|cx, template, out| missing_keys(cx, template, &["id", "query"], out)),
        ),
    ],
};

/// The workflow goes by the text of the query.
fn latest_indicators(cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
    let is_main = query.pointer == Some("/query");
    let place = threat_intelligence::place(query.text).filter(|_| is_main);
    if let Some(at) = place.filter(|_| !threat_intelligence::takes_latest(query.text)) {
        out.push(ti_latest::finding(cx, query, at));
    }
}
