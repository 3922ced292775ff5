//! Tests of `invalid-duration`.

use crate::diagnostic::Applicability;
use crate::rules::Profile;
use crate::rules::testing::{findings, fixes, gate, messages};

const RULE: &str = "invalid-duration";

fn rule(extra: &str) -> String {
    format!("id: x\nname: n\nkind: Scheduled\ntriggerOperator: gt\nquery: T\n{extra}")
}

#[test]
fn each_key_has_its_forms() {
    for fine in [
        "queryFrequency: 5m",
        "queryPeriod: 1.00:00:00",
        "queryFrequency: PT1H",
        "queryPeriod: P1DT12H",
        "suppressionDuration: 5h",
        "suppressionDuration: PT5H",
        "incidentConfiguration:\n  groupingConfiguration:\n    lookbackDuration: P1DT12H",
    ] {
        assert_eq!(messages(RULE, &rule(fine)), [""; 0], "{fine}");
    }
    for (wrong, right) in [
        ("queryFrequency: 1 day", "queryFrequency: 1d"),
        ("queryFrequency: '24 hours'", "queryFrequency: '1d'"),
        ("queryPeriod: 90 min", "queryPeriod: 90m"),
        ("queryPeriod: pt5h", "queryPeriod: PT5H"),
        ("queryPeriod: PT1D", "queryPeriod: P1D"),
        ("queryFrequency: 5H", "queryFrequency: 5h"),
        ("suppressionDuration: 5 hours", "suppressionDuration: PT5H"),
        ("queryPeriod: 1h10m", "queryPeriod: 70m"),
        ("queryPeriod: 1", "queryPeriod: 1d"),
        ("suppressionDuration: 1h10m", "suppressionDuration: PT1H10M"),
        ("suppressionDuration: P1W", "suppressionDuration: P7D"),
        ("suppressionDuration: 5", "suppressionDuration: 5d"),
    ] {
        assert_eq!(fixes(RULE, "a.yaml", &rule(wrong)), [(Applicability::Safe, rule(right))], "{wrong}");
    }
    assert_eq!(messages(RULE, &rule("queryPeriod: soon\nqueryFrequency: 90s")).len(), 2);
    assert!(fixes(RULE, "a.yaml", &rule("queryPeriod: soon\nqueryFrequency: 90s")).is_empty());
}

#[test]
fn the_gate_reads_only_the_schedule() {
    let count = |extra: &str| gate(RULE, "Detections/a.yaml", &rule(extra));
    assert_eq!(count("queryFrequency: 5\nqueryPeriod: 01:00:00\nsuppressionDuration: 1h10m"), 0);
    assert_eq!(count("queryFrequency: 1w\nqueryPeriod: P1D"), 2);
    let text = rule("queryFrequency: PT1H\nqueryPeriod: 1h");
    let found = findings(RULE, "Detections/a.yaml", &text, Profile::AzureSentinel);
    let fix = found[0].fix.as_ref().map(|fix| fix.title.as_str());
    assert_eq!(fix, Some("Replace with `1h`"));
}
