//! Any content that can be deployed makes the same template again after a way back to YAML.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::way_back_holds;
use crate::content::Content;
use crate::convert::reverse::to_content;
use crate::convert::{ArmTemplate, Options, to_resource};
use crate::source::SourceFile;

/// The template of a content, or `None` where there is none to make.
fn template(text: &str) -> Option<String> {
    let content = Content::read(Arc::new(SourceFile::new("a.yaml", text)), "/x/a.yaml");
    let resource = to_resource(&content, &Options::default()).ok()?.resource;
    Some(ArmTemplate::new(std::slice::from_ref(&resource)).to_json())
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "[",
            "]",
            "[[",
            "'",
            "''",
            "\"",
            "\n",
            "\r\n",
            " ",
            "\t",
            ",",
            "/",
            ":",
            "#",
            "\\",
            "{",
            "}",
            "%",
            "a",
            "T1059",
            ".001",
            "é",
            "\u{2028}",
            "\u{1}",
            "concat('a')",
            "variables('b')",
            "{unknown}",
            "yes",
            "1",
            "5h",
            "Microsoft.SecurityInsights/",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn duration() -> impl Strategy<Value = Value> {
    let known = vec!["5h", "1d", "1d12h", "70m", "PT1H", "P1DT12H", "2w", "1H", "00:30:00", "3", "90s"];
    proptest::sample::select(known).prop_map(Value::from)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => any::<f32>().prop_map(|number| json!(f64::from(number))),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(2, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::vec((text(), inner), 0..3)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn list() -> impl Strategy<Value = Value> {
    let id = "(T1059|T1078|t1219|Impact|initialaccess|Foo)(\\.00[123])?";
    let item = prop_oneof![3 => id.prop_map(String::from), 1 => text()];
    proptest::collection::vec(item, 0..6).prop_map(Value::from)
}

fn incidents() -> impl Strategy<Value = Value> {
    (any::<bool>(), any::<bool>(), duration(), value(), list()).prop_map(
        |(create, enabled, lookback, more, by)| {
            json!({
                "createIncident": create,
                "groupingConfiguration": {
                    "enabled": enabled, "reopenClosedIncident": false, "lookbackDuration": lookback,
                    "matchingMethod": "AllEntities", "groupByEntities": by, "more": more,
                },
            })
        },
    )
}

fn mappings() -> impl Strategy<Value = Value> {
    let field = (text(), text())
        .prop_map(|(identifier, column)| json!({"identifier": identifier, "columnName": column}));
    let mapping = (text(), proptest::collection::vec(field, 0..3))
        .prop_map(|(entity, fields)| json!({"entityType": entity, "fieldMappings": fields}));
    proptest::collection::vec(mapping, 0..3).prop_map(Value::from)
}

prop_compose! {
    fn content()(
        kind in proptest::sample::select(vec!["Scheduled", "NRT", ""]),
        texts in proptest::collection::vec(text(), 6),
        durations in proptest::collection::vec(duration(), 3),
        lists in proptest::collection::vec(list(), 2),
        truths in proptest::collection::vec(any::<bool>(), 4),
        operator in proptest::sample::select(vec!["gt", "lt", "eq", "ne", "GreaterThan", "Equal"]),
        threshold in 0..10_000i64,
        values in proptest::collection::vec(value(), 4),
        incidents in incidents(),
        mappings in mappings(),
    ) -> Value {
        let mut content = json!({
            "id": format!("i{}", texts[0]),
            "name": format!("n{}", texts[1]),
            "description": texts[2],
            "query": format!("{}q", texts[3]),
            "tactics": lists[0],
            "relevantTechniques": lists[1],
        });
        if kind.is_empty() {
            return content;
        }
        let rule = json!({
            "kind": kind,
            "severity": if texts[4].trim().is_empty() { "low" } else { &texts[4] },
            "enabled": truths[0],
            "queryFrequency": durations[0],
            "queryPeriod": durations[1],
            "triggerOperator": operator,
            "triggerThreshold": threshold,
            "suppressionEnabled": truths[1],
            "suppressionDuration": durations[2],
            "entityMappings": mappings,
            "customDetails": {"a": texts[5], "b": values[0], "yes": values[1]},
            "alertDetailsOverride": {"alertDisplayNameFormat": texts[5], "alertDescriptionFormat": values[2]},
            "eventGroupingSettings": {"aggregationKind": texts[4], "more": values[3]},
            "incidentConfiguration": if truths[2] { incidents } else { Value::Null },
        });
        content.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        if truths[3] {
            content.as_object_mut().unwrap().shift_remove("suppressionDuration");
        }
        content
    }
}

proptest! {
    #![proptest_config(crate::seeded::cases(300))]

    #[test]
    fn what_can_be_deployed_comes_back(content in content()) {
        let Some(one) = template(&content.to_string()) else { return Ok(()) };
        let back = to_content(&SourceFile::new("a.json", one.as_str())).unwrap();
        prop_assert!(back.failures.is_empty(), "{:?}", back.failures);
        prop_assert_eq!(back.items.len(), 1);
        let yaml = &back.items[0].text;
        let two = template(yaml);
        prop_assert_eq!(Some(one.as_str()), two.as_deref(), "{}", yaml);
    }

    #[test]
    fn broken_templates_are_read_without_harm(content in content(), cut in any::<proptest::sample::Index>(), with in text()) {
        let Some(mut one) = template(&content.to_string()) else { return Ok(()) };
        let at = one.floor_char_boundary(cut.index(one.len()));
        one.insert_str(at, &with);
        way_back_holds(&one);
        one.truncate(at);
        way_back_holds(&one);
    }

    #[test]
    fn any_json_is_read_or_refused(value in value(), properties in value(), name in text(), kind in text()) {
        let resource = |of: &str| json!({"type": of, "name": name, "kind": kind, "properties": properties});
        let template = json!({
            "parameters": value, "variables": {"b": value},
            "resources": [
                resource("Microsoft.SecurityInsights/alertRules"), value,
                resource("Microsoft.OperationalInsights/savedSearches"), properties,
                {"type": "Microsoft.Resources/deployments", "properties": {"template": value, "parameters": properties}},
            ],
        });
        way_back_holds(&template.to_string());
    }
}
