//! Durations of templates and of what tools print, in the spelling that people use.

use serde_json::Value;

use crate::content::duration::{Duration, MINUTE};

/// A duration as YAML has it: in the largest unit that holds it whole, or in ISO 8601 where only seconds would. Of a
/// template of our own it is the spelling from which the same template is made. What is not a duration stays as it is.
pub(super) fn short_duration(text: &str, own: bool) -> String {
    let Some(duration) = read(text) else { return text.to_owned() };
    let short = duration.short();
    let same = Duration::parse(&short).is_some_and(|again| again.iso == duration.iso);
    let whole = duration.seconds % MINUTE == 0;
    if whole && (same || !own) { short } else { duration.iso }
}

/// The duration that a text means, whoever wrote it.
pub(super) fn read(text: &str) -> Option<Duration> {
    Duration::parse(&without_zeros(text)).or_else(|| Duration::parse(&of_python(text)?))
}

/// The text of a value that is a duration: PowerShell prints a time span as an object, with its ticks.
pub(super) fn of_powershell(value: &Value) -> Option<String> {
    let ticks = value.as_object()?.get("Ticks")?.as_u64()?;
    Some(format!("PT{}S", ticks / 10_000_000))
}

/// A text of ISO 8601 without the parts that are zero, such as `P0Y0M1DT0H0M0S`.
fn without_zeros(text: &str) -> String {
    let plain = text.trim();
    let is_iso = plain.starts_with(['P', 'p'])
        && plain.chars().skip(1).all(|c| {
            c.is_ascii_digit() || matches!(c.to_ascii_uppercase(), 'Y' | 'M' | 'W' | 'D' | 'T' | 'H' | 'S')
        });
    if !is_iso {
        return plain.to_owned();
    }
    let (mut out, mut number) = (String::new(), String::new());
    for c in plain.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        if number.is_empty() || number.chars().any(|digit| digit != '0') {
            out.push_str(&number);
            out.push(c);
        }
        number.clear();
    }
    let out = out.strip_suffix(['T', 't']).unwrap_or(&out).to_owned();
    // Nothing but zeros is a length too.
    if out.len() > 1 { out } else { plain.to_owned() }
}

/// A length as Python prints it, `1 day, 2:03:04`, as a time span.
fn of_python(text: &str) -> Option<String> {
    let (days, clock) = match text.split_once(',') {
        Some((days, clock)) => {
            let number = days.trim().trim_end_matches("days").trim_end_matches("day").trim();
            (number.parse::<u64>().ok()?, clock.trim())
        }
        None => (0, text.trim()),
    };
    let mut parts = clock.split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    Some(format!("PT{}S", ((days * 24 + hours) * 60 + minutes) * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_in_the_largest_whole_unit() {
        for (iso, short) in [
            ("PT5H", "5h"),
            ("P1D", "1d"),
            ("PT24H", "1d"),
            ("P1DT12H", "36h"),
            ("PT1H30M", "90m"),
            ("P14DT0H", "14d"),
            ("P0Y0M1DT0H0M0S", "1d"),
            ("PT300S", "5m"),
            ("PT3600S", "1h"),
            ("PT90S", "PT90S"),
            ("5H", "5h"),
            ("3d", "3d"),
            ("pt1h", "1h"),
            ("01:00:00", "1h"),
            ("1:00:00", "1h"),
            ("1 day, 0:00:00", "1d"),
            ("14 days, 6:00:00", "342h"),
            ("P1M", "P1M"),
            ("soon", "soon"),
        ] {
            assert_eq!(short_duration(iso, false), short, "{iso}");
        }
        assert_eq!(
            of_powershell(&serde_json::json!({"Ticks": 36_000_000_000_u64})).as_deref(),
            Some("PT3600S")
        );
    }

    #[test]
    fn what_we_wrote_comes_back_as_it_was() {
        for (iso, short) in
            [("PT5H", "5h"), ("PT70M", "70m"), ("PT1H10M", "PT1H10M"), ("PT24H", "PT24H"), ("PT30S", "PT30S")]
        {
            assert_eq!(short_duration(iso, true), short, "{iso}");
        }
    }
}
