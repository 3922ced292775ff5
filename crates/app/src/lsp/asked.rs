//! A document as it was read: its content, and its queries with all that is known of them, at places of the file.

use std::cell::OnceCell;
use std::sync::Arc;

use super::documents::Document;
use super::position::Encoding;
use super::world::{World, job};
use crate::content::{Content, Kind, QueryPlace};
use crate::discover::Roots;
use crate::editor::query::{Around, Asked, Meaning, Seen};
use crate::knowledge::connectors;
use crate::kql::Parse;
use crate::kql::bind::{Catalog, Declared, bind_at};
use crate::kql::model::{Level, SemanticModel};
use crate::rules::Settings;
use crate::source::{Edit, SourceFile, Span};
use crate::workspace::View;

/// A document, read.
pub(super) struct Read {
    pub(super) document: Arc<Document>,
    pub(super) world: Arc<World>,
    pub(super) settings: Arc<Settings>,
    pub(super) content: Content,
    pub(super) queries: Vec<Held>,
    around: Around,
}

/// A query of a document.
pub(super) struct Held {
    /// The text as the query language sees it.
    pub(super) text: String,
    /// Where the query stands, with the blank lines after a block.
    region: Span,
    /// How far a block is indented; `None` for what is no block.
    indent: Option<usize>,
    /// The key that holds it, as a pointer; `None` for a query file.
    pub(super) pointer: Option<&'static str>,
    place: QueryPlace,
    parse: Arc<Parse>,
    params: Vec<Declared>,
    model: OnceCell<Arc<SemanticModel>>,
}

impl Read {
    /// Reads a document.
    pub(super) fn new(document: &Arc<Document>, world: &Arc<World>, roots: &mut Roots) -> Self {
        let job = job(document, roots);
        let content = Content::read(Arc::clone(&document.source), job.place());
        let queries: Vec<Held> =
            content.queries().iter().map(|query| held(&document.source, query)).collect();
        let settings = world.settings(&document.location);
        let around = around(&content, &world.seen);
        Self { document: Arc::clone(document), world: Arc::clone(world), settings, content, queries, around }
    }

    /// The text.
    pub(super) fn source(&self) -> &SourceFile {
        &self.document.source
    }

    /// The query at an offset of the file, with the offset in it.
    pub(super) fn query_at(&self, offset: usize) -> Option<(&Held, usize)> {
        self.queries.iter().find_map(|query| Some((query, query.offset(self.source(), offset)?)))
    }

    /// Asks something about a query.
    pub(super) fn ask<R>(&self, query: &Held, question: impl FnOnce(&Asked<'_>) -> R) -> R {
        let view = View::new(vec![&self.settings.workspace, &self.world.parsers]);
        let catalog: &dyn Catalog =
            if self.content.kind == Kind::CustomDetection { view.hunting() } else { &view };
        let make = || Arc::new(bind_at(Level::Full, &query.text, &query.parse, catalog, &query.params));
        question(&Asked {
            text: &query.text,
            parsed: &query.parse,
            model: Meaning::Made { cell: &query.model, make: &make },
            catalog,
            params: &query.params,
            around: &self.around,
        })
    }

    /// Runs something with the tables and functions that the queries can name.
    pub(super) fn with_view<R>(&self, work: impl FnOnce(&View<'_>) -> R) -> R {
        work(&View::new(vec![&self.settings.workspace, &self.world.parsers]))
    }

    /// The offset of a position.
    pub(super) fn offset(&self, position: gen_lsp_types::Position, encoding: Encoding) -> usize {
        encoding.offset(self.source(), position)
    }
}

fn held(source: &SourceFile, query: &crate::content::Query<'_>) -> Held {
    let whole = Span::new(0, query.text.len());
    let (region, indent) = match query.node {
        None => (query.span(whole), None),
        Some(node) => {
            let header = node.scalar().and_then(|scalar| scalar.header);
            let start =
                header.map_or(node.span.start as usize, |header| after_line(source, header.end as usize));
            let start = start.min(node.span.start as usize);
            let mut end = node.span.end as usize;
            if header.is_some() {
                end = blank_lines_end(source, end.max(start));
            }
            let indent = header
                .map(|_| node.scalar().and_then(|scalar| scalar.indent).map_or(1, |indent| indent as usize));
            (Span::new(start, end), indent)
        }
    };
    Held {
        text: query.text.to_owned(),
        region,
        indent,
        pointer: query.pointer,
        place: query.place(),
        parse: query.shared_parse(),
        params: query.declared(),
        model: OnceCell::new(),
    }
}

/// Where the line after an offset begins.
fn after_line(source: &SourceFile, offset: usize) -> usize {
    let next = source.line_starts().get(source.line_of(offset) + 1);
    next.map_or(source.text().len(), |start| *start as usize)
}

/// The end of the blank lines after an offset.
fn blank_lines_end(source: &SourceFile, offset: usize) -> usize {
    let mut line = source.line_of(offset);
    let mut end = source.line_span(line).end as usize;
    while line + 1 < source.line_starts().len() {
        let next = source.line_span(line + 1);
        if !source.slice(next).trim().is_empty() {
            break;
        }
        line += 1;
        end = next.end as usize;
    }
    end.max(offset)
}

/// What the file says that its queries are likely to read: the declared data types and what else their connectors fill.
fn around(content: &Content, seen: &Arc<Seen>) -> Around {
    let mut tables: Vec<Arc<str>> = Vec::new();
    let Some(template) = content.template() else {
        return Around { seen: Arc::clone(seen), ..Around::default() };
    };
    let declared = &template.common().connectors;
    let mut add = |name: &str| {
        let name = name.split(['(', ' ']).next().unwrap_or_default();
        if !name.is_empty() && !tables.iter().any(|known| **known == *name) {
            tables.push(name.into());
        }
    };
    for connector in declared {
        connector.data_types.values().for_each(&mut add);
    }
    for connector in declared {
        let id = connector.id.as_ref().map(|id| id.value).unwrap_or_default();
        for name in connectors::tables_of(id) {
            add(name);
        }
    }
    Around { tables, seen: Arc::clone(seen) }
}

impl Held {
    /// The offset in the query of one in the file.
    fn offset(&self, source: &SourceFile, offset: usize) -> Option<usize> {
        if !self.region.touches(offset) || self.is_next_key(source, offset) {
            return None;
        }
        if let Some(found) = self.place.offset_in_query(offset, self.text.len()) {
            return Some(found);
        }
        // On the blank lines of a block that end it, or in a block that is empty so far.
        let line = source.line_span(source.line_of(offset));
        let before = source.text().get(line.start as usize..offset)?;
        let is_at_end = self.text.is_empty() || self.text.ends_with('\n');
        let indent = self.indent.filter(|_| is_at_end)?;
        (before.len() >= indent.max(1) && before.trim_matches(' ').is_empty()).then_some(self.text.len())
    }

    /// Whether the line at an offset is the beginning of a key after the block, which is read as a part of the block as long as
    /// it has no colon.
    fn is_next_key(&self, source: &SourceFile, offset: usize) -> bool {
        let Some(indent) = self.indent else { return false };
        let line = source.slice(source.line_span(source.line_of(offset)));
        let word = line.trim_start_matches(' ');
        let is_letter = |c: char| c.is_ascii_alphabetic() || c == '-' || c == '_';
        line.len() - word.len() < indent && !word.is_empty() && word.chars().all(is_letter)
    }

    /// Whether the query stands at a span of the file.
    pub(super) fn touches(&self, span: Span) -> bool {
        self.region.start <= span.end && span.start <= self.region.end
    }

    /// Whether the query is a block of lines.
    pub(super) fn is_block(&self) -> bool {
        self.indent.is_some()
    }

    /// Where the query stands in the file.
    pub(super) fn region(&self) -> Span {
        self.region
    }

    /// The place in the file of a part of the query, where the file has it as it is: what an escape or a fold stands
    /// between has none.
    pub(super) fn exact(&self, source: &SourceFile, span: Span) -> Option<Span> {
        let found = self.place.span(span);
        let text = self.text.get(span.range())?;
        if text.contains('\n') {
            let back = |offset: u32| self.place.offset_in_query(offset as usize, self.text.len());
            let is_start = back(found.start) == Some(span.start as usize);
            // A part that ends with a line end, ends on that line.
            let end = span.start as usize + text.trim_end_matches('\n').len();
            let is_end = back(found.end).is_some_and(|back| back == end || back == span.end as usize);
            return (is_start && is_end).then_some(found);
        }
        (source.slice(found) == text).then_some(found)
    }

    /// The part of the query that a span of the file covers, as far as it does.
    pub(super) fn part(&self, source: &SourceFile, span: Span) -> Option<Span> {
        if !self.touches(span) {
            return None;
        }
        let start = span.start.max(self.region.start) as usize;
        let end = span.end.min(self.region.end) as usize;
        let start = self.offset(source, start).unwrap_or_default();
        let end = self.offset(source, end).unwrap_or(self.text.len());
        Some(Span::new(start, end))
    }

    /// The edits of the file that make these edits of the query; `None` where the file cannot say one of them.
    pub(super) fn edits(&self, edits: &[Edit]) -> Option<Vec<Edit>> {
        edits.iter().map(|edit| self.place.edit(edit.span, &edit.text)).collect()
    }
}
