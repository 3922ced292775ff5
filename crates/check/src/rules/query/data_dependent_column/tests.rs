//! Tests of `data-dependent-column`.

use crate::rules::Profile;
use crate::rules::testing::{findings, fixes};

const RULE: &str = "data-dependent-column";

fn reported(text: &str) -> Vec<String> {
    let found = findings(RULE, "a.kql", text, Profile::Recommended);
    found.into_iter().map(|finding| text[finding.span.range()].to_owned()).collect()
}

#[test]
fn the_first_use_of_each_column_is_reported() {
    for (text, names) in [
        (
            "SecurityEvent | evaluate bag_unpack(x=parse_json(EventData)) | where A == 1 and B == 2 | project A",
            vec!["A", "B"],
        ),
        (
            "let T = SecurityEvent | extend D = parse_json(EventData) | evaluate bag_unpack(D); T | where A == 1",
            vec!["A"],
        ),
        (
            "let T = materialize(SecurityEvent | evaluate pivot(EventID)); T | where ['4624'] > 1",
            vec!["['4624']"],
        ),
        (
            "SecurityEvent | evaluate pivot(EventID) | join kind=inner (SecurityEvent | project Computer) on Computer | where X > 1",
            vec!["X"],
        ),
        (
            "SecurityEvent | join kind=inner (SecurityEvent | evaluate pivot(EventID) | where X > 1) on Computer",
            vec!["X"],
        ),
    ] {
        assert_eq!(reported(text), names, "{text}");
    }
}

#[test]
fn columns_that_exist_are_left_alone() {
    for text in [
        "SecurityEvent | extend D = parse_json(EventData) | evaluate bag_unpack(D) | where Computer == 'a'",
        "SecurityEvent | extend D = parse_json(EventData) | evaluate bag_unpack(D) : (*, A: string) | where A == 'a'",
        "SecurityEvent | extend D = parse_json(EventData) | evaluate bag_unpack(D) | extend A = column_ifexists('A', '') | where A == 'a'",
        "Nobody_CL | extend D = parse_json(B) | evaluate bag_unpack(D) | where A == 'a'",
        "SecurityEvent | evaluate pivot(EventID) | join kind=inner (Nobody_CL) on Computer | where X > 1",
        "SecurityEvent | evaluate pivot(EventID) | summarize N = count() by Computer | where N > 1",
    ] {
        assert_eq!(reported(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_mapped_column_is_reported_where_the_query_does_not_name_it() {
    let query = "SecurityEvent | extend D = parse_json(EventData) | evaluate bag_unpack(D)";
    let mapping = "entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - identifier: HostName\n        columnName: ";
    let file = |column: &str| format!("id: x\nname: n\nquery: {query}\n{mapping}{column}\n");
    let reported = |column: &str| findings(RULE, "a.yaml", &file(column), Profile::Recommended).len();
    assert_eq!((reported("Server"), reported("Computer")), (1, 0));
}

#[test]
fn the_default_fits_the_use() {
    let text = "SecurityEvent\n  | evaluate pivot(EventID)\n  | where ['4624'] > 1\n";
    let fixed = "SecurityEvent\n  | evaluate pivot(EventID)\n  | extend ['4624'] = column_ifexists(\"4624\", long(null))\n  | where ['4624'] > 1\n";
    assert_eq!(fixes(RULE, "a.kql", text)[0].1, fixed);
}

#[test]
fn pivot_with_a_list_of_columns_replaces_those_of_the_data() {
    let text = "SecurityEvent\n| extend D = parse_json(EventData)\n| evaluate bag_unpack(D)\n| extend V = column_ifexists('V', '')\n| evaluate pivot(Activity, any(V), Computer)\n| where KeyType == 'x'\n";
    let fixed = text.replace("| where", "| extend KeyType = column_ifexists(\"KeyType\", \"\")\n| where");
    assert_eq!(fixes(RULE, "a.kql", text)[0].1, fixed);
}

#[test]
fn a_column_is_made_after_each_operator_that_may_make_it() {
    let leg = |id: &str| {
        format!(
            "(SecurityEvent | where EventID == {id} | evaluate bag_unpack(parse_json(EventData)) | where Tool == 'x')"
        )
    };
    let text = format!("union {}, {}\n", leg("1"), leg("2"));
    let after = "bag_unpack(parse_json(EventData)) | extend Tool = column_ifexists(\"Tool\", \"\")";
    let fixed = text.replace("bag_unpack(parse_json(EventData))", after);
    assert_eq!(fixes(RULE, "a.kql", &text)[0].1, fixed);
}

#[test]
fn a_column_has_the_name_that_the_query_writes() {
    let text = "union (SecurityEvent | evaluate bag_unpack(parse_json(EventData)) | where CommandLine has 'x'), \
                (SecurityEvent | where CommandLine has 'y')";
    let leg = "let A = SecurityEvent | project Computer, D = parse_json(EventData) | evaluate bag_unpack(D) | where CommandLine has 'x';\n\
               union A, (SecurityEvent | project CommandLine)";
    for text in [text, leg] {
        let found = findings(RULE, "a.kql", text, Profile::Recommended);
        assert!(found.iter().all(|one| !one.message.contains("_unknown")), "{found:?}");
    }
}
