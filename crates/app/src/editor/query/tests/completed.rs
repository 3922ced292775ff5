//! What is offered where: a query with `¦` at the cursor, and words that are to be among the first that match what is
//! typed, or that are not to be offered at all.

use std::sync::Arc;

use super::super::{Around, Seen, completions};
use super::{asked, model, view};
use crate::kql::parse;
use crate::workspace::{View, Workspace};

/// The labels that are offered at the mark and begin with what is typed, in order.
fn offered_in(view: &View<'_>, around: &Around, marked: &str) -> Vec<String> {
    let offset = marked.find('¦').expect("a mark");
    let text = marked.replace('¦', "");
    let parsed = parse(&text);
    let model = model(&text, &parsed, view);
    let asked = asked(&text, &parsed, &model, view, around);
    let found = completions(&asked, offset).items;
    let typed = found.first().map_or("", |item| &text[item.replaces.start as usize..offset]).to_lowercase();
    let labels = found.into_iter().map(|item| item.label.into_owned());
    labels.filter(|label| label.to_lowercase().starts_with(&typed)).collect()
}

fn offered(marked: &str) -> Vec<String> {
    offered_in(&view(), &Around::default(), marked)
}

#[track_caller]
fn first(marked: &str, count: usize, wanted: &[&str]) {
    let found = offered(marked);
    for word in wanted {
        let rank = found.iter().position(|label| label == word);
        assert!(
            rank.is_some_and(|rank| rank < count),
            "{word} is at {rank:?} of {:?}",
            &found[..found.len().min(20)]
        );
    }
}

#[track_caller]
fn never(marked: &str, unwanted: &[&str]) {
    let found = offered(marked);
    for word in unwanted {
        assert!(!found.iter().any(|label| label == word), "{word} is offered");
    }
}

#[test]
fn operators_follow_a_pipe() {
    first("SecurityEvent | ¦", 6, &["where", "extend", "summarize", "project"]);
    first("SecurityEvent\n| w¦", 1, &["where"]);
    first("SecurityEvent | project-¦", 4, &["project-away", "project-rename", "project-reorder"]);
    first("SecurityEvent | mv-e¦", 1, &["mv-expand"]);
    first("SecurityEvent | join (SecurityAlert | ¦", 5, &["where", "project"]);
    never("SecurityEvent | ¦", &["SecurityAlert", "tostring", "and"]);
}

#[test]
fn columns_are_those_in_scope() {
    first("SecurityEvent | where ¦", 5, &["EventID", "TimeGenerated"]);
    first("SecurityEvent | where Ev¦", 3, &["EventID", "EventData"]);
    first("SecurityEvent | project A = Account, B = 1 | where ¦", 4, &["A", "B"]);
    never("SecurityEvent | project A = Account, B = 1 | where Acc¦", &["AccountType"]);
    first("SecurityEvent | summarize count() by ¦", 8, &["Computer", "Account"]);
    first("SecurityEvent | summarize N = count() by Computer | sort by ¦", 2, &["N", "Computer"]);
    first("SecurityEvent | extend Host = Computer | project Ho¦", 1, &["Host"]);
    first("let T = SecurityEvent | project X = Computer; T | where ¦", 2, &["X"]);
    first("let f = (t: string) { SecurityEvent | where Act¦", 2, &["Activity"]);
}

#[test]
fn both_sides_of_a_join_have_their_columns() {
    let join = "SecurityEvent | project L = Account | join (SecurityAlert | project R = AlertName) on ";
    first(&format!("{join}$left.¦"), 1, &["L"]);
    first(&format!("{join}$left.L == $right.¦"), 1, &["R"]);
    never(&format!("{join}$left.L == $right.¦"), &["L"]);
    first(&format!("{join}$left.L == ¦"), 1, &["$right"]);
    first("SecurityEvent | join kind=inner (SigninLogs) ¦", 1, &["on"]);
    first("SecurityEvent | join kind=¦", 3, &["inner", "innerunique"]);
    first("SecurityEvent | join kind=left¦", 4, &["leftanti", "leftouter", "leftsemi"]);
    first("SecurityEvent | join ki¦", 1, &["kind"]);
}

#[test]
fn arguments_have_the_type_that_is_asked_for() {
    first("let w = 3d; SecurityEvent | where TimeGenerated > ago(¦", 3, &["w", "1d", "7d"]);
    first("SecurityEvent | where TimeGenerated > ¦", 3, &["ago"]);
    first("let names = dynamic(['a']); SecurityEvent | where Computer in (¦", 1, &["names"]);
    first("SecurityEvent | summarize dcount(¦", 10, &["Computer", "Account"]);
    first("SecurityEvent | summarize Total = ¦", 5, &["count", "dcount", "max"]);
    first("SecurityEvent | extend Day = startofday(¦", 3, &["TimeGenerated"]);
}

#[test]
fn operators_fit_the_value_before_them() {
    first("SecurityEvent | where CommandLine ¦", 8, &["has", "contains", "=="]);
    first("SecurityEvent | where CommandLine h¦", 3, &["has", "has_any"]);
    first("SecurityEvent | where TimeGenerated ¦", 4, &[">", "between"]);
    first("SecurityEvent | where EventID == 4624 ¦", 2, &["and", "or"]);
    first("SecurityEvent | where EventID in (1, 2) a¦", 1, &["and"]);
    first("SecurityEvent | summarize count() ¦", 1, &["by"]);
    first("SecurityEvent | top 5 ¦", 1, &["by"]);
    first("SecurityEvent | top 5 by TimeGenerated ¦", 2, &["desc", "asc"]);
    first("SecurityEvent | parse EventData ¦", 1, &["with"]);
    first("SecurityEvent | where Computer !¦", 8, &["!in", "!contains", "!has"]);
}

#[test]
fn a_query_begins_with_a_table_a_let_or_an_operator() {
    first("¦", 10, &["let", "SecurityEvent", "SigninLogs"]);
    first("Sec¦", 4, &["SecurityEvent", "SecurityAlert"]);
    first("let Mine = SecurityEvent | take 1;\n¦", 3, &["Mine"]);
    first("SecurityEvent | union ¦", 10, &["SigninLogs"]);
    first("let x = dyn¦", 1, &["dynamic"]);
    first("let x = ext¦", 3, &["externaldata", "extract"]);
    // What the query reads further on says which table it is.
    first(
        "¦ | where MessageType == 1 and EmailDirection == 'Inbound' | project SenderFromAddress",
        2,
        &["EmailEvents"],
    );
}

#[test]
fn names_that_are_missing_are_likely_to_be_given() {
    first("let ¦\nSecurityEvent | where Account in (Allowed)", 1, &["Allowed"]);
    first("SecurityEvent | extend ¦ | where Risk > 3", 1, &["Risk"]);
    first("SecurityEvent | summarize Sta¦", 2, &["StartTime"]);
    first("SigninLogs | extend N = 1 | union (AuditLogs | extend ¦", 8, &["N"]);
}

#[test]
fn members_and_values_are_those_of_other_queries() {
    first("AuditLogs | extend U = InitiatedBy.¦", 2, &["user", "app"]);
    first("AuditLogs | extend U = InitiatedBy.user.¦", 3, &["userPrincipalName", "ipAddress"]);
    first("DeviceFileEvents | where ActionType == \"¦\"", 3, &["\"FileCreated\""]);
    first("DeviceFileEvents | where ActionType == '¦'", 3, &["'FileCreated'"]);
    first("SecurityEvent | where EventID == ¦", 10, &["4625"]);
    first("T | extend x = datetime_diff('¦'", 12, &["'day'", "'hour'"]);
    first("T | extend x = datetime_diff(¦", 15, &["\"day\"", "\"hour\""]);
}

#[test]
fn nothing_is_offered_in_comments_and_numbers() {
    for marked in ["T // where ¦", "T | where a == 1.¦5", "// ¦", "T | where a == 'x' // b¦"] {
        assert_eq!(offered(marked), Vec::<String>::new(), "{marked}");
    }
}

#[test]
fn types_options_and_charts_have_their_words() {
    first("datatable(a: ¦", 3, &["string", "long"]);
    first("let f = (a: ¦", 3, &["string"]);
    first("SecurityEvent | summarize count() by Computer | render ¦", 3, &["timechart", "barchart"]);
    first("SecurityEvent | evaluate ¦", 40, &["bag_unpack", "pivot"]);
    first("externaldata(a: string)['https://a/b'] with (¦", 2, &["format", "ignoreFirstRecord"]);
}

#[test]
fn the_workspace_comes_first() {
    let mut own = Workspace::default();
    own.add_table_name("Mine_CL");
    own.add_parser("MyParser", &[], "SecurityEvent | project Account");
    let view = View::new(vec![&own]);
    let mut seen = Seen::default();
    let text = "_GetWatchlist('VIPUsers') | take 1; Mine_CL | extend Weight_d = 1 | where Weight_d > 3 and Details.zone == 'north'";
    let parsed = parse(text);
    seen.add(text, &parsed, &model(text, &parsed, &view));
    let around = Around { tables: vec![Arc::from("Heartbeat")], seen: Arc::new(seen) };
    let at = |marked: &str| offered_in(&view, &around, marked);
    assert_eq!(at("He¦")[0], "Heartbeat");
    assert!(at("My¦").contains(&"MyParser".to_owned()));
    assert_eq!(at("Min¦")[0], "Mine_CL");
    assert_eq!(at("Mine_CL | extend x = Details.¦")[0], "zone");
    assert_eq!(at("_GetWatchlist('¦')")[0], "'VIPUsers'");
    assert!(at("_GetWatchlist(¦").contains(&"\"VIPUsers\"".to_owned()));
    assert_eq!(at("Mine_CL | where Details.zone == \"¦\"")[0], "\"north\"");
    // The tree alone tells members and values too.
    let mut seen = Seen::default();
    seen.add_names(text, &parsed);
    let around = Around { tables: Vec::new(), seen: Arc::new(seen) };
    assert_eq!(offered_in(&view, &around, "Mine_CL | extend x = Details.¦")[0], "zone");
}

#[test]
fn columns_of_watchlists_are_those_that_queries_use() {
    let view = View::new(Vec::new());
    let mut seen = Seen::default();
    for text in [
        "let known = dynamic([]); _GetWatchlist('Admins') | where Team in (known) | extend Upn = tolower(UserPrincipalName) | project Upn, Site.City",
        "let admins = (_GetWatchlist(\"Admins\") | project Shift); SigninLogs | where Identity in (admins)",
        "_GetWatchlist('Hosts') | join (SecurityEvent) on Computer | where Zone == 'a'",
    ] {
        seen.add_names(text, &parse(text));
    }
    let around = Around { tables: Vec::new(), seen: Arc::new(seen) };
    let at = |marked: &str| offered_in(&view, &around, marked);
    for marked in ["_GetWatchlist('Admins') | where ¦", "let a = _GetWatchlist('Admins'); a | where ¦"] {
        let offered = at(marked);
        let place = |name: &str| offered.iter().position(|one| one == name);
        for column in ["Team", "UserPrincipalName", "Site", "Shift"] {
            assert!(place(column).is_some_and(|place| place < 12), "{marked}: {column} in {offered:?}");
        }
        for other in ["Upn", "known", "Zone"] {
            assert!(place(other).is_none_or(|place| place > 20), "{marked}: {other} in {offered:?}");
        }
    }
    assert!(!at("_GetWatchlist('Hosts') | where ¦")[..12].contains(&"Zone".to_owned()));
}
