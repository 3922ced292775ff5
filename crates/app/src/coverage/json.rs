//! The report for tools.

use serde::Serialize;
use std::collections::BTreeMap;

use super::{Coverage, Extras, full_name};

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    attack_version: &'static str,
    domain: &'static str,
    content: Vec<Content<'a>>,
    tactics: Vec<Tactic>,
    techniques: Vec<Technique<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<Unknown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    targets: Option<Targets>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<Base<'a>>,
}

#[derive(Serialize)]
struct Content<'a> {
    path: &'a str,
    kind: &'static str,
    id: Option<&'a str>,
    name: &'a str,
    severity: Option<&'a str>,
    data_types: Vec<&'a str>,
}

#[derive(Serialize)]
struct Tactic {
    id: &'static str,
    name: &'static str,
    /// The content that states it.
    content: usize,
    techniques: Share,
}

#[derive(Serialize)]
struct Share {
    covered: usize,
    of: usize,
}

#[derive(Serialize)]
struct Technique<'a> {
    id: &'static str,
    name: String,
    tactics: Vec<&'static str>,
    /// How much content covers it.
    content: usize,
    kinds: BTreeMap<&'static str, usize>,
    paths: Vec<&'a str>,
}

#[derive(Serialize)]
struct Unknown<'a> {
    technique: &'a str,
    paths: Vec<&'a str>,
}

#[derive(Serialize)]
struct Targets {
    wanted: usize,
    gaps: Vec<&'static str>,
}

#[derive(Serialize)]
struct Base<'a> {
    revision: &'a str,
    gained: Vec<&'static str>,
    lost: Vec<&'static str>,
}

pub(super) fn render(coverage: &Coverage, extras: &Extras) -> String {
    let item = |at: &usize| &coverage.items[*at];
    let tactic = |tactic: &'static crate::knowledge::attack::Tactic| {
        let rows = coverage.rows(tactic.shortname);
        let covered = rows.iter().filter(|row| coverage.score(row.id) > 0).count();
        Tactic {
            id: tactic.id,
            name: tactic.name,
            content: coverage.tactics.get(tactic.shortname).map_or(0, std::collections::BTreeSet::len),
            techniques: Share { covered, of: rows.len() },
        }
    };
    let technique = |(id, items): (&&'static str, &std::collections::BTreeSet<usize>)| {
        let technique = coverage.version.technique(id)?;
        let mut kinds = BTreeMap::new();
        for at in items {
            *kinds.entry(item(at).kind.as_str()).or_default() += 1;
        }
        Some(Technique {
            id: technique.id,
            name: full_name(coverage.version, technique),
            tactics: technique.tactics.to_vec(),
            content: items.len(),
            kinds,
            paths: items.iter().map(|at| &*item(at).path).collect(),
        })
    };
    let report = Report {
        version: 1,
        attack_version: coverage.version.as_str(),
        domain: coverage.domain.as_str(),
        content: coverage
            .items
            .iter()
            .map(|item| Content {
                path: &item.path,
                kind: item.kind.as_str(),
                id: item.id.as_deref(),
                name: &item.name,
                severity: item.severity.as_deref(),
                data_types: item.sources.iter().map(String::as_str).collect(),
            })
            .collect(),
        tactics: coverage.columns().map(tactic).collect(),
        techniques: coverage.techniques.iter().filter_map(technique).collect(),
        unknown: coverage
            .unknown
            .iter()
            .map(|(technique, items)| Unknown {
                technique,
                paths: items.iter().map(|at| &*item(at).path).collect(),
            })
            .collect(),
        targets: extras.targets.as_ref().map(|targets| Targets {
            wanted: targets.wanted.len(),
            gaps: extras.gaps(coverage).iter().map(|technique| technique.id).collect(),
        }),
        base: extras.changes(coverage).map(|(revision, gained, lost)| Base { revision, gained, lost }),
    };
    // Nothing in it can fail to be written.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
