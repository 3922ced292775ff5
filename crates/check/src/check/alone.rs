//! One file at a time, as an editor has it: first by itself, and later compared with the others.

use std::sync::Arc;

use super::file::check_file;
use super::repository::{self, summarise};
use super::{CheckedFile, Enabled, Job, Skipped, finish, read};
use crate::content::Content;
use crate::findings::FileReport;
use crate::order::Order as _;
use crate::rules::{RepositoryFile, Settings};
use crate::source::SourceFile;
use crate::workspace::View;

/// What was found in a file by looking at nothing else.
#[derive(Clone)]
pub struct Alone {
    checked: CheckedFile,
    summary: RepositoryFile,
}

impl Alone {
    /// Checks a file with the tables and functions that its queries can name.
    pub fn check(job: &Job, settings: &Arc<Settings>, catalog: &View<'_>) -> Result<Self, Skipped> {
        let mut enabled = Enabled::default();
        let (checked, summary) =
            *check_file(0, job, read(job), settings, enabled.of(settings), catalog, None)?;
        Ok(Self { checked, summary })
    }

    /// The findings, without those of the rules that compare files.
    pub fn report(self) -> FileReport {
        finish(self.checked)
    }
}

/// What the rules that compare files see of one; `None` where it is not content.
pub fn summary(source: &Arc<SourceFile>, place: &str) -> Option<RepositoryFile> {
    let content = Content::read(Arc::clone(source), place);
    content.looks_like_content().then(|| summarise(&content, &content.queries()))
}

/// The findings of files, with those of the rules that compare them with each other and with others. As in a run, the names
/// decide which of two files that clash is the later one, which is the one that is reported.
pub fn compare(files: Vec<Alone>, others: &[RepositoryFile], settings: &Arc<Settings>) -> Vec<FileReport> {
    let other = |summary: &RepositoryFile| {
        let checked = CheckedFile::unchecked(summary, settings, usize::MAX);
        Alone { checked: CheckedFile { silent: false, ..checked }, summary: summary.clone() }
    };
    let mut all: Vec<Alone> = others.iter().map(other).collect();
    for (at, mut one) in files.into_iter().enumerate() {
        one.checked.job = at;
        all.push(one);
    }
    all.order_by(|a, b| a.summary.source.path().cmp(b.summary.source.path()));
    let (mut all, summaries): (Vec<CheckedFile>, Vec<RepositoryFile>) =
        all.into_iter().map(|one| (one.checked, one.summary)).unzip();
    repository::check(&mut all, &summaries);
    all.retain(|checked| checked.job != usize::MAX);
    all.order_by_key(|checked| checked.job);
    all.into_iter().map(finish).collect()
}

/// The same for many files, one report after the other, so that no more than one is held at a time.
pub fn compare_each(files: &[&Alone], mut each: impl FnMut(usize, FileReport)) {
    let stub = |one: &&Alone| {
        let old = &one.checked.report;
        let report = FileReport {
            source: Arc::clone(&old.source),
            path: old.path.clone(),
            kind: old.kind,
            form: old.form,
            id: None,
            diagnostics: Vec::new(),
        };
        let settings = Arc::clone(&one.checked.settings);
        CheckedFile { report, suppressions: Vec::new(), settings, silent: false, job: 0 }
    };
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.order_by_key(|at| files[*at].summary.source.path());
    let mut all: Vec<CheckedFile> = order.iter().map(|at| stub(&files[*at])).collect();
    let summaries: Vec<RepositoryFile> = order.iter().map(|at| files[*at].summary.clone()).collect();
    repository::check(&mut all, &summaries);
    for (at, found) in order.into_iter().zip(all) {
        let mut checked = files[at].checked.clone();
        checked.report.diagnostics.extend(found.report.diagnostics);
        each(at, finish(checked));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::workspace::Workspace;

    #[test]
    fn a_file_is_compared_with_others_that_are_not_checked() {
        let text = "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: A\ndescription: |\n  Identifies.\nquery: |\n  SigninLogs | take 1\n";
        let settings = Arc::new(Settings::default());
        let own = Workspace::default();
        let job = Job::text(SourceFile::new("Hunting Queries/c.yaml", text));
        let alone = Alone::check(&job, &settings, &View::new(vec![&own])).ok().unwrap();
        let other = Arc::new(SourceFile::new("Hunting Queries/b.yaml", text));
        let other = summary(&other, "Hunting Queries/b.yaml").unwrap();
        let rules = |report: &FileReport| {
            report
                .diagnostics
                .iter()
                .map(|one| one.rule.id)
                .filter(|id| id.starts_with("duplicate"))
                .collect::<Vec<_>>()
        };
        assert_eq!(rules(&alone.clone().report()), Vec::<&str>::new());
        let compared = compare(vec![alone], &[other], &settings);
        assert!(rules(&compared[0]).contains(&"duplicate-id"));
    }

    #[test]
    fn what_is_stopped_ends() {
        use std::sync::atomic::AtomicBool;
        let own = Workspace::default();
        let mut job = Job::text(SourceFile::new("a.kql", "SigninLogs | where Nope == 1"));
        let settings = Arc::new(Settings::default());
        let found = |job: &Job| {
            Alone::check(job, &settings, &View::new(vec![&own])).ok().unwrap().report().diagnostics.len()
        };
        assert!(found(&job) > 0);
        job.stopped = Some(Arc::new(AtomicBool::new(true)));
        assert_eq!(found(&job), 0);
    }
}
