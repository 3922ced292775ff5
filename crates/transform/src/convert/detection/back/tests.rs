//! What a detection becomes.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::convert::detection::from_template;
use crate::workspace::View;
use crate::yaml::to_json;

/// A detection with a query, and with members put over those of a plain one, by pointer.
fn detection(query: &str, changes: &[(&str, Value)]) -> Value {
    let mut body = json!({
        "id": "xdr-2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11",
        "displayName": "Relay reached",
        "status": "enabled",
        "queryCondition": {"queryText": query},
        "schedule": {"frequency": "PT1H"},
        "detectionAction": {"alertTemplate": {
            "title": "Relay reached",
            "description": "A device reached the relay.",
            "severity": "medium",
            "tactics": [{"tactic": "CommandAndControl", "techniques": [
                {"technique": "T1219"}, {"technique": "T1071", "subTechniques": ["T1071.001"]}
            ]}],
            "entityMappings": {"hosts": [{"deviceIdColumn": "DeviceId", "nameColumn": "DeviceName"}]},
        }},
    });
    for (pointer, value) in changes {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(member.to_owned(), value.clone());
    }
    body
}

const QUERY: &str = "DeviceNetworkEvents\n| where RemoteUrl has \"relay.example\"\n| project Timestamp, DeviceId, ReportId, \
                     DeviceName, RemoteUrl, InitiatingProcessSHA256, InitiatingProcessAccountUpn";

fn made(detection: &Value, kind: Option<Kind>) -> Result<Rule, Vec<Diagnostic>> {
    let source = SourceFile::new("d.json", format!("{detection:#}\n"));
    let content = Content::read(Arc::new(source), "d.json");
    let view = View::new(Vec::new());
    let catalogs = Catalogs { workspace: &view, hunting: view.hunting() };
    let (detections, queries) = (content.detections(), content.queries());
    let seen = Seen { content: &content, detection: &detections[0], query: queries.first() };
    to_rule(seen, &Asked { kind, promote: promote::Options::default() }, catalogs)
}

/// The rule as JSON, with the codes of what was told.
fn rule(detection: &Value, kind: Option<Kind>) -> (Value, Vec<&'static str>) {
    let rule = made(detection, kind).unwrap();
    let content = Content::read(Arc::new(SourceFile::new("r.yaml", rule.text.as_str())), "r.yaml");
    let codes = rule.notes.iter().map(|note| note.rule.id).collect();
    (to_json(content.root().unwrap()), codes)
}

#[test]
fn a_detection_becomes_the_rule_that_says_the_same() {
    let (rule, codes) = rule(&detection(QUERY, &[]), None);
    assert_eq!(rule["id"], "2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11");
    assert_eq!((&rule["kind"], &rule["severity"]), (&json!("Scheduled"), &json!("Medium")));
    assert_eq!((&rule["queryFrequency"], &rule["queryPeriod"]), (&json!("1h"), &json!("4h")));
    assert_eq!((&rule["triggerOperator"], &rule["triggerThreshold"]), (&json!("gt"), &json!(0)));
    assert_eq!(rule["tactics"], json!(["CommandAndControl"]));
    assert_eq!(rule["relevantTechniques"], json!(["T1219", "T1071.001"]));
    let query = rule["query"].as_str().unwrap();
    assert!(query.contains("project TimeGenerated, DeviceId") && !query.contains("Timestamp"), "{query}");
    assert_eq!(
        rule["entityMappings"],
        json!([{"entityType": "Host", "fieldMappings": [{"identifier": "FullName", "columnName": "DeviceName"}]}])
    );
    assert_eq!(
        rule["requiredDataConnectors"],
        json!([{"connectorId": "MicrosoftThreatProtection", "dataTypes": ["DeviceNetworkEvents"]}])
    );
    assert_eq!(rule["eventGroupingSettings"], json!({"aggregationKind": "AlertPerResult"}));
    assert!(rule.get("alertDetailsOverride").is_none() && rule.get("enabled").is_none(), "{rule}");
    for code in ["alerts-repeat", "column-renamed", "entity-lost", "schedule-derived"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[test]
fn what_a_rule_has_no_place_for_is_told_with_its_place() {
    let changes = [
        ("/description", json!("For the team")),
        ("/detectionAction/alertTemplate/recommendedActions", json!("Isolate it")),
        ("/detectionAction/automatedActions", json!({"isolateDevices": [{"deviceIdColumn": "DeviceId"}]})),
        ("/detectionAction/organizationalScope", json!({"scopeType": "deviceGroup", "scopeNames": ["a"]})),
        (
            "/detectionAction/alertTemplate/customDetails",
            json!({"a name that is much too long": "RemoteUrl", "The Url": "RemoteUrl"}),
        ),
    ];
    let detection = detection(QUERY, &changes);
    let rule = made(&detection, None).unwrap();
    let text = format!("{detection:#}\n");
    let at = |code: &str, what: &str| {
        let told = rule.notes.iter().find(|note| note.rule.id == code && note.message.contains(what));
        let told = told.unwrap_or_else(|| panic!("{code} {what}: {:?}", rule.notes));
        text[told.span.range()].trim_matches('"').to_owned()
    };
    assert_eq!(at("action-lost", "automatedActions"), "automatedActions");
    assert_eq!(at("member-lost", "recommendedActions"), "recommendedActions");
    assert_eq!(at("member-lost", "organizationalScope"), "organizationalScope");
    assert_eq!(at("member-lost", "`description`"), "description");
    assert_eq!(at("detail-lost", "much too long"), "a name that is much too long");
    assert_eq!(at("value-respelt", "TheUrl"), "The Url");
    assert_eq!(at("entity-lost", "deviceIdColumn"), "hosts");
    assert_eq!(at("column-renamed", "TimeGenerated"), "Timestamp");
}

#[test]
fn texts_with_columns_and_other_entities_are_kept() {
    let changes = [
        ("/detectionAction/alertTemplate/title", json!("Relay at {{Timestamp}} on {{DeviceName}}")),
        ("/detectionAction/alertTemplate/description", json!("By {{InitiatingProcessAccountUpn}}.")),
        ("/detectionAction/alertTemplate/eventGroupingKind", json!("singleAlert")),
        ("/detectionAction/alertTemplate/customDetails", json!({"Seen": "Timestamp"})),
        ("/status", json!("disabled")),
        (
            "/detectionAction/alertTemplate/entityMappings",
            json!({
                "hosts": [{"deviceIdColumn": "DeviceId"}],
                "accounts": [{"upnColumn": "InitiatingProcessAccountUpn"}],
                "files": [{"sha256Column": "InitiatingProcessSHA256"}],
                "urls": [{"addressColumn": "RemoteUrl"}],
                "oAuthApplications": [{"oAuthAppIdColumn": "RemoteUrl"}],
            }),
        ),
    ];
    let (rule, codes) = rule(&detection(QUERY, &changes), None);
    assert_eq!(
        rule["alertDetailsOverride"],
        json!({
            "alertDisplayNameFormat": "Relay at {{TimeGenerated}} on {{DeviceName}}",
            "alertDescriptionFormat": "By {{InitiatingProcessAccountUpn}}.",
        })
    );
    assert_eq!(rule["customDetails"], json!({"Seen": "TimeGenerated"}));
    assert_eq!(
        (&rule["enabled"], &rule["eventGroupingSettings"]["aggregationKind"]),
        (&json!(false), &json!("SingleAlert"))
    );
    let one = |entity: &str, identifier: &str, column: &str| json!({"entityType": entity, "fieldMappings": [{"identifier": identifier, "columnName": column}]});
    let mut hash = one("FileHash", "Value", "InitiatingProcessSHA256");
    let algorithm = json!({"identifier": "Algorithm", "columnName": "SHA256Algorithm"});
    hash["fieldMappings"].as_array_mut().unwrap().push(algorithm);
    assert_eq!(
        rule["entityMappings"],
        json!([
            one("Host", "FullName", "DeviceName"),
            one("Account", "FullName", "InitiatingProcessAccountUpn"),
            hash,
            one("URL", "Url", "RemoteUrl"),
        ])
    );
    let query = rule["query"].as_str().unwrap();
    assert!(query.ends_with("\n| extend SHA256Algorithm = \"SHA256\"\n"), "{query}");
    assert!(codes.contains(&"entity-derived") && codes.contains(&"entity-lost"), "{codes:?}");
}

#[test]
fn schedules_come_from_what_the_service_gives() {
    let at =
        |frequency: &str, kind| rule(&detection(QUERY, &[("/schedule/frequency", json!(frequency))]), kind);
    let often = |rule: &Value| (rule["queryFrequency"].clone(), rule["queryPeriod"].clone());
    let (nrt, codes) = at("PT0S", None);
    assert_eq!((&nrt["kind"], often(&nrt)), (&json!("NRT"), (Value::Null, Value::Null)));
    assert!(!codes.contains(&"schedule-changed"), "{codes:?}");
    let (scheduled, codes) = at("PT0S", Some(Kind::ScheduledRule));
    assert_eq!(often(&scheduled), (json!("5m"), json!("5m")));
    assert!(codes.contains(&"schedule-changed"), "{codes:?}");
    let (nrt, codes) = at("PT1H", Some(Kind::NrtRule));
    assert_eq!(nrt["kind"], "NRT");
    assert!(codes.contains(&"schedule-changed"), "{codes:?}");
    let (daily, codes) = at("P1D", None);
    assert_eq!(often(&daily), (json!("1d"), json!("14d")));
    assert!(codes.contains(&"look-back-cut"), "{codes:?}");
    let windowed = format!("{QUERY}\n| where Timestamp > ago(1h)");
    let (own, codes) = rule(&detection(&windowed, &[]), None);
    assert_eq!(often(&own), (json!("1h"), json!("1h")));
    assert!(!codes.contains(&"alerts-repeat"), "{codes:?}");
    // A window of one table says nothing of another.
    let other =
        format!("{QUERY}\n| where Timestamp > ago(1h)\n| join kind=leftouter (DeviceInfo) on DeviceId");
    assert_eq!(often(&rule(&detection(&other, &[]), None).0), (json!("1h"), json!("4h")));
    let often = detection(QUERY, &[("/schedule/frequency", json!("often"))]);
    let refused = made(&often, None).map(|rule| rule.text).unwrap_err();
    assert_eq!(refused[0].rule.id, "value-refused");
}

#[test]
fn columns_of_identity_info_get_the_names_of_the_workspace() {
    let query = "IdentityInfo\n| where AccountUpn startswith \"admin\"\n| project Timestamp, ReportId, AccountUpn, CloudSid";
    let changes = [(
        "/detectionAction/alertTemplate/entityMappings",
        json!({"accounts": [{"upnColumn": "AccountUpn"}, {"sidColumn": "CloudSid"}]}),
    )];
    let (rule, _) = rule(&detection(query, &changes), None);
    let query = rule["query"].as_str().unwrap();
    assert!(query.contains("where AccountUPN startswith") && query.contains("AccountCloudSID"), "{query}");
    assert_eq!(rule["entityMappings"][0]["fieldMappings"][0]["columnName"], "AccountUPN");
    assert_eq!(rule["entityMappings"][1]["fieldMappings"][0]["columnName"], "AccountCloudSID");
}

#[test]
fn what_only_advanced_hunting_has_is_refused() {
    let hunting = "DeviceProcessEvents\n| invoke FileProfile(SHA1, 1000)\n| project Timestamp, DeviceId, ReportId, DeviceName";
    let refused = made(&detection(hunting, &[]), None).map(|rule| rule.text).unwrap_err();
    assert_eq!(refused[0].rule.id, "advanced-hunting-only");
    let id = [("/id", json!("relay-reached"))];
    let other = detection(QUERY, &id);
    let (first, again) = (rule(&other, None).0, rule(&other, None).0);
    assert_eq!(first["id"], again["id"], "an id that is no GUID gives the same one each time");
    assert!(Uuid::try_parse(first["id"].as_str().unwrap()).is_ok());
}

#[test]
fn the_time_that_an_aggregate_carries_gets_the_name_of_the_workspace() {
    let query = "DeviceLogonEvents\n| summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), Failed = count() by DeviceId, \
                 DeviceName\n| where Timestamp > ago(2h) and Failed > 3";
    let (own, _) = rule(&detection(query, &[]), None);
    let text = own["query"].as_str().unwrap();
    assert!(
        !text.contains("Timestamp") && text.contains("(TimeGenerated, ReportId) = arg_max(TimeGenerated"),
        "{text}"
    );
    // Not where the name is taken: a workspace's own column is another one.
    let query = "DeviceLogonEvents\n| summarize TimeGenerated = min(Timestamp), Timestamp = max(Timestamp) by DeviceId, DeviceName";
    let (own, _) = rule(&detection(query, &[]), None);
    let text = own["query"].as_str().unwrap();
    assert!(text.contains("TimeGenerated = min(TimeGenerated), Timestamp = max(TimeGenerated)"), "{text}");
}

/// What both can say is the same after there and back again.
#[test]
fn a_detection_is_the_same_after_the_round_trip() {
    let queries = [
        QUERY.to_owned(),
        format!("{QUERY}\n| where ingestion_time() > ago(1h)"),
        "DeviceLogonEvents\n| where ActionType == \"LogonFailed\"\n| summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), Failed = \
         count() by DeviceId, DeviceName, RemoteIP"
            .to_owned(),
    ];
    for query in queries {
        let has = |column: &str| query.contains(column);
        let mut mappings = json!({"hosts": [{"deviceIdColumn": "DeviceId", "nameColumn": "DeviceName"}]});
        if has("InitiatingProcessAccountUpn") {
            mappings["accounts"] = json!([{"upnColumn": "InitiatingProcessAccountUpn"}]);
            mappings["urls"] = json!([{"addressColumn": "RemoteUrl"}]);
        }
        let changes = [
            ("/detectionAction/alertTemplate/title", json!("Relay on {{DeviceName}}")),
            ("/detectionAction/alertTemplate/entityMappings", mappings),
            ("/detectionAction/alertTemplate/customDetails", json!({"Device": "DeviceId"})),
            ("/status", json!("disabled")),
        ];
        let was = detection(&query, &changes);
        let rule = made(&was, None).unwrap();
        let content = Content::read(Arc::new(SourceFile::new("r.yaml", rule.text.as_str())), "r.yaml");
        let view = View::new(Vec::new());
        let catalogs = Catalogs { workspace: &view, hunting: view.hunting() };
        let again = from_template(&content, &Options::default(), catalogs).unwrap();
        let is = Value::Object(again.body);
        let lines = |value: &Value| {
            let text = value.pointer("/queryCondition/queryText").and_then(Value::as_str).unwrap_or_default();
            text.trim_end().to_owned()
        };
        assert_eq!(lines(&is), lines(&was));
        for pointer in
            ["/id", "/displayName", "/status", "/schedule/frequency", "/detectionAction/alertTemplate"]
        {
            assert_eq!(is.pointer(pointer), was.pointer(pointer), "{pointer} of {query}");
        }
    }
}
