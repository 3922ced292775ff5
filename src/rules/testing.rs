//! Running the rules over a text in the tests of single rules.

use std::sync::Arc;

use super::{Profile, Settings};
use crate::check::{Job, check};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::SourceFile;
use crate::yaml::edit::apply;

/// The findings of one rule in a file of this name.
pub(super) fn findings(rule: &str, path: &str, text: &str, profile: Profile) -> Vec<Diagnostic> {
    let settings = Arc::new(Settings { profile, ..Settings::default() });
    let job = Job::text(SourceFile::new(path, text));
    let run = check(&[job], &|_| Arc::clone(&settings));
    let found = run.findings.files.into_iter().flat_map(|file| file.diagnostics);
    found.filter(|finding| finding.rule.id == rule).collect()
}

/// The messages of one rule under `pedantic`.
pub(super) fn messages(rule: &str, text: &str) -> Vec<String> {
    findings(rule, "a.yaml", text, Profile::Pedantic).into_iter().map(|finding| finding.message).collect()
}

/// How often upstream's gate of this rule would speak of a file of this name.
pub(super) fn gate(rule: &str, path: &str, text: &str) -> usize {
    findings(rule, path, text, Profile::AzureSentinel).len()
}

/// The text after the fix of each finding alone, with how far the fix is trusted.
pub(super) fn fixes(rule: &str, path: &str, text: &str) -> Vec<(Applicability, String)> {
    let fixes = findings(rule, path, text, Profile::Pedantic).into_iter().filter_map(|finding| finding.fix);
    fixes
        .filter_map(|fix| {
            let edits: Vec<_> = fix.edits.into_iter().map(|edit| (edit.span, edit.text)).collect();
            Some((fix.applicability, apply(text, &edits)?))
        })
        .collect()
}
