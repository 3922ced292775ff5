//! Completion, and the documentation of the item that is selected.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, Documentation, InsertTextFormat,
    MarkupContent, MarkupKind,
};
use serde_json::{Value, json};

use super::super::answers::{Answer, Answers, params};
use super::super::asked::Read;
use super::super::client::Json;
use super::super::position::Places;
use crate::editor::content::{self, ItemKind};
use crate::editor::query::{self, CompletionKind};

/// So many items are sent; who types on asks again.
const MOST: usize = 2_000;

pub(in crate::lsp) fn complete(answers: &mut Answers<'_>, value: Value) -> Answer {
    let at = params::<CompletionParams>(value)?.text_document_position_params.position;
    let read = answers.read()?;
    let can = answers.shared.client.can;
    let offset = read.offset(at, can.encoding);
    let Some((held, at)) = read.query_at(offset) else { return Ok(of_content(&read, offset, answers)) };
    let found = read.ask(held, |asked| query::completions(asked, at));
    let mut places = Places::new(read.source(), can.encoding);
    let incomplete = found.incomplete || found.items.len() > MOST;
    let mut items = Vec::new();
    for (rank, item) in found.items.into_iter().take(MOST).enumerate() {
        // Inside of escaped text nothing can be replaced.
        let Some(span) = held
            .exact(read.source(), item.replaces)
            .or_else(|| item.replaces.is_empty().then(|| crate::source::Span::at(offset)))
        else {
            continue;
        };
        let edit = gen_lsp_types::TextEdit { range: places.range(span), new_text: item.insert.into_owned() };
        items.push(CompletionItem {
            kind: Some(kind(item.kind)),
            detail: item.detail.map(std::borrow::Cow::into_owned),
            sort_text: Some(format!("{rank:05}")),
            text_edit: Some(edit.into()),
            data: Some(json!({"kind": name(item.kind)})),
            label: item.label.into_owned(),
            ..CompletionItem::default()
        });
    }
    Ok(Json::of(&CompletionList { is_incomplete: incomplete, items, ..CompletionList::default() }))
}

/// What is offered outside of queries.
fn of_content(read: &Read, offset: usize, answers: &Answers<'_>) -> Json {
    let can = answers.shared.client.can;
    let offers = if read.document.is_config() {
        content::config_completions(read.source().text(), offset)
    } else {
        read.with_view(|view| content::completions(&read.content, &read.settings, view, offset))
    };
    let mut places = Places::new(read.source(), can.encoding);
    let item = |(rank, offer): (usize, content::Offer)| {
        let edit = gen_lsp_types::TextEdit { range: places.range(offer.replaces), new_text: offer.insert };
        let documentation =
            (!offer.documentation.is_empty()).then(|| documentation(offer.documentation, can.markdown));
        CompletionItem {
            kind: Some(match offer.kind {
                ItemKind::Key => CompletionItemKind::Property,
                ItemKind::Value => CompletionItemKind::EnumMember,
                ItemKind::Example => CompletionItemKind::Value,
                ItemKind::Column => CompletionItemKind::Field,
                ItemKind::Table => CompletionItemKind::Class,
            }),
            detail: (!offer.detail.is_empty()).then_some(offer.detail),
            documentation,
            filter_text: offer.filter,
            sort_text: Some(format!("{rank:05}")),
            text_edit: Some(edit.into()),
            insert_text_format: Some(InsertTextFormat::PlainText),
            label: offer.label,
            ..CompletionItem::default()
        }
    };
    let items: Vec<CompletionItem> = offers.into_iter().take(MOST).enumerate().map(item).collect();
    Json::of(&CompletionList { is_incomplete: false, items, ..CompletionList::default() })
}

pub(in crate::lsp) fn resolve(answers: &mut Answers<'_>, value: Value) -> Answer {
    let mut item: CompletionItem = params(value)?;
    let name = item.data.as_ref().and_then(|data| data.get("kind")).and_then(Value::as_str);
    let kind = name.and_then(|name| KINDS.iter().find(|(known, ..)| *known == name));
    if let Some((_, kind, _)) = kind
        && let Some(text) = query::documentation(*kind, &item.label)
    {
        item.documentation = Some(documentation(text, answers.shared.client.can.markdown));
    }
    Ok(Json::of(&item))
}

/// A text in Markdown, or as it is for clients that do not know Markdown.
pub(in crate::lsp) fn markup(text: String, markdown: bool) -> MarkupContent {
    MarkupContent { kind: if markdown { MarkupKind::Markdown } else { MarkupKind::PlainText }, value: text }
}

fn documentation(text: String, markdown: bool) -> Documentation {
    markup(text, markdown).into()
}

/// Each kind with its name between requests, and the nearest kind of the protocol.
const KINDS: [(&str, CompletionKind, CompletionItemKind); 16] = [
    ("table", CompletionKind::Table, CompletionItemKind::Class),
    ("column", CompletionKind::Column, CompletionItemKind::Field),
    ("new-name", CompletionKind::NewName, CompletionItemKind::Text),
    ("member", CompletionKind::Member, CompletionItemKind::Property),
    ("variable", CompletionKind::Variable, CompletionItemKind::Variable),
    ("function", CompletionKind::Function, CompletionItemKind::Function),
    ("aggregate", CompletionKind::Aggregate, CompletionItemKind::Function),
    ("plug-in", CompletionKind::PlugIn, CompletionItemKind::Function),
    ("user-function", CompletionKind::UserFunction, CompletionItemKind::Method),
    ("operator", CompletionKind::Operator, CompletionItemKind::Keyword),
    ("scalar-operator", CompletionKind::ScalarOperator, CompletionItemKind::Operator),
    ("keyword", CompletionKind::Keyword, CompletionItemKind::Keyword),
    ("option", CompletionKind::Option, CompletionItemKind::Property),
    ("value", CompletionKind::Value, CompletionItemKind::Value),
    ("type", CompletionKind::Type, CompletionItemKind::TypeParameter),
    ("watchlist", CompletionKind::Watchlist, CompletionItemKind::Module),
];

fn kind(kind: CompletionKind) -> CompletionItemKind {
    KINDS.iter().find(|(_, known, _)| *known == kind).map_or(CompletionItemKind::Text, |(.., kind)| *kind)
}

fn name(kind: CompletionKind) -> &'static str {
    KINDS.iter().find(|(_, known, _)| *known == kind).map_or("value", |(name, ..)| name)
}
