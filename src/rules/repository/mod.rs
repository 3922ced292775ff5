//! What crosses files, and what crosses time.

mod compare;
mod duplicate_file_name;
mod duplicate_id;
mod duplicate_query;
mod id_changed;
mod kind_changed;
mod version_not_bumped;

pub(super) use duplicate_file_name::DuplicateFileName;
pub(super) use duplicate_id::DuplicateId;
pub(super) use duplicate_query::DuplicateQuery;
pub(super) use id_changed::IdChanged;
pub(super) use kind_changed::KindChanged;
pub(super) use version_not_bumped::VersionNotBumped;
