//! Frequency, period, trigger and suppression of analytic rules.

mod duration_out_of_range;
mod invalid_duration;
mod invalid_incident_grouping;
mod long_period_short_frequency;
mod period_shorter_than_frequency;
mod schedule_in_nrt;
mod suppression_out_of_range;
mod suppression_shorter_than_frequency;
#[cfg(test)]
mod tests;

pub(super) use duration_out_of_range::DurationOutOfRange;
pub(super) use invalid_duration::InvalidDuration;
pub(super) use invalid_incident_grouping::InvalidIncidentGrouping;
pub(super) use long_period_short_frequency::LongPeriodShortFrequency;
pub(super) use period_shorter_than_frequency::PeriodShorterThanFrequency;
pub(super) use schedule_in_nrt::ScheduleInNrt;
pub(super) use suppression_out_of_range::SuppressionOutOfRange;
pub(super) use suppression_shorter_than_frequency::SuppressionShorterThanFrequency;

use super::Context;
use crate::content::duration::{Duration, Form};
use crate::content::model::{Schedule, TimeSpan};
use crate::content::{Folder, Template};
use crate::yaml::Node;

/// The schedule of a rule. Under the gates, of a rule that upstream opens and reads as scheduled.
fn judged<'t, 'a>(cx: &Context<'_>, template: &'t Template<'a>) -> Option<&'t Schedule<'a>> {
    let schedule = template.schedule()?;
    (!cx.gates() || gated_as_scheduled(cx, template)).then_some(schedule)
}

/// Whether upstream's gates hold the file for a scheduled rule: they compare the kind with its case.
pub(super) fn gated_as_scheduled(cx: &Context<'_>, template: &Template<'_>) -> bool {
    let kind = template.common().root.get("kind").and_then(Node::as_str);
    cx.content.folder == Folder::Rules && kind == Some("Scheduled")
}

/// A bare number counts days for upstream's gates and is a slip for everybody else.
fn is_bare_number(span: &TimeSpan<'_>, duration: &Duration) -> bool {
    duration.form == Form::TimeSpan && !span.text.value.contains(':')
}

/// The length in minutes of a duration that means something: to the gates where they can read it, otherwise
/// wherever it is plain what was meant.
fn minutes(cx: &Context<'_>, span: &TimeSpan<'_>) -> Option<u64> {
    let duration = span.value.as_ref()?;
    let plain = if cx.gates() { duration.upstream_form() } else { !is_bare_number(span, duration) };
    plain.then_some(duration.seconds / 60)
}
