//! Outlines of documents, names in the workspace, and links.

use gen_lsp_types::{
    DocumentLink, DocumentSymbol, Location, SymbolInformation, SymbolKind, Uri, WorkspaceSymbolParams,
};
use serde_json::{Value, json};

use super::super::answers::{Answer, Answers, params};
use super::super::asked::{Held, Read};
use super::super::client::Json;
use super::super::position::Places;
use super::super::uri;
use crate::editor::content::{self, ContentSymbol};
use crate::editor::query::{self, QuerySymbol};
use crate::source::Span;

/// So many names are sent for one search.
const MOST: usize = 500;

pub(in crate::lsp) fn document(answers: &mut Answers<'_>, _: Value) -> Answer {
    let read = answers.read()?;
    let can = answers.shared.client.can;
    let mut places = Places::new(read.source(), can.encoding);
    let mut found: Vec<DocumentSymbol> =
        content::symbols(&read.content).into_iter().map(|one| of_key(one, &mut places)).collect();
    let mut of_queries: Vec<(Span, Vec<DocumentSymbol>)> = Vec::new();
    for held in &read.queries {
        let symbols = read.ask(held, query::symbols);
        let symbols = symbols.into_iter().filter_map(|one| of_query(&read, held, one, &mut places));
        of_queries.push((held.region(), symbols.collect()));
    }
    for (region, symbols) in of_queries {
        let range = places.range(region);
        match innermost(&mut found, range) {
            Some(symbol) => symbol.children.get_or_insert_default().extend(symbols),
            None => found.extend(symbols),
        }
    }
    if can.symbol_trees {
        return Ok(Json::of(&found));
    }
    let mut flat = Vec::new();
    flatten(found, None, &read.document.uri, &mut flat);
    Ok(Json::of(&flat))
}

/// The symbol of the key that holds a query.
fn innermost(symbols: &mut [DocumentSymbol], range: gen_lsp_types::Range) -> Option<&mut DocumentSymbol> {
    let holds = |one: &DocumentSymbol| one.range.start <= range.start && range.start <= one.range.end;
    let at = symbols.iter().position(holds)?;
    let symbol = &mut symbols[at];
    let is_deeper = symbol.children.as_ref().is_some_and(|children| children.iter().any(holds));
    if is_deeper { innermost(symbol.children.get_or_insert_default(), range) } else { Some(symbol) }
}

#[expect(deprecated, reason = "the protocol's type has a member that is not to be used any more")]
fn symbol(
    name: String,
    detail: String,
    kind: SymbolKind,
    places: (gen_lsp_types::Range, gen_lsp_types::Range),
) -> DocumentSymbol {
    let (range, selection_range) = places;
    let detail = (!detail.is_empty()).then_some(detail);
    DocumentSymbol {
        name,
        detail,
        kind,
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children: None,
    }
}

fn of_key(one: ContentSymbol, places: &mut Places<'_>) -> DocumentSymbol {
    let kind = if one.is_group { SymbolKind::Struct } else { SymbolKind::Key };
    let ranges = (places.range(one.span), places.range(one.name_span));
    let children: Vec<DocumentSymbol> = one.children.into_iter().map(|child| of_key(child, places)).collect();
    let children = (!children.is_empty()).then_some(children);
    DocumentSymbol { children, ..symbol(one.name, one.detail, kind, ranges) }
}

fn of_query(read: &Read, held: &Held, one: QuerySymbol, places: &mut Places<'_>) -> Option<DocumentSymbol> {
    let kind = match one.kind {
        query::SymbolKind::Variable => SymbolKind::Variable,
        query::SymbolKind::Rows => SymbolKind::Class,
        query::SymbolKind::Function => SymbolKind::Function,
    };
    let (span, name) = (held.exact(read.source(), one.span)?, held.exact(read.source(), one.name_span)?);
    let ranges = (places.range(span.cover(name)), places.range(name));
    let children: Vec<DocumentSymbol> =
        one.children.into_iter().filter_map(|child| of_query(read, held, child, places)).collect();
    let children = (!children.is_empty()).then_some(children);
    Some(DocumentSymbol { children, ..symbol(one.name, one.detail, kind, ranges) })
}

#[expect(deprecated, reason = "the protocol's type has a member that is not to be used any more")]
fn flatten(
    symbols: Vec<DocumentSymbol>,
    container: Option<&str>,
    uri: &str,
    flat: &mut Vec<SymbolInformation>,
) {
    for one in symbols {
        let location = Location { uri: Uri(uri.to_owned()), range: one.range };
        let base_symbol_information = gen_lsp_types::BaseSymbolInformation {
            name: one.name.clone(),
            kind: one.kind,
            tags: None,
            container_name: container.map(str::to_owned),
        };
        flat.push(SymbolInformation { deprecated: None, location, base_symbol_information });
        flatten(one.children.unwrap_or_default(), Some(&one.name), uri, flat);
    }
}

pub(in crate::lsp) fn workspace(answers: &mut Answers<'_>, value: Value) -> Answer {
    let wanted = params::<WorkspaceSymbolParams>(value)?.query.to_lowercase();
    let world = answers.world();
    let encoding = answers.shared.client.can.encoding;
    let mut found = Vec::new();
    for (path, known) in world.files.iter() {
        let title = known.title.iter().map(|(name, span)| (name.as_str(), *span, SymbolKind::File));
        let parsers =
            known.parsers.iter().map(|parser| (parser.name.as_str(), parser.place, SymbolKind::Function));
        for (name, span, kind) in title.chain(parsers) {
            if found.len() < MOST && has_letters(&name.to_lowercase(), &wanted) {
                let range = Places::new(&known.source, encoding).range(span);
                let container =
                    world.root().and_then(|root| path.strip_prefix(root).ok()).map(crate::discover::slashes);
                found.push(json!({
                    "name": name,
                    "kind": u32::from(kind),
                    "location": {"uri": uri::of(path), "range": range},
                    "containerName": container,
                }));
            }
        }
    }
    Ok(Json::of(&found))
}

/// Whether a name has the letters that are searched for, in their order, as clients expect.
fn has_letters(name: &str, wanted: &str) -> bool {
    let mut letters = name.chars();
    wanted.chars().filter(|c| !c.is_whitespace()).all(|wanted| letters.any(|c| c == wanted))
}

pub(crate) fn links(answers: &mut Answers<'_>, _: Value) -> Answer {
    let read = answers.read()?;
    let mut places = Places::new(read.source(), answers.shared.client.can.encoding);
    let mut found = Vec::new();
    for (span, path) in content::files(&read.content, &read.document.location) {
        let target = Some(Uri(uri::of(&path)));
        found.push(DocumentLink { range: places.range(span), target, tooltip: None, data: None });
    }
    let attack = read.settings.attack;
    for (span, url, tooltip) in content::links(&read.content, attack) {
        let target = Some(Uri(url));
        found.push(DocumentLink { range: places.range(span), target, tooltip: Some(tooltip), data: None });
    }
    Ok(Json::of(&found))
}
