//! `parse_xml`: an XML document as a property bag. Attributes begin with `@`; the text of an element that has attributes
//! or elements is `#text`; elements of one name are an array.

use std::rc::Rc;

use super::super::eval::ScalarFn;
use super::super::value::{Bag, Value};
use super::text;

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "parse_xml" => |_, args| {
            let source = text(args, 0);
            // The service reads at most 128 KiB.
            if source.len() > 128 << 10 {
                return Ok(Value::Null);
            }
            Ok(document(&source).unwrap_or_default())
        },
        _ => return None,
    })
}

/// How deeply elements are read.
const DEEPEST: usize = 200;

fn document(source: &str) -> Option<Value> {
    let mut reader = Reader { rest: source.trim_start_matches('\u{feff}') };
    let mut bag = Bag::default();
    let mut found = false;
    loop {
        reader.rest = reader.rest.trim_start();
        if reader.rest.is_empty() {
            break;
        }
        if let Some(rest) = reader.rest.strip_prefix("<?") {
            let (inside, after) = rest.split_once("?>")?;
            if let Some(inside) = inside.strip_prefix("xml") {
                let mut declaration = Bag::default();
                Reader { rest: inside }.attributes(&mut declaration)?;
                bag.insert("?xml".into(), Value::bag(declaration));
            }
            reader.rest = after;
            continue;
        }
        if let Some(rest) = reader.rest.strip_prefix("<!--") {
            reader.rest = rest.split_once("-->")?.1;
            continue;
        }
        if let Some(rest) = reader.rest.strip_prefix("<!DOCTYPE") {
            reader.rest = rest.split_once('>')?.1;
            continue;
        }
        if found {
            return None;
        }
        let (name, value) = reader.element(0)?;
        bag.insert(name, value);
        found = true;
    }
    found.then(|| Value::bag(bag))
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn name(&mut self) -> Option<Rc<str>> {
        let end = self.rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<'))?;
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then(|| name.into())
    }

    fn attributes(&mut self, bag: &mut Bag) -> Option<()> {
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() || self.rest.starts_with(['>', '/']) {
                return Some(());
            }
            let name = self.name()?;
            self.rest = self.rest.trim_start().strip_prefix('=')?.trim_start();
            let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, rest) = self.rest[1..].split_once(quote)?;
            bag.insert(format!("@{name}").into(), Value::str(&unescaped(value)));
            self.rest = rest;
        }
    }

    fn element(&mut self, depth: usize) -> Option<(Rc<str>, Value)> {
        self.rest = self.rest.strip_prefix('<')?;
        let name = self.name()?;
        let mut bag = Bag::default();
        self.attributes(&mut bag)?;
        if let Some(rest) = self.rest.strip_prefix("/>") {
            self.rest = rest;
            return Some((name, if bag.is_empty() { Value::Null } else { Value::bag(bag) }));
        }
        self.rest = self.rest.strip_prefix('>')?;
        if depth > DEEPEST {
            return None;
        }
        let mut text = String::new();
        loop {
            let at = self.rest.find('<')?;
            text += &unescaped(&self.rest[..at]);
            self.rest = &self.rest[at..];
            if let Some(rest) = self.rest.strip_prefix("</") {
                let (closed, rest) = rest.split_once('>')?;
                if closed.trim() != &*name {
                    return None;
                }
                self.rest = rest;
                break;
            } else if let Some(rest) = self.rest.strip_prefix("<!--") {
                self.rest = rest.split_once("-->")?.1;
            } else if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                let (inside, rest) = rest.split_once("]]>")?;
                bag.insert("#cdata-section".into(), Value::str(inside));
                self.rest = rest;
            } else if let Some(rest) = self.rest.strip_prefix("<?") {
                self.rest = rest.split_once("?>")?.1;
            } else {
                let (name, value) = self.element(depth + 1)?;
                add(&mut bag, name, value);
            }
        }
        let blank = text.trim().is_empty();
        let value = match (bag.is_empty(), blank) {
            (true, true) if text.is_empty() => Value::Null,
            (true, _) => Value::str(&text),
            (false, true) => Value::bag(bag),
            (false, false) => {
                bag.insert("#text".into(), Value::str(text.trim()));
                Value::bag(bag)
            }
        };
        Some((name, value))
    }
}

fn add(bag: &mut Bag, name: Rc<str>, value: Value) {
    let together = match bag.get(&name) {
        None => value,
        Some(Value::Array(all)) => {
            let mut all = (**all).clone();
            all.push(value);
            Value::array(all)
        }
        Some(other) => Value::array(vec![other.clone(), value]),
    };
    bag.insert(name, together);
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find(';').filter(|end| *end <= 12) else { break };
        let point =
            |number: &str, radix: u32| u32::from_str_radix(number, radix).ok().and_then(char::from_u32);
        let c = match &rest[1..end] {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            other => match other.strip_prefix("#x").or_else(|| other.strip_prefix("#X")) {
                Some(hex) => point(hex, 16),
                None => other.strip_prefix('#').and_then(|number| point(number, 10)),
            },
        };
        match c {
            Some(c) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}
