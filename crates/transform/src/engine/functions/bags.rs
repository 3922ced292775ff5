//! Functions on property bags.

use std::rc::Rc;

use indexmap::IndexSet;

use super::super::convert;
use super::super::eval::{Cx, ScalarFn};
use super::super::json;
use super::super::value::{Bag, Value};
use super::{Answer, arg, items, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "pack" | "bag_pack" | "pack_dictionary" => |_, args| {
            let mut bag = Bag::default();
            for pair in args.chunks(2) {
                if let [key, value] = pair
                    && !super::super::eval::is_empty(key)
                {
                    bag.insert(convert::text(key), value.clone());
                }
            }
            Ok(Value::bag(bag))
        },
        "bag_keys" => |_, args| {
            let keys =
                arg(args, 0).as_bag().map(|bag| bag.keys().map(|key| Value::Str(Rc::clone(key))).collect());
            Ok(keys.map_or(Value::Null, Value::array))
        },
        "bag_has_key" => |_, args| {
            let Some(bag) = arg(args, 0).as_bag() else { return Ok(Value::Null) };
            let key = text(args, 1);
            Ok(Value::Bool(if key.starts_with('$') {
                json::follow(arg(args, 0), &key).is_some()
            } else {
                bag.contains_key(&key)
            }))
        },
        "bag_merge" => |_, args| {
            let mut all = Bag::default();
            for bag in args.iter().filter_map(Value::as_bag) {
                for (key, value) in bag.iter() {
                    if !all.contains_key(key) {
                        all.insert(Rc::clone(key), value.clone());
                    }
                }
            }
            Ok(Value::bag(all))
        },
        "bag_remove_keys" => bag_remove_keys,
        "bag_set_key" => bag_set_key,
        "bag_zip" => |_, args| {
            // Keys that are not strings are left out; without an array of keys there is no bag.
            let Some(keys) = items(arg(args, 0)) else { return Ok(Value::Null) };
            let values = items(arg(args, 1)).unwrap_or_default();
            let pair = |(at, key): (usize, &Value)| {
                Some((Rc::clone(key.as_str()?), values.get(at).cloned().unwrap_or_default()))
            };
            Ok(Value::bag(keys.iter().enumerate().filter_map(pair).collect()))
        },
        "treepath" => |_, args| {
            let mut paths = IndexSet::new();
            tree(arg(args, 0), "", &mut paths);
            Ok(Value::array(paths.iter().map(|path| Value::str(path)).collect()))
        },
        "extractjson" | "extract_json" => |_, args| {
            let found = json::read(&text(args, 1)).and_then(|value| json::follow(&value, &text(args, 0)));
            Ok(Value::Str(found.as_ref().map(convert::text).unwrap_or_default()))
        },
        _ => return None,
    })
}

/// The parts of a path such as `$.a.b`.
fn path_parts(path: &str) -> Vec<Rc<str>> {
    let path = path.strip_prefix('$').unwrap_or(path);
    let parts = path.split(['.', '[', ']']).map(|part| part.trim_matches(['\'', '"']));
    parts.filter(|part| !part.is_empty()).map(Rc::from).collect()
}

fn without(value: &Value, path: &[Rc<str>]) -> Value {
    let (Value::Bag(bag), Some((first, rest))) = (value, path.split_first()) else { return value.clone() };
    let mut bag = (**bag).clone();
    if rest.is_empty() {
        bag.shift_remove(first);
    } else if let Some(inner) = bag.get(first).cloned() {
        bag.insert(Rc::clone(first), without(&inner, rest));
    }
    Value::bag(bag)
}

fn bag_remove_keys(_: &Cx<'_>, args: &[Value]) -> Answer {
    let mut bag = arg(args, 0).clone();
    for key in super::arrays::texts(arg(args, 1)) {
        let path = if key.starts_with('$') { path_parts(&key) } else { vec![key] };
        bag = without(&bag, &path);
    }
    Ok(if bag.as_bag().is_some() { bag } else { Value::Null })
}

fn set_at(value: &Value, path: &[Rc<str>], new: &Value) -> Value {
    let Some((first, rest)) = path.split_first() else { return new.clone() };
    let mut bag = value.as_bag().map(|bag| (**bag).clone()).unwrap_or_default();
    let inner = bag.get(first).cloned().unwrap_or_default();
    bag.insert(Rc::clone(first), set_at(&inner, rest, new));
    Value::bag(bag)
}

fn bag_set_key(_: &Cx<'_>, args: &[Value]) -> Answer {
    if !matches!(arg(args, 0), Value::Bag(_) | Value::Null) {
        return Ok(Value::Null);
    }
    let key = text(args, 1);
    let path = if key.starts_with('$') { path_parts(&key) } else { vec![key] };
    Ok(set_at(arg(args, 0), &path, arg(args, 2)))
}

/// The paths in a value. All items of an array have the path of the first.
fn tree(value: &Value, at: &str, paths: &mut IndexSet<String>) {
    match value {
        Value::Bag(bag) => {
            for (key, value) in bag.iter() {
                let path = format!("{at}['{key}']");
                paths.insert(path.clone());
                tree(value, &path, paths);
            }
        }
        Value::Array(all) => {
            let path = format!("{at}[0]");
            paths.insert(path.clone());
            for item in all.iter() {
                tree(item, &path, paths);
            }
        }
        _ => {}
    }
}

/// A dynamic value as JSON with its keys in order.
pub(super) fn canonical(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Bag(bag) => {
                let mut members: Vec<(Rc<str>, Value)> =
                    bag.iter().map(|(key, value)| (Rc::clone(key), sorted(value))).collect();
                members.sort_by(|(a, _), (b, _)| a.cmp(b));
                Value::bag(members.into_iter().collect())
            }
            Value::Array(all) => Value::array(all.iter().map(sorted).collect()),
            value => value.clone(),
        }
    }
    json::written(&sorted(value))
}
