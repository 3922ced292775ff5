//! The gates: what the pull-request checks of the upstream repository, Azure/Azure-Sentinel, report, and on which files.
//!
//! Under the profile `azure-sentinel` they take the place of the rules. Each gate has a file called like its workflow.
//! A finding of a gate is a finding of the rule that stands for it, with the rule's id and words, but whether there is
//! one is decided here, by what the workflow asks and where it looks, so that rules need to know nothing of gates.

use super::metadata::missing_key::{self, MissingKey};
use super::yaml::syntax::YamlSyntax;
use super::{Context, Declared, RepositoryFile, RepositoryFindings, Rule};
use crate::content::model::field;
use crate::content::{Content, Folder, Kind, Query, Template};
use crate::diagnostic::{Diagnostic, RuleMeta, Severity};
use crate::yaml::Node;

mod detection_template_schema_validations;
mod detection_validations;
mod documents_link_validation;
mod kql_validations;
mod non_ascii_validations;
mod validate_version_changed_in_detections;
mod yaml_syntax_validation;

/// A workflow of the upstream repository that checks pull requests.
struct Gate {
    /// The workflow's name: that of its file, without the ending.
    workflow: &'static str,
    /// All that it checks.
    checks: &'static [Check],
}

/// Every gate.
static GATES: [&Gate; 7] = [
    &yaml_syntax_validation::GATE,
    &non_ascii_validations::GATE,
    &documents_link_validation::GATE,
    &detection_template_schema_validations::GATE,
    &detection_validations::GATE,
    &validate_version_changed_in_detections::GATE,
    &kql_validations::GATE,
];

/// One thing that a gate checks.
struct Check {
    /// The rule whose findings it makes.
    rule: &'static RuleMeta,
    /// The files that it opens.
    opens: Opens,
    /// What it asks of them.
    asks: Asks,
}

/// The files that a check opens, by the folder that they lie in.
#[derive(Clone, Copy)]
enum Opens {
    /// Every file.
    All,
    /// Files in the folders of analytic rules.
    Rules,
    /// Of these, the ones whose `kind` is exactly `Scheduled`.
    ScheduledRules,
    /// Files in the folders of hunting queries.
    HuntingQueries,
    /// Files in the folders of analytic rules and of hunting queries.
    RulesAndHuntingQueries,
}

impl Opens {
    /// Whether the check opens files of a folder.
    fn folder(self, folder: Folder) -> bool {
        match self {
            Self::All => true,
            Self::Rules | Self::ScheduledRules => folder == Folder::Rules,
            Self::HuntingQueries => folder == Folder::Hunting,
            Self::RulesAndHuntingQueries => matches!(folder, Folder::Rules | Folder::Hunting),
        }
    }

    /// Whether the check opens a file.
    fn file(self, cx: &Context<'_>) -> bool {
        let is_scheduled = || {
            let kind = cx.template.and_then(|template| template.common().root.get("kind"));
            kind.and_then(Node::as_str) == Some("Scheduled")
        };
        self.folder(cx.content.folder) && (!matches!(self, Self::ScheduledRules) || is_scheduled())
    }
}

/// What a check asks, and of what.
#[derive(Clone, Copy)]
enum Asks {
    /// What the rule asks too.
    AsRule(&'static dyn Rule),
    /// Of the file.
    File(fn(&Context<'_>, &mut Vec<Diagnostic>)),
    /// Of the file, if it is a hunting query or an analytic rule.
    Template(fn(&Context<'_>, &Template<'_>, &mut Vec<Diagnostic>)),
    /// Of each query.
    Query(fn(&Context<'_>, &Query<'_>, &mut Vec<Diagnostic>)),
    /// Of all files together that the check opens, each with its index.
    Repository(fn(&[(usize, &RepositoryFile)], &mut RepositoryFindings)),
}

impl Check {
    /// A check that asks what the rule asks.
    const fn as_rule<R: Rule + Declared>(opens: Opens, rule: &'static R) -> Self {
        Self { rule: R::META, opens, asks: Asks::AsRule(rule) }
    }

    /// A check with a question of its own, whose findings are those of a rule.
    const fn new<R: Declared>(opens: Opens, asks: Asks) -> Self {
        Self { rule: R::META, opens, asks }
    }

    /// Adds the findings in one file.
    fn run(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        match self.asks {
            Asks::AsRule(rule) => {
                rule.check_file(cx, out);
                if let Some(template) = cx.template {
                    rule.check_template(cx, template, out);
                }
                for query in cx.queries {
                    rule.check_query(cx, query, out);
                }
            }
            Asks::File(ask) => ask(cx, out),
            Asks::Template(ask) => {
                if let Some(template) = cx.template {
                    ask(cx, template, out);
                }
            }
            Asks::Query(ask) => cx.queries.iter().for_each(|query| ask(cx, query, out)),
            Asks::Repository(_) => {}
        }
    }
}

/// The template as the gates read it: they look at rules of every kind, and then refuse those that are neither
/// scheduled nor NRT.
pub(crate) fn template(content: &Content) -> Option<Template<'_>> {
    let other = || {
        let is_opened = content.kind == Kind::OtherRule && content.folder == Folder::Rules;
        Template::read(content.root()?, Kind::NrtRule).filter(|_| is_opened)
    };
    content.template().or_else(other)
}

/// What the gates report of one file.
pub(crate) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // Where the file cannot be read, the gate on YAML says so, and the others say nothing.
    let is_readable = cx.content.document.errors.is_empty();
    for gate in GATES {
        for check in gate.checks.iter().filter(|check| cx.settings.enabled(check.rule)) {
            if (is_readable || check.rule == YamlSyntax::META) && check.opens.file(cx) {
                let first = out.len();
                check.run(cx, out);
                out.iter_mut().skip(first).for_each(|finding| sign(finding, gate));
            }
        }
    }
}

/// What the gates report that compare files with each other. The findings name the file by its index.
pub(crate) fn check_repository(files: &[RepositoryFile], out: &mut RepositoryFindings) {
    for gate in GATES {
        for check in gate.checks {
            if let Asks::Repository(ask) = check.asks {
                let first = out.len();
                let is_opened = |(_, file): &(usize, &RepositoryFile)| check.opens.folder(file.folder);
                let opened: Vec<_> = files.iter().enumerate().filter(is_opened).collect();
                ask(&opened, out);
                out.iter_mut().skip(first).for_each(|(_, finding)| sign(finding, gate));
            }
        }
    }
}

/// Reports the keys that a template lacks, or that have nothing in them.
fn missing_keys(cx: &Context<'_>, template: &Template<'_>, keys: &[&str], out: &mut Vec<Diagnostic>) {
    let root = template.common().root;
    for key in keys {
        let node = field(root, key).map(|field| field.node());
        if node.is_none_or(|node| node.is_null() || node.as_str() == Some("")) {
            let finding = MissingKey::at(cx.first_key(), format!("The key `{key}` is missing"));
            out.push(finding.help(missing_key::help(Kind::ScheduledRule, "", key)).path(""));
        }
    }
}

/// A red check has no degrees.
fn sign(finding: &mut Diagnostic, gate: &Gate) {
    finding.severity = Severity::Error;
    finding.gate = Some(gate.workflow);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules;

    #[test]
    fn every_rule_with_a_gate_is_checked_by_it_and_no_other_is() {
        let named = rules::all().filter_map(|entry| Some((entry.meta.gate?, entry.meta.id)));
        let mut named: BTreeSet<_> = named.collect();
        // The workflow that reads queries cannot do without an id and a query, and looks at more folders.
        named.insert(("kql-validations", "missing-key"));
        let checked =
            GATES.iter().flat_map(|gate| gate.checks.iter().map(|check| (gate.workflow, check.rule.id)));
        assert_eq!(checked.collect::<BTreeSet<_>>(), named);
    }
}
