//! Running the tests of a file.

use std::path::Path;
use std::sync::Arc;

use super::bless::{Blessed, blessed};
use super::file::{Case, Mistake, Suite, query_path};
use super::reach::Probed;
use super::rows::{self, Bounds};
use super::target::slashes;
use super::{Bound, Target, expect};
use crate::content::model::Template;
use crate::engine::{self, Budget, Exec, Options, Table};
use crate::source::{SourceFile, Span};
use crate::workspace::{View, Workspace};
use crate::yaml;

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Passed,
    Failed,
    /// It could not be run.
    Broken,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Broken => "broken",
        }
    }
}

/// The operator after which no rows were left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Its place in the file of the query.
    pub span: Span,
    pub shown: String,
    pub operator: &'static str,
    pub rows_in: usize,
}

/// A test that was run.
#[derive(Clone, Debug)]
pub struct Tested {
    pub name: String,
    pub state: State,
    pub message: Option<String>,
    pub rows: Option<usize>,
    pub columns: Vec<(String, &'static str)>,
    pub alerts: Option<usize>,
    /// The place of its name in the test file.
    pub span: Span,
    pub dropped: Option<Dropped>,
    /// How many rows went into each operator and came out.
    pub steps: Vec<String>,
    /// The first rows of the result as text, to compare results.
    pub(super) result: Option<String>,
    /// What would have to be written for a test that failed to pass.
    pub blessed: Vec<Blessed>,
}

/// A test file that was run.
#[derive(Clone, Debug)]
pub struct TestFile {
    pub path: String,
    pub source: Arc<SourceFile>,
    pub query: String,
    pub tests: Vec<Tested>,
    /// The file of the query, for the places of its operators.
    pub query_source: Option<Arc<SourceFile>>,
    pub(super) target: Option<Target>,
    /// The conditions that no test decides, if asked for.
    pub coverage: Option<Probed>,
    /// The changes that no test notices, if asked for.
    pub mutants: Option<Probed>,
}

/// How many rows of a result are compared with those of a changed query.
const MOST_COMPARED: usize = 1000;

/// Runs the tests of a file on another text of its query.
pub(super) fn run_changed(
    path: &Path,
    bytes: Vec<u8>,
    known: &Arc<Workspace>,
    filter: &str,
    target: &Target,
) -> TestFile {
    run_with(path, &slashes(path), bytes, known, filter, Some(target))
}

/// Runs the tests of a text, as if it were a file, for a query that has been read.
pub fn run_text(target: &Target, path: &Path, text: String, known: &Arc<Workspace>) -> TestFile {
    run_with(path, &slashes(path), text.into_bytes(), known, "", Some(target))
}

/// Runs the tests of a file whose names contain a text.
pub fn run_file(path: &Path, name: &str, bytes: Vec<u8>, known: &Arc<Workspace>, filter: &str) -> TestFile {
    run_with(path, name, bytes, known, filter, None)
}

fn run_with(
    path: &Path,
    name: &str,
    bytes: Vec<u8>,
    known: &Arc<Workspace>,
    filter: &str,
    given: Option<&Target>,
) -> TestFile {
    let source = Arc::new(SourceFile::from_bytes(name.to_owned(), bytes));
    let document = yaml::parse(&source);
    let suite = Suite::read(&source, &document);
    let mut file = TestFile {
        path: name.to_owned(),
        source: Arc::clone(&source),
        query: String::new(),
        tests: Vec::new(),
        query_source: None,
        target: None,
        coverage: None,
        mutants: None,
    };
    let broken = |span: Span, name: &str, message: String| Tested {
        name: name.to_owned(),
        state: State::Broken,
        message: Some(message),
        rows: None,
        columns: Vec::new(),
        alerts: None,
        span,
        dropped: None,
        steps: Vec::new(),
        result: None,
        blessed: Vec::new(),
    };
    if !suite.mistakes.is_empty() {
        file.tests.push(broken(suite.mistakes[0].span, "", told(name, &source, &suite.mistakes)));
        return file;
    }
    let query_name = std::cell::RefCell::new(String::new());
    let read = || {
        query_path(path, suite.query).and_then(|query| {
            let shown = slashes(&query).trim_start_matches("./").to_owned();
            query_name.replace(shown.clone());
            let bytes =
                std::fs::read(&query).map_err(|error| format!("cannot read the query `{shown}`: {error}"))?;
            let full = std::path::absolute(&query).unwrap_or(query);
            Target::read(&shown, &slashes(&full), bytes)
        })
    };
    let target = match given {
        Some(target) => Ok(target.clone()),
        None => read(),
    };
    file.query = query_name.into_inner();
    let cases: Vec<&Case<'_>> = suite.cases.iter().filter(|case| case.name.contains(filter)).collect();
    let target = match target {
        Ok(target) => target,
        Err(why) => {
            file.tests.extend(cases.iter().map(|case| broken(case.span, case.name, why.clone())));
            return file;
        }
    };
    file.query_source = Some(Arc::clone(&target.source));
    file.target = Some(target.clone());
    let mut own = Workspace::clone(known);
    {
        let view = View::new(vec![known]);
        let mut given = vec![&suite.shared.tables];
        given.extend(suite.cases.iter().map(|case| &case.data.tables));
        rows::declare(&mut own, &view, &given);
    }
    let view = View::new(vec![&own]);
    let bound = match Bound::new(&target.text, &view) {
        Ok(bound) => bound,
        Err(failures) => {
            let lines: Vec<String> = failures
                .iter()
                .map(|failure| {
                    let place = failure.span.map_or_else(|| target.name.clone(), |span| target.shown(span));
                    format!("{place}: {}", failure.message)
                })
                .collect();
            file.tests.extend(cases.iter().map(|case| broken(case.span, case.name, lines.join("\n"))));
            return file;
        }
    };
    let content = target.content();
    let template = content.as_ref().and_then(crate::content::Content::template);
    let setting = Setting {
        name,
        target: &target,
        bound: &bound,
        view: &view,
        template: template.as_ref(),
        source: &source,
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    for case in cases {
        let tested = setting.run(&suite, case, folder);
        file.tests.push(match tested {
            Ok(tested) => tested,
            Err(why) => broken(case.span, case.name, why),
        });
    }
    file
}

fn told(name: &str, source: &SourceFile, mistakes: &[Mistake]) -> String {
    let line = |mistake: &Mistake| {
        let place = source.position(mistake.span.start as usize);
        format!("{}:{}:{}: {}", name, place.line, place.column, mistake.message)
    };
    mistakes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How far back a rule looks, in ticks.
pub fn period(template: Option<&Template<'_>>) -> Option<i64> {
    let seconds = template?.schedule()?.period.as_ref()?.seconds()?;
    i64::try_from(seconds).ok()?.checked_mul(engine::time::SECOND)
}

struct Setting<'s> {
    /// The name of the test file.
    name: &'s str,
    target: &'s Target,
    bound: &'s Bound<'s>,
    view: &'s View<'s>,
    template: Option<&'s Template<'s>>,
    source: &'s SourceFile,
}

impl Setting<'_> {
    fn run(&self, suite: &Suite<'_>, case: &Case<'_>, folder: &Path) -> Result<Tested, String> {
        let now = case.data.now.or(suite.shared.now);
        if now.is_none() && self.bound.asks_the_time() {
            return Err("the query asks what time it is: give `now` in the test file".to_owned());
        }
        let Some(wanted) = case.expect else { return Err("the test has no `expect`".to_owned()) };
        let bounds = Bounds { now, period: period(self.template) };
        let mut mistakes = Vec::new();
        let given = [&suite.shared, &case.data].map(|data| (&data.tables, &data.watchlists, &data.external));
        let rows = rows::rows(given, folder, self.view, &bounds, &mut mistakes);
        if !mistakes.is_empty() {
            return Err(told(self.name, self.source, &mistakes));
        }
        let fixtures = rows.tables.keys().chain(rows.files.tables.keys()).cloned().collect();
        let options = Options { missing_empty: true, fixtures };
        let place = |failure: &engine::Failure| {
            let place = failure.span.map_or_else(|| self.target.name.clone(), |span| self.target.shown(span));
            format!("{place}: {}", failure.message)
        };
        let prepared = self.bound.prepare(self.view, &options).map_err(|failure| place(&failure))?;
        let exec = Exec::new(now.unwrap_or(engine::time::UNIX), Box::new(rows), Budget::default());
        let outcome = engine::run(&prepared, &exec).map_err(|failure| place(&failure))?;
        let table: &Table = &outcome.table;
        let failed = expect::check(wanted, table, self.template, now, &mut mistakes);
        if !mistakes.is_empty() {
            return Err(told(self.name, self.source, &mistakes));
        }
        let mut messages = failed.clone();
        messages
            .extend(outcome.notes.iter().map(|(span, note)| format!("{}: {note}", self.target.shown(*span))));
        let first = outcome.steps.iter().find(|step| step.rows_in > 0 && step.rows_out == 0);
        Ok(Tested {
            name: case.name.to_owned(),
            state: if failed.is_empty() { State::Passed } else { State::Failed },
            message: (!failed.is_empty()).then(|| messages.join("\n")),
            rows: Some(table.count()),
            columns: table
                .schema
                .columns
                .iter()
                .map(|(name, kind)| (name.to_string(), kind.name()))
                .collect(),
            alerts: expect::alerts(self.template, table.count()),
            span: case.span,
            dropped: first.map(|step| Dropped {
                span: self.target.span(step.span),
                shown: self.target.shown(step.span),
                operator: step.word,
                rows_in: step.rows_in,
            }),
            steps: outcome
                .steps
                .iter()
                .map(|step| {
                    let place = self.target.shown(step.span);
                    format!("{place}: {}: {} in, {} out", step.word, step.rows_in, step.rows_out)
                })
                .collect(),
            result: Some(table.written(engine::Form::Ndjson, MOST_COMPARED)),
            blessed: if failed.is_empty() { Vec::new() } else { blessed(wanted, table, self.template, now) },
        })
    }
}
