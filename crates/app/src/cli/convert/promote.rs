//! `--to scheduled` and `--to nrt`: a hunting query or a custom detection becomes an analytic rule.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::notes::refused_rule;
use super::write::File;
use super::{Answered, Done, Run, back, content_of, report_of};
use crate::check::Job;
use crate::cli::args::NewRule;
use crate::cli::{Error, Outcome};
use crate::content::duration::MINUTE;
use crate::content::fields::Resources;
use crate::content::{Content, Duration, Kind};
use crate::convert::promote::{IdSource, Options, Promoted, TacticAnswer, promote};
use crate::convert::reverse::marked;
use crate::convert::{self, Target};
use crate::diagnostic::{Diagnostic, Group};
use crate::discover::slashes;
use crate::findings::FileReport;
use crate::knowledge::{limits, tactics};
use crate::workspace::View;
use crate::yaml::{Node, Value};

pub(super) fn run(run: &Run<'_>) -> Result<Outcome, Error> {
    let options = options(run)?;
    say_what_does_nothing(run);
    let finished = run.each(|job| rule(run, job, &options))?;
    finished.later.iter().for_each(|report| run.tell(report));
    // Files carry a mark, so that they can be written again as long as nobody has edited them.
    let to_files = run.options.output.as_deref().is_some_and(|path| path.as_os_str() != "-");
    let (mut files, mut failed) = (Vec::new(), finished.failed);
    for (job, made) in finished.items {
        failed += usize::from(made.failed);
        run.incomplete.fetch_or(made.failed, Ordering::Relaxed);
        for (path, text) in made.texts {
            let text = if to_files { marked(&text) } else { text };
            files.push(File { input: job.input.name.clone(), path, text });
        }
    }
    let changed = run.write_all(&files)?;
    Ok(run.outcome(failed, changed))
}

/// What one input became.
struct Made {
    /// The rules, each with where it belongs.
    texts: Vec<(PathBuf, String)>,
    /// Whether a part of it was refused.
    failed: bool,
}

/// The rule that a hunting query becomes. What is wrong with the query alone does not matter; what makes the rule
/// wrong or undeployable keeps it from being written.
fn rule(run: &Run<'_>, job: &Job, options: &Options) -> Done<Made> {
    let accepts = |kind| matches!(kind, Kind::HuntingQuery | Kind::CustomDetection);
    let content = match content_of(job, run.target, accepts) {
        Ok(content) => content,
        Err(done) => return done,
    };
    if content.kind == Kind::CustomDetection {
        return of_detections(run, job, &content, options);
    }
    if !options.unchecked
        && let Some(done) = ambiguous(run, job, &content)
    {
        return done;
    }
    let general = run.options_for(job);
    let workspace = Arc::clone(&run.work.config(job.location()).workspace);
    let catalog = View::new(vec![&workspace]);
    let prepared = match convert::prepare(&content, &general.params, &catalog) {
        Ok(prepared) => prepared,
        Err(refusal) => return Done::Failed(report_of(&content, vec![*refusal])),
    };
    let content = &prepared.content;
    let options = Options { general, corrections: prepared.changes.clone(), ..options.clone() };
    let promoted = match promote(content, &options, &catalog) {
        Ok(promoted) => promoted,
        Err(questions) => return Done::Failed(report_of(content, questions)),
    };
    if !options.unchecked
        && let Some(done) = refused(run, job, content, &options, &catalog)
    {
        return done;
    }
    let texts = vec![(run.mirrored(job), promoted.text)];
    Done::Converted(report_of(content, promoted.notes), Made { texts, failed: false })
}

/// The rules that the detections of a file become.
fn of_detections(run: &Run<'_>, job: &Job, content: &Content, options: &Options) -> Done<Made> {
    let kind = if options.nrt { Kind::NrtRule } else { Kind::ScheduledRule };
    match back::rules(run, job, content, Some(kind), options.clone()) {
        Ok(found) if found.items.is_empty() => Done::Failed(report_of(content, found.notes)),
        Ok(found) => {
            let paths = back::placed(run.mirrored(job), &found.items);
            let texts = paths.into_iter().zip(found.items.into_iter().map(|item| item.text)).collect();
            Done::Converted(report_of(content, found.notes), Made { texts, failed: found.failed })
        }
        Err(refusal) => Done::Failed(report_of(content, vec![*refusal])),
    }
}

/// What leaves open what the file says: a key that is there twice, a second document.
fn ambiguous(run: &Run<'_>, job: &Job, content: &Content) -> Option<Done<Made>> {
    let document = &content.document;
    if document.extra_documents.is_empty() && !document.root.as_ref().is_some_and(repeats) {
        return None;
    }
    let answered = Answered { kind: content.kind, resources: Resources::ALL, changes: Vec::new() };
    let mut report = run.blocking(job, &answered)?;
    report.diagnostics.retain(|found| found.rule.group == Group::Yaml);
    (!report.diagnostics.is_empty()).then_some(Done::Refused(report))
}

/// Whether a mapping somewhere in a value has a key twice.
fn repeats(node: &Node) -> bool {
    match &node.value {
        Value::Mapping(map) => {
            map.entries.iter().any(|entry| entry.duplicate_of.is_some() || repeats(&entry.value))
        }
        Value::Sequence(list) => list.items.iter().any(repeats),
        _ => false,
    }
}

/// What keeps the rule from being written: errors that a check of it finds. Those that the hunting query has too
/// are reported as they are there, the others at the place that they come from.
fn refused(
    run: &Run<'_>,
    job: &Job,
    content: &Content,
    options: &Options,
    catalog: &View<'_>,
) -> Option<Done<Made>> {
    // Comments of our own would stand between the rule's places and those of the file.
    let plain = Options { explain: false, ..options.clone() };
    let promoted = promote(content, &plain, catalog).ok()?;
    let over = job.with_text(promoted.text.clone());
    let kind = if options.nrt { Kind::NrtRule } else { Kind::ScheduledRule };
    let answered = Answered { kind, resources: Resources::RULE, changes: Vec::new() };
    let errors = run.blocking(&over, &answered)?;
    let no_changes = Answered { kind: content.kind, resources: Resources::RULE, changes: Vec::new() };
    if let Some(mut own) = run.blocking(job, &no_changes) {
        let same = |found: &Diagnostic, error: &Diagnostic| {
            error.rule == found.rule && error.message == found.message
        };
        own.diagnostics.retain(|found| errors.diagnostics.iter().any(|error| same(found, error)));
        if !own.diagnostics.is_empty() {
            return Some(Done::Refused(own));
        }
    }
    Some(Done::Failed(of_the_rule(content, &promoted, &over, &errors)))
}

fn of_the_rule(content: &Content, promoted: &Promoted, over: &Job, errors: &FileReport) -> FileReport {
    let rule = Content::read(Arc::clone(&errors.source), &slashes(over.location()));
    let refusal = |error: &Diagnostic| {
        refused_rule(promoted.source(content, &rule, error), error, "Fix it in the hunting query.")
    };
    report_of(content, errors.diagnostics.iter().map(refusal).collect())
}

fn options(run: &Run<'_>) -> Result<Options, Error> {
    let asked = &run.options.rule;
    let (least, most) = (limits::MIN_PERIOD_MINUTES * MINUTE, limits::MAX_PERIOD_MINUTES * MINUTE);
    let duration = |option: &str, value: &Option<String>| match value {
        None => Ok(None),
        Some(text) => match Duration::parse(text) {
            Some(duration) if (least..=most).contains(&duration.seconds) => Ok(Some(duration)),
            Some(_) => Err(Error::Usage(format!(
                "`--{option} {text}` is out of range: it must be between 5m and 14d"
            ))),
            None => Err(Error::Usage(format!(
                "`--{option} {text}` is not a valid duration: use a form such as 1h or \
                                              14d"
            ))),
        },
    };
    let nrt = run.target == Target::Nrt;
    if nrt
        && let Some(option) =
            [("frequency", &asked.frequency), ("period", &asked.period), ("max-period", &asked.max_period)]
                .iter()
                .find_map(|(option, value)| value.as_ref().map(|_| option))
    {
        return Err(Error::Usage(format!(
            "`--{option}` only applies to scheduled rules; an NRT rule runs every minute"
        )));
    }
    Ok(Options {
        nrt,
        id: asked.id,
        frequency: duration("frequency", &asked.frequency)?,
        period: duration("period", &asked.period)?,
        max_period: duration("max-period", &asked.max_period)?,
        tactics: asked.tactic.iter().map(|text| tactic(text)).collect::<Result<_, _>>()?,
        derive_entities: asked.derive_entities,
        drop_window: asked.drop_window,
        explain: asked.explain_changes,
        unchecked: run.options.no_check,
        ..Options::default()
    })
}

/// Options of deployment mean nothing to a rule that is not deployed yet.
fn say_what_does_nothing(run: &Run<'_>) {
    let options = run.options;
    let given = [
        ("--api-version", options.api_version.is_some()),
        ("--start-at", options.start_at.is_some()),
        ("--no-incidents", options.no_incidents),
        ("--with-template-link", options.with_template_link),
        ("--long-description", options.long_description.is_some()),
    ];
    for (name, _) in given.iter().filter(|(_, given)| *given) {
        run.hint(&format!("`{name}` has no effect with `--to {}`; use it with `--to arm`", run.target));
    }
}

/// `Impact`, or `Ransomware=Impact`.
pub(super) fn tactic(text: &str) -> Result<TacticAnswer, Error> {
    let (asked, name) = match text.rsplit_once('=') {
        Some((asked, name)) => (Some(asked.trim().to_owned()), name),
        None => (None, text),
    };
    match tactics::normalise_tactic(name) {
        Some(tactic) => Ok(TacticAnswer { asked, tactic: tactic.name }),
        None => {
            let near = tactics::nearest_tactic(name)
                .map_or_else(String::new, |near| format!("; did you mean {}?", near.name));
            Err(Error::Usage(format!("`--tactic {text}`: `{name}` is not a Sentinel tactic{near}")))
        }
    }
}

/// Refuses options that only make sense for rules made of hunting queries.
pub(super) fn refuse_options(target: Target, asked: &NewRule) -> Result<(), Error> {
    let given = [
        ("id", asked.id != IdSource::Derived),
        ("frequency", asked.frequency.is_some()),
        ("period", asked.period.is_some()),
        ("max-period", asked.max_period.is_some()),
        ("tactic", !asked.tactic.is_empty()),
        ("derive-entities", asked.derive_entities),
        ("drop-window", asked.drop_window),
        ("explain-changes", asked.explain_changes),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option @ ("period" | "max-period"), _)) if target.is_detection() => Err(Error::Usage(format!(
            "`--{option}` applies to Sentinel's rules; a detection has `--lookback`"
        ))),
        Some((option, _)) if !matches!(target, Target::Scheduled | Target::Nrt | Target::Detection(_)) => {
            Err(Error::Usage(format!(
                "`--{option}` can only be used with `--to scheduled`, `--to nrt` and `--to detection`, not with `--to \
                 {target}`"
            )))
        }
        _ => Ok(()),
    }
}
