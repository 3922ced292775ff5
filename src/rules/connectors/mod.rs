//! Required data connectors.

mod missing_data_types;
mod reads;
mod undeclared_table;
mod unknown_connector;
mod unused_data_type;

pub(super) use missing_data_types::MissingDataTypes;
pub(super) use undeclared_table::UndeclaredTable;
pub(super) use unknown_connector::UnknownConnector;
pub(super) use unused_data_type::UnusedDataType;
