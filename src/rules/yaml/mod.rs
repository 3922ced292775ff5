//! The file as YAML.

mod ambiguous_scalar;
mod byte_order_mark;
mod duplicate_key;
mod file_extension;
mod folded_query;
mod multiple_documents;
mod non_ascii;
mod syntax;
mod unfollowed_alias;

pub(super) use ambiguous_scalar::AmbiguousScalar;
pub(super) use byte_order_mark::ByteOrderMark;
pub(super) use duplicate_key::DuplicateKey;
pub(super) use file_extension::FileExtension;
pub(super) use folded_query::FoldedQuery;
pub(super) use multiple_documents::MultipleDocuments;
pub(super) use non_ascii::NonAscii;
pub(super) use syntax::YamlSyntax;
pub(super) use unfollowed_alias::UnfollowedAlias;
