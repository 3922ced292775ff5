use std::sync::Arc;

use crate::content::Content;
use crate::convert::{Params, prepare};
use crate::source::SourceFile;
use crate::workspace::View;
use crate::yaml::to_json;

/// The document as it is read, and what is reported: the text at each place with the message.
fn corrected(text: &str) -> (serde_json::Value, Vec<String>) {
    let content = Content::read(Arc::new(SourceFile::new("a.yaml", text)), "a.yaml");
    let prepared = prepare(&content, &Params::default(), &View::new(Vec::new())).unwrap();
    let told = prepared.changes.iter().map(|change| {
        let at = content.source.slice(change.span);
        format!("{at}: {}", change.message)
    });
    (to_json(prepared.content.root().unwrap()), told.collect())
}

const HEAD: &str =
    "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nkind: Scheduled\nqueryFrequency: 1h\ntriggerOperator: gt\n";

#[test]
fn what_is_right_is_left_alone() {
    let text = format!(
        "{HEAD}name: n\nseverity: High\nqueryPeriod: PT5H\ntriggerThreshold: 0\nenabled: false\nversion: 1.0.0\n\
         tactics: [Impact]\nrelevantTechniques: [T1098.003]\nquery: SigninLogs | project IPAddress\n\
         entityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: Address\n        columnName: IPAddress\n"
    );
    assert_eq!(corrected(&text).1, [""; 0]);
}

#[test]
fn values_are_read_as_they_are_meant() {
    for (written, read, told) in [
        ("severity: medium", "\"severity\":\"Medium\"", "medium: `medium` is read as `Medium`"),
        ("severity: ' HIGH '", "\"severity\":\"High\"", "' HIGH ': ` HIGH` is read as `High`"),
        ("triggerThreshold: \"3\"", "\"triggerThreshold\":3", "\"3\": `3` is read as the number"),
        ("triggerThreshold: 0.0", "\"triggerThreshold\":0", "0.0: `0.0` is read as `0`"),
        ("enabled: 'False'", "\"enabled\":false", "'False': `False` is read as `false`"),
        ("suppressionEnabled: yes", "\"suppressionEnabled\":true", "yes: `yes` is read as `true`"),
        ("version: 1.0", "\"version\":\"1.0.0\"", "1.0: `1.0` is read as `1.0.0`"),
        ("queryPeriod: 5H", "\"queryPeriod\":\"5H\"", "5H: `5H` is read as `PT5H`"),
        (
            "tactics: [Defense Evasion]",
            "[\"DefenseEvasion\"]",
            "Defense Evasion: `Defense Evasion` is read as `DefenseEvasion`",
        ),
        (
            "tactics: [\"impact, Execution\"]",
            "[\"Impact\",\"Execution\"]",
            "\"impact, Execution\": `impact, Execution` is read as `Impact`, `Execution`",
        ),
        ("tactics: Impact", "[\"Impact\"]", "Impact: `tactics` is read as a list with one item"),
        (
            "relevantTechniques: [t1036.003]",
            "[\"T1036.003\"]",
            "t1036.003: `t1036.003` is read as `T1036.003`",
        ),
        (
            "eventGroupingSettings: {aggregationKind: single alert}",
            "\"SingleAlert\"",
            "single alert: `single alert` is read as `SingleAlert`",
        ),
    ] {
        let (json, notes) = corrected(&format!("{HEAD}name: n\nquery: T\n{written}\n"));
        assert!(json.to_string().contains(read), "{written}: {json}");
        assert_eq!(notes, [told], "{written}");
    }
}

#[test]
fn keys_are_read_as_they_are_meant() {
    for (written, read, told) in [
        (
            "alertDetailOverride: {alertDisplayNameFormat: x}",
            "\"alertDetailsOverride\"",
            "alertDetailOverride: `alertDetailOverride` is read as `alertDetailsOverride`",
        ),
        (
            "alertDetailsOverride: {AlertDisplayNameFormat: x}",
            "\"alertDisplayNameFormat\"",
            "AlertDisplayNameFormat: `AlertDisplayNameFormat` is read as `alertDisplayNameFormat`",
        ),
        (
            "techniques: [T1110]\nsubTechniques: [T1110.001]",
            "\"relevantTechniques\":[\"T1110\",\"T1110.001\"]",
            "techniques: `techniques` is read as `relevantTechniques`",
        ),
    ] {
        let (json, notes) = corrected(&format!("{HEAD}name: n\nquery: T\n{written}\n"));
        assert!(json.to_string().contains(read), "{written}: {json}");
        assert_eq!(notes[0], told, "{written}");
    }
    let (json, _) = corrected(&format!("{HEAD}displayName: n\nquery: T\n"));
    assert_eq!(json["name"], "n");
}

#[test]
fn what_may_mean_several_things_is_left_alone() {
    for written in [
        "severity: Critical",
        "tactics: [Ransomware]",
        "relevantTechniques: [T99]",
        "triggerOperator: ge",
        "enabled: maybe",
        "version: 1.0-beta",
        "alertDetailOverride: {}\nalertDetailsOverride: {alertDisplayNameFormat: x}",
    ] {
        let head = HEAD.replace("triggerOperator: gt\n", "");
        let (_, notes) = corrected(&format!("{head}name: n\nquery: T\n{written}\n"));
        assert_eq!(notes, [""; 0], "{written}");
    }
}

#[test]
fn columns_and_identifiers_are_written_as_their_owners_have_them() {
    let text = format!(
        "{HEAD}name: n\nquery: SigninLogs | project IPAddress, UserPrincipalName\n\
         customDetails:\n  Who: userPrincipalName\n\
         alertDetailsOverride:\n  alertDisplayNameFormat: From {{{{ipAddress}}}} by {{{{UserPrincipalName}}}}\n\
         entityMappings:\n  - EntityType: ip\n    fieldMappings:\n      - identifier: address\n        columnname: IpAddress\n\
         incidentConfiguration:\n  createIncident: true\n  groupingConfiguration:\n    groupByCustomDetails: [who]\n"
    );
    let (json, notes) = corrected(&text);
    assert_eq!(json["customDetails"]["Who"], "UserPrincipalName");
    assert_eq!(
        json["alertDetailsOverride"]["alertDisplayNameFormat"],
        "From {{IPAddress}} by {{UserPrincipalName}}"
    );
    let mapping = &json["entityMappings"][0];
    assert_eq!(mapping["entityType"], "IP");
    assert_eq!(
        mapping["fieldMappings"][0],
        serde_json::json!({"identifier": "Address", "columnName": "IPAddress"})
    );
    assert_eq!(json["incidentConfiguration"]["groupingConfiguration"]["groupByCustomDetails"][0], "Who");
    assert!(
        notes.contains(&"ipAddress: The column `ipAddress` is `IPAddress` in the query's result".to_owned()),
        "{notes:?}"
    );
    assert_eq!(notes.len(), 8, "{notes:?}");
}

#[test]
fn names_of_other_formats_are_read_as_the_keys_they_mean() {
    let text = format!(
        "{HEAD}name: n\nseverity: High\nqueryPeriod: 1h\ntriggerThreshold: 0\nquery: SigninLogs | project IPAddress\n\
         entityMappings:\n  - entity: IP\n    fieldMappings:\n      - identifier: Address\n        column: IPAddress\n"
    );
    let (read, told) = corrected(&text);
    assert_eq!(
        read["entityMappings"],
        serde_json::json!([{"entityType": "IP", "fieldMappings": [{"identifier": "Address", "columnName": "IPAddress"}]}])
    );
    assert_eq!(
        told,
        ["entity: `entity` is read as `entityType`", "column: `column` is read as `columnName`"]
    );
}

#[test]
fn a_type_is_only_a_kind_where_it_names_one() {
    let rule = |kind: &str| {
        format!(
            "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\n{kind}\nname: n\nseverity: High\nqueryFrequency: 1h\nqueryPeriod: 1h\n\
             triggerOperator: gt\ntriggerThreshold: 0\nquery: T\n"
        )
    };
    assert_eq!(corrected(&rule("type: Scheduled")).1, ["type: `type` is read as `kind`"]);
    assert_eq!(corrected(&rule("type: detection")).1, [""; 0]);
}
