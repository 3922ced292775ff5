//! What crosses files, and what crosses time.

pub(super) mod compare;
mod duplicate_detection;
pub(super) mod duplicate_file_name;
pub(super) mod duplicate_id;
mod duplicate_query;
pub(super) mod id_changed;
mod kind_changed;
pub(super) mod version_not_bumped;

super::rules! {
    duplicate_id::DuplicateId,
    duplicate_detection::DuplicateDetection,
    duplicate_file_name::DuplicateFileName,
    duplicate_query::DuplicateQuery,
    id_changed::IdChanged,
    version_not_bumped::VersionNotBumped,
    kind_changed::KindChanged,
}
