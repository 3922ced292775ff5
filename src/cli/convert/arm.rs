//! `--to arm`: a deployable template for each input, or one for all.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::write::File;
use super::{Done, Run, report_of};
use crate::check::Job;
use crate::cli::{Error, Outcome};
use crate::content::Kind;
use crate::convert::values_of_options::start_out_of_reach;
use crate::convert::{self, ArmTemplate, Body, Resource};
use crate::knowledge::limits;

pub(super) fn run(run: &Run<'_>) -> Result<Outcome, Error> {
    deploy(run, |_, resources| ArmTemplate::new(resources).to_json())
}

/// Writes a file for each input, or one for all, in a language whose texts `write` makes of resources; it is given
/// the path of the input, where there is one.
pub(super) fn deploy(
    run: &Run<'_>,
    write: impl Fn(Option<&Path>, &[Resource]) -> String,
) -> Result<Outcome, Error> {
    let finished = run.each(|job| resource(run, job))?;
    say_what_does_nothing(run, &finished.items);
    let changed = if run.options.merge {
        let resources = merge(finished.items)?;
        if resources.is_empty() {
            0
        } else {
            let text = write(None, &resources);
            hint_about_one(run, &resources, text.len());
            run.write_one(&format!("sentinel.{}", run.target.extension()), &text)?
        }
    } else {
        if finished.items.len() > limits::DEPLOYMENTS {
            let (count, most) = (finished.items.len(), limits::DEPLOYMENTS);
            run.hint(&format!(
                "Sentinel Repositories creates one deployment for each of the {count} files, and a resource group \
                 keeps at most {most}; --merge combines files"
            ));
        }
        let files = finished.items.iter().map(|(job, resource)| File {
            input: job.input.name.clone(),
            path: run.mirrored(job),
            text: write(Some(&job.input.path), std::slice::from_ref(resource)),
        });
        run.write_all(&files.collect::<Vec<_>>())?
    };
    Ok(run.outcome(finished.failed, changed))
}

/// Says which options of the command line concern nothing that was converted.
fn say_what_does_nothing(run: &Run<'_>, items: &[(&Job, Resource)]) {
    if items.is_empty() {
        return;
    }
    let options = run.options;
    let has = |test: fn(&Body) -> bool| items.iter().any(|(_, resource)| test(&resource.body));
    let rules = has(|body| !matches!(body, Body::SavedSearch(_)));
    let scheduled = has(|body| matches!(body, Body::Scheduled(_)));
    let searches = has(|body| matches!(body, Body::SavedSearch(_)));
    let given = [
        ("--api-version", options.api_version.is_some(), rules, "analytic rules"),
        ("--severity", options.severity.is_some(), rules, "analytic rules"),
        ("--enabled", options.enabled, rules, "analytic rules"),
        ("--disabled", options.disabled, rules, "analytic rules"),
        ("--no-incidents", options.no_incidents, rules, "analytic rules"),
        ("--with-template-link", options.with_template_link, rules, "analytic rules"),
        ("--start-at", options.start_at.is_some(), scheduled, "scheduled rules"),
        ("--long-description", options.long_description.is_some(), searches, "hunting queries"),
    ];
    for (name, _, _, what) in given.iter().filter(|(_, given, concerns, _)| *given && !concerns) {
        run.hint(&format!("`{name}` has no effect: it applies to {what}, and there are none"));
    }
    let start = items.iter().find_map(|(_, resource)| match &resource.body {
        Body::Scheduled(rule) => rule.start_time.as_deref(),
        _ => None,
    });
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    if let Some(what) = start.and_then(|start| start_out_of_reach(start, now)) {
        run.hint(&what);
    }
}

/// Says what one big template cannot be used for.
fn hint_about_one(run: &Run<'_>, resources: &[Resource], bytes: usize) {
    let rules = resources.iter().filter(|resource| resource.is_rule()).count();
    if rules > limits::PORTAL_IMPORT_RULES {
        let most = limits::PORTAL_IMPORT_RULES;
        run.hint(&format!("the template has {rules} rules; the portal imports at most {most} at a time"));
    }
    if resources.len() > limits::TEMPLATE_RESOURCES {
        let (count, most) = (resources.len(), limits::TEMPLATE_RESOURCES);
        run.hint(&format!(
            "the template has {count} resources, and a deployment can have at most {most}; merge fewer files"
        ));
    }
    if bytes > limits::TEMPLATE_BYTES {
        run.hint("the template is larger than 4 MiB, the limit of a deployment; merge fewer files");
    }
}

/// The resource that an input deploys.
pub(super) fn resource(run: &Run<'_>, job: &Job) -> Done<Resource> {
    let deployable = |kind| matches!(kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule);
    let options = run.options_for(job);
    let prepared = match run.prepared(job, &options, deployable) {
        Ok(prepared) => prepared,
        Err(done) => return done,
    };
    match convert::prepared_to_resource(&prepared, &options) {
        Ok(converted) => Done::Converted(report_of(&prepared.content, converted.notes), converted.resource),
        Err(refusal) => Done::Failed(report_of(&prepared.content, vec![*refusal])),
    }
}

/// All resources for one template.
fn merge(items: Vec<(&Job, Resource)>) -> Result<Vec<Resource>, Error> {
    let mut names = std::collections::BTreeMap::new();
    let mut resources = Vec::new();
    for (job, resource) in items {
        if let Some(other) = names.insert(resource.key(), job.input.name.clone()) {
            let message =
                format!("`{other}` and `{}` have the same id and cannot be in one template", job.input.name);
            return Err(Error::Usage(message));
        }
        resources.push(resource);
    }
    Ok(resources)
}
