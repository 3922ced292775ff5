//! Required data connectors.

mod missing_data_types;
mod unknown_connector;

pub(super) use missing_data_types::MissingDataTypes;
pub(super) use unknown_connector::UnknownConnector;
