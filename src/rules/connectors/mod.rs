//! Required data connectors.

mod unknown_connector;

pub(super) use unknown_connector::UnknownConnector;
