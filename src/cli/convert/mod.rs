//! `sentlint convert`: what all targets share. Each target has a file of its own, which makes the texts.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::args::{self, Global};
use super::files::{self, Work};
use super::{Error, Outcome, print};
use crate::check::{self, Job};
use crate::content::{Content, Kind};
use crate::convert::{Failure, Note, Target};
use crate::diagnostic::Severity;
use crate::discover::slashes;
use crate::report::{self, Findings, Format};
use crate::source::{SourceFile, Span};

mod arm;
mod bicep;
mod options;
mod promote;
mod reverse;
mod solution;
mod write;

use options::Overlays;

/// One run of the command.
struct Run<'a> {
    global: &'a Global,
    options: &'a args::Convert,
    target: Target,
    work: &'a Work,
    overlays: Overlays,
}

/// What became of one input.
enum Done<T> {
    /// Converted, with what was left out or changed, each at its place in the file.
    Converted(Arc<SourceFile>, Vec<Note>, T),
    /// Not converted, with the reasons as they are printed.
    Failed(Vec<String>),
    /// Errors found by the check, which make the result undeployable.
    Refused(report::FileReport),
    /// Nothing of ours; said only when the user named the file.
    Passed(String),
    /// A file that the user named and that cannot be read, with the reason.
    Unreadable(String),
}

/// The inputs that were converted, in the order of their names, and how many were not.
struct Finished<'a, T> {
    items: Vec<(&'a Job, T)>,
    failed: usize,
}

pub(super) fn run(global: &Global, options: &args::Convert) -> Result<Outcome, Error> {
    let target = Target::named(&options.to).unwrap_or_default();
    if options.merge && !target.merges() {
        let message = format!("`--merge` puts resources into one file, which `--to {target}` does not make");
        return Err(Error::Usage(message));
    }
    let of_others = [
        ("--solution", options.solution.is_some(), target == Target::Solution),
        ("--solution-version", options.solution_version.is_some(), target == Target::Solution),
        ("--upstream-bugs", options.upstream_bugs, target == Target::Solution),
        ("--for-repositories", options.for_repositories, matches!(target, Target::Arm | Target::Bicep)),
    ];
    if let Some((name, ..)) = of_others.iter().find(|(_, given, fits)| *given && !fits) {
        return Err(Error::Usage(format!("`{name}` does nothing for `--to {target}`")));
    }
    if options.check && options.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        return Err(Error::Usage("`--check` compares with files: name their folder with -o DIR".into()));
    }
    promote::refuse_options(target, &options.rule)?;
    let work = &files::collect(global, &options.files, target.reads_json())?;
    let overlays = Overlays::read(work, options)?;
    let run = Run { global, options, target, work, overlays };
    match target {
        Target::Arm => arm::run(&run),
        Target::Bicep => bicep::run(&run),
        Target::Solution => solution::run(&run),
        Target::Scheduled | Target::Nrt => promote::run(&run),
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
        let outputs: Vec<Done<T>> = self.work.jobs.par_iter().map(convert).collect();
        let mut finished = Finished { items: Vec::new(), failed: 0 };
        let mut refused = Findings::default();
        for (job, done) in self.work.jobs.iter().zip(outputs) {
            match done {
                Done::Converted(source, notes, item) => {
                    self.tell_notes(&source, &notes);
                    finished.items.push((job, item));
                }
                Done::Failed(reasons) => {
                    finished.failed += 1;
                    print::note(&reasons.join("\n"));
                }
                Done::Refused(report) => {
                    finished.failed += 1;
                    refused.files.push(report);
                }
                Done::Passed(text) => {
                    if (job.input.named && !self.global.quiet) || self.global.verbose {
                        print::note(&text);
                    }
                }
                Done::Unreadable(reason) => return Err(Error::Unreadable(job.input.name.clone(), reason)),
            }
        }
        if !refused.files.is_empty() {
            let style = report::Style { summary: false, ..print::style(self.global, false) };
            print::note(report::render(Format::Full, &refused, &style).trim_end());
            if !self.global.quiet {
                print::note("Not converted because of the errors above; --no-check converts all the same.");
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

    /// Reads one YAML file and checks it; the error is what became of it instead.
    fn content<T>(&self, job: &Job, accepts: impl Fn(Kind) -> bool) -> Result<Content, Done<T>> {
        let content = content_of(job, accepts)?;
        let params = self.params(job).text_over(&content);
        let text = params.map_err(|failure| Done::Failed(vec![told(&content.source, &failure)]))?;
        if !self.options.no_check
            && let Some(report) = self.errors(job, text)
        {
            return Err(Done::Refused(report));
        }
        Ok(content)
    }

    /// The errors that make a file undeployable; `text` is what the file says with parameters laid over it.
    fn errors(&self, job: &Job, text: Option<String>) -> Option<report::FileReport> {
        let mut job = job.clone();
        let overlaid = text.is_some();
        if let Some(text) = text {
            job.text = Some(Arc::new(SourceFile::new(job.input.name.clone(), text)));
        }
        let mut report = self.errors_at(&job, job.location())?;
        for found in report.diagnostics.iter_mut().filter(|_| overlaid) {
            found.message += " (with the parameters laid over the file)";
        }
        Some(report)
    }

    /// The errors of a file, with the settings that hold at a place; `None` where it has none.
    fn errors_at(&self, job: &Job, location: &Path) -> Option<report::FileReport> {
        let settings = Arc::new(self.work.config(location).settings(location));
        let run = check::check(std::slice::from_ref(job), &[settings]);
        let mut report = run.findings.files.into_iter().next()?;
        report.diagnostics.retain(|found| found.counts() && found.severity == Severity::Error);
        (!report.diagnostics.is_empty()).then_some(report)
    }

    fn tell_notes(&self, source: &SourceFile, notes: &[Note]) {
        for note in notes {
            // What is left out on purpose is said under -v only; what may surprise is always said.
            if self.global.verbose || (note.warning && !self.global.quiet) {
                let level = if note.warning { "warning" } else { "info" };
                print::note(&format!("{}: {level}: {}", at(source, note.span), note.message));
            }
        }
    }

    /// Says something about the run as a whole that may surprise.
    fn hint(&self, text: &str) {
        if !self.global.quiet {
            print::warning(self.global, text);
        }
    }

    /// Says how many inputs failed, and how the run ended.
    fn outcome(&self, failed: usize, changed: usize) -> Outcome {
        if !self.global.quiet && failed > 0 {
            let noun = if failed == 1 { "input" } else { "inputs" };
            print::note(&format!("{failed} {noun} could not be converted."));
        }
        if failed > 0 || (self.options.check && changed > 0) { Outcome::Findings } else { Outcome::Clean }
    }
}

/// Reads one YAML file; the error is what became of it instead.
fn content_of<T>(job: &Job, accepts: impl Fn(Kind) -> bool) -> Result<Content, Done<T>> {
    let name = &job.input.name;
    let source = read(job)?;
    let location = job.location();
    let content = Content::read(source, &slashes(location));
    match content.kind {
        // Broken files of ours go on to be refused with their place.
        Kind::Unknown if !content.document.errors.is_empty() && check::is_ours(&content) => {}
        Kind::Unknown => {
            return Err(Done::Passed(format!("info: {name} is not Sentinel content; passed over")));
        }
        kind if accepts(kind) => {}
        kind => return Err(Done::Passed(format!("info: {name} is {}; passed over", kind.noun()))),
    }
    Ok(content)
}

/// The text of an input.
fn read<T>(job: &Job) -> Result<Arc<SourceFile>, Done<T>> {
    check::read(job).map_err(|reason| {
        if job.input.named {
            return Done::Unreadable(reason);
        }
        Done::Failed(vec![format!("{}: cannot be read: {reason}", job.input.name)])
    })
}

/// A failure as it is printed.
fn told(source: &SourceFile, failure: &Failure) -> String {
    format!("{}: error: {}\n  help: {}", at(source, failure.span), failure.message, failure.help)
}

fn at(source: &SourceFile, span: Span) -> String {
    let start = source.position(span.start as usize);
    format!("{}:{}:{}", source.path(), start.line, start.column)
}
