//! What the page of one query or rule shows.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::TestResult;
use super::deploy::{self, Way};
use super::prose::Section;
use super::reads::{self, Read};
use super::words::{Condition, duration};
use crate::content::model::{List, Tag, field};
use crate::content::{Content, Kind, Query};
use crate::knowledge::attack::{self, Version};
use crate::kql::canonical::canonical;
use crate::kql::lookback::lookback;
use crate::kql::timespan::Timespan;
use crate::report::words;
use crate::workspace::View;

/// A query or rule.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Entry {
    /// The file.
    pub(super) path: String,
    /// The page below the site's folder.
    pub(super) page: String,
    /// The kind, in the contract's words, and in those of people.
    pub(super) kind: &'static str,
    pub(super) label: String,
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) severity: Option<String>,
    pub(super) status: Option<String>,
    pub(super) version: Option<String>,
    /// The description as HTML and as it is written.
    pub(super) description: Option<String>,
    pub(super) tactics: Vec<String>,
    pub(super) techniques: Vec<Technique>,
    pub(super) connectors: Vec<Connector>,
    pub(super) tables: Vec<String>,
    pub(super) functions: Vec<String>,
    #[serde(skip)]
    pub(super) columns: Vec<Column>,
    /// Whether there may be more columns.
    pub(super) open: bool,
    /// The conditions of the query.
    pub(super) conditions: Vec<Condition>,
    /// The columns of tables that the query names.
    #[serde(skip)]
    pub(super) reads: Vec<Read>,
    pub(super) lookback: Option<String>,
    /// Frequency, period and trigger, in words.
    pub(super) schedule: Vec<(String, String)>,
    pub(super) entities: Vec<Entity>,
    pub(super) custom_details: Vec<(String, String)>,
    pub(super) tags: Vec<String>,
    #[serde(skip)]
    pub(super) query: String,
    pub(super) author: Option<String>,
    pub(super) references: Vec<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) tests: Vec<TestResult>,
    /// As what it can be deployed.
    pub(super) ways: Vec<Way>,
    /// The day of the first and of the last commit of the file.
    pub(super) added: Option<String>,
    pub(super) changed: Option<String>,
    /// What people wrote beside the file.
    pub(super) notes: Vec<Section>,
    /// The names under which other queries call it.
    pub(super) parser_names: Vec<String>,
    /// What queries of the same shape have in common.
    #[serde(skip)]
    pub(super) shape: String,
    /// The pages of what it has in common with others, filled in once all are known.
    pub(super) similar: Vec<Link>,
    pub(super) callers: Vec<Link>,
    pub(super) calls: Vec<Link>,
}

/// A page with its title.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) page: String,
}

/// An entry as the pages of groups list it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) page: String,
    pub(super) label: String,
    pub(super) severity: Option<String>,
    pub(super) techniques: String,
}

/// A technique as it is written, with what MITRE calls it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Technique {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Connector {
    pub(super) id: String,
    pub(super) data_types: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Shared with the table that it is of: there are many more of them than of anything else.
    pub name: Arc<str>,
    pub kind: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Entity {
    pub(super) kind: String,
    pub(super) identifier: String,
    pub(super) column: String,
}

/// A finding of the rules.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    pub(super) severity: &'static str,
    pub(super) rule: &'static str,
    pub(super) url: String,
    pub(super) line: usize,
    pub(super) message: String,
    /// Whether it keeps the content from being deployed.
    pub(super) blocks: bool,
}

impl Entry {
    pub(super) fn read(content: &Content, queries: &[Query<'_>], view: &View<'_>, attack: Version) -> Self {
        let path = content.source.path().to_owned();
        let mut this = Self {
            kind: content.kind.as_str(),
            label: label(content.kind),
            id: content.id().map(|id| id.value.trim().to_owned()),
            name: content.name().map_or_else(|| path.clone(), words),
            parser_names: content.parser_names().map(str::to_owned).collect(),
            path,
            ..Self::default()
        };
        let root = content.root().and_then(crate::yaml::Node::as_mapping);
        if let Some(root) = root {
            let text = |key: &str| Some(field(root, key)?.text()?.value.trim().to_owned());
            this.severity = text("severity");
            this.status = text("status");
            this.version = text("version");
            this.description = text("description").filter(|text| !text.is_empty());
            let list = |key: &str| {
                List::read(root, key).values().map(|text| text.trim().to_owned()).collect::<Vec<_>>()
            };
            this.tactics = list("tactics");
            this.techniques =
                list("relevantTechniques").into_iter().map(|id| technique(attack, id)).collect();
            for (key, title) in [
                ("queryFrequency", "Runs every"),
                ("queryPeriod", "Looks back"),
                ("triggerOperator", "Trigger operator"),
                ("triggerThreshold", "Trigger threshold"),
                ("suppressionDuration", "Suppression"),
            ] {
                this.schedule.extend(text(key).map(|value| (title.to_owned(), value)));
            }
        }
        if let Some(template) = content.template() {
            let common = template.common();
            for connector in &common.connectors {
                let id = connector.id.map(|id| id.value.trim().to_owned()).unwrap_or_default();
                let data_types = connector.data_types.values().map(|text| text.trim().to_owned()).collect();
                this.connectors.push(Connector { id, data_types });
            }
            for mapping in &common.entity_mappings {
                for one in &mapping.fields {
                    let text = |text: Option<crate::content::model::Text<'_>>| {
                        text.map(|text| text.value.trim().to_owned()).unwrap_or_default()
                    };
                    this.entities.push(Entity {
                        kind: text(mapping.entity_type),
                        identifier: text(one.identifier),
                        column: text(one.column),
                    });
                }
            }
            for (name, column) in &common.custom_details {
                let column = column.map(|text| text.value.trim().to_owned()).unwrap_or_default();
                this.custom_details.push((name.value.trim().to_owned(), column));
            }
            for tag in &common.tags {
                if let Tag::Word(word) = tag {
                    this.tags.push(word.value.trim().to_owned());
                }
            }
            let author = common.metadata.as_ref().and_then(|metadata| metadata.author.name);
            this.author = author.map(|name| name.value.trim().to_owned());
        }
        this.references = this.description.as_deref().map(addresses).unwrap_or_default();
        this.read_queries(queries, view);
        this.ways = deploy::ways(content, queries, view);
        this
    }

    fn read_queries(&mut self, queries: &[Query<'_>], view: &View<'_>) {
        let (mut tables, mut functions) = (BTreeSet::new(), BTreeSet::new());
        for (at, query) in queries.iter().enumerate() {
            let model = query.analysis(view);
            tables.extend(model.tables.iter().map(|(name, _)| name.to_string()));
            functions.extend(model.functions.iter().map(ToString::to_string));
            if at > 0 {
                continue;
            }
            query.text.trim_end().clone_into(&mut self.query);
            let reach = lookback(query.text, query.parse(), &model, Timespan::ZERO);
            self.lookback =
                reach.furthest().map(|reach| reach.back).filter(|back| *back > Timespan::ZERO).map(duration);
            self.reads = reads::columns(&model);
            if let Some(result) = &model.result {
                self.open = result.has_unknown_columns;
                let column = |column: &crate::kql::types::Column| Column {
                    name: Arc::clone(&column.name),
                    kind: column.kind.name(),
                };
                self.columns = result.columns.iter().map(column).collect();
            }
            let form = canonical(query.text, query.parse(), &model);
            let text = |span: crate::source::Span| query.text.get(span.range()).unwrap_or_default();
            self.conditions = form.conditions.iter().map(|one| Condition::of(text(one.span))).collect();
            let subjects = form.conditions.iter().map(|one| &*one.subject);
            let operators = form.steps.iter().map(|one| one.canonical.split(' ').next().unwrap_or_default());
            let shape: Vec<&str> = operators.chain(subjects).collect();
            self.shape = shape.join(" ");
        }
        self.tables = tables.into_iter().collect();
        self.functions = functions.into_iter().collect();
    }

    /// Whether it is a parser rather than a query or rule.
    pub(super) fn is_parser(&self) -> bool {
        self.kind == Kind::Parser.as_str()
    }

    /// It as the pages of groups list it.
    pub(super) fn member(&self) -> Member {
        let techniques: Vec<&str> = self.techniques.iter().map(|technique| technique.id.as_str()).collect();
        Member {
            name: self.name.clone(),
            page: self.page.clone(),
            label: self.label.clone(),
            severity: self.severity.clone(),
            techniques: techniques.join(", "),
        }
    }

    /// Its page with its name.
    pub(super) fn link(&self) -> Link {
        Link { name: self.name.clone(), page: self.page.clone() }
    }

    /// Takes what the rules found, which may keep it from being deployed as it is.
    pub(super) fn judge(&mut self, findings: Vec<Finding>) {
        self.findings = findings;
        if let Some(own) = self.ways.first_mut() {
            own.obstacle = self.findings.iter().find(|found| found.blocks).map(|found| found.message.clone());
        }
    }
}

/// A kind as the title of what is of it: `Hunting query`.
pub(super) fn label(kind: Kind) -> String {
    let noun = kind.noun();
    let name = noun
        .split_once(' ')
        .filter(|(article, _)| matches!(*article, "a" | "an"))
        .map_or(noun, |(_, name)| name);
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn technique(attack: Version, id: String) -> Technique {
    let upper = id.to_ascii_uppercase();
    let known = attack.technique(&upper).or_else(|| attack::in_any_version(&upper));
    Technique { name: super::technique_name(attack, &upper), url: known.map(attack::Technique::url), id }
}

/// The addresses of pages in a text, each once.
fn addresses(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("http") {
        let tail = &rest[at..];
        let end = tail
            .find(|c: char| {
                c.is_whitespace()
                    || c.is_control()
                    || matches!(c, '"' | '<' | '>' | '`' | '\'' | '|' | '\\' | '^' | '{' | '}')
            })
            .unwrap_or(tail.len());
        let address = tail[..end].trim_end_matches(['.', ',', ';', ':', ')', ']', '*', '!', '?']);
        let is_one = ["https://", "http://"].iter().any(|scheme| {
            address
                .strip_prefix(scheme)
                .is_some_and(|host| host.starts_with(|c: char| c.is_ascii_alphanumeric()))
        });
        if is_one && !found.iter().any(|known| known == address) {
            found.push(address.to_owned());
        }
        rest = &tail[end.max(4)..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn addresses_end_where_they_should() {
        let text = "See (https://a.example/b), <http://c.example/d?e=f#g>. https:// http x https://a.example/b; https://é 'https://h.example'";
        assert_eq!(addresses(text), ["https://a.example/b", "http://c.example/d?e=f#g", "https://h.example"]);
    }
}
