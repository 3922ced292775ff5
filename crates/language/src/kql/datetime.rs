//! Dates as the language writes them: `2026-11-05`, `2026-11-05T10:30:00.5Z`, `11/05/2026`; and which of them no calendar
//! has.

/// What the text of a date says.
#[derive(Clone, Debug, PartialEq)]
pub enum Date {
    /// A moment, in seconds since 1970.
    Moment(f64),
    /// A date or a time of day that does not exist, and why.
    Impossible(String),
    /// Another form, which is not looked into.
    Other,
}

/// Reads what stands between the parentheses of `datetime(...)`, quotes aside.
pub fn read(text: &str) -> Date {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    match (digits, text.as_bytes().get(digits)) {
        (4, Some(b'-' | b'/' | b'.')) => year_first(text),
        (1..=2, Some(b'/' | b'-' | b'.')) => year_last(text),
        (1..=2, Some(b':')) => match clock(text) {
            Clock::Impossible(why) => Date::Impossible(why),
            _ => Date::Other,
        },
        _ => Date::Other,
    }
}

/// `2026-11-05` with or without a time of day after it.
fn year_first(text: &str) -> Date {
    let (date, rest) = split_date(text);
    let mark = date.as_bytes().get(4).map_or('-', |byte| char::from(*byte));
    let Some(parts) = numbers(date, mark) else { return Date::Other };
    let (year, month, day) = match parts[..] {
        [year, month] => (year, month, 1),
        [year, month, day] => (year, month, day),
        _ => return Date::Other,
    };
    dated(year, month, day, rest)
}

/// `11/05/2026`, the month or the day first.
fn year_last(text: &str) -> Date {
    let (date, rest) = split_date(text);
    let mark = date.find(|c: char| !c.is_ascii_digit()).and_then(|at| date[at..].chars().next());
    let parts = mark.and_then(|mark| numbers(date, mark)).unwrap_or_default();
    let [first, second, year] = parts[..] else { return Date::Other };
    if year < 1000 {
        return Date::Other;
    }
    match (dated(year, first, second, rest), dated(year, second, first, rest)) {
        // Which of the two is meant is left open, so that the moment is too.
        (Date::Impossible(why), Date::Impossible(_)) => Date::Impossible(why),
        _ => Date::Other,
    }
}

/// The date, and what follows it.
fn split_date(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.')).unwrap_or(text.len());
    text.split_at(end)
}

fn numbers(text: &str, mark: char) -> Option<Vec<u32>> {
    text.split(mark).map(|part| part.parse().ok().filter(|_| part.len() <= 4)).collect()
}

fn dated(year: u32, month: u32, day: u32, rest: &str) -> Date {
    if !(1..=12).contains(&month) {
        return Date::Impossible(format!("{month} is not a valid month"));
    }
    let last = days_in(year, month);
    if !(1..=last).contains(&day) {
        return Date::Impossible(match (month, day) {
            (2, 29) => format!("{year} is not a leap year"),
            (_, 0) => "0 is not a valid day".to_owned(),
            _ => format!("month {month} has {last} days"),
        });
    }
    if year == 0 {
        return Date::Impossible("0 is not a valid year".to_owned());
    }
    let midnight = days_since_1970(year, month, day) * 86_400.0;
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    if rest.is_empty() {
        return Date::Moment(midnight);
    }
    match clock(rest) {
        Clock::Seconds(seconds) => Date::Moment(midnight + seconds),
        Clock::Impossible(why) => Date::Impossible(why),
        Clock::Other => Date::Other,
    }
}

enum Clock {
    Seconds(f64),
    Impossible(String),
    Other,
}

/// `10:30`, `10:30:00.5`, with or without `Z`. A zone's offset is not worked out.
fn clock(text: &str) -> Clock {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(text.len());
    let (time, zone) = text.split_at(end);
    let mut parts = time.split(':');
    let (Some(hours), Some(minutes)) = (parts.next(), parts.next()) else { return Clock::Other };
    let seconds = parts.next().unwrap_or("0");
    let (Ok(hours), Ok(minutes), Ok(seconds)) =
        (hours.parse::<u32>(), minutes.parse::<u32>(), seconds.parse::<f64>())
    else {
        return Clock::Other;
    };
    if parts.next().is_some() {
        return Clock::Other;
    }
    // Midnight at the end of a day may be written so, and twelve-hour clocks are not looked into.
    if hours > 24 || (hours == 24 && (minutes > 0 || seconds > 0.0)) {
        return Clock::Impossible(format!("{hours} is not a valid hour"));
    }
    if minutes > 59 {
        return Clock::Impossible(format!("{minutes} is not a valid minute"));
    }
    if seconds >= 61.0 {
        return Clock::Impossible(format!("{seconds} is not a valid second"));
    }
    match zone.trim() {
        "" | "Z" | "z" => {
            Clock::Seconds(f64::from(hours).mul_add(3600.0, f64::from(minutes) * 60.0) + seconds)
        }
        _ => Clock::Other,
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970 to a date of the Gregorian calendar.
fn days_since_1970(year: u32, month: u32, day: u32) -> f64 {
    // Years begin in March, so that the leap day is the last of them.
    let shifted = i64::from(year) - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    i32::try_from(days).map_or(0.0, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_moments() {
        for (text, seconds) in [
            ("1970-01-01", 0.0),
            ("2000-03-01", 951_868_800.0),
            ("2024-02-29", 1_709_164_800.0),
            ("2026-12-31T23:59:59.5Z", 1_798_761_599.5),
            ("2026-11-05 10:30", 1_793_874_600.0),
            ("2026-11", 1_793_491_200.0),
        ] {
            assert_eq!(read(text), Date::Moment(seconds), "{text}");
        }
    }

    #[test]
    fn what_no_calendar_has() {
        for text in [
            "2025-13-01",
            "2025-00-10",
            "2025-02-29",
            "2025-04-31",
            "2025-1-32",
            "2026-11-05 25:10:00",
            "2026-11-05T10:60",
            "2026-11-05 24:00:01",
            "13/32/2026",
            "31/02/2026",
            "2026/13/01",
            "25:61:00",
        ] {
            assert!(matches!(read(text), Date::Impossible(_)), "{text}: {:?}", read(text));
        }
        for text in [
            "19:01:00.7",
            "12/31/2015",
            "31.12.2015",
            "Sat, 8 Nov 14 15:05:02 GMT",
            "8 Nov 2014",
            "2026-11-05T10:30:00+01:00",
            "2026-11-05 24:00:00",
            "20260101",
            "{{StartTimeISO}}",
            "2026-11-{{Day}}",
            "2014",
            "",
        ] {
            assert!(!matches!(read(text), Date::Impossible(_)), "{text}: {:?}", read(text));
        }
    }
}
