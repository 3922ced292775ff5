//! `missing-data-types`

use crate::content::Template;
use crate::content::model::Connector;
use crate::diagnostic::Diagnostic;
use crate::rules::metadata::misindented_key::misindented_key;
use crate::rules::schema_violations::in_rules_folder;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Node;

declare_rule! {
    /// A required data connector without its data types.
    ///
    /// ## Why is this bad?
    ///
    /// The data types say which of the connector's tables the query needs. Sentinel looks at them to tell whether the
    /// connector is connected, and upstream's checks refuse a connector without the list. It may be empty.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///     dataTypes:
    ///       - DeviceNetworkEvents
    /// ```
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) MissingDataTypes {
        id: "missing-data-types",
        group: Connectors,
        severity: Error,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for MissingDataTypes {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        if cx.gates() && !in_rules_folder(cx) {
            return;
        }
        // A single mapping in place of the list is another rule's matter.
        let list = template.common().root.get("requiredDataConnectors").and_then(Node::as_sequence);
        // What is missing in a part that could not be read in full, may just not have been read.
        let is_whole = |connector: &&Connector<'_>| !cx.content.document.is_damaged(connector.node.span);
        let connectors = template.common().connectors.iter().filter(|_| list.is_some()).filter(is_whole);
        for connector in connectors {
            let list = connector.data_types.field.map(|field| field.node());
            let fine = match list {
                None => false,
                // A single value in place of the list is another rule's matter.
                Some(node) if !cx.gates() && !node.is_null() => true,
                Some(node) => node.as_sequence().is_some(),
            };
            // One that stands in the column of the item's dash is told there.
            let misindented = misindented_key(cx, template.common().root, "dataTypes").map(|key| key.item);
            let own = connector.node.as_mapping();
            let is_misindented =
                own.zip(misindented).is_some_and(|(own, item)| !cx.gates() && std::ptr::eq(own, item));
            if fine || is_misindented {
                continue;
            }
            let id = connector.id.filter(|id| !id.value.trim().is_empty());
            let name = id.map_or_else(|| "This data connector".to_owned(), |id| format!("`{}`", id.value));
            let span = connector.id.map_or(connector.node.span, |id| id.span());
            let help = "Add `dataTypes:` with the tables or parser functions that the query takes from it.";
            out.push(Self::at(span, format!("{name} names no data types")).help(help));
        }
    }
}
