//! `sentlint new test`: tests of queries, with events that are made by solving their conditions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{self, Global, New};
use super::run::on_deep_stack;
use super::write::is_special;
use super::{Error, Outcome, files, print, results};
use crate::discover::{self, absolute, slashes};
use crate::engine::time;
use crate::generate::{self, Job, Kept, Unsolved};
use crate::suite::{self, Bound, State, Target};
use crate::workspace::{View, Workspace};

/// A Wednesday at noon, so that the same tests are written whenever.
const NOW: &str = "2026-11-25T12:00:00Z";

pub(super) fn run(global: &Global, options: &New) -> Result<Outcome, Error> {
    if options.files.is_empty() {
        return Err(Error::Usage("name the queries to write tests for".into()));
    }
    let told = options.output.as_ref();
    if told.is_some() && options.files.len() > 1 {
        return Err(Error::Usage("--output is for the test of one query".into()));
    }
    let text = options.now.as_deref().unwrap_or(NOW);
    let now = time::read_moment(text)
        .ok_or_else(|| Error::Usage(format!("--now: `{text}` is not a time such as {NOW}")))?;
    let settings = args::Files::configured(options.config.clone(), options.isolated);
    let resolver = files::resolver(&settings)?;
    let tables = files::tables(&options.tables)?;
    let mut outcome = Outcome::Clean;
    for file in &options.files {
        let location = absolute(file);
        let config = resolver.of(location.parent().unwrap_or(&location)).map_err(Error::Config)?;
        let known = files::over(&config.workspace, &tables);
        let path = told.cloned().unwrap_or_else(|| beside(file));
        let printed = path.as_os_str() == "-";
        if !printed && path.exists() && !is_special(&path) && !options.force {
            let message = format!("`{}` already exists; use --force to overwrite it", path.display());
            return Err(Error::Usage(message));
        }
        let made = on_deep_stack(|| made(file, &path, &known, now))?;
        match made {
            Ok((text, notes)) => {
                if printed {
                    results(&text)?;
                } else {
                    files::write(&path, &text)?;
                    print::note(&format!("Wrote {}.", path.display()));
                }
                if !global.quiet {
                    for note in notes {
                        print::note(&note);
                    }
                }
            }
            Err(lines) => {
                outcome = Outcome::Findings;
                for line in lines {
                    print::note(&line);
                }
            }
        }
    }
    Ok(outcome)
}

/// The test file next to a query.
fn beside(query: &Path) -> PathBuf {
    let stem = query.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    query.with_file_name(format!("{stem}.test.yaml"))
}

/// The text of a test file with what is to be said of it, or why there is none.
type Made = Result<(String, Vec<String>), Vec<String>>;

fn made(file: &Path, path: &Path, known: &Arc<Workspace>, now: i64) -> Result<Made, Error> {
    let name = discover::display(file);
    let bytes = std::fs::read(file).map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
    let target = Target::read(&name, &slashes(&absolute(file)), bytes).map_err(Error::Usage)?;
    let view = View::new(vec![known]);
    let bound = match Bound::new(&target.text, &view) {
        Ok(bound) => bound,
        Err(failures) => {
            let line = |failure: &crate::engine::Failure| match failure.span {
                Some(span) => format!("{}: error: {}", target.shown(span), failure.message),
                None => format!("{}: error: {}", target.name, failure.message),
            };
            return Err(Error::Refused(failures.iter().map(line).collect()));
        }
    };
    let content = target.content();
    let template = content.as_ref().and_then(crate::content::Content::template);
    let job = Job {
        bound: &bound,
        view: &view,
        now,
        period: suite::period(template.as_ref()),
        rows: suite::rows_to_alert(template.as_ref()),
    };
    let say = |unsolved: &Unsolved| format!("{}: not solved: {}", target.shown(unsolved.span), unsolved.what);
    let found = match job.find() {
        Ok(found) => found,
        Err(unsolved) => {
            let mut lines = vec![format!("{name}: no events were found that the query returns rows for")];
            lines.extend(unsolved.iter().take(10).map(say));
            return Ok(Err(lines));
        }
    };
    let mut notes = vec![
        "Written by `sentlint new test`: events that the query finds, and near misses. Edit them until they look like yours."
            .to_owned(),
    ];
    notes.extend(found.unsolved.iter().take(10).map(say));
    if found.misses.is_empty() {
        notes.push(
            "No near miss was found: no single change of these events makes the query return nothing."
                .to_owned(),
        );
    }
    let nearby = file.parent() == path.parent() && path.file_name() == beside(file).file_name();
    let query = if nearby || path.as_os_str() == "-" { None } else { Some(slashes(&absolute(file))) };
    let kept = Kept {
        query: query.as_deref(),
        now,
        alerts: suite::alerts(template.as_ref(), found.outcome.table.count()),
        notes,
    };
    let mut found = found;
    // Only what passes is written: a near miss that does not is left out, and a test that finds nothing fails as a whole.
    for _ in 0..8 {
        let text = generate::written(&found, &kept);
        let ran = suite::run_text(&target, &beside(file), text.clone(), known);
        let failed: Vec<&suite::Tested> =
            ran.tests.iter().filter(|test| test.state != State::Passed).collect();
        let Some(first) = failed.first() else {
            let said = kept.notes[1..].iter().map(|note| format!("{name}: {note}")).collect();
            return Ok(Ok((text, said)));
        };
        match ran.tests.iter().position(|test| test.state != State::Passed) {
            Some(at) if at > 0 && at <= found.misses.len() => drop(found.misses.remove(at - 1)),
            _ => {
                let why = first.message.clone().unwrap_or_default();
                return Ok(Err(vec![format!(
                    "{name}: the events that were found do not pass as a test: {why}"
                )]));
            }
        }
    }
    Ok(Err(vec![format!("{name}: the events that were found do not pass as a test")]))
}
