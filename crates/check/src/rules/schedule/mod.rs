//! Frequency, period, trigger and suppression of analytic rules.

pub(super) mod duration_out_of_range;
pub(super) mod invalid_duration;
mod invalid_incident_grouping;
pub(super) mod long_period_short_frequency;
pub(super) mod period_shorter_than_frequency;
mod schedule_in_nrt;
mod suppression_out_of_range;
mod suppression_shorter_than_frequency;
#[cfg(test)]
mod tests;

super::rules! {
    invalid_duration::InvalidDuration,
    duration_out_of_range::DurationOutOfRange,
    period_shorter_than_frequency::PeriodShorterThanFrequency,
    long_period_short_frequency::LongPeriodShortFrequency,
    schedule_in_nrt::ScheduleInNrt,
    suppression_out_of_range::SuppressionOutOfRange,
    suppression_shorter_than_frequency::SuppressionShorterThanFrequency,
    invalid_incident_grouping::InvalidIncidentGrouping,
}

use crate::content::duration::{Duration, Form};
use crate::content::model::TimeSpan;

/// A bare number counts days for .NET, by which upstream reads it, and is most likely a mistake.
fn is_bare_number(span: &TimeSpan<'_>, duration: &Duration) -> bool {
    duration.form == Form::TimeSpan && !span.text.value.contains(':')
}

/// The length in minutes of a duration of which it is plain what was meant.
fn minutes(span: &TimeSpan<'_>) -> Option<u64> {
    let duration = span.value.as_ref().filter(|duration| !is_bare_number(span, duration))?;
    Some(duration.seconds / 60)
}
