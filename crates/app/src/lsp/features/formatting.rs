//! Formatting of documents and ranges: the lines that `sentlint fmt` would change, and no others.

use gen_lsp_types::{DocumentRangeFormattingParams, TextEdit};
use serde_json::{Value, json};

use super::super::answers::{Answer, Answers, params};
use super::super::asked::Read;
use super::super::client::Json;
use super::super::position::{Encoding, Places};
use crate::editor::minimal;
use crate::fmt;
use crate::source::{Edit, Span};

pub(in crate::lsp) fn document(answers: &mut Answers<'_>, _: Value) -> Answer {
    let read = answers.read()?;
    let encoding = answers.shared.client.can.encoding;
    Ok(changes(&read, None, encoding))
}

pub(in crate::lsp) fn range(answers: &mut Answers<'_>, value: Value) -> Answer {
    let range = params::<DocumentRangeFormattingParams>(value)?.range;
    let read = answers.read()?;
    let encoding = answers.shared.client.can.encoding;
    let span = encoding.span(read.source(), range);
    Ok(changes(&read, Some(span), encoding))
}

/// The edits that format a document, or those of them that touch the lines of a span.
fn changes(read: &Read, within: Option<Span>, encoding: Encoding) -> Json {
    let source = read.source();
    if !source.is_writable() {
        return Json::of(&json!([]));
    }
    let Some(text) = fmt::of_file(&read.content, read.settings.fmt, false).text else {
        return Json::of(&json!([]));
    };
    let lines = within.map(|span| {
        let end = source.line_span(source.line_of(span.end as usize)).end as usize;
        Span::new(source.line_span(source.line_of(span.start as usize)).start as usize, end)
    });
    let is_asked = |edit: &Edit| {
        lines.is_none_or(|lines| {
            edit.span.start <= lines.end && lines.start <= edit.span.end.max(edit.span.start)
        })
    };
    let mut places = Places::new(source, encoding);
    let edits = minimal::layout_edits(source.text(), &text);
    let edits: Vec<TextEdit> =
        edits.iter().filter(|edit| is_asked(edit)).map(|edit| places.edit(edit)).collect();
    Json::of(&edits)
}
