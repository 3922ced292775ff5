//! `invalid-duration`

use crate::content::duration::{Form, MINUTE};
use crate::content::model::{Schedule, TimeSpan};
use crate::content::{SCHEDULE_KEYS, Template};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::MAX_PERIOD_MINUTES;
use crate::rules::schedule::is_bare_number;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A duration that is not in a supported format.
    ///
    /// ## Why is this bad?
    ///
    /// A duration is a number and one of `m`, `h`, `d`, such as `5m`, `1h`, `14d`, or an ISO 8601 duration as in the
    /// API, such as `PT1H` or `P1DT12H`. `1 day`, `1H`, `1h10m` and `PT1D` are neither: the service rejects them unless
    /// a converter corrects them first. A number without a unit means days, which is rarely intended.
    ///
    /// Upstream's checks only accept a frequency or period in the short form, so `PT1H` is an error too under
    /// `azure-sentinel`.
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
    /// queryFrequency: 1 hour
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
    /// An unambiguous duration is replaced with a supported form of the same length.
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
            out.extend(check(cx, key, span, Reader::Service));
        }
        let Some(alerting) = template.alerting() else { return };
        let grouping = alerting.incident.as_ref().and_then(|incident| incident.grouping.as_ref());
        let lookback = grouping.and_then(|grouping| grouping.lookback.as_ref());
        for (key, span) in
            [("suppressionDuration", alerting.suppression.as_ref()), ("lookbackDuration", lookback)]
        {
            out.extend(span.and_then(|span| check(cx, key, span, Reader::Service)));
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

/// Who reads a duration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Reader {
    /// The service, by way of a converter.
    Service,
    /// A check of the upstream repository.
    Upstream,
}

/// A finding on how a duration is written.
pub(in crate::rules) fn check(
    cx: &Context<'_>,
    key: &str,
    span: &TimeSpan<'_>,
    reader: Reader,
) -> Option<Diagnostic> {
    let written = span.text.value;
    let finding = |message: String| InvalidDuration::at(span.text.span(), message);
    let forms = match reader {
        Reader::Service => {
            "Use a number and m, h or d, such as 5m, 1h or 14d, or ISO 8601, such as PT1H or P14D."
        }
        Reader::Upstream => "Use a number and m, h or d, such as 5m, 1h or 14d.",
    };
    let Some(duration) = &span.value else {
        let message = match written {
            "" => format!("`{key}` is empty"),
            _ => format!("`{written}` is not a valid duration for `{key}`"),
        };
        return Some(finding(message).help(forms));
    };
    let days = is_bare_number(span, duration);
    let fine = match duration.form {
        Form::Short => true,
        // Upstream takes time spans; a bare number is taken too, but means days.
        Form::TimeSpan => !days,
        Form::Iso => reader == Reader::Service,
        Form::NearlyIso | Form::Words | Form::Loose => false,
    };
    if fine {
        return None;
    }
    let is_schedule = SCHEDULE_KEYS.contains(&key);
    let whole = duration.seconds % MINUTE == 0;
    let message = match reader {
        _ if days => format!("`{key}: {written}` means {written} days, which is easily misread"),
        Reader::Service => format!("`{written}` is not a valid duration for `{key}`"),
        Reader::Upstream if !whole => {
            format!("`{key}` is `{written}`, but upstream's checks do not support seconds")
        }
        Reader::Upstream => {
            format!("`{written}` is not a duration that upstream's checks support in `{key}`")
        }
    };
    if !whole && is_schedule {
        return Some(finding(message).help("Use whole minutes, such as 5m."));
    }
    if days && duration.seconds > MAX_PERIOD_MINUTES * MINUTE {
        return Some(finding(message).help(forms));
    }
    // What was nearly ISO 8601 stays ISO 8601. So do the keys that hardly anybody but the service reads.
    let in_iso = duration.form == Form::NearlyIso || (!is_schedule && !days);
    let right = if reader == Reader::Service && in_iso { duration.iso.clone() } else { duration.short() };
    let fix =
        Fix::safe(format!("Replace with `{right}`"), replace_scalar(cx.source(), span.text.node, &right));
    Some(finding(message).help(format!("Use `{right}`, which is the same duration.")).fix(fix))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability;
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes, gate, messages};

    const RULE: &str = "invalid-duration";

    fn rule(extra: &str) -> String {
        format!("id: x\nname: n\nkind: Scheduled\ntriggerOperator: gt\nquery: T\n{extra}")
    }

    #[test]
    fn each_key_has_its_forms() {
        for fine in [
            "queryFrequency: 5m",
            "queryPeriod: 1.00:00:00",
            "queryFrequency: PT1H",
            "queryPeriod: P1DT12H",
            "suppressionDuration: 5h",
            "suppressionDuration: PT5H",
            "incidentConfiguration:\n  groupingConfiguration:\n    lookbackDuration: P1DT12H",
        ] {
            assert_eq!(messages(RULE, &rule(fine)), [""; 0], "{fine}");
        }
        for (wrong, right) in [
            ("queryFrequency: 1 day", "queryFrequency: 1d"),
            ("queryFrequency: '24 hours'", "queryFrequency: '1d'"),
            ("queryPeriod: 90 min", "queryPeriod: 90m"),
            ("queryPeriod: pt5h", "queryPeriod: PT5H"),
            ("queryPeriod: PT1D", "queryPeriod: P1D"),
            ("queryFrequency: 5H", "queryFrequency: 5h"),
            ("suppressionDuration: 5 hours", "suppressionDuration: PT5H"),
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
        let text = rule("queryFrequency: PT1H\nqueryPeriod: 1h");
        let found = findings(RULE, "Detections/a.yaml", &text, Profile::AzureSentinel);
        let fix = found[0].fix.as_ref().map(|fix| fix.title.as_str());
        assert_eq!(fix, Some("Replace with `1h`"));
    }
}
