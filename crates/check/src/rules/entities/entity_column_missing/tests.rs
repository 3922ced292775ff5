//! Tests of `entity-column-missing`.

use crate::diagnostic::{Applicability, Severity};
use crate::rules::Profile;
use crate::rules::testing::{findings, fixes, gate};

const RULE: &str = "entity-column-missing";

fn file(query: &str) -> String {
    let field = "{identifier: HostName, columnName: Wanted}";
    format!(
        "id: x\nname: n\nentityMappings: [{{entityType: Host, fieldMappings: [{field}]}}]\nquery: |\n  {query}\n"
    )
}

/// The severity of the finding, and what lost the column.
fn reported(query: &str) -> Option<(Severity, Option<String>)> {
    let text = file(query);
    let found = findings(RULE, "a.yaml", &text, Profile::Recommended);
    let finding = found.first()?;
    Some((finding.severity, finding.labels.first().map(|label| text[label.span.range()].to_owned())))
}

#[test]
fn the_operator_that_lost_the_column_is_found_anywhere() {
    for (query, lost) in [
        (
            "SecurityEvent | project Wanted = Computer | summarize count() by EventID = 1",
            Some("summarize count() by EventID = 1"),
        ),
        ("SecurityEvent | extend Wanted = 1 | project-away Wanted", Some("project-away Wanted")),
        (
            "SecurityEvent | extend Wanted = 1 | project-rename Host = Wanted | take 1",
            Some("project-rename Host = Wanted"),
        ),
        (
            "let a = materialize(SecurityEvent | extend Wanted = 1 | distinct Computer); a | take 1",
            Some("distinct Computer"),
        ),
        (
            "let f = () { SecurityEvent | extend Wanted = 1 | project Computer }; f()",
            Some("project Computer"),
        ),
        (
            "union (SecurityEvent | project Computer), (Event | extend Wanted = 1 | project Source)",
            Some("project Source"),
        ),
        ("SecurityEvent | join kind=leftsemi (Event | extend Wanted = 1) on Computer", None),
        ("Unknown_CL | where A | project Computer | extend B = 1", Some("project Computer")),
        ("SecurityEvent | project Computer", None),
        ("SecurityEvent | extend Wanted = 1 | count", Some("count")),
        (
            "SecurityEvent | make-graph Account --> Computer with_node_id=Id | graph-match (a)-[e]->(b) project a.Id",
            Some("graph-match (a)-[e]->(b) project a.Id"),
        ),
        (
            "SecurityEvent | make-graph Account --> Computer with Event on Computer | graph-to-table nodes",
            None,
        ),
    ] {
        assert_eq!(reported(query), Some((Severity::Error, lost.map(str::to_owned))), "{query}");
    }
}

#[test]
fn what_may_have_the_column_is_left_alone() {
    for query in [
        "SecurityEvent | extend Wanted = 1",
        "Unknown_CL | take 1",
        "Unknown_CL | summarize arg_max(TimeGenerated, *) by Computer",
        "Unknown_CL | project-away A",
        "SecurityEvent | join kind=inner Unknown_CL on Computer",
        "SecurityEvent | evaluate bag_unpack(EventData)",
        "SecurityEvent | union Unknown_CL",
        "SecurityEvent | make-graph Account --> Computer with Unknown_CL on A | graph-to-table nodes",
        "SecurityEvent | make-graph Account --> Computer with_node_id=Id | graph-match (a)-[e]->(b) project Wanted = a.Id",
        "_GetWatchlist('x') | take 1",
        "print 1 |",
        "SecurityEvent | project Computer | lookup (_GetWatchlist('x')) on $left.Computer == $right.SearchKey",
    ] {
        assert_eq!(reported(query), None, "{query}");
    }
    assert_eq!(gate(RULE, "Detections/a.yaml", &file("SecurityEvent")), 0);
}

#[test]
fn schemas_that_may_be_wrong_make_a_warning() {
    assert_eq!(reported("ABNORMAL_CASES_CL | take 1"), Some((Severity::Warning, None)));
    let found = findings(RULE, "a.yaml", &file("SecurityEvent | project Wantd = 1"), Profile::Recommended);
    assert_eq!(found[0].help.as_deref(), Some("Did you mean `Wantd`?"));
    let twice = file("SecurityEvent | project Wantd = 1")
        .replace("}]}]", "}, {identifier: FullName, columnName: Wantd}]}]");
    let found = findings(RULE, "a.yaml", &twice, Profile::Recommended);
    assert!(found[0].fix.is_none(), "another identifier takes the column already");
}

/// A deployment is refused with "The given column '...' does not exist" (Azure-Sentinel PR 7345).
#[test]
fn a_column_that_differs_in_case_is_missing() {
    let text = file("SecurityEvent | project wanted = Computer");
    let found = findings(RULE, "a.yaml", &text, Profile::Recommended);
    assert_eq!(found[0].severity, Severity::Error);
    let fixed = text.replace("Wanted", "wanted");
    assert_eq!(fixes(RULE, "a.yaml", &text), [(Applicability::Safe, fixed)]);
    let two = file("SecurityEvent | project wanted = Computer, WANTED = 1");
    assert_eq!(fixes(RULE, "a.yaml", &two)[0].0, Applicability::Unsafe);
    assert_eq!(reported("ABNORMAL_CASES_CL | extend wanted = 1"), Some((Severity::Warning, None)));
}
