//! The file as YAML.

mod ambiguous_scalar;
mod byte_order_mark;
pub(super) mod duplicate_key;
mod file_extension;
mod folded_query;
pub(super) mod hidden_direction_mark;
mod misleading_character;
pub(super) mod multiple_documents;
pub(super) mod non_ascii;
pub(super) mod syntax;
mod unfollowed_alias;
mod unquoted_text;

super::rules! {
    syntax::YamlSyntax,
    duplicate_key::DuplicateKey,
    multiple_documents::MultipleDocuments,
    non_ascii::NonAscii,
    hidden_direction_mark::HiddenDirectionMark,
    misleading_character::MisleadingCharacter,
    byte_order_mark::ByteOrderMark,
    file_extension::FileExtension,
    ambiguous_scalar::AmbiguousScalar,
    folded_query::FoldedQuery,
    unfollowed_alias::UnfollowedAlias,
    unquoted_text::UnquotedText,
}
