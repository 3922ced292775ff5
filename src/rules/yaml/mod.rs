//! The file as YAML.

mod duplicate_key;
mod syntax;

pub(super) use duplicate_key::DuplicateKey;
pub(super) use syntax::YamlSyntax;
