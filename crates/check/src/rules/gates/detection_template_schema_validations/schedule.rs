//! Frequency and period.

use crate::content::Template;
use crate::content::duration::Form;
use crate::content::model::{Schedule, TimeSpan};
use crate::diagnostic::Diagnostic;
use crate::rules::Context;
use crate::rules::schedule::invalid_duration::Reader;
use crate::rules::schedule::{
    duration_out_of_range, invalid_duration, long_period_short_frequency, period_shorter_than_frequency,
};

/// .NET's time spans are fine too, a bare number among them, which is one of days.
pub(super) fn forms(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let Some(schedule) = template.schedule() else { return };
    for (key, span) in schedule.durations() {
        let is_time_span = span.value.as_ref().is_some_and(|duration| duration.form == Form::TimeSpan);
        if !is_time_span && !span.text.value.is_empty() {
            out.extend(invalid_duration::check(cx, key, span, Reader::Upstream));
        }
    }
}

pub(super) fn ranges(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    out.extend(
        template.schedule().into_iter().flat_map(|found| duration_out_of_range::check(found, minutes)),
    );
}

pub(super) fn period(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let check = |schedule: &Schedule<'_>| period_shorter_than_frequency::check(cx, schedule, minutes);
    out.extend(template.schedule().and_then(check));
}

pub(super) fn frequency(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let check = |schedule: &Schedule<'_>| long_period_short_frequency::check(cx, schedule, minutes);
    out.extend(template.schedule().and_then(check));
}

/// The length in minutes of a duration that the workflow can read.
fn minutes(span: &TimeSpan<'_>) -> Option<u64> {
    let duration = span.value.as_ref().filter(|duration| duration.upstream_form())?;
    Some(duration.seconds / 60)
}
