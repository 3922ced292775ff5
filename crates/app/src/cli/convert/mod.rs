//! `sentlint convert`: what all targets share. Each target has a file of its own, which makes the texts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::args::{self, Global};
use super::files::{self, Work};
use super::{Error, Outcome, print};
use crate::check::{self, Job};
use crate::content::fields::{Format, Resources};
use crate::content::{Content, Foreign, Form as ContentForm, Kind, extension, is_yaml_file};
use crate::convert::notes::{LIST_OF_ONE, NO_COUNTERPART};
use crate::convert::{self, Params, Prepared, Refusal, Target};
use crate::diagnostic::{Blocks, Diagnostic, Severity};
use crate::findings::{FileReport, Findings};
use crate::report::{self, Format as Form};
use crate::source::{SourceFile, Span};
use crate::workspace::View;

mod arm;
mod back;
mod bicep;
mod detection;
mod notes;
mod options;
mod orphans;
mod promote;
mod reverse;
mod solution;
mod write;

use super::progress::Progress;
use super::reports::Sink;
use options::Overlays;

/// One run of the command.
struct Run<'a> {
    global: &'a Global,
    options: &'a args::Convert,
    target: Target,
    work: &'a Work,
    overlays: Overlays,
    /// The reports that were asked for; none means lines on standard error.
    sinks: Vec<Sink>,
    /// Whether an input, or a part of one, was not converted.
    incomplete: AtomicBool,
    /// Whether something else asks for the exit code 1.
    attention: AtomicBool,
}

/// What became of one input.
enum Done<T> {
    /// Converted, with what was left out or changed, each at its place in the file.
    Converted(FileReport, T),
    /// Not converted, with the reasons.
    Failed(FileReport),
    /// Errors found by the check, which make the result undeployable.
    Refused(FileReport),
    /// A file that cannot be read and that nobody named, with the reason.
    Unread(String),
    /// Nothing of ours; said only when the user named the file.
    Skipped(String),
    /// A file that the user named and that cannot be read, with the reason.
    Unreadable(String),
}

/// The inputs that were converted, in the order of their names, and how many were not.
struct Finished<'a, T> {
    items: Vec<(&'a Job, T)>,
    failed: usize,
    /// What is still to be reported when results are written.
    later: Vec<FileReport>,
}

pub(super) fn run(global: &Global, options: &args::Convert) -> Result<Outcome, Error> {
    let work = &files::collect(global, &options.files, options.to.reads_json())?;
    let target = match options.to {
        Target::Detection(_) => Target::Detection(detection::form(options, work)?),
        target => target,
    };
    if options.merge && !target.merges() {
        let message = format!("`--merge` cannot be used with `--to {target}`");
        return Err(Error::Usage(message));
    }
    let of_others = [
        ("--derive-connectors", options.derive_connectors, target == Target::Yaml),
        ("--solution", options.solution.is_some(), target == Target::Solution),
        ("--solution-version", options.solution_version.is_some(), target == Target::Solution),
        ("--upstream-bugs", options.upstream_bugs, target == Target::Solution),
        ("--for-repositories", options.for_repositories, matches!(target, Target::Arm | Target::Bicep)),
    ];
    if let Some((name, ..)) = of_others.iter().find(|(_, given, fits)| *given && !fits) {
        return Err(Error::Usage(format!("`{name}` has no effect with `--to {target}`")));
    }
    if options.check && options.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        return Err(Error::Usage(
            "`--check` compares with existing files: give their folder with -o DIR".into(),
        ));
    }
    promote::refuse_options(target, &options.rule)?;
    detection::refuse_options(target, options)?;
    let sinks = notes::sinks(options)?;
    write::refuse_output(options, target, work)?;
    let overlays = Overlays::read(work, options)?;
    let (incomplete, attention) = (AtomicBool::default(), AtomicBool::default());
    let run = Run { global, options, target, work, overlays, sinks, incomplete, attention };
    match target {
        Target::Arm => arm::run(&run),
        Target::Bicep => bicep::run(&run),
        Target::Solution => solution::run(&run),
        Target::Scheduled | Target::Nrt => promote::run(&run),
        Target::Detection(form) => detection::run(&run, form),
        Target::Yaml => reverse::run(&run),
    }
}

impl<'a> Run<'a> {
    /// Converts every input, at once where there are several cores, and tells what there is to tell in the
    /// order of the inputs.
    fn each<T: Send>(
        &self,
        convert: impl Fn(&Job) -> Done<T> + Sync + Send,
    ) -> Result<Finished<'a, T>, Error> {
        let progress = Progress::counting(self.global, self.work.jobs.len(), "Converting");
        let counted = |job: &Job| {
            let done = convert(job);
            progress.step();
            done
        };
        let outputs: Vec<Done<T>> = self.work.jobs.par_iter().map(counted).collect();
        drop(progress);
        let mut finished = Finished { items: Vec::new(), failed: 0, later: Vec::new() };
        let (mut refused, mut all) = (Findings::default(), Findings::default());
        for (job, done) in self.work.jobs.iter().zip(outputs) {
            match done {
                Done::Converted(report, item) if self.reports() => {
                    all.files.push(report);
                    finished.items.push((job, item));
                }
                Done::Failed(report) | Done::Refused(report) if self.reports() => {
                    finished.failed += 1;
                    all.files.push(report);
                }
                Done::Converted(mut report, item) => {
                    finished.later.push(self.tell_now(&mut report));
                    finished.items.push((job, item));
                }
                Done::Failed(report) => {
                    finished.failed += 1;
                    for line in notes::lines(&report) {
                        print::note(&line);
                    }
                }
                Done::Refused(report) => {
                    finished.failed += 1;
                    refused.files.push(report);
                }
                Done::Unread(reason) => {
                    finished.failed += 1;
                    if !self.reports() {
                        print::note(&format!("{}: cannot be read: {reason}", job.input.name));
                    }
                    all.unreadable.push((job.input.name.clone(), reason));
                }
                Done::Skipped(text) => {
                    if (job.input.named && self.talks()) || self.global.verbose > 0 {
                        print::note(&text);
                    }
                }
                Done::Unreadable(reason) => return Err(Error::Unreadable(job.input.name.clone(), reason)),
            }
        }
        self.incomplete.fetch_or(finished.failed > 0, Ordering::Relaxed);
        if self.reports() {
            self.report(all)?;
        }
        if !refused.files.is_empty() {
            let style = report::Style { summary: false, ..print::stderr_style(self.global) };
            print::report(&report::render(Form::Full, &refused, &style));
            for file in &refused.files {
                let (name, count) = (file.source.path(), file.diagnostics.len());
                let because = if count == 1 { "an error".to_owned() } else { format!("{count} errors") };
                print::note(&format!("{name}: error: not converted because of {because}, shown above"));
            }
            if self.talks() {
                print::note("  help: Use `--no-check` to convert anyway.");
            }
        }
        if finished.items.is_empty() && finished.failed == 0 {
            self.hint(match (self.work.jobs.is_empty(), self.target.reads_json()) {
                (true, true) => "no JSON files found",
                (true, false) => "no YAML or query files found",
                (false, _) => "found nothing to convert",
            });
        }
        Ok(finished)
    }

    /// Reads one YAML file, makes it ready and checks it; the error is what became of it instead.
    fn prepared<T>(
        &self,
        job: &Job,
        options: &convert::Options,
        accepts: impl Fn(Kind) -> bool,
    ) -> Result<Prepared, Done<T>> {
        let content = content_of(job, self.target, accepts)?;
        self.prepared_of(job, &content, options)
    }

    /// The same for a file that was read.
    fn prepared_of<T>(
        &self,
        job: &Job,
        content: &Content,
        options: &convert::Options,
    ) -> Result<Prepared, Done<T>> {
        let failed = |refusal: Refusal| Done::Failed(report_of(content, vec![*refusal]));
        let text = options.params.text_over(content).map_err(failed)?;
        let workspace = Arc::clone(&self.work.config(job.location()).workspace);
        let catalog = View::new(vec![&workspace]);
        let prepared = if self.options.upstream_bugs {
            convert::prepare_as_written(content, &options.params)
        } else {
            convert::prepare(content, &options.params, &catalog)
        };
        if !self.options.no_check {
            let resources = options.resources(content.kind);
            let report = match (text, &prepared) {
                // What is put in has no place in the file, and so is compared in its own text.
                (Some(text), _) => {
                    let over = job.with_text(text);
                    let content = content_of(&over, self.target, |_| true)?;
                    let prepared = convert::prepare(&content, &Params::default(), &catalog);
                    let changes = prepared.map(|prepared| prepared.changes).unwrap_or_default();
                    self.blocking(&over, &Answered { kind: content.kind, resources, changes }).map(in_overlay)
                }
                (None, Ok(prepared)) => {
                    let changes = prepared.changes.clone();
                    self.blocking(job, &Answered { kind: content.kind, resources, changes })
                }
                (None, Err(_)) => {
                    self.blocking(job, &Answered { kind: content.kind, resources, changes: Vec::new() })
                }
            };
            if let Some(report) = report {
                return Err(Done::Refused(report));
            }
        }
        prepared.map_err(failed)
    }

    /// The errors of a file that make what becomes of it wrong or undeployable; `None` where it has none.
    fn blocking(&self, job: &Job, answered: &Answered) -> Option<FileReport> {
        let settings = self.work.config(job.location()).settings(job.location()).for_deployment();
        let run = check::check(std::slice::from_ref(job), &[Arc::new(settings)]);
        let mut report = run.findings.files.into_iter().next()?;
        report.diagnostics.retain(|found| {
            let blocks = found.severity == Severity::Error && found.blocks == Some(Blocks::Convert);
            blocks && found.counts() && !answered.answers(found)
        });
        (!report.diagnostics.is_empty()).then_some(report)
    }

    /// Says something about the run as a whole that may surprise.
    fn hint(&self, text: &str) {
        if self.talks() {
            print::warning(self.global, text);
        }
    }

    /// Says how many inputs failed, and how the run ended.
    fn outcome(&self, failed: usize, changed: usize) -> Outcome {
        if self.talks() && failed > 0 {
            let noun = if failed == 1 { "input" } else { "inputs" };
            print::note(&format!("{failed} {noun} could not be converted."));
        }
        let attention = self.attention.load(Ordering::Relaxed);
        let outdated = self.options.check && changed > 0;
        if failed > 0 || outdated || attention { Outcome::Findings } else { Outcome::Clean }
    }
}

/// What a conversion answers by itself: findings on what it leaves out, and on what it corrects.
struct Answered {
    kind: Kind,
    /// What the file becomes.
    resources: Resources,
    /// What is corrected on the way.
    changes: Vec<Diagnostic>,
}

impl Answered {
    fn answers(&self, found: &Diagnostic) -> bool {
        let path = found.yaml_path.as_deref().unwrap_or_default();
        let key = path.split('/').nth(1).and_then(|key| Format::of(self.kind)?.any_root(key));
        let is_left_out = key.is_some_and(|field| !field.resources.meets(self.resources));
        let is_corrected = self.changes.iter().any(|change| {
            // A list of one has the errors of its only item all the same.
            let same = found.rule.id == "wrong-type" || *change.rule != LIST_OF_ONE;
            same && change.span.contains(found.span) && !found.span.is_empty()
        });
        is_left_out || is_corrected
    }
}

/// Says of errors that they are not in the file as it is.
fn in_overlay(mut report: FileReport) -> FileReport {
    for found in &mut report.diagnostics {
        found.message += " (with the parameters applied)";
    }
    report
}

/// Reads one YAML file; the error is what became of it instead.
fn content_of<T>(job: &Job, target: Target, accepts: impl Fn(Kind) -> bool) -> Result<Content, Done<T>> {
    let name = &job.input.name;
    let source = read(job)?;
    let content = Content::read(source, job.place());
    let broken = !content.document.errors.is_empty();
    let what = match content.kind {
        // Broken files of ours go on to be refused with their place.
        Kind::Unknown if broken && is_yaml_file(name) && content.looks_like_content() => return Ok(content),
        Kind::Unknown => content.foreign.map_or("not Sentinel content", Foreign::noun),
        // Other text can look like YAML for some lines.
        kind if broken && !is_yaml_file(name) && kind != Kind::CustomDetection => "not Sentinel content",
        kind if accepts(kind) => return Ok(content),
        kind => kind.noun(),
    };
    if !job.input.named {
        return Err(Done::Skipped(format!("info: {name} is {what}; skipped")));
    }
    Err(Done::Failed(report_of(&content, vec![no_counterpart(&content, what, target)])))
}

/// Why a file that the user named gives no result.
fn no_counterpart(content: &Content, what: &str, target: Target) -> Diagnostic {
    let message = format!("This is {what}, which `--to {target}` cannot convert");
    let json = extension(content.source.path()).is_some_and(|ext| ext.eq_ignore_ascii_case("json"));
    let help = match (target, content.kind) {
        _ if json && !target.is_detection() => "`--to yaml` converts JSON templates.",
        (Target::Scheduled | Target::Nrt, _) => {
            "Only hunting queries and custom detections can be converted to rules."
        }
        (Target::Detection(_), Kind::Query) => "Give the detection a name with `--name`.",
        (Target::Detection(_), _) => {
            "Hunting queries, scheduled rules, NRT rules and custom detections can be converted."
        }
        (_, Kind::Query) => "Put the query into a hunting query or rule; `sentlint new` creates one.",
        (Target::Arm | Target::Bicep, _) => {
            "Hunting queries, scheduled rules, NRT rules and custom detections can be converted."
        }
        _ => "Hunting queries, scheduled rules and NRT rules can be converted.",
    };
    NO_COUNTERPART.at(Span::default(), message).help(help)
}

/// The text of an input.
fn read<T>(job: &Job) -> Result<Arc<SourceFile>, Done<T>> {
    check::read(job).map_err(|reason| {
        if job.input.named {
            return Done::Unreadable(reason);
        }
        Done::Unread(reason)
    })
}

/// What is reported of a file.
fn report_of(content: &Content, diagnostics: Vec<Diagnostic>) -> FileReport {
    let id = content.id().map(|id| id.value.to_owned());
    let path = content.source.path().into();
    FileReport {
        source: Arc::clone(&content.source),
        path,
        kind: content.kind.as_str(),
        form: content.form().map(ContentForm::as_str),
        id,
        diagnostics,
    }
}
