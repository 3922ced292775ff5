use super::*;
use crate::source::SourceFile;

const RULE: &str = "\
kind: NRT
status: Available
description-detailed: Long
alertRuleTemplateName: t
suppressionEnabled: 'True'
suppressionDuration: 5h
tags: [a, {Schema: ASimDns}, ~]
alertDetailsOverride:
  alertDisplayNameFormat: 'On {{C}}'
  alertDescriptionFormat:
  alertseveritycolumnname: S
  alertTacticsColumnName: T
  alertDynamicProperties:
    - alertProperty: AlertLink
      value: L
    - odd
eventGroupingSettings: {aggregationKind: AlertPerResult}
incidentConfiguration:
  createIncident: false
  groupingConfiguration:
    enabled: true
    reopenClosedIncident: maybe
    lookbackDuration: PT5H
    matchingMethod: Selected
    groupByEntities: [Host, IP]
    groupByAlertDetails: Severity
    groupByCustomDetails: []
sentinelEntitiesMappings:
  - columnName: E
  - {}
metadata:
  source: {kind: Community}
  author: {name: A, email: a@b.c, link: l}
  support: {tier: Partner, name: S}
  categories: {domains: [D], verticals: V}
";

fn value(text: Option<Text<'_>>) -> Option<&str> {
    text.map(|text| text.value)
}

#[test]
fn every_part_of_a_rule_is_in_its_model() {
    let document = crate::yaml::parse(&SourceFile::new("a.yaml", RULE));
    let template = Template::read(document.root.as_ref().unwrap(), Kind::NrtRule).unwrap();
    let (common, alerting) = (template.common(), template.alerting().unwrap());
    assert!(template.schedule().is_none());
    assert_eq!(value(common.detailed_description), Some("Long"));
    let [Tag::Word(word), Tag::Pairs(pairs)] = common.tags[..] else { panic!("{:?}", common.tags) };
    assert_eq!((word.value, pairs.get("Schema").and_then(Node::as_str)), ("a", Some("ASimDns")));
    let columns: Vec<_> = common.sentinel_entities.iter().map(|item| value(item.column)).collect();
    assert_eq!(columns, [Some("E"), None]);
    let metadata = common.metadata.as_ref().unwrap();
    assert_eq!((value(metadata.source.kind), value(metadata.source.name)), (Some("Community"), None));
    assert_eq!(value(metadata.author.email).zip(value(metadata.author.link)), Some(("a@b.c", "l")));
    assert_eq!(value(metadata.support_tier).zip(value(metadata.support.name)), Some(("Partner", "S")));
    assert_eq!(metadata.domains.values().chain(metadata.verticals.values()).collect::<Vec<_>>(), ["D", "V"]);

    assert_eq!(value(alerting.rule_kind).zip(value(alerting.status)), Some(("NRT", "Available")));
    assert_eq!(value(alerting.template_name), Some("t"));
    assert_eq!(alerting.suppression_enabled, Some(true));
    assert_eq!(alerting.suppression.as_ref().and_then(TimeSpan::seconds), Some(5 * 3600));
    let details = alerting.alert_override.as_ref().unwrap();
    let [(_, name), (key, description)] = details.formats();
    assert_eq!(value(name.and_then(|field| field.text())), Some("On {{C}}"));
    assert_eq!(
        (key, description.map(|field| field.node().is_null())),
        ("alertDescriptionFormat", Some(true))
    );
    assert_eq!(details.columns().map(|(_, column)| value(column)), [Some("S"), Some("T")]);
    let [property] = details.dynamic_properties[..] else { panic!("{details:?}") };
    assert_eq!(value(property.property).zip(value(property.column)), Some(("AlertLink", "L")));
    assert_eq!(alerting.event_grouping.and_then(|grouping| value(grouping.kind)), Some("AlertPerResult"));
    let incident = alerting.incident.as_ref().unwrap();
    let grouping = incident.grouping.as_ref().unwrap();
    assert_eq!((incident.create, grouping.enabled, grouping.reopen), (Some(false), Some(true), None));
    assert_eq!(grouping.lookback.as_ref().and_then(TimeSpan::seconds), Some(5 * 3600));
    assert_eq!(value(grouping.method), Some("Selected"));
    assert_eq!(grouping.entities.values().collect::<Vec<_>>(), ["Host", "IP"]);
    assert_eq!(grouping.alert_details.values().collect::<Vec<_>>(), ["Severity"]);
    assert!(grouping.custom_details.items.is_empty() && grouping.custom_details.field.is_some());
}

#[test]
fn what_is_of_another_shape_is_absent() {
    let text = "alertDetailsOverride: x\nincidentConfiguration: []\nmetadata: x\ntags: a\n\
                sentinelEntitiesMappings: {columnName: E}\nalertDynamicProperties: []\n";
    let document = crate::yaml::parse(&SourceFile::new("a.yaml", text));
    let template = Template::read(document.root.as_ref().unwrap(), Kind::ScheduledRule).unwrap();
    let (common, alerting) = (template.common(), template.alerting().unwrap());
    assert!(alerting.alert_override.is_none() && alerting.incident.is_none() && common.metadata.is_none());
    assert!(common.tags.is_empty() && common.sentinel_entities.is_empty());
}
