//! JUnit XML: a suite for each file, a failed case for each finding, and a passed one for a clean file.

use super::text;
use crate::diagnostic::Severity;
use crate::findings::Findings;

pub(super) fn render(findings: &Findings) -> String {
    let (mut tests, mut failures, mut suites) = (0, 0, String::new());
    for file in &findings.files {
        let counting: Vec<_> = file.diagnostics.iter().filter(|diagnostic| diagnostic.counts()).collect();
        let path = text::markup(file.source.path());
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
            let message = text::markup(&text::one_line(&text::message(diagnostic)));
            suites += &format!(
                "    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\""
            );
            let severity = diagnostic.severity;
            let body = text::markup(&format!("{}:{line}:{column}", file.source.path()));
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
