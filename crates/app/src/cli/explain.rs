//! `explain`, `rules`, `schema` and `completions`: what sentlint knows of itself.

use clap::CommandFactory as _;
use serde_json::json;

use super::args::{Cli, Completions, Explain, Form, Global, Rules, Schema};
use super::{Error, Outcome, print, results};
use crate::content::schema;
use crate::diagnostic::{Applicability, Blocks, Group, RuleMeta};
use crate::report;
use crate::rules;

/// `sentlint explain RULE`
pub(super) fn explain(global: &Global, options: &Explain) -> Result<Outcome, Error> {
    let Some(entry) = rules::find(&options.rule) else {
        return Err(Error::Usage(match crate::similar::nearest(&options.rule, ids()) {
            Some(near) => format!("unknown rule `{}`; did you mean `{near}`?", options.rule),
            None => format!("unknown rule `{}`; `sentlint rules` lists all rules", options.rule),
        }));
    };
    if options.output_format == Form::Json {
        results(&format!("{:#}\n", to_json(entry.meta)))?;
    } else {
        let style = print::style(global, false);
        let page = page(entry.meta);
        let is_for_people = style.color || style.terminal;
        results(&if is_for_people { report::page(&page, &style) } else { page })?;
    }
    Ok(Outcome::Clean)
}

fn ids() -> impl Iterator<Item = &'static str> {
    rules::all().map(|entry| entry.meta.id)
}

/// A rule's page: the facts, then the text beside the code.
pub(super) fn page(meta: &RuleMeta) -> String {
    let fix = meta.fix.map_or("none".to_owned(), |fix| {
        let safety = match fix.safety {
            Applicability::Safe => "safe (`--fix`)",
            Applicability::Unsafe => "unsafe (`--fix --unsafe-fixes`)",
            Applicability::Display => "display only, never applied",
        };
        format!("{} available, {safety}", fix.availability.as_str())
    });
    let profile = if meta.pedantic { "pedantic" } else { "recommended" };
    let blocks = meta.blocks.map_or_else(String::new, |blocks| {
        format!(
            "- Blocks: `{}`, which does not write content with an error from this rule\n",
            blocks.as_str()
        )
    });
    let gate = meta.gate.map_or_else(String::new, |gate| format!("- Upstream gate: `{gate}`\n"));
    let raised = meta.raised.map_or_else(String::new, |raised| format!("; {raised} for some findings"));
    format!(
        "# {}\n\n- Group: {}\n- Severity: {}{raised}\n- Profile: {profile}\n- Fix: {fix}\n{blocks}{gate}- Since: {}\n\n{}",
        meta.id,
        meta.group.as_str(),
        meta.severity,
        meta.since,
        meta.page(),
    )
}

fn to_json(meta: &RuleMeta) -> serde_json::Value {
    json!({
        "id": meta.id,
        "group": meta.group.as_str(),
        "severity": meta.severity.as_str(),
        "max_severity": meta.most_severe().as_str(),
        "profile": if meta.pedantic { "pedantic" } else { "recommended" },
        "fix": meta.fix.map(|fix| fix.safety.as_str()),
        "fix_availability": meta.fix.map(|fix| fix.availability.as_str()),
        "blocks": meta.blocks.map(Blocks::as_str),
        "gate": meta.gate,
        "since": meta.since,
        "summary": meta.summary(),
        "url": meta.url(),
        "documentation": meta.page(),
    })
}

/// `sentlint rules`
pub(super) fn rules(global: &Global, options: &Rules) -> Result<Outcome, Error> {
    if options.output_format == Form::Json {
        let all: Vec<_> = rules::all().map(|entry| to_json(entry.meta)).collect();
        results(&format!("{:#}\n", serde_json::Value::Array(all)))?;
        return Ok(Outcome::Clean);
    }
    let style = print::style(global, false);
    results(&report::rules(rules::all().map(|entry| entry.meta), &style))?;
    Ok(Outcome::Clean)
}

/// `sentlint schema KIND`
pub(super) fn schema(options: &Schema) -> Result<Outcome, Error> {
    if let Some(text) = schema::published(options.kind.as_str()) {
        results(&text)?;
    }
    Ok(Outcome::Clean)
}

/// `sentlint completions SHELL`
pub(super) fn completions(options: &Completions) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    let groups = Group::ALL.map(Group::as_str);
    let names: Vec<&str> = groups.into_iter().chain(ids()).collect();
    let rules = |arg: clap::Arg| arg.value_parser(names.clone());
    let mut program = Cli::command()
        .mut_subcommand("check", |check| {
            let check = check.mut_arg("select", rules).mut_arg("extend_select", rules);
            check.mut_arg("ignore", rules)
        })
        .mut_subcommand("explain", |explain| {
            explain.mut_arg("rule", |arg| arg.value_parser(ids().collect::<Vec<_>>()))
        });
    clap_complete::generate(options.shell, &mut program, "sentlint", &mut script);
    results(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}
