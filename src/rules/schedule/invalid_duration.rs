//! `invalid-duration`

use crate::content::Template;
use crate::content::duration::{Form, MINUTE};
use crate::content::model::{Schedule, TimeSpan};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::MAX_PERIOD_MINUTES;
use crate::rules::schedule::is_bare_number;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A duration that is not written as its readers take it.
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's checks take a frequency or period of one number and one of `m`, `h`, `d`: `5m`, `1h`,
    /// `14d`. `PT1H`, `1H`, `1h10m` or `90s` fail there, even where sentlint understands and converts them. A
    /// bare number counts days, which hardly anybody means.
    ///
    /// `suppressionDuration` and `lookbackDuration` may be written in ISO 8601 as well, such as `PT5H`,
    /// because nothing but Sentinel itself reads them.
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
    /// queryFrequency: PT1H
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
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
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A duration that can be understood is written in the form that is read, with the same length.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidDuration {
        id: "invalid-duration",
        group: Schedule,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidDuration {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for (key, span) in template.schedule().into_iter().flat_map(of_schedule) {
            out.extend(check(cx, key, span, false));
        }
        let Some(alerting) = template.alerting() else { return };
        let grouping = alerting.incident.as_ref().and_then(|incident| incident.grouping.as_ref());
        let lookback = grouping.and_then(|grouping| grouping.lookback.as_ref());
        for (key, span) in
            [("suppressionDuration", alerting.suppression.as_ref()), ("lookbackDuration", lookback)]
        {
            out.extend(span.and_then(|span| check(cx, key, span, true)));
        }
    }
}

/// The durations of a schedule, by their keys.
pub(in crate::rules) fn of_schedule<'s, 'a>(
    schedule: &'s Schedule<'a>,
) -> impl Iterator<Item = (&'static str, &'s TimeSpan<'a>)> {
    let spans = [("queryFrequency", &schedule.frequency), ("queryPeriod", &schedule.period)];
    spans.into_iter().filter_map(|(key, span)| Some((key, span.as_ref()?)))
}

/// A finding on how a duration is written. `iso` says whether the key may be written in ISO 8601.
pub(in crate::rules) fn check(
    cx: &Context<'_>,
    key: &str,
    span: &TimeSpan<'_>,
    iso: bool,
) -> Option<Diagnostic> {
    let written = span.text.value;
    let finding = |message: String| InvalidDuration::at(span.text.span(), message);
    let Some(duration) = &span.value else {
        let message = match written {
            "" => format!("`{key}` is empty"),
            _ => format!("`{written}` is not a duration that `{key}` can have"),
        };
        return Some(finding(message).help("Write one number and m, h or d, such as 5m, 1h or 14d."));
    };
    let days = is_bare_number(span, duration);
    let fine = match duration.form {
        Form::Short => true,
        // Upstream takes time spans; a bare number is taken too, but means days.
        Form::TimeSpan => !days,
        Form::Iso => iso && written == duration.iso,
        Form::Loose => false,
    };
    if fine {
        return None;
    }
    let whole = duration.seconds % 60 == 0;
    let message = match duration.form {
        _ if days => format!("`{key}: {written}` means {written} days, which is easily misread"),
        _ if iso => format!("`{written}` is not how Sentinel reads `{key}`"),
        _ if !whole => format!("`{key}` is `{written}`, and seconds are more than upstream can read"),
        _ => format!("`{written}` is not how upstream reads `{key}`"),
    };
    if !whole && !iso {
        return Some(finding(message).help("Write whole minutes, such as 5m."));
    }
    let right = if iso && !days { duration.iso.clone() } else { duration.short() };
    if days && duration.seconds > MAX_PERIOD_MINUTES * MINUTE {
        return Some(finding(message).help("Write one number and m, h or d, such as 5m, 1h or 14d."));
    }
    let fix = Fix::safe(format!("Write `{right}`"), replace_scalar(cx.source(), span.text.node, &right));
    Some(finding(message).help(format!("Write `{right}`, which is the same length.")).fix(fix))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability;
    use crate::rules::testing::{fixes, gate, messages};

    const RULE: &str = "invalid-duration";

    fn rule(extra: &str) -> String {
        format!("id: x\nname: n\nkind: Scheduled\ntriggerOperator: gt\nquery: T\n{extra}")
    }

    #[test]
    fn each_key_has_its_forms() {
        for fine in [
            "queryFrequency: 5m",
            "queryPeriod: 1.00:00:00",
            "suppressionDuration: 5h",
            "suppressionDuration: PT5H",
            "incidentConfiguration:\n  groupingConfiguration:\n    lookbackDuration: P1DT12H",
        ] {
            assert_eq!(messages(RULE, &rule(fine)), [""; 0], "{fine}");
        }
        for (wrong, right) in [
            ("queryFrequency: PT1H", "queryFrequency: 1h"),
            ("queryPeriod: 1h10m", "queryPeriod: 70m"),
            ("queryPeriod: 1", "queryPeriod: 1d"),
            ("suppressionDuration: 1h10m", "suppressionDuration: PT1H10M"),
            ("suppressionDuration: P1W", "suppressionDuration: P7D"),
            ("suppressionDuration: 5", "suppressionDuration: 5d"),
        ] {
            assert_eq!(fixes(RULE, "a.yaml", &rule(wrong)), [(Applicability::Safe, rule(right))], "{wrong}");
        }
        assert_eq!(messages(RULE, &rule("queryPeriod: soon\nqueryFrequency: 90s")).len(), 2);
        assert!(fixes(RULE, "a.yaml", &rule("queryPeriod: soon\nqueryFrequency: 90s")).is_empty());
    }

    #[test]
    fn the_gate_reads_only_the_schedule() {
        let count = |extra: &str| gate(RULE, "Detections/a.yaml", &rule(extra));
        assert_eq!(count("queryFrequency: 5\nqueryPeriod: 01:00:00\nsuppressionDuration: 1h10m"), 0);
        assert_eq!(count("queryFrequency: 1w\nqueryPeriod: P1D"), 2);
    }
}
