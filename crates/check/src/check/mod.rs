//! One run of the rules: files in, findings out, in parallel and in a fixed order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::content::{Content, Query};
use crate::diagnostic::Diagnostic;
use crate::findings::{FileReport, Findings};
use crate::order::Order as _;
use crate::rules::{self, Entry, RepositoryFile, Settings};
use crate::source::SourceFile;
use crate::suppress::{self, Suppression};
use crate::workspace::{View, Workspace};

/// A file with its summary, or why there is none.
type CheckResult = Result<Box<(CheckedFile, RepositoryFile)>, Skipped>;

mod alone;
mod catalog;
mod checker;
mod file;
mod fixing;
mod job;
mod proof;
mod repository;

pub use alone::{Alone, compare, compare_each, summary};
pub use catalog::may_be_parser;
pub use catalog::{catalog_for, parsers};
use file::check_file;
pub use fixing::{FixedFile, Fixes, fix_all};
pub use job::Skipped;
pub use job::{Before, Job, read};
pub use repository::summary_under;

/// Looks at the content of a job, the one at this index, with its queries and what they can name. Its keys are read as they
/// are meant. What it finds out about the queries is known to the rules, which come after it.
pub(crate) type Look<'l> = dyn Fn(usize, &Content, &[Query<'_>], &View<'_>) + Sync + 'l;

/// The result of a run.
#[derive(Debug, Default)]
pub struct Run {
    /// The findings.
    pub findings: Findings,
    /// The index of the job of each file in the findings.
    pub jobs: Vec<usize>,
    /// The jobs that yielded none, in the order of the jobs.
    pub skipped: Vec<Skipped>,
}

/// A file with what its own rules found.
#[derive(Clone)]
struct CheckedFile {
    /// The findings so far: no rule of the repository has spoken, and nothing is suppressed.
    report: FileReport,
    /// The suppression comments.
    suppressions: Vec<Suppression>,
    /// The settings that hold for the file.
    settings: Arc<Settings>,
    /// Whether the file is only there to compare the others with.
    silent: bool,
    /// The index of the job.
    job: usize,
}

impl CheckedFile {
    /// A file that others are compared with, of which nothing is reported.
    fn unchecked(summary: &RepositoryFile, settings: &Arc<Settings>, job: usize) -> Self {
        let report = FileReport {
            source: Arc::clone(&summary.source),
            path: summary.source.path().into(),
            kind: summary.kind.as_str(),
            form: None,
            id: None,
            diagnostics: Vec::new(),
        };
        Self { report, suppressions: Vec::new(), settings: Arc::clone(settings), silent: true, job }
    }
}

/// Runs every enabled rule over every job. The settings are those of the jobs in their order: the configuration may
/// differ from folder to folder.
pub fn check(jobs: &[Job], settings: &[Arc<Settings>]) -> Run {
    check_and_look(jobs, settings, None)
}

/// The same, for who has an interest in the content too: no file is read twice, and no query bound.
pub fn check_and_look(jobs: &[Job], settings: &[Arc<Settings>], look: Option<&Look<'_>>) -> Run {
    let mut session = Session::new(jobs, settings, look);
    finish_run(jobs, settings, std::mem::take(&mut session.results))
}

/// The same for jobs of which some are silent and their summaries known, at the index of the job: these are not read.
pub fn check_rest(
    jobs: &[Job],
    settings: &[Arc<Settings>],
    known: Vec<Option<RepositoryFile>>,
    parsers: &Workspace,
    look: &Look<'_>,
) -> Run {
    let asked: Vec<usize> = (0..jobs.len()).filter(|at| known[*at].is_none()).collect();
    let sources: Vec<_> = jobs.par_iter().map(read).collect();
    let mut results = check_files(&asked, jobs, &sources, settings, parsers, Some(look));
    for (at, summary) in known.into_iter().enumerate() {
        results.extend(summary.map(|summary| {
            (at, Ok(Box::new((CheckedFile::unchecked(&summary, &settings[at], at), summary))))
        }));
    }
    results.sort_unstable_by_key(|(at, _)| *at);
    finish_run(jobs, settings, results.into_iter().map(|(_, result)| result).collect())
}

/// Files that were checked, and are checked again as they change.
struct Session {
    sources: Vec<Result<Arc<SourceFile>, String>>,
    parsers: Workspace,
    results: Vec<CheckResult>,
}

impl Session {
    fn new(jobs: &[Job], settings: &[Arc<Settings>], look: Option<&Look<'_>>) -> Self {
        let sources: Vec<_> = jobs.par_iter().map(read).collect();
        let parsers = parsers(jobs, &sources);
        let every: Vec<usize> = (0..jobs.len()).collect();
        let results = check_files(&every, jobs, &sources, settings, &parsers, look);
        let results = results.into_iter().map(|(_, result)| result).collect();
        Self { sources, parsers, results }
    }

    /// Checks some jobs again, whose texts have changed; all of them, where one of those may be a parser that others call.
    fn check_again(
        &mut self,
        jobs: &[Job],
        settings: &[Arc<Settings>],
        changed: impl Iterator<Item = usize>,
    ) {
        let mut changed: Vec<usize> = changed.collect();
        let mut parser = false;
        for at in &changed {
            let source = read(&jobs[*at]);
            parser |= [&source, &self.sources[*at]].into_iter().flatten().any(|source| may_be_parser(source));
            self.sources[*at] = source;
        }
        if parser {
            self.parsers = parsers(jobs, &self.sources);
            changed = (0..jobs.len()).collect();
        }
        for (at, result) in check_files(&changed, jobs, &self.sources, settings, &self.parsers, None) {
            self.results[at] = result;
        }
    }

    /// The findings as they are now.
    fn run(&self, jobs: &[Job], settings: &[Arc<Settings>]) -> Run {
        finish_run(jobs, settings, self.results.clone())
    }
}

/// The findings of all files, with those of the rules that compare files.
fn finish_run(jobs: &[Job], settings: &[Arc<Settings>], results: Vec<CheckResult>) -> Run {
    let mut run = Run::default();
    let mut files = Vec::with_capacity(jobs.len());
    for (result, job) in results.into_iter().zip(jobs) {
        match result {
            Ok(file) => files.push(file),
            Err(skipped) if !job.silent => {
                if let Skipped::Unreadable { name, reason, .. } = &skipped {
                    run.findings.unreadable.push((name.clone(), reason.clone()));
                }
                run.skipped.push(skipped);
            }
            Err(_) => {}
        }
    }
    // Of two files that clash the later one is reported, so those of which nothing is reported come first.
    files.order_by_key(|checked| !checked.0.silent);
    let (mut files, summaries): (Vec<CheckedFile>, Vec<RepositoryFile>) =
        files.into_iter().map(|checked| *checked).unzip();
    repository::check(&mut files, &summaries);
    files.retain(|file| !file.silent);
    run.findings.rules = rules::all()
        .map(|entry| entry.meta)
        .filter(|meta| files.iter().any(|file| file.settings.enabled(meta)))
        .collect();
    run.jobs = files.iter().map(|file| file.job).collect();
    run.findings.files = files.into_iter().map(finish).collect();
    run.findings.attack = settings.iter().map(|settings| settings.attack).min().unwrap_or_default();
    run
}

/// What became of some jobs, in their order.
fn check_files(
    asked: &[usize],
    jobs: &[Job],
    sources: &[Result<Arc<SourceFile>, String>],
    settings: &[Arc<Settings>],
    parsers: &Workspace,
    look: Option<&Look<'_>>,
) -> Vec<(usize, CheckResult)> {
    // Each thread takes the next file when it is done with one, and has one view of the workspace for all of its
    // files: what all tables together hold is worked out once a thread.
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut views, mut done) = (Vec::new(), Vec::new());
        let mut enabled = Enabled::default();
        loop {
            let Some(at) = asked.get(next.fetch_add(1, Ordering::Relaxed)).copied() else {
                return done;
            };
            let Some(((job, source), settings)) = jobs.get(at).zip(sources.get(at)).zip(settings.get(at))
            else {
                continue;
            };
            let catalog = catalog_for(&mut views, &settings.workspace, parsers);
            let enabled = enabled.of(settings);
            done.push((at, check_file(at, job, source.clone(), settings, enabled, catalog, look)));
            if let Some(counter) = &job.counter {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let parts = if asked.len() > 1 { rayon::broadcast(|_| work()) } else { vec![work()] };
    let mut results: Vec<_> = parts.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(at, _)| *at);
    results
}

/// The rules that run under the settings of the last file: most files have the same.
#[derive(Default)]
struct Enabled(Option<(Arc<Settings>, Vec<&'static Entry>)>);

impl Enabled {
    fn of(&mut self, settings: &Arc<Settings>) -> &[&'static Entry] {
        if !self.0.as_ref().is_some_and(|(known, _)| Arc::ptr_eq(known, settings)) {
            let enabled = rules::all().filter(|entry| settings.enabled(entry.meta)).collect();
            self.0 = Some((Arc::clone(settings), enabled));
        }
        self.0.as_ref().map(|(_, enabled)| enabled.as_slice()).unwrap_or_default()
    }
}

/// The report of a file of which everything is known that was found in it.
fn finish(file: CheckedFile) -> FileReport {
    let CheckedFile { mut report, mut suppressions, settings, .. } = file;
    // Suppressions come last: only now is it known which of them were needed.
    suppress::apply(&mut suppressions, &mut report.diagnostics);
    judge_suppressions(&mut report, &suppressions, &settings);
    report.diagnostics.retain(|diagnostic| {
        let heard = settings.min_severity.is_none_or(|least| diagnostic.severity >= least);
        heard && settings.enabled(diagnostic.rule)
    });
    report.diagnostics.order_by(|a, b| (a.span, a.rule.id, &a.message).cmp(&(b.span, b.rule.id, &b.message)));
    report
}

fn judge_suppressions(report: &mut FileReport, suppressions: &[Suppression], settings: &Settings) {
    if suppressions.is_empty() {
        return;
    }
    // A comment cannot silence the finding that it is of no use.
    let mut found = Vec::new();
    for entry in rules::all().filter(|entry| settings.enabled(entry.meta)) {
        entry.rule.check_suppressions(&report.source, suppressions, settings, &mut found);
    }
    for diagnostic in &mut found {
        set_severity(diagnostic, settings);
    }
    report.diagnostics.extend(found);
}

/// The severity that the settings give to the findings of a rule.
fn set_severity(diagnostic: &mut Diagnostic, settings: &Settings) {
    if let Some(severity) = settings.options.get(diagnostic.rule.id).and_then(|option| option.severity) {
        diagnostic.severity = severity;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Job, check};
    use crate::findings::Findings;
    use crate::report::{Format, Style, render};
    use crate::rules::Settings;
    use crate::source::SourceFile;

    /// The report of some files, and the same as one serializer writes it whole.
    fn both(texts: &[&str]) -> (String, String) {
        let jobs: Vec<Job> =
            texts.iter().map(|text| Job::text(SourceFile::new("rules/a.yaml", *text))).collect();
        let settings: Vec<_> = jobs.iter().map(|_| Arc::new(Settings::default())).collect();
        let findings = if jobs.is_empty() { Findings::default() } else { check(&jobs, &settings).findings };
        let report = render(Format::Json, &findings, &Style::default());
        let value: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert_eq!(value["files"].as_array().unwrap().len(), texts.len());
        (report, serde_json::to_string_pretty(&value).unwrap() + "\n")
    }

    #[test]
    fn parts_that_are_written_apart_make_one_report() {
        let broken = "id: 1\nname: n\nquery: |\n  DeviceEvents\n  | whre a\ntactics: [\"Imp\\nact\"]\n";
        for texts in [&[][..], &[broken], &[broken, broken]] {
            let (report, whole) = both(texts);
            assert_eq!(report, whole);
            assert_eq!(report.contains("\"rule\": \"invalid-id\""), !texts.is_empty());
        }
    }
}
