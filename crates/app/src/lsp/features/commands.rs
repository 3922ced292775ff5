//! Code lenses, and the commands that they run.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use gen_lsp_types::{CodeLens, Command, ExecuteCommandParams};
use lsp_server::{ErrorCode, ResponseError};
use serde_json::{Value, json};

use super::super::answers::{Answer, Answers, params};
use super::super::asked::{Held, Read};
use super::super::client::{Json, error};
use super::super::documents::{Document, location};
use super::super::position::Places;
use super::super::uri;
use crate::content::Kind;
use crate::convert::{ArmTemplate, Options, to_resource};
use crate::editor::content;
use crate::source::Span;
use crate::suite::{Form, Report, State, Target, run_file, run_text};
use crate::workspace::Workspace;

pub(in crate::lsp) fn lenses(answers: &mut Answers<'_>, _: Value) -> Answer {
    let read = answers.read()?;
    let mut places = Places::new(read.source(), answers.shared.client.can.encoding);
    let own = read.document.uri.as_str();
    let mut lens = |span: Span, title: String, command: &str, arguments: Vec<Value>| {
        let command =
            Command { title, command: command.to_owned(), arguments: Some(arguments), tooltip: None };
        CodeLens { range: places.range(span), command: Some(command), data: None }
    };
    let mut found = Vec::new();
    if read.content.kind == Kind::Test {
        for (name, span) in content::tests(&read.content) {
            found.push(lens(span, "Run test".into(), "sentlint.runTests", vec![json!(own), json!(name)]));
        }
    }
    let tests = tests(answers, &read);
    for (number, held) in read.queries.iter().enumerate() {
        let place = lens_place(&read, held);
        for test in &tests {
            found.push(lens(place, "Run tests".into(), "sentlint.runTests", vec![json!(uri::of(test))]));
        }
        if let Some(columns) =
            read.ask(held, |asked| asked.model.result.as_ref().map(|rows| rows.columns.iter().count()))
        {
            let title = format!("{columns} result column{}", if columns == 1 { "" } else { "s" });
            found.push(lens(place, title, "sentlint.resultColumns", vec![json!(own), json!(number)]));
        }
        if number == 0 && is_convertible(read.content.kind) {
            found.push(lens(place, "Convert to ARM".into(), "sentlint.convert", vec![json!(own)]));
        }
    }
    Ok(Json::of(&found))
}

fn is_convertible(kind: Kind) -> bool {
    matches!(kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule)
}

/// The line above which the lenses of a query stand: that of its key.
fn lens_place(read: &Read, held: &Held) -> Span {
    let start = held.region().start as usize;
    let source = read.source();
    let line = source.line_of(start);
    let line = if held.pointer.is_some() && line > 0 && held.is_block() { line - 1 } else { line };
    source.line_span(line)
}

/// The test files of the queries of a document.
fn tests(answers: &Answers<'_>, read: &Read) -> Vec<PathBuf> {
    if read.queries.is_empty() {
        return Vec::new();
    }
    let world = answers.world();
    let open = answers.shared.documents();
    let exists = |path: &PathBuf| world.files.contains_key(path) || open.at(path).is_some();
    content::tests_of(&read.document.location).into_iter().filter(exists).collect()
}

pub(in crate::lsp) fn execute(answers: &mut Answers<'_>, value: Value) -> Answer {
    let ExecuteCommandParams { command, arguments, .. } = params(value)?;
    let arguments = arguments.unwrap_or_default();
    let first = arguments.first();
    // An object with a `uri`, as clients that build their own arguments like to send, means the same.
    let named = first.and_then(|first| first.as_str().or_else(|| first.get("uri")?.as_str()));
    let named = named
        .ok_or_else(|| error(ErrorCode::InvalidParams, format!("`{command}` needs the URI of a document")))?;
    match command.as_str() {
        "sentlint.runTests" => run_tests(answers, named, arguments.get(1).and_then(Value::as_str)),
        "sentlint.convert" => convert(answers, named),
        "sentlint.resultColumns" => {
            let number = arguments.get(1).and_then(Value::as_u64).unwrap_or_default();
            result_columns(answers, named, usize::try_from(number).unwrap_or(usize::MAX))
        }
        _ => {
            Err(error(ErrorCode::InvalidParams, format!("the server does not know the command `{command}`")))
        }
    }
}

fn failed(message: impl Into<String>) -> ResponseError {
    error(ErrorCode::RequestFailed, message)
}

/// A document by its URI: open, or on disk.
fn read(answers: &mut Answers<'_>, named: &str) -> Result<Rc<Read>, ResponseError> {
    let open = answers.shared.documents().get(named);
    if let Some(document) = open {
        return Ok(answers.read_document(&document));
    }
    let world = answers.world();
    let path = uri::path(named).map(|path| crate::discover::absolute(&path));
    let path = path.ok_or_else(|| failed(format!("the document `{named}` is not open")))?;
    let found = super::super::world::load(&path, world.root(), &mut answers.roots);
    let found = found.ok_or_else(|| {
        failed(format!("the document `{named}` is neither open nor a file that can be read"))
    })?;
    let document =
        Document { uri: named.to_owned(), location: location(named, ""), version: 0, source: found.source };
    Ok(Rc::new(Read::new(&Arc::new(document), &world, &mut answers.roots)))
}

/// Runs the tests of a file, those with a name where one is given. A query file stands for its tests.
fn run_tests(answers: &mut Answers<'_>, named: &str, name: Option<&str>) -> Answer {
    let read = read(answers, named)?;
    let files = match read.content.kind {
        Kind::Test => vec![Rc::clone(&read)],
        _ => {
            let paths = tests(answers, &read);
            let uris: Vec<String> = paths.iter().map(|path| uri::of(path)).collect();
            uris.iter().filter_map(|uri| self::read(answers, uri).ok()).collect()
        }
    };
    if files.is_empty() {
        return Err(failed(format!("`{}` has no tests", read.source().path())));
    }
    let mut known = Workspace::clone(&read.settings.workspace);
    known.merge(Workspace::clone(&read.world.parsers));
    let known = Arc::new(known);
    let mut report = Report::default();
    for file in files {
        let mut ran = match open_query(answers, &file) {
            Some(target) => {
                run_text(&target, &file.document.location, file.source().text().to_owned(), &known)
            }
            None => {
                let bytes = file.source().text().as_bytes().to_vec();
                run_file(&file.document.location, file.source().path(), bytes, &known, "")
            }
        };
        file.source().path().clone_into(&mut ran.path);
        if let Some(name) = name {
            ran.tests.retain(|test| test.name == name || test.name.is_empty());
        }
        report.files.push(ran);
    }
    let passed = report.count(State::Passed);
    let text = report.written(Form::Full, false);
    let json: Value = serde_json::from_str(&report.written(Form::Json, false)).unwrap_or_default();
    let total = passed + report.count(State::Failed) + report.count(State::Broken);
    Ok(Json::of(&json!({"passed": passed, "total": total, "text": text, "report": json})))
}

/// The query of tests, where it is open: its text may not be saved.
fn open_query(answers: &Answers<'_>, tests: &Read) -> Option<Target> {
    let path = content::query_of(&tests.content, &tests.document.location)?;
    let document = answers.shared.documents().at(&path)?;
    let bytes = document.source.text().as_bytes().to_vec();
    Target::read(document.source.path(), &crate::discover::slashes(&path), bytes).ok()
}

/// Converts a document to an ARM template.
fn convert(answers: &mut Answers<'_>, named: &str) -> Answer {
    let read = read(answers, named)?;
    let converted = to_resource(&read.content, &Options::default());
    let converted = converted.map_err(|refused| {
        let place = read.source().position(refused.span.start as usize);
        failed(format!("{}:{}:{}: {}", read.source().path(), place.line, place.column, refused.message))
    })?;
    let notes: Vec<&str> = converted.notes.iter().map(|note| note.message.as_str()).collect();
    let text = ArmTemplate::new(std::slice::from_ref(&converted.resource)).to_json();
    Ok(Json::of(&json!({"text": text, "languageId": "json", "notes": notes})))
}

/// What a query returns.
fn result_columns(answers: &mut Answers<'_>, named: &str, number: usize) -> Answer {
    let read = read(answers, named)?;
    let held = read
        .queries
        .get(number)
        .ok_or_else(|| failed(format!("`{}` has no such query", read.source().path())))?;
    let columns = read.ask(held, |asked| {
        let rows = asked.model.result.as_ref()?;
        let columns: Vec<(String, &str)> =
            rows.columns.iter().map(|column| (column.name.to_string(), column.kind.name())).collect();
        Some((columns, rows.has_unknown_columns))
    });
    let Some((columns, open)) = columns else { return Err(failed("the query returns no rows")) };
    let width = columns.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, kind) in &columns {
        text += &format!("{name:width$}  {kind}\n");
    }
    if open {
        text += "and more columns that are not known\n";
    }
    let columns: Vec<Value> =
        columns.iter().map(|(name, kind)| json!({"name": name, "type": kind})).collect();
    Ok(Json::of(&json!({"columns": columns, "open": open, "text": text})))
}
