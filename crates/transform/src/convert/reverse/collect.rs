//! Finds the rules and saved searches of a template, whatever the generation of the template.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::flat;
use super::json::Step;
use super::scope::{Scope, UNKNOWN, member};

/// A rule or a saved search, as it stands in a template.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: ResourceKind,
    /// The resource; in a nested template, as the template around it leaves it.
    pub(super) resource: Map<String, Value>,
    /// Where it stands in the file.
    pub(super) path: Vec<Step>,
    /// The name with those of the resources around it, as far as it is known.
    pub(super) name: String,
    pub(super) scope: Rc<Scope>,
    /// What the package around it says of it.
    pub(super) package: Package,
}

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResourceKind {
    /// An analytic rule that runs once it is deployed.
    Rule,
    /// An analytic rule of a package, which a user makes a rule of.
    RuleTemplate,
    /// A saved search.
    SavedSearch,
}

/// What stands beside a resource of a solution.
#[derive(Clone, Debug, Default)]
pub(super) struct Package {
    pub(super) content_id: Option<String>,
    pub(super) version: Option<String>,
    /// The name of the file that it was made from, without its extension.
    pub(super) file: Option<String>,
}

/// Azure runs no loop more often.
const MOST_COPIES: u64 = 800;

/// Templates inside templates inside templates.
const MAX_DEPTH: usize = 8;

/// What the walk has found.
#[derive(Default)]
pub(super) struct Collection {
    pub(super) found: Vec<Found>,
    /// Whether there were resources at all, of whatever type.
    pub(super) is_template: bool,
}

/// Where the walk is.
#[derive(Clone)]
struct Here {
    path: Vec<Step>,
    scope: Rc<Scope>,
    package: Package,
    parent_type: String,
    parent_name: String,
    depth: usize,
}

impl Here {
    fn below(&self, steps: &[Step]) -> Self {
        let mut here = self.clone();
        here.path.extend_from_slice(steps);
        here
    }

    fn text(&self, map: &Map<String, Value>, key: &str) -> Option<String> {
        let text = self.scope.name(member(map, key)?.as_str()?);
        (!text.trim().is_empty() && !text.contains(UNKNOWN)).then(|| text.trim().to_owned())
    }
}

/// Finds what can be found in a file: a template, or resources as the API and the portal give them out.
pub(super) fn collect(root: &Value) -> Collection {
    let mut collection = Collection::default();
    let here = Here {
        path: Vec::new(),
        scope: Rc::default(),
        package: Package::default(),
        parent_type: String::new(),
        parent_name: String::new(),
        depth: 0,
    };
    match root {
        Value::Object(map) => {
            let schema = member(map, "$schema").and_then(Value::as_str).unwrap_or_default();
            collection.is_template = schema.to_ascii_lowercase().contains("deploymenttemplate.json");
            let list = member(map, "value").filter(|value| value.is_array());
            if member(map, "resources").is_some() && member(map, "type").is_none() {
                collection.template(map, Map::new(), here);
            } else if let Some(list) = list {
                collection.resources(list, &here.below(&[key_of(map, "value")]));
            } else if let Some(listed) = flat::of_module(map) {
                collection.is_template = true;
                for (key, at, resource) in listed {
                    collection.resource(&resource, &here.below(&[Step::Key(key), Step::Item(at)]));
                }
            } else {
                collection.resource(map, &here);
            }
        }
        Value::Array(_) => collection.resources(root, &here),
        _ => {}
    }
    collection
}

impl Collection {
    fn template(&mut self, template: &Map<String, Value>, given: Map<String, Value>, mut here: Here) {
        here.depth += 1;
        here.parent_type.clear();
        here.parent_name.clear();
        here.scope = Rc::new(Scope::of(template, given));
        if let Some(resources) = member(template, "resources").filter(|_| here.depth <= MAX_DEPTH) {
            self.resources(resources, &here.below(&[key_of(template, "resources")]));
        }
    }

    /// A list of resources, or resources by symbolic names.
    fn resources(&mut self, resources: &Value, here: &Here) {
        let each: Vec<(Step, &Map<String, Value>)> = match resources {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .filter_map(|(i, item)| Some((Step::Item(i), item.as_object()?)))
                .collect(),
            // A single resource in place of a list of one went through PowerShell.
            Value::Object(map) if member(map, "type").is_some_and(Value::is_string) => {
                return self.resource(map, here);
            }
            Value::Object(map) => map
                .iter()
                .filter_map(|(key, item)| Some((Step::Key(key.clone()), item.as_object()?)))
                .collect(),
            _ => return,
        };
        let metadata: Vec<Metadata> = each.iter().filter_map(|(_, map)| Metadata::read(map, here)).collect();
        let rest = each.len() - metadata.len();
        for (step, resource) in each {
            let mut here = here.below(&[step]);
            let name = here.text(resource, "name").unwrap_or_default();
            // In a package each item has its metadata beside it; elsewhere the metadata names the item.
            let own = match metadata.as_slice() {
                [only] if rest == 1 => Some(only),
                several => several.iter().find(|metadata| metadata.is_of(last_part(&name))),
            };
            if let Some(metadata) = own {
                here.package.content_id = metadata.content_id.clone().or(here.package.content_id);
                here.package.version = metadata.version.clone().or(here.package.version);
            }
            self.copies(resource, &here);
        }
    }

    /// A resource, or as many as its loop makes of it.
    fn copies(&mut self, resource: &Map<String, Value>, here: &Here) {
        let Some(copy) = member(resource, "copy").and_then(Value::as_object) else {
            return self.resource(resource, here);
        };
        let count = member(copy, "count").map(|count| here.scope.value(count, &mut Vec::new()));
        let Some(count) = count.as_ref().and_then(Value::as_u64).filter(|count| *count <= MOST_COPIES) else {
            return self.resource(resource, here);
        };
        let name = here.text(copy, "name").unwrap_or_default();
        for index in 0..count as usize {
            let scope = Rc::new(here.scope.within(&name, index));
            self.resource(resource, &Here { scope, ..here.clone() });
        }
    }

    fn resource(&mut self, resource: &Map<String, Value>, here: &Here) {
        let stated = member(resource, "type").and_then(Value::as_str);
        let inferred = || flat::type_of(resource).filter(|_| here.parent_type.is_empty());
        let Some(own_type) = stated.or_else(inferred) else { return };
        self.is_template |= own_type.contains('/');
        let own_name = member(resource, "name").and_then(Value::as_str).map(|name| here.scope.name(name));
        let is_child = !here.parent_type.is_empty() && !own_type.contains('.');
        let join =
            |parent: &str, own: &str| if is_child { format!("{parent}/{own}") } else { own.to_owned() };
        let full_type = join(&here.parent_type, own_type).to_ascii_lowercase();
        let name = join(&here.parent_name, own_name.as_deref().unwrap_or(UNKNOWN));
        let properties = member(resource, "properties").and_then(Value::as_object);
        if let Some(kind) = kind_of(&full_type) {
            self.found.push(Found {
                kind,
                resource: flat::with_properties(resource).unwrap_or_else(|| resource.clone()),
                path: here.path.clone(),
                name: name.clone(),
                scope: Rc::clone(&here.scope),
                package: here.package.clone(),
            });
        }
        if let Some(properties) = properties {
            self.nested(&full_type, properties, here);
        }
        if let Some(children) = member(resource, "resources") {
            let mut below = here.below(&[key_of(resource, "resources")]);
            (below.parent_type, below.parent_name) = (full_type, name);
            below.depth += 1;
            if below.depth <= MAX_DEPTH {
                self.resources(children, &below);
            }
        }
    }

    /// The template that a resource holds.
    fn nested(&mut self, full_type: &str, properties: &Map<String, Value>, here: &Here) {
        let key = match full_type.rsplit('/').next() {
            Some("contenttemplates" | "contentproducttemplates") => "mainTemplate",
            Some("versions") if full_type.contains("templatespecs") => {
                if member(properties, "mainTemplate").is_some() { "mainTemplate" } else { "template" }
            }
            Some("deployments") => "template",
            _ => return,
        };
        let Some(template) = member(properties, key).filter(|_| here.depth <= MAX_DEPTH) else { return };
        let mut below = here.below(&[Step::Key("properties".into()), key_of(properties, key)]);
        if key == "mainTemplate" || full_type.contains("templatespecs") {
            below.package = Package {
                content_id: here.text(properties, "contentId"),
                version: here.text(properties, "version"),
                file: here.text(properties, "description").as_deref().and_then(file_name),
            };
        }
        let mut given = Map::new();
        let parameters = member(properties, "parameters").and_then(Value::as_object);
        for (name, parameter) in parameters.into_iter().flatten() {
            if let Some(value) = parameter.as_object().and_then(|parameter| member(parameter, "value")) {
                given.insert(name.clone(), here.scope.value(value, &mut Vec::new()));
            }
        }
        let inner = member(properties, "expressionEvaluationOptions")
            .and_then(Value::as_object)
            .and_then(|options| member(options, "scope"))
            .and_then(Value::as_str)
            .is_some_and(|scope| scope.eq_ignore_ascii_case("inner"));
        // The template around it works out its expressions first, except where it says otherwise.
        let template = if inner { template.clone() } else { here.scope.value(template, &mut Vec::new()) };
        if let Value::Object(template) = &template {
            self.template(template, given, below);
        }
    }
}

/// What a type, in lower case, makes of a resource.
fn kind_of(full_type: &str) -> Option<ResourceKind> {
    let sentinel = full_type.contains("microsoft.securityinsights")
        || full_type.contains("microsoft.operationalinsights/workspaces/providers");
    match full_type.rsplit('/').next()? {
        "alertrules" if sentinel => Some(ResourceKind::Rule),
        "alertruletemplates" if sentinel => Some(ResourceKind::RuleTemplate),
        "savedsearches" if full_type.contains("microsoft.operationalinsights") => {
            Some(ResourceKind::SavedSearch)
        }
        _ => None,
    }
}

/// What a metadata resource says of the resource beside it.
struct Metadata {
    content_id: Option<String>,
    version: Option<String>,
    parent: Option<String>,
}

impl Metadata {
    fn read(resource: &Map<String, Value>, here: &Here) -> Option<Self> {
        let resource_type = member(resource, "type")?.as_str()?.to_ascii_lowercase();
        let properties = member(resource, "properties")?.as_object()?;
        // A solution has metadata of its own, which say nothing of the items in it.
        let kind = here.text(properties, "kind").unwrap_or_default().to_ascii_lowercase();
        let of_item = kind.is_empty() || kind.starts_with("analyticsrule") || kind == "huntingquery";
        let is_metadata = resource_type == "metadata" || resource_type.ends_with("/metadata");
        (is_metadata && of_item).then(|| Self {
            content_id: here.text(properties, "contentId"),
            version: here.text(properties, "version"),
            parent: here.text(properties, "parentId"),
        })
    }

    fn is_of(&self, name: &str) -> bool {
        let named =
            |id: &Option<String>| id.as_deref().is_some_and(|id| last_part(id).eq_ignore_ascii_case(name));
        !name.is_empty() && (named(&self.parent) || named(&self.content_id))
    }
}

/// What follows the last slash.
pub(super) fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The name of the file that an item of a solution was made from: packaging puts it into the description.
fn file_name(description: &str) -> Option<String> {
    let (file, _) = [" Analytics Rule with template", " Hunting Query with template"]
        .iter()
        .find_map(|words| description.split_once(words))?;
    let file = ["_AnalyticalRules", "_HuntingQueries"].iter().find_map(|end| file.strip_suffix(end))?;
    (!file.is_empty()).then(|| file.to_owned())
}

fn key_of(map: &Map<String, Value>, key: &str) -> Step {
    let spelt = map.contains_key(key).then_some(key);
    let spelt = spelt.or_else(|| map.keys().find(|name| name.eq_ignore_ascii_case(key)).map(String::as_str));
    Step::Key(spelt.unwrap_or(key).to_owned())
}
