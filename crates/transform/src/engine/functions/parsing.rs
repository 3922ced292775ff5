//! Functions that take strings apart.

use std::rc::Rc;

use super::super::eval::{Cx, ScalarFn};
use super::super::value::{Bag, Value};
use super::{Answer, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "parse_url" | "parseurl" => |_, args| Ok(url(&text(args, 0))),
        "parse_urlquery" | "parseurlquery" => |_, args| {
            let source = text(args, 0);
            let query = source.trim_start_matches('?');
            Ok(bag([("Query Parameters", parameters(query))]))
        },
        "parse_csv" => |_, args| Ok(csv(&text(args, 0))),
        "parse_path" => |_, args| Ok(path(&text(args, 0))),
        "parse_version" => |_, args| Ok(version(&text(args, 0))),
        "parse_command_line" => command_line,
        _ => return None,
    })
}

fn bag<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::bag(members.into_iter().map(|(key, value)| (Rc::from(key), value)).collect())
}

fn parameters(query: &str) -> Value {
    let mut members = Bag::default();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        members.insert(key.into(), Value::str(value));
    }
    Value::bag(members)
}

/// `scheme://user:password@host:port/path?query#fragment`
fn url(source: &str) -> Value {
    let (scheme, rest) = source.split_once("://").unwrap_or(("", source));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.find('/') {
        Some(at) if !scheme.is_empty() => rest.split_at(at),
        None if !scheme.is_empty() => (rest, ""),
        _ => ("", rest),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
        _ => (host, ""),
    };
    bag([
        ("Scheme", Value::str(scheme)),
        ("Host", Value::str(host)),
        ("Port", Value::str(port)),
        ("Path", Value::str(path)),
        ("Username", Value::str(user)),
        ("Password", Value::str(password)),
        ("Query Parameters", parameters(query)),
        ("Fragment", Value::str(fragment)),
    ])
}

/// The fields of the first record.
fn csv(source: &str) -> Value {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(source.as_bytes());
    let fields = match reader.records().next() {
        Some(Ok(record)) => record.iter().map(Value::str).collect(),
        _ => vec![Value::str("")],
    };
    Value::array(fields)
}

fn path(source: &str) -> Value {
    let (scheme, rest) = match source.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => ("", source),
    };
    let mark = |c: char| matches!(c, '/' | '\\');
    let (directory, file) = match rest.rfind(mark) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => ("", rest),
    };
    let (file, stream) = match file.split_once(':') {
        Some((file, stream)) if !directory.is_empty() || file.len() > 1 => (file, stream),
        _ => (file, ""),
    };
    let root = match rest.find(mark) {
        Some(at) if rest[..at].ends_with(':') => &rest[..at],
        _ => "",
    };
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let name = directory.rsplit(mark).next().unwrap_or_default();
    let name = if name == root { "" } else { name };
    bag([
        ("Scheme", Value::str(scheme)),
        ("RootPath", Value::str(root)),
        ("DirectoryPath", Value::str(directory)),
        ("DirectoryName", Value::str(name)),
        ("Filename", Value::str(file)),
        ("Extension", Value::str(extension)),
        ("AlternateDataStreamName", Value::str(stream)),
    ])
}

/// Up to four parts, each with eight digits of a decimal.
fn version(source: &str) -> Value {
    let parts: Option<Vec<u64>> = source.trim().split('.').map(|part| part.parse().ok()).collect();
    let Some(parts) = parts.filter(|parts| parts.len() <= 4) else { return Value::Null };
    let text = (0..4)
        .fold(String::new(), |text, at| text + &format!("{:08}", parts.get(at).copied().unwrap_or_default()));
    super::super::decimal::read(&text).map_or(Value::Null, |value| Value::Decimal(Rc::new(value)))
}

/// By the rules of Windows: quotes keep blanks, and backslashes count before quotes.
fn command_line(_: &Cx<'_>, args: &[Value]) -> Answer {
    if !text(args, 1).eq_ignore_ascii_case("windows") {
        return Err(format!("the parser `{}` is not known", text(args, 1)));
    }
    let source = text(args, 0);
    if source.trim().is_empty() {
        return Ok(Value::Null);
    }
    let mut parts = Vec::new();
    let mut chars = source.trim_start().chars().peekable();
    // The program's name ends at a blank or at its closing quote.
    let mut program = String::new();
    let mut quoted = false;
    while let Some(c) = chars.peek().copied() {
        if c == '"' {
            quoted = !quoted;
        } else if c.is_whitespace() && !quoted {
            break;
        } else {
            program.push(c);
        }
        chars.next();
    }
    parts.push(Value::str(&program));
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        if chars.peek().is_none() {
            break;
        }
        let mut part = String::new();
        let mut quoted = false;
        while let Some(c) = chars.peek().copied() {
            if c.is_whitespace() && !quoted {
                break;
            }
            chars.next();
            match c {
                '\\' => {
                    let mut count = 1;
                    while chars.next_if_eq(&'\\').is_some() {
                        count += 1;
                    }
                    if chars.peek() == Some(&'"') {
                        part.push_str(&"\\".repeat(count / 2));
                        if count % 2 == 1 {
                            chars.next();
                            part.push('"');
                        }
                    } else {
                        part.push_str(&"\\".repeat(count));
                    }
                }
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    part.push('"');
                }
                '"' => quoted = !quoted,
                c => part.push(c),
            }
        }
        parts.push(Value::str(&part));
    }
    Ok(Value::array(parts))
}
