//! `--to arm`: a deployable template for each input, or one for all.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use super::write::File;
use super::{Done, Run, back, content_of, report_of};
use crate::check::Job;
use crate::cli::{Error, Outcome};
use crate::content::{Content, Kind};
use crate::convert::values_of_options::start_out_of_reach;
use crate::convert::{self, ArmTemplate, Body, Resource, promote};
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::source::SourceFile;
use crate::workspace::View;

pub(super) fn run(run: &Run<'_>) -> Result<Outcome, Error> {
    deploy(run, |_, resources| ArmTemplate::new(resources).to_json())
}

/// Writes a file for each input, or one for all, in a language whose texts `write` makes of resources; it is given
/// the path of the input, where there is one.
pub(super) fn deploy(
    run: &Run<'_>,
    write: impl Fn(Option<&Path>, &[Resource]) -> String,
) -> Result<Outcome, Error> {
    let finished = run.each(|job| resources(run, job))?;
    let (mut items, mut failed) = (Vec::new(), finished.failed);
    for (job, made) in finished.items {
        failed += usize::from(made.failed);
        run.incomplete.fetch_or(made.failed, Ordering::Relaxed);
        items.push((job, made.resources));
    }
    say_what_does_nothing(run, &items);
    let changed = if run.options.merge {
        let resources = merge(items)?;
        if resources.is_empty() {
            0
        } else {
            let text = write(None, &resources);
            hint_about_one(run, &resources, text.len());
            run.write_one(&format!("sentinel.{}", run.target.extension()), &text)?
        }
    } else {
        if items.len() > limits::DEPLOYMENTS {
            let (count, most) = (items.len(), limits::DEPLOYMENTS);
            run.hint(&format!(
                "Sentinel Repositories creates one deployment for each of the {count} files, and a resource group \
                 keeps at most {most}; --merge combines files"
            ));
        }
        let files = items.iter().map(|(job, resources)| File {
            input: job.input.name.clone(),
            path: run.mirrored(job),
            text: write(Some(&job.input.path), resources),
        });
        run.write_all(&files.collect::<Vec<_>>())?
    };
    Ok(run.outcome(failed, changed))
}

/// What one input became.
struct Made {
    resources: Vec<Resource>,
    /// Whether a part of it was refused.
    failed: bool,
}

/// Says which options of the command line concern nothing that was converted.
fn say_what_does_nothing(run: &Run<'_>, items: &[(&Job, Vec<Resource>)]) {
    if items.is_empty() {
        return;
    }
    let options = run.options;
    let every = || items.iter().flat_map(|(_, resources)| resources);
    let has = |test: fn(&Body) -> bool| every().any(|resource| test(&resource.body));
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
    let start = every().find_map(|resource| match &resource.body {
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

/// The resources that an input deploys.
fn resources(run: &Run<'_>, job: &Job) -> Done<Made> {
    let deployable = |kind| {
        matches!(kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule | Kind::CustomDetection)
    };
    let content = match content_of(job, run.target, deployable) {
        Ok(content) => content,
        Err(done) => return done,
    };
    if content.kind == Kind::CustomDetection {
        return of_detections(run, job, &content);
    }
    let options = run.options_for(job);
    let prepared = match run.prepared_of(job, &content, &options) {
        Ok(prepared) => prepared,
        Err(done) => return done,
    };
    match convert::prepared_to_resource(&prepared, &options) {
        Ok(converted) => {
            let made = Made { resources: vec![converted.resource], failed: false };
            Done::Converted(report_of(&prepared.content, converted.notes), made)
        }
        Err(refusal) => Done::Failed(report_of(&prepared.content, vec![*refusal])),
    }
}

/// The resources of custom detections: those of the rules that they become.
fn of_detections(run: &Run<'_>, job: &Job, content: &Content) -> Done<Made> {
    let mut found = match back::rules(run, job, content, None, promote::Options::default()) {
        Ok(found) => found,
        Err(refusal) => return Done::Failed(report_of(content, vec![*refusal])),
    };
    let options = run.options_for(job);
    let workspace = Arc::clone(&run.work.config(job.location()).workspace);
    let catalog = View::new(vec![&workspace]);
    let mut made = Made { resources: Vec::new(), failed: found.failed };
    for item in &found.items {
        let rule = Content::read(Arc::new(SourceFile::new("rule.yaml", item.text.as_str())), "rule.yaml");
        let converted = convert::prepare(&rule, &options.params, &catalog)
            .and_then(|prepared| convert::prepared_to_resource(&prepared, &options));
        // What is told of the rule in between has its place in the detection.
        let moved = |note: Diagnostic| Diagnostic { span: item.place, labels: Vec::new(), fix: None, ..note };
        match converted {
            Ok(converted) => {
                found.notes.extend(converted.notes.into_iter().map(moved));
                made.resources.push(converted.resource);
            }
            Err(refusal) => {
                made.failed = true;
                found.notes.push(moved(*refusal));
            }
        }
    }
    if made.resources.is_empty() {
        return Done::Failed(report_of(content, found.notes));
    }
    Done::Converted(report_of(content, found.notes), made)
}

/// All resources for one template.
fn merge(items: Vec<(&Job, Vec<Resource>)>) -> Result<Vec<Resource>, Error> {
    let mut names = std::collections::BTreeMap::new();
    let mut resources = Vec::new();
    let every = items.into_iter().flat_map(|(job, all)| all.into_iter().map(move |resource| (job, resource)));
    for (job, resource) in every {
        if let Some(other) = names.insert(resource.key(), job.input.name.clone()) {
            let message =
                format!("`{other}` and `{}` have the same id and cannot be in one template", job.input.name);
            return Err(Error::Usage(message));
        }
        resources.push(resource);
    }
    Ok(resources)
}
