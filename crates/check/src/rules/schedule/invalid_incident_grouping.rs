//! `invalid-incident-grouping`

use crate::content::Template;
use crate::content::model::{Grouping, Text};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::entities::entity_types;
use crate::knowledge::limits::{
    ALERT_DETAILS, LOOKBACK_MAX_MINUTES, LOOKBACK_MIN_MINUTES, MATCHING_METHODS, ignore_case,
};
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::similar::slip_of;
use crate::yaml::edit::replace_scalar;

mod selected;

declare_rule! {
    /// An invalid grouping of alerts into incidents.
    ///
    /// ## Why is this bad?
    ///
    /// Alerts can be grouped by what the rule itself defines: mapped entity types, custom details, the alert's name and
    /// severity. With `matchingMethod: Selected`, at least one of them must be selected. The look-back must be between
    /// 5 minutes and 7 days. Sentinel rejects a rule with any other grouping; upstream's checks do not detect it.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 5h
    ///     matchingMethod: Selected
    ///     groupByEntities: []
    ///     groupByAlertDetails: []
    ///     groupByCustomDetails: []
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 5h
    ///     matchingMethod: Selected
    ///     groupByEntities: [Host]
    ///     groupByAlertDetails: []
    ///     groupByCustomDetails: []
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - identifier: FullName
    ///         columnName: DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only the case differs, the fix is safe. The fix for a misspelled value is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/create-analytics-rules>
    pub(crate) InvalidIncidentGrouping {
        id: "invalid-incident-grouping",
        group: Schedule,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for InvalidIncidentGrouping {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let incident = template.alerting().and_then(|alerting| alerting.incident.as_ref());
        let Some(grouping) = incident.and_then(|incident| incident.grouping.as_ref()) else { return };
        lookback(grouping, out);
        if let Some(method) = &grouping.method {
            choose(cx, method, "`matchingMethod`", &MATCHING_METHODS, out);
        }
        for item in &grouping.alert_details.items {
            choose(cx, item, "An alert's detail to group by", &ALERT_DETAILS, out);
        }
        let types: Vec<&'static str> =
            entity_types().iter().filter(|entity| entity.ci).map(|entity| entity.name).collect();
        for item in &grouping.entities.items {
            choose(cx, item, "An entity type to group by", &types, out);
        }
        // What a grouping that is switched off refers to does no harm.
        if grouping.enabled != Some(false) {
            selected::groups(cx, grouping, template, out);
        }
    }
}

fn lookback(grouping: &Grouping<'_>, out: &mut Vec<Diagnostic>) {
    let Some(span) = &grouping.lookback else { return };
    let Some(seconds) = span.seconds() else { return };
    if !(LOOKBACK_MIN_MINUTES * 60..=LOOKBACK_MAX_MINUTES * 60).contains(&seconds) {
        let message = format!("`lookbackDuration` is {}; it must be between 5m and 7d", span.text.value);
        out.push(
            InvalidIncidentGrouping::at(span.text.span(), message).help("Use a duration between 5m and 7d."),
        );
    }
}

/// Says so where a text is not of a closed set, and offers the one that was meant.
fn choose(
    cx: &Context<'_>,
    text: &Text<'_>,
    what: &str,
    options: &[&'static str],
    out: &mut Vec<Diagnostic>,
) {
    if options.contains(&text.value) {
        return;
    }
    let message = format!("{what} must be {}, not `{}`", listed(options, "or"), text.value);
    let finding = InvalidIncidentGrouping::at(text.span(), message);
    let replace = |name: &str| replace_scalar(cx.source(), text.node, name);
    let fix = match ignore_case(text.value, options) {
        Some(name) => Fix::safe(format!("Replace with `{name}`"), replace(name)),
        None => slip_of(text.value, options.iter().copied())
            .and_then(|name| Fix::r#unsafe(format!("Replace with `{name}`"), replace(name))),
    };
    out.push(finding.help(format!("Use {}.", listed(options, "or"))).fix(fix));
}
