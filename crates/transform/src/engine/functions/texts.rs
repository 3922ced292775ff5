//! Functions on strings.

use std::rc::Rc;

use super::super::eval::ScalarFn;
use super::super::strings;
use super::super::value::Value;
use super::{Answer, arg, items, long, size, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "strlen" => |_, args| Ok(size(text(args, 0).chars().count())),
        "string_size" => |_, args| Ok(size(text(args, 0).len())),
        "tolower" => |_, args| Ok(Value::str(&text(args, 0).to_lowercase())),
        "toupper" => |_, args| Ok(Value::str(&text(args, 0).to_uppercase())),
        "reverse" => |_, args| Ok(Value::str(&text(args, 0).chars().rev().collect::<String>())),
        "strcat" => |_, args| {
            let all: String = (0..args.len()).map(|at| text(args, at).to_string()).collect();
            Ok(Value::str(&all))
        },
        "strcat_delim" => |_, args| {
            let parts: Vec<String> = (1..args.len()).map(|at| text(args, at).to_string()).collect();
            Ok(Value::str(&parts.join(&text(args, 0))))
        },
        "strcat_array" | "array_strcat" => |_, args| {
            let parts = items(arg(args, 0)).unwrap_or_default();
            let parts: Vec<String> =
                parts.iter().map(|part| super::super::convert::text(part).to_string()).collect();
            Ok(Value::str(&parts.join(&text(args, 1))))
        },
        "substring" => |_, args| Ok(substring(&text(args, 0), long(args, 1), long(args, 2))),
        "strrep" => strrep,
        "strcmp" => |_, args| {
            Ok(Value::Int(match text(args, 0).cmp(&text(args, 1)) {
                std::cmp::Ordering::Less => -1,
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
            }))
        },
        "split" => |_, args| Ok(split(&text(args, 0), &text(args, 1), long(args, 2))),
        "replace_string" => |_, args| {
            let (source, old, new) = (text(args, 0), text(args, 1), text(args, 2));
            Ok(Value::str(&if old.is_empty() { source.to_string() } else { source.replace(&*old, &new) }))
        },
        "replace_strings" => replace_strings,
        "translate" => translate,
        "indexof" => |_, args| Ok(index_of(args)),
        "countof" => |cx, args| {
            let (source, needle) = (text(args, 0), text(args, 1));
            if args.len() > 2 && &*text(args, 2) == "regex" {
                let pattern = cx.exec.regex(&needle)?;
                return Ok(size(pattern.find_iter(&source).count()));
            }
            // Occurrences of plain strings may overlap.
            let count = (0..source.len())
                .filter(|at| !needle.is_empty() && source.as_bytes()[*at..].starts_with(needle.as_bytes()));
            Ok(size(count.count()))
        },
        "isempty" => |_, args| Ok(Value::Bool(super::super::eval::is_empty(arg(args, 0)))),
        "isnotempty" | "notempty" => |_, args| Ok(Value::Bool(!super::super::eval::is_empty(arg(args, 0)))),
        "isascii" => |_, args| Ok(Value::Bool(text(args, 0).is_ascii())),
        "isutf8" => |_, _| Ok(Value::Bool(true)),
        "unicode_codepoints_from_string" | "to_utf8" => |_, args| {
            Ok(Value::array(text(args, 0).chars().map(|c| Value::Long(i64::from(u32::from(c)))).collect()))
        },
        "unicode_codepoints_to_string" | "make_string" => |_, args| {
            let mut out = String::new();
            for arg in args {
                let own = std::slice::from_ref(arg);
                for point in items(arg).unwrap_or(own) {
                    let point = point.as_long().and_then(|point| u32::try_from(point).ok());
                    out.extend(point.and_then(char::from_u32));
                }
            }
            Ok(Value::str(&out))
        },
        "has_any_index" => |_, args| {
            let source = text(args, 0);
            let words = items(arg(args, 1)).unwrap_or_default();
            let found = words
                .iter()
                .position(|word| strings::has_term(&source, &super::super::convert::text(word), true));
            Ok(Value::Long(found.map_or(-1, |at| i64::try_from(at).unwrap_or(-1))))
        },
        "tohex" => |_, args| {
            let Some(number) = long(args, 0) else { return Ok(Value::str("")) };
            let width = long(args, 1).and_then(|width| usize::try_from(width).ok()).unwrap_or(0).min(16);
            let hex = match arg(args, 0) {
                Value::Int(number) => format!("{number:0width$x}"),
                _ => format!("{number:0width$x}"),
            };
            Ok(Value::str(&hex))
        },
        _ => return None,
    })
}

fn strrep(_: &super::super::eval::Cx<'_>, args: &[Value]) -> Answer {
    let (source, delimiter) = (text(args, 0), text(args, 2));
    let times = long(args, 1).and_then(|times| usize::try_from(times).ok()).unwrap_or_default();
    // The service repeats at most 1,024 times.
    let times = times.min(1024);
    Ok(Value::str(&vec![&*source; times].join(&delimiter)))
}

fn substring(source: &Rc<str>, start: Option<i64>, length: Option<i64>) -> Value {
    let start = start.unwrap_or_default();
    // A start before the string counts from its end.
    let count = i64::try_from(source.chars().count()).unwrap_or(i64::MAX);
    let start = if start < 0 { (count + start).max(0) } else { start };
    let (start, length) = (
        usize::try_from(start).unwrap_or(usize::MAX),
        length.map_or(usize::MAX, |length| usize::try_from(length).unwrap_or_default()),
    );
    Value::str(&source.chars().skip(start).take(length).collect::<String>())
}

fn split(source: &str, delimiter: &str, wanted: Option<i64>) -> Value {
    let parts: Vec<Value> = if delimiter.is_empty() {
        source.chars().map(|c| Value::str(c.encode_utf8(&mut [0; 4]))).collect()
    } else {
        source.split(delimiter).map(Value::str).collect()
    };
    match wanted {
        None => Value::array(parts),
        Some(at) => {
            let part = usize::try_from(at).ok().and_then(|at| parts.get(at).cloned());
            Value::array(part.into_iter().collect())
        }
    }
}

fn replace_strings(_: &super::super::eval::Cx<'_>, args: &[Value]) -> Answer {
    // What has been replaced is not looked at again.
    let mut parts: Vec<(String, bool)> = vec![(text(args, 0).to_string(), false)];
    let old = items(arg(args, 1)).unwrap_or_default();
    for (at, old) in old.iter().enumerate() {
        let old = super::super::convert::text(old);
        // What is not a string replaces nothing.
        let new = match arg(args, 2) {
            Value::Array(all) => match all.get(at) {
                Some(Value::Str(new)) => Rc::clone(new),
                _ => Rc::clone(&old),
            },
            other => super::super::convert::text(other),
        };
        if old.is_empty() {
            continue;
        }
        let mut next = Vec::new();
        for (part, done) in parts {
            if done {
                next.push((part, true));
                continue;
            }
            for (place, piece) in part.split(&*old).enumerate() {
                if place > 0 {
                    next.push((new.to_string(), true));
                }
                next.push((piece.to_owned(), false));
            }
        }
        parts = next;
    }
    Ok(Value::str(&parts.into_iter().map(|(part, _)| part).collect::<String>()))
}

fn translate(_: &super::super::eval::Cx<'_>, args: &[Value]) -> Answer {
    let (from, to): (Vec<char>, Vec<char>) =
        (text(args, 0).chars().collect(), text(args, 1).chars().collect());
    let each = |c: char| match from.iter().position(|own| *own == c) {
        None => Some(c),
        Some(at) => to.get(at).or(to.last()).copied(),
    };
    Ok(Value::str(&text(args, 2).chars().filter_map(each).collect::<String>()))
}

/// The place of the occurrence that is asked for, in characters; -1 where there is none, null for arguments that
/// make no sense.
fn index_of(args: &[Value]) -> Value {
    let (source, needle): (Vec<char>, Vec<char>) =
        (text(args, 0).chars().collect(), text(args, 1).chars().collect());
    let count = i64::try_from(source.len()).unwrap_or(i64::MAX);
    let start = long(args, 2).unwrap_or_default();
    let start = if start < 0 { (count + start).max(0) } else { start };
    let length = long(args, 3).unwrap_or(-1);
    let occurrence = long(args, 4).unwrap_or(1);
    if length < -1 || occurrence < 1 {
        return Value::Null;
    }
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    let mut left = occurrence;
    let mut at = start;
    let size = i64::try_from(needle.len()).unwrap_or(i64::MAX);
    // The first occurrence lies inside the range as a whole; those after it need only begin there.
    while at.saturating_add(size)
        <= if left == occurrence { end } else { count.min(end.saturating_add(size)) }
    {
        let from = usize::try_from(at).unwrap_or(usize::MAX);
        if source.get(from..).is_some_and(|rest| rest.starts_with(&needle)) {
            left -= 1;
            if left == 0 {
                return Value::Long(at);
            }
        }
        at += 1;
    }
    Value::Long(-1)
}
