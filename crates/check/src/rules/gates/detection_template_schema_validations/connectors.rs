//! Required data connectors.

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::connectors;
use crate::rules::Context;
use crate::rules::connectors::missing_data_types;
use crate::rules::connectors::unknown_connector::{self, UnknownConnector};
use crate::rules::metadata::wrong_type::WrongType;
use crate::yaml::Node;

/// The workflow fails at connectors that are not mappings.
pub(super) fn types(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let list = template.common().root.get("requiredDataConnectors").and_then(Node::as_sequence);
    let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
    for item in items.iter().filter(|item| item.as_mapping().is_none()) {
        let message = "A required data connector must be a mapping with `connectorId` and `dataTypes`";
        out.push(WrongType::at(item.span, message));
    }
}

/// Only ids of the upstream repository's own list count.
pub(super) fn ids(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let ids = template.common().connectors.iter().filter_map(|connector| connector.id);
    for id in ids.filter(|id| !connectors::is_upstream(id.value)) {
        out.push(if connectors::is_known(id.value) {
            let message = format!("Upstream's list of connector ids does not include `{}`", id.value);
            let help =
                "A published connector has this id: add it to ValidConnectorIds.json along with the rule.";
            UnknownConnector::at(id.span(), message).help(help)
        } else {
            let any = || unknown_connector::ANY.to_owned();
            unknown_connector::finding(cx, &id, connectors::nearest_upstream(id.value), any)
        });
    }
}

pub(super) fn data_types(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    for connector in missing_data_types::connectors(template) {
        let list = connector.data_types.field.and_then(|field| field.node().as_sequence());
        if list.is_none() {
            out.push(missing_data_types::finding(connector));
        }
    }
}
