//! Required data connectors.

pub(super) mod missing_data_types;
mod reads;
mod undeclared_table;
pub(super) mod unknown_connector;
mod unused_data_type;

super::rules! {
    unknown_connector::UnknownConnector,
    missing_data_types::MissingDataTypes,
    undeclared_table::UndeclaredTable,
    unused_data_type::UnusedDataType,
}
