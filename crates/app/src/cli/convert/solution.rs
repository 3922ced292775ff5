//! `--to solution`: the template of a Content hub solution out of all inputs.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Done, Run, report_of};
use crate::check::Job;
use crate::cli::{Error, Outcome};
use crate::content::{Kind, extension};
use crate::convert::{self, LongDescription, Options, SolutionFacts, SolutionItem};
use crate::discover::display;
use crate::order::Order as _;

pub(super) fn run(run: &Run<'_>) -> Result<Outcome, Error> {
    let options = run.options;
    let deployed = [
        ("--enabled", options.enabled),
        ("--disabled", options.disabled),
        ("--start-at", options.start_at.is_some()),
        ("--with-template-link", options.with_template_link),
        ("--api-version", options.api_version.is_some()),
    ];
    if let Some((name, _)) = deployed.iter().find(|(_, given)| *given) {
        let message = format!("`{name}` applies to deployed rules, but a solution contains rule templates");
        return Err(Error::Usage(message));
    }
    let facts = facts(run)?;
    let finished = run.each(|job| item(run, job))?;
    let mut items = finished.items;
    // Rules come first and queries after them, in the order of the solution's own list where there is one.
    items.order_by_key(|(job, item)| (!item.is_rule(), facts.place(&job.input.name)));
    let mut ids = std::collections::BTreeMap::new();
    for (job, item) in &items {
        if let Some(other) = ids.insert(item.key(), &job.input.name) {
            let name = &job.input.name;
            let message = format!("`{other}` and `{name}` have the same id and cannot be in one solution");
            return Err(Error::Usage(message));
        }
    }
    let items: Vec<SolutionItem> = items.into_iter().map(|(_, item)| item).collect();
    let changed = match &items[..] {
        [] => 0,
        items => run.write_one("mainTemplate.json", &convert::solution(items, &facts))?,
    };
    Ok(run.outcome(finished.failed, changed))
}

fn item(run: &Run<'_>, job: &Job) -> Done<SolutionItem> {
    let packaged = |kind| matches!(kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule);
    let mut options = Options { for_solution: true, ..run.options_for(job) };
    // A package is read by people before it is deployed, and published ones hold whole descriptions.
    let asked = run.options.long_description.or(run.work.config(job.location()).convert.long_description);
    options.long_description = asked.unwrap_or(LongDescription::Keep);
    let prepared = match run.prepared(job, &options, packaged) {
        Ok(prepared) => prepared,
        Err(done) => return done,
    };
    let base = job.input.path.file_stem().unwrap_or_default().to_string_lossy();
    match convert::to_item(&prepared, &base, &options, run.options.upstream_bugs) {
        Ok((item, notes)) => Done::Converted(report_of(&prepared.content, notes), item),
        Err(refusal) => Done::Failed(report_of(&prepared.content, vec![*refusal])),
    }
}

/// The facts of the solution: the file of `--solution` or sentlint.toml, and the metadata file that it names.
fn facts(run: &Run<'_>) -> Result<SolutionFacts, Error> {
    let path = run.options.solution.clone().or_else(|| {
        let configurations = run.work.jobs.iter().map(|job| run.work.config(job.location()));
        configurations.into_iter().find_map(|config| {
            let path = config.convert.solution.as_ref()?;
            Some(config.folder().map_or_else(|| path.clone(), |folder| folder.join(path)))
        })
    });
    let Some(path) = path else {
        let message = "a solution needs a name and a publisher: give a metadata file with --solution FILE\n  \
                       help: In TOML, `name = \"...\"` and `publisher-id = \"...\"` are enough; docs/convert.md lists all keys.";
        return Err(Error::Usage(message.into()));
    };
    let first = read(&path)?;
    let mut files = Vec::new();
    if let Some(version) = &run.options.solution_version {
        files.push(serde_json::json!({"version": version}));
    }
    let metadata = SolutionFacts::metadata_file(&first);
    files.push(first);
    if let Some(name) = metadata {
        files.push(read(&beside(&path, &name)?)?);
    }
    SolutionFacts::read(&files).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(|line| format!("{}: {line}", display(&path))).collect();
        Error::Usage(lines.join("\n"))
    })
}

/// Upstream's data file lies in a folder beside the metadata file that it names.
fn beside(path: &Path, name: &str) -> Result<PathBuf, Error> {
    let folders = path.ancestors().skip(1).take(2);
    let candidates: Vec<PathBuf> = folders.map(|folder| folder.join(name)).collect();
    candidates.iter().find(|candidate| candidate.is_file()).cloned().ok_or_else(|| {
        let message = format!(
            "`{}` names the metadata file `{name}`, which is neither in its folder nor above",
            display(path)
        );
        Error::Usage(message)
    })
}

fn read(path: &Path) -> Result<Value, Error> {
    let name = display(path);
    let text =
        std::fs::read_to_string(path).map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
    let text = text.trim_start_matches('\u{feff}');
    let json = extension(&name).is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let parsed = if json {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        toml::from_str(text).map_err(|error| error.to_string())
    };
    parsed.map_err(|error| Error::Usage(format!("`{name}` cannot be read: {}", error.trim_end())))
}
