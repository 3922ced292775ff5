//! `yaml-syntax-validation`: every YAML file can be read, and is one document.

use super::{Check, Gate, Opens};
use crate::rules::yaml::duplicate_key::DuplicateKey;
use crate::rules::yaml::multiple_documents::MultipleDocuments;
use crate::rules::yaml::syntax::YamlSyntax;

pub(super) static GATE: Gate = Gate {
    workflow: "yaml-syntax-validation",
    checks: &[
        Check::as_rule(Opens::All, &YamlSyntax),
        Check::as_rule(Opens::All, &DuplicateKey),
        Check::as_rule(Opens::All, &MultipleDocuments),
    ],
};
