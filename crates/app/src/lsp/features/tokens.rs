//! Semantic tokens, folding, selection ranges and inlay hints: what editors show of the structure of a text.

use gen_lsp_types::{
    FoldingRange, FoldingRangeKind, InlayHint, InlayHintKind, InlayHintParams, SelectionRange,
    SelectionRangeParams, SemanticToken, SemanticTokens, SemanticTokensRangeParams,
};
use serde_json::{Value, json};

use super::super::answers::{Answer, Answers, params};
use super::super::asked::Read;
use super::super::client::Json;
use super::super::position::{Encoding, Places};
use crate::editor::query::{self, FoldKind, TokenType};
use crate::order::Order as _;
use crate::source::Span;

/// Each type with its name in the protocol, in the order of their numbers.
const TYPES: [(TokenType, &str); 13] = [
    (TokenType::Table, "class"),
    (TokenType::Column, "property"),
    (TokenType::Variable, "variable"),
    (TokenType::Parameter, "parameter"),
    (TokenType::Function, "function"),
    (TokenType::Member, "enumMember"),
    (TokenType::Keyword, "keyword"),
    (TokenType::OptionValue, "enum"),
    (TokenType::Type, "type"),
    (TokenType::Operator, "operator"),
    (TokenType::String, "string"),
    (TokenType::Number, "number"),
    (TokenType::Comment, "comment"),
];

/// What the numbers in tokens mean; the modifiers are in the order of their bits.
pub(in crate::lsp) fn legend() -> Value {
    let types: Vec<&str> = TYPES.iter().map(|(_, name)| *name).collect();
    json!({"tokenTypes": types, "tokenModifiers": ["declaration", "defaultLibrary", "deprecated"]})
}

pub(in crate::lsp) fn full(answers: &mut Answers<'_>, _: Value) -> Answer {
    let read = answers.read()?;
    let whole = Span::new(0, read.source().text().len());
    Ok(Json::of(&tokens(&read, whole, answers.shared.client.can.encoding)))
}

pub(in crate::lsp) fn range(answers: &mut Answers<'_>, value: Value) -> Answer {
    let range = params::<SemanticTokensRangeParams>(value)?.range;
    let read = answers.read()?;
    let encoding = answers.shared.client.can.encoding;
    Ok(Json::of(&tokens(&read, encoding.span(read.source(), range), encoding)))
}

fn tokens(read: &Read, range: Span, encoding: Encoding) -> SemanticTokens {
    let source = read.source();
    let mut places = Places::new(source, encoding);
    let (mut data, mut last) = (Vec::new(), (0, 0));
    let mut queries: Vec<_> = read.queries.iter().filter(|held| held.touches(range)).collect();
    queries.order_by_key(|held| held.region());
    for held in queries {
        for token in read.ask(held, query::tokens) {
            let Some(span) = held.exact(source, token.span) else { continue };
            let is_asked = span.start < range.end && range.start < span.end;
            if !is_asked || source.slice(span).contains(['\n', '\r']) {
                continue;
            }
            let found = places.range(span);
            let (line, start) = (found.start.line, found.start.character);
            let delta_line = line - last.0;
            let delta_start = if delta_line == 0 { start - last.1 } else { start };
            last = (line, start);
            let modifiers =
                [token.modifiers.declaration, token.modifiers.built_in, token.modifiers.deprecated];
            let bits = modifiers.iter().enumerate().map(|(bit, is)| u32::from(*is) << bit).sum();
            data.push(SemanticToken {
                delta_line,
                delta_start,
                length: found.end.character - start,
                token_type: TYPES.iter().position(|(kind, _)| *kind == token.kind).unwrap_or_default() as u32,
                token_modifiers_bitset: bits,
            });
        }
    }
    SemanticTokens { result_id: None, data }
}

pub(crate) fn folding(answers: &mut Answers<'_>, _: Value) -> Answer {
    let read = answers.read()?;
    let can = answers.shared.client.can;
    let source = read.source();
    let mut places = Places::new(source, can.encoding);
    let mut spans: Vec<(Span, bool)> =
        crate::editor::content::folding(&read.content).into_iter().map(|span| (span, false)).collect();
    for held in &read.queries {
        let folds = read.ask(held, query::folding);
        let place =
            |fold: &query::Fold| Some((held.exact(source, fold.span)?, fold.kind == FoldKind::Comment));
        spans.extend(folds.iter().filter_map(place));
    }
    spans.order();
    spans.dedup();
    let mut ranges = Vec::new();
    for (span, is_comment) in spans {
        let range = places.range(span);
        if range.start.line < range.end.line {
            ranges.push(FoldingRange {
                start_line: range.start.line,
                start_character: (!can.folds_lines).then_some(range.start.character),
                end_line: range.end.line,
                end_character: (!can.folds_lines).then_some(range.end.character),
                kind: is_comment.then_some(FoldingRangeKind::Comment),
                collapsed_text: None,
            });
        }
    }
    Ok(Json::of(&ranges))
}

pub(in crate::lsp) fn selection(answers: &mut Answers<'_>, value: Value) -> Answer {
    let asked = params::<SelectionRangeParams>(value)?.positions;
    let read = answers.read()?;
    let encoding = answers.shared.client.can.encoding;
    let source = read.source();
    let mut places = Places::new(source, encoding);
    let mut ranges = Vec::new();
    for position in asked {
        let offset = read.offset(position, encoding);
        let mut spans = vec![Span::at(offset)];
        let mut grow = |span: Span| {
            if let Some(last) = spans.last().copied().filter(|last| span.contains(*last) && span != *last) {
                debug_assert!(last.len() < span.len());
                spans.push(span);
            }
        };
        if let Some((held, at)) = read.query_at(offset) {
            let found = read.ask(held, |asked| query::selection_ranges(asked, at));
            found.into_iter().filter_map(|span| held.exact(source, span)).for_each(&mut grow);
        }
        crate::editor::content::around(&read.content, offset).into_iter().for_each(&mut grow);
        grow(Span::new(0, source.text().len()));
        // The innermost of them is the answer, and each has the one around it.
        let mut all = spans.into_iter().rev();
        let first = all.next().map(|span| SelectionRange { range: places.range(span), parent: None });
        let nest = |parent: Option<SelectionRange>, span| {
            Some(SelectionRange { range: places.range(span), parent: parent.map(Box::new) })
        };
        ranges.extend(all.fold(first, nest));
    }
    Ok(Json::of(&ranges))
}

pub(in crate::lsp) fn hints(answers: &mut Answers<'_>, value: Value) -> Answer {
    let range = params::<InlayHintParams>(value)?.range;
    if !answers.shared.inlay_hints() {
        return Ok(Json::of(&json!([])));
    }
    let read = answers.read()?;
    let encoding = answers.shared.client.can.encoding;
    let source = read.source();
    let mut places = Places::new(source, encoding);
    let range = encoding.span(source, range);
    let mut hints = Vec::new();
    for held in &read.queries {
        let Some(part) = held.part(source, range) else { continue };
        for hint in read.ask(held, |asked| query::inlay_hints(asked, part)) {
            let Some(place) = held.exact(source, Span::at(hint.offset)) else { continue };
            hints.push(InlayHint {
                position: places.at(place.start as usize),
                label: hint.text.into(),
                kind: hint.is_type.then_some(InlayHintKind::Type),
                text_edits: None,
                tooltip: hint.tooltip.map(Into::into),
                padding_left: Some(!hint.is_type),
                padding_right: None,
                data: None,
            });
        }
    }
    Ok(Json::of(&hints))
}
