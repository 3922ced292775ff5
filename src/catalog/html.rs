//! The site as HTML: pages that a browser opens from a folder, without asking anything of another host.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use rayon::prelude::*;
use serde::Serialize;

use super::entry::{Entry, Link, Member};
use super::groups::{Groups, KINDS};
use super::names::relative;
use super::{index, prose};
use crate::coverage::Coverage;
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

const TEMPLATES: [(&str, &str); 7] = [
    ("base.html", include_str!("templates/base.html")),
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

/// All pages, with what they need.
pub(super) fn pages(
    entries: &[Entry],
    groups: &Groups,
    coverage: &Coverage,
    title: &str,
) -> Result<BTreeMap<String, String>, String> {
    let mut environment = Environment::new();
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(|error| error.to_string())?;
    }
    environment.add_filter("markdown", |text: &str| Value::from_safe_string(prose::to_html(text)));
    environment.add_filter("ticks", |text: &str| Value::from_safe_string(ticks(text)));
    environment.add_filter("safe_html", |text: &str| Value::from_safe_string(text.to_owned()));
    let kinds: Vec<Link> = KINDS
        .iter()
        .filter(|(what, _)| groups.of_kind(what).next().is_some())
        .map(|(what, name)| Link { name: (*name).to_owned(), page: format!("{what}/index.html") })
        .collect();
    let filters = of_filters(entries);
    let render = |template: &str, page: &str, content: Value| -> Result<(String, String), String> {
        let link = |to: &str| relative(page, to);
        let navigation: Vec<Link> =
            kinds.iter().map(|kind| Link { name: kind.name.clone(), page: link(&kind.page) }).collect();
        let site = context! { site => title, filters => filters.clone(), root => "../".repeat(page.matches('/').count()), navigation => value(&navigation) };
        let template = environment.get_template(template).map_err(|error| error.to_string())?;
        let text = template.render(context! { ..content, ..site }).map_err(|error| format!("{error:#}"))?;
        Ok((page.to_owned(), text))
    };
    let mut files: BTreeMap<String, String> = entries
        .par_iter()
        .map(|entry| render("entry.html", &entry.page, of_entry(entry, groups)))
        .collect::<Result<_, _>>()?;
    let of_groups: BTreeMap<String, String> = groups
        .all
        .par_iter()
        .map(|(_, group)| {
            let children: Vec<Link> = if group.what == "technique" {
                let parts = groups.of_kind("technique").filter(|other| {
                    other.name.strip_prefix(&*group.name).is_some_and(|rest| rest.starts_with('.'))
                });
                let about = |name: &str, about: Option<&str>| match about {
                    Some(about) => format!("{name} {about}"),
                    None => name.to_owned(),
                };
                parts
                    .map(|part| Link {
                        name: about(&part.name, part.about.as_deref()),
                        page: part.page.clone(),
                    })
                    .collect()
            } else {
                Vec::new()
            };
            let columns: Vec<(&str, &str, usize)> =
                group.columns.iter().map(|((name, kind), count)| (name.as_str(), *kind, *count)).collect();
            render(
                "group.html",
                &group.page,
                context! { group => value(group), members => value(&group.entries), columns => value(&columns), children => value(&children) },
            )
        })
        .collect::<Result<_, _>>()?;
    files.extend(of_groups);
    for (what, name) in KINDS {
        let all: Vec<&super::groups::Group> = groups.of_kind(what).collect();
        if !all.is_empty() {
            files.extend([render(
                "groups.html",
                &format!("{what}/index.html"),
                context! { name, all => value(&all) },
            )?]);
        }
    }
    let members: Vec<Member> = entries.iter().map(Entry::member).collect();
    files.extend([render("all.html", "all.html", context! { members => value(&members) })?]);
    files.extend([render("index.html", "index.html", of_start(entries, groups, coverage))?]);
    files.extend(FILES.map(|(name, text)| (name.to_owned(), text.to_owned())));
    files.insert("content.js".to_owned(), index::search(entries));
    Ok(files)
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
    context! {
        entry => value(entry),
        techniques => value(&techniques),
        tables => value(&tables),
        tags => value(&tags),
        connectors,
        entities,
        stated => value(&stated),
        others => value(&others),
        coverage => value(&shared),
        many => entry.reads.windows(2).any(|two| two[0].table != two[1].table),
        is_parser => entry.is_parser(),
    }
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
    severities.sort_by_key(|(name, _)| order.iter().position(|known| known == name).unwrap_or(order.len()));
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
