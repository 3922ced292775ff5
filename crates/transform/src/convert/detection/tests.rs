use std::sync::Arc;

use serde_json::Value;

use super::{Catalogs, Form, Frequency, Made, Options, from_detection, from_template, repaired, write};
use crate::content::Content;
use crate::diagnostic::Diagnostic;
use crate::source::{Edit, SourceFile};
use crate::workspace::View;

const HEAD: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: Remote tool reached its relay\ndescription: Identifies \
                    hosts.\ntactics: [CommandAndControl]\nrelevantTechniques: [T1219]\n";
const RULE: &str = "kind: Scheduled\nseverity: High\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\n";

fn read(text: &str) -> Content {
    Content::read(Arc::new(SourceFile::new("a.yaml", text)), "a.yaml")
}

fn converted(keys: &str, query: &str, options: &Options) -> Result<Made, Vec<Diagnostic>> {
    let indented: String = query.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    let content = read(&format!("{HEAD}{keys}query: |\n{indented}"));
    let view = View::new(Vec::new());
    from_template(&content, options, Catalogs { workspace: &view, hunting: view.hunting() })
}

fn text(made: &Made) -> String {
    made.at(&["queryCondition", "queryText"]).and_then(Value::as_str).unwrap().to_owned()
}

fn hunted(query: &str) -> String {
    text(&converted("", query, &Options::default()).unwrap())
}

fn refused(query: &str, options: &Options) -> (&'static str, String) {
    let refusals = converted("", query, options).unwrap_err();
    (refusals[0].rule.id, refusals[0].message.clone())
}

fn continuous() -> Options {
    Options { frequency: Frequency::Continuous, ..Options::default() }
}

fn alert(made: &Made, member: &str) -> Value {
    made.at(&["detectionAction", "alertTemplate", member]).cloned().unwrap_or_default()
}

#[test]
fn required_columns_are_carried_through_every_operator() {
    for (query, adapted) in [
        (
            "DeviceEvents\n| summarize Count=count() by DeviceName",
            "DeviceEvents\n| summarize (Timestamp, DeviceId, ReportId)=arg_max(Timestamp, DeviceId, ReportId), Count=count() by DeviceName",
        ),
        (
            "DeviceEvents | summarize max(Timestamp), Timestamp = min(Timestamp) by DeviceId",
            "DeviceEvents | summarize (Timestamp, ReportId) = arg_min(Timestamp, ReportId), max(Timestamp) by DeviceId",
        ),
        (
            "DeviceEvents | summarize count() by DeviceId, bin(Timestamp, 1h) | where count_ > 1 | sort by Timestamp",
            "DeviceEvents | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), count() by DeviceId, Timestamp_bin = \
             bin(Timestamp, 1h) | where count_ > 1 | sort by Timestamp_bin",
        ),
        (
            "DeviceEvents | summarize arg_max(Timestamp, FileName) by DeviceId",
            "DeviceEvents | summarize arg_max(Timestamp, FileName, ReportId) by DeviceId",
        ),
        (
            "DeviceEvents | summarize ReportId = make_set(ReportId) by DeviceId | project DeviceId, ReportId",
            "DeviceEvents | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), ReportId_set = make_set(ReportId) by \
             DeviceId | project DeviceId, ReportId_set, Timestamp, ReportId",
        ),
        (
            "DeviceEvents | summarize count() by DeviceId, Timestamp",
            "DeviceEvents | summarize ReportId = take_any(ReportId), count() by DeviceId, Timestamp",
        ),
        (
            "DeviceEvents | summarize Names = make_set(FileName)",
            "DeviceEvents | summarize (Timestamp, DeviceId, ReportId) = arg_max(Timestamp, DeviceId, ReportId), Names = \
             make_set(FileName)\n| where isnotempty(ReportId)",
        ),
        (
            "DeviceEvents | distinct DeviceId, FileName",
            "DeviceEvents | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId) by DeviceId, FileName",
        ),
        (
            "DeviceEvents | project FileName, Timestamp = startofday(Timestamp) | sort by Timestamp",
            "DeviceEvents | project FileName, Timestamp_bin = startofday(Timestamp), Timestamp, DeviceId, ReportId | sort by \
             Timestamp_bin",
        ),
        ("DeviceEvents | project-away ReportId, FileName", "DeviceEvents | project-away FileName"),
        ("DeviceEvents | project-away ReportId", "DeviceEvents"),
        ("DeviceEvents | project-rename When = Timestamp", "DeviceEvents | extend When = Timestamp"),
        (
            "let T = DeviceEvents | project DeviceId, FileName;\nT | where FileName has \"x\"",
            "let T = DeviceEvents | project DeviceId, FileName, Timestamp, ReportId;\nT | where FileName has \"x\"",
        ),
        (
            "DeviceEvents | summarize by DeviceId | join (DeviceProcessEvents | project DeviceId, Timestamp) on DeviceId | project \
             DeviceId, Timestamp",
            "DeviceEvents | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId) by DeviceId | join \
             (DeviceProcessEvents | project DeviceId, Timestamp) on DeviceId | project DeviceId, Timestamp1, \
             Timestamp, ReportId",
        ),
        (
            "DeviceTvmSoftwareInventory | join (DeviceEvents | project DeviceId, FileName) on DeviceId",
            "DeviceTvmSoftwareInventory | join (DeviceEvents | project DeviceId, FileName, Timestamp, ReportId) on DeviceId",
        ),
        (
            "union (DeviceEvents | project DeviceId), (DeviceProcessEvents | project DeviceId)",
            "union (DeviceEvents | project DeviceId, Timestamp, ReportId), (DeviceProcessEvents | project DeviceId, Timestamp, \
             ReportId)",
        ),
        (
            "EmailEvents | summarize count() by SenderFromAddress",
            "EmailEvents | summarize (Timestamp, ReportId, RecipientEmailAddress) = arg_max(Timestamp, ReportId, RecipientEmailAddress), count() by SenderFromAddress",
        ),
        (
            "DeviceEvents | where FileName has \"x\" | render timechart",
            "DeviceEvents | where FileName has \"x\"",
        ),
    ] {
        assert_eq!(hunted(query), adapted);
    }
}

#[test]
fn names_and_windows_are_those_of_advanced_hunting() {
    for (query, adapted) in [
        (
            "DeviceEvents\n| where TimeGenerated > ago(7d)\n| where FileName has \"x\"",
            "DeviceEvents\n| where FileName has \"x\"",
        ),
        (
            "let back = 7d;\nlet from = ago(back);\nDeviceEvents\n| where Timestamp > from and FileName has \"TimeGenerated\"",
            "DeviceEvents\n| where FileName has \"TimeGenerated\"",
        ),
        // Two windows are a comparison.
        (
            "DeviceEvents | where TimeGenerated > ago(1d) | join kind=leftanti (DeviceEvents | where TimeGenerated > ago(14d)) on SHA1",
            "DeviceEvents | where Timestamp > ago(1d) | join kind=leftanti (DeviceEvents | where Timestamp > ago(14d)) on SHA1",
        ),
        (
            "SigninLogs | where UserPrincipalName has \"x\" | join kind=inner (IdentityInfo | project AccountUPN, TimeGenerated) on \
             $left.UserPrincipalName == $right.AccountUPN",
            "SigninLogs | where UserPrincipalName has \"x\" | join kind=inner (IdentityInfo | project AccountUpn, Timestamp) on \
             $left.UserPrincipalName == $right.AccountUpn",
        ),
    ] {
        assert_eq!(hunted(query), adapted);
    }
}

#[test]
fn what_has_no_event_or_asset_is_refused_with_its_place() {
    for (query, code, part) in [
        ("DeviceTvmSoftwareInventory | where SoftwareName has \"x\"", "no-event-table", "describes a state"),
        ("print x = 1", "no-event-table", "print"),
        ("DeviceEvents | count", "operator-refused", "`count`"),
        (
            "DeviceEvents | make-series count() on Timestamp step 1h by DeviceId",
            "operator-refused",
            "`make-series`",
        ),
        ("search \"x\"", "operator-refused", "`search`"),
        ("DeviceEvents | evaluate pivot(FileName)", "operator-refused", "pivot"),
        ("DeviceEvents | parse FileName with DeviceId \"x\" *", "operator-refused", "`DeviceId`"),
        ("DeviceEvents | project-away Report*", "operator-refused", "`Report*`"),
        ("EmailUrlInfo | where Url has \"x\"", "no-asset", "`EmailUrlInfo`"),
        ("DeviceEvents | where", "query-refused", "syntax"),
    ] {
        let (found, message) = refused(query, &Options::default());
        assert_eq!(found, code, "{query}: {message}");
        assert!(message.contains(part), "{query}: {message}");
    }
}

#[test]
fn a_continuous_query_is_one_table_without_lets_and_comments() {
    for (query, adapted) in [
        (
            "// Why.\nlet tools = dynamic([\"a.exe\", \"b.exe\"]);\nDeviceProcessEvents // All.\n| where FileName in~ (tools)\n| sort by Timestamp",
            "DeviceProcessEvents\n| where FileName in~ (\"a.exe\", \"b.exe\")",
        ),
        (
            "DeviceNetworkEvents | where RemoteUrl has \"x\" | summarize count() by DeviceId, RemoteUrl | sort by count_",
            "DeviceNetworkEvents | where RemoteUrl has \"x\" | project Timestamp, DeviceId, ReportId, RemoteUrl",
        ),
        (
            "let Urls = datatable(Url: string, Tool: string)[\"a\", \"A\", \"b\", \"B\"];\nDeviceNetworkEvents | where RemoteUrl has_any ((Urls | distinct Url)) | extend H = tostring(split(RemoteUrl, '/')[0])",
            "DeviceNetworkEvents | where RemoteUrl has_any (\"a\", \"b\") | extend H = extract(@'^([^/]*)', 1, RemoteUrl)",
        ),
        (
            "let T = DeviceProcessEvents | where FileName has \"x\";\nT | where DeviceName has \"y\"",
            "DeviceProcessEvents | where FileName has \"x\" | where DeviceName has \"y\"",
        ),
    ] {
        let made = converted("", query, &continuous()).unwrap();
        assert_eq!((text(&made).as_str(), made.frequency()), (adapted, Some("PT0S")));
    }
    for (query, part) in [
        ("DeviceProcessEvents | summarize c = count() by DeviceId | where c > 3", "`summarize`"),
        ("DeviceProcessEvents | join kind=inner DeviceInfo on DeviceId", "`join`"),
        ("AADSignInEventsBeta | where AccountUpn has \"x\"", "`AADSignInEventsBeta`"),
        ("DeviceProcessEvents | mv-expand x = split(FileName, '.')", "`mv-expand`"),
    ] {
        let (code, message) = refused(query, &continuous());
        assert_eq!(code, "continuous-refused", "{query}");
        assert!(message.contains(part), "{query}: {message}");
    }
}

#[test]
fn a_rule_keeps_its_schedule_trigger_and_texts() {
    let counted = "DeviceEvents\n| summarize Count = count() by DeviceId\n| where Count > 5";
    let made = converted(RULE, counted, &Options::default()).unwrap();
    assert!(
        text(&made).starts_with(
            "DeviceEvents\n| where ingestion_time() > ago(1h)\n| summarize (Timestamp, ReportId)"
        ),
        "{}",
        text(&made)
    );
    assert_eq!((made.frequency(), alert(&made, "severity")), (Some("PT1H"), "high".into()));
    let many = RULE
        .replace("triggerThreshold: 0", "triggerThreshold: 3")
        .replace("queryPeriod: 1h", "queryPeriod: 1d");
    let made = converted(&many, "DeviceEvents | where FileName has \"x\"", &Options::default()).unwrap();
    assert!(text(&made).ends_with(");\nmatches\n| where toscalar(matches | count) > 3"), "{}", text(&made));
    assert_eq!(made.frequency(), Some("PT12H"));
    assert!(made.notes.iter().any(|note| note.rule.id == "schedule-widened"));
    let none = RULE.replace("triggerOperator: gt", "triggerOperator: lt");
    assert!(converted(&none, "DeviceEvents", &Options::default()).is_err());
    let keys = format!(
        "{RULE}alertDetailsOverride:\n  alertDisplayNameFormat: Tool on {{{{DeviceName}}}}\n  alertSeverityColumnName: S\n\
         customDetails:\n  File: FileName\n  Gone: Nothing\nentityMappings:\n  - entityType: Host\n    fieldMappings:\n      - \
         {{identifier: FullName, columnName: DeviceName}}\n  - entityType: Process\n    fieldMappings:\n      - {{identifier: \
         CommandLine, columnName: ProcessCommandLine}}\n"
    );
    let made = converted(&keys, "DeviceProcessEvents", &Options::default()).unwrap();
    assert_eq!(alert(&made, "title"), "Tool on {{DeviceName}}");
    assert_eq!(
        alert(&made, "customDetails"),
        serde_json::json!({"File": "FileName", "ProcessCommandLine": "ProcessCommandLine"})
    );
    let mapped = alert(&made, "entityMappings");
    assert_eq!(
        mapped["hosts"],
        serde_json::json!([{"deviceIdColumn": "DeviceId", "nameColumn": "DeviceName"}])
    );
    let codes: Vec<&str> = made.notes.iter().map(|note| note.rule.id).collect();
    for code in ["override-lost", "detail-lost", "grouping-lost", "status-derived"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[test]
fn one_tactic_is_taken_and_the_others_are_told() {
    let content = read(&format!(
        "{}query: DeviceEvents | where FileName has \"x\"\n",
        HEAD.replace("[CommandAndControl]", "[Persistence, Execution]")
            .replace("[T1219]", "[T1059.001, T1059, T1547, T1204]")
    ));
    let view = View::new(Vec::new());
    let catalogs = Catalogs { workspace: &view, hunting: view.hunting() };
    let made = from_template(&content, &Options::default(), catalogs).unwrap();
    let wanted = serde_json::json!([{"tactic": "Execution", "techniques": [
        {"technique": "T1059", "subTechniques": ["T1059.001"]}, {"technique": "T1204"}]}]);
    assert_eq!(alert(&made, "tactics"), wanted);
    let codes: Vec<&str> = made.notes.iter().map(|note| note.rule.id).collect();
    assert!(codes.contains(&"tactic-lost") && codes.contains(&"technique-lost"), "{codes:?}");
}

/// The forms of one detection, read again.
#[test]
fn every_form_is_read_as_it_was_written() {
    let made = converted(
        RULE,
        "DeviceEvents\n| where FileName has \"it's ''' ${x}\"\n| where DeviceName has '[a]'",
        &Options::default(),
    )
    .unwrap();
    let named = [("a".to_owned(), made.clone())];
    for (name, form, written) in [
        ("a.json", Form::Graph, write::graph(std::slice::from_ref(&made))),
        ("a.yaml", Form::Yaml, write::yaml(&made, "a.yaml", &["why".to_owned()])),
        ("a.bicep", Form::Bicep, write::bicep(&named, Some("a.yaml"), &[])),
        ("b.json", Form::Arm, write::arm(&named)),
    ] {
        let content = Content::read(Arc::new(SourceFile::new(name, written.as_str())), name);
        assert_eq!(content.form(), Some(form), "{written}");
        assert!(content.document.errors.is_empty(), "{written}");
        let all = content.detections();
        let view = View::new(Vec::new());
        let catalogs = Catalogs { workspace: &view, hunting: view.hunting() };
        let again = from_detection(&content, &all[0], &Options::default(), catalogs).unwrap();
        assert_eq!(again.body, made.body, "{written}");
    }
}

#[test]
fn the_old_shape_becomes_the_new_one() {
    let old = "displayName: Tool ran\nisEnabled: true\nqueryCondition: {queryText: DeviceProcessEvents}\nschedule: {period: 0}\n\
               detectionAction:\n  alertTemplate:\n    title: t\n    description: d\n    severity: High\n    category: Execution\n    \
               mitreTechniques: [T1059.001]\n    impactedAssets:\n      - {\"@odata.type\": \"#microsoft.graph.security.impactedDeviceAsset\", \
               identifier: deviceId}\n  responseActions:\n    - {\"@odata.type\": \
               \"#microsoft.graph.security.isolateDeviceResponseAction\", identifier: deviceId, isolationType: full}\n  organizationalScope: null\n";
    let content = read(old);
    assert_eq!(content.form(), Some(Form::GraphOld));
    let view = View::new(Vec::new());
    let catalogs = Catalogs { workspace: &view, hunting: view.hunting() };
    let all = content.detections();
    let made = from_detection(&content, &all[0], &Options::default(), catalogs).unwrap();
    assert_eq!(
        Value::Object(made.body),
        serde_json::json!({
            "id": "detection-tool-ran", "displayName": "Tool ran", "status": "enabled",
            "queryCondition": {"queryText": "DeviceProcessEvents"}, "schedule": {"frequency": "PT0S"},
            "detectionAction": {
                "alertTemplate": {
                    "title": "t", "description": "d", "severity": "high",
                    "tactics": [{"tactic": "Execution", "techniques": [{"technique": "T1059", "subTechniques": ["T1059.001"]}]}],
                    "entityMappings": {"hosts": [{"deviceIdColumn": "DeviceId"}]}
                },
                "automatedActions": {"isolateDevices": [{"isolationType": "full", "deviceIdColumn": "DeviceId"}]}
            }
        })
    );
}

#[test]
fn a_query_is_repaired_only_where_it_needs_it() {
    let view = View::new(Vec::new());
    let repair = |query: &str| {
        let edits = repaired(query, view.hunting())?;
        Edit::apply(&edits, query)
    };
    assert_eq!(
        repair("DeviceEvents | project FileName").as_deref(),
        Some("DeviceEvents | project FileName, Timestamp, DeviceId, ReportId")
    );
    for query in ["DeviceEvents", "DeviceEvents | count", "DeviceEvents | whre", "print 1"] {
        assert_eq!(repair(query), None, "{query}");
    }
}
