//! Logging commands of Azure Pipelines.

use super::text;
use crate::diagnostic::Severity;
use crate::findings::Findings;

pub(super) fn render(findings: &Findings) -> String {
    let mut out = String::new();
    for (file, diagnostic) in findings.counting() {
        let start = file.source.position(diagnostic.span.start as usize);
        // Pipelines know two levels; advice is a warning there.
        let level = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        out += &format!(
            "##vso[task.logissue type={level};sourcepath={};linenumber={};columnnumber={};code={};]{}\n",
            property(&text::visible(file.source.path())),
            start.line,
            start.column,
            property(diagnostic.rule.id),
            data(&text::one_line(&text::message(diagnostic))),
        );
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
