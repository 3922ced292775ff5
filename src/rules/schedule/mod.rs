//! Frequency, period, trigger and suppression of analytic rules.

mod invalid_duration;

pub(super) use invalid_duration::InvalidDuration;
