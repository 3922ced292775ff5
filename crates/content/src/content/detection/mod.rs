//! Custom detections of Defender: which of five forms a document has, and where the detections in it stand.
//!
//! A file holds one detection, or many: a list answer of Graph, or the resources of a template. Whatever the form, a
//! detection is a mapping with the members of Graph's `detectionRule`.

pub mod continuous;
pub mod driving;
pub mod shape;

use super::model::Text;
use crate::knowledge::defender::PAGE;
use crate::yaml::pointer::join;
use crate::yaml::{Entry, Mapping, Node, Value};

/// How a file writes custom detections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// The body of a Graph request, or a list answer of Graph.
    Graph,
    /// The same with members that Graph had before; Sentinel-As-Code has it in YAML.
    GraphOld,
    /// A YAML file whose `kind` is `CustomDetection`.
    Yaml,
    /// A Bicep file with the extension `MicrosoftSecurity`.
    Bicep,
    /// An ARM template with the import `MicrosoftSecurity`.
    Arm,
}

impl Form {
    /// The name used on the command line and in every machine format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::GraphOld => "graph-old",
            Self::Yaml => "yaml",
            Self::Bicep => "bicep",
            Self::Arm => "arm",
        }
    }

    /// Whether it is deployed as a template, which lacks some members that Graph has.
    pub fn is_template(self) -> bool {
        matches!(self, Self::Bicep | Self::Arm)
    }
}

/// A detection of a file.
#[derive(Clone, Debug)]
pub struct Detection<'a> {
    /// The mapping with its members.
    pub body: &'a Node,
}

/// The members that the old shape has, with dots between them, each with its new name.
pub(crate) const OLD_MEMBERS: [(&str, &str); 6] = [
    ("isEnabled", "status"),
    ("schedule.period", "schedule.frequency"),
    ("detectionAction.alertTemplate.category", "tactics"),
    ("detectionAction.alertTemplate.mitreTechniques", "tactics"),
    ("detectionAction.alertTemplate.impactedAssets", "entityMappings"),
    ("detectionAction.responseActions", "automatedActions"),
];

/// The type of the resource, whose version follows after `@`.
pub(crate) const RESOURCE_TYPE: &str = "Microsoft.Security/detectionRules";

/// Templates in templates are read so deeply.
const DEEPEST: usize = 4;

impl<'a> Detection<'a> {
    /// The value at a path with dots between the members.
    pub fn at(&self, path: &str) -> Option<&'a Node> {
        path.split('.').try_fold(self.body, |node, member| node.get(member))
    }

    /// The entry at such a path.
    pub fn entry(&self, path: &str) -> Option<&'a Entry> {
        match path.rsplit_once('.') {
            Some((parent, member)) => self.at(parent)?.entry(member),
            None => self.body.entry(path),
        }
    }

    /// The text at such a path.
    pub fn text(&self, path: &str) -> Option<Text<'a>> {
        Text::of(self.at(path)?)
    }

    /// The id.
    pub fn id(&self) -> Option<Text<'a>> {
        self.text("id")
    }

    /// The display name.
    pub fn name(&self) -> Option<Text<'a>> {
        self.text("displayName")
    }

    /// A member of the alert's template.
    pub fn alert(&self, member: &str) -> Option<&'a Node> {
        self.at("detectionAction.alertTemplate")?.get(member)
    }

    /// The tactics that the alert states, in either shape.
    pub fn tactics(&self) -> impl Iterator<Item = &'a str> {
        let stated = nodes(self.alert("tactics")).iter().filter_map(|item| item.get("tactic")?.as_str());
        stated.chain(self.alert("category").and_then(Node::as_str))
    }

    /// The techniques and sub-techniques that the alert states, each with its tactic, in either shape.
    pub fn techniques(&self) -> Vec<(&'a str, Text<'a>)> {
        let mut found = Vec::new();
        for item in nodes(self.alert("tactics")) {
            let tactic = item.get("tactic").and_then(Node::as_str).unwrap_or_default();
            for technique in nodes(item.get("techniques")) {
                let texts =
                    technique.get("technique").into_iter().chain(nodes(technique.get("subTechniques")));
                found.extend(texts.filter_map(Text::of).map(|text| (tactic, text)));
            }
        }
        let category = self.alert("category").and_then(Node::as_str).unwrap_or_default();
        let old = nodes(self.alert("mitreTechniques")).iter().filter_map(Text::of);
        found.extend(old.map(|text| (category, text)));
        found
    }

    /// The query.
    pub fn query(&self) -> Option<Text<'a>> {
        self.text("queryCondition.queryText")
    }

    /// The frequency, in the new shape.
    pub fn frequency(&self) -> Option<Text<'a>> {
        self.text("schedule.frequency")
    }

    /// The members of the old shape that it has.
    pub fn old_members(&self) -> impl Iterator<Item = (&'static str, &'static str, &'a Entry)> {
        OLD_MEMBERS.into_iter().filter_map(|(old, new)| Some((old, new, self.entry(old)?)))
    }

    /// The mappings of entities: the entry of each collection, with its items that are mappings.
    pub fn mappings(&self) -> impl Iterator<Item = (&'a Entry, Vec<&'a Mapping>)> {
        let collections = self.alert("entityMappings").and_then(Node::as_mapping);
        let entries = collections.map(|map| map.entries.as_slice()).unwrap_or_default();
        entries.iter().map(|entry| (entry, items(&entry.value)))
    }

    /// The custom details: each name with its column.
    pub fn details(&self) -> impl Iterator<Item = &'a Entry> {
        let details = self.alert("customDetails").and_then(Node::as_mapping);
        details.map(|map| map.entries.as_slice()).unwrap_or_default().iter()
    }

    /// The automated actions: the entry of each list, with its items that are mappings.
    pub fn actions(&self) -> impl Iterator<Item = (&'a Entry, Vec<&'a Mapping>)> {
        let lists = self.at("detectionAction.automatedActions").and_then(Node::as_mapping);
        let entries = lists.map(|map| map.entries.as_slice()).unwrap_or_default();
        entries.iter().map(|entry| (entry, items(&entry.value)))
    }

    /// Whether it would run as it stands: its status is not `disabled`.
    pub fn is_enabled(&self) -> bool {
        match (self.text("status"), self.text("isEnabled")) {
            (Some(status), _) => status.value == "enabled",
            (None, Some(enabled)) => enabled.value.eq_ignore_ascii_case("true"),
            (None, None) => false,
        }
    }
}

/// The items of a list that are mappings.
fn items(node: &Node) -> Vec<&Mapping> {
    let list = node.as_sequence().map(|list| list.items.as_slice()).unwrap_or_default();
    list.iter().filter_map(Node::as_mapping).collect()
}

/// The columns that a mapping of an entity or an action names: each member with its value.
pub fn columns(mapping: &Mapping) -> impl Iterator<Item = (&Entry, Text<'_>)> {
    let named =
        mapping.entries.iter().filter(|entry| entry.name().is_some_and(|name| name.ends_with("Column")));
    named.filter_map(|entry| Some((entry, Text::of(&entry.value)?)))
}

/// The form of a document that holds custom detections; `None` for any other. Bicep is read as a template.
pub(crate) fn form(root: &Node) -> Option<Form> {
    let map = root.as_mapping()?;
    let kind = map.get("kind").and_then(Node::as_str).unwrap_or_default();
    if kind.eq_ignore_ascii_case("CustomDetection") {
        return Some(Form::Yaml);
    }
    if is_resource(map) || map.get("resources").is_some_and(has_resource) {
        return Some(Form::Arm);
    }
    if is_body(map) {
        let body = Detection { body: root };
        let old = body.old_members().next().is_some();
        return Some(if old { Form::GraphOld } else { Form::Graph });
    }
    let list = map.get("value").and_then(Node::as_sequence)?;
    let bodies = || list.items.iter().filter(|item| item.as_mapping().is_some_and(is_body));
    bodies().next()?;
    let old = |body| Detection { body }.old_members().next().is_some();
    Some(if bodies().any(old) { Form::GraphOld } else { Form::Graph })
}

/// Whether a mapping has the members of a detection.
fn is_body(map: &Mapping) -> bool {
    map.get("queryCondition").is_some_and(|condition| condition.as_mapping().is_some())
        || map.get("detectionAction").is_some_and(|action| action.get("alertTemplate").is_some())
}

fn is_resource(map: &Mapping) -> bool {
    is_type(map.get("type").and_then(Node::as_str).unwrap_or_default())
}

/// Whether a resource type, with its version or without one, is that of custom detections.
pub(crate) fn is_type(kind: &str) -> bool {
    let name = kind.split_once('@').map_or(kind, |(name, _)| name);
    name.eq_ignore_ascii_case(RESOURCE_TYPE)
}

fn has_resource(list: &Node) -> bool {
    let mut found = Vec::new();
    resources(list, "", 0, &mut found);
    !found.is_empty()
}

/// The resources that are detections, each with its place; those of templates in templates too, as packages nest them.
fn resources<'a>(list: &'a Node, pointer: &str, depth: usize, found: &mut Vec<(&'a Mapping, String)>) {
    let items: Vec<(String, &Node)> = match &list.value {
        Value::Mapping(map) => map
            .entries
            .iter()
            .map(|entry| (entry.name().unwrap_or_default().to_owned(), &entry.value))
            .collect(),
        Value::Sequence(list) => {
            list.items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };
    for (step, item) in items {
        let Some(map) = item.as_mapping() else { continue };
        let pointer = join(pointer, &step);
        if is_resource(map) {
            found.push((map, pointer));
            continue;
        }
        let nested = map.get("properties").and_then(|node| node.get("template")?.get("resources"));
        if let Some(nested) = nested.filter(|_| depth < DEEPEST) {
            resources(nested, &format!("{pointer}/properties/template/resources"), depth + 1, found);
        }
    }
}

/// The items of a list; none where there is no list.
fn nodes(node: Option<&Node>) -> &[Node] {
    node.and_then(Node::as_sequence).map(|list| list.items.as_slice()).unwrap_or_default()
}

/// The detections of a document, in its order. Those without a body are left out.
pub(crate) fn detections(root: &Node) -> Vec<Detection<'_>> {
    let Some(map) = root.as_mapping() else { return Vec::new() };
    let below =
        |map: &'_ Mapping, pointer: &str| map.get("properties").map(|_| format!("{pointer}/properties"));
    let places: Vec<String> = match form(root) {
        None => Vec::new(),
        Some(Form::Yaml) => below(map, "").into_iter().collect(),
        Some(Form::Arm | Form::Bicep) if is_resource(map) => below(map, "").into_iter().collect(),
        Some(Form::Arm | Form::Bicep) => {
            let mut found = Vec::new();
            if let Some(list) = map.get("resources") {
                resources(list, "/resources", 0, &mut found);
            }
            found.into_iter().filter_map(|(map, pointer)| below(map, &pointer)).collect()
        }
        Some(Form::Graph | Form::GraphOld) if is_body(map) => vec![String::new()],
        Some(Form::Graph | Form::GraphOld) => {
            let list = map.get("value").and_then(Node::as_sequence);
            (0..list.map_or(0, |list| list.items.len())).map(|at| format!("/value/{at}")).collect()
        }
    };
    places.into_iter().filter_map(|pointer| Some(Detection { body: root.pointer(&pointer)? })).collect()
}

/// Whether a list answer is as long as a page, so that more rules may follow on the next one.
pub fn is_full_page(root: &Node) -> bool {
    let list = root.get("value").and_then(Node::as_sequence);
    list.is_some_and(|list| list.items.len() >= PAGE)
}

/// Whether a text of JSON or Bicep may hold custom detections: told fast, before it is read.
pub fn may_hold(bytes: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    has("queryCondition") || has("alertTemplate") || has("detectionRules")
}

/// Whether a name is that of a file which is only read for the custom detections in it.
pub fn is_detection_file(path: &str) -> bool {
    super::extension(path)
        .is_some_and(|ext| ext.eq_ignore_ascii_case("json") || ext.eq_ignore_ascii_case("bicep"))
}
