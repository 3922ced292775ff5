//! Which strings are values of a type.

use crate::kql::datetime::{self, Date};
use crate::kql::timespan::Timespan;

/// Why a text is not a value of a type, or an empty string where it just is not one; `None` where it is or may be one.
pub(super) fn wrong(what: &str, inside: &str) -> Option<String> {
    // What a client fills in is not known here.
    let template = ['{', '}', '<', '>', '$', '%', '#', '[', ']', '@'];
    if inside.is_empty() || inside == "null" || inside.contains(template) {
        return None;
    }
    match what {
        "datetime" => match datetime::read(inside) {
            Date::Impossible(why) => Some(why),
            Date::Moment(_) => None,
            Date::Other => {
                let words = inside.chars().all(|c| !c.is_ascii_digit());
                let known = ["now", "today", "utcnow", "min", "max"];
                let meant = known.iter().any(|word| inside.to_ascii_lowercase().starts_with(word));
                (words && !meant).then(String::new)
            }
        },
        "timespan" if inside.contains(':') => wrong_clock(inside),
        "timespan" => {
            if Timespan::parse(&inside.replace(' ', "")).is_some() || !is_plain(inside) {
                return None;
            }
            let unit = inside.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).trim();
            let number = inside.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
            let no_unit = number && !unit.is_empty();
            Some(if no_unit { format!("`{unit}` is not a valid time unit") } else { String::new() })
        }
        _ => (!is_guid(inside)).then(String::new),
    }
}

/// Letters, digits and spaces, as far as a length of time is written with them.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '+' | '_'))
}

/// What is wrong with `[days.]hours:minutes[:seconds]` or `days:hours:minutes:seconds`.
fn wrong_clock(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['-', '+']);
    let parts: Option<Vec<f64>> = text
        .split(':')
        .enumerate()
        .map(|(at, part)| {
            // Days stand before a point in the first part.
            let part = if at == 0 { part.rsplit('.').next().unwrap_or(part) } else { part };
            part.trim().parse().ok()
        })
        .collect();
    let parts = parts?;
    let fits = |hours: f64, minutes: f64, seconds: f64| hours < 24.0 && minutes < 60.0 && seconds < 60.0;
    let valid = match parts[..] {
        [hours, minutes] => fits(hours, minutes, 0.0),
        // The service reads `25:10:00` as days, hours and minutes.
        [a, b, c] => fits(a, b, c) || (!text.contains('.') && fits(b, c, 0.0)),
        [_, hours, minutes, seconds] => fits(hours, minutes, seconds),
        _ => return None,
    };
    (!valid).then(|| "hours must be at most 23, minutes and seconds at most 59".to_owned())
}

fn is_guid(text: &str) -> bool {
    let inner = text.trim_start_matches('(').trim_end_matches(')');
    let hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    let parts: Vec<&str> = inner.split('-').collect();
    match &parts[..] {
        [whole] => hex(whole, 32),
        [first, middle @ .., last] => {
            middle.len() == 3 && hex(first, 8) && middle.iter().all(|part| hex(part, 4)) && hex(last, 12)
        }
        _ => false,
    }
}
