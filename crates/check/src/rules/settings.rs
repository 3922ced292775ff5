//! What the user wants of the rules: the profile, which rules run, and their options.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::diagnostic::{Group, RuleMeta, Severity};
use crate::knowledge::attack;
use crate::workspace::Workspace;

/// A set of rules with a purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// What is wrong, and what is very likely a mistake.
    #[default]
    Recommended,
    /// Exactly what the pull-request gates of Azure/Azure-Sentinel report.
    AzureSentinel,
    /// Everything, review guidance included.
    Pedantic,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Recommended, Self::AzureSentinel, Self::Pedantic];

    /// The name used on the command line and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::AzureSentinel => "azure-sentinel",
            Self::Pedantic => "pedantic",
        }
    }

    /// Whether the gates of the upstream repository run in place of the rules.
    pub fn runs_gates(self) -> bool {
        self == Self::AzureSentinel
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|profile| profile.as_str() == text);
        found.ok_or_else(|| format!("`{text}` is not a profile: use recommended, azure-sentinel or pedantic"))
    }
}

/// From which severity on findings make the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// From this one on.
    Severity(Severity),
    /// From none.
    Never,
}

impl FailOn {
    /// Reads the name used on the command line and in the configuration.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "never" => Some(Self::Never),
            name => Severity::parse(name).map(Self::Severity),
        }
    }

    /// The name used on the command line and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Severity(severity) => severity.as_str(),
            Self::Never => "never",
        }
    }

    /// Whether a run with this worst finding fails.
    pub fn fails(self, worst: Option<Severity>) -> bool {
        matches!((self, worst), (Self::Severity(least), Some(worst)) if worst >= least)
    }
}

/// A name given to `--select` and its relatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Every rule.
    All,
    /// The rules of a group.
    Group(Group),
    /// One rule.
    Rule(&'static RuleMeta),
}

impl Selector {
    /// Reads a rule id, a group or `all`; the error says what was meant, if anything near exists.
    pub fn parse(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        if let Some(group) = Group::ALL.into_iter().find(|group| group.as_str().eq_ignore_ascii_case(name)) {
            return Ok(Self::Group(group));
        }
        if let Some(entry) = super::find(&name.to_ascii_lowercase()) {
            return Ok(Self::Rule(entry.meta));
        }
        let groups = Group::ALL.into_iter().map(Group::as_str);
        let known = super::all().map(|entry| entry.meta.id).chain(groups);
        if Profile::ALL.into_iter().any(|profile| profile.as_str() == name) {
            return Err(format!("`{name}` is a profile, not a rule or group; set it as `profile`"));
        }
        Err(match crate::similar::nearest(name, known) {
            Some(near) => format!("unknown rule or group `{name}`; did you mean `{near}`?"),
            None if name.is_empty() => {
                "expected a rule or group, found an empty string; `sentlint rules` lists them all".into()
            }
            None => format!("unknown rule or group `{name}`; `sentlint rules` lists them all"),
        })
    }

    fn covers(&self, meta: &RuleMeta) -> bool {
        match self {
            Self::All => true,
            Self::Group(group) => *group == meta.group,
            Self::Rule(rule) => *rule == meta,
        }
    }

    fn names(&self, meta: &RuleMeta) -> bool {
        matches!(self, Self::Rule(rule) if *rule == meta)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::Group(group) => group.as_str(),
            Self::Rule(rule) => rule.id,
        })
    }
}

/// What the configuration says of one rule.
#[derive(Clone, Debug, Default)]
pub struct RuleOption {
    /// The severity of its findings, instead of the rule's own.
    pub severity: Option<Severity>,
}

/// What the configuration says of single rules, by id.
pub type RuleOptions = BTreeMap<&'static str, RuleOption>;

/// Everything that steers the rules.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The profile.
    pub profile: Profile,
    /// Where given, only these rules run.
    pub select: Option<Vec<Selector>>,
    /// These run as well.
    pub extend_select: Vec<Selector>,
    /// These do not run, whatever else is said.
    pub ignore: Vec<Selector>,
    /// Less severe findings are omitted.
    pub min_severity: Option<Severity>,
    /// Connector ids that count as known in addition to the built-in ones.
    pub connectors: Vec<String>,
    /// The watchlists of the workspace; empty where nobody says which there are.
    pub watchlists: Vec<String>,
    /// The release of ATT&CK that techniques are checked against.
    pub attack: attack::Version,
    /// Options of single rules.
    pub options: RuleOptions,
    /// Tables and functions in addition to the built-in ones.
    pub workspace: Arc<Workspace>,
    /// How queries are formatted.
    pub fmt: crate::fmt::Options,
}

impl Settings {
    /// The settings for asking what can be deployed, of which the gates of a repository say nothing.
    #[must_use]
    pub fn for_deployment(mut self) -> Self {
        if self.profile.runs_gates() {
            self.profile = Profile::Recommended;
        }
        self
    }

    /// The severity that a rule's findings have where it does not say otherwise itself.
    pub fn severity_of(&self, meta: &RuleMeta) -> Severity {
        self.options.get(meta.id).and_then(|option| option.severity).unwrap_or(meta.severity)
    }

    /// Whether a rule runs.
    pub fn enabled(&self, meta: &RuleMeta) -> bool {
        if self.ignore.iter().any(|selector| selector.covers(meta)) {
            // A rule that is named beats a group or `all` that is ignored.
            let named = |list: &[Selector]| list.iter().any(|selector| selector.names(meta));
            let asked = self.select.as_deref().is_some_and(named) || named(&self.extend_select);
            let refused = named(&self.ignore);
            if refused || !asked {
                return false;
            }
        }
        // Upstream's gates are a closed set: a selection narrows it and never widens it.
        if self.profile.runs_gates() {
            let selected = self.select.as_ref().is_none_or(|list| list.iter().any(|s| s.covers(meta)));
            return meta.gate.is_some() && selected;
        }
        if self.extend_select.iter().any(|selector| selector.covers(meta)) {
            return true;
        }
        match &self.select {
            Some(list) => list.iter().any(|selector| selector.covers(meta)),
            None => !meta.pedantic || self.profile == Profile::Pedantic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FailOn, Profile, Selector, Settings};
    use crate::diagnostic::Severity;
    use crate::rules::all;

    #[test]
    fn profiles_have_their_names() {
        for profile in Profile::ALL {
            assert_eq!(profile.as_str().parse(), Ok(profile));
            assert_eq!(profile.to_string(), profile.as_str());
            assert_eq!(profile.runs_gates(), profile == Profile::AzureSentinel);
        }
        assert_eq!(
            "strict".parse::<Profile>(),
            Err("`strict` is not a profile: use recommended, azure-sentinel or pedantic".to_owned())
        );
        assert!("Pedantic".parse::<Profile>().is_err());
    }

    #[test]
    fn what_fails_a_run_has_its_name() {
        for severity in [Severity::Error, Severity::Warning, Severity::Info] {
            let from = FailOn::parse(severity.as_str());
            assert_eq!(from, Some(FailOn::Severity(severity)));
            assert_eq!(from.map(FailOn::as_str), Some(severity.as_str()));
        }
        assert_eq!(FailOn::parse("never").map(FailOn::as_str), Some("never"));
        assert_eq!(FailOn::parse("always"), None);
    }

    #[test]
    fn a_rule_that_is_named_beats_a_group_that_is_ignored() {
        let branding = all().find(|entry| entry.meta.id == "branding").unwrap().meta;
        let selectors = |names: &[&str]| names.iter().map(|name| Selector::parse(name).unwrap()).collect();
        let enabled = |select: Option<&[&str]>, extend: &[&str], ignore: &[&str]| {
            let settings = Settings {
                select: select.map(selectors),
                extend_select: selectors(extend),
                ignore: selectors(ignore),
                ..Settings::default()
            };
            settings.enabled(branding)
        };
        let (named, group): (&[&str], &[&str]) = (&["branding"], &[branding.group.as_str()]);
        assert!(enabled(Some(named), &[], &["all"]));
        assert!(enabled(Some(named), &[], group));
        assert!(enabled(None, named, &["all"]));
        assert!(enabled(Some(&["all"]), named, group));
        assert!(!enabled(Some(&["all"]), &[], group));
        assert!(!enabled(Some(group), &[], &["all"]));
        assert!(!enabled(Some(named), named, named));
        assert!(!enabled(Some(&["late-filter"]), &[], &["all"]) && enabled(Some(named), &[], &["query"]));
    }

    #[test]
    fn rules_and_groups_are_selected_by_name() {
        let told = |name: &str| match Selector::parse(name) {
            Ok(Selector::All) => "everything".to_owned(),
            Ok(Selector::Group(group)) => format!("group {}", group.as_str()),
            Ok(Selector::Rule(meta)) => format!("rule {}", meta.id),
            Err(message) => message,
        };
        for (name, expected) in [
            ("all", "everything"),
            ("ALL", "everything"),
            ("query", "group query"),
            ("Query", "group query"),
            ("branding", "rule branding"),
            ("BRANDING", "rule branding"),
            ("missing-keys", "unknown rule or group `missing-keys`; did you mean `missing-key`?"),
            ("querry", "unknown rule or group `querry`; did you mean `query`?"),
            ("zzzzzzzz", "unknown rule or group `zzzzzzzz`; `sentlint rules` lists them all"),
            ("", "expected a rule or group, found an empty string; `sentlint rules` lists them all"),
        ] {
            assert_eq!(told(name), expected, "{name}");
        }
    }
}
