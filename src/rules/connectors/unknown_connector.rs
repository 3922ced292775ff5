//! `unknown-connector`

use crate::content::{Folder, Template};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::knowledge::connectors;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A connector id that no data connector has.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel shows whether the connectors of a template are connected. An id that no connector has can
    /// never be, and the upstream repository's checks refuse it. Ids are compared with their case.
    ///
    /// Under `recommended` an id is known when it is in upstream's list, when a published connector has it,
    /// or when `[knowledge] connectors` in sentlint.toml names it. Under `azure-sentinel` upstream's list
    /// alone counts.
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
    /// The fix writes the nearest known id. It is unsafe because another connector may be meant.
    pub(crate) UnknownConnector {
        id: "unknown-connector",
        group: Connectors,
        severity: Error,
        fix: Unsafe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for UnknownConnector {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        if cx.gates() && cx.content.folder != Folder::Rules {
            return;
        }
        for id in template.common().connectors.iter().filter_map(|connector| connector.id) {
            // An id that is empty is missing.
            if !cx.gates() && id.value.is_empty() {
                continue;
            }
            let known = if cx.gates() {
                connectors::is_upstream(id.value)
            } else {
                connectors::is_known(id.value) || cx.settings.connectors.iter().any(|own| own == id.value)
            };
            if known {
                if !cx.gates()
                    && connectors::connector(id.value).is_some_and(|connector| connector.deprecated)
                {
                    let message = format!("The connector `{}` is deprecated", id.value);
                    let help = "Name the connector that took its place, beside it or instead of it.";
                    out.push(Self::at(id.span(), message).severity(Severity::Info).help(help));
                }
                continue;
            }
            let finding = Self::at(id.span(), format!("No data connector has the id `{}`", id.value));
            let variants = connectors::variants(id.value);
            if variants.len() > 1 {
                // Which one is meant, the name does not tell.
                let names: Vec<String> = variants.iter().map(|name| format!("`{name}`")).collect();
                out.push(finding.help(format!("There are {}.", names.join(", "))));
                continue;
            }
            out.push(match connectors::nearest(id.value) {
                Some(near) => {
                    let edits = replace_scalar(cx.source(), id.node, near);
                    finding
                        .help(format!("Did you mean `{near}`?"))
                        .fix(Fix::r#unsafe(format!("Replace it with `{near}`"), edits))
                }
                None => finding.help(
                    "Use the id of the connector that fills the query's tables, or add yours to `[knowledge] \
                     connectors` in sentlint.toml.",
                ),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::Profile;
    use crate::rules::testing::findings;

    #[test]
    fn a_name_with_variants_is_not_mended_to_one_of_them() {
        let text = "id: x\nname: n\nquery: T\nrequiredDataConnectors:\n  - connectorId: AzureMonitor\n";
        let found = findings("unknown-connector", "a.yaml", text, Profile::Recommended);
        assert_eq!(found.len(), 1);
        assert!(found[0].fix.is_none());
        assert!(found[0].help.as_deref().is_some_and(|help| help.contains("`AzureMonitor(VMInsights)`")));
    }
}
