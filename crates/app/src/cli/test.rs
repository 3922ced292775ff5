//! `sentlint test`

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::args::{self, Global, Test, TestFormat};
use super::run::on_deep_stack;
use super::{Error, Outcome, files, print, results};
use crate::discover::{self, absolute};
use crate::order::Order as _;
use crate::suite::{Asks, Form, Report, State, TestFile, is_test, probe, rewritten, run_file};

pub(super) fn run(global: &Global, options: &Test) -> Result<Outcome, Error> {
    let paths = find(global, options)?;
    let settings = args::Files::configured(options.config.clone(), options.isolated);
    let resolver = files::resolver(&settings)?;
    let tables = files::tables(&options.tables)?;
    let mut jobs = Vec::new();
    for (name, path) in paths {
        let location = absolute(&path);
        let config = resolver.of(location.parent().unwrap_or(&location)).map_err(Error::Config)?;
        let bytes =
            std::fs::read(&path).map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
        jobs.push((name, path, bytes, files::over(&config.workspace, &tables)));
    }
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::<(usize, TestFile)>::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len().max(1));
    let asks = Asks { coverage: options.coverage, mutants: options.mutants };
    let filter = options.filter.as_deref().unwrap_or_default();
    std::thread::scope(|scope| {
        let work = || {
            on_deep_stack(|| {
                while let Some((at, (name, path, bytes, workspace))) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(at).map(|job| (at, job))
                } {
                    let mut file = run_file(path, name, bytes.clone(), workspace, filter);
                    let mut bytes = bytes.clone();
                    if options.bless
                        && let Some(text) = blessed(&file)
                    {
                        files::write(path, &text)?;
                        bytes = text.into_bytes();
                        file = run_file(path, name, bytes.clone(), workspace, filter);
                    }
                    if asks.coverage || asks.mutants {
                        probe(&mut file, path, &bytes, workspace, filter, asks);
                    }
                    found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, file));
                }
                Ok(())
            })
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(Error::Usage("the tests ended by a fault of sentlint".into())))
        })
    })?;
    let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.order_by_key(|(at, _)| *at);
    let report = Report { files: found.into_iter().map(|(_, file)| file).collect() };
    let form = match options.output_format {
        TestFormat::Full => Form::Full,
        TestFormat::Concise => Form::Concise,
        TestFormat::Json => Form::Json,
        TestFormat::Junit => Form::Junit,
        TestFormat::Github => Form::Github,
        TestFormat::Markdown => Form::Markdown,
    };
    results(&report.written(form, options.explain))?;
    Ok(if report.count(State::Broken) > 0 {
        Outcome::Impossible
    } else if report.count(State::Failed) > 0 {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// The text of a test file with the expectations that its results would meet, which are shown.
fn blessed(file: &TestFile) -> Option<String> {
    let edits: Vec<_> = file.tests.iter().flat_map(|test| test.blessed.iter().cloned()).collect();
    for edit in &edits {
        let place = file.source.position(edit.span.start as usize);
        let old = file.source.text().get(edit.span.range()).unwrap_or_default();
        let old = old.split_whitespace().collect::<Vec<_>>().join(" ");
        print::note(&format!("{}:{}:{}: {old} -> {}", file.path, place.line, place.column, edit.text));
    }
    (!edits.is_empty()).then(|| rewritten(file.source.text(), edits))
}

/// The test files below the paths, each with its name.
fn find(global: &Global, options: &Test) -> Result<Vec<(String, PathBuf)>, Error> {
    let how = discover::Options { no_ignore: options.no_ignore, ..discover::Options::default() };
    let found = discover::discover(&options.paths, &how)?;
    let mut tests = Vec::new();
    for input in found.inputs {
        if is_test(&input.path) {
            tests.push((input.name, input.path));
        } else if input.named {
            return Err(Error::Usage(format!(
                "`{}` is not a test file: its name must end with .test.yaml",
                input.name
            )));
        }
    }
    if tests.is_empty() && !global.quiet {
        print::warning(global, "no test files (*.test.yaml) found");
    }
    Ok(tests)
}
