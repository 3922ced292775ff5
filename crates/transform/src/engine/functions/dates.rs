//! Functions on moments and lengths of time.

use super::super::eval::{Cx, ScalarFn};
use super::super::time::{self, DAY, Date, HOUR, MINUTE, SECOND};
use super::super::value::Value;
use super::{Answer, arg, long, or_null, real, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "startofday" => |_, args| edge(args, Unit::Day, false),
        "startofweek" => |_, args| edge(args, Unit::Week, false),
        "startofmonth" => |_, args| edge(args, Unit::Month, false),
        "startofyear" => |_, args| edge(args, Unit::Year, false),
        "endofday" => |_, args| edge(args, Unit::Day, true),
        "endofweek" => |_, args| edge(args, Unit::Week, true),
        "endofmonth" => |_, args| edge(args, Unit::Month, true),
        "endofyear" => |_, args| edge(args, Unit::Year, true),
        "dayofweek" => {
            |_, args| or_null(moment(args, 0).map(|ticks| Value::Timespan(time::weekday(ticks) * DAY)))
        }
        "dayofmonth" => |_, args| or_null(moment(args, 0).map(|ticks| int(time::date_of(ticks).day))),
        "dayofyear" => |_, args| or_null(moment(args, 0).map(|ticks| int(time::day_of_year(ticks)))),
        "hourofday" => |_, args| or_null(moment(args, 0).map(|ticks| int(ticks.rem_euclid(DAY) / HOUR))),
        "monthofyear" | "getmonth" => {
            |_, args| or_null(moment(args, 0).map(|ticks| int(time::date_of(ticks).month)))
        }
        "getyear" => |_, args| or_null(moment(args, 0).map(|ticks| int(time::date_of(ticks).year))),
        "week_of_year" | "weekofyear" => {
            |_, args| or_null(moment(args, 0).map(|ticks| int(time::week_of_year(ticks))))
        }
        "datetime_part" | "datepart" => {
            |_, args| or_null(moment(args, 1).and_then(|ticks| part(&text(args, 0), ticks)).map(int))
        }
        "datetime_add" => |_, args| {
            let (Some(count), Some(ticks)) = (long(args, 1), moment(args, 2)) else { return Ok(Value::Null) };
            or_null(add(&text(args, 0), count, ticks).map(Value::DateTime))
        },
        "datetime_diff" => |_, args| {
            let (Some(a), Some(b)) = (moment(args, 1), moment(args, 2)) else { return Ok(Value::Null) };
            or_null(difference(&text(args, 0), a, b).map(Value::Long))
        },
        "make_datetime" => make_datetime,
        "make_timespan" => make_timespan,
        "unixtime_seconds_todatetime" => |_, args| from_unix(args, 10_000_000.0),
        "unixtime_milliseconds_todatetime" => |_, args| from_unix(args, 10_000.0),
        "unixtime_microseconds_todatetime" => |_, args| from_unix(args, 10.0),
        "unixtime_nanoseconds_todatetime" => |_, args| from_unix(args, 0.01),
        "format_datetime" => |_, args| {
            let Some(ticks) = moment(args, 0) else { return Ok(Value::str("")) };
            format_moment(&text(args, 1), ticks).map(|text| Value::str(&text))
        },
        "format_timespan" => |_, args| {
            let Value::Timespan(ticks) = arg(args, 0) else { return Ok(Value::str("")) };
            format_length(&text(args, 1), *ticks).map(|text| Value::str(&text))
        },
        _ => return None,
    })
}

fn int(value: i64) -> Value {
    i32::try_from(value).map_or(Value::Null, Value::Int)
}

fn moment(args: &[Value], at: usize) -> Option<i64> {
    match super::super::convert::to_datetime(arg(args, at)) {
        Value::DateTime(ticks) => Some(ticks),
        _ => None,
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// The beginning or the end of the day, week, month or year, moved by so many.
fn edge(args: &[Value], unit: Unit, end: bool) -> Answer {
    let Some(ticks) = moment(args, 0) else { return Ok(Value::Null) };
    let offset = long(args, 1).unwrap_or_default();
    let date = time::date_of(ticks);
    let midnight = ticks - ticks.rem_euclid(DAY);
    let months = |start: Option<i64>, count: i64| {
        let start = time::add_months(start?, offset.checked_mul(count)?)?;
        Some((start, time::add_months(start, count)))
    };
    let found = match unit {
        Unit::Day => {
            midnight.checked_add(offset.saturating_mul(DAY)).map(|start| (start, start.checked_add(DAY)))
        }
        Unit::Week => {
            let sunday = midnight - time::weekday(ticks) * DAY;
            sunday
                .checked_add(offset.saturating_mul(7 * DAY))
                .map(|start| (start, start.checked_add(7 * DAY)))
        }
        Unit::Month => months(time::midnight(Date { day: 1, ..date }), 1),
        Unit::Year => months(time::midnight(Date { month: 1, day: 1, ..date }), 12),
    };
    let ticks = found.map(|(start, next)| {
        // The last tick of the year 9999 has nothing after it.
        if end { next.map_or(time::LAST, |next| next - 1) } else { start }
    });
    or_null(ticks.and_then(time::moment).map(Value::DateTime))
}

fn part(unit: &str, ticks: i64) -> Option<i64> {
    let date = time::date_of(ticks);
    let rest = ticks.rem_euclid(DAY);
    Some(match &*unit.to_ascii_lowercase() {
        "year" => date.year,
        "quarter" => (date.month - 1) / 3 + 1,
        "month" => date.month,
        "week_of_year" | "weekofyear" | "week" => time::week_of_year(ticks),
        "day" => date.day,
        "dayofyear" | "day_of_year" => time::day_of_year(ticks),
        "hour" => rest / HOUR,
        "minute" => rest / MINUTE % 60,
        "second" => rest / SECOND % 60,
        "millisecond" => rest % SECOND / 10_000,
        "microsecond" => rest % SECOND / 10,
        "nanosecond" => rest % SECOND * 100,
        _ => return None,
    })
}

fn ticks_of(unit: &str) -> Option<i64> {
    Some(match unit {
        "week" => 7 * DAY,
        "day" => DAY,
        "hour" => HOUR,
        "minute" => MINUTE,
        "second" => SECOND,
        "millisecond" => 10_000,
        "microsecond" => 10,
        _ => return None,
    })
}

fn unit_name(unit: &str) -> String {
    unit.to_ascii_lowercase()
}

fn add(unit: &str, count: i64, ticks: i64) -> Option<i64> {
    let unit = unit_name(unit);
    match &*unit {
        "year" => time::add_months(ticks, count.checked_mul(12)?),
        "quarter" => time::add_months(ticks, count.checked_mul(3)?),
        "month" => time::add_months(ticks, count),
        "nanosecond" => time::moment(ticks.checked_add(count / 100)?),
        unit => time::moment(ticks.checked_add(ticks_of(unit)?.checked_mul(count)?)?),
    }
}

/// How many boundaries of a unit lie between two moments.
fn difference(unit: &str, a: i64, b: i64) -> Option<i64> {
    let (first, second) = (time::date_of(a), time::date_of(b));
    let months = (first.year - second.year) * 12 + first.month - second.month;
    let unit = unit_name(unit);
    Some(match &*unit {
        "year" => first.year - second.year,
        "quarter" => (first.year * 4 + (first.month - 1) / 3) - (second.year * 4 + (second.month - 1) / 3),
        "month" => months,
        // Weeks begin on Sunday.
        "week" => (a.div_euclid(DAY) + 1).div_euclid(7) - (b.div_euclid(DAY) + 1).div_euclid(7),
        "nanosecond" => a.checked_sub(b)?.checked_mul(100)?,
        unit => {
            let size = ticks_of(unit)?;
            a.div_euclid(size) - b.div_euclid(size)
        }
    })
}

fn make_datetime(_: &Cx<'_>, args: &[Value]) -> Answer {
    if let [only] = args {
        return Ok(super::super::convert::to_datetime(only));
    }
    let part = |at: usize, otherwise: i64| if at < args.len() { long(args, at) } else { Some(otherwise) };
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute)) =
        (part(0, 1), part(1, 1), part(2, 1), part(3, 0), part(4, 0))
    else {
        return Ok(Value::Null);
    };
    let second = if args.len() > 5 { real(args, 5) } else { Some(0.0) };
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute);
    let ticks = second.filter(|second| fits && (0.0..60.0).contains(second)).and_then(|second| {
        let midnight = time::midnight(Date { year, month, day })?;
        Some(midnight + hour * HOUR + minute * MINUTE + time::scaled(SECOND, second)?)
    });
    or_null(ticks.and_then(time::moment).map(Value::DateTime))
}

fn make_timespan(_: &Cx<'_>, args: &[Value]) -> Answer {
    if let [only] = args {
        return Ok(super::super::convert::to_timespan(only));
    }
    let (days, rest) = if args.len() > 3 { (long(args, 0), &args[1..]) } else { (Some(0), args) };
    let second = if rest.len() > 2 { real(rest, 2) } else { Some(0.0) };
    let (Some(days), Some(hours), Some(minutes), Some(second)) = (days, long(rest, 0), long(rest, 1), second)
    else {
        return Ok(Value::Null);
    };
    let fits = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0.0..60.0).contains(&second);
    if !fits {
        return Ok(Value::Null);
    }
    let ticks = days.checked_mul(DAY).and_then(|days| {
        days.checked_add(hours * HOUR + minutes * MINUTE)?.checked_add(time::scaled(SECOND, second)?)
    });
    or_null(ticks.map(Value::Timespan))
}

fn from_unix(args: &[Value], ticks_each: f64) -> Answer {
    let ticks = match arg(args, 0) {
        value @ (Value::Int(_) | Value::Long(_)) => value.as_long().and_then(|count| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the factors are whole numbers or a hundredth"
            )]
            if ticks_each < 1.0 { Some(count / 100) } else { count.checked_mul(ticks_each as i64) }
        }),
        value => value.as_real().and_then(|count| time::scaled(1, count * ticks_each)),
    };
    or_null(ticks.and_then(|ticks| time::moment(ticks.checked_add(time::UNIX)?)).map(Value::DateTime))
}

/// The runs of one letter in a format, and what stands between them.
fn runs(format: &str) -> Vec<(char, usize)> {
    let mut runs: Vec<(char, usize)> = Vec::new();
    for c in format.chars() {
        match runs.last_mut() {
            Some((last, count)) if *last == c && c.is_ascii_alphabetic() => *count += 1,
            _ => runs.push((c, 1)),
        }
    }
    runs
}

fn fraction(ticks: i64, digits: usize, trims: bool) -> String {
    let text = format!("{:07}", ticks % SECOND);
    let text = &text[..digits.min(7)];
    if trims { text.trim_end_matches('0').to_owned() } else { text.to_owned() }
}

fn format_moment(format: &str, ticks: i64) -> Result<String, String> {
    let date = time::date_of(ticks);
    let rest = ticks.rem_euclid(DAY);
    let hour = rest / HOUR;
    let mut out = String::new();
    for (letter, count) in runs(format) {
        let padded = |value: i64| if count > 1 { format!("{value:02}") } else { value.to_string() };
        out += &match letter {
            'y' if count <= 2 => padded(date.year % 100),
            'y' => format!("{:0count$}", date.year),
            'M' if count <= 2 => padded(date.month),
            'M' => {
                let name = time::MONTH_NAMES[usize::try_from(date.month - 1).unwrap_or_default().min(11)];
                if count == 3 { name[..3].to_owned() } else { name.to_owned() }
            }
            'd' if count <= 2 => padded(date.day),
            'h' => padded(if hour % 12 == 0 { 12 } else { hour % 12 }),
            'H' => padded(hour),
            'm' => padded(rest / MINUTE % 60),
            's' => padded(rest / SECOND % 60),
            'f' => fraction(rest, count, false),
            'F' => fraction(rest, count, true),
            't' => {
                let text = if hour < 12 { "AM" } else { "PM" };
                text[..count.min(2)].to_owned()
            }
            c if c.is_ascii_alphabetic() => return Err(format!("`{c}` has no meaning in a format")),
            c => c.to_string(),
        };
    }
    Ok(out)
}

fn format_length(format: &str, ticks: i64) -> Result<String, String> {
    let negative = ticks < 0;
    let ticks = ticks.checked_abs().ok_or("the timespan is too long")?;
    let mut out = String::new();
    for (letter, count) in runs(format) {
        let padded = |value: i64| format!("{value:0count$}");
        out += &match letter {
            'd' => padded(ticks / DAY),
            'h' | 'H' => padded(ticks / HOUR % 24),
            'm' => padded(ticks / MINUTE % 60),
            's' => padded(ticks / SECOND % 60),
            'f' => fraction(ticks, count, false),
            'F' => fraction(ticks, count, true),
            c if c.is_ascii_alphabetic() => return Err(format!("`{c}` has no meaning in a format")),
            c => c.to_string(),
        };
    }
    Ok(if negative { format!("-{out}") } else { out })
}
