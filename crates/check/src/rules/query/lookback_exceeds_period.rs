//! `lookback-exceeds-period`

use crate::content::duration::{DAY, MINUTE};
use crate::content::model::Schedule;
use crate::content::{Duration, Query};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::{LONG_PERIOD_MIN_FREQUENCY_MINUTES, LONG_PERIOD_MINUTES, MAX_PERIOD_MINUTES};
use crate::kql::lookback::{Bound, lookback};
use crate::kql::timespan::Timespan;
use crate::rules::query::tree::tree;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A query that looks further back than the period of its rule.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel only passes the data of the period to the query, regardless of `ago`. A rule that compares today with
    /// the last week only sees today: it finds nothing, or considers everything new.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached for days
    /// description: Identifies hosts that reached the relay of a remote management tool on several days.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1d
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(7d)
    ///   | where RemoteUrl has "relay.example"
    ///   | summarize Days = dcount(bin(TimeGenerated, 1d)) by DeviceName
    ///   | where Days > 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached for days
    /// description: Identifies hosts that reached the relay of a remote management tool on several days.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 7d
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(7d)
    ///   | where RemoteUrl has "relay.example"
    ///   | summarize Days = dcount(bin(TimeGenerated, 1d)) by DeviceName
    ///   | where Days > 3
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The period is set to the look-back of the query, if Sentinel allows it: at most 14 days. The query may be meant
    /// to look back less far, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    pub(crate) LookbackExceedsPeriod {
        id: "lookback-exceeds-period",
        group: Query,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for LookbackExceedsPeriod {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let schedule = cx.template.and_then(|template| template.schedule());
        let Some(period) = schedule.and_then(|schedule| schedule.period.as_ref()) else { return };
        let Some(given) = period.value.as_ref().map(|value| value.seconds) else { return };
        let Some(tree) = tree(query) else { return };
        let found = lookback(
            query.text,
            tree,
            &cx.meaning(query),
            Timespan::from_seconds(i64::try_from(given).unwrap_or(i64::MAX)),
        );
        // What the events themselves are bounded by; the time of something in a row may well be older.
        let reaches = found.reaches.iter().filter(|reach| reach.event_time && reach.bound != Bound::Other);
        let Some(reach) = reaches.rev().max_by_key(|reach| reach.back) else { return };
        let wanted = reach.back.seconds();
        if wanted <= given {
            return;
        }
        let back = Duration::from_seconds(wanted).short();
        let (message, help) = if reach.bound == Bound::Until {
            (
                format!(
                    "The query looks at events older than {back}, but its period is only {}",
                    period.text.value
                ),
                "Increase the period, or look at newer events.",
            )
        } else {
            (
                format!("The query looks back {back}, but its period is only {}", period.text.value),
                "Increase the period, or reduce the look-back.",
            )
        };
        let fix =
            (reach.bound == Bound::From).then(|| longer_period(schedule, wanted)).flatten().and_then(|new| {
                Fix::r#unsafe(
                    format!("Set `queryPeriod` to {new}"),
                    replace_scalar(cx.source(), period.text.node, &new),
                )
            });
        let finding = Self::at(query.span(reach.span), message).help(help);
        out.push(finding.label(period.text.span(), "the period").fix(fix));
    }
}

/// The period that would do, where Sentinel allows it: in whole days from two on, and then no rule may run more
/// often than once an hour.
fn longer_period(schedule: Option<&Schedule<'_>>, wanted: u64) -> Option<String> {
    let long = wanted >= LONG_PERIOD_MINUTES * MINUTE;
    let rounded = if long { wanted.div_ceil(DAY) * DAY } else { wanted };
    let each = schedule?.frequency.as_ref()?.value.as_ref()?.seconds;
    let allowed = rounded <= MAX_PERIOD_MINUTES * MINUTE
        && (!long || each >= LONG_PERIOD_MIN_FREQUENCY_MINUTES * MINUTE);
    allowed.then(|| Duration::from_seconds(rounded).short())
}
