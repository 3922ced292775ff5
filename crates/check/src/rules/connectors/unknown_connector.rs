//! `unknown-connector`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::knowledge::connectors;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

#[cfg(test)]
mod tests;

declare_rule! {
    /// An unknown data connector id.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel shows whether the connectors of a template are connected. An unknown connector never is, and upstream's
    /// checks reject it. Ids are case-sensitive.
    ///
    /// Under `recommended` an id is known if it is in upstream's list, is used by a published connector, or is listed
    /// in `[knowledge] connectors` in sentlint.toml. New connectors appear faster than lists are updated, so an unknown
    /// id that is well formed (letters, digits, `-` and `_`) and not similar to a known one is a warning; any other is
    /// an error. Under `azure-sentinel` only upstream's list counts, with the ids that its own rules of August 2026
    /// use.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtecton
    ///     dataTypes:
    ///       - DeviceNetworkEvents
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///     dataTypes:
    ///       - DeviceNetworkEvents
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The id is replaced with the most similar one. Another connector may be intended, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.script/tests/detectionTemplateSchemaValidation/ValidConnectorIds.json>
    /// - <https://learn.microsoft.com/azure/sentinel/data-connectors-reference>
    pub(crate) UnknownConnector {
        id: "unknown-connector",
        group: Connectors,
        severity: Error,
        fix: Sometimes Unsafe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for UnknownConnector {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for connector in &template.common().connectors {
            // An id that is empty is missing.
            let Some(id) = connector.id.filter(|id| !id.value.is_empty()) else { continue };
            let is_own = cx.settings.connectors.iter().any(|own| own == id.value);
            if !is_own && !connectors::is_known(id.value) {
                let types: Vec<&str> = connector.data_types.values().collect();
                let candidates = || candidates(id.value, &types);
                out.push(finding(cx, &id, connectors::nearest(id.value), candidates));
            } else if connectors::connector(id.value).is_some_and(|connector| connector.deprecated) {
                let message = format!("The connector `{}` is deprecated", id.value);
                let help = "Use the connector that replaced it, or add that one.";
                out.push(Self::at(id.span(), message).severity(Severity::Info).help(help));
            }
        }
    }
}

/// A finding on an id that no connector has, with one that is near. `candidates` says in a sentence what else may
/// be meant.
pub(crate) fn finding(
    cx: &Context<'_>,
    id: &Text<'_>,
    near: Option<&str>,
    candidates: impl FnOnce() -> String,
) -> Diagnostic {
    let finding =
        UnknownConnector::at(id.span(), format!("There is no data connector with the id `{}`", id.value));
    let variants = connectors::variants(id.value);
    if variants.len() > 1 {
        // Which one is meant, the name does not tell.
        return finding.help(format!("There are {}.", quoted(&variants)));
    }
    match near {
        Some(near) => {
            let edits = replace_scalar(cx.source(), id.node, near);
            let fix = Fix::r#unsafe(format!("Replace it with `{near}`"), edits);
            finding.help(format!("Did you mean `{near}`?")).fix(fix)
        }
        None => {
            let finding = finding.help(format!(
                "{} Add connectors of your own to `[knowledge] connectors` in sentlint.toml.",
                candidates()
            ));
            // It may be newer than what is known here.
            if is_well_formed(id.value) { finding.severity(Severity::Warning) } else { finding }
        }
    }
}

/// Which connectors may be meant: those that fill the declared tables, or else those whose ids begin like this one.
fn candidates(id: &str, types: &[&str]) -> String {
    for table in types {
        let filling = connectors::filling(table);
        if !filling.is_empty() && !connectors::is_shared(table) {
            let verb = if filling.len() == 1 { "connector" } else { "connectors" };
            return format!("`{table}` is filled by the {verb} {}.", quoted(&filling));
        }
    }
    let alike = connectors::beginning_alike(id);
    if alike.is_empty() {
        return ANY.to_owned();
    }
    let verb = if alike.len() == 1 { "A similar id is" } else { "Similar ids are" };
    format!("{verb} {}.", quoted(&alike))
}

/// What to do where no connector is similar.
pub(in crate::rules) const ANY: &str = "Use the id of the connector that provides the query's tables.";

fn quoted(ids: &[&str]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    listed(&ids, "and")
}

/// Whether the id is written as the ids of connectors are.
fn is_well_formed(id: &str) -> bool {
    id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
