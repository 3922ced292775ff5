//! Tests of `invalid-literal`.

use crate::diagnostic::Severity;
use crate::rules::Profile;
use crate::rules::testing::{findings, fixes};

fn reported(value: &str) -> Option<Severity> {
    let found = findings("invalid-literal", "a.kql", &format!("print x = {value}"), Profile::Recommended);
    assert!(found.len() < 2, "{value}: {found:?}");
    found.first().map(|finding| finding.severity)
}

#[test]
fn impossible_literals_are_errors() {
    for value in [
        "datetime(2025-13-01)",
        "datetime(\"2025-02-29\")",
        "date(2025-06-31 10:00)",
        "datetime(2026-11-05 25:10:00)",
        "datetime(bogus)",
        "time(25:61:00)",
        "timespan(10:75)",
        "time(1x)",
        "timespan(3 weeks)",
        "guid(abc)",
        "guid(2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a1)",
    ] {
        assert_eq!(reported(value), Some(Severity::Error), "{value}");
    }
    for value in ["todatetime('2025-13-01')", "totimespan('25:61:00')", "toguid('abc')"] {
        assert_eq!(reported(value), Some(Severity::Warning), "{value}");
    }
}

#[test]
fn real_literals_and_templates_are_left_alone() {
    for value in [
        "datetime(2024-02-29)",
        "datetime(2026-12-31T23:59:59.999Z)",
        "datetime(null)",
        "datetime('19:01:00.7')",
        "datetime('{{StartTimeISO}}')",
        "datetime(\"Sat, 8 Nov 14 15:05:02 GMT\")",
        "todatetime('{{EndTimeISO}}')",
        "time(1.12:00:00)",
        "time(36:00:00)",
        "time('0.12:34:56.7')",
        "timespan(2)",
        "timespan(15 seconds)",
        "time(null)",
        "7d",
        "guid(2C1B9A36-6a0c-4d53-9a0f-0c8f2f6f8a11)",
        "guid(2c1b9a366a0c4d539a0f0c8f2f6f8a11)",
        "toguid(tostring(1))",
    ] {
        assert_eq!(reported(value), None, "{value}");
    }
}

#[test]
fn a_column_is_converted() {
    let text = "SecurityEvent | extend T = datetime(Activity)\n";
    let fixed = fixes("invalid-literal", "a.kql", text);
    assert_eq!(fixed[0].1, "SecurityEvent | extend T = todatetime(Activity)\n");
}
