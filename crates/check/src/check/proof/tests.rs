//! Every fix that is offered keeps its promise, whatever was done to the text that it is offered for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::{Job, check};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::rules::Settings;
use crate::source::SourceFile;

/// Texts with little wrong: queries, and a rule around one.
const TEXTS: [(&str, &str); 4] = [
    (
        "a.kql",
        "let back = 7d;\nlet bad = dynamic([\"one.example\", \"two.example\"]);\nDeviceNetworkEvents\n\
         | where Timestamp > ago(back)\n| where RemoteUrl in~ (bad) and RemotePort == 443\n\
         | extend Host = tolower(DeviceName), Size = strlen(RemoteUrl)\n\
         | summarize Hits = count(), Ports = make_set(RemotePort, 50) by Host, bin(Timestamp, 1h)\n\
         | where Hits > 3\n| order by Hits desc\n",
    ),
    (
        "b.kql",
        "SigninLogs\n| where ResultType == \"50126\"\n\
         | join kind=inner (AuditLogs | where OperationName has \"password\" | project CorrelationId, Result) on \
         CorrelationId\n| project TimeGenerated, UserPrincipalName, IPAddress, Result // who\n| top 10 by TimeGenerated asc\n",
    ),
    (
        "c.yaml",
        "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: Relay of a remote tool reached\n\
         description: Identifies hosts that reached the relay of a remote tool.\nrequiredDataConnectors:\n\
         \x20 - connectorId: MicrosoftThreatProtection\n    dataTypes:\n      - DeviceNetworkEvents\n\
         tactics:\n  - CommandAndControl\nrelevantTechniques:\n  - T1219\nquery: |\n  DeviceNetworkEvents\n\
         \x20 | where RemoteUrl has \"relay.example\"\n  | project Timestamp, DeviceName, RemoteUrl\nentityMappings:\n\
         \x20 - entityType: Host\n    fieldMappings:\n      - identifier: FullName\n        columnName: DeviceName\n\
         version: 1.0.0\n",
    ),
    (
        "d.yaml",
        "id: 5b0a2f0d-7a3c-4e3e-8f4f-3d1c8e7b6a92\nname: Many failed sign-ins\nkind: Scheduled\n\
         description: 'Identifies addresses from which many sign-ins failed.'\nseverity: Medium\n\
         requiredDataConnectors:\n  - connectorId: AzureActiveDirectory\n    dataTypes: [SigninLogs]\n\
         queryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\ntactics: [CredentialAccess]\n\
         relevantTechniques: [T1110]\nquery: \"SigninLogs | where ResultType != '0' | summarize Failed = count() by \
         IPAddress | where Failed > 20\"\nentityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: \
         Address\n        columnName: IPAddress\nversion: 1.0.0\n",
    ),
];

/// What a slip of the keyboard puts in.
const SLIPS: &[&str] = &[
    ",", ",,", ";", "|", "||", "(", ")", "[", "]", "\"", "'", "=", "==", " on", " by", " and", "\n", "\n\n",
    ":", "- ", "  ", "\t", "\u{a0}", "\u{201c}", "#", "x", "&gt;", " --", "!", "*",
];

fn found(name: &str, text: &str) -> Vec<Diagnostic> {
    let run = check(&[Job::text(SourceFile::new(name, text))], &[Arc::new(Settings::default())]);
    run.findings.files.into_iter().flat_map(|file| file.diagnostics).collect()
}

fn is_syntax(one: &Diagnostic) -> bool {
    matches!(one.rule.id, "kql-syntax" | "yaml-syntax")
}

fn errors(found: &[Diagnostic]) -> usize {
    found.iter().filter(|one| one.severity == Severity::Error).count()
}

/// How often each thing is said of each text.
fn said<'t>(text: &'t str, found: &'t [Diagnostic]) -> BTreeMap<(&'t str, &'t str, &'t str), usize> {
    let mut said = BTreeMap::new();
    for one in found {
        let place = text.get(one.span.range()).unwrap_or_default();
        *said.entry((one.rule.id, one.message.as_str(), place)).or_default() += 1;
    }
    said
}

#[test]
fn every_fix_that_is_offered_removes_its_finding_and_adds_no_error() {
    let (mut fixes, mut broken) = (0, Vec::new());
    for (name, text) in TEXTS.into_iter().flat_map(|(name, good)| {
        let damaged = crate::seeded::damaged(vec![good.to_owned()], SLIPS, 1..3, 5);
        crate::seeded::samples(&damaged, 100).map(move |text| (name, text))
    }) {
        let before = found(name, &text);
        let old = said(&text, &before);
        for one in &before {
            let Some(fix) = &one.fix else { continue };
            fixes += 1;
            let Some(fixed) = Edit::apply(fix.edits(), &text) else {
                broken.push(format!("cannot be applied: {one:?}\n{text}"));
                continue;
            };
            let after = found(name, &fixed);
            let place = text.get(one.span.range()).unwrap_or_default();
            let key = (one.rule.id, one.message.as_str(), place);
            let again = said(&fixed, &after).get(&key).copied().unwrap_or_default();
            let hid = before.iter().any(is_syntax);
            let syntax = |found: &[Diagnostic]| found.iter().filter(|one| is_syntax(one)).count();
            let worse = if hid { syntax(&after) > syntax(&before) } else { errors(&after) > errors(&before) };
            if again >= old[&key] || worse {
                broken.push(format!("{one:?}\n{text}\n=== after\n{fixed}\n{after:?}"));
            }
        }
    }
    assert!(broken.is_empty(), "{} of {fixes} fixes:\n{}", broken.len(), broken.join("\n\n"));
    assert!(fixes > 100, "{fixes}");
}

#[test]
fn a_guess_that_makes_a_query_worse_is_not_offered() {
    for text in [
        "Alerts\n| where Severity == \"High\"\n| project TimeGenerated, Title",
        "SigninLogs\n| where RiskScore > 70",
        "DeviceLogonEvents | project DeviceId\n\nDeviceEvents | project DeviceId",
        "SecurityEvent | summarize summarize, = count() by Computer",
    ] {
        let offered: Vec<_> = found("a.kql", text).into_iter().filter(|one| one.fix.is_some()).collect();
        assert!(offered.is_empty(), "{text}: {offered:?}");
    }
}

#[test]
fn a_safe_fix_deletes_no_comment() {
    let text = |value: &str| {
        format!(
            "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: N\ndescription: Identifies it.\ntactics:{value}\n\
             query: DeviceEvents\n"
        )
    };
    let safety = |value: &str| {
        let found = found("a.yaml", &text(value));
        let empty = found.into_iter().find(|one| one.rule.id == "empty-value");
        empty.and_then(|one| one.fix).map(|fix| fix.applicability)
    };
    assert_eq!(safety(""), Some(Applicability::Safe));
    assert_eq!(safety("   # REQUIRED: ask first"), Some(Applicability::Unsafe));
}
