//! The typed, spanned models of a template: every value keeps the node it was read from.
//!
//! Reading is tolerant, because published content is: a scalar stands for a list of one, keys are found
//! whatever their case, `null` is absence. What is wrong about such shapes is for the rules to say.

#![allow(dead_code, reason = "the models hold every key of the format, whether or not a rule asks for it")]

use super::duration::Duration;
use super::kind::Kind;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, Scalar, ScalarType, Value};

mod alerting;
mod metadata;
#[cfg(test)]
mod tests;

pub use alerting::{AlertOverride, Alerting, Grouping};
pub use metadata::{Metadata, Tag};

/// A scalar that is not null.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The decoded text.
    pub value: &'a str,
    /// Where it stands.
    pub node: &'a Node,
}

impl<'a> Text<'a> {
    /// The scalar of a node; `None` for null, lists and mappings.
    pub fn of(node: &'a Node) -> Option<Self> {
        node.as_str().map(|value| Self { value, node })
    }

    /// Its place in the file.
    pub fn span(&self) -> Span {
        self.node.span
    }
}

/// A key with its value as they stand in the file.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// The key as it is written.
    pub key: &'a str,
}

impl<'a> Field<'a> {
    /// The value.
    pub fn node(&self) -> &'a Node {
        &self.entry.value
    }

    /// The value as text.
    pub fn text(&self) -> Option<Text<'a>> {
        Text::of(&self.entry.value)
    }
}

/// Finds a key: spelt exactly so, or else in another case.
pub fn field<'a>(map: &'a Mapping, key: &str) -> Option<Field<'a>> {
    let mut in_other_case = None;
    for entry in &map.entries {
        let Value::Scalar(Scalar { text: name, .. }) = &entry.key.value else { continue };
        // Most keys are not there, and most others differ in length.
        if name.len() != key.len() {
            continue;
        }
        let is_same = name == key;
        let is_near = is_same || (in_other_case.is_none() && name.eq_ignore_ascii_case(key));
        if is_near && !entry.key.is_null() {
            let field = Field { entry, key: name };
            if is_same {
                return Some(field);
            }
            in_other_case = Some(field);
        }
    }
    in_other_case
}

fn text<'a>(map: &'a Mapping, key: &str) -> Option<Text<'a>> {
    field(map, key)?.text()
}

/// A value that should be a list of texts.
#[derive(Clone, Debug, Default)]
pub struct List<'a> {
    /// The entry, where the key is there.
    pub field: Option<Field<'a>>,
    /// The texts; a scalar in place of the list is its only element. Nulls are left out.
    pub items: Vec<Text<'a>>,
}

impl<'a> List<'a> {
    /// The list that stands under a key.
    pub fn read(map: &'a Mapping, key: &str) -> Self {
        let Some(field) = field(map, key) else { return Self::default() };
        let items = match &field.node().value {
            Value::Sequence(sequence) => sequence.items.iter().filter_map(Text::of).collect(),
            Value::Scalar(_) => Text::of(field.node()).into_iter().collect(),
            _ => Vec::new(),
        };
        Self { field: Some(field), items }
    }

    /// The texts alone.
    pub fn values(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.items.iter().map(|item| item.value)
    }
}

/// An item of `requiredDataConnectors`.
#[derive(Clone, Debug)]
pub struct Connector<'a> {
    /// The item.
    pub node: &'a Node,
    /// The connector's id.
    pub id: Option<Text<'a>>,
    /// The tables or parser functions that the query takes from it.
    pub data_types: List<'a>,
}

/// An item of `entityMappings`.
#[derive(Clone, Debug)]
pub struct EntityMapping<'a> {
    /// The item.
    pub node: &'a Node,
    /// The entity type.
    pub entity_type: Option<Text<'a>>,
    /// The identifiers with the columns that fill them.
    pub fields: Vec<FieldMapping<'a>>,
}

/// An item of `fieldMappings`.
#[derive(Clone, Copy, Debug)]
pub struct FieldMapping<'a> {
    /// The item.
    pub node: &'a Node,
    /// The identifier of the entity.
    pub identifier: Option<Text<'a>>,
    /// The column of the query's result.
    pub column: Option<Text<'a>>,
}

/// An item of `sentinelEntitiesMappings`.
#[derive(Clone, Copy, Debug)]
pub struct SentinelEntity<'a> {
    /// The item.
    pub node: &'a Node,
    /// The column of the query's result.
    pub column: Option<Text<'a>>,
}

/// A duration as it is written, and as it is understood.
#[derive(Clone, Debug)]
pub struct TimeSpan<'a> {
    /// The text.
    pub text: Text<'a>,
    /// What it says; `None` where it says nothing that anybody understands.
    pub value: Option<Duration>,
}

impl<'a> TimeSpan<'a> {
    /// The duration that stands under a key.
    pub(crate) fn read(map: &'a Mapping, key: &str) -> Option<Self> {
        let text = text(map, key)?;
        Some(Self { text, value: Duration::parse(text.value) })
    }

    /// The length in seconds.
    pub fn seconds(&self) -> Option<u64> {
        self.value.as_ref().map(|value| value.seconds)
    }
}

/// What hunting queries and analytic rules have in common.
#[derive(Clone, Debug)]
pub struct Common<'a> {
    /// The kind.
    pub kind: Kind,
    /// The document's root mapping.
    pub root: &'a Mapping,
    /// The node of the root mapping.
    pub node: &'a Node,
    /// The GUID.
    pub id: Option<Text<'a>>,
    /// The display name.
    pub name: Option<Text<'a>>,
    /// The description.
    pub description: Option<Text<'a>>,
    /// `description-detailed`.
    pub detailed_description: Option<Text<'a>>,
    /// The version.
    pub version: Option<Text<'a>>,
    /// The severity; hunting queries have it now and then.
    pub severity: Option<Text<'a>>,
    /// The required data connectors; items that are not mappings are left out.
    pub connectors: Vec<Connector<'a>>,
    /// The tactics.
    pub tactics: List<'a>,
    /// The techniques and sub-techniques.
    pub techniques: List<'a>,
    /// The query.
    pub query: Option<Text<'a>>,
    /// The entity mappings; items that are not mappings are left out.
    pub entity_mappings: Vec<EntityMapping<'a>>,
    /// `sentinelEntitiesMappings`; items that are not mappings are left out.
    pub sentinel_entities: Vec<SentinelEntity<'a>>,
    /// The custom details: name and column.
    pub custom_details: Vec<(Text<'a>, Option<Text<'a>>)>,
    /// The tags.
    pub tags: Vec<Tag<'a>>,
    /// `metadata`, where it is a mapping.
    pub metadata: Option<Metadata<'a>>,
}

/// When a scheduled rule runs and when it alerts.
#[derive(Clone, Debug)]
pub struct Schedule<'a> {
    /// `queryFrequency`.
    pub frequency: Option<TimeSpan<'a>>,
    /// `queryPeriod`.
    pub period: Option<TimeSpan<'a>>,
    /// `triggerOperator`.
    pub operator: Option<Text<'a>>,
    /// `triggerThreshold`.
    pub threshold: Option<Text<'a>>,
}

impl<'a> Schedule<'a> {
    /// The durations that are there, with their keys.
    pub fn durations(&self) -> impl Iterator<Item = (&'static str, &TimeSpan<'a>)> {
        let spans = [("queryFrequency", &self.frequency), ("queryPeriod", &self.period)];
        spans.into_iter().filter_map(|(key, span)| Some((key, span.as_ref()?)))
    }

    /// The texts of frequency and period with their lengths; `None` unless `length` understands both.
    pub fn lengths(&self, length: impl Fn(&TimeSpan<'a>) -> Option<u64>) -> Option<[(Text<'a>, u64); 2]> {
        let read = |span: &Option<TimeSpan<'a>>| {
            let span = span.as_ref()?;
            Some((span.text, length(span)?))
        };
        Some([read(&self.frequency)?, read(&self.period)?])
    }
}

/// A hunting query.
#[derive(Clone, Debug)]
pub struct HuntingQuery<'a> {
    /// What every template has.
    pub common: Common<'a>,
}

/// A scheduled analytic rule.
#[derive(Clone, Debug)]
pub struct ScheduledRule<'a> {
    /// What every template has.
    pub common: Common<'a>,
    /// What every rule has.
    pub alerting: Alerting<'a>,
    /// When it runs.
    pub schedule: Schedule<'a>,
}

/// A near-real-time analytic rule.
#[derive(Clone, Debug)]
pub struct NrtRule<'a> {
    /// What every template has.
    pub common: Common<'a>,
    /// What every rule has.
    pub alerting: Alerting<'a>,
}

/// A template of one of the kinds that sentlint knows in full.
#[derive(Clone, Debug)]
pub enum Template<'a> {
    /// A hunting query.
    HuntingQuery(HuntingQuery<'a>),
    /// A scheduled analytic rule.
    ScheduledRule(ScheduledRule<'a>),
    /// A near-real-time analytic rule.
    NrtRule(NrtRule<'a>),
}

impl<'a> Template<'a> {
    /// Reads a document of a kind; `None` for the kinds that have no model, and for roots that are not mapping.
    pub fn read(root: &'a Node, kind: Kind) -> Option<Self> {
        let map = root.as_mapping()?;
        let common = || read_common(root, map, kind);
        Some(match kind {
            Kind::HuntingQuery => Self::HuntingQuery(HuntingQuery { common: common() }),
            Kind::ScheduledRule => Self::ScheduledRule(ScheduledRule {
                common: common(),
                alerting: Alerting::read(map),
                schedule: read_schedule(map),
            }),
            Kind::NrtRule => Self::NrtRule(NrtRule { common: common(), alerting: Alerting::read(map) }),
            _ => return None,
        })
    }

    /// What every template has.
    pub fn common(&self) -> &Common<'a> {
        match self {
            Self::HuntingQuery(query) => &query.common,
            Self::ScheduledRule(rule) => &rule.common,
            Self::NrtRule(rule) => &rule.common,
        }
    }

    /// What analytic rules have.
    pub fn alerting(&self) -> Option<&Alerting<'a>> {
        match self {
            Self::HuntingQuery(_) => None,
            Self::ScheduledRule(rule) => Some(&rule.alerting),
            Self::NrtRule(rule) => Some(&rule.alerting),
        }
    }

    /// What scheduled rules have.
    pub fn schedule(&self) -> Option<&Schedule<'a>> {
        match self {
            Self::ScheduledRule(rule) => Some(&rule.schedule),
            _ => None,
        }
    }
}

fn read_common<'a>(node: &'a Node, root: &'a Mapping, kind: Kind) -> Common<'a> {
    Common {
        kind,
        root,
        node,
        id: text(root, "id"),
        name: text(root, "name"),
        description: text(root, "description"),
        detailed_description: text(root, "description-detailed"),
        version: text(root, "version"),
        severity: text(root, "severity"),
        connectors: read_connectors(root),
        tactics: List::read(root, "tactics"),
        techniques: List::read(root, "relevantTechniques"),
        query: text(root, "query"),
        entity_mappings: read_entity_mappings(root),
        sentinel_entities: mappings(root, "sentinelEntitiesMappings")
            .map(|(node, map)| SentinelEntity { node, column: text(map, "columnName") })
            .collect(),
        custom_details: read_custom_details(root),
        tags: Tag::read(root),
        metadata: Metadata::read(root),
    }
}

fn items<'a>(map: &'a Mapping, key: &str) -> impl Iterator<Item = (&'a Node, &'a Mapping)> {
    let node = field(map, key).map(|field| field.node());
    let items =
        node.and_then(Node::as_sequence).map(|sequence| sequence.items.as_slice()).unwrap_or_default();
    // One mapping in place of a list of one occurs in content that went through PowerShell.
    let single = node.filter(|node| node.as_mapping().is_some());
    items.iter().chain(single).filter_map(|item| Some((item, item.as_mapping()?)))
}

/// The items of a list that are mappings.
fn mappings<'a>(map: &'a Mapping, key: &str) -> impl Iterator<Item = (&'a Node, &'a Mapping)> {
    let list = field(map, key).and_then(|field| field.node().as_sequence());
    let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(|item| Some((item, item.as_mapping()?)))
}

fn read_connectors(root: &Mapping) -> Vec<Connector<'_>> {
    items(root, "requiredDataConnectors")
        .map(|(node, map)| Connector {
            node,
            id: text(map, "connectorId"),
            data_types: List::read(map, "dataTypes"),
        })
        .collect()
}

fn read_entity_mappings(root: &Mapping) -> Vec<EntityMapping<'_>> {
    items(root, "entityMappings")
        .map(|(node, map)| EntityMapping {
            node,
            entity_type: text(map, "entityType"),
            fields: items(map, "fieldMappings")
                .map(|(node, map)| FieldMapping {
                    node,
                    identifier: text(map, "identifier"),
                    column: text(map, "columnName"),
                })
                .collect(),
        })
        .collect()
}

fn read_custom_details(root: &Mapping) -> Vec<(Text<'_>, Option<Text<'_>>)> {
    let map = field(root, "customDetails").and_then(|field| field.node().as_mapping());
    let entries = map.map(|map| map.entries.as_slice()).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((Text::of(&entry.key)?, Text::of(&entry.value)))).collect()
}

/// The boolean that stands under a key; quoted ones count too, because upstream reads every scalar as text.
pub(crate) fn boolean(map: &Mapping, key: &str) -> Option<bool> {
    let node = field(map, key)?.node();
    let text = node.as_str()?;
    let plain = node.scalar_type() == Some(ScalarType::Bool);
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => plain.then_some(false),
    }
}

fn read_schedule(root: &Mapping) -> Schedule<'_> {
    Schedule {
        frequency: TimeSpan::read(root, "queryFrequency"),
        period: TimeSpan::read(root, "queryPeriod"),
        operator: text(root, "triggerOperator"),
        threshold: text(root, "triggerThreshold"),
    }
}
