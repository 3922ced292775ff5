//! JUnit XML: a suite for each file, a failed case for each finding, and a passed one for a clean file.

use super::text;
use crate::diagnostic::Severity;
use crate::findings::Findings;

pub(super) fn render(findings: &Findings) -> String {
    let (mut tests, mut failures, mut suites) = (0, 0, String::new());
    for file in &findings.files {
        let counting: Vec<_> = file.diagnostics.iter().filter(|diagnostic| diagnostic.counts()).collect();
        let path = escape(file.source.path());
        let failed = counting.iter().filter(|diagnostic| diagnostic.severity > Severity::Info).count();
        let cases = counting.len().max(1);
        suites +=
            &format!("  <testsuite name=\"{path}\" tests=\"{cases}\" failures=\"{failed}\" errors=\"0\">\n");
        if counting.is_empty() {
            suites += &format!("    <testcase name=\"sentlint\" classname=\"{path}\"/>\n");
        }
        for diagnostic in counting {
            let start = file.source.position(diagnostic.span.start as usize);
            let (line, column) = (start.line, start.column);
            let name = format!("{} ({line}:{column})", diagnostic.rule.id);
            let message = escape(&text::one_line(&text::message(diagnostic)));
            suites += &format!(
                "    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\""
            );
            let severity = diagnostic.severity;
            let body = escape(&format!("{}:{line}:{column}", file.source.path()));
            suites += &if severity > Severity::Info {
                format!(
                    ">\n      <failure type=\"{severity}\" message=\"{message}\">{body}</failure>\n    </testcase>\n"
                )
            } else {
                // Advice fails no test.
                format!(">\n      <system-out>{message}</system-out>\n    </testcase>\n")
            };
        }
        suites += "  </testsuite>\n";
        tests += cases;
        failures += failed;
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sentlint\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

/// Escapes for text and attributes alike; characters that XML 1.0 cannot hold become visible ones.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text::visible(text).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' => out += "&#10;",
            '\t' => out += "&#9;",
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
