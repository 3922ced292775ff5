//! `ti-latest`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{Expr, ExprKind, OperatorKind};
use crate::kql::{Node, Parse, walk_statements};
use crate::rules::query::tree::{for_each_expr, tree};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Threat intelligence read without taking the latest state of each indicator.
    ///
    /// ## Why is this bad?
    ///
    /// `ThreatIntelligenceIndicator` has one row for each time an indicator was sent or changed. A query that does not
    /// select the latest row per indicator, with `arg_max(TimeGenerated, *) by IndicatorId`, matches revoked
    /// indicators, and matches the others several times. Upstream's checks reject it.
    ///
    /// Under `azure-sentinel` a query is accepted if it matches upstream's own pattern, which looks at the first filter
    /// of the table or at the `summarize`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Connection to an address of threat intelligence
    /// description: Identifies hosts that reached an address which threat intelligence names.
    /// query: |
    ///   ThreatIntelligenceIndicator
    ///   | where isnotempty(NetworkIP)
    ///   | join kind=inner DeviceNetworkEvents on $left.NetworkIP == $right.RemoteIP
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Connection to an address of threat intelligence
    /// description: Identifies hosts that reached an address which threat intelligence names.
    /// query: |
    ///   ThreatIntelligenceIndicator
    ///   | where TimeGenerated >= ago(14d)
    ///   | summarize LatestIndicatorTime = arg_max(TimeGenerated, *) by IndicatorId
    ///   | where Active == true and ExpirationDateTime > now()
    ///   | where isnotempty(NetworkIP)
    ///   | join kind=inner DeviceNetworkEvents on $left.NetworkIP == $right.RemoteIP
    /// ```
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/KqlvalidationsTests>
    pub(crate) TiLatest {
        id: "ti-latest",
        group: Query,
        severity: Error,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

/// The table of indicators.
pub(in crate::rules) const TABLE: &str = "ThreatIntelligenceIndicator";

impl Rule for TiLatest {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if query.pointer != Some("/query") || cx.template.is_none() {
            return;
        }
        let tree = tree(query).filter(|_| query.mentions().place(TABLE).is_some());
        let place = tree.filter(|tree| !takes_latest(tree)).and_then(read);
        out.extend(place.map(|at| finding(cx, query, at)));
    }
}

/// A finding on the table at an offset of the query.
pub(crate) fn finding(cx: &Context<'_>, query: &Query<'_>, at: usize) -> Diagnostic {
    let span = query.span(Span::new(at, at + TABLE.len()));
    let message = "The query reads threat intelligence without selecting the latest state of each indicator";
    let kept = if cx.kind().is_rule() { "ago(<queryPeriod>)" } else { "ago(14d)" };
    let help = format!(
        "Start with `{TABLE} | where TimeGenerated >= {kept} | summarize LatestIndicatorTime = \
         arg_max(TimeGenerated, *) by IndicatorId | where Active == true and ExpirationDateTime > now()`."
    );
    TiLatest::at(span, message).help(help)
}

/// Where the query reads the table.
fn read(tree: &Parse) -> Option<usize> {
    let mut first = None;
    for_each_expr(tree, |expr| {
        let named = matches!(&expr.kind, ExprKind::Name(name) if &*name.text == TABLE);
        if named && first.is_none() {
            first = Some(expr.span.start as usize);
        }
    });
    first
}

/// Whether anything is summarized to the latest row of each indicator.
fn takes_latest(tree: &Parse) -> bool {
    let mut latest = false;
    walk_statements(&tree.statements, &mut |node| {
        if let Node::Operator(operator) = node
            && let OperatorKind::Summarize { aggregates, by: Some(groups) } = &operator.kind
        {
            let arg_max = |aggregate: &Expr| {
                aggregate.value().as_call().is_some_and(|(name, _)| &*name.text == "arg_max")
            };
            latest |=
                aggregates.iter().any(arg_max) && groups.iter().any(|group| group.mentions("IndicatorId"));
        }
        !latest
    });
    latest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kql::parse;

    #[test]
    fn any_way_of_taking_the_latest_is_seen() {
        for code in [
            "T | summarize arg_max(TimeGenerated, *) by IndicatorId",
            "T | summarize x = arg_max(TimeGenerated, *), count() by NetworkIP, IndicatorId | take 1",
        ] {
            assert!(takes_latest(&parse(code)), "{code}");
        }
        for code in [
            "T | summarize arg_max(TimeGenerated, *) by NetworkIP | where IndicatorId == 1",
            "T // | summarize arg_max(TimeGenerated, *) by IndicatorId",
            "T | where a == 'summarize arg_max(TimeGenerated, *) by IndicatorId'",
        ] {
            assert!(!takes_latest(&parse(code)), "{code}");
        }
    }
}
