//! The site as Markdown with front matter and relative links, for generators of sites and for GitHub.

use std::fmt::Write as _;

use rayon::prelude::*;

use super::entry::{Entry, Link};
use super::groups::{Group, Groups, KINDS};
use super::names::relative;
use super::{NotMade, Put, Site, index};
use crate::report::markdown_cell;

pub(super) fn pages<E: Send>(site: &Site, put: &Put<'_, E>) -> Result<(), NotMade<E>> {
    let Site { entries, groups, .. } = site;
    let put = |name: &str, text: String| put(name, &text).map_err(NotMade::Unwritten);
    entries.par_iter().try_for_each(|entry| put(&entry.page, of_entry(entry, groups)))?;
    groups.all.par_iter().try_for_each(|(_, group)| put(&group.page, of_group(group, groups)))?;
    for (what, name) in KINDS {
        let mut all = groups.of_kind(what).peekable();
        if all.peek().is_none() {
            continue;
        }
        let page = format!("{what}/index.md");
        let mut list = format!("---\ntitle: {}\n---\n\n# {name}\n\n", quoted(name));
        for group in all {
            let about =
                group.about.as_deref().map(|about| format!(" {}", markdown_cell(about))).unwrap_or_default();
            let to = relative(&page, &group.page);
            let _ =
                writeln!(list, "- [{}]({to}){about} ({})", markdown_cell(&group.name), group.entries.len());
        }
        put(&page, list)?;
    }
    put("index.md", of_start(site))?;
    put("index.json", index::json(entries))
}

fn of_start(site: &Site) -> String {
    let title = &site.title;
    let mut start = format!("---\ntitle: {}\n---\n\n# {}\n\n", quoted(title), markdown_cell(title));
    for (what, name) in KINDS.iter().filter(|(what, _)| site.groups.of_kind(what).next().is_some()) {
        let _ = writeln!(start, "- [{name}]({what}/index.md)");
    }
    start += "\n## All content\n\n| Name | Kind | Severity | Techniques |\n|---|---|---|---|\n";
    for entry in &site.entries {
        let techniques: Vec<String> = entry.techniques.iter().map(|one| markdown_cell(&one.id)).collect();
        let severity = markdown_cell(entry.severity.as_deref().unwrap_or_default());
        let _ = writeln!(
            start,
            "| [{}]({}) | {} | {severity} | {} |",
            markdown_cell(&entry.name),
            entry.page,
            entry.kind,
            techniques.join(", ")
        );
    }
    start
}

fn of_group(group: &Group, groups: &Groups) -> String {
    let about = group.about.as_deref().map(|about| format!(" {}", markdown_cell(about))).unwrap_or_default();
    let mut out =
        format!("---\ntitle: {}\n---\n\n# {}{about}\n\n", quoted(&group.name), markdown_cell(&group.name));
    if let Some(url) = &group.url {
        let _ = writeln!(out, "[{} at MITRE ATT&CK]({url})\n", group.name);
    }
    out += "| Name | Kind | Severity | Techniques |\n|---|---|---|---|\n";
    for one in groups.members(group) {
        let _ = writeln!(
            out,
            "| [{}]({}) | {} | {} | {} |",
            markdown_cell(&one.name),
            relative(&group.page, &one.page),
            one.label,
            markdown_cell(one.severity.as_deref().unwrap_or_default()),
            markdown_cell(&one.techniques)
        );
    }
    if !group.columns.is_empty() {
        out += "\n## Columns that are read\n\n| Column | Type | Queries |\n|---|---|---|\n";
        for ((name, kind), count) in &group.columns {
            let _ = writeln!(out, "| {} | {kind} | {count} |", markdown_cell(name));
        }
    }
    out
}

fn list(out: &mut String, page: &str, links: &[Link]) {
    for link in links {
        let _ = writeln!(out, "- [{}]({})", markdown_cell(&link.name), relative(page, &link.page));
    }
}

fn of_entry(entry: &Entry, groups: &Groups) -> String {
    let mut out = front_matter(entry);
    let _ = writeln!(out, "# {}\n", markdown_cell(&entry.name));
    out += &paragraphs(entry.description.as_deref(), "No description is stated.");
    let reach = |what: &'static str, name: &str| {
        groups.page(what, name).map_or_else(
            || markdown_cell(name),
            |page| format!("[{}]({})", markdown_cell(name), relative(&entry.page, page)),
        )
    };
    let _ = writeln!(out, "## Query\n\n{}", code(&entry.query));
    for (title, headings) in [
        ("Hunt hypothesis", ["hunt hypothesis", "hypothesis"]),
        ("False positives", ["false positives", "false-positives"]),
    ] {
        note(&mut out, entry, title, &headings);
    }
    definition(&mut out, entry, &reach);
    if !entry.is_parser() {
        sources(&mut out, entry, &reach);
        attack(&mut out, entry, &reach);
    }
    columns(&mut out, entry, &reach);
    if !entry.entities.is_empty() {
        out += "\n## Entities\n\n";
        for entity in &entry.entities {
            let _ = writeln!(
                out,
                "- {} {}: {}",
                reach("entity", &entity.kind),
                markdown_cell(&entity.identifier),
                markdown_cell(&entity.column)
            );
        }
    }
    out.push('\n');
    if entry.references.is_empty()
        || entry.notes.iter().any(|one| one.title.eq_ignore_ascii_case("references"))
    {
        note(&mut out, entry, "References", &["references", "reference"]);
    } else {
        out += "## References\n\n";
        for address in &entry.references {
            let _ = writeln!(out, "- <{}>", address.replace(['<', '>'], ""));
        }
        out.push('\n');
    }
    for (title, links) in
        [("Calls", &entry.calls), ("Called by", &entry.callers), ("Similar queries", &entry.similar)]
    {
        if !links.is_empty() {
            let _ = writeln!(out, "## {title}\n");
            list(&mut out, &entry.page, links);
            out.push('\n');
        }
    }
    let _ = writeln!(out, "## State\n\n- File: {}", markdown_cell(&entry.path));
    if let Some(id) = &entry.id {
        let _ = writeln!(out, "- Id: {}", markdown_cell(id));
    }
    for (name, value) in [("Added", &entry.added), ("Changed", &entry.changed)] {
        if let Some(value) = value {
            let _ = writeln!(out, "- {name}: {}", markdown_cell(value));
        }
    }
    for way in &entry.ways {
        let obstacle = way.obstacle.as_deref().map_or_else(|| "no obstacle found".to_owned(), markdown_cell);
        let _ =
            writeln!(out, "- Deployment as {}: {obstacle}", way.name.to_lowercase().replace("nrt", "NRT"));
    }
    if entry.tests.is_empty() {
        out += "- Tests: none\n";
    }
    for test in &entry.tests {
        let _ = writeln!(out, "- Test {}: {}", markdown_cell(&test.name), test.state);
    }
    for finding in &entry.findings {
        let message = markdown_cell(&finding.message);
        let _ = writeln!(
            out,
            "- {} in line {}: {message} ([{}]({}))",
            finding.severity, finding.line, finding.rule, finding.url
        );
    }
    out
}

/// A name of a group as a link to its page.
type Reach<'r> = dyn Fn(&'static str, &str) -> String + 'r;

/// What the query looks for.
fn definition(out: &mut String, entry: &Entry, reach: &Reach<'_>) {
    *out += "## Definition\n\n";
    for condition in &entry.conditions {
        let code = |text: &str| format!("<code>{}</code>", markdown_cell(text));
        let _ = if condition.words.is_empty() {
            writeln!(out, "- {}", code(&condition.text))
        } else if condition.right.is_empty() {
            writeln!(out, "- {} {}", code(&condition.left), condition.words)
        } else {
            writeln!(out, "- {} {} {}", code(&condition.left), condition.words, code(&condition.right))
        };
    }
    let tables: Vec<String> = entry.tables.iter().map(|name| reach("table", name)).collect();
    let _ =
        writeln!(out, "\nTables: {}", if tables.is_empty() { "none".to_owned() } else { tables.join(", ") });
    let _ =
        writeln!(out, "\nLook-back: {}\n", entry.lookback.as_deref().unwrap_or("not stated in the query"));
    for (name, value) in &entry.schedule {
        let _ = writeln!(out, "- {name}: {}", markdown_cell(value));
    }
}

/// What it reads and returns.
fn columns(out: &mut String, entry: &Entry, reach: &Reach<'_>) {
    if !entry.reads.is_empty() {
        *out += "\n## Columns that are read\n\n| Table | Column | Type |\n|---|---|---|\n";
        for read in &entry.reads {
            let table = reach("table", &read.table);
            let _ = writeln!(out, "| {table} | {} | {} |", markdown_cell(&read.name), read.kind);
        }
    }
    if !entry.columns.is_empty() {
        *out += "\n## Result\n\n| Column | Type |\n|---|---|\n";
        for column in &entry.columns {
            let _ = writeln!(out, "| {} | {} |", markdown_cell(&column.name), column.kind);
        }
    }
}

fn sources(out: &mut String, entry: &Entry, reach: &Reach<'_>) {
    *out += "\n## Required data sources\n\n";
    for connector in &entry.connectors {
        let types: Vec<String> = connector.data_types.iter().map(|name| markdown_cell(name)).collect();
        let _ = writeln!(out, "- {}: {}", reach("connector", &connector.id), types.join(", "));
    }
}

fn attack(out: &mut String, entry: &Entry, reach: &Reach<'_>) {
    *out += "\n## ATT&CK context\n\n";
    for tactic in &entry.tactics {
        let _ = writeln!(out, "- {}", markdown_cell(tactic));
    }
    for technique in &entry.techniques {
        let name =
            technique.name.as_deref().map(|name| format!(" {}", markdown_cell(name))).unwrap_or_default();
        let _ = writeln!(out, "- {}{name}", reach("technique", &technique.id.to_ascii_uppercase()));
    }
}

fn front_matter(entry: &Entry) -> String {
    let mut out = format!("---\ntitle: {}\nkind: {}\n", quoted(&entry.name), entry.kind);
    for (key, value) in [("id", &entry.id), ("severity", &entry.severity), ("version", &entry.version)] {
        if let Some(value) = value {
            let _ = writeln!(out, "{key}: {}", quoted(value));
        }
    }
    let list = |names: &mut dyn Iterator<Item = &str>| names.map(quoted).collect::<Vec<_>>().join(", ");
    let _ = writeln!(out, "tactics: [{}]", list(&mut entry.tactics.iter().map(String::as_str)));
    let _ = writeln!(out, "techniques: [{}]", list(&mut entry.techniques.iter().map(|one| one.id.as_str())));
    out + "---\n\n"
}

/// A string that YAML and JSON read alike, in which nothing looks like markup.
fn quoted(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap_or_default();
    text.replace('<', "\\u003c").replace('[', "\\u005b").replace(']', "\\u005d")
}

/// Text of people, in paragraphs, in which nothing is markup.
fn paragraphs(text: Option<&str>, missing: &str) -> String {
    let Some(text) = text else { return format!("*{missing}*\n\n") };
    let mut out = String::new();
    for line in text.lines() {
        match line.trim_start().strip_prefix("- ").or_else(|| line.trim_start().strip_prefix("* ")) {
            Some(item) => {
                let _ = writeln!(out, "- {}", markdown_cell(item));
            }
            None => {
                let _ = writeln!(out, "{}", markdown_cell(line));
            }
        }
    }
    out.trim().to_owned() + "\n\n"
}

fn note(out: &mut String, entry: &Entry, title: &str, headings: &[&str]) {
    let found =
        entry.notes.iter().find(|one| headings.iter().any(|heading| one.title.eq_ignore_ascii_case(heading)));
    let _ = writeln!(
        out,
        "## {title}\n\n{}",
        paragraphs(found.map(|one| one.text.as_str()), "Not stated.").trim_end()
    );
    out.push('\n');
}

/// The query as a block of code. One that could be read as a link or end the block is written as an element instead.
fn code(query: &str) -> String {
    if query.contains("](") || query.contains("```") {
        let lines: Vec<String> = query
            .lines()
            .map(|line| crate::report::markup(line).replace('[', "&#91;").replace(']', "&#93;"))
            .collect();
        return format!("<pre><code>{}</code></pre>\n", lines.join("&#10;"));
    }
    format!("```kusto\n{query}\n```\n")
}
