//! `invalid-duration`

use crate::content::duration::{Form, MINUTE};
use crate::content::model::{Schedule, TimeSpan};
use crate::content::{SCHEDULE_KEYS, Template};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::MAX_PERIOD_MINUTES;
use crate::rules::schedule::is_bare_number;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

#[cfg(test)]
mod tests;

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
        for (key, span) in template.schedule().into_iter().flat_map(Schedule::durations) {
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
