//! From content to what is deployed. Knows the models and the facts, and no rule.

use crate::content::fields::{self, Resources};
use crate::content::{Content, Kind, Template};
use crate::diagnostic::Diagnostic;
use crate::kql::bind::Catalog;
use crate::source::Span;
use crate::workspace::View;
use crate::yaml::{Entry, Node};

mod arm;
mod bicep;
mod changes;
mod correct;
pub mod detection;
mod escape;
mod hunting;
pub mod layout;
pub mod notes;
mod ownership;
mod params;
pub mod promote;
mod renames;
pub mod reverse;
mod rule;
mod solution;
mod sums;
mod target;
mod values;
pub mod values_of_options;
mod windows;

use notes::refuse;

pub use arm::{Body, Resource, Template as ArmTemplate};
pub use bicep::bicep;
pub use notes::Refusal;
pub use ownership::ownership;
pub use params::Params;
pub use solution::{Facts as SolutionFacts, Item as SolutionItem, solution, to_item};
pub use sums::Ownership;
pub use target::Target;

/// What happens to a hunting query's description that is longer than the tag of a saved search takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongDescription {
    /// It is kept, with a note: the service refuses it, or the portal shows what it can.
    Keep,
    /// It is cut at a word, with an ellipsis.
    #[default]
    Truncate,
    /// The query is not converted.
    Error,
}

impl LongDescription {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Keep, Self::Truncate, Self::Error];

    /// The choice of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == name)
    }

    /// The name used on the command line and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Truncate => "truncate",
            Self::Error => "error",
        }
    }
}

/// How content is converted.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The API version of analytic rules; the newest preview when left out, because NRT rules and
    /// sub-techniques exist in preview versions only.
    pub api_version: Option<String>,
    /// Put before every display name.
    pub name_prefix: Option<String>,
    /// The severity of every rule, instead of its own.
    pub severity: Option<String>,
    /// Whether rules run once deployed, instead of what they say themselves.
    pub enabled: Option<bool>,
    /// Do not create incidents from alerts.
    pub no_incidents: bool,
    /// Link rules to the template that they were created from, and its version.
    pub with_template_link: bool,
    /// When scheduled rules run first: a time of RFC 3339 that ends in `Z`.
    pub start_at: Option<String>,
    /// What is laid over every template first.
    pub params: Params,
    /// See [`LongDescription`].
    pub long_description: LongDescription,
    /// The result becomes a template of a solution, which holds some things that deployed rules do not, and the
    /// other way round. It decides on what is said to be left out.
    pub for_solution: bool,
}

/// A finished conversion.
#[derive(Debug)]
pub struct Converted {
    /// The resource.
    pub resource: arm::Resource,
    /// What was left out or changed.
    pub notes: Vec<Diagnostic>,
}

/// A file that is ready to be converted.
#[derive(Debug)]
pub struct Prepared {
    /// The file with the parameters laid over it, and as it is meant where it is not written so.
    pub content: Content,
    /// What was corrected, each at its place in the file.
    pub changes: Vec<Diagnostic>,
}

/// Converts one file to the resource that it deploys, against the tables and functions that are built in.
pub fn to_resource(content: &Content, options: &Options) -> Result<Converted, Refusal> {
    let prepared = prepare(content, &options.params, &View::new(Vec::new()))?;
    prepared_to_resource(&prepared, options)
}

/// Converts a file that is ready.
pub fn prepared_to_resource(prepared: &Prepared, options: &Options) -> Result<Converted, Refusal> {
    let mut notes = prepared.changes_in(options.resources(prepared.content.kind));
    let resource = resource(&template(&prepared.content)?, options, &mut notes)?;
    notes::sort(&mut notes);
    Ok(Converted { resource, notes })
}

impl Options {
    /// What a kind of content becomes.
    pub fn resources(&self, kind: Kind) -> Resources {
        let linked = if self.with_template_link { Resources::LINKED_RULE } else { Resources::NONE };
        match (kind, self.for_solution) {
            (Kind::HuntingQuery, false) => Resources::SAVED_SEARCH,
            (Kind::HuntingQuery, true) => Resources::SEARCH_TEMPLATE,
            (_, false) => Resources::RULE.and(linked),
            (_, true) => Resources::RULE_TEMPLATE.and(linked),
        }
    }
}

impl Prepared {
    /// The changes of what these resources have. A version is reported wherever it is read otherwise, for it may be
    /// asked for later.
    fn changes_in(&self, resources: Resources) -> Vec<Diagnostic> {
        let Some(format) = fields::Format::of(self.content.kind) else { return self.changes.clone() };
        let root = self.content.root().and_then(Node::as_mapping);
        let entries = root.map(|root| root.entries.as_slice()).unwrap_or_default();
        let is_carried = |change: &&Diagnostic| {
            let within = |entry: &&Entry| {
                entry.key.span.contains(change.span) || entry.value.span.contains(change.span)
            };
            let key = entries.iter().find(within).and_then(|entry| entry.key.as_str());
            let field = key.and_then(|key| format.any_root(key));
            field.is_none_or(|field| field.resources.meets(resources) || field.key == "version")
        };
        self.changes.iter().filter(is_carried).cloned().collect()
    }
}

/// Makes a file ready: lays the parameters over it, and reads as meant what can only mean one thing. `catalog` has
/// the tables and functions that its query can name.
pub fn prepare(content: &Content, params: &Params, catalog: &dyn Catalog) -> Result<Prepared, Refusal> {
    let mut content = laid_over(content, params)?;
    let changes = correct::correct(&mut content, catalog);
    Ok(Prepared { content, changes })
}

/// The same without a correction, to see what others make of the file.
pub fn prepare_as_written(content: &Content, params: &Params) -> Result<Prepared, Refusal> {
    Ok(Prepared { content: laid_over(content, params)?, changes: Vec::new() })
}

/// A file that can be read, with the parameters laid over it.
fn laid_over(content: &Content, params: &Params) -> Result<Content, Refusal> {
    if let Some(error) = content.document.errors.first() {
        let message = format!("The file is not valid YAML: {}", error.message);
        return Err(refuse(&notes::INVALID_YAML, error.span, message, "Run `sentlint check` for details."));
    }
    followed(content)?;
    params.over(content)
}

/// Refuses aliases: what stands after them would be missing from the result.
fn followed(content: &Content) -> Result<(), Refusal> {
    let Some(alias) = content.aliases().into_iter().next() else { return Ok(()) };
    let message = format!("`*{}` is a YAML alias, which is not supported", alias.name);
    let help = "Replace the alias with its value.";
    Err(refuse(&notes::ALIAS_REFUSED, alias.node.span, message, help))
}

fn template(content: &Content) -> Result<Template<'_>, Refusal> {
    content.template().ok_or_else(|| {
        let message = match content.kind {
            Kind::Stub => "This is a stub for moved content, which has no query".to_owned(),
            Kind::Unknown => "This is not Sentinel content".to_owned(),
            kind => format!("This is {}, which cannot be deployed", kind.noun()),
        };
        let help = "Hunting queries, scheduled rules and NRT rules can be converted.";
        refuse(&notes::NO_COUNTERPART, Span::default(), message, help)
    })
}

fn resource(
    template: &Template<'_>,
    options: &Options,
    notes: &mut Vec<Diagnostic>,
) -> Result<Resource, Refusal> {
    match template {
        Template::HuntingQuery(query) => hunting::saved_search(&query.common, options, notes),
        Template::ScheduledRule(rule) => {
            rule::alert_rule(&rule.common, &rule.alerting, Some(&rule.schedule), options, notes)
        }
        Template::NrtRule(rule) => rule::alert_rule(&rule.common, &rule.alerting, None, options, notes),
    }
}
