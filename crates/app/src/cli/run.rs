//! `sentlint run`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::args::{self, Global, Missing, Rows, Run};
use super::{Error, Outcome, files, print, results};
use crate::discover::{self, absolute};
use crate::engine::data::Files;
use crate::engine::{self, Budget, Exec, Failure, Form};
use crate::suite::{self, Target};
use crate::workspace::{View, Workspace};

/// Queries nest deeply, and so do the calls that run them.
const STACK: usize = 256 << 20;

/// Works on a thread that queries of any depth can run on.
pub(super) fn on_deep_stack<R: Send>(work: impl FnOnce() -> Result<R, Error> + Send) -> Result<R, Error> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Error::Usage(format!("no thread can be started: {error}")))?;
        thread.join().unwrap_or_else(|_| Err(Error::Usage("the run ended by a fault of sentlint".into())))
    })
}

pub(super) fn run(global: &Global, options: &Run) -> Result<Outcome, Error> {
    on_deep_stack(|| run_here(global, options))
}

fn target(options: &Run) -> Result<Target, Error> {
    let (name, bytes, path) = match (&options.expression, &options.query) {
        (Some(text), _) => return Ok(Target::text("-e", text)),
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
    Target::read(&name, &discover::slashes(&absolute(&path)), bytes).map_err(Error::Usage)
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
fn workspace(options: &Run, data: &Files) -> Result<Workspace, Error> {
    let settings = args::Files::configured(options.config.clone(), options.isolated);
    let named = options.query.as_deref().filter(|path| path.as_os_str() != "-");
    let location = absolute(named.unwrap_or(Path::new("x")));
    let config =
        files::resolver(&settings)?.of(location.parent().unwrap_or(&location)).map_err(Error::Config)?;
    let tables = files::tables(&options.tables)?;
    let declared = files::over(&config.workspace, &tables);
    let mut own = Workspace::clone(&declared);
    let view = View::new(vec![&declared]);
    suite::declare(&mut own, &view, data).map_err(Error::Usage)?;
    Ok(own)
}

fn run_here(global: &Global, options: &Run) -> Result<Outcome, Error> {
    let target = target(options)?;
    let files = data(options)?;
    let now = now(options)?;
    let own = workspace(options, &files)?;
    let view = View::new(vec![&own]);
    let refused = |failures: &[Failure]| -> Error {
        let line = |failure: &Failure| match failure.span {
            Some(span) => format!("{}: error: {}", target.shown(span), failure.message),
            None => format!("{}: error: {}", target.name, failure.message),
        };
        Error::Refused(failures.iter().map(line).collect())
    };
    let bound = suite::Bound::new(&target.text, &view).map_err(|failures| refused(&failures))?;
    let compiling = engine::Options {
        missing_empty: files.missing_empty,
        fixtures: files.tables.keys().cloned().collect(),
    };
    let prepared = bound.prepare(&view, &compiling).map_err(|failure| refused(&[failure]))?;
    let exec = Exec::new(now, Box::new(files), Budget::default());
    let outcome = engine::run(&prepared, &exec).map_err(|failure| refused(&[failure]))?;
    if options.explain {
        for step in &outcome.steps {
            let place = target.shown(step.span);
            print::note(&format!("{place}: {}: {} in, {} out", step.word, step.rows_in, step.rows_out));
        }
    }
    if !global.quiet {
        for (span, note) in &outcome.notes {
            print::note(&format!("{}: info: {note}", target.shown(*span)));
        }
    }
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
