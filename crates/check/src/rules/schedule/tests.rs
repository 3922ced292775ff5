//! Tests of the grouping of alerts into incidents.

use crate::diagnostic::Applicability;
use crate::rules::testing::{fixes, messages};

const RULE: &str = "invalid-incident-grouping";

fn rule(grouping: &str) -> String {
    let grouping = grouping.replace('\n', "\n    ");
    format!(
        "id: x\nname: n\nkind: NRT\nquery: T\ncustomDetails:\n  Key: Column\nentityMappings:\n- entityType: Host\n\
         incidentConfiguration:\n  groupingConfiguration:\n    {grouping}\n"
    )
}

#[test]
fn groups_are_of_what_the_rule_has() {
    for (grouping, count) in [
        ("matchingMethod: Selected\ngroupByEntities: [Host]", 0),
        ("matchingMethod: Selected\ngroupByCustomDetails: [Key]", 0),
        ("matchingMethod: Selected\ngroupByAlertDetails: [Severity]", 0),
        ("matchingMethod: AllEntities\nlookbackDuration: 7d\ngroupByEntities: []", 0),
        ("enabled: false\nmatchingMethod: Selected", 0),
        ("enabled: true\nmatchingMethod: Selected\ngroupByEntities: []", 1),
        ("matchingMethod: Selected\ngroupByEntities: [Account, host, User]\ngroupByCustomDetails: [key]", 4),
        ("matchingMethod: Everything\nlookbackDuration: P8D\ngroupByAlertDetails: [Name]", 3),
    ] {
        assert_eq!(messages(RULE, &rule(grouping)).len(), count, "{grouping}");
    }
}

#[test]
fn case_is_fixed_safely() {
    let fixed = fixes(RULE, "a.yaml", &rule("matchingMethod: anyalert\ngroupByAlertDetails: [DisplayNam]"));
    let right = |text: &str| rule(text);
    assert_eq!(
        fixed,
        [
            (Applicability::Safe, right("matchingMethod: AnyAlert\ngroupByAlertDetails: [DisplayNam]")),
            (Applicability::Unsafe, right("matchingMethod: anyalert\ngroupByAlertDetails: [DisplayName]"))
        ]
    );
}
