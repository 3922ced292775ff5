//! Time zones, by the IANA database.

use jiff::civil;
use jiff::tz::TimeZone;

use super::super::eval::ScalarFn;
use super::super::time::{self, SECOND};
use super::super::value::Value;
use super::{Answer, arg, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "datetime_utc_to_local" => |_, args| converted(args, to_local),
        "datetime_local_to_utc" => |_, args| converted(args, to_utc),
        _ => return None,
    })
}

fn converted(args: &[Value], by: fn(i64, &TimeZone) -> Option<i64>) -> Answer {
    let Value::DateTime(ticks) = arg(args, 0) else { return Ok(Value::Null) };
    let name = text(args, 1);
    let zone = TimeZone::get(&name).map_err(|_| format!("`{name}` is not a known time zone"))?;
    Ok(by(*ticks, &zone).and_then(time::moment).map_or(Value::Null, Value::DateTime))
}

fn to_local(ticks: i64, zone: &TimeZone) -> Option<i64> {
    let second = (ticks - time::UNIX).div_euclid(SECOND);
    let moment = jiff::Timestamp::from_second(second).ok()?;
    let offset = zone.to_offset(moment).seconds();
    ticks.checked_add(i64::from(offset) * SECOND)
}

fn to_utc(ticks: i64, zone: &TimeZone) -> Option<i64> {
    let date = time::date_of(ticks);
    let rest = ticks.rem_euclid(time::DAY) / SECOND;
    let part = |value: i64| i8::try_from(value).ok();
    let local = civil::DateTime::new(
        i16::try_from(date.year).ok()?,
        part(date.month)?,
        part(date.day)?,
        part(rest / 3600)?,
        part(rest / 60 % 60)?,
        part(rest % 60)?,
        0,
    )
    .ok()?;
    let found = zone.to_ambiguous_timestamp(local);
    // A time that the clocks leave out is told by the offset after them.
    let gap = matches!(found.offset(), jiff::tz::AmbiguousOffset::Gap { .. });
    let moment = if gap { found.earlier() } else { found.compatible() }.ok()?;
    Some(moment.as_second() * SECOND + time::UNIX + ticks.rem_euclid(SECOND))
}
