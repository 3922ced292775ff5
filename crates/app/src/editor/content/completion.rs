//! What can be written at a place of the YAML around a query.

use super::place::{self, Place, Step, What};
use super::values::{self, Item, ItemKind};
use super::{schema, structure};
use crate::content::Content;
use crate::order::Order as _;
use crate::rules::Settings;
use crate::source::Span;
use crate::workspace::View;
use crate::yaml::Value;

/// What is offered.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: ItemKind,
    /// A short text beside it.
    pub detail: String,
    /// What it is for, in Markdown.
    pub documentation: String,
    /// What the typed text is compared with, where that is not the label.
    pub filter: Option<String>,
    /// What is inserted in place of `replaces`.
    pub insert: String,
    /// What is replaced.
    pub replaces: Span,
}

/// What can be written at an offset. The columns of results come from a view of the workspace.
pub fn completions(content: &Content, settings: &Settings, view: &View<'_>, offset: usize) -> Vec<Offer> {
    let text = content.source.text();
    let Some(root) = schema::of(content.kind).filter(|_| !in_block(content, offset)) else {
        return Vec::new();
    };
    let Some(place) = place::at(text, offset) else { return Vec::new() };
    let here = schema::at(root, &place.path);
    // After the dash of an item that is a mapping, its first key is written.
    let begins_item = place.path.last() == Some(&Step::Item) && schema::is(&here, "object");
    match place.what {
        What::Value if begins_item && !schema::is(&here, "string") => {
            keys(root, &here, &place, content.source.line_end())
        }
        What::Key => keys(root, &here, &place, content.source.line_end()),
        What::Value => {
            let around = values::Around { content, settings, view };
            let found = values::at(&around, &here, &place);
            found.into_iter().map(|item| offer(item, &place)).collect()
        }
    }
}

/// Whether an offset is in a block of text, which has neither keys nor values.
fn in_block(content: &Content, offset: usize) -> bool {
    let Some(root) = &content.document.root else { return false };
    let mut node = root;
    loop {
        node = match &node.value {
            Value::Scalar(scalar) => {
                // What stands further to the left has ended the block, even where the tree of a broken text has it inside.
                let line = content.source.slice(content.source.line_span(content.source.line_of(offset)));
                let indent = line.len() - line.trim_start_matches(' ').len();
                if !line.trim().is_empty() && indent < scalar.indent.unwrap_or_default() as usize {
                    return false;
                }
                return scalar.header.is_some_and(|header| header.end as usize <= offset)
                    && node.span.touches(offset);
            }
            Value::Alias(_) => return false,
            Value::Mapping(_) | Value::Sequence(_) => {
                let Some(next) = structure::child_at(node, offset) else { return false };
                next
            }
        };
    }
}

fn keys(root: &serde_json::Value, here: &[&serde_json::Value], place: &Place, line_end: &str) -> Vec<Offer> {
    let there: Vec<&str> = place.levels.first().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    let required = schema::required(here);
    let mut found: Vec<(bool, Offer)> = Vec::new();
    let column = place.indent as usize;
    for (key, below) in schema::keys(root, here) {
        if there.contains(&key) {
            continue;
        }
        let inner = format!("{line_end}{:1$}", "", column + 2);
        let rest = match () {
            () if key == "query" || key == "description" => format!(" |{inner}"),
            () if schema::is(&below, "array") => format!("{inner}- "),
            () if schema::is(&below, "object") && !schema::is(&below, "string") => inner,
            () => " ".to_owned(),
        };
        let is_required = required.contains(&key);
        let offer = Offer {
            label: key.to_owned(),
            kind: ItemKind::Key,
            detail: if is_required { "required".to_owned() } else { String::new() },
            documentation: schema::doc(&below).unwrap_or_default().to_owned(),
            filter: None,
            insert: format!("{key}:{rest}"),
            replaces: place.word,
        };
        found.push((!is_required, offer));
    }
    found.order_by_key(|(later, _)| *later);
    found.into_iter().map(|(_, offer)| offer).collect()
}

/// A value as it can be written at a place.
fn offer(item: Item, place: &Place) -> Offer {
    let Item { text, kind, detail, documentation, filter, replaces } = item;
    let needs_quotes = place.quote.is_none() && replaces.is_none() && needs_quotes(&text);
    let insert = if needs_quotes { format!("'{}'", text.replace('\'', "''")) } else { text.clone() };
    Offer {
        label: text,
        kind,
        detail,
        documentation,
        filter,
        insert,
        replaces: replaces.unwrap_or(place.word),
    }
}

/// Whether a text means something else to YAML without quotes.
fn needs_quotes(text: &str) -> bool {
    text.starts_with(|c: char| "-?:,[]{}#&*!|>'\"%@` ".contains(c))
        || text.contains(": ")
        || text.contains(" #")
}
