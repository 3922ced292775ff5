//! Keys and values that every template has.

mod invalid_id;
mod missing_key;
mod quoted_description;
mod scalar_for_list;
mod unknown_key;

pub(super) use invalid_id::InvalidId;
pub(super) use missing_key::MissingKey;
pub(super) use quoted_description::QuotedDescription;
pub(super) use scalar_for_list::ScalarForList;
pub(super) use unknown_key::UnknownKey;
