//! Tests of `legacy-entity-column`.

use crate::diagnostic::Applicability;
use crate::rules::testing::{fixes, gate, messages};

const RULE: &str = "legacy-entity-column";
const HEAD: &str = "id: x\nname: n\nkind: Scheduled\n";

#[test]
fn comments_and_longer_names_are_passed_over() {
    let count = |query: &str| messages(RULE, &format!("{HEAD}query: |\n  {query}\n")).len();
    assert_eq!(count("T // AccountCustomEntity"), 0);
    assert_eq!(count("T | extend MyAccountCustomEntity = A"), 0);
    assert_eq!(count("T | extend AccountCustomEntity = A, HostCustomEntity = B"), 1);
    let gated = format!("{HEAD}query: |\n  T // AccountCustomEntity\n");
    assert_eq!(gate(RULE, "Detections/a.yaml", &gated), 1);
    assert_eq!(gate(RULE, "Hunting Queries/a.yaml", &gated), 0);
}

#[test]
fn mappings_are_added_to_the_list_that_is_there() {
    let query = "query: |\n  T | extend IPCustomEntity = A, FileHashCustomEntity = B\n";
    let item = |indent: &str| {
        format!(
            "{indent}- entityType: IP\n{indent}  fieldMappings:\n{indent}    - identifier: Address\n{indent}      columnName: IPCustomEntity\n"
        )
    };
    let alone = fixes(RULE, "a.yaml", &format!("{HEAD}{query}"));
    assert_eq!(alone, [(Applicability::Unsafe, format!("{HEAD}{query}entityMappings:\n{}", item("  ")))]);
    let list = "entityMappings:\n- entityType: Host\n  fieldMappings: []\n";
    let listed = fixes(RULE, "a.yaml", &format!("{HEAD}{list}{query}"));
    assert_eq!(listed, [(Applicability::Unsafe, format!("{HEAD}{list}{}{query}", item("")))]);
    let hash = format!("{HEAD}query: T | extend FileHashCustomEntity = B\n");
    assert!(fixes(RULE, "a.yaml", &hash).is_empty() && messages(RULE, &hash).len() == 1);
}

#[test]
fn a_column_that_is_not_returned_is_not_mapped() {
    let text = |last: &str| {
        format!(
            "{HEAD}query: |\n  SecurityEvent\n  | extend IPCustomEntity = IpAddress, HostCustomEntity = Computer\n  | {last}\n"
        )
    };
    let fixed = |last: &str| fixes(RULE, "a.yaml", &text(last)).pop().map(|(_, fixed)| fixed);
    let both = fixed("where EventID == 1").unwrap();
    assert!(both.contains("columnName: IPCustomEntity") && both.contains("columnName: HostCustomEntity"));
    let one = fixed("project IPCustomEntity").unwrap();
    assert!(one.contains("columnName: IPCustomEntity") && !one.contains("columnName: HostCustomEntity"));
    assert_eq!(fixed("project Computer"), None);
}
