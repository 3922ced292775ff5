//! Where a name is declared, and where else it stands: in its query, and in the other files of the workspace.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use gen_lsp_types::{
    DefinitionParams, DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, Location,
    PrepareRenameParams, ReferenceParams, RenameParams, Uri,
};
use lsp_server::{ErrorCode, ResponseError};
use memchr::memmem;
use serde_json::{Value, json};

use super::super::answers::{Answer, Answers, params};
use super::super::asked::Read;
use super::super::client::{Json, error};
use super::super::documents::Document;
use super::super::position::Places;
use super::super::{edits, uri};
use crate::editor::content;
use crate::editor::query::{self, Named, RenameError, Target};
use crate::order::Order as _;
use crate::source::{Edit, Span};

pub(in crate::lsp) fn highlights(answers: &mut Answers<'_>, value: Value) -> Answer {
    let at = params::<DocumentHighlightParams>(value)?.text_document_position_params.position;
    let read = answers.read()?;
    let encoding = answers.shared.client.can.encoding;
    let offset = read.offset(at, encoding);
    let Some((held, at)) = read.query_at(offset) else { return Ok(Json::null()) };
    let found = read.ask(held, |asked| query::references(asked, at));
    let mut places = Places::new(read.source(), encoding);
    let highlight = |one: query::Reference| {
        let kind = if one.declares { DocumentHighlightKind::Write } else { DocumentHighlightKind::Read };
        Some(DocumentHighlight {
            range: places.range(held.exact(read.source(), one.span)?),
            kind: Some(kind),
        })
    };
    Ok(Json::of(&found.into_iter().filter_map(highlight).collect::<Vec<_>>()))
}

/// A place in a document.
fn location(answers: &Answers<'_>, read: &Read, span: Span) -> Location {
    let encoding = answers.shared.client.can.encoding;
    let range = Places::new(read.source(), encoding).range(span);
    Location { uri: Uri(read.document.uri.clone()), range }
}

/// A file of the workspace, as its client has it where it is open.
fn file(answers: &mut Answers<'_>, path: &Path) -> Option<Rc<Read>> {
    let open = answers.shared.documents().at(path);
    if let Some(document) = open {
        return Some(answers.read_document(&document));
    }
    let world = answers.world();
    let source = Arc::clone(&world.files.get(path)?.source);
    let document = Arc::new(Document { uri: uri::of(path), location: path.to_owned(), version: 0, source });
    Some(Rc::new(Read::new(&document, &world, &mut answers.roots)))
}

pub(crate) fn definition(answers: &mut Answers<'_>, value: Value) -> Answer {
    let at = params::<DefinitionParams>(value)?.text_document_position_params.position;
    let read = answers.read()?;
    let offset = read.offset(at, answers.shared.client.can.encoding);
    let mut found = Vec::new();
    if let Some((held, at)) = read.query_at(offset) {
        for target in read.ask(held, |asked| query::definition(asked, at)) {
            match target {
                Target::Here(span) => {
                    found.extend(held.exact(read.source(), span).map(|span| location(answers, &read, span)));
                }
                Target::Outside(named) => {
                    found.extend(declarations(answers, &read.document.location, &named));
                }
            }
        }
    } else if let Some(target) = content::file_at(&read.content, &read.document.location, offset) {
        let start = gen_lsp_types::Position::new(0, 0);
        found
            .push(Location { uri: Uri(uri::of(&target)), range: gen_lsp_types::Range { start, end: start } });
    }
    Ok(Json::of(&found))
}

/// Where something is declared that queries name: parsers in their files, and tables and watchlists in the tests of the query.
fn declarations(answers: &mut Answers<'_>, from: &Path, named: &Named) -> Vec<Location> {
    let world = answers.world();
    match named {
        Named::Function(name) => {
            let has = |known: &super::super::world::Known| {
                known.parsers.iter().any(|parser| *parser.name == **name)
            };
            let paths: Vec<PathBuf> =
                world.files.iter().filter(|(_, known)| has(known)).map(|(path, _)| path.clone()).collect();
            let mut found = Vec::new();
            for path in paths {
                let Some(read) = file(answers, &path) else { continue };
                let span = content::parser_name(&read.content, name).unwrap_or_default();
                found.push(location(answers, &read, span));
            }
            found
        }
        Named::Table(name) | Named::Watchlist(name) => {
            let mut found = Vec::new();
            for path in content::tests_of(from) {
                let Some(read) = file(answers, &path) else { continue };
                let spans = content::fixtures(&read.content, name);
                found.extend(spans.into_iter().map(|span| location(answers, &read, span)));
            }
            found
        }
    }
}

pub(crate) fn references(answers: &mut Answers<'_>, value: Value) -> Answer {
    let params: ReferenceParams = params(value)?;
    let read = answers.read()?;
    let offset =
        read.offset(params.text_document_position_params.position, answers.shared.client.can.encoding);
    let with_declaration = params.context.include_declaration;
    let named = named_at(&read, offset);
    if let Some((_, Named::Function(name))) = &named
        && is_parser(answers, name)
    {
        let mut found = uses(answers, name, with_declaration);
        return Ok(Json::of(
            &found
                .drain(..)
                .flat_map(|(read, spans)| {
                    spans.into_iter().map(|span| location(answers, &read, span)).collect::<Vec<_>>()
                })
                .collect::<Vec<_>>(),
        ));
    }
    let Some((held, at)) = read.query_at(offset) else { return Ok(Json::null()) };
    let found = read.ask(held, |asked| query::references(asked, at));
    let found = found.into_iter().filter(|one| with_declaration || !one.declares);
    let spans = found.filter_map(|one| held.exact(read.source(), one.span));
    Ok(Json::of(&spans.map(|span| location(answers, &read, span)).collect::<Vec<_>>()))
}

/// What is declared outside of the query and named at an offset, or declared there: the name of a parser.
fn named_at(read: &Read, offset: usize) -> Option<(Span, Named)> {
    if let Some((held, at)) = read.query_at(offset) {
        let (span, named) = read.ask(held, |asked| query::named_at(asked, at))?;
        return Some((held.exact(read.source(), span)?, named));
    }
    let (span, name) = content::parser_name_at(&read.content, offset)?;
    Some((span, Named::Function(name.into())))
}

fn is_parser(answers: &Answers<'_>, name: &str) -> bool {
    let world = answers.world();
    world.files.values().any(|known| known.parsers.iter().any(|parser| parser.name == name))
}

/// Every file that names a parser, with the places.
fn uses(answers: &mut Answers<'_>, name: &str, with_declaration: bool) -> Vec<(Rc<Read>, Vec<Span>)> {
    let world = answers.world();
    let finder = memmem::Finder::new(name);
    let mut paths: Vec<PathBuf> = world
        .files
        .iter()
        .filter(|(_, known)| finder.find(known.source.text().as_bytes()).is_some())
        .map(|(path, _)| path.clone())
        .collect();
    for document in answers.shared.documents().all() {
        if !paths.contains(&document.location) && finder.find(document.source.text().as_bytes()).is_some() {
            paths.push(document.location.clone());
        }
    }
    let named = Named::Function(name.into());
    let mut found = Vec::new();
    for path in paths {
        let Some(read) = file(answers, &path) else { continue };
        let mut spans: Vec<Span> = Vec::new();
        for held in &read.queries {
            let places = read.ask(held, |asked| query::places_of(asked, &named));
            spans.extend(places.into_iter().filter_map(|span| held.exact(read.source(), span)));
        }
        if with_declaration {
            spans.extend(content::parser_name(&read.content, name));
        }
        spans.order();
        spans.dedup();
        if !spans.is_empty() {
            found.push((read, spans));
        }
    }
    found
}

pub(crate) fn prepare_rename(answers: &mut Answers<'_>, value: Value) -> Answer {
    let at = params::<PrepareRenameParams>(value)?.text_document_position_params.position;
    let read = answers.read()?;
    let encoding = answers.shared.client.can.encoding;
    let offset = read.offset(at, encoding);
    let range = |span: Span| {
        let placeholder = read.source().slice(span).to_owned();
        Ok(Json::of(
            &json!({"range": Places::new(read.source(), encoding).range(span), "placeholder": placeholder}),
        ))
    };
    if let Some((span, Named::Function(name))) = named_at(&read, offset)
        && is_parser(answers, &name)
    {
        return range(span);
    }
    let Some((held, at)) = read.query_at(offset) else { return Err(refused(RenameError::NoName)) };
    let span = read.ask(held, |asked| query::prepare_rename(asked, at)).map_err(refused)?;
    let span = held.exact(read.source(), span);
    range(span.ok_or_else(|| {
        error(ErrorCode::RequestFailed, "the name is in text that cannot be edited in place")
    })?)
}

fn refused(why: RenameError) -> ResponseError {
    let message = match why {
        RenameError::NoName => "there is no name that can be changed here".to_owned(),
        RenameError::Outside(what) => format!("it is not declared in this query: {what}"),
        RenameError::Invalid(why) | RenameError::Taken(why) => why,
    };
    error(ErrorCode::RequestFailed, message)
}

pub(crate) fn rename(answers: &mut Answers<'_>, value: Value) -> Answer {
    let params: RenameParams = params(value)?;
    let read = answers.read()?;
    let offset =
        read.offset(params.text_document_position_params.position, answers.shared.client.can.encoding);
    let new = params.new_name;
    if let Some((_, Named::Function(name))) = named_at(&read, offset)
        && is_parser(answers, &name)
    {
        return rename_parser(answers, &name, &new);
    }
    let Some((held, at)) = read.query_at(offset) else { return Err(refused(RenameError::NoName)) };
    let changes = read.ask(held, |asked| query::rename(asked, at, &new)).map_err(refused)?;
    let changes = held.edits(&changes);
    let changes = changes.ok_or_else(|| {
        error(ErrorCode::RequestFailed, "the name is in text that cannot be edited in place")
    })?;
    Ok(Json::of(&edits::workspace(answers.shared, vec![(Rc::clone(&read), changes)])))
}

fn rename_parser(answers: &mut Answers<'_>, name: &str, new: &str) -> Answer {
    let is_name = new.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && new.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err(refused(RenameError::Invalid(format!("`{new}` is not a valid name of a function"))));
    }
    let is_known = answers.read()?.with_view(|view| {
        use crate::kql::bind::Catalog as _;
        view.function(new).is_some() || view.table(new).is_some()
    });
    if is_known {
        return Err(refused(RenameError::Taken(format!(
            "`{new}` already is the name of a table or function"
        ))));
    }
    let files = uses(answers, name, true).into_iter();
    let files =
        files.map(|(read, spans)| (read, spans.into_iter().map(|span| Edit::new(span, new)).collect()));
    Ok(Json::of(&edits::workspace(answers.shared, files.collect())))
}
