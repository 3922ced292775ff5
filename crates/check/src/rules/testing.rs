//! Running the rules over a text in the tests of single rules.

mod cases;
mod fixes;
mod siblings;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Profile, Settings};
use crate::check::{Job, check};
use crate::content::fields::{Field, Format, Owner};
use crate::content::schema::{self, Fault};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Group};
use crate::source::SourceFile;

/// The findings of one rule in a file of this name.
pub(super) fn findings(rule: &str, path: &str, text: &str, profile: Profile) -> Vec<Diagnostic> {
    let settings = Arc::new(Settings { profile, ..Settings::default() });
    let job = Job::text(SourceFile::new(path, text));
    let run = check(&[job], &[settings]);
    let found = run.findings.files.into_iter().flat_map(|file| file.diagnostics);
    found.filter(|finding| finding.rule.id == rule).collect()
}

/// The messages of one rule under `pedantic`.
pub(super) fn messages(rule: &str, text: &str) -> Vec<String> {
    findings(rule, "a.yaml", text, Profile::Pedantic).into_iter().map(|finding| finding.message).collect()
}

/// How often upstream's gate of this rule would speak of a file of this name.
pub(super) fn gate(rule: &str, path: &str, text: &str) -> usize {
    findings(rule, path, text, Profile::AzureSentinel).len()
}

/// The text after the fix of each finding alone, with how far the fix is trusted.
pub(super) fn fixes(rule: &str, path: &str, text: &str) -> Vec<(Applicability, String)> {
    let fixes = findings(rule, path, text, Profile::Pedantic).into_iter().filter_map(|finding| finding.fix);
    fixes.filter_map(|fix| Some((fix.applicability, Edit::apply(fix.edits(), text)?))).collect()
}

/// A scheduled rule with these lines added.
fn scheduled(lines: &str) -> String {
    format!(
        "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: N\ndescription: D\nkind: Scheduled\nseverity: Low\n\
         requiredDataConnectors: []\ntriggerOperator: gt\ntriggerThreshold: 0\nquery: T\n{lines}\n"
    )
}

#[test]
fn what_the_schema_has_against_these_keys_is_reported_by_a_rule() {
    let many = |item: &str, count: usize| vec![item; count].join(", ");
    let long = "x".repeat(600);
    let field = "{identifier: Name, columnName: C}";
    let mapping = format!("{{entityType: Host, fieldMappings: [{field}]}}");
    let details: Vec<String> = (0..21).map(|i| format!("K{i}: C")).collect();
    for lines in [
        "tactics: [Stealth, 'Initial access', impact, '', Impact]".to_owned(),
        "relevantTechniques: [t1219, T9, Valid Accounts, '', ' T1219', T1219]".to_owned(),
        "queryFrequency: soon\nqueryPeriod: 1x\nsuppressionDuration: -5m".to_owned(),
        format!("entityMappings: [{}]", many(&mapping, 11)),
        format!("entityMappings: [{{entityType: Host, fieldMappings: [{}]}}]", many(field, 4)),
        "entityMappings: [{entityType: Host, fieldMappings: []}]".to_owned(),
        format!("entityMappings: [{{entityType: hosts, fieldMappings: [{field}]}}]"),
        format!("entityMappings: [{{entityType: host, fieldMappings: [{field}]}}]"),
        "entityMappings: [{entityType: Host, fieldMappings: [{identifier: HostName, columnName: a b}]}]".to_owned(),
        "entityMappings: [{entityType: Host, fieldMappings: [{identifier: HostName, columnName: ''}]}]".to_owned(),
        format!("entityMappings: [{{entityType: Host, fieldMappings: [{{identifier: HostName, columnName: {long}}}]}}]"),
        format!("customDetails: {{{}}}", details.join(", ")),
        format!("customDetails: {{a b: C, 1a: C, KeyOfMoreThanTwentyOne: C, A: a b, B: '', C: {long}}}"),
        format!("alertDetailsOverride: {{alertDisplayNameFormat: {long}, alertDescriptionFormat: ''}}"),
        "alertDetailsOverride: {alertDynamicProperties: [{alertProperty: alertLink, value: C}]}".to_owned(),
        "incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: false, reopenClosedIncident: \
         false, lookbackDuration: ever, matchingMethod: any, groupByEntities: [host], groupByAlertDetails: [x]}}"
            .to_owned(),
    ] {
        let text = scheduled(&lines);
        let source = Arc::new(SourceFile::new("a.yaml", &*text));
        let content = crate::content::Content::read(Arc::clone(&source), "/rules/a.yaml");
        let settings = Arc::new(Settings::default());
        let run = check(&[Job::text(SourceFile::new("a.yaml", &*text))], &[settings]);
        let found = &run.findings.files[0].diagnostics;
        let mut faults = 0;
        for violation in schema::violations(content.root().unwrap(), content.kind) {
            // What is missing, unknown or of another type, other rules tell of any key.
            if matches!(violation.fault, Fault::Missing { .. } | Fault::Unknown { .. } | Fault::Type { .. }) {
                continue;
            }
            faults += 1;
            let told = |finding: &&Diagnostic| {
                let group = finding.rule.group;
                let ours = matches!(group, Group::Schedule | Group::Entities | Group::Attack);
                ours && finding.span.start <= violation.span.end && violation.span.start <= finding.span.end
            };
            // An empty list of fields is reported at the type of its entity, and too many at the first over the most.
            let by_place = found.iter().any(|finding| told(&finding));
            let by_count = matches!(violation.fault, Fault::TooFew(_))
                && found.iter().any(|finding| finding.rule.id == "missing-strong-identifier");
            assert!(by_place || by_count, "{lines}: {violation:?}");
        }
        assert!(faults > 0, "{lines}");
    }
}

/// A scheduled rule with every part that the schema knows, each value on a line of its own.
const FULL: &str = "\
id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
name: N
description: D
severity: Low
status: Available
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes:
      - DeviceEvents
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics:
  - Impact
relevantTechniques:
  - T1485
query: DeviceEvents
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: HostName
        columnName: DeviceName
eventGroupingSettings:
  aggregationKind: SingleAlert
incidentConfiguration:
  createIncident: true
  groupingConfiguration:
    enabled: true
    reopenClosedIncident: false
    lookbackDuration: 1h
    matchingMethod: Selected
    groupByEntities:
      - Host
customDetails:
  Action: ActionType
alertDetailsOverride:
  alertDisplayNameFormat: N
  alertDynamicProperties:
    - alertProperty: AlertLink
      value: ActionType
sentinelEntitiesMappings:
  - columnName: ActionType
suppressionEnabled: false
suppressionDuration: 1h
tags:
  - a
metadata:
  source:
    kind: Community
version: 1.0.0
kind: Scheduled
";

#[test]
fn no_odd_value_that_the_schema_refuses_goes_untold() {
    let mut untold = Vec::new();
    for (number, line) in FULL.lines().enumerate() {
        let start = line.find(": ").map_or_else(|| line.find("- ").map(|at| at + 2), |at| Some(at + 2));
        let Some(start) = start else { continue };
        for odd in ["", "~", "''", "' '", "x: y", "[]", "[x]", "[~]", "{}", "{x: y}", "7", "-1.5", "true"] {
            let lines = FULL.lines().enumerate().map(|(at, other)| match at == number {
                true if odd == "x: y" => format!("{}\"x: y\"\n", &line[..start]),
                true => format!("{}{odd}\n", &line[..start]),
                false => format!("{other}\n"),
            });
            let text: String = lines.collect();
            let source = Arc::new(SourceFile::new("a.yaml", &*text));
            let content = crate::content::Content::read(Arc::clone(&source), "/a.yaml");
            let Some(root) = content.root() else { panic!("{text}") };
            let settings = Arc::new(Settings::default());
            let run = check(&[Job::text(SourceFile::new("a.yaml", &*text))], &[Arc::clone(&settings)]);
            let found: Vec<_> = run.findings.files.iter().flat_map(|file| &file.diagnostics).collect();
            for violation in schema::violations(root, content.kind) {
                let told = found.iter().any(|finding| {
                    let [here, there] =
                        [finding.span, violation.span].map(|span| source.line_of(span.start as usize));
                    // A list of nothing is reported at its key.
                    let above = finding.yaml_path.as_deref().filter(|path| !path.is_empty());
                    here == there
                        || above.is_some_and(|path| violation.pointer.starts_with(&format!("{path}/")))
                });
                if !told {
                    untold.push(format!("{}{odd}: {violation:?}", &line[..start]));
                }
            }
        }
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

#[test]
fn every_owner_of_the_format_is_a_rule() {
    let general = [Owner::EmptyValue, Owner::UnknownKey, Owner::WrongType, Owner::YamlSyntax];
    let fields = Format::all().iter().flat_map(Format::every_field);
    let owners: BTreeSet<Owner> = fields.flat_map(Field::owners).chain(general).collect();
    assert!(owners.len() > 30, "{owners:?}");
    for owner in owners {
        assert!(super::find(&owner.id()).is_some(), "there is no rule `{}`", owner.id());
    }
}
