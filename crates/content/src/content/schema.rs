//! The JSON Schemas of the content kinds, run over the spanned tree.
//!
//! What editors use, is what is run here: the schemas of [`json_schema`]. Nothing of the schema library gets out of this
//! module: each of its errors becomes a [`Violation`] with a place in the file, and the rules put it into words.

use std::borrow::Cow;
use std::sync::OnceLock;

use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value as Json;

use super::detection::shape;
use super::fields::{Format, json_schema, surely_fits};
use super::kind::Kind;
use crate::order::Order as _;
use crate::source::Span;
use crate::yaml::pointer::join;
use crate::yaml::{Node, Value};

/// The schema of sentlint.toml.
const CONFIG: &str = include_str!("schemas/config.schema.json");

/// The schema of files of tests.
const TEST: &str = include_str!("schemas/test.schema.json");

/// The published schemas, each by the name under which `sentlint schema` prints it.
pub fn published(name: &str) -> Option<Cow<'static, str>> {
    let format = Format::all().iter().find(|format| format.kind.as_str() == name);
    match format {
        Some(format) => Some(json_schema::text(format).into()),
        None if name == "custom-detection" => Some(format!("{:#}\n", shape::schema()).into()),
        None => match name {
            "config" => Some(CONFIG.into()),
            "test" => Some(TEST.into()),
            _ => None,
        },
    }
}

/// What the schema has against a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// A required key is absent.
    Missing {
        /// The key.
        key: String,
    },
    /// A key that the format does not have.
    Unknown {
        /// The key.
        key: String,
        /// The keys that the format has there.
        known: Vec<&'static str>,
    },
    /// A value of another type.
    Type {
        /// The JSON types that fit.
        expected: Vec<String>,
    },
    /// A value outside a closed set.
    NotOneOf {
        /// The set.
        options: Vec<String>,
    },
    /// A text that does not match its pattern.
    Pattern,
    /// A text with more characters than this.
    TooLong(u64),
    /// A text with fewer characters than this.
    TooShort(u64),
    /// More items or keys than this.
    TooMany(u64),
    /// Fewer items or keys than this.
    TooFew(u64),
    /// A number below this.
    TooSmall(i64),
    /// A number above this.
    TooLarge(i64),
    /// A key that is not formed as it should be.
    KeyForm {
        /// The key.
        key: String,
        /// What is wrong with it.
        fault: Box<Self>,
    },
    /// Anything else that a future schema may ask for: the keyword.
    Other(String),
}

/// One thing that a schema has against a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The place in the tree, as a JSON Pointer.
    pub pointer: String,
    /// The place in the file: the value, or the key where the fault is about a key.
    pub span: Span,
    /// What is wrong.
    pub fault: Fault,
}

/// The compiled schema of a kind. Compiling takes about a millisecond, so it waits for the first file.
fn validator(format: &Format) -> Option<&'static Validator> {
    static VALIDATORS: [OnceLock<Option<Validator>>; Kind::COUNT] = [const { OnceLock::new() }; Kind::COUNT];
    let compile = || jsonschema::validator_for(&json_schema::schema(format)).ok();
    VALIDATORS.get(format.kind as usize)?.get_or_init(compile).as_ref()
}

/// Everything the schema of `kind` has against the document, in the order of the file.
pub fn violations(root: &Node, kind: Kind) -> Vec<Violation> {
    match Format::of(kind) {
        // Nearly every file is as it should be, and that is told soon.
        Some(format) if !surely_fits(format, root) => violations_of(format, root),
        _ => Vec::new(),
    }
}

fn violations_of(format: &Format, root: &Node) -> Vec<Violation> {
    let Some(validator) = validator(format) else { return Vec::new() };
    let json = crate::yaml::to_json(root);
    let mut found = Vec::new();
    for error in validator.iter_errors(&json) {
        let pointer = error.instance_path().as_str();
        // What stands after an alias is reported at its anchor, or not at all.
        if root.pointer(pointer).is_some_and(|node| matches!(node.value, Value::Alias(_))) {
            continue;
        }
        translate(format, root, pointer, error.kind(), &mut found);
    }
    found.order_by(|a, b| (a.span, &a.pointer).cmp(&(b.span, &b.pointer)));
    found
}

fn translate(
    format: &Format,
    root: &Node,
    pointer: &str,
    kind: &ValidationErrorKind,
    found: &mut Vec<Violation>,
) {
    let span = place(root, pointer);
    if let ValidationErrorKind::AdditionalProperties { unexpected } = kind {
        let known: Vec<_> = format.keys_at(pointer).map(|field| field.key).collect();
        for key in unexpected {
            let span = key_span(root, pointer, key).unwrap_or(span);
            let fault = Fault::Unknown { key: key.clone(), known: known.clone() };
            found.push(Violation { pointer: join(pointer, key), span, fault });
        }
        return;
    }
    if let ValidationErrorKind::PropertyNames { error } = kind {
        let key = error.instance().as_str().unwrap_or_default().to_owned();
        let span = key_span(root, pointer, &key).unwrap_or(span);
        let fault = Fault::KeyForm { fault: Box::new(fault(error.kind())), key: key.clone() };
        found.push(Violation { pointer: join(pointer, &key), span, fault });
        return;
    }
    // An absent key is shown at the key of the mapping that lacks it, and at the first line where
    // the mapping is the document.
    let span = match kind {
        ValidationErrorKind::Required { .. } => owner_span(root, pointer).unwrap_or(span),
        _ => span,
    };
    found.push(Violation { pointer: pointer.to_owned(), span, fault: fault(kind) });
}

fn fault(kind: &ValidationErrorKind) -> Fault {
    let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let number = |json: &Json| json.as_f64().unwrap_or_default() as i64;
    match kind {
        ValidationErrorKind::Required { property } => Fault::Missing { key: text(property) },
        ValidationErrorKind::Type { kind } => Fault::Type { expected: types(kind) },
        ValidationErrorKind::Enum { options } => Fault::NotOneOf {
            options: options.as_array().map(|all| all.iter().map(text).collect()).unwrap_or_default(),
        },
        ValidationErrorKind::Constant { expected_value } => {
            Fault::NotOneOf { options: vec![text(expected_value)] }
        }
        ValidationErrorKind::Pattern { .. } => Fault::Pattern,
        ValidationErrorKind::MaxLength { limit } => Fault::TooLong(*limit),
        ValidationErrorKind::MinLength { limit } => Fault::TooShort(*limit),
        ValidationErrorKind::MaxItems { limit } | ValidationErrorKind::MaxProperties { limit } => {
            Fault::TooMany(*limit)
        }
        ValidationErrorKind::MinItems { limit } | ValidationErrorKind::MinProperties { limit } => {
            Fault::TooFew(*limit)
        }
        ValidationErrorKind::Minimum { limit } | ValidationErrorKind::ExclusiveMinimum { limit } => {
            Fault::TooSmall(number(limit))
        }
        ValidationErrorKind::Maximum { limit } | ValidationErrorKind::ExclusiveMaximum { limit } => {
            Fault::TooLarge(number(limit))
        }
        other => Fault::Other(other.keyword().to_owned()),
    }
}

fn types(kind: &TypeKind) -> Vec<String> {
    match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(set) => set.iter().map(|one| one.to_string()).collect(),
    }
}

fn place(root: &Node, pointer: &str) -> Span {
    root.pointer(pointer).map_or(Span::at(root.span.start as usize), |node| node.span)
}

fn key_span(root: &Node, pointer: &str, key: &str) -> Option<Span> {
    let map = root.pointer(pointer)?.as_mapping()?;
    // A key that is a list or a mapping has no name to be found by.
    let nameless = || map.entries.iter().find(|entry| entry.name().is_none());
    Some(map.entry(key).or_else(nameless)?.key.span)
}

/// Where a mapping is shown when it lacks something: at its key, at the first key of a list's item, or at
/// the first key of the document.
fn owner_span(root: &Node, pointer: &str) -> Option<Span> {
    if let Some((parent, last)) = pointer.rsplit_once('/')
        && let Some(span) = key_span(root, parent, last)
    {
        return Some(span);
    }
    let node = root.pointer(pointer)?;
    match &node.value {
        Value::Mapping(map) => map.entries.first().map(|entry| entry.key.span),
        _ => Some(node.span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded;
    use crate::source::SourceFile;
    use proptest::prelude::*;

    /// A rule with a value for each type of the format.
    const RULE: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: N\ndescription: D\nseverity: High\n\
        requiredDataConnectors:\n  - connectorId: MicrosoftThreatProtection\n    dataTypes:\n      - DeviceEvents\n\
        queryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\ntactics:\n  - Execution\n\
        relevantTechniques:\n  - T1059\n  - T1059.001\nquery: DeviceEvents\nentityMappings:\n  - entityType: Host\n    \
        fieldMappings:\n      - identifier: FullName\n        columnName: DeviceName\ncustomDetails:\n  Device: DeviceName\n\
        alertDetailsOverride:\n  alertDisplayNameFormat: A {{DeviceName}}\neventGroupingSettings:\n  aggregationKind: \
        SingleAlert\nincidentConfiguration:\n  createIncident: true\n  groupingConfiguration:\n    enabled: false\n    \
        reopenClosedIncident: false\n    lookbackDuration: 5h\n    matchingMethod: AllEntities\nversion: 1.0.0\n\
        kind: Scheduled\n";

    const PIECES: &[&str] = &[
        "x",
        "0",
        "1.0",
        "-1",
        "true",
        "null",
        "~",
        "T1",
        "\n",
        " ",
        "  - ",
        "[]",
        "{}",
        "''",
        "é",
        "kind: NRT\n",
        "tactics: []\n",
        "_",
        ".",
        "5d",
        "&a ",
        "*a",
        "!!str ",
        "id: x\n",
        ": ",
    ];

    proptest! {
        #![proptest_config(seeded::cases(1000))]

        #[test]
        fn what_surely_fits_has_no_violation(text in seeded::damaged(vec![RULE.to_owned()], PIECES, 0..3, 24)) {
            let document = crate::yaml::parse(&SourceFile::new("a.yaml", text.as_str()));
            let Some(root) = document.root else { return Ok(()) };
            for kind in [Kind::ScheduledRule, Kind::NrtRule, Kind::HuntingQuery] {
                let Some(format) = Format::of(kind) else { continue };
                if surely_fits(format, &root) {
                    prop_assert_eq!(violations_of(format, &root), vec![], "{}", text);
                }
            }
        }
    }

    #[test]
    fn a_rule_with_every_type_surely_fits() {
        let document = crate::yaml::parse(&SourceFile::new("a.yaml", RULE));
        let format = Format::of(Kind::ScheduledRule).unwrap();
        let root = document.root.unwrap();
        assert_eq!(violations_of(format, &root), vec![]);
        assert!(surely_fits(format, &root));
    }
}
