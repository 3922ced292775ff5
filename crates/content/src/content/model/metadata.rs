//! What a template says of itself to readers of the repository: `metadata` and `tags`.

use super::{List, Text, field, text};
use crate::yaml::{Mapping, Node, Value};

/// `metadata`.
#[derive(Clone, Debug, Default)]
pub struct Metadata<'a> {
    /// `source`: who publishes the content.
    pub source: Source<'a>,
    /// `author`: who wrote it.
    pub author: Contact<'a>,
    /// `support`: who answers questions about it.
    pub support: Contact<'a>,
    /// `tier` of `support`.
    pub support_tier: Option<Text<'a>>,
    /// `domains` of `categories`.
    pub domains: List<'a>,
    /// `verticals` of `categories`.
    pub verticals: List<'a>,
}

/// Who publishes content.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'a> {
    /// `Community` or `Microsoft`.
    pub kind: Option<Text<'a>>,
    /// The name.
    pub name: Option<Text<'a>>,
}

/// Somebody to write to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Contact<'a> {
    /// The name.
    pub name: Option<Text<'a>>,
    /// The address.
    pub email: Option<Text<'a>>,
    /// A page.
    pub link: Option<Text<'a>>,
}

/// An item of `tags`.
#[derive(Clone, Copy, Debug)]
pub enum Tag<'a> {
    /// A word.
    Word(Text<'a>),
    /// Keys with values, such as `Schema: ASimProcessEvent`.
    Pairs(&'a Mapping),
}

impl<'a> Metadata<'a> {
    /// What stands under `metadata`; `None` where it is absent or no mapping.
    pub(crate) fn read(root: &'a Mapping) -> Option<Self> {
        let map = field(root, "metadata")?.node().as_mapping()?;
        let below = |key: &str| field(map, key).and_then(|field| field.node().as_mapping());
        let (source, support, categories) = (below("source"), below("support"), below("categories"));
        let list = |key: &str| categories.map(|map| List::read(map, key)).unwrap_or_default();
        Some(Self {
            source: source
                .map(|map| Source { kind: text(map, "kind"), name: text(map, "name") })
                .unwrap_or_default(),
            author: below("author").map(Contact::read).unwrap_or_default(),
            support: support.map(Contact::read).unwrap_or_default(),
            support_tier: support.and_then(|map| text(map, "tier")),
            domains: list("domains"),
            verticals: list("verticals"),
        })
    }
}

impl<'a> Contact<'a> {
    fn read(map: &'a Mapping) -> Self {
        Self { name: text(map, "name"), email: text(map, "email"), link: text(map, "link") }
    }
}

impl<'a> Tag<'a> {
    /// The tags of a template; nulls and lists among them are left out.
    pub(crate) fn read(root: &'a Mapping) -> Vec<Self> {
        let list = field(root, "tags").and_then(|field| field.node().as_sequence());
        let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
        let tag = |item: &'a Node| match &item.value {
            Value::Mapping(map) => Some(Self::Pairs(map)),
            _ => Text::of(item).map(Self::Word),
        };
        items.iter().filter_map(tag).collect()
    }
}
