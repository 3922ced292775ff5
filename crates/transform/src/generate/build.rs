//! Candidates for values: strings of what they must contain, numbers and moments within bounds.

use std::collections::HashMap;
use std::rc::Rc;

use super::goals::Goal;
use super::patterns::{Style, sample};
use crate::engine::exec::Exec;
use crate::engine::value::Value;
use crate::engine::{convert, strings, time};
use crate::kql::ast::{BinaryOp, StringTest};
use crate::kql::types::Scalar;
use crate::order::Order as _;

#[expect(
    clippy::too_many_lines,
    reason = "the parts that a string must have, and the ways to put them together"
)]
/// Strings that may be as asked. `made` are what the value is known to be made of.
pub(super) fn texts(
    exec: &Exec,
    goals: &[Goal],
    made: &[String],
    usual: &str,
    touched: bool,
    spread: usize,
    turn: usize,
) -> Vec<String> {
    let (mut starts, mut ends, mut words, mut samples) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut longest = 0;
    let mut folds_to = None;
    for goal in goals {
        match goal {
            Goal::Text(op, needle, true) => match op.test {
                StringTest::StartsWith => starts.push(needle.to_string()),
                StringTest::EndsWith => ends.push(needle.to_string()),
                StringTest::Regex => {
                    let Ok(pattern) = exec.regex(needle) else { continue };
                    for (at, short) in [(turn, false), (turn, true), (turn + 1, false), (turn + 1, true)] {
                        let text = sample(pattern.as_str(), &HashMap::new(), Style { turn: at, short });
                        samples.extend(text.filter(|text| pattern.is_match(text)).into_iter().take(1));
                    }
                }
                StringTest::Like => {
                    let parts: Vec<&str> = needle.split(['*', '%']).collect();
                    samples.push(parts.join("x"));
                }
                StringTest::Equals => {}
                _ => words.push(needle.to_string()),
            },
            Goal::Long(least) => longest = longest.max(*least),
            Goal::Lower => folds_to = Some(false),
            Goal::Upper => folds_to = Some(true),
            Goal::Private(true) => words.push(format!("10.0.0.{}", spread % 250 + 4)),
            Goal::Private(false) => words.push(format!("203.0.113.{}", spread % 250 + 4)),
            Goal::Network(network, true) => {
                let base = network.split('/').next().unwrap_or_default();
                words.push(base.to_owned());
            }
            _ => {}
        }
    }
    let by_length = |a: &String, b: &String| b.len().cmp(&a.len());
    starts.order_by(by_length);
    ends.order_by(by_length);
    let mut inner: Vec<String> = Vec::new();
    let holds = |text: &str, word: &str| strings::has_term(text, word, true);
    for word in words {
        let known = inner.iter().chain(starts.first()).chain(ends.first()).chain(made);
        if !known.into_iter().any(|text| holds(text, &word)) {
            inner.push(word);
        }
    }
    let start = starts.first().cloned().unwrap_or_default();
    let end = ends.first().cloned().unwrap_or_default();
    let filler = if spread > 0 { format!("{}", spread + 1) } else { String::new() };
    // What differs already needs nothing to differ by.
    let filler = if made.iter().any(|text| text.contains(usual)) { String::new() } else { filler };
    let mut all = Vec::new();
    let mut put = |parts: &[&str], between: &str| {
        let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
        if !parts.is_empty() {
            all.push(parts.join(between));
        }
    };
    let base = made.join(" ");
    let pattern = samples.first().cloned().unwrap_or_default();
    let asked =
        !(starts.is_empty() && ends.is_empty() && inner.is_empty() && samples.is_empty() && made.is_empty());
    if asked {
        for between in [" ", "", "\\", "/", ".", "; "] {
            let words = inner.join(if between.is_empty() { " " } else { between });
            // With one side only, what stands next to it needs no gap.
            put(&[&start, &base, &pattern, &words, &filler, &end], between);
            put(&[&start, &words, &base, &filler, &pattern, &end], between);
        }
        for text in &samples {
            put(&[text, &filler], "");
            put(&[&start, text, &end], "");
        }
        let glued = format!("{start}{}{end}", inner.join(" "));
        put(&[&glued], "");
        put(&["x", &glued, "x"], " ");
        for between in ["", " ", "/"] {
            put(&samples.iter().map(String::as_str).collect::<Vec<_>>(), between);
        }
        put(&[&start, usual, &inner.join(" "), &end], " ");
        put(&[&start, usual, &inner.join(" "), &end], "");
    }
    let mut all: Vec<String> = all;
    // What a reader expects under the name of the column comes first, where a pattern alone asks for something.
    if !samples.is_empty() && made.is_empty() {
        for text in [usual.to_owned(), format!("{usual}.contoso.example"), format!("{usual}@contoso.example")]
        {
            all.insert(0, text);
        }
    }
    if spread > 0 && asked {
        // What must be in it and nothing else comes last, where values shall differ.
        all.push(format!("{start}{}{end}", inner.join(" ")));
    }
    if touched && !asked {
        all.push(usual.to_owned());
    }
    all.extend([
        String::new(),
        usual.to_owned(),
        "other".to_owned(),
        "1".to_owned(),
        "x y z".to_owned(),
        "true".to_owned(),
    ]);
    if longest > 0 {
        let pad = |text: &String| {
            format!("{text}{}", "x".repeat(longest.saturating_sub(text.chars().count()).min(1 << 16)))
        };
        let padded: Vec<String> = all.iter().map(pad).collect();
        all.extend(padded);
        all.push("x".repeat(longest.min(1 << 16)));
    }
    match folds_to {
        Some(true) => all.iter().map(|text| text.to_uppercase()).chain(all.clone()).collect(),
        Some(false) => all.iter().map(|text| text.to_lowercase()).chain(all.clone()).collect(),
        None => all,
    }
}

/// The bounds that goals set.
fn bounds(goals: &[Goal]) -> impl Iterator<Item = (BinaryOp, &Value)> {
    goals.iter().filter_map(|goal| match goal {
        Goal::Compare(op, value) => Some((*op, value)),
        _ => None,
    })
}

/// Numbers within bounds.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "candidates, which are tried"
)]
pub(super) fn numbers(goals: &[Goal], kind: Scalar, spread: usize) -> Vec<Value> {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut ends = Vec::new();
    for (op, value) in bounds(goals) {
        let Some(number) = value.as_real() else { continue };
        ends.push(number);
        match op {
            BinaryOp::Less | BinaryOp::LessOrEqual => high = high.min(number),
            _ => low = low.max(number),
        }
    }
    let mut all = Vec::new();
    let step = spread as f64;
    if low.is_finite() {
        all.extend([low + 1.0 + step, low + step, low + 0.5, low * 1.5 + step]);
    }
    if low.is_finite() && high.is_finite() {
        all.push(f64::midpoint(low, high));
    }
    if high.is_finite() {
        all.extend([1.0, high - 1.0 - step, high, high / 2.0, high - 0.001]);
    }
    all.extend([1.0 + step, 0.0, 2.0, -1.0, 7.0, 100.0, 4624.0]);
    all.extend(ends);
    let number = |number: f64| match kind {
        Scalar::Real => Value::Real(number),
        Scalar::Decimal => Value::Real(number).conform(Scalar::Decimal),
        Scalar::Int => i32::try_from(number as i64).map_or(Value::Null, Value::Int),
        _ => Value::Long(number as i64),
    };
    all.into_iter().map(number).collect()
}

/// Moments at and between bounds.
pub(super) fn moments(goals: &[Goal], now: i64) -> Vec<i64> {
    let (mut low, mut high) = (i64::MIN, i64::MAX);
    for (op, value) in bounds(goals) {
        let Value::DateTime(ticks) = value else { continue };
        match op {
            BinaryOp::Less | BinaryOp::LessOrEqual => high = high.min(*ticks),
            _ => low = low.max(*ticks),
        }
    }
    let mut all = Vec::new();
    if high < i64::MAX && low > i64::MIN {
        all.push(low + (high - low) / 2);
    }
    if high < i64::MAX {
        for gap in [time::HOUR, time::MINUTE, time::SECOND, 1, 0, time::DAY, 7 * time::DAY] {
            all.push(high.saturating_sub(gap));
        }
    }
    if low > i64::MIN {
        for gap in [time::HOUR, time::MINUTE, time::SECOND, 1, 0, time::DAY] {
            all.push(low.saturating_add(gap));
        }
    }
    all.extend((0..24 * 8).map(|hours| now - hours * time::HOUR));
    all
}

/// Lengths of time within bounds.
pub(super) fn lengths(goals: &[Goal]) -> Vec<Value> {
    let mut all = vec![time::HOUR];
    for (_, value) in bounds(goals) {
        if let Value::Timespan(ticks) = value {
            all.extend([ticks + time::MINUTE, ticks - time::MINUTE, *ticks, ticks / 2]);
        }
    }
    all.push(0);
    all.into_iter().map(Value::Timespan).collect()
}

fn member(bag: &Value, name: &str) -> Option<Rc<str>> {
    let value = bag.as_bag()?.get(name)?;
    (!value.is_null()).then(|| convert::text(value))
}

/// An address of the parts that `parse_url` tells.
pub(super) fn url(parts: &Value) -> String {
    let part = |name: &str| member(parts, name);
    let mut text = format!("{}://", part("Scheme").as_deref().unwrap_or("https"));
    text += part("Host").as_deref().unwrap_or("host-1.example");
    if let Some(port) = part("Port").filter(|port| !port.is_empty()) {
        text += &format!(":{port}");
    }
    let path = part("Path").unwrap_or_else(|| "/".into());
    if !path.starts_with('/') {
        text.push('/');
    }
    text += &path;
    let query = parts.as_bag().and_then(|bag| bag.get("Query Parameters")).and_then(Value::as_bag);
    if let Some(query) = query {
        let pairs: Vec<String> =
            query.iter().map(|(key, value)| format!("{key}={}", convert::text(value))).collect();
        text += &format!("?{}", pairs.join("&"));
    }
    text
}

/// A path of the parts that `parse_path` tells.
pub(super) fn path(parts: &Value) -> String {
    let part = |name: &str| member(parts, name);
    let folder = part("DirectoryPath").unwrap_or_else(|| "C:\\Data".into());
    let file = part("Filename").or_else(|| part("Extension").map(|ending| format!("file.{ending}").into()));
    let file = file.unwrap_or_else(|| "file.txt".into());
    match part("DirectoryName") {
        Some(name) => format!("{folder}\\{name}\\{file}"),
        None => format!("{folder}\\{file}"),
    }
}

/// A document that `parse_xml` reads as a value.
pub(super) fn xml(value: &Value) -> String {
    let mut out = String::new();
    let Some(bag) = value.as_bag() else { return format!("<a>{}</a>", escaped(&convert::text(value))) };
    for (name, value) in bag.iter() {
        element(name, value, &mut out, 0);
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn element(name: &str, value: &Value, out: &mut String, depth: usize) {
    if depth > 50 {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| element(name, item, out, depth + 1)),
        Value::Bag(members) => {
            *out += &format!("<{name}");
            for (key, value) in members.iter() {
                if let Some(key) = key.strip_prefix('@') {
                    *out += &format!(" {key}=\"{}\"", escaped(&convert::text(value)));
                }
            }
            out.push('>');
            for (key, value) in members.iter().filter(|(key, _)| !key.starts_with('@')) {
                match &**key {
                    "#text" => *out += &escaped(&convert::text(value)),
                    key => element(key, value, out, depth + 1),
                }
            }
            *out += &format!("</{name}>");
        }
        value => *out += &format!("<{name}>{}</{name}>", escaped(&convert::text(value))),
    }
}
