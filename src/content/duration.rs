//! Durations as they are written in content: `5m`, `1h10m`, `PT5H`, `1.00:00:00`.

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
    /// ISO 8601: `PT1H`.
    Iso,
    /// A .NET time span: `01:00:00`, `1.00:00:00`, or a bare number, which counts days.
    TimeSpan,
}

/// A minute, in seconds.
pub(crate) const MINUTE: u64 = 60;
/// An hour, in seconds.
pub(crate) const HOUR: u64 = 60 * MINUTE;
/// A day, in seconds.
pub(crate) const DAY: u64 = 24 * HOUR;

impl Duration {
    /// Reads any of the spellings; `None` for everything else and for numbers beyond reason.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        parse_iso(text).or_else(|| parse_loose(text)).or_else(|| parse_time_span(text))
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
        Some((date, time)) => (date, Some(time)),
        None => (body, None),
    };
    if date.is_empty() && time.is_none() {
        return None;
    }
    let mut seconds = 0;
    let mut days_and_weeks = Vec::new();
    if !date.is_empty() {
        let (more, found) = parts(date, &DATE)?;
        seconds += more;
        days_and_weeks = found;
    }
    if let Some(time) = time {
        seconds += parts(time, &TIME)?.0;
    }
    // Sentinel takes no weeks, so they are written as days.
    let weeks = days_and_weeks.iter().any(|(_, unit)| *unit == b'W');
    let iso = if weeks { iso_of(seconds) } else { upper };
    Some(Duration { seconds, iso, form: Form::Iso })
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
        ];
        for (text, seconds, iso, form) in cases {
            let read = Duration::parse(text).unwrap();
            assert_eq!((read.seconds, read.iso.as_str(), read.form), (seconds, iso, form), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "h", "1x", "PT", "P", "1h1d", "-5m", "1h 5m", "99999999999d", "25:00", "PT1.5H", "1:2:3:4"]
        {
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
