//! What a run found, by file: made by `check`, thinned out by `baseline`, printed by `report`.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, RuleMeta, Severity};
use crate::knowledge::attack;
use crate::source::SourceFile;

/// One file that was read as content, with what was found in it.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Where it was read from. The name of the source is for people: names that are not Unicode may look the same.
    pub path: PathBuf,
    /// The contract's name of the content kind: `hunting-query`, `scheduled-rule`, ...
    pub kind: &'static str,
    /// How the file writes custom detections: `graph`, `yaml`, ...; `None` for other kinds.
    pub form: Option<&'static str>,
    /// The template's id, where it has one.
    pub id: Option<String>,
    /// The findings, sorted by position and rule; suppressed and baselined ones are marked, not dropped.
    pub diagnostics: Vec<Diagnostic>,
}

/// Everything that a report tells.
#[derive(Debug, Default)]
pub struct Findings {
    /// The files read as content, sorted by path, also the clean ones.
    pub files: Vec<FileReport>,
    /// The rules that ran, sorted by id.
    pub rules: Vec<&'static RuleMeta>,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
    /// How many fixes were applied before this state was reached.
    pub fixed: usize,
    /// The release of ATT&CK that techniques were checked against; where files differ in it, the newest.
    pub attack: attack::Version,
}

/// The figures of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files read as content.
    pub files: usize,
    /// Findings that count, by severity.
    pub errors: usize,
    /// See `errors`.
    pub warnings: usize,
    /// See `errors`.
    pub infos: usize,
    /// Findings that count and have a safe or unsafe fix.
    pub fixable: usize,
    /// Findings silenced by a comment.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
}

impl FileReport {
    /// The findings that count and are shown, in the order of the report.
    pub fn counting(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.counts() && !diagnostic.hidden)
    }

    /// The worst severity among the findings that count.
    pub fn worst(&self) -> Option<Severity> {
        self.counting().map(|finding| finding.severity).max()
    }
}

impl Findings {
    /// Every finding with its file, in the order of the report.
    pub fn iter(&self) -> impl Iterator<Item = (&FileReport, &Diagnostic)> {
        self.files.iter().flat_map(|file| file.diagnostics.iter().map(move |diagnostic| (file, diagnostic)))
    }

    /// What becomes of each file, in the order of the report; many files are worked on at once.
    pub(crate) fn by_file<T: Send>(&self, work: impl Fn(&FileReport) -> T + Send + Sync) -> Vec<T> {
        self.files.par_iter().map(work).collect()
    }

    /// The findings that count and are shown, in the order of the report.
    pub fn counting(&self) -> impl Iterator<Item = (&FileReport, &Diagnostic)> {
        self.files.iter().flat_map(|file| file.counting().map(move |diagnostic| (file, diagnostic)))
    }

    /// The figures.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { files: self.files.len(), ..Summary::default() };
        for (_, diagnostic) in self.iter() {
            if diagnostic.suppressed.is_some() {
                summary.suppressed += 1;
            } else if diagnostic.baselined {
                summary.baselined += 1;
            } else {
                match diagnostic.severity {
                    Severity::Error => summary.errors += 1,
                    Severity::Warning => summary.warnings += 1,
                    Severity::Info => summary.infos += 1,
                }
                summary.fixable += usize::from(diagnostic.fixable());
            }
        }
        summary
    }

    /// The worst severity among the findings that count.
    pub fn worst(&self) -> Option<Severity> {
        self.files.iter().filter_map(FileReport::worst).max()
    }
}
