//! Moments and lengths of time in ticks of 100 nanoseconds: calendar, reading and writing.

/// Ticks of a second.
pub(crate) const SECOND: i64 = 10_000_000;
/// Ticks of a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Ticks of an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Ticks of a day.
pub(crate) const DAY: i64 = 24 * HOUR;
/// The last moment of the year 9999.
pub(crate) const LAST: i64 = 3_155_378_975_999_999_999;
/// The beginning of 1970.
pub const UNIX: i64 = 621_355_968_000_000_000;

/// A moment, where it lies in the years 1 to 9999.
pub fn moment(ticks: i64) -> Option<i64> {
    (0..=LAST).contains(&ticks).then_some(ticks)
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

/// The days from the first of January of the year 1 to a date.
pub(crate) fn days_of(date: Date) -> i64 {
    let shifted = date.year - i64::from(date.month <= 2);
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 306
}

/// The date of a moment.
pub(crate) fn date_of(ticks: i64) -> Date {
    let days = ticks.div_euclid(DAY) + 306;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    Date { year: year + era * 400 + i64::from(month <= 2), month, day }
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Midnight of a date that exists.
pub(crate) fn midnight(date: Date) -> Option<i64> {
    let fits = (1..=9999).contains(&date.year)
        && (1..=12).contains(&date.month)
        && (1..=days_in(date.year, date.month)).contains(&date.day);
    fits.then(|| days_of(date) * DAY)
}

/// The date so many months later; the day is the last of the month where that has fewer.
pub(crate) fn add_months(ticks: i64, months: i64) -> Option<i64> {
    let date = date_of(ticks);
    let total = date.year.checked_mul(12)?.checked_add(date.month - 1)?.checked_add(months)?;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    let day = date.day.min(days_in(year, month));
    Some(midnight(Date { year, month, day })? + ticks.rem_euclid(DAY))
}

/// 0 is Sunday.
pub(crate) fn weekday(ticks: i64) -> i64 {
    (ticks.div_euclid(DAY) + 1).rem_euclid(7)
}

/// From 1.
pub(crate) fn day_of_year(ticks: i64) -> i64 {
    let date = date_of(ticks);
    days_of(date) - days_of(Date { month: 1, day: 1, ..date }) + 1
}

/// The week of ISO 8601: the first has the first Thursday.
pub(crate) fn week_of_year(ticks: i64) -> i64 {
    let day = ticks.div_euclid(DAY);
    let monday = day - (weekday(ticks) + 6) % 7;
    let thursday = monday + 3;
    let year = date_of(thursday * DAY).year;
    (thursday - days_of(Date { year, month: 1, day: 1 })) / 7 + 1
}

/// `2026-11-28T12:00:00.0000000Z`
pub(crate) fn write_moment(ticks: i64) -> String {
    let Date { year, month, day } = date_of(ticks);
    let rest = ticks.rem_euclid(DAY);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:07}Z",
        rest / HOUR,
        rest / MINUTE % 60,
        rest / SECOND % 60,
        rest % SECOND
    )
}

/// `1.02:03:04.0000000`, days and fraction left out where they are zero.
pub(crate) fn write_length(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let ticks = ticks.unsigned_abs();
    let [second, minute, hour, day] = [SECOND, MINUTE, HOUR, DAY].map(i64::unsigned_abs);
    let mut text = sign.to_owned();
    if ticks >= day {
        text += &format!("{}.", ticks / day);
    }
    text += &format!("{:02}:{:02}:{:02}", ticks / hour % 24, ticks / minute % 60, ticks / second % 60);
    if !ticks.is_multiple_of(second) {
        text += &format!(".{:07}", ticks % second);
    }
    text
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// The names of the months.
pub(crate) const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment as the language's literals and `todatetime` read it.
pub fn read_moment(text: &str) -> Option<i64> {
    let text = text.trim();
    let bytes = text.as_bytes();
    // `2025, 6, 14`, as a literal may list the parts.
    if text.contains(',')
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b' ' | b'.'))
    {
        return listed(text);
    }
    // A time of day before a date.
    if let Some((clock, date)) = text.split_once(' ')
        && clock.contains(':')
        && clock.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'))
    {
        return with_clock(read_moment(date)?, clock);
    }
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match (digits, bytes.get(digits)) {
        (4, None) => midnight(Date { year: text.parse().ok()?, month: 1, day: 1 }),
        (4, Some(b'-' | b'/' | b'.')) => year_first(text, bytes[4] as char),
        (1..=2, Some(b'/' | b'-' | b'.')) if bytes.get(digits + 1).is_some_and(u8::is_ascii_digit) => {
            month_first(text, bytes[digits] as char)
        }
        (8, None) => {
            let part = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
            midnight(Date { year: part(0..4)?, month: part(4..6)?, day: part(6..8)? })
        }
        _ => in_words(text),
    }
}

fn listed(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let whole = |at: usize, otherwise: i64| parts.get(at).map_or(Some(otherwise), |part| part.parse().ok());
    let date = Date { year: whole(0, 1)?, month: whole(1, 1)?, day: whole(2, 1)? };
    if !(3..=6).contains(&parts.len()) {
        return None;
    }
    let clock = format!("{}:{}:{}", whole(3, 0)?, whole(4, 0)?, parts.get(5).unwrap_or(&"0"));
    with_clock(midnight(date)?, &clock)
}

/// The numbers of a date, and what follows it.
fn split_date(text: &str, mark: char) -> Option<([i64; 3], &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != mark).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let mut parts = date.split(mark).map(|part| part.parse::<i64>().ok());
    let (first, second) = (parts.next()??, parts.next()??);
    let third = match parts.next() {
        Some(third) => third?,
        None => 1,
    };
    parts.next().is_none().then_some(([first, second, third], rest))
}

fn year_first(text: &str, mark: char) -> Option<i64> {
    let ([year, month, day], rest) = split_date(text, mark)?;
    with_clock(midnight(Date { year, month, day })?, rest)
}

fn month_first(text: &str, mark: char) -> Option<i64> {
    let ([first, second, year], rest) = split_date(text, mark)?;
    let year = if year < 100 { year + if year < 50 { 2000 } else { 1900 } } else { year };
    let date = midnight(Date { year, month: first, day: second })
        .or_else(|| midnight(Date { year, month: second, day: first }))?;
    with_clock(date, rest)
}

/// `Sat, 8 Nov 2014 15:05:02 GMT`, `8 Nov 2014`, `Nov 8, 2014`
fn in_words(text: &str) -> Option<i64> {
    let text = match text.split_once(',') {
        Some((day, rest)) if day.bytes().all(|byte| byte.is_ascii_alphabetic()) => rest.trim(),
        _ => text,
    };
    let spaced = text.replace([',', '-'], " ");
    let mut words = spaced.split_whitespace();
    let (first, second, year) = (words.next()?, words.next()?, words.next()?);
    let month = |word: &str| {
        let word = word.to_ascii_lowercase();
        MONTHS
            .iter()
            .position(|month| word.len() >= 3 && word.starts_with(month))
            .and_then(|at| i64::try_from(at + 1).ok())
    };
    let (day, month) = match month(second) {
        Some(month) => (first.parse().ok()?, month),
        None => (second.parse().ok()?, month(first)?),
    };
    let year: i64 = year.parse().ok()?;
    let year = if year < 100 { year + if year < 50 { 2000 } else { 1900 } } else { year };
    let rest: Vec<&str> = words.collect();
    with_clock(midnight(Date { year, month, day })?, &rest.join(" "))
}

/// Adds a time of day with its zone to midnight.
fn with_clock(midnight: i64, rest: &str) -> Option<i64> {
    let rest = rest.trim_start_matches(['T', 't']).trim();
    if rest.is_empty() || rest.eq_ignore_ascii_case("z") {
        return Some(midnight);
    }
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    let mut parts = clock.split(':');
    let mut hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next().map_or(Some(0), |part| part.parse().ok())?;
    let (second, fraction) = match parts.next() {
        Some(part) => match part.split_once('.') {
            Some((second, fraction)) => (second.parse().ok()?, read_fraction(fraction)?),
            None => (part.parse::<i64>().ok()?, 0),
        },
        None => (0, 0),
    };
    let zone = zone.trim();
    let upper = zone.to_ascii_uppercase();
    let offset = match &*upper {
        "" | "Z" | "GMT" | "UTC" => 0,
        "AM" | "PM" => {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if upper == "PM" { 12 } else { 0 };
            0
        }
        _ => read_offset(zone)?,
    };
    if parts.next().is_some() || hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    moment(midnight + hour * HOUR + minute * MINUTE + second * SECOND + fraction - offset)
}

/// What stands after the point of the seconds, in ticks.
fn read_fraction(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept: String = digits.chars().chain("0000000".chars()).take(7).collect();
    kept.parse().ok()
}

/// `+01:00`, `-0530`, `+2`
fn read_offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 && rest.is_ascii() => rest.split_at(2),
        None => (rest, "0"),
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * HOUR + minutes * MINUTE))
}

/// A length of time as literals and `totimespan` read it: `1.02:03:04.5`, `90min`, a number of days.
pub(crate) fn read_length(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let ticks = if text.contains(':') { read_clock(text)? } else { read_units(text)? };
    Some(sign * ticks)
}

fn read_clock(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(':').collect();
    let (first, minutes, seconds) = match parts[..] {
        [first, minutes] => (first, minutes, "0"),
        [first, minutes, seconds] => (first, minutes, seconds),
        // `days:hours:minutes:seconds`
        [days, hours, minutes, seconds] => {
            let days: i64 = days.parse().ok()?;
            return read_clock(&format!("{hours}:{minutes}:{seconds}"))?.checked_add(days.checked_mul(DAY)?);
        }
        _ => return None,
    };
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let (seconds, fraction) = match seconds.split_once('.') {
        Some((seconds, fraction)) => (seconds, read_fraction(fraction)?),
        None => (seconds, 0),
    };
    let whole = |text: &str| text.parse::<u32>().ok().map(i64::from);
    let (days, hours, minutes, seconds) = (whole(days)?, whole(hours)?, whole(minutes)?, whole(seconds)?);
    if minutes > 59 || seconds > 59 || hours > 23 {
        return None;
    }
    let ticks = days.checked_mul(DAY)?.checked_add(hours * HOUR + minutes * MINUTE + seconds * SECOND)?;
    ticks.checked_add(fraction)
}

fn read_units(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim() {
        "" | "d" | "day" | "days" => DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "m" | "min" | "minute" | "minutes" => MINUTE,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => SECOND / 1000,
        "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => 10,
        "nano" | "nanos" | "nanosec" | "nanosecond" | "nanoseconds" => {
            return Some(number.parse::<i64>().ok()? / 100);
        }
        "tick" | "ticks" => 1,
        _ => return None,
    };
    match number.parse::<i64>() {
        Ok(whole) => whole.checked_mul(unit),
        Err(_) => scaled(unit, number.parse().ok()?),
    }
}

/// A length of time times a factor; `None` where it cannot be told in ticks.
#[expect(clippy::cast_precision_loss, reason = "looked at afterwards")]
pub(crate) fn scaled(ticks: i64, factor: f64) -> Option<i64> {
    let ticks = (ticks as f64 * factor).round();
    (ticks.abs() < 9.2e18).then_some(ticks as i64)
}
