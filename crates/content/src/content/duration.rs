//! Durations as they are written in content: `5m`, `1h10m`, `PT5H`, `1.00:00:00`, `24 hours`.

/// A duration with the spelling that ARM takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duration {
    /// The length.
    pub seconds: u64,
    /// The ISO 8601 spelling with the units of the original: `70m` is `PT70M`.
    pub iso: String,
    /// How it was written.
    pub form: Form,
}

/// The spellings that occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One number and one of `m`, `h`, `d`: the form that upstream's gates take.
    Short,
    /// The same with capitals, with seconds or weeks, or several parts: `1H`, `90s`, `1h10m`.
    Loose,
    /// ISO 8601 as the service takes it: `PT1H`, `P1DT12H`.
    Iso,
    /// What is nearly ISO 8601 and can mean one thing only: `pt1h`, `PT1D`, `P1W`, which the service does not take.
    NearlyIso,
    /// Units in words: `1 day`, `24 hours`, `30min`.
    Words,
    /// A .NET time span: `01:00:00`, `1.00:00:00`, or a bare number, which counts days.
    TimeSpan,
}

/// A minute, in seconds.
pub const MINUTE: u64 = 60;
/// An hour, in seconds.
pub const HOUR: u64 = 60 * MINUTE;
/// A day, in seconds.
pub const DAY: u64 = 24 * HOUR;

impl Duration {
    /// Reads any of the spellings; `None` for everything else and for numbers beyond reason.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        parse_iso(text)
            .or_else(|| parse_loose(text))
            .or_else(|| parse_time_span(text))
            .or_else(|| parse_words(text))
    }

    /// A duration of so many seconds in the largest unit that fits.
    pub fn from_seconds(seconds: u64) -> Self {
        let short = short(seconds);
        Self::parse(&short).unwrap_or(Self { seconds, iso: format!("PT{seconds}S"), form: Form::Loose })
    }

    /// Whether upstream's gates can read the spelling.
    pub fn upstream_form(&self) -> bool {
        matches!(self.form, Form::Short | Form::TimeSpan)
    }

    /// The short spelling that everybody reads: `90m`, `1h`, `14d`.
    pub fn short(&self) -> String {
        short(self.seconds)
    }
}

fn short(seconds: u64) -> String {
    match seconds {
        0 => "0m".into(),
        s if s % DAY == 0 => format!("{}d", s / DAY),
        s if s % HOUR == 0 => format!("{}h", s / HOUR),
        s if s % MINUTE == 0 => format!("{}m", s / MINUTE),
        s => format!("{s}s"),
    }
}

/// The parts `1d12h` with units in falling order; the unit letters are compared without case.
fn parts(text: &str, units: &[(u8, u64)]) -> Option<(u64, Vec<(u64, u8)>)> {
    let (mut seconds, mut found, mut units) = (0u64, Vec::new(), units.iter());
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits).filter(|d| !d.is_empty() && d.len() <= 9)?.parse().ok()?;
        let unit = rest.as_bytes().get(digits)?.to_ascii_uppercase();
        let (_, factor) = units.find(|(letter, _)| *letter == unit)?;
        seconds = seconds.checked_add(number.checked_mul(*factor)?)?;
        found.push((number, unit));
        rest = &rest[digits + 1..];
    }
    if found.is_empty() { None } else { Some((seconds, found)) }
}

const DATE: [(u8, u64); 2] = [(b'W', 7 * DAY), (b'D', DAY)];
const TIME: [(u8, u64); 3] = [(b'H', HOUR), (b'M', MINUTE), (b'S', 1)];

fn parse_iso(text: &str) -> Option<Duration> {
    let upper = text.to_ascii_uppercase();
    let body = upper.strip_prefix('P')?;
    let (date, time) = match body.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (body, ""),
    };
    let read = |part: &str, units: &[(u8, u64)]| {
        if part.is_empty() { Some((0, Vec::new())) } else { parts(part, units) }
    };
    let ((days, of_date), (clock, of_time)) = match (read(date, &DATE), read(time, &TIME)) {
        (Some(date), Some(time)) => (date, time),
        // Hours before the `T`, days after it: neither letter means anything else. `M` would be months or minutes.
        (None, _) if time.is_empty() => ((0, Vec::new()), parts(date, &TIME[..1])?),
        (_, None) if date.is_empty() => (parts(time, &DATE[1..])?, (0, Vec::new())),
        _ => return None,
    };
    if of_date.is_empty() && of_time.is_empty() {
        return None;
    }
    let seconds = days.checked_add(clock)?;
    let is_date = date.is_empty() || parts(date, &DATE[1..]).is_some();
    let is_exact = is_date && time.is_empty() == of_time.is_empty();
    let iso = if is_exact { upper } else { iso_of(seconds) };
    let form = if iso == text { Form::Iso } else { Form::NearlyIso };
    Some(Duration { seconds, iso, form })
}

fn iso_of(seconds: u64) -> String {
    let (days, rest) = (seconds / DAY, seconds % DAY);
    let mut iso = String::from("P");
    if days > 0 || rest == 0 {
        iso.push_str(&format!("{days}D"));
    }
    if rest > 0 {
        iso.push('T');
        for (unit, amount) in [('H', rest / HOUR), ('M', rest % HOUR / MINUTE), ('S', rest % MINUTE)] {
            if amount > 0 {
                iso.push_str(&format!("{amount}{unit}"));
            }
        }
    }
    iso
}

fn parse_loose(text: &str) -> Option<Duration> {
    let units = [DATE[0], DATE[1], TIME[0], TIME[1], TIME[2]];
    let (seconds, found) = parts(text, &units)?;
    let simple = found.len() == 1
        && matches!(found[0].1, b'D' | b'H' | b'M')
        && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    let mut iso = String::from("P");
    let mut time = false;
    for (number, unit) in found {
        if !time && matches!(unit, b'H' | b'M' | b'S') {
            iso.push('T');
            time = true;
        }
        let (number, unit) = if unit == b'W' { (number * 7, b'D') } else { (number, unit) };
        iso.push_str(&format!("{number}{}", char::from(unit)));
    }
    // Weeks and days together would name the unit twice.
    if iso.matches('D').count() > 1 {
        iso = iso_of(seconds);
    }
    Some(Duration { seconds, iso, form: if simple { Form::Short } else { Form::Loose } })
}

/// Units in words, each number before its unit: `1 day`, `24 hours`, `1 hour and 30 minutes`, `5min`.
fn parse_words(text: &str) -> Option<Duration> {
    // An hour may be meant by `1 h`, but what is longer than this is prose.
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    let (mut seconds, mut last, mut rest) = (0u64, u64::MAX, text.trim());
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits).filter(|d| !d.is_empty() && d.len() <= 9)?.parse().ok()?;
        rest = rest[digits..].trim_start_matches([' ', '-']);
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = unit_named(&rest[..letters])?;
        // Units fall, so that none is named twice.
        if unit >= last {
            return None;
        }
        last = unit;
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        let after = rest[letters..].trim_start_matches([' ', ',', '.']);
        rest = after.strip_prefix("and ").unwrap_or(after).trim_start();
    }
    if last == u64::MAX {
        return None;
    }
    Some(Duration { seconds, iso: iso_in_one_unit(seconds, last), form: Form::Words })
}

/// The seconds of a unit by its name in English, in any case.
fn unit_named(word: &str) -> Option<u64> {
    let word = word.to_ascii_lowercase();
    Some(match word.strip_suffix('s').filter(|stem| !stem.is_empty()).unwrap_or(&word) {
        "w" | "wk" | "week" => 7 * DAY,
        "d" | "day" => DAY,
        "h" | "hr" | "hour" => HOUR,
        "m" | "min" | "minute" => MINUTE,
        "s" | "sec" | "second" => 1,
        _ => return None,
    })
}

/// A length in the unit that it was written in, where that is one that ISO 8601 has for the service.
fn iso_in_one_unit(seconds: u64, unit: u64) -> String {
    match unit {
        HOUR if seconds.is_multiple_of(HOUR) => format!("PT{}H", seconds / HOUR),
        MINUTE if seconds.is_multiple_of(MINUTE) => format!("PT{}M", seconds / MINUTE),
        _ => iso_of(seconds),
    }
}

fn parse_time_span(text: &str) -> Option<Duration> {
    let number = |part: &str, most: u64| {
        let fits = !part.is_empty() && part.len() <= 5 && part.bytes().all(|b| b.is_ascii_digit());
        if fits { part.parse::<u64>().ok().filter(|n| *n <= most) } else { None }
    };
    let seconds = if text.contains(':') {
        let (days, clock) = match text.split_once('.') {
            Some((days, clock)) => (number(days, 99_999)?, clock),
            None => (0, text),
        };
        let parts: Vec<&str> = clock.split(':').collect();
        let (hours, minutes, seconds) = match parts[..] {
            [h, m] => (number(h, 23)?, number(m, 59)?, 0),
            [h, m, s] => (number(h, 23)?, number(m, 59)?, number(s, 59)?),
            _ => return None,
        };
        days * DAY + hours * HOUR + minutes * MINUTE + seconds
    } else {
        number(text, 99_999)? * DAY
    };
    Some(Duration { seconds, iso: iso_of(seconds), form: Form::TimeSpan })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_in_use_becomes_iso() {
        let cases = [
            ("5m", 300, "PT5M", Form::Short),
            ("1h", 3600, "PT1H", Form::Short),
            ("14d", 1_209_600, "P14D", Form::Short),
            ("70m", 4200, "PT70M", Form::Short),
            ("1h10m", 4200, "PT1H10M", Form::Loose),
            ("1d12h", 129_600, "P1DT12H", Form::Loose),
            ("5H", 18_000, "PT5H", Form::Loose),
            ("2w", 1_209_600, "P14D", Form::Loose),
            ("PT5H", 18_000, "PT5H", Form::Iso),
            ("P1DT12H", 129_600, "P1DT12H", Form::Iso),
            ("01:00:00", 3600, "PT1H", Form::TimeSpan),
            ("1.00:00:00", 86_400, "P1D", Form::TimeSpan),
            ("5", 432_000, "P5D", Form::TimeSpan),
            ("PT300S", 300, "PT300S", Form::Iso),
            ("P1D", 86_400, "P1D", Form::Iso),
            ("pt1h", 3600, "PT1H", Form::NearlyIso),
            ("PT1D", 86_400, "P1D", Form::NearlyIso),
            ("P6H", 21_600, "PT6H", Form::NearlyIso),
            ("P2W", 1_209_600, "P14D", Form::NearlyIso),
            ("1 day", 86_400, "P1D", Form::Words),
            ("24 hours", 86_400, "PT24H", Form::Words),
            ("30min", 1800, "PT30M", Form::Words),
            ("1 hour and 30 minutes", 5400, "PT90M", Form::Words),
            ("1 Day, 12 Hrs.", 129_600, "PT36H", Form::Words),
            ("1h 5m", 3900, "PT65M", Form::Words),
            ("2 weeks", 1_209_600, "P14D", Form::Words),
        ];
        for (text, seconds, iso, form) in cases {
            let read = Duration::parse(text).unwrap();
            assert_eq!((read.seconds, read.iso.as_str(), read.form), (seconds, iso, form), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "h",
            "1x",
            "PT",
            "P",
            "1h1d",
            "-5m",
            "99999999999d",
            "25:00",
            "PT1.5H",
            "1:2:3:4",
            "PT1H30",
            "P5M",
            "day",
            "1 day 1 day",
            "1 hour 1 day",
            "1 month",
            "1 days ago",
            "one day",
            "5 minutes ago",
        ] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_length_has_a_short_spelling() {
        assert_eq!(Duration::from_seconds(5400).short(), "90m");
        assert_eq!(Duration::from_seconds(5400).iso, "PT90M");
        assert_eq!(Duration::from_seconds(86_400).short(), "1d");
    }
}
