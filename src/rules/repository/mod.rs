//! What crosses files.

mod duplicate_file_name;
mod duplicate_id;
mod duplicate_query;

pub(super) use duplicate_file_name::DuplicateFileName;
pub(super) use duplicate_id::DuplicateId;
pub(super) use duplicate_query::DuplicateQuery;
