//! Functions on strings that take regular expressions.

use super::super::eval::{Cx, ScalarFn};
use super::super::value::Value;
use super::{Answer, arg, items, long, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "extract" => |cx, args| {
            let pattern = cx.exec.regex(&text(args, 0))?;
            let group = long(args, 1).and_then(|group| usize::try_from(group).ok()).unwrap_or(usize::MAX);
            let source = text(args, 2);
            let found =
                pattern.captures(&source).and_then(|found| Some(found.get(group)?.as_str().to_owned()));
            Ok(Value::str(&found.unwrap_or_default()))
        },
        "extract_all" | "extractall" => extract_all,
        "replace" => |cx, args| replaced(cx, &text(args, 2), &text(args, 0), &text(args, 1)),
        "replace_regex" => |cx, args| replaced(cx, &text(args, 0), &text(args, 1), &text(args, 2)),
        "trim" => |cx, args| {
            let source = text(args, 1);
            let start = cx.exec.regex(&format!("^(?:{})", text(args, 0)))?;
            let end = cx.exec.regex(&format!("(?:{})$", text(args, 0)))?;
            let rest = start.find(&source).map_or(&*source, |found| &source[found.end()..]);
            let rest = end.find(rest).map_or(rest, |found| &rest[..found.start()]);
            Ok(Value::str(rest))
        },
        "trim_start" => |cx, args| {
            let (pattern, source) = (cx.exec.regex(&format!("^(?:{})", text(args, 0)))?, text(args, 1));
            Ok(Value::str(pattern.find(&source).map_or(&*source, |found| &source[found.end()..])))
        },
        "trim_end" => |cx, args| {
            let (pattern, source) = (cx.exec.regex(&format!("(?:{})$", text(args, 0)))?, text(args, 1));
            Ok(Value::str(pattern.find(&source).map_or(&*source, |found| &source[..found.start()])))
        },
        "indexof_regex" => index_of,
        "regex_quote" => |_, args| Ok(Value::str(&regex::escape(&text(args, 0)))),
        _ => return None,
    })
}

/// The groups of each match: strings where there is one group, else arrays.
fn extract_all(cx: &Cx<'_>, args: &[Value]) -> Answer {
    let pattern = cx.exec.regex(&text(args, 0))?;
    let source = text(args, args.len() - 1);
    let all = pattern.captures_len() - 1;
    let group_of = |group: &Value| match group {
        Value::Str(name) => pattern.capture_names().position(|own| own == Some(&**name)),
        group => group.as_long().and_then(|group| usize::try_from(group).ok()),
    };
    let groups: Vec<usize> = match (args.len(), items(arg(args, 1))) {
        (3, Some(wanted)) => wanted.iter().filter_map(group_of).collect(),
        _ if all == 0 => vec![0],
        _ => (1..=all).collect(),
    };
    let single = groups.len() == 1;
    let mut matches = Vec::new();
    for found in pattern.captures_iter(&source) {
        let parts = groups.iter().map(|group| Value::str(found.get(*group).map_or("", |part| part.as_str())));
        let parts: Vec<Value> = parts.collect();
        matches.push(if single { parts.into_iter().next().unwrap_or_default() } else { Value::array(parts) });
    }
    Ok(if matches.is_empty() { Value::Null } else { Value::array(matches) })
}

/// Replaces each match; `\1` in the replacement is the first group.
fn replaced(cx: &Cx<'_>, source: &str, pattern: &str, replacement: &str) -> Answer {
    let pattern = cx.exec.regex(pattern)?;
    let mut out = String::with_capacity(source.len());
    let mut last = 0;
    for found in pattern.captures_iter(source) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&source[last..whole.start()]);
        let mut chars = replacement.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, chars.peek()) {
                ('\\', Some(digit)) if digit.is_ascii_digit() => {
                    let group = digit.to_digit(10).unwrap_or_default() as usize;
                    chars.next();
                    out.push_str(found.get(group).map_or("", |part| part.as_str()));
                }
                ('\\', Some('\\')) => {
                    chars.next();
                    out.push('\\');
                }
                (c, _) => out.push(c),
            }
        }
        last = whole.end();
    }
    out.push_str(&source[last..]);
    Ok(Value::str(&out))
}

fn index_of(cx: &Cx<'_>, args: &[Value]) -> Answer {
    let (source, pattern) = (text(args, 0), cx.exec.regex(&text(args, 1))?);
    let start = long(args, 2).unwrap_or_default();
    let length = long(args, 3).unwrap_or(-1);
    let occurrence = long(args, 4).unwrap_or(1);
    if start < 0 || length < -1 || occurrence < 1 {
        return Ok(Value::Null);
    }
    let chars: Vec<(usize, char)> = source.char_indices().collect();
    let byte = |at: i64| {
        usize::try_from(at).ok().and_then(|at| chars.get(at)).map_or(source.len(), |(byte, _)| *byte)
    };
    let end = if length < 0 { source.len() } else { byte(start.saturating_add(length)) };
    let from = byte(start);
    let found = source.get(from..end).and_then(|part| {
        let nth = usize::try_from(occurrence - 1).ok()?;
        pattern.find_iter(part).nth(nth).map(|found| found.start() + from)
    });
    let place = found.map_or(-1, |byte| i64::try_from(source[..byte].chars().count()).unwrap_or(-1));
    Ok(Value::Long(place))
}
