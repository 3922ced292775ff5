//! Tests of `unknown-connector`.

use crate::diagnostic::Severity;
use crate::rules::Profile;
use crate::rules::testing::findings;

#[test]
fn a_name_with_variants_is_not_fixed_to_one_of_them() {
    let text = "id: x\nname: n\nquery: T\nrequiredDataConnectors:\n  - connectorId: AzureMonitor\n";
    let found = findings("unknown-connector", "a.yaml", text, Profile::Recommended);
    assert_eq!(found.len(), 1);
    assert!(found[0].fix.is_none());
    assert!(found[0].help.as_deref().is_some_and(|help| help.contains("`AzureMonitor(VMInsights)`")));
}

#[test]
fn help_names_what_may_be_meant() {
    let help = |id: &str, table: &str| {
        let item = format!("  - connectorId: {id}\n    dataTypes: [{table}]\n");
        let text = format!("id: x\nname: n\nquery: T\nrequiredDataConnectors:\n{item}");
        let found = findings("unknown-connector", "a.yaml", &text, Profile::Recommended);
        found[0].help.clone().unwrap_or_default()
    };
    assert!(help("Contoso", "SigninLogs").starts_with("`SigninLogs` is filled by the connector `Azure"));
    assert!(help("AzureActiveDirectoryLogs", "X").starts_with("A similar id is `AzureActiveDirectory`."));
    assert!(help("Contoso", "Syslog").starts_with(super::ANY));
}

#[test]
fn an_id_that_may_be_newer_than_the_lists_is_a_warning() {
    let severities = |id: &str, profile| -> Vec<Severity> {
        let text = format!("id: x\nname: n\nquery: T\nrequiredDataConnectors:\n  - connectorId: {id}\n");
        let path = "Solutions/Contoso/Analytic Rules/a.yaml";
        findings("unknown-connector", path, &text, profile).iter().map(|found| found.severity).collect()
    };
    assert_eq!(severities("ContosoGateway_CCF", Profile::Recommended), [Severity::Warning]);
    assert_eq!(severities("Contoso Gateway", Profile::Recommended), [Severity::Error]);
    assert_eq!(severities("MicrosoftThreatProtecton", Profile::Recommended), [Severity::Error]);
    assert_eq!(severities("ContosoGateway_CCF", Profile::AzureSentinel), [Severity::Error]);
    // Published content requires it; the catalog alone has the last.
    assert_eq!(severities("TailscaleCCF", Profile::Recommended), []);
    assert_eq!(severities("TailscaleCCF", Profile::AzureSentinel), []);
    assert_eq!(severities("AWSEKSDefinition", Profile::Recommended), []);
}

#[test]
fn a_published_id_that_upstreams_list_lacks_is_reported_without_a_fix() {
    let text = "id: x\nname: n\nquery: T\nrequiredDataConnectors:\n  - connectorId: AWSEKSDefinition\n";
    let path = "Solutions/Contoso/Analytic Rules/a.yaml";
    let found = findings("unknown-connector", path, text, Profile::AzureSentinel);
    assert_eq!(found.len(), 1);
    assert!(found[0].fix.is_none() && found[0].message.contains("does not include"));
}
