//! MITRE ATT&CK's tactics and techniques, and upstream's own map from techniques to tactics.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::Facts;
use crate::rust::{Source, literal};
use crate::sheet::{Sheet, words};

#[derive(Deserialize, Serialize)]
pub(crate) struct Attack {
    source: Release,
    domains: Vec<Domain>,
}

#[derive(Deserialize, Serialize)]
struct Release {
    repository: String,
    commit: String,
    license: String,
}

#[derive(Deserialize, Serialize)]
struct Domain {
    version: String,
    #[serde(rename = "domain")]
    name: String,
    tactics: Vec<Tactic>,
    techniques: Vec<Technique>,
}

#[derive(Deserialize, Serialize)]
struct Tactic {
    id: String,
    shortname: String,
    name: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
}

#[derive(Deserialize, Serialize)]
struct Technique {
    id: String,
    name: String,
    tactics: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    revoked: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_by: Option<String>,
}

impl Technique {
    fn is_active(&self) -> bool {
        !self.revoked && !self.deprecated
    }
}

type ById<'a> = BTreeMap<&'a str, (&'static str, &'a Technique)>;

/// The releases before the newest one that are on board, the newest of them first.
const OLDER: [&str; 1] = ["attack-16.1.json"];

/// `attack.txt`, `attack-VERSION.txt` for each older release, which has what differs from the newest, and `attack.rs`, which names
/// them. The blocks of each are separated by blank lines:
///
/// - the distinct lists of tactics that techniques serve
/// - the tactics in matrix order: domain, id, short name, name, and `deprecated`
/// - the techniques by id: id, name, domain and the number of its list, and `deprecated`, `revoked` or the id that replaced it
/// - in an older release the ids of the techniques that came later
pub(crate) fn techniques(facts: &Facts) -> Result<Vec<Generated>, String> {
    let newest: Attack = facts.read("attack.json")?;
    let older: Vec<Attack> = OLDER.iter().map(|name| facts.read(name)).collect::<Result<_, _>>()?;
    let mut sources = Vec::new();
    for release in std::iter::once(&newest).chain(&older) {
        let (version, Release { repository, commit, .. }) = (one_version(&release.domains)?, &release.source);
        sources.push(format!("{repository} at {commit}, ATT&CK {version}, three domains"));
    }
    let mut out = Source::new(
        "MITRE ATT&CK's tactics and techniques: the layout is told in `xtask/src/attack.rs`.",
        &sources,
        &newest.source.license,
    );
    out.line(format!("pub(crate) const VERSION: &str = {};\n", literal(one_version(&newest.domains)?)));
    out.line("pub(crate) static NEWEST: &str = include_str!(\"attack.txt\");\n");
    out.line("/// The releases before it, each with what differs in it.");
    out.line(format!("pub(crate) static OLDER: [(&str, &str); {}] = [", older.len()));
    let of_newest = rows(&newest)?;
    let mut files = vec![sheet(&newest, &of_newest)?.finish("attack.txt")];
    for release in &older {
        let version = one_version(&release.domains)?;
        let own = rows(release)?;
        let changed = own.iter().filter(|(id, row)| of_newest.get(*id) != Some(*row));
        let changed: BTreeMap<_, _> = changed.map(|(id, row)| (id.clone(), row.clone())).collect();
        if let Some(id) = changed.keys().find(|id| !of_newest.contains_key(*id)) {
            return Err(format!("{id} is in an older release and not in the newest"));
        }
        let mut sheet = sheet(release, &changed)?;
        sheet.end_block();
        for absent in of_newest.keys().filter(|id| !own.contains_key(*id)) {
            sheet.row(&[absent])?;
        }
        let name = format!("attack-{version}.txt");
        out.line(format!("    ({}, include_str!({})),", literal(version), literal(&name)));
        files.push(sheet.finish(name));
    }
    out.line("];");
    files.push(out.finish("attack.rs"));
    Ok(files)
}

/// What is said of a technique.
#[derive(Clone, PartialEq)]
struct Row {
    name: String,
    domain: &'static str,
    tactics: String,
    status: String,
}

/// The row of each technique of a release, by id.
fn rows(release: &Attack) -> Result<BTreeMap<String, Row>, String> {
    let by_id = index(&release.domains)?;
    let mut rows = BTreeMap::new();
    for (id, (domain, technique)) in &by_id {
        let (tactics, status) = (words(tactics(technique, &by_id))?, status(technique, &by_id));
        let row = Row { name: technique.name.clone(), domain, tactics, status };
        rows.insert((*id).to_owned(), row);
    }
    Ok(rows)
}

fn sheet(release: &Attack, techniques: &BTreeMap<String, Row>) -> Result<Sheet, String> {
    let mut sheet = Sheet::default();
    let lists: BTreeSet<&str> = techniques.values().map(|row| row.tactics.as_str()).collect();
    for list in &lists {
        sheet.row(&[list])?;
    }
    sheet.end_block();
    for domain in &release.domains {
        for Tactic { id, shortname, name, deprecated } in &domain.tactics {
            let deprecated = if *deprecated { "deprecated" } else { "" };
            sheet.row(&[letter(&domain.name)?, id, shortname, name, deprecated])?;
        }
    }
    sheet.end_block();
    for (id, row) in techniques {
        let list = lists.iter().take_while(|list| **list != row.tactics).count();
        sheet.row(&[id, &row.name, &format!("{}{list}", row.domain), &row.status])?;
    }
    Ok(sheet)
}

fn one_version(domains: &[Domain]) -> Result<&str, String> {
    let Some(first) = domains.first() else { return Err("attack.json: no domain".to_owned()) };
    match domains.iter().find(|domain| domain.version != first.version) {
        Some(other) => Err(format!("attack.json: versions {} and {}", first.version, other.version)),
        None => Ok(&first.version),
    }
}

fn index(domains: &[Domain]) -> Result<ById<'_>, String> {
    let mut by_id = ById::new();
    for domain in domains {
        for technique in &domain.techniques {
            if by_id.insert(&technique.id, (letter(&domain.name)?, technique)).is_some() {
                return Err(format!("attack.json: {} occurs twice", technique.id));
            }
        }
    }
    Ok(by_id)
}

fn letter(domain: &str) -> Result<&'static str, String> {
    match domain {
        "enterprise-attack" => Ok("E"),
        "mobile-attack" => Ok("M"),
        "ics-attack" => Ok("I"),
        other => Err(format!("attack.json: unknown domain {other}")),
    }
}

/// The technique at the end of the chain of replacements; chains are short, and a loop ends at the bound.
fn last_replacement<'a>(technique: &'a Technique, by_id: &ById<'a>) -> Option<&'a Technique> {
    let mut last = None;
    let mut current = technique;
    for _ in 0..8 {
        let Some((_, next)) = current.revoked_by.as_deref().and_then(|id| by_id.get(id)) else { return last };
        last = Some(*next);
        current = next;
    }
    None
}

/// A technique's own tactics; a revoked one that has lost them takes those of what replaced it.
fn tactics<'a>(technique: &'a Technique, by_id: &ById<'a>) -> &'a [String] {
    if technique.tactics.is_empty() {
        return last_replacement(technique, by_id).map_or(&[], |last| &last.tactics);
    }
    &technique.tactics
}

fn status(technique: &Technique, by_id: &ById<'_>) -> String {
    if !technique.revoked {
        return if technique.deprecated { "deprecated" } else { "" }.to_owned();
    }
    match last_replacement(technique, by_id).filter(|last| last.is_active()) {
        Some(last) => last.id.clone(),
        None => "revoked".to_owned(),
    }
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Upstream {
    source: Vec<UpstreamSource>,
    newest: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize, Serialize)]
struct UpstreamSource {
    repo: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// `upstream.txt`, the tactics that upstream's gate files each technique under, sorted by technique, and `upstream.rs`, which
/// names its source.
pub(crate) fn upstream(facts: &Facts) -> Result<[Generated; 2], String> {
    let map: Upstream = facts.read("technique-tactics.json")?;
    let mut by_technique: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (tactic, techniques) in &map.newest {
        for technique in techniques {
            by_technique.entry(technique).or_default().push(tactic);
        }
    }
    let Some(source) = map.source.first() else { return Err("technique-tactics.json: no source".to_owned()) };
    let source = format!("{}, {}; {}", source.repo, source.path, source.note.as_deref().unwrap_or_default());
    let mut out = Source::new("Upstream's own map from techniques to Sentinel tactics.", &[source], "MIT");
    out.line("/// Sorted by technique.");
    out.line("pub(crate) static TECHNIQUE_TACTICS: &str = include_str!(\"upstream.txt\");");
    let mut sheet = Sheet::default();
    for (technique, tactics) in &by_technique {
        sheet.row(&[technique, &words(tactics)?])?;
    }
    Ok([sheet.finish("upstream.txt"), out.finish("upstream.rs")])
}
