//! `sentlint run`

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{self, Global, Missing, Rows, Run};
use super::{Error, Outcome, files, print, results};
use crate::content::{Content, is_query_file};
use crate::discover::{self, absolute};
use crate::engine::data::Files;
use crate::engine::{self, Budget, Exec, Failure, Form, Options};
use crate::kql;
use crate::kql::bind::{Catalog, bind_at};
use crate::kql::model::Level;
use crate::source::{SourceFile, Span};
use crate::workspace::{View, Workspace};

/// Queries nest deeply, and so do the calls that run them.
const STACK: usize = 256 << 20;

pub(super) fn run(global: &Global, options: &Run) -> Result<Outcome, Error> {
    let work = || run_here(global, options);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Error::Usage(format!("no thread can be started: {error}")))?;
        thread.join().unwrap_or_else(|_| Err(Error::Usage("the run ended by a fault of sentlint".into())))
    })
}

/// The text of a query and its places in the file.
struct Target {
    name: String,
    source: Arc<SourceFile>,
    text: String,
    /// Where the text begins, for a query of YAML.
    content: Option<(Arc<SourceFile>, String)>,
}

impl Target {
    /// Does something with a function from places in the query to lines and columns in the file.
    fn located<R>(&self, work: impl FnOnce(&dyn Fn(Span) -> String) -> R) -> R {
        let show = |span: Span| {
            let place = self.source.position(span.start as usize);
            format!("{}:{}:{}", self.name, place.line, place.column)
        };
        match &self.content {
            None => {
                let skipped = self.source.text().len() - self.text.len();
                work(&|span: Span| show(span.shift(skipped)))
            }
            Some((source, place)) => {
                let content = Content::read(Arc::clone(source), place);
                let queries = content.queries();
                work(&|span: Span| match queries.first() {
                    Some(query) => show(query.span(span)),
                    None => self.name.clone(),
                })
            }
        }
    }
}

fn target(options: &Run) -> Result<Target, Error> {
    let plain = |name: &str, bytes: Vec<u8>| {
        let source = Arc::new(SourceFile::from_bytes(name.to_owned(), bytes));
        let text = source.text().trim_start_matches('\u{feff}').to_owned();
        Target { name: name.to_owned(), source, text, content: None }
    };
    let (name, bytes, path) = match (&options.expression, &options.query) {
        (Some(text), _) => return Ok(plain("-e", text.clone().into_bytes())),
        (None, Some(path)) if path.as_os_str() == "-" => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            read.map_err(|error| Error::Unreadable("standard input".into(), error.to_string()))?;
            (options.stdin_filename.clone(), bytes, PathBuf::from(&options.stdin_filename))
        }
        (None, Some(path)) => {
            let name = discover::display(path);
            let bytes =
                std::fs::read(path).map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
            (name, bytes, path.clone())
        }
        (None, None) => return Err(Error::Usage("name a query, or give one with -e".into())),
    };
    if is_query_file(&name) {
        return Ok(plain(&name, bytes));
    }
    let source = Arc::new(SourceFile::from_bytes(name.clone(), bytes));
    let place = discover::slashes(&absolute(&path));
    let content = Content::read(Arc::clone(&source), &place);
    let queries = content.queries();
    let Some(query) = queries.first() else {
        return Err(Error::Usage(format!("`{name}` has no query")));
    };
    let text = query.text.to_owned();
    drop(queries);
    Ok(Target { name, source: Arc::clone(&source), text, content: Some((source, place)) })
}

fn data(options: &Run) -> Result<Files, Error> {
    let mut files = Files { missing_empty: options.missing == Missing::Empty, ..Files::default() };
    for path in &options.data {
        files.add(path).map_err(|why| Error::Usage(format!("--data: {why}")))?;
    }
    if let Some(folder) = &options.watchlists {
        files.add_watchlists(folder).map_err(|why| Error::Usage(format!("--watchlists: {why}")))?;
    }
    for pair in &options.external {
        // An address may hold `=`, and the path is what follows the last.
        let Some((address, path)) = pair.rsplit_once('=') else {
            return Err(Error::Usage(format!("--external: `{pair}` is not `URL=PATH`")));
        };
        files.externals.insert(address.to_owned(), PathBuf::from(path));
    }
    Ok(files)
}

fn now(options: &Run) -> Result<i64, Error> {
    match &options.now {
        Some(text) => engine::time::read_moment(text).ok_or_else(|| {
            Error::Usage(format!("--now: `{text}` is not a time such as 2026-11-28T12:00:00Z"))
        }),
        None => {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            let ticks = since.map(|since| since.as_nanos() / 100).unwrap_or_default();
            Ok(engine::time::UNIX.saturating_add(i64::try_from(ticks).unwrap_or(i64::MAX)))
        }
    }
}

/// The tables and functions that the query can name. Tables that nobody declares have the columns of their rows.
fn workspace(options: &Run, files: &Files) -> Result<Workspace, Error> {
    let settings = args::Files {
        paths: Vec::new(),
        stdin_filename: String::new(),
        no_ignore: false,
        exclude: Vec::new(),
        force_exclude: false,
        config: options.config.clone(),
        isolated: options.isolated,
    };
    let location =
        absolute(options.query.as_deref().filter(|path| path.as_os_str() != "-").unwrap_or(Path::new(".")));
    let config =
        files::resolver(&settings)?.of(location.parent().unwrap_or(&location)).map_err(Error::Config)?;
    let tables = files::tables(&options.tables)?;
    let workspace = files::over(&config.workspace, &tables);
    let mut own = Workspace::clone(&workspace);
    {
        let view = View::new(vec![&workspace]);
        for (name, path) in &files.tables {
            let known = view.table(name).is_some_and(|table| {
                !table.relation.columns.is_empty() && !table.relation.has_unknown_columns
            });
            if !known && view.function(name).is_none() {
                let columns = engine::data::infer(path).map_err(Error::Usage)?;
                let mut all = Vec::new();
                if let Some(table) = view.table(name) {
                    all.extend(
                        table.relation.columns.iter().map(|column| (column.name.to_string(), column.kind)),
                    );
                }
                let declared = |name: &str| all.iter().any(|(own, _): &(String, _)| own == name);
                let more: Vec<_> = columns.into_iter().filter(|(name, _)| !declared(name)).collect();
                all.extend(more);
                own.add_table(name, all);
            }
        }
    }
    Ok(own)
}

fn run_here(global: &Global, options: &Run) -> Result<Outcome, Error> {
    let target = target(options)?;
    let files = data(options)?;
    let now = now(options)?;
    let own = workspace(options, &files)?;
    let view = View::new(vec![&own]);
    let parse = kql::parse(&target.text);
    let refused = |failures: &[Failure]| -> Error {
        target.located(|show| {
            let line = |failure: &Failure| match failure.span {
                Some(span) => format!("{}: error: {}", show(span), failure.message),
                None => format!("{}: error: {}", target.name, failure.message),
            };
            let lines: Vec<String> = failures.iter().map(line).collect();
            Error::Refused(lines)
        })
    };
    if !parse.errors.is_empty() {
        let wrong: Vec<Failure> =
            parse.errors.iter().map(|error| Failure::at(error.span, error.message.clone())).collect();
        return Err(refused(&wrong));
    }
    let model = bind_at(Level::Execute, &target.text, &parse, &view, &[]);
    let wrong: Vec<Failure> = model
        .findings
        .iter()
        .filter(|finding| !finding.low_confidence)
        .map(|finding| {
            let help = finding.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
            Failure::at(finding.span, format!("{}{help}", finding.message))
        })
        .collect();
    if !wrong.is_empty() {
        return Err(refused(&wrong));
    }
    let compiling =
        Options { missing_empty: files.missing_empty, fixtures: files.tables.keys().cloned().collect() };
    let prepared = engine::prepare(&target.text, &parse, &model, &view, &compiling);
    let prepared = prepared.map_err(|failure| refused(&[failure]))?;
    let exec = Exec::new(now, Box::new(files), Budget::default());
    let outcome = engine::run(&prepared, &exec).map_err(|failure| refused(&[failure]))?;
    target.located(|show| {
        if options.explain {
            for step in &outcome.steps {
                print::note(&format!(
                    "{}: {}: {} in, {} out",
                    show(step.span),
                    step.word,
                    step.rows_in,
                    step.rows_out
                ));
            }
        }
        if !global.quiet {
            for (span, note) in &outcome.notes {
                print::note(&format!("{}: info: {note}", show(*span)));
            }
        }
    });
    let form = match options.output_format {
        Rows::Table => Form::Table,
        Rows::Json => Form::Json,
        Rows::Csv => Form::Csv,
        Rows::Ndjson => Form::Ndjson,
    };
    let limit = options.limit.unwrap_or(usize::MAX);
    if form != Form::Table && outcome.table.count() > limit && !global.quiet {
        print::warning(global, &format!("{limit} of {} rows shown", outcome.table.count()));
    }
    results(&outcome.table.written(form, limit))?;
    Ok(Outcome::Clean)
}
