//! Findings in the words of the protocol.

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, Uri,
};
use serde_json::{Value, json};

use super::position::{Encoding, Places};
use super::{uri, world::World};
use crate::config::ConfigError;
use crate::diagnostic::{self, Severity};
use crate::findings::FileReport;
use crate::source::SourceFile;

/// The rules whose findings are about what could be left out, which editors show faded.
const UNNECESSARY: [&str; 5] =
    ["kql-unused-let", "unused-data-type", "unused-suppression", "unknown-suppression", "duplicate-key"];

/// The rules whose findings are about what is obsolete, which editors show struck through.
const DEPRECATED: [&str; 4] =
    ["kql-deprecated", "deprecated-technique", "revoked-technique", "legacy-entity-column"];

/// The diagnostics of a report, those of findings that count.
pub(super) fn of_report(
    report: &FileReport,
    own: &str,
    world: &World,
    encoding: Encoding,
) -> Vec<Diagnostic> {
    let mut places = Places::new(&report.source, encoding);
    let counting = report.diagnostics.iter().filter(|one| one.counts() && !one.hidden);
    counting.map(|one| of(one, own, &mut places, world, encoding)).collect()
}

/// The diagnostic of a finding.
pub(super) fn of(
    finding: &diagnostic::Diagnostic,
    own: &str,
    places: &mut Places<'_>,
    world: &World,
    encoding: Encoding,
) -> Diagnostic {
    let related = finding.labels.iter().map(|label| {
        let location = match &label.file {
            Some(file) => {
                let uri = Uri(uri::of(&world.location(file.path())));
                Location { uri, range: Places::new(file, encoding).range(label.span) }
            }
            None => Location { uri: Uri(own.to_owned()), range: places.range(label.span) },
        };
        DiagnosticRelatedInformation { location, message: label.message.clone() }
    });
    let related: Vec<_> = related.collect();
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message += "\nhelp: ";
        message += help;
    }
    let id = finding.rule.id;
    let tags: Vec<DiagnosticTag> = [
        UNNECESSARY.contains(&id).then_some(DiagnosticTag::Unnecessary),
        DEPRECATED.contains(&id).then_some(DiagnosticTag::Deprecated),
    ]
    .into_iter()
    .flatten()
    .collect();
    Diagnostic {
        range: places.range(finding.span),
        severity: Some(severity(finding.severity)),
        code: Some(Code::String(id.to_owned())),
        code_description: Some(CodeDescription { href: Uri(finding.rule.url()) }),
        source: Some("sentlint".to_owned()),
        message: message.into(),
        tags: (!tags.is_empty()).then_some(tags),
        related_information: (!related.is_empty()).then_some(related),
        data: Some(data(finding, places)),
    }
}

/// What code actions know of a finding without looking for it again.
fn data(finding: &diagnostic::Diagnostic, places: &mut Places<'_>) -> Value {
    let mut data = json!({"rule": finding.rule.id, "group": finding.rule.group.as_str()});
    if let Some(path) = &finding.yaml_path {
        data["yamlPath"] = json!(path);
    }
    if let Some(fix) = &finding.fix {
        let edits: Vec<_> = fix.edits().iter().map(|edit| places.edit(edit)).collect();
        data["fix"] =
            json!({"title": fix.title, "applicability": fix.applicability.as_str(), "edits": edits});
    }
    data
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Info => DiagnosticSeverity::Information,
    }
}

/// The diagnostics of a configuration.
pub(super) fn of_config(
    mistakes: &[ConfigError],
    source: &SourceFile,
    encoding: Encoding,
) -> Vec<Diagnostic> {
    let mut places = Places::new(source, encoding);
    let diagnostic = |mistake: &ConfigError| {
        let help = mistake.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        Diagnostic {
            range: places.range(source.clamp(mistake.span)),
            severity: Some(DiagnosticSeverity::Error),
            code: Some(Code::String("configuration".to_owned())),
            source: Some("sentlint".to_owned()),
            message: (mistake.message.clone() + &help).into(),
            ..Diagnostic::default()
        }
    };
    mistakes.iter().map(diagnostic).collect()
}
