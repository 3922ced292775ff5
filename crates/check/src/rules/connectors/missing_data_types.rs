//! `missing-data-types`

use std::cell::LazyCell;

use crate::content::Template;
use crate::content::model::Connector;
use crate::diagnostic::Diagnostic;
use crate::rules::metadata::misindented_key::misindented_key;
use crate::rules::metadata::unknown_key::UnknownKeys;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Node;

declare_rule! {
    /// A required data connector without its data types.
    ///
    /// ## Why is this bad?
    ///
    /// The data types list the connector's tables that the query needs. Sentinel uses them to determine whether the
    /// connector is connected, and upstream's checks reject a connector without the list. It can be empty.
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
        // What is missing in a part that could not be read in full, may just not have been read.
        let is_whole = |connector: &&Connector<'_>| !cx.content.document.is_damaged(connector.node.span);
        // One that stands in the column of the item's dash is reported there.
        let misindented = misindented_key(cx, template.common().root, "dataTypes").map(|key| key.item);
        let is_misindented = |connector: &Connector<'_>| {
            connector.node.as_mapping().zip(misindented).is_some_and(|(own, item)| std::ptr::eq(own, item))
        };
        let unknown = LazyCell::new(|| UnknownKeys::of(cx));
        for connector in connectors(template).filter(is_whole) {
            // A single value in place of the list is another rule's matter.
            let is_there = connector.data_types.field.is_some_and(|field| !field.node().is_null());
            if !is_there && !is_misindented(connector) && !is_slip(cx, &unknown, connector) {
                out.push(finding(connector));
            }
        }
    }
}

/// Whether a key of the connector is a slip of `dataTypes`, which is reported there.
fn is_slip(cx: &Context<'_>, unknown: &UnknownKeys<'_>, connector: &Connector<'_>) -> bool {
    let pointer = cx.content.root().and_then(|root| root.pointer_at(connector.node.span));
    connector.node.as_mapping().zip(pointer).is_some_and(|(map, pointer)| {
        let parent = pointer.split('/').take(3).collect::<Vec<_>>().join("/");
        unknown.have_slip_of(map, &parent, "dataTypes")
    })
}

/// The connectors of a list; a single mapping in its place is another rule's matter.
pub(in crate::rules) fn connectors<'t, 'a>(
    template: &'t Template<'a>,
) -> impl Iterator<Item = &'t Connector<'a>> {
    let list = template.common().root.get("requiredDataConnectors").and_then(Node::as_sequence);
    template.common().connectors.iter().filter(move |_| list.is_some())
}

/// A finding on a connector without data types.
pub(crate) fn finding(connector: &Connector<'_>) -> Diagnostic {
    let id = connector.id.filter(|id| !id.value.trim().is_empty());
    let name = id.map_or_else(|| "This data connector".to_owned(), |id| format!("`{}`", id.value));
    let span = connector.id.map_or(connector.node.span, |id| id.span());
    let help = "Add `dataTypes:` with the tables or parser functions of the connector that the query uses.";
    MissingDataTypes::at(span, format!("{name} has no data types")).help(help)
}
