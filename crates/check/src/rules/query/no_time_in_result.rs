//! `no-time-in-result`

use crate::content::Template;
use crate::content::model::field;
use crate::diagnostic::Diagnostic;
use crate::rules::result_columns::QueryResult;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A rule whose query does not return `TimeGenerated`.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel reads the time of an alert's events from the column `TimeGenerated` of the result. Without it, the
    /// alert has the time of the rule's run, which is of little use on a timeline. A column with another name, such as
    /// `StartTime`, is not a substitute.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached many relays
    /// description: Identifies hosts from which a remote management tool reached many relays.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | summarize Relays = dcount(RemoteUrl) by DeviceName
    ///   | where Relays > 5
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached many relays
    /// description: Identifies hosts from which a remote management tool reached many relays.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | summarize TimeGenerated = max(TimeGenerated), Relays = dcount(RemoteUrl) by DeviceName
    ///   | where Relays > 5
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    pub(crate) NoTimeInResult {
        id: "no-time-in-result",
        group: Query,
        severity: Info,
        since: "0.1.0",
    }
}

const TIME: &str = "TimeGenerated";

impl Rule for NoTimeInResult {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(result) = QueryResult::of(cx).filter(|_| cx.kind().is_rule()) else { return };
        // Whether a custom log has the column, no schema needs to tell: all of them have it.
        let Some(missing) = result.missing(TIME).filter(|missing| missing.sure) else { return };
        let Some(query) = field(template.common().root, "query") else { return };
        let message = format!("The query does not return `{TIME}`, so alerts lose the time of their events");
        let place = missing.lost.as_ref().map(|lost| result.label(lost));
        let finding = Self::at(query.entry.key.span, message);
        let help = match missing.lost.as_ref().map(|lost| (lost.word, &lost.renamed)) {
            Some((_, Some(name))) => {
                format!("Keep the name `{TIME}`, or add `| extend {TIME} = {name}` at the end.")
            }
            Some(("summarize", _)) => {
                format!("Add `{TIME} = max({TIME})` to the `summarize`, or group by `bin({TIME}, 1h)`.")
            }
            Some(("join" | "lookup", _)) => format!("Add `{TIME}` to the rows that the join returns."),
            Some((word, _)) => format!("Keep `{TIME}` in the `{word}`."),
            None => format!("Add a column `{TIME}` with the time of the event to the result."),
        };
        out.push(match place {
            Some((span, what)) => finding.help(help).label(span, what),
            None => finding.help(help),
        });
    }
}
