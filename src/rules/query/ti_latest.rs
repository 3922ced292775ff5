//! `ti-latest`

use crate::content::{Folder, Query};
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{Body, Expr, ExprKind};
use crate::kql::{Node, Parse, walk_statements};
use crate::rules::query::tree::{exprs, tree};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Threat intelligence read without taking the latest state of each indicator.
    ///
    /// ## Why is this bad?
    ///
    /// `ThreatIntelligenceIndicator` has a row for each time an indicator was sent or changed. A query that
    /// does not take the latest row of each, by `arg_max(TimeGenerated, *) by IndicatorId`, matches
    /// indicators that have long been revoked, and matches the others several times over. The upstream
    /// repository's checks refuse it.
    ///
    /// Under `azure-sentinel` a query is in order where upstream's own pattern finds its place in it, which
    /// looks at the first filter of the table or at the summary.
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
    pub(crate) TiLatest {
        id: "ti-latest",
        group: Query,
        severity: Error,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

const TABLE: &str = "ThreatIntelligenceIndicator";

impl Rule for TiLatest {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if query.pointer != Some("/query") || (cx.template.is_none() && !cx.gates()) {
            return;
        }
        let at = if cx.gates() {
            let opened = matches!(cx.content.folder, Folder::Rules | Folder::Hunting);
            piped(query.text).filter(|_| opened && !upstream_is_content(query.text))
        } else {
            tree(query).filter(|tree| !takes_latest(tree)).and_then(read)
        };
        let Some(at) = at else { return };
        let span = query.span(Span::new(at, at + TABLE.len()));
        let message = "The query reads threat intelligence without taking the latest state of each indicator";
        let kept = if cx.kind().is_rule() { "ago(<queryPeriod>)" } else { "ago(14d)" };
        let help = format!(
            "Begin with `{TABLE} | where TimeGenerated >= {kept} | summarize LatestIndicatorTime = \
             arg_max(TimeGenerated, *) by IndicatorId | where Active == true and ExpirationDateTime > now()`."
        );
        out.push(Self::at(span, message).help(help));
    }
}

/// Where the query reads the table.
fn read(tree: &Parse) -> Option<usize> {
    let mut first = None;
    exprs(tree, |expr| {
        let named = matches!(&expr.kind, ExprKind::Name(name) if &*name.text == TABLE);
        if named && first.is_none() {
            first = Some(expr.span.start as usize);
        }
    });
    first
}

/// Whether anything is summarised to the latest row of each indicator.
fn takes_latest(tree: &Parse) -> bool {
    let mut latest = false;
    walk_statements(&tree.statements, &mut |node| {
        if let Node::Operator(operator) = node
            && let Body::Summarize { aggregates, by: Some(groups) } = &operator.body
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

/// Where the table is read as upstream looks for it: its name and a pipe.
fn piped(query: &str) -> Option<usize> {
    let is_piped = |at: &usize| Scan(&query[at + TABLE.len()..]).blanks().word("|").is_some();
    query.match_indices(TABLE).map(|(at, _)| at).find(is_piped)
}

/// Upstream's pattern. Its bar that is not escaped makes two of it, and either will do: the table filtered by
/// time first, or the summary that takes the latest row followed by the filter of what is in force.
fn upstream_is_content(query: &str) -> bool {
    let rest = |at: usize, word: &str| Scan(&query[at + word.len()..]);
    let filtered = |at: usize| {
        rest(at, TABLE)
            .words(&["|", "where", "TimeGenerated", ">="])?
            .blanks()
            .word("ago(")?
            .identifier()?
            .word(")")
    };
    let latest = |at: usize| {
        let scan = rest(at, "summarize").words(&[
            "LatestIndicatorTime",
            "=",
            "arg_max(TimeGenerated,",
            "*)",
            "by",
            "IndicatorId",
            "|",
            "where",
        ])?;
        let alive = ["ExpirationDateTime", ">", "now()"];
        let active = ["Active", "==", "true"];
        let both = |first: &[&str], then: &[&str]| scan.words(first)?.words(&["and"])?.words(then);
        both(&alive, &active).or_else(|| both(&active, &alive))
    };
    query.match_indices(TABLE).any(|(at, _)| filtered(at).is_some())
        || query.match_indices("summarize").any(|(at, _)| latest(at).is_some())
}

/// The rest of a text, read from its start.
#[derive(Clone, Copy)]
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn blanks(self) -> Self {
        Self(self.0.trim_start())
    }

    fn word(self, word: &str) -> Option<Self> {
        self.0.strip_prefix(word).map(Self)
    }

    /// Words with any blanks before each, or none.
    fn words(self, words: &[&str]) -> Option<Self> {
        words.iter().try_fold(self, |scan, word| scan.blanks().word(word))
    }

    fn identifier(self) -> Option<Self> {
        let rest = self.0.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        (rest.len() < self.0.len()).then_some(Self(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kql::parse;

    #[test]
    fn either_half_of_the_pattern_will_do() {
        for query in [
            "ThreatIntelligenceIndicator\n| where TimeGenerated >= ago(ioc_lookBack)\n| take 1",
            "ThreatIntelligenceIndicator|where TimeGenerated>=ago(14d)",
            "X | summarize LatestIndicatorTime = arg_max(TimeGenerated, *) by IndicatorId\n| where Active == true \
             and ExpirationDateTime > now()",
            "summarize LatestIndicatorTime=arg_max(TimeGenerated,*)by IndicatorId|where ExpirationDateTime>now() and \
             Active==true",
        ] {
            assert!(upstream_is_content(query), "{query}");
        }
        for query in [
            "ThreatIntelligenceIndicator | where Active",
            "ThreatIntelligenceIndicator | where TimeGenerated >= ago()",
            "ThreatIntelligenceIndicator | where TimeGenerated >= ago (1d)",
            "summarize LatestIndicatorTime = arg_max (TimeGenerated, *) by IndicatorId | where Active == true and \
             ExpirationDateTime > now()",
            "summarize arg_max(TimeGenerated, *) by IndicatorId | where Active == true and ExpirationDateTime > now()",
        ] {
            assert!(!upstream_is_content(query), "{query}");
        }
        assert_eq!(
            piped("let a = ThreatIntelligenceIndicator; ThreatIntelligenceIndicator \n | take 1"),
            Some(37)
        );
    }

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
