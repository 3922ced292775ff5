//! Lengths of time as the language writes them: `7d`, `90min`, `time(1.12:00:00)`.

use std::ops::Neg;

/// A length of time in ticks of 100 nanoseconds, as the engine counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timespan(i64);

const SECOND: i64 = 10_000_000;

impl Timespan {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// A minute.
    pub const MINUTE: Self = Self::from_seconds(60);
    /// An hour.
    pub const HOUR: Self = Self::from_seconds(60 * 60);
    /// A day.
    pub const DAY: Self = Self::from_seconds(24 * 60 * 60);

    /// So many seconds; as many as can be represented where that is more.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// So many days.
    pub(crate) const fn from_days(days: i64) -> Self {
        Self::from_seconds(days.saturating_mul(24 * 60 * 60))
    }

    /// Reads a literal with or without its sign, quotes and `time(...)`; `None` for `time(null)` and for
    /// what is not a length of time.
    pub fn parse(literal: &str) -> Option<Self> {
        let text = literal.trim();
        let inside = ["timespan", "time"].iter().find_map(|word| text.strip_prefix(word));
        let text = match inside.map(str::trim_start) {
            Some(rest) => rest.strip_prefix('(')?.strip_suffix(')')?.trim(),
            None => text,
        };
        let text = text.trim_matches(['"', '\'']).trim();
        if let Some(rest) = text.strip_prefix('-') {
            return Self::parse_positive(rest).map(Neg::neg);
        }
        Self::parse_positive(text.strip_prefix('+').unwrap_or(text))
    }

    fn parse_positive(text: &str) -> Option<Self> {
        if text.contains(':') {
            return Self::parse_clock(text);
        }
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        // A bare number counts days.
        let unit = if unit.is_empty() { Self::DAY } else { Self::unit(unit)? };
        unit.times(number.parse().ok()?)
    }

    /// `[days.]hours:minutes[:seconds[.fraction]]`
    fn parse_clock(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (first, minutes) = (parts.next()?, parts.next()?);
        let seconds = parts.next().unwrap_or("0");
        if parts.next().is_some() {
            return None;
        }
        let (days, hours) = first.split_once('.').unwrap_or(("0", first));
        let whole = |text: &str| text.parse::<u32>().ok().map(f64::from);
        let total = whole(days)? * 86_400.0 + whole(hours)? * 3600.0 + whole(minutes)? * 60.0;
        let seconds: f64 = seconds.parse().ok().filter(|seconds| (0.0..60.0).contains(seconds))?;
        Self::from_seconds(1).times(total + seconds)
    }

    /// The unit of a literal, such as `d` and `minutes`.
    fn unit(name: &str) -> Option<Self> {
        let ticks = match name {
            "d" | "day" | "days" => return Some(Self::DAY),
            "h" | "hr" | "hrs" | "hour" | "hours" => return Some(Self::HOUR),
            "m" | "min" | "minute" | "minutes" => return Some(Self::MINUTE),
            "s" | "sec" | "second" | "seconds" => SECOND,
            "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => SECOND / 1000,
            "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => SECOND / 1_000_000,
            "tick" | "ticks" => 1,
            // Nanoseconds are finer than a tick.
            "nano" | "nanos" | "nanosec" | "nanosecond" | "nanoseconds" => 0,
            _ => return None,
        };
        Some(Self(ticks))
    }

    /// The length times a number; `None` where it cannot be represented in ticks.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "looked at before and after"
    )]
    pub fn times(self, factor: f64) -> Option<Self> {
        let ticks = self.0 as f64 * factor;
        // Beyond 2^62 ticks lie fourteen thousand years.
        (ticks.is_finite() && ticks.abs() < 4.6e18).then(|| Self(ticks.round() as i64))
    }

    /// How many times another length fits into this one.
    #[expect(clippy::cast_precision_loss, reason = "ratios of lengths of time are small")]
    pub fn over(self, other: Self) -> Option<f64> {
        (other.0 != 0).then(|| self.0 as f64 / other.0 as f64)
    }

    /// The sum, where it can be represented.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, where it can be represented.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The length in whole seconds, a part of one rounded up; 0 for what is negative.
    pub fn seconds(self) -> u64 {
        u64::try_from(self.0).unwrap_or_default().div_ceil(SECOND.unsigned_abs())
    }

    /// As ISO 8601 writes a duration, such as `P1DT12H`; parts of a second are left out.
    pub fn iso8601(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let seconds = self.0.unsigned_abs() / SECOND.unsigned_abs();
        let parts = [
            (seconds / 86_400, "D"),
            (seconds / 3600 % 24, "H"),
            (seconds / 60 % 60, "M"),
            (seconds % 60, "S"),
        ];
        let written = |parts: &[(u64, &str)]| -> String {
            let there = parts.iter().filter(|(number, _)| *number > 0);
            there.fold(String::new(), |text, (number, unit)| text + &number.to_string() + unit)
        };
        let (days, time) = (written(&parts[..1]), written(&parts[1..]));
        match (days.is_empty(), time.is_empty()) {
            (true, true) => "PT0S".to_owned(),
            (_, true) => format!("{sign}P{days}"),
            _ => format!("{sign}P{days}T{time}"),
        }
    }
}

impl Neg for Timespan {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

#[cfg(test)]
mod tests {
    use super::Timespan;

    #[test]
    fn lengths_are_written_as_iso_8601_has_them() {
        for (text, expected) in [
            ("7d", "P7D"),
            ("36h", "P1DT12H"),
            ("90m", "PT1H30M"),
            ("61s", "PT1M1S"),
            ("0s", "PT0S"),
            ("-2h", "-PT2H"),
        ] {
            assert_eq!(Timespan::parse(text).map(Timespan::iso8601).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn literals_are_read_in_every_spelling() {
        let seconds = |text| Timespan::parse(text).map(Timespan::seconds);
        for (text, expected) in [
            ("7d", 7 * 86_400),
            ("1.5h", 5400),
            ("90min", 5400),
            ("4hrs", 4 * 3600),
            ("15seconds", 15),
            ("time(7d)", 7 * 86_400),
            ("timespan( 08:30:00 )", 8 * 3600 + 1800),
            ("time(1.12:00:00)", 36 * 3600),
            ("time(14)", 14 * 86_400),
            ("timespan(\"3d\")", 3 * 86_400),
            ("1500ms", 2),
            ("+2m", 120),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        assert_eq!(Timespan::parse("-5d"), Some(Timespan::from_days(-5)));
        for text in ["", "d", "time(null)", "7x", "1:2:3:4", "time(7d", "00:00:61", "99999999999999d", "..d"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
