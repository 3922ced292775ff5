//! How what a conversion tells is printed: as lines on standard error, or as the reports that were asked for.

use std::collections::BTreeMap;

use super::Run;
use crate::cli::args::Convert;
use crate::cli::reports::{self, Sink};
use crate::cli::{Error, print};
use crate::convert::Target;
use crate::convert::notes::{NOTHING_CONVERTED, RULE_REFUSED, is_reported};
use crate::diagnostic::{Diagnostic, NoteKind, RuleMeta, Severity};
use crate::findings::{FileReport, Findings};
use crate::report::one_line;
use crate::source::{SourceFile, Span};

/// The reports that are asked for. The one of `--output-format` goes to standard output unless results do.
pub(super) fn sinks(options: &Convert) -> Result<Vec<Sink>, Error> {
    let to_folder = options.output.as_deref().is_some_and(|path| path.as_os_str() != "-");
    reports::of_conversion(options.output_format, &options.report, to_folder)
}

impl Run<'_> {
    /// Whether reports were asked for.
    pub(super) fn reports(&self) -> bool {
        !self.sinks.is_empty()
    }

    /// Whether words on standard error are wanted, and would not end up in a report there.
    pub(super) fn talks(&self) -> bool {
        !self.global.quiet && !self.sinks.iter().any(Sink::is_stderr)
    }

    /// Writes the reports.
    pub(super) fn report(&self, mut findings: Findings) -> Result<(), Error> {
        let rules: BTreeMap<&str, &'static RuleMeta> =
            findings.iter().map(|(_, found)| (found.rule.id, found.rule)).collect();
        findings.rules = rules.into_values().collect();
        reports::write_notes(self.global, &self.sinks, &findings)
    }

    /// Tells the notes of a converted file that belong with it, and gives back those for later: what keeps single
    /// resources of a template from being converted, and what there is to say of rules made of hunting queries, follows
    /// when everything has been looked at.
    pub(super) fn tell_now(&self, report: &mut FileReport) -> FileReport {
        let is_late = |note: &Diagnostic| {
            note.severity == Severity::Error
                || matches!(self.target, Target::Scheduled | Target::Nrt | Target::Detection(_))
        };
        let (late, now) = std::mem::take(&mut report.diagnostics).into_iter().partition(is_late);
        self.tell(&FileReport { diagnostics: now, ..report.clone() });
        FileReport { diagnostics: late, ..report.clone() }
    }

    /// Tells the notes of a file. What is only for information is said under -v; what may surprise is always said.
    pub(super) fn tell(&self, report: &FileReport) {
        for note in &report.diagnostics {
            let told = match note.severity {
                Severity::Error => true,
                _ if is_reported(note) => !self.global.quiet,
                _ => self.global.verbose > 0,
            };
            if told {
                print::note(&line(&report.source, note));
            }
        }
    }
}

/// Why a rule is not written that would have an error.
pub(super) fn refused_rule(place: Span, error: &Diagnostic, help: &str) -> Diagnostic {
    let (message, id) = (&error.message, error.rule.id);
    let refusal = RULE_REFUSED.at(place, format!("The rule would have an error here: {message} ({id})"));
    let help = error.help.as_deref().unwrap_or(help);
    refusal.help(format!("{help} Use `--no-check` to write the rule anyway."))
}

/// The notes of a file as lines.
pub(super) fn lines(report: &FileReport) -> Vec<String> {
    report.diagnostics.iter().map(|note| line(&report.source, note)).collect()
}

/// A note as a line, with its labels and its help on lines of their own. What concerns the file as a whole has no place.
fn line(source: &SourceFile, note: &Diagnostic) -> String {
    let level = note.rule.note.map_or(note.severity.as_str(), NoteKind::as_str);
    let whole = NOTHING_CONVERTED == *note.rule;
    let place = if whole { one_line(source.path()) } else { at(source, note.span) };
    let mut line = format!("{place}: {level}: {}", one_line(&note.message));
    line.extend(note.labels.iter().map(|label| format!("\n  {}", one_line(&label.message))));
    line.extend(note.help.iter().map(|help| format!("\n  help: {}", one_line(help))));
    line
}

/// A place as it is printed.
pub(super) fn at(source: &SourceFile, span: Span) -> String {
    let start = source.position(span.start as usize);
    format!("{}:{}:{}", one_line(source.path()), start.line, start.column)
}
