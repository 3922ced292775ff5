//! Which ATT&CK tactics, techniques and sub-techniques content covers.

use std::collections::{BTreeMap, BTreeSet};

use crate::content::model::{List, field};
use crate::content::{Content, Detection, Kind};
use crate::knowledge::attack::{self, Domain, Technique, Version};
use crate::knowledge::tactics;
use crate::order::Order as _;

mod html;
mod json;
mod markdown;
mod navigator;
mod svg;
mod table;
mod targets;

pub use svg::shade;
pub use targets::{Targets, read_targets};

/// The formats of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text for people.
    Table,
    /// JSON for tools.
    Json,
    /// Tables for a pull request or a README.
    Markdown,
    /// A page.
    Html,
    /// A picture of the matrix.
    Svg,
    /// A layer of MITRE's ATT&CK Navigator.
    Navigator,
}

impl Format {
    /// Every format, in the order of the help text.
    pub(crate) const ALL: [Self; 6] =
        [Self::Table, Self::Json, Self::Markdown, Self::Html, Self::Svg, Self::Navigator];

    /// The name used on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Svg => "svg",
            Self::Navigator => "navigator",
        }
    }
}

/// One hunting query or rule, with what it says that it covers.
#[derive(Clone, Debug)]
pub struct Item {
    /// The file's name.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// The id, where there is one.
    pub id: Option<String>,
    /// The display name, or the path where there is none.
    pub name: String,
    /// The severity, as it is written.
    pub severity: Option<String>,
    /// The data types of its connectors.
    pub sources: BTreeSet<String>,
    /// The tactics, as they are written.
    pub tactics: Vec<String>,
    /// The techniques and sub-techniques, as they are written.
    pub techniques: Vec<String>,
}

impl Item {
    /// What a file says that it covers; `None` for content that has no place in ATT&CK, such as parsers.
    pub(crate) fn of(content: &Content) -> Option<Self> {
        if content.kind == Kind::CustomDetection {
            return Self::of_detections(content);
        }
        if !matches!(content.kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule | Kind::OtherRule)
        {
            return None;
        }
        let root = content.root()?.as_mapping()?;
        let list =
            |key| List::read(root, key).values().map(|text| text.trim().to_owned()).collect::<Vec<_>>();
        let template = content.template();
        let connectors = template.as_ref().map(|template| template.common().connectors.as_slice());
        let sources =
            connectors.unwrap_or_default().iter().flat_map(|connector| connector.data_types.values());
        let path = content.source.path().to_owned();
        Some(Self {
            kind: content.kind,
            id: content.id().map(|id| id.value.trim().to_owned()),
            name: content.name().map_or_else(|| path.clone(), |name| name.trim().to_owned()),
            severity: field(root, "severity").and_then(|field| Some(field.text()?.value.trim().to_owned())),
            sources: sources
                .map(|source| source.trim().to_owned())
                .filter(|source| !source.is_empty())
                .collect(),
            tactics: list("tactics"),
            techniques: list("relevantTechniques"),
            path,
        })
    }
}

impl Item {
    /// What the custom detections of a file cover together, under the name of the first.
    fn of_detections(content: &Content) -> Option<Self> {
        let detections = content.detections();
        let first = detections.first()?;
        let path = content.source.path().to_owned();
        let techniques = detections.iter().flat_map(Detection::techniques);
        Some(Self {
            kind: content.kind,
            id: first.id().map(|id| id.value.trim().to_owned()),
            name: first.name().map_or_else(|| path.clone(), |name| name.value.trim().to_owned()),
            severity: first.alert("severity").and_then(|node| Some(node.as_str()?.trim().to_owned())),
            sources: BTreeSet::new(),
            tactics: detections
                .iter()
                .flat_map(Detection::tactics)
                .map(|name| name.trim().to_owned())
                .collect(),
            techniques: techniques.map(|(_, text)| text.value.trim().to_owned()).collect(),
            path,
        })
    }
}

/// The coverage of one matrix by some items. Items are named by their index.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The release of ATT&CK.
    pub version: Version,
    /// The matrix.
    pub domain: Domain,
    /// What was read, in the order of the files.
    pub items: Vec<Item>,
    /// The items that state each tactic of the matrix, by its short name.
    pub tactics: BTreeMap<&'static str, BTreeSet<usize>>,
    /// The items that cover each technique and sub-technique of the matrix. Who covers a sub-technique covers the
    /// technique above it, never the other way round.
    pub techniques: BTreeMap<&'static str, BTreeSet<usize>>,
    /// What is stated as a technique and is not an active technique of any matrix of the release.
    pub unknown: BTreeMap<String, BTreeSet<usize>>,
}

impl Coverage {
    /// Counts what items cover.
    pub(crate) fn of(items: Vec<Item>, version: Version, domain: Domain) -> Self {
        let mut this = Self {
            version,
            domain,
            items,
            tactics: BTreeMap::new(),
            techniques: BTreeMap::new(),
            unknown: BTreeMap::new(),
        };
        for (at, item) in this.items.iter().enumerate() {
            for tactic in &item.tactics {
                for shortname in stated(tactic, version, domain) {
                    this.tactics.entry(shortname).or_default().insert(at);
                }
            }
            for written in &item.techniques {
                let id = written.to_ascii_uppercase();
                let current = version.technique(&id).and_then(current);
                match current {
                    Some(technique) if technique.domain == domain => {
                        this.techniques.entry(technique.id).or_default().insert(at);
                        if let Some(parent) = technique.parent_id() {
                            this.techniques.entry(parent).or_default().insert(at);
                        }
                    }
                    Some(_) => {}
                    None => _ = this.unknown.entry(written.clone()).or_default().insert(at),
                }
            }
        }
        this
    }

    /// The tactics of the matrix in its order.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static attack::Tactic> + use<> {
        columns(self.version, self.domain)
    }

    /// The techniques of a tactic without their sub-techniques, sorted by name as MITRE does.
    pub(crate) fn rows(&self, tactic: &str) -> Vec<&'static Technique> {
        let mut rows: Vec<&Technique> = self
            .active()
            .filter(|technique| technique.parent_id().is_none() && technique.tactics.contains(tactic))
            .collect();
        rows.order_by_key(|technique| (technique.name, technique.id));
        rows
    }

    /// The techniques and sub-techniques of the matrix that are still to be used, sorted by id.
    pub(crate) fn active(&self) -> impl Iterator<Item = &'static Technique> + use<> {
        let domain = self.domain;
        let all = self.version.techniques().iter();
        all.filter(move |technique| technique.domain == domain && technique.is_active())
    }

    /// How many items cover a technique.
    pub(crate) fn score(&self, id: &str) -> usize {
        self.techniques.get(id).map_or(0, BTreeSet::len)
    }

    /// The highest score.
    pub(crate) fn highest(&self) -> usize {
        self.techniques.values().map(BTreeSet::len).max().unwrap_or_default()
    }

    /// How many techniques are covered, and how many there are, without sub-techniques and of these.
    pub(crate) fn totals(&self) -> [(usize, usize); 2] {
        let mut totals = [(0, 0); 2];
        for technique in self.active() {
            let (covered, all) = &mut totals[usize::from(technique.parent_id().is_some())];
            *all += 1;
            *covered += usize::from(self.score(technique.id) > 0);
        }
        totals
    }

    /// How many items are of each kind, have each severity, and name each data type.
    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (at, item) in self.items.iter().enumerate() {
            counts.kinds.entry(item.kind.as_str()).or_default().insert(at);
            if let Some(severity) = &item.severity {
                counts.severities.entry(severity.clone()).or_default().insert(at);
            }
            for source in &item.sources {
                counts.sources.entry(source.clone()).or_default().insert(at);
            }
        }
        counts
    }

    /// How many techniques, sub-techniques included, some items cover together.
    fn reach(&self, items: &BTreeSet<usize>) -> usize {
        self.techniques.values().filter(|own| !own.is_disjoint(items)).count()
    }
}

/// Items by what they have in common.
#[derive(Debug, Default)]
struct Counts {
    kinds: BTreeMap<&'static str, BTreeSet<usize>>,
    severities: BTreeMap<String, BTreeSet<usize>>,
    sources: BTreeMap<String, BTreeSet<usize>>,
}

/// A technique, or what took the place of one that was revoked.
fn current(technique: &'static Technique) -> Option<&'static Technique> {
    if technique.is_active() { Some(technique) } else { technique.replacement() }
}

/// The tactics of the matrix that a text names. Sentinel's names follow an older release, so that one of them can stand for
/// several.
fn stated(text: &str, version: Version, domain: Domain) -> Vec<&'static str> {
    let own = attack::tactic(text)
        .and_then(|tactic| columns(version, domain).find(|column| column.shortname == tactic.shortname));
    if let Some(own) = own {
        return vec![own.shortname];
    }
    let meant = tactics::normalise_tactic(text).map(|tactic| tactic.mitre).unwrap_or_default();
    columns(version, domain).map(|column| column.shortname).filter(|name| meant.contains(name)).collect()
}

fn columns(version: Version, domain: Domain) -> impl Iterator<Item = &'static attack::Tactic> {
    version.tactics().iter().filter(move |tactic| tactic.domain == domain && !tactic.deprecated)
}

/// What one state covers and another does not, sorted by id.
pub(crate) fn lost(before: &Coverage, now: &Coverage) -> Vec<&'static str> {
    before.techniques.keys().filter(|id| !now.techniques.contains_key(*id)).copied().collect()
}

/// What a report says beside the coverage itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    /// The techniques that are wanted, where there is a list of them.
    pub targets: Option<Targets>,
    /// What was covered at another revision, and its name.
    pub base: Option<(String, Coverage)>,
}

impl Extras {
    /// The wanted techniques that nothing covers.
    pub(crate) fn gaps(&self, coverage: &Coverage) -> Vec<&'static Technique> {
        let wanted = self.targets.iter().flat_map(|targets| &targets.wanted);
        wanted.copied().filter(|technique| coverage.score(technique.id) == 0).collect()
    }

    /// What is covered now and was not, and the other way round.
    fn changes(&self, coverage: &Coverage) -> Option<(&str, Vec<&'static str>, Vec<&'static str>)> {
        let (name, before) = self.base.as_ref()?;
        Some((name, lost(coverage, before), lost(before, coverage)))
    }
}

/// The report in a format.
pub(crate) fn render(coverage: &Coverage, extras: &Extras, format: Format) -> String {
    match format {
        Format::Table => table::render(coverage, extras),
        Format::Json => json::render(coverage, extras),
        Format::Markdown => markdown::render(coverage, extras),
        Format::Html => html::render(coverage, extras),
        Format::Svg => svg::matrix(coverage),
        Format::Navigator => navigator::render(coverage),
    }
}

/// The name of a technique, a sub-technique's with that of the technique above it.
pub(crate) fn full_name(version: Version, technique: &Technique) -> String {
    match technique.parent_id().and_then(|id| version.technique(id)) {
        Some(parent) => format!("{}: {}", parent.name, technique.name),
        None => technique.name.to_owned(),
    }
}
