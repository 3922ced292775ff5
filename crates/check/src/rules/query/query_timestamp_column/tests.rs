//! Tests of `query-timestamp-column`.

use crate::diagnostic::Applicability;
use crate::rules::testing::{fixes, messages};

const RULE: &str = "query-timestamp-column";

fn rule(query: &str, rest: &str) -> String {
    format!(
        "id: x\nname: n\nkind: Scheduled\nqueryFrequency: 1h\nqueryPeriod: 1h\nquery: |\n  {query}\n{rest}"
    )
}

#[test]
fn only_rules_and_only_the_column_of_the_table() {
    let count = |query: &str| messages(RULE, &rule(query, "")).len();
    assert_eq!(count("DeviceEvents | where Timestamp > ago(1h)"), 1);
    assert_eq!(count("DeviceEvents | extend Timestamp = TimeGenerated | where Timestamp > ago(1h)"), 0);
    assert_eq!(count("SecurityEvent | extend Timestamp = TimeGenerated | sort by Timestamp"), 0);
    assert_eq!(count("AADSignInEventsBeta | where Timestamp > ago(1h)"), 0);
    assert_eq!(count("MyOwn_CL | where Timestamp > ago(1h)"), 0);
    assert_eq!(count("DeviceEvents // Timestamp"), 0);
    let hunting = "id: x\nname: n\nquery: DeviceEvents | where Timestamp > ago(1h)\n";
    assert!(messages(RULE, hunting).is_empty());
}

#[test]
fn metadata_follows_the_column() {
    let details = |name: &str| {
        format!(
            "customDetails:\n  Time: {name}\nalertDetailsOverride:\n  alertDisplayNameFormat: 'At {{{{{name}}}}}'\n"
        )
    };
    let text = rule("DeviceEvents | project Timestamp, DeviceName", &details("Timestamp"));
    let fixed = rule("DeviceEvents | project TimeGenerated, DeviceName", &details("TimeGenerated"));
    assert_eq!(fixes(RULE, "a.yaml", &text), [(Applicability::Unsafe, fixed)]);
}

#[test]
fn where_further_names_follow_there_is_no_fix() {
    for query in [
        "DeviceEvents | summarize max(Timestamp) by DeviceName",
        "DeviceEvents | project TimeGenerated, Timestamp",
        "DeviceEvents | join DeviceInfo on DeviceId | project Timestamp, Timestamp1",
    ] {
        let text = rule(query, "");
        assert_eq!((messages(RULE, &text).len(), fixes(RULE, "a.yaml", &text).len()), (1, 0), "{query}");
    }
}
