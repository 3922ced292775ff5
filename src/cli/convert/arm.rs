//! `--to arm`: a deployable template for each input, or one for all.

use super::write::File;
use super::{Done, Run, told};
use crate::check::Job;
use crate::cli::{Error, Outcome, print};
use crate::content::Kind;
use crate::convert::{self, ArmTemplate, Resource};
use crate::knowledge::limits;

pub(super) fn run(run: &Run<'_>) -> Result<Outcome, Error> {
    let finished = run.each(|job| resource(run, job));
    let changed = if run.options.merge {
        match merge(run, finished.items)? {
            Some(resources) => run.write_one("sentinel.json", &ArmTemplate::new(&resources).to_json())?,
            None => 0,
        }
    } else {
        let text = |resource| ArmTemplate::new(std::slice::from_ref(resource)).to_json();
        let files = finished.items.iter().map(|(job, resource)| File {
            input: job.input.name.clone(),
            path: run.mirrored(job),
            text: text(resource),
        });
        run.write_all(&files.collect::<Vec<_>>())?
    };
    Ok(run.outcome(finished.failed, changed))
}

/// The resource that an input deploys.
pub(super) fn resource(run: &Run<'_>, job: &Job) -> Done<Resource> {
    let deployable = |kind| matches!(kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule);
    let content = match run.content(job, deployable) {
        Ok(content) => content,
        Err(done) => return done,
    };
    match convert::to_resource(&content, &run.options_for(job)) {
        Ok(converted) => Done::Converted(content.source, converted.notes, converted.resource),
        Err(failure) => Done::Failed(vec![told(&content.source, &failure)]),
    }
}

/// All resources for one template; `None` where there are none. Sentinel Repositories counts a deployment for each
/// file, so few files are better.
pub(super) fn merge(run: &Run<'_>, items: Vec<(&Job, Resource)>) -> Result<Option<Vec<Resource>>, Error> {
    let mut names = std::collections::BTreeMap::new();
    let mut resources = Vec::new();
    for (job, resource) in items {
        if let Some(other) = names.insert(resource.name().to_owned(), job.input.name.clone()) {
            let message = format!(
                "`{other}` and `{}` have the same id, and one template cannot hold both",
                job.input.name
            );
            return Err(Error::Usage(message));
        }
        resources.push(resource);
    }
    let rules = resources.iter().filter(|resource| resource.is_rule()).count();
    if rules > limits::PORTAL_IMPORT_RULES && !run.global.quiet {
        let most = limits::PORTAL_IMPORT_RULES;
        print::warning(
            run.global,
            &format!("the template holds {rules} rules; the portal imports {most} at a time"),
        );
    }
    Ok(Some(resources).filter(|resources| !resources.is_empty()))
}
