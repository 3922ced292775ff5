use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::content::Content;
use crate::convert::{Params, prepare, prepare_as_written};
use crate::source::SourceFile;
use crate::workspace::View;

const RULE: &str = "\
id: it's
name: '[Draft]'
description: |
  'Quoted at its beginning only
severity: low
requiredDataConnectors: []
queryFrequency: 1d12h
queryPeriod: 2d
triggerOperator: eq
triggerThreshold: 1
suppressionDuration: 6h
suppressionEnabled: true
tactics: [Initialaccess]
relevantTechniques: [T1078.003, T1078.004]
query: |
  T
incidentConfiguration:
  createIncident: true
  groupingConfiguration: {lookbackDuration: 3d}
version: 1.2.3
kind: scheduled
";

fn prepared(content: &Content, bugs: bool) -> Prepared {
    let ready = if bugs {
        prepare_as_written(content, &Params::default())
    } else {
        prepare(content, &Params::default(), &View::new(Vec::new()))
    };
    ready.unwrap()
}

fn made(text: &str, bugs: bool) -> Value {
    let content = Content::read(Arc::new(SourceFile::new("a.yaml", text)), "a.yaml");
    let (item, _) = to_item(&prepared(&content, bugs), "a", &Options::default(), bugs).unwrap();
    let facts =
        Facts::read(&[json!({"name": "Relay watch", "publisher-id": "contoso", "author": "Ada - a@b.c"})]);
    serde_json::from_str(&solution(&[item], &facts.unwrap())).unwrap()
}

#[test]
fn an_inner_rule_is_what_was_meant_and_escaped_for_two_deployments() {
    let template = made(RULE, false);
    let outer = &template["resources"][0]["properties"];
    assert_eq!(outer["displayName"], "[[Draft]");
    let inner = &outer["mainTemplate"]["resources"][0];
    let properties = &inner["properties"];
    assert_eq!(inner["kind"], "Scheduled");
    assert_eq!(properties["displayName"], "[[[Draft]");
    assert_eq!(properties["description"], "'Quoted at its beginning only");
    assert_eq!(properties["queryFrequency"], "P1DT12H");
    assert_eq!(properties["severity"], "Low");
    assert_eq!(properties["tactics"], json!(["InitialAccess"]));
    assert_eq!(properties["techniques"], json!(["T1078"]));
    assert_eq!(properties["incidentConfiguration"]["groupingConfiguration"]["lookbackDuration"], "P3D");
    assert_eq!((&properties["enabled"], &properties["suppressionEnabled"]), (&json!(false), &json!(false)));
    assert_eq!(properties["suppressionDuration"], "PT1H");
    assert_eq!(properties["requiredDataConnectors"], "[variables('TemplateEmptyArray')]");
    assert_eq!(template["variables"]["TemplateEmptyArray"], "[json('[]')]");
    let name =
        template["variables"]["analyticRuleObject1"]["analyticRuleTemplateSpecName1"].as_str().unwrap();
    assert!(name.contains("uniquestring('it''s')"), "{name}");
}

#[test]
fn the_mistakes_of_upstream_are_there_on_request() {
    let template = made(RULE, true);
    let inner = &template["resources"][0]["properties"]["mainTemplate"]["resources"][0];
    let properties = &inner["properties"];
    assert_eq!(inner["kind"], "scheduled");
    assert_eq!(properties["displayName"], "[Draft]");
    assert_eq!(properties["description"], "Quoted at its beginning onl");
    assert_eq!(properties["queryFrequency"], "P1D12H");
    assert_eq!(properties["severity"], "low");
    assert_eq!(properties["tactics"], json!(["Initialaccess"]));
    assert_eq!(properties["techniques"], json!(["T1078", "T1078"]));
    assert_eq!(properties["incidentConfiguration"]["groupingConfiguration"]["lookbackDuration"], "3d");
    assert_eq!(properties["triggerOperator"], "Equal");
}

#[test]
fn what_is_left_out_is_what_templates_do_not_hold() {
    let content = Content::read(Arc::new(SourceFile::new("a.yaml", RULE)), "a.yaml");
    let (_, notes) = to_item(&prepared(&content, false), "a", &Options::default(), false).unwrap();
    let told_of = |code: &str| -> Vec<&str> {
        let notes = notes.iter().filter(|note| note.rule.id == code);
        notes.map(|note| content.source.slice(note.span)).collect()
    };
    assert_eq!(told_of("key-lost"), ["suppressionDuration", "suppressionEnabled"]);
    assert_eq!(told_of("value-respelt"), ["low", "1d12h", "scheduled"]);
}

#[test]
fn a_description_becomes_paragraphs_and_counts() {
    assert_eq!(
        html("One <b>.\n\nTwo.", 1, 0),
        "<p>One &lt;b&gt;.</p>\n<p>Two.</p>\n<p><strong>Analytic Rules:</strong> 1</p>\n"
    );
    assert!(
        html("<p>As it is.</p>", 0, 2)
            .starts_with("<p>As it is.</p>\n<p><strong>Hunting Queries:</strong> 2")
    );
}
