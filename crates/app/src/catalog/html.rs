//! The site as HTML: pages that a browser opens from a folder, without asking anything of another host.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use minijinja::value::Serde;
use minijinja::{Environment, HtmlEscape, Value, context};
use rayon::prelude::*;
use serde::Serialize;

use super::entry::{Column, Entry, Link, Member};
use super::groups::{Group, Groups, KINDS};
use super::reads::Read;
use super::{NotMade, Put, Site, highlight, index, prose};
use crate::coverage::Coverage;
use crate::order::Order as _;
use crate::report::markup;

/// What a person may state of a query, with the headings under which notes state it.
const STATED: [(&str, &[&str]); 4] = [
    ("Hunt hypothesis", &["hunt hypothesis", "hypothesis", "goal"]),
    ("False positives", &["false positives", "false-positives"]),
    ("References", &["references", "reference"]),
    ("Validation", &["validation", "validate before deploying"]),
];

/// What lies beside the pages.
const FILES: [(&str, &str); 4] = [
    ("style.css", include_str!("templates/style.css")),
    ("search.js", include_str!("templates/search.js")),
    ("matrix.js", include_str!("templates/matrix.js")),
    ("query.js", include_str!("templates/query.js")),
];

const TEMPLATES: [(&str, &str); 8] = [
    ("base.html", include_str!("templates/base.html")),
    ("header.html", include_str!("templates/header.html")),
    ("entry.html", include_str!("templates/entry.html")),
    ("group.html", include_str!("templates/group.html")),
    ("groups.html", include_str!("templates/groups.html")),
    ("index.html", include_str!("templates/index.html")),
    ("members.html", include_str!("templates/members.html")),
    ("all.html", include_str!("templates/all.html")),
];

/// Something with a page of its own, or without.
#[derive(Serialize)]
struct Chip<'a> {
    name: &'a str,
    about: Option<&'a str>,
    page: Option<&'a str>,
    url: Option<&'a str>,
}

/// What is stated of a query under one title.
#[derive(Serialize)]
struct Stated {
    title: String,
    html: Option<String>,
}

/// Something as templates read it.
fn value<T: Serialize>(of: &T) -> Value {
    Value::from(Serde(of))
}

/// A page or file of the site.
enum Part<'s> {
    Entry(&'s Entry),
    Group(&'s Group),
    Kind(&'static str, &'static str),
    All,
    Start,
    Search,
    Index,
    File(&'static str, &'static str),
}

/// The names of the files that do not depend on the content.
pub(super) fn fixed() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name).chain(["all.html", "index.html", "content.js"])
}

/// Makes all pages, with what they need.
pub(super) fn pages<E: Send>(site: &Site, put: &Put<'_, E>) -> Result<(), NotMade<E>> {
    let Site { entries, groups, .. } = site;
    let pages = Pages::new(site).map_err(|error| NotMade::Pages(format!("{error:#}")))?;
    // What takes longest comes first.
    let mut parts = vec![Part::Index, Part::Search, Part::All, Part::Start];
    parts.extend(
        KINDS
            .iter()
            .filter(|(what, _)| groups.of_kind(what).next().is_some())
            .map(|(what, name)| Part::Kind(what, name)),
    );
    parts.extend(FILES.map(|(name, text)| Part::File(name, text)));
    parts.extend(groups.all.values().map(Part::Group));
    parts.extend(entries.iter().map(Part::Entry));
    parts.par_iter().try_for_each(|part| {
        let (name, text) = pages.of(part).map_err(|error| NotMade::Pages(format!("{error:#}")))?;
        put(&name, &text).map_err(NotMade::Unwritten)
    })
}

/// What all pages need.
struct Pages<'s> {
    site: &'s Site,
    environment: Environment<'static>,
    /// What stands above each page, by how many folders deep it is.
    headers: [Value; 2],
}

impl<'s> Pages<'s> {
    fn new(site: &'s Site) -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        for (name, text) in TEMPLATES {
            environment.add_template(name, text)?;
        }
        environment.add_filter("markdown", |text: &str| Value::from_safe_string(prose::to_html(text)));
        environment.add_filter("ticks", |text: &str| Value::from_safe_string(ticks(text)));
        environment.add_filter("safe_html", |text: &str| Value::from_safe_string(text.to_owned()));
        let filters = of_filters(&site.entries);
        let header = |root: &str| {
            let kinds = KINDS.iter().filter(|(what, _)| site.groups.of_kind(what).next().is_some());
            let link = |(what, name): &(&str, &str)| Link {
                name: (*name).to_owned(),
                page: format!("{root}{what}/index.html"),
            };
            let navigation: Vec<Link> = kinds.map(link).collect();
            let context = context! { site => &site.title, root, filters => filters.clone(), navigation => value(&navigation) };
            environment.get_template("header.html")?.render(context).map(Value::from_safe_string)
        };
        let headers = [header("")?, header("../")?];
        Ok(Self { site, environment, headers })
    }

    /// The name and the text of a part.
    fn of<'p>(&self, part: &Part<'p>) -> Result<(Cow<'p, str>, Cow<'static, str>), minijinja::Error> {
        let Site { entries, groups, coverage, .. } = self.site;
        let (name, template, content) = match part {
            Part::Entry(entry) => ((&*entry.page).into(), "entry.html", of_entry(entry, groups)),
            Part::Group(group) => ((&*group.page).into(), "group.html", of_group(group, groups)),
            Part::Kind(what, name) => {
                (format!("{what}/index.html").into(), "groups.html", of_kind(what, name, groups))
            }
            Part::All => ("all.html".into(), "all.html", context! { members => value(&groups.members) }),
            Part::Start => ("index.html".into(), "index.html", of_start(entries, groups, coverage)),
            Part::Search => return Ok(("content.js".into(), index::search(entries).into())),
            Part::Index => return Ok(("index.json".into(), index::json(entries).into())),
            Part::File(name, text) => return Ok(((*name).into(), (*text).into())),
        };
        let name: Cow<'p, str> = name;
        let depth = name.matches('/').count().min(1);
        let site = context! { site => &self.site.title, root => ["", "../"][depth], header => self.headers[depth].clone() };
        let text = self.environment.get_template(template)?.render(context! { ..content, ..site })?;
        Ok((name, text.into()))
    }
}

fn of_kind(what: &'static str, name: &str, groups: &Groups) -> Value {
    let all: Vec<Value> = groups
        .of_kind(what)
        .map(|group| {
            context! { name => &group.name, about => &group.about, page => &group.page, count => group.entries.len() }
        })
        .collect();
    context! { name, all }
}

fn of_group(group: &Group, groups: &Groups) -> Value {
    let children: Vec<Link> = if group.what == "technique" {
        let prefix = format!("{}.", group.name);
        let from = groups.all.range((group.what, prefix.clone())..).map(|(_, other)| other);
        let parts = from.take_while(|other| other.what == group.what && other.name.starts_with(&prefix));
        let about = |name: &str, about: Option<&str>| match about {
            Some(about) => format!("{name} {about}"),
            None => name.to_owned(),
        };
        parts
            .map(|part| Link { name: about(&part.name, part.about.as_deref()), page: part.page.clone() })
            .collect()
    } else {
        Vec::new()
    };
    let columns: Vec<(&str, &str, usize)> =
        group.columns.iter().map(|((name, kind), count)| (name.as_str(), *kind, *count)).collect();
    let members: Vec<&Member> = groups.members(group).collect();
    let of_group =
        context! { what => group.what, name => &group.name, about => &group.about, url => &group.url };
    context! { group => of_group, members => value(&members), columns => value(&columns), children => value(&children) }
}

fn of_entry(entry: &Entry, groups: &Groups) -> Value {
    let techniques: Vec<Chip<'_>> = entry
        .techniques
        .iter()
        .map(|technique| Chip {
            name: &technique.id,
            about: technique.name.as_deref(),
            page: groups.page("technique", &technique.id.to_ascii_uppercase()),
            url: technique.url.as_deref(),
        })
        .collect();
    let shared: Vec<Value> = entry
        .techniques
        .iter()
        .filter_map(|technique| {
            let group = groups.all.get(&("technique", technique.id.to_ascii_uppercase()))?;
            let others = group.entries.len().saturating_sub(1);
            Some(context! { name => group.name.clone(), about => group.about.clone(), page => group.page.clone(), others })
        })
        .collect();
    let tables = chips("table", &entry.tables, groups);
    let tags = chips("tag", &entry.tags, groups);
    let connectors: Vec<Value> = entry
        .connectors
        .iter()
        .map(|connector| {
            context! { id => connector.id.clone(), page => groups.page("connector", &connector.id), data_types => connector.data_types.join(", ") }
        })
        .collect();
    let entities: Vec<Value> = entry
        .entities
        .iter()
        .map(|entity| {
            context! { kind => entity.kind.clone(), page => groups.page("entity", &entity.kind), identifier => entity.identifier.clone(), column => entity.column.clone() }
        })
        .collect();
    let stated: Vec<Stated> = STATED.iter().map(|(title, headings)| stated(entry, title, headings)).collect();
    let others: Vec<Stated> = entry
        .notes
        .iter()
        .filter(|section| !STATED.iter().any(|(_, headings)| is_one(&section.title, headings)))
        .map(|section| Stated {
            title: if section.title.is_empty() { "Notes".to_owned() } else { section.title.clone() },
            html: Some(section.html.clone()),
        })
        .collect();
    let many = entry.reads.windows(2).any(|two| two[0].table != two[1].table);
    context! {
        entry => value(entry),
        highlighted => Value::from_safe_string(highlight::html(&entry.query)),
        techniques => value(&techniques),
        tables => value(&tables),
        tags => value(&tags),
        connectors,
        entities,
        stated => value(&stated),
        others => value(&others),
        coverage => value(&shared),
        reads => Value::from_safe_string(read_rows(entry, many)),
        many,
        returned => Value::from_safe_string(returned_rows(entry)),
        returns => entry.columns.len(),
        is_parser => entry.is_parser(),
    }
}

/// The rows of the table of the columns that are read; there are so many columns that a template would take most of its time
/// for them.
fn read_rows(entry: &Entry, many: bool) -> String {
    let mut out = String::new();
    for Read { table, name, kind } in &entry.reads {
        let _ = write!(out, "\n<tr><td><code>{}</code></td><td>{kind}</td>", HtmlEscape(name));
        if many {
            let _ = write!(out, "<td>{}</td>", HtmlEscape(table));
        }
        out += "</tr>";
    }
    out
}

/// The same of the columns that are returned.
fn returned_rows(entry: &Entry) -> String {
    let mut out = String::new();
    for Column { name, kind } in &entry.columns {
        let _ = write!(out, "\n<tr><td><code>{}</code></td><td>{kind}</td></tr>", HtmlEscape(name));
    }
    out
}

/// A message with what stands between backticks as code.
fn ticks(text: &str) -> String {
    let parts = text.split('`').map(markup);
    let mut out = String::new();
    for (at, part) in parts.enumerate() {
        match (at, at % 2) {
            (0, _) => {}
            (_, 1) => out += "<code>",
            _ => out += "</code>",
        }
        out += &part;
    }
    if text.matches('`').count() % 2 == 1 {
        out += "</code>";
    }
    out
}

/// The title of a kind for so many of it.
fn counted(label: &str, count: usize) -> String {
    match label.strip_suffix('y') {
        _ if count == 1 => label.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{label}s"),
    }
}

fn chips<'a>(what: &'static str, names: &'a [String], groups: &'a Groups) -> Vec<Chip<'a>> {
    names.iter().map(|name| Chip { name, about: None, page: groups.page(what, name), url: None }).collect()
}

fn is_one(title: &str, headings: &[&str]) -> bool {
    headings.iter().any(|heading| title.eq_ignore_ascii_case(heading))
}

/// What is stated under one title: in the notes, or else, of references, in the description.
fn stated(entry: &Entry, title: &str, headings: &[&str]) -> Stated {
    let section = entry.notes.iter().find(|section| is_one(&section.title, headings));
    let html = section.map(|section| section.html.clone()).or_else(|| {
        let listed = title == "References" && !entry.references.is_empty();
        listed.then(|| {
            let links: Vec<String> =
                entry.references.iter().map(|address| format!("- <{address}>")).collect();
            prose::to_html(&links.join("\n"))
        })
    });
    Stated { title: title.to_owned(), html }
}

fn of_start(entries: &[Entry], groups: &Groups, coverage: &Coverage) -> Value {
    let highest = coverage.highest();
    let columns: Vec<Value> = coverage
        .columns()
        .map(|tactic| {
            let rows = coverage.rows(tactic.shortname);
            let covered = rows.iter().filter(|row| coverage.score(row.id) > 0).count();
            let rows: Vec<Value> = rows
                .iter()
                .map(|row| {
                    let score = coverage.score(row.id);
                    let page = groups.page("technique", row.id).filter(|_| score > 0);
                    context! { id => row.id, name => row.name, score, page, shade => crate::coverage::shade(score, highest) }
                })
                .collect();
            context! { name => tactic.name, covered, of => rows.len(), rows }
        })
        .collect();
    let [(covered, all), (covered_sub, all_sub)] = coverage.totals();
    context! {
        columns,
        covered,
        all,
        covered_sub,
        all_sub,
        attack => coverage.version.as_str(),
        count => entries.len(),
        filters => of_filters(entries),
    }
}

/// What the search and the matrix can be limited to: kinds with their titles, and severities, each with its count.
fn of_filters(entries: &[Entry]) -> Value {
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut severities: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        *kinds.entry((entry.kind, &entry.label)).or_default() += 1;
        if let Some(severity) = &entry.severity {
            *severities.entry(severity).or_default() += 1;
        }
    }
    let kinds: Vec<Value> = kinds
        .into_iter()
        .map(|((kind, label), count)| context! { kind, label, count, counted => counted(label, count) })
        .collect();
    let mut severities: Vec<(&str, usize)> = severities.into_iter().collect();
    let order = ["High", "Medium", "Low", "Informational"];
    severities.order_by_key(|(name, _)| order.iter().position(|known| known == name).unwrap_or(order.len()));
    context! { kinds, severities => value(&severities) }
}

#[cfg(test)]
mod tests {
    use super::{counted, ticks};

    #[test]
    fn backticks_are_code_and_nothing_else_is_markup() {
        assert_eq!(ticks("use `a <b>` & c"), "use <code>a &lt;b&gt;</code> &amp; c");
        assert_eq!(ticks("`open"), "<code>open</code>");
    }

    #[test]
    fn kinds_are_counted() {
        assert_eq!((&*counted("Hunting query", 2), &*counted("Parser", 1)), ("Hunting queries", "Parser"));
    }
}
