//! The operators that take strings apart: `parse`, `parse-where` and `parse-kv`.

use std::rc::Rc;
use std::sync::Arc;

use regex::Regex;

use super::super::eval::Node;
use super::super::exec::{Exec, Failure, Operate};
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::super::{convert, strings};
use super::{cx, link};
use crate::kql::types::Scalar;
use crate::source::Span;

/// Adds columns to a schema, or sets those of their names; where they lie.
fn add(schema: &mut Schema, columns: &[(Arc<str>, Scalar)]) -> Vec<usize> {
    let mut places = Vec::new();
    for (name, kind) in columns {
        places.push(match schema.find(name) {
            Some(at) => {
                schema.columns[at].1 = *kind;
                at
            }
            None => {
                schema.push(Arc::clone(name), *kind);
                schema.len() - 1
            }
        });
    }
    places
}

#[derive(Debug)]
pub(crate) struct Parse {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub subject: Node,
    /// The pattern, with a group for each column.
    pub pattern: Regex,
    pub columns: Vec<(Arc<str>, Scalar)>,
    /// Whether a column whose text does not fit its type is null, and the others stand.
    pub relaxed: bool,
    /// Whether rows that do not fit are left out.
    pub only: bool,
}

impl Operate for Parse {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut schema = (*input.schema).clone();
        let places = add(&mut schema, &self.columns);
        let mut rows: Vec<Row> = Vec::new();
        for at in 0..input.rows.len() {
            exec.step(self.span, rows.len())?;
            let cx = cx(exec, &input, &map, at);
            let text = convert::text(&cx.eval(&self.subject)?);
            let found = self.parts(&text);
            if found.is_none() && self.only {
                continue;
            }
            let mut row = cx.row.to_vec();
            row.resize(schema.len(), Value::Null);
            for (at, place) in places.iter().enumerate() {
                let kind = self.columns[at].1;
                row[*place] = match &found {
                    Some(found) => found[at].clone(),
                    None => Value::missing(kind),
                };
            }
            rows.push(row.into());
        }
        Ok(Table::new(Rc::new(schema), rows))
    }
}

impl Parse {
    fn parts(&self, text: &str) -> Option<Vec<Value>> {
        let found = self.pattern.captures(text)?;
        let mut parts = Vec::new();
        for (at, (_, kind)) in self.columns.iter().enumerate() {
            let part = found.name(&format!("c{at}")).map_or("", |part| part.as_str());
            let own = Value::str(if *kind == Scalar::String { part } else { part.trim() });
            let value = if kind.dynamic() { convert::to_dynamic(&own) } else { convert::to(*kind, &own) };
            if value.is_null() && !self.relaxed {
                return None;
            }
            parts.push(value);
        }
        Some(parts)
    }
}

/// How the pairs of `parse-kv` are told apart.
#[derive(Debug)]
pub(crate) enum Pairs {
    /// Between any characters that are neither letters nor digits.
    Words { quotes: Option<(char, char)>, escape: Option<char> },
    Delimited {
        pair: Rc<str>,
        key: Rc<str>,
        quotes: Option<(char, char)>,
        escape: Option<char>,
        greedy: bool,
    },
    /// A regular expression with a group for the key and one for the value.
    Pattern(Regex),
}

#[derive(Debug)]
pub(crate) struct ParseKv {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub subject: Node,
    pub columns: Vec<(Arc<str>, Scalar)>,
    pub pairs: Pairs,
}

impl Operate for ParseKv {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut schema = (*input.schema).clone();
        let places = add(&mut schema, &self.columns);
        let mut rows: Vec<Row> = Vec::with_capacity(input.rows.len());
        for at in 0..input.rows.len() {
            exec.step(self.span, rows.len())?;
            let cx = cx(exec, &input, &map, at);
            let text = convert::text(&cx.eval(&self.subject)?);
            let pairs = self.pairs(&text);
            let mut row = cx.row.to_vec();
            row.resize(schema.len(), Value::Null);
            for (place, (name, kind)) in places.iter().zip(&self.columns) {
                let found = pairs.iter().find(|(key, _)| **key == **name);
                row[*place] = match found {
                    Some((_, value)) if kind.dynamic() => convert::to_dynamic(&Value::str(value)),
                    Some((_, value)) => convert::to(*kind, &Value::str(value)),
                    None => Value::missing(*kind),
                };
            }
            rows.push(row.into());
        }
        Ok(Table::new(Rc::new(schema), rows))
    }
}

impl ParseKv {
    fn pairs(&self, text: &str) -> Vec<(String, String)> {
        match &self.pairs {
            Pairs::Pattern(pattern) => {
                let pair = |found: regex::Captures<'_>| {
                    Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().to_owned()))
                };
                pattern.captures_iter(text).filter_map(pair).collect()
            }
            Pairs::Words { quotes, escape } => {
                let words = words(text, *quotes, *escape);
                let wanted = |word: &str| self.columns.iter().any(|(name, _)| **name == *word);
                let follows = |(at, word): (usize, &String)| Some((word.clone(), words.get(at + 1)?.clone()));
                words.iter().enumerate().filter(|(_, word)| wanted(word)).filter_map(follows).collect()
            }
            Pairs::Delimited { pair, key, quotes, escape, greedy: true } => {
                let _ = (quotes, escape);
                self.greedy(text, pair, key)
            }
            Pairs::Delimited { pair, key, quotes, escape, .. } => {
                delimited(text, pair, key, *quotes, *escape)
            }
        }
    }

    /// A value goes on to the next key that is wanted.
    fn greedy(&self, text: &str, pair: &str, key: &str) -> Vec<(String, String)> {
        let mut starts: Vec<(usize, usize, &str)> = Vec::new();
        for (name, _) in &self.columns {
            let mut from = 0;
            while let Some(at) = text[from..].find(&**name).map(|at| at + from) {
                let end = at + name.len();
                let begins = at == 0 || pair.is_empty() || text[..at].ends_with(pair);
                if begins && text[end..].starts_with(key) {
                    starts.push((at, end + key.len(), name));
                    break;
                }
                from = end;
            }
        }
        starts.sort_unstable();
        let mut pairs = Vec::new();
        for (place, (_, value, name)) in starts.iter().enumerate() {
            let end = starts.get(place + 1).map_or(text.len(), |(next, ..)| *next);
            let value = text.get(*value..end).unwrap_or_default();
            let value = value.strip_suffix(pair).unwrap_or(value);
            pairs.push(((*name).to_owned(), value.to_owned()));
        }
        pairs
    }
}

/// The words of a text; a quoted part is one.
fn words(text: &str, quotes: Option<(char, char)>, escape: Option<char>) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if let Some((open, close)) = quotes
            && c == open
        {
            let mut quoted = String::new();
            while let Some(c) = chars.next() {
                if Some(c) == escape {
                    quoted.extend(chars.next());
                } else if c == close {
                    break;
                } else {
                    quoted.push(c);
                }
            }
            words.push(quoted);
        } else if c.is_alphanumeric() {
            word.push(c);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn delimited(
    text: &str,
    pair: &str,
    key: &str,
    quotes: Option<(char, char)>,
    escape: Option<char>,
) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = part(rest, &[key, pair], quotes, escape);
        rest = after;
        if let Some(after) = rest.strip_prefix(key).filter(|_| !key.is_empty()) {
            let (value, after) = part(after, &[pair], quotes, escape);
            pairs.push((name.trim().to_owned(), value));
            rest = after;
        }
        match rest.find(pair).filter(|_| !pair.is_empty()) {
            Some(at) => rest = &rest[at + pair.len()..],
            None => break,
        }
    }
    pairs
}

/// Whether a string is one of those that mean yes.
pub(crate) fn is_true(text: &str) -> bool {
    strings::same(text, "true", true)
}

/// One part, up to a delimiter; quoted parts may hold delimiters.
fn part<'t>(
    mut rest: &'t str,
    until: &[&str],
    quotes: Option<(char, char)>,
    escape: Option<char>,
) -> (String, &'t str) {
    let mut out = String::new();
    if let Some((open, close)) = quotes
        && rest.trim_start().starts_with(open)
    {
        let inside = &rest.trim_start()[open.len_utf8()..];
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            if Some(c) == escape {
                if let Some((_, next)) = chars.next() {
                    out.push(next);
                }
            } else if c == close {
                return (out, &inside[at + c.len_utf8()..]);
            } else {
                out.push(c);
            }
        }
        return (out, "");
    }
    while let Some(c) = rest.chars().next() {
        if until.iter().any(|until| !until.is_empty() && rest.starts_with(until)) {
            break;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    (out, rest)
}
