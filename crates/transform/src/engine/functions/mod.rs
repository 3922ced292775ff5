//! The language's functions on values, one file for each family.

#![allow(clippy::unnecessary_wraps, reason = "all functions have one signature")]

use super::eval::ScalarFn;
use super::value::Value;
use crate::kql::builtins;

mod arrays;
mod bags;
mod conversions;
mod dates;
mod distributions;
mod encodings;
mod geo;
mod geohash;
pub mod hashes;
pub mod ipv4;
pub mod ipv6;
pub mod networks;
mod numbers;
mod parsing;
mod regexes;
mod series;
mod special;
mod texts;
mod units;
mod xml;
mod zones;

/// What a function returns.
type Answer = Result<Value, String>;

/// The function of a name, with the name.
pub(crate) fn find(name: &str) -> Option<(&'static str, ScalarFn)> {
    let known = builtins::function(name)?.name;
    let families = [
        texts::find,
        regexes::find,
        numbers::find,
        distributions::find,
        special::find,
        conversions::find,
        dates::find,
        zones::find,
        arrays::find,
        bags::find,
        encodings::find,
        parsing::find,
        hashes::find,
        ipv4::find,
        ipv6::find,
        series::find,
        units::find,
        geo::find,
        geohash::find,
        xml::find,
    ];
    families.iter().find_map(|family| family(known)).map(|function| (known, function))
}

/// The argument of a function that is a regular expression, if it has one.
pub(crate) fn pattern_argument(name: &str) -> Option<usize> {
    match name {
        "extract" | "extract_all" | "replace" | "trim" | "trim_start" | "trim_end" => Some(0),
        "replace_regex" | "indexof_regex" => Some(1),
        _ => None,
    }
}

fn arg(args: &[Value], at: usize) -> &Value {
    args.get(at).unwrap_or(&Value::Null)
}

fn text(args: &[Value], at: usize) -> std::rc::Rc<str> {
    super::convert::text(arg(args, at))
}

fn long(args: &[Value], at: usize) -> Option<i64> {
    arg(args, at).as_long()
}

fn real(args: &[Value], at: usize) -> Option<f64> {
    arg(args, at).as_real()
}

fn or_null(value: Option<Value>) -> Answer {
    Ok(value.unwrap_or_default())
}

fn size(count: usize) -> Value {
    Value::Long(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The items of an array.
fn items(value: &Value) -> Option<&[Value]> {
    value.as_array().map(|items| items.as_slice())
}
