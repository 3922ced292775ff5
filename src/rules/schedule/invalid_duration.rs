//! `invalid-duration`

use crate::content::duration::Form;
use crate::content::model::TimeSpan;
use crate::content::{Folder, Template};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A frequency or period that is not written as upstream reads it.
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's checks take one number and one of `m`, `h`, `d`: `5m`, `1h`, `14d`. `PT1H`, `1H`, `1h10m`
    /// or `90s` fail there, even where sentlint understands and converts them. A bare number counts days,
    /// which hardly anybody means.
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
    /// A duration that can be understood is written in upstream's form with the same length.
    pub(crate) InvalidDuration {
        id: "invalid-duration",
        group: Schedule,
        severity: Error,
        fix: Safe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidDuration {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(schedule) = template.schedule() else { return };
        if cx.gates() && cx.content.folder != Folder::Rules {
            return;
        }
        let spans = [("queryFrequency", &schedule.frequency), ("queryPeriod", &schedule.period)];
        for (key, span) in spans.into_iter().filter_map(|(key, span)| Some((key, span.as_ref()?))) {
            out.extend(judge(cx, key, span));
        }
    }
}

fn judge(cx: &Context<'_>, key: &str, span: &TimeSpan<'_>) -> Option<Diagnostic> {
    let written = span.text.value;
    let Some(duration) = &span.value else {
        let message = format!("`{written}` is not a duration that `{key}` can have");
        let help = "Write one number and m, h or d, such as 5m, 1h or 14d.";
        return Some(InvalidDuration::at(span.text.span(), message).help(help));
    };
    match duration.form {
        Form::Short => return None,
        // Upstream takes time spans; a bare number is taken too, but means days.
        Form::TimeSpan if cx.gates() || written.contains(':') => return None,
        _ => {}
    }
    let whole = duration.seconds % 60 == 0;
    let message = match duration.form {
        Form::TimeSpan => format!("`{written}` counts days, which is easily misread"),
        _ if !whole => format!("`{key}` is given in minutes, hours or days, not in seconds"),
        _ => format!("`{written}` is not written as upstream reads durations"),
    };
    let finding = InvalidDuration::at(span.text.span(), message);
    if !whole {
        return Some(finding.help("Write whole minutes, such as 5m."));
    }
    let short = duration.short();
    let fix = Fix::safe(format!("Write `{short}`"), replace_scalar(cx.source(), span.text.node, &short));
    Some(finding.help(format!("Write `{short}`, which is the same length.")).fix(fix))
}
