//! Templates of every generation, as small as they can be.

use serde_json::json;

use super::*;

const ID: &str = "6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b11";

fn read(template: &Value) -> Reversed {
    let text = serde_json::to_string_pretty(template).unwrap();
    to_content(&SourceFile::new("a.json", text)).unwrap()
}

/// The only item of a template, read again.
fn only(template: &Value) -> Value {
    let reversed = read(template);
    assert!(reversed.failures.is_empty(), "{:?}", reversed.failures);
    let [item] = reversed.items.as_slice() else { panic!("{:?}", reversed.items) };
    serde_yaml::from_str(&item.text).unwrap()
}

fn messages(reversed: &Reversed, warning: bool) -> Vec<&str> {
    reversed
        .notes
        .iter()
        .filter(|note| (note.severity == crate::diagnostic::Severity::Warning) == warning)
        .map(|note| note.message.as_str())
        .collect()
}

fn properties() -> Value {
    json!({
        "displayName": "Tool seen",
        "query": "T\n| take 1",
        "severity": "Low",
        "enabled": true,
        "queryFrequency": "PT5H",
        "queryPeriod": "P1DT12H",
        "triggerOperator": "NotEqual",
        "triggerThreshold": 3,
        "suppressionDuration": "PT1H",
        "suppressionEnabled": false,
        "tactics": ["Impact"],
    })
}

fn with(mut properties: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("no mapping") };
    properties.as_object_mut().unwrap().extend(more);
    properties
}

fn plain(properties: &Value) -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "parameters": {"workspace": {"type": "String"}},
        "resources": [{
            "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
            "name": format!("[concat(parameters('workspace'),'/Microsoft.SecurityInsights/{ID}')]"),
            "kind": "Scheduled",
            "properties": properties,
        }],
    })
}

#[test]
fn a_plain_rule_comes_back_in_the_order_of_the_repository() {
    let reversed = read(&plain(&properties()));
    assert_eq!(
        reversed.items[0].text,
        format!(
            "\
id: {ID}
name: Tool seen
severity: Low
requiredDataConnectors: []
queryFrequency: 5h
queryPeriod: 36h
triggerOperator: ne
triggerThreshold: 3
tactics:
  - Impact
query: |-
  T
  | take 1
version: 1.0.0
kind: Scheduled
"
        )
    );
    assert_eq!(reversed.items[0].file_name, "tool-seen");
    assert_eq!(messages(&reversed, true), [""; 0]);
}

#[test]
fn a_portal_export_loses_its_defaults_and_nothing_else() {
    let export = json!({
        "suppressionDuration": "PT5H",
        "startTimeUtc": null,
        "templateVersion": null,
        "alertRuleTemplateName": null,
        "alertDetailsOverride": null,
        "customDetails": {},
        "subTechniques": [],
        "eventGroupingSettings": {"aggregationKind": "SingleAlert"},
        "incidentConfiguration": {
            "createIncident": true,
            "groupingConfiguration": {
                "enabled": false,
                "reopenClosedIncident": false,
                "lookbackDuration": "PT5H",
                "matchingMethod": "AllEntities",
                "groupByEntities": [],
                "groupByAlertDetails": [],
                "groupByCustomDetails": [],
            },
        },
    });
    let read = only(&plain(&with(properties(), export)));
    assert_eq!(read, only(&plain(&properties())));
    let asked = json!({
        "enabled": false,
        "startTimeUtc": null,
        "suppressionEnabled": true,
        "incidentConfiguration": {"createIncident": false},
    });
    let read = only(&plain(&with(properties(), asked)));
    assert_eq!(read["enabled"], false);
    assert_eq!(read["suppressionEnabled"], true);
    assert_eq!(read["suppressionDuration"], "1h");
    assert_eq!(read["incidentConfiguration"], json!({"createIncident": false}));
}

#[test]
fn nested_resources_and_old_spellings_are_read() {
    let read = only(&json!({
        "resources": [{
            "type": "Microsoft.OperationalInsights/Workspaces",
            "name": "[parameters('workspace')]",
            "resources": [{
                "type": "savedSearches",
                "name": ID,
                "properties": {
                    "Category": "Hunting Queries",
                    "DisplayName": "Tool seen",
                    "Query": "T",
                    "Tags": [
                        {"Name": "description", "Value": "Finds it."},
                        {"Name": "Tactics", "Value": "Impact, Execution"},
                        {"Name": "relevantTechniques", "Value": "T1219,T1059.001"},
                    ],
                },
            }],
        }],
    }));
    assert_eq!(
        read,
        json!({
            "id": ID,
            "name": "Tool seen",
            "description": "Finds it.\n",
            "requiredDataConnectors": [],
            "tactics": ["Impact", "Execution"],
            "relevantTechniques": ["T1219", "T1059.001"],
            "query": "T",
            "version": "1.0.0",
        })
    );
}

/// A solution's item, in the resource that held it at a time.
fn packaged(holder: &str, variables: &Value, item: &Value, content: &str, version: &str) -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "parameters": {"workspace": {"type": "string", "defaultValue": ""}},
        "variables": variables,
        "resources": [
            {
                "type": holder,
                "name": "[concat(parameters('workspace'), uniqueString('x'), '/1')]",
                "properties": {
                    "description": "ToolSeen_AnalyticalRules Analytics Rule with template version 3.0.0",
                    "mainTemplate": {
                        "contentVersion": "1.0.0.0",
                        "parameters": {},
                        "variables": {},
                        "resources": [item, {
                            "type": "Microsoft.OperationalInsights/workspaces/providers/metadata",
                            "name": "x",
                            "properties": {"kind": "AnalyticsRule", "contentId": content, "version": version},
                        }],
                    },
                },
            },
            {
                "type": "Microsoft.OperationalInsights/workspaces/providers/metadata",
                "name": "y",
                "properties": {"kind": "Solution", "contentId": "solution", "version": "3.0.0"},
            },
        ],
    })
}

#[test]
fn solutions_of_the_second_and_third_generation_are_read() {
    let rule = json!({
        "status": "Available",
        "enabled": false,
        "description": "[concat('Finds ', 'it.')]",
        "requiredDataConnectors": [{"connectorId": "Office", "dataTypes": ["OfficeActivity"]}],
        "entityMappings": {"entityType": "Host", "fieldMappings": {"identifier": "FullName", "columnName": "Name"}},
        "customDetails": {"Id": "[variables('_OriginalId')]", "None": "[variables('blanks')]"},
        "eventGroupingSettings": {"aggregationKind": "SingleAlert"},
        "techniques": ["T1059", "T1219"],
        "subTechniques": ["T1059.001"],
    });
    let item = json!({
        "type": "Microsoft.SecurityInsights/AlertRuleTemplates",
        "name": "[variables('_id1')]",
        "kind": "Scheduled",
        "properties": with(properties(), rule),
    });
    let flat = json!({
        "id1": ID, "_id1": "[variables('id1')]", "version1": "1.2.3",
        "_OriginalId": "[variables('OriginalId')]", "OriginalId": "EventId", "blanks": "[replace('b', 'b', '')]",
    });
    let second = packaged(
        "Microsoft.Resources/templateSpecs/versions",
        &flat,
        &item,
        "[variables('_id1')]",
        "[variables('version1')]",
    );
    let mut third_item = item;
    third_item["name"] = "[variables('analyticRuleObject1')._id]".into();
    let object = with(flat, json!({"analyticRuleObject1": {"_id": ID, "version": "1.2.3"}}));
    let third = packaged(
        "Microsoft.OperationalInsights/workspaces/providers/contentTemplates",
        &object,
        &third_item,
        "[variables('analyticRuleObject1')._id]",
        "[variables('analyticRuleObject1').version]",
    );
    let expected = json!({
        "id": ID,
        "name": "Tool seen",
        "description": "Finds it.\n",
        "severity": "Low",
        "status": "Available",
        "requiredDataConnectors": [{"connectorId": "Office", "dataTypes": ["OfficeActivity"]}],
        "queryFrequency": "5h",
        "queryPeriod": "36h",
        "triggerOperator": "ne",
        "triggerThreshold": 3,
        "tactics": ["Impact"],
        "relevantTechniques": ["T1059.001", "T1219"],
        "query": "T\n| take 1",
        "entityMappings": [
            {"entityType": "Host", "fieldMappings": [{"identifier": "FullName", "columnName": "Name"}]},
        ],
        "customDetails": {"Id": "EventId"},
        "eventGroupingSettings": {"aggregationKind": "SingleAlert"},
        "version": "1.2.3",
        "kind": "Scheduled",
    });
    for template in [second, third] {
        let reversed = read(&template);
        assert_eq!(only(&template), expected);
        assert_eq!(reversed.items[0].file_name, "ToolSeen");
        let told = messages(&reversed, false);
        assert!(told.iter().any(|text| text.contains("packaged templates are always disabled")), "{told:?}");
        assert_eq!(messages(&reversed, true), [""; 0]);
    }
}

#[test]
fn brackets_of_arm_are_undone_at_every_level() {
    let names = json!({"displayName": "[[Dev] tool [x]", "description": "[Deprecated] note [1]"});
    let read = only(&plain(&with(properties(), names)));
    assert_eq!(
        (&read["name"], &read["description"]),
        (&json!("[Dev] tool [x]"), &json!("[Deprecated] note [1]\n"))
    );
    let item = json!({
        "type": "Microsoft.SecurityInsights/AlertRuleTemplates",
        "name": ID,
        "kind": "NRT",
        "properties": with(properties(), json!({
            "displayName": "[[[Dev] tool [x]",
            "description": "[[concat('a', toLower('B'))]",
        })),
    });
    let holder = "Microsoft.OperationalInsights/workspaces/providers/contentTemplates";
    let read = only(&packaged(holder, &json!({}), &item, ID, "1.0.1"));
    assert_eq!((&read["name"], &read["description"]), (&json!("[Dev] tool [x]"), &json!("ab\n")));
    assert_eq!(read["kind"], "NRT");
    assert_eq!(read["queryFrequency"], Value::Null);
}

#[test]
fn ids_are_found_where_they_are_and_made_where_they_are_not() {
    let named = |name: &str, more: Value| {
        let mut template = plain(&with(properties(), more));
        template["resources"][0]["name"] = name.into();
        template
    };
    let from = only(&named("ws/Microsoft.SecurityInsights/rule", json!({"alertRuleTemplateName": ID})));
    assert_eq!(from["id"], ID);
    let mut by_id = named("ws/Microsoft.SecurityInsights/rule", json!({}));
    by_id["resources"][0]["id"] = format!("[concat(resourceId('a', 'b'), '/alertRules/{ID}')]").into();
    assert_eq!(only(&by_id)["id"], ID);
    let made = named("[concat('ws/Microsoft.SecurityInsights/', newGuid())]", json!({}));
    let id = only(&made)["id"].clone();
    assert_eq!(id, only(&made)["id"]);
    assert_eq!(id.as_str().map(str::len), Some(36));
    assert_eq!(messages(&read(&made), true).len(), 1);
    let other =
        named("[concat('ws/Microsoft.SecurityInsights/', newGuid())]", json!({"displayName": "Other"}));
    assert_ne!(id, only(&other)["id"]);
}

#[test]
fn what_the_api_and_newer_templates_look_like_is_read() {
    let rule = json!({
        "id": format!("/subscriptions/s/providers/Microsoft.SecurityInsights/alertRules/{ID}"),
        "name": ID,
        "type": "Microsoft.SecurityInsights/alertRules",
        "kind": "Scheduled",
        "properties": properties(),
    });
    let expected = only(&plain(&properties()));
    assert_eq!(only(&rule), expected);
    assert_eq!(only(&json!({"value": [rule]})), expected);
    assert_eq!(only(&json!([rule])), expected);
    assert_eq!(only(&json!({"languageVersion": "2.0", "resources": {"rule": rule}})), expected);
    let nested = json!({"resources": [{
        "type": "Microsoft.Resources/deployments",
        "name": "inner",
        "properties": {
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"name": {"value": "[concat('Tool', ' seen')]"}},
            "template": {
                "parameters": {"name": {"type": "string", "defaultValue": "None"}},
                "resources": [with(rule, json!({
                    "properties": with(properties(), json!({"displayName": "[parameters('name')]"})),
                }))],
            },
        },
    }]});
    assert_eq!(only(&nested), expected);
}

#[test]
fn loops_are_run() {
    let mut template =
        plain(&with(properties(), json!({"displayName": "[variables('rules')[copyIndex()].name]"})));
    template["variables"] =
        json!({"rules": [{"name": "One", "id": ID}, {"name": "Two", "id": ID.replace("6e3a", "7e3a")}]});
    let rule = &mut template["resources"][0];
    rule["copy"] = json!({"name": "all", "count": "[length(variables('rules'))]"});
    rule["name"] =
        "[concat('w/Microsoft.SecurityInsights/', variables('rules')[copyIndex('all')].id)]".into();
    let reversed = read(&template);
    let names: Vec<&str> = reversed.items.iter().map(|item| item.file_name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    assert!(reversed.items[1].text.starts_with("id: 7e3a1d0c-"), "{}", reversed.items[1].text);
    template["resources"][0]["copy"]["count"] = "[parameters('count')]".into();
    assert!(read(&template).failures[0].message.contains("cannot be evaluated offline"));
}

#[test]
fn what_cannot_come_back_is_said() {
    let more = json!({
        "startTimeUtc": "2026-01-01T00:00:00Z",
        "queryFrequency": "soon",
        "triggerOperator": "GreaterThanOrEqual",
        "tags": ["x"],
        "severity": "[parameters('severity')]",
    });
    let reversed = read(&plain(&with(properties(), more)));
    assert_eq!(
        messages(&reversed, true),
        [
            "\"Tool seen\": `[parameters('severity')]` cannot be evaluated offline and is kept as a string",
            "\"Tool seen\": `soon` is not a valid duration for `queryFrequency`; it is kept",
            "\"Tool seen\": `GreaterThanOrEqual` is not a valid trigger operator; it is kept",
        ]
    );
    let told = messages(&reversed, false).join("\n");
    for part in ["`startTimeUtc` (`2026-01-01T00:00:00Z`) is omitted", "`tags` is omitted", "has no version"]
    {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn what_cannot_be_converted_fails_at_its_place() {
    let mut template = plain(&with(properties(), json!({"query": "[parameters('query')]"})));
    let good = plain(&properties())["resources"][0].clone();
    template["resources"].as_array_mut().unwrap().push(good);
    let text = serde_json::to_string_pretty(&template).unwrap();
    let reversed = to_content(&SourceFile::new("a.json", text.as_str())).unwrap();
    assert_eq!(reversed.items.len(), 1);
    let [failure] = reversed.failures.as_slice() else { panic!("{:?}", reversed.failures) };
    assert!(failure.message.contains("`query` is `[parameters('query')]`"), "{failure:?}");
    assert!(text[failure.span.start as usize..].starts_with("\"query\": \"["), "{failure:?}");
    let nameless =
        read(&json!({"resources": [{"type": "Microsoft.SecurityInsights/alertRules", "name": "x"}]}));
    assert_eq!(nameless.failures[0].message, "`x` has no `properties`");
}

#[test]
fn files_without_content_say_what_they_are() {
    let nothing = |text: &str| to_content(&SourceFile::new("a.json", text)).unwrap_err();
    assert!(matches!(nothing("{"), NoContent::Broken(_)));
    assert!(matches!(nothing("{\"a\": {\"type\": \"x\"}}"), NoContent::NoTemplate(_)));
    assert!(matches!(nothing("7"), NoContent::NoTemplate(_)));
    assert!(matches!(nothing("{\"resources\": []}"), NoContent::NoTemplate(_)));
    let empty = json!({"$schema": "https://x/deploymentTemplate.json#", "resources": []});
    assert!(matches!(nothing(&empty.to_string()), NoContent::Empty(_)));
    let other =
        json!({"resources": [{"type": "Microsoft.Insights/workbooks", "name": "x", "properties": {}}]});
    assert!(matches!(nothing(&other.to_string()), NoContent::Empty(_)));
    let fusion = read(&json!({"resources": [{
        "type": "Microsoft.SecurityInsights/alertRules", "name": "x", "kind": "Fusion", "properties": {},
    }]}));
    assert_eq!(fusion.items.len(), 0);
    assert!(fusion.notes[0].message.contains("rules of the kind Fusion"), "{:?}", fusion.notes);
}

#[test]
fn a_template_of_ours_that_was_edited_is_corrected_like_others() {
    let severity = |generator: Value| {
        let mut template = plain(&with(properties(), json!({"severity": "low"})));
        template["metadata"] = json!({"_generator": generator});
        only(&template)["severity"].clone()
    };
    assert_eq!(severity(json!({"name": "sentlint"})), "low", "nobody can tell whether it was edited");
    assert_eq!(severity(json!({"name": "sentlint", "templateHash": "0123456789ab"})), "Low");
    assert_eq!(severity(json!({"name": "bicep", "templateHash": "0123456789ab"})), "Low");
}
