//! What is said of the slips of people who know other languages, and of what looks like them and is right: many small
//! queries and files, checked as they are by all rules, with a snapshot of the findings and of the text after the fixes.

use std::fmt::Write as _;
use std::sync::Arc;

use super::cases::Form;
use crate::check::{Job, check};
use crate::diagnostic::{Diagnostic, Edit};
use crate::rules::Settings;
use crate::source::SourceFile;

/// A case on a line: a letter for what it is, and the text with its line breaks written as `\n`.
fn cases(lines: &'static str) -> impl Iterator<Item = (Form, String)> {
    lines.lines().map(|line| {
        let (kind, text) = line.split_at(2);
        let form = match kind {
            "h " => Form::Hunting,
            "s " => Form::Scheduled,
            "d " => Form::Detections,
            _ => Form::Query,
        };
        let parts = text.split("\\\\").map(|part| part.replace("\\n", "\n").replace("\\t", "\t"));
        (form, parts.collect::<Vec<_>>().join("\\"))
    })
}

fn found(form: Form, text: &str) -> Vec<Diagnostic> {
    let job = Job::text(SourceFile::new(form.path(), text));
    let run = check(&[job], &[Arc::new(Settings::default())]);
    run.findings.files.into_iter().flat_map(|file| file.diagnostics).collect()
}

/// The findings in a line each, and the text after the fixes that do not overlap.
fn told(form: Form, text: &str) -> String {
    let file = SourceFile::new(form.path(), text);
    let mut out = String::new();
    let mut edits: Vec<Edit> = Vec::new();
    for finding in found(form, text) {
        let place = file.position(finding.span.start as usize);
        let marked = text.get(finding.span.range()).unwrap_or_default();
        let _ = write!(
            out,
            "    {}:{} {:?} {}[{}] {}",
            place.line,
            place.column,
            marked,
            finding.severity.as_str(),
            finding.rule.id,
            finding.message
        );
        if let Some(help) = &finding.help {
            let _ = write!(out, " ({help})");
        }
        if let Some(fix) = &finding.fix {
            let _ = write!(out, " => {}: {}", fix.applicability.as_str(), fix.title);
            let apart = |edit: &Edit| {
                edits.iter().all(|own| own.span.end <= edit.span.start || edit.span.end < own.span.start)
            };
            if fix.edits().iter().all(apart) {
                edits.extend(fix.edits().iter().cloned());
            }
        }
        out.push('\n');
    }
    edits.sort_by_key(|edit| edit.span);
    if let Some(fixed) = Edit::apply(&edits, text).filter(|fixed| fixed != text) {
        let own = |(old, new): &(&str, &str)| old != new;
        let changed = text.lines().zip(fixed.lines()).find(own).map_or("", |(_, new)| new);
        let _ = writeln!(out, "    -> {changed:?}");
        // No fix leaves an error of the query behind that was not there.
        let errors = |text: &str| found(form, text).iter().filter(|one| one.rule.id == "kql-syntax").count();
        assert!(errors(&fixed) <= errors(text), "{text}\n{fixed}");
    }
    out
}

fn pin(name: &str, lines: &'static str) {
    let mut out = String::new();
    for (form, text) in cases(lines) {
        let told = told(form, &form.file(&text));
        let _ = writeln!(out, "{text:?}{}", if told.is_empty() { ": -" } else { "" });
        out += &told;
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, out);
    });
}

#[test]
fn queries() {
    pin("siblings_queries", include_str!("siblings/queries.txt"));
}

#[test]
fn files() {
    pin("siblings_files", include_str!("siblings/files.txt"));
}
