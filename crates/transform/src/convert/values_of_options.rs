//! What options of a conversion may say, wherever they are given.

use crate::content::Duration;
use crate::knowledge::limits;

/// Whether a text is an API version: a date, perhaps of a preview. The error says what is wrong.
pub fn api_version(text: &str) -> Result<(), String> {
    let date = text.strip_suffix("-preview").unwrap_or(text);
    let parsed = date.parse::<toml::value::Datetime>().ok();
    if parsed.is_some_and(|parsed| parsed.date.is_some() && parsed.time.is_none()) {
        return Ok(());
    }
    let (newest, stable) = (limits::ALERT_RULES_API_PREVIEW, limits::ALERT_RULES_API_STABLE);
    Err(format!("`{text}` is not an API version: use one such as {newest} or {stable}"))
}

/// Whether a text is a time of RFC 3339 that ends in `Z`. The error says what is wrong.
pub fn start_at(text: &str) -> Result<(), String> {
    let parsed = text.parse::<toml::value::Datetime>().ok();
    if parsed.is_some_and(|time| time.date.is_some() && time.time.is_some()) && text.ends_with('Z') {
        return Ok(());
    }
    Err(format!("`{text}` is not a valid start time: use the form 2026-12-24T06:00:00Z"))
}

/// Whether a text is how often a custom detection may run. The error says what is wrong.
pub fn frequency(text: &str) -> Result<(), String> {
    if text == "continuous" { Ok(()) } else { duration(text) }
}

/// Whether a text is a duration. The error says what is wrong.
pub fn duration(text: &str) -> Result<(), String> {
    let wrong = || format!("`{text}` is not a valid duration: use a form such as 1h or 14d");
    Duration::parse(text).map(|_| ()).ok_or_else(wrong)
}

/// What is wrong with a first run at a time, seen from now, in seconds since 1970: the service takes 10 minutes to 30
/// days ahead.
pub fn start_out_of_reach(text: &str, now: u64) -> Option<String> {
    let time = seconds(text)?;
    let now = i64::try_from(now).ok()?;
    let what = match time - now {
        ..0 => "is in the past",
        0..600 => "is less than 10 minutes ahead",
        2_592_001.. => "is more than 30 days ahead",
        _ => return None,
    };
    Some(format!("the first run at {text} {what}; it must be between 10 minutes and 30 days ahead"))
}

/// The seconds since 1970 of a time that ends in `Z`.
fn seconds(text: &str) -> Option<i64> {
    let parsed = text.parse::<toml::value::Datetime>().ok()?;
    let (date, time) = (parsed.date?, parsed.time?);
    let (year, month, day) = (i64::from(date.year), i64::from(date.month), i64::from(date.day));
    // Years begin in March, so that the leap day is the last one.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    let clock = i64::from(time.hour) * 3600
        + i64::from(time.minute) * 60
        + i64::from(time.second.unwrap_or_default());
    Some(days * 86_400 + clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_checked() {
        assert!(api_version("2025-09-01").is_ok() && api_version("2025-10-01-preview").is_ok());
        for wrong in ["2025", "2025-13-01", "latest", "2025-09-01T00:00:00Z", ""] {
            assert!(api_version(wrong).is_err(), "{wrong}");
        }
        assert!(start_at("2026-12-24T06:00:00Z").is_ok());
        assert!(start_at("2026-12-24").is_err() && start_at("2026-12-24T06:00:00+01:00").is_err());
    }

    #[test]
    fn the_service_takes_a_month_ahead() {
        assert_eq!(seconds("1970-01-02T00:00:01Z"), Some(86_401));
        assert_eq!(seconds("2024-02-29T00:00:00Z"), Some(1_709_164_800));
        let now = 1_709_164_800;
        assert_eq!(start_out_of_reach("2024-03-01T00:00:00Z", now), None);
        for (time, what) in [
            ("2024-02-28T00:00:00Z", "in the past"),
            ("2024-02-29T00:05:00Z", "less than 10 minutes"),
            ("2034-02-28T00:00:00Z", "more than 30 days"),
        ] {
            assert!(start_out_of_reach(time, now).is_some_and(|told| told.contains(what)), "{time}");
        }
    }
}
