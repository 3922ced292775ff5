//! MITRE ATT&CK's tactics and techniques, and upstream's own map from techniques to tactics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::Facts;
use crate::rust::{Source, literal, literals};

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

/// `attack.rs`: of the newest release the tactics in matrix order and the techniques sorted by id, and of older ones
/// what differs from it.
pub(crate) fn techniques(facts: &Facts) -> Result<Generated, String> {
    let newest: Attack = facts.read("attack.json")?;
    let older: Vec<Attack> = OLDER.iter().map(|name| facts.read(name)).collect::<Result<_, _>>()?;
    let mut sources = Vec::new();
    for release in std::iter::once(&newest).chain(&older) {
        let (version, Release { repository, commit, .. }) = (one_version(&release.domains)?, &release.source);
        sources.push(format!("{repository} at {commit}, ATT&CK {version}, three domains"));
    }
    let mut out = Source::new("MITRE ATT&CK's tactics and techniques.", &sources, &newest.source.license);
    out.line("use crate::knowledge::attack::Domain::{Enterprise as E, Ics as I, Mobile as M};");
    out.line("use crate::knowledge::attack::Status::{Active as A, Deprecated as D, Revoked};");
    out.line("use crate::knowledge::attack::{Domain, Older, Status, Tactic, Technique, Version};\n");
    out.line(format!("pub(crate) const VERSION: &str = {};\n", literal(one_version(&newest.domains)?)));
    out.line("const fn a(id: &'static str, shortname: &'static str, name: &'static str, domain: Domain, deprecated: bool) -> Tactic {");
    out.line("    Tactic { id, shortname, name, domain, deprecated }\n}\n");
    out.line("const fn t(id: &'static str, name: &'static str, tactics: &'static [&'static str], domain: Domain, status: Status) -> Technique {");
    out.line("    Technique { id, name, tactics, domain, status, version: Version::NEWEST }\n}\n");
    out.line("const fn r(by: &'static str) -> Status {\n    Revoked { by: Some(by) }\n}\n");
    out.line("pub(crate) static TACTICS: &[Tactic] = &[");
    write_tactics(&mut out, &newest, "    ")?;
    out.line("];\n\npub(crate) static TECHNIQUES: &[Technique] = &[");
    let of_newest = lines(&newest)?;
    for line in of_newest.values() {
        out.line(format!("    {line}"));
    }
    out.line(
        "];\n\n/// The releases before it: what differs in each.\npub(crate) const OLDER: &[Older] = &[",
    );
    for release in &older {
        let own = lines(release)?;
        out.line(format!("    Older {{\n        version: {},", literal(one_version(&release.domains)?)));
        out.line("        tactics: &[");
        write_tactics(&mut out, release, "            ")?;
        out.line("        ],\n        changed: &[");
        for (id, line) in own.iter().filter(|(id, line)| of_newest.get(*id) != Some(line)) {
            if !of_newest.contains_key(id) {
                return Err(format!("{id} is in an older release and not in the newest"));
            }
            out.line(format!("            {line}"));
        }
        let absent: Vec<&String> = of_newest.keys().filter(|id| !own.contains_key(*id)).collect();
        out.line(format!("        ],\n        absent: {},\n    }},", literals(absent)));
    }
    out.line("];");
    Ok(out.finish("attack.rs"))
}

fn write_tactics(out: &mut Source, release: &Attack, indent: &str) -> Result<(), String> {
    for domain in &release.domains {
        for Tactic { id, shortname, name, deprecated } in &domain.tactics {
            let domain = letter(&domain.name)?;
            out.line(format!("{indent}a({id:?}, {shortname:?}, {name:?}, {domain}, {deprecated}),"));
        }
    }
    Ok(())
}

/// The line of each technique of a release, by id.
fn lines(release: &Attack) -> Result<BTreeMap<String, String>, String> {
    let by_id = index(&release.domains)?;
    let line = |(id, (domain, technique)): (&&str, &(&'static str, &Technique))| {
        let tactics = literals(tactics(technique, &by_id));
        let status = status(technique, &by_id);
        ((*id).to_owned(), format!("t({id:?}, {:?}, {tactics}, {domain}, {status}),", technique.name))
    };
    Ok(by_id.iter().map(line).collect())
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
        return if technique.deprecated { "D" } else { "A" }.to_owned();
    }
    match last_replacement(technique, by_id).filter(|last| last.is_active()) {
        Some(last) => format!("r({})", literal(&last.id)),
        None => "Revoked { by: None }".to_owned(),
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

/// `upstream.rs`: the tactics that upstream's gate files each technique under, sorted by technique.
pub(crate) fn upstream(facts: &Facts) -> Result<Generated, String> {
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
    out.line("pub(crate) static TECHNIQUE_TACTICS: &[(&str, &[&str])] = &[");
    for (technique, tactics) in &by_technique {
        out.line(format!("    ({technique:?}, {}),", literals(tactics)));
    }
    out.line("];");
    Ok(out.finish("upstream.rs"))
}
