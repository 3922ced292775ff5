//! `sentlint convert`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::args::{Convert, Global};
use super::files::{self, Work};
use super::{Error, Outcome, print, results};
use crate::check::{self, Job};
use crate::content::{Content, Kind};
use crate::convert::{self, ArmTemplate, Converted, LongDescription, Note, Options};
use crate::diagnostic::Severity;
use crate::discover::{absolute, display, slashes};
use crate::report::{self, Findings, Format};
use crate::source::{SourceFile, Span};

/// What became of one input.
enum Done {
    Converted(Arc<SourceFile>, Box<Converted>),
    /// Not converted, with the reasons as they are printed.
    Failed(Vec<String>),
    /// Errors found by the check, which make the result undeployable.
    Refused(report::FileReport),
    /// No content of ours; said only when the user named the file.
    Passed(String),
}

pub(super) fn run(global: &Global, options: &Convert) -> Result<Outcome, Error> {
    let work = files::collect(global, &options.files, false)?;
    let outputs: Vec<Done> = work.jobs.par_iter().map(|job| convert_one(&work, job, options)).collect();
    let mut finished = Vec::new();
    let (mut failed, mut refused) = (0, Findings::default());
    for (job, done) in work.jobs.iter().zip(outputs) {
        match done {
            Done::Converted(source, converted) => {
                tell_notes(global, &source, &converted.notes);
                finished.push((job, converted));
            }
            Done::Failed(reasons) => {
                failed += 1;
                print::note(&reasons.join("\n"));
            }
            Done::Refused(report) => {
                failed += 1;
                refused.files.push(report);
            }
            Done::Passed(text) => {
                if (job.input.named && !global.quiet) || global.verbose {
                    print::note(&text);
                }
            }
        }
    }
    if !refused.files.is_empty() {
        let style = report::Style { summary: false, ..print::style(global, false) };
        print::note(report::render(Format::Full, &refused, &style).trim_end());
        if !global.quiet {
            print::note("Not converted because of the errors above; --no-check converts all the same.");
        }
    }
    let changed = write_all(global, options, &work, finished)?;
    if !global.quiet && failed > 0 {
        let noun = if failed == 1 { "input" } else { "inputs" };
        print::note(&format!("{failed} {noun} could not be converted."));
    }
    Ok(if failed > 0 || (options.check && changed > 0) { Outcome::Findings } else { Outcome::Clean })
}

fn convert_one(work: &Work, job: &Job, options: &Convert) -> Done {
    let name = &job.input.name;
    let source = match check::read(job) {
        Ok(source) => source,
        Err(reason) => return Done::Failed(vec![format!("{name}: cannot be read: {reason}")]),
    };
    let location = job.location();
    let content = Content::read(Arc::clone(&source), &slashes(&location));
    match content.kind {
        Kind::Unknown if content.document.errors.is_empty() => {
            return Done::Passed(format!("info: {name} is not Sentinel content; passed over"));
        }
        // Broken files go on to be refused with their place.
        Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule | Kind::Unknown => {}
        kind => return Done::Passed(format!("info: {name} is {}; passed over", kind.noun())),
    }
    if !options.no_check {
        let settings = Arc::new(work.config(&location).settings(&location));
        let mut run = check::check(std::slice::from_ref(job), &|_| Arc::clone(&settings));
        if let Some(report) = run.findings.files.first_mut() {
            report
                .diagnostics
                .retain(|diagnostic| diagnostic.counts() && diagnostic.severity == Severity::Error);
            if !report.diagnostics.is_empty() {
                return Done::Refused(report.clone());
            }
        }
    }
    let config = work.config(&location);
    match convert::to_resource(&content, &merged(options, &config.convert)) {
        Ok(converted) => Done::Converted(source, Box::new(converted)),
        Err(failure) => {
            let place = at(&source, failure.span);
            Done::Failed(vec![format!("{place}: error: {}\n  help: {}", failure.message, failure.help)])
        }
    }
}

/// The options of the command line over those of the configuration.
fn merged(options: &Convert, config: &crate::config::Convert) -> Options {
    let asked = match (options.enabled, options.disabled) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => config.enabled,
    };
    Options {
        api_version: options.api_version.clone().or_else(|| config.api_version.clone()),
        name_prefix: options.name_prefix.clone().or_else(|| config.name_prefix.clone()),
        severity: options.severity.clone().or_else(|| config.severity.clone()),
        enabled: asked,
        no_incidents: options.no_incidents || config.no_incidents.unwrap_or(false),
        with_template_link: options.with_template_link || config.with_template_link.unwrap_or(false),
        long_description: match options.long_description.as_str() {
            "truncate" => LongDescription::Truncate,
            _ => LongDescription::Keep,
        },
    }
}

fn at(source: &SourceFile, span: Span) -> String {
    let start = source.position(span.start as usize);
    format!("{}:{}:{}", source.path(), start.line, start.column)
}

fn tell_notes(global: &Global, source: &SourceFile, notes: &[Note]) {
    for note in notes {
        // What is left out on purpose is said under -v only; what may surprise is always said.
        if global.verbose || (note.warning && !global.quiet) {
            let level = if note.warning { "warning" } else { "info" };
            print::note(&format!("{}: {level}: {}", at(source, note.span), note.message));
        }
    }
}

/// Writes the templates; returns how many outputs are new or differ.
fn write_all(
    global: &Global,
    options: &Convert,
    work: &Work,
    finished: Vec<(&Job, Box<Converted>)>,
) -> Result<usize, Error> {
    let to_stdout = match &options.output {
        None => true,
        Some(path) => path.as_os_str() == "-",
    };
    if to_stdout {
        let resources: Vec<_> = finished.into_iter().map(|(_, converted)| converted.resource).collect();
        if resources.len() > 1 && options.output.is_none() {
            let message = "several inputs need a folder for their templates: give one with -o DIR";
            return Err(Error::Usage(message.into()));
        }
        for resource in &resources {
            results(&ArmTemplate::new(std::slice::from_ref(resource)).to_json())?;
        }
        return Ok(0);
    }
    let folder = options.output.clone().unwrap_or_default();
    let mut changed = 0;
    let mut written = std::collections::BTreeMap::new();
    for (job, converted) in finished {
        let path = folder.join(relative(&options.files.paths, job, work)).with_extension("json");
        if let Some(other) = written.insert(path.clone(), job.input.name.clone()) {
            let message =
                format!("`{other}` and `{}` would both become `{}`", job.input.name, display(&path));
            return Err(Error::Usage(message));
        }
        let text = ArmTemplate::new(std::slice::from_ref(&converted.resource)).to_json();
        let present = std::fs::read_to_string(&path).ok();
        if present.as_deref() == Some(&text) {
            continue;
        }
        changed += 1;
        if options.check {
            let what = if present.is_some() { "is out of date" } else { "is missing" };
            print::note(&format!("{} {what}", display(&path)));
            continue;
        }
        if path.exists() && !options.force && !present.as_deref().is_some_and(convert::is_own) {
            let message =
                format!("`{}` exists and was not written by sentlint; --force overwrites it", display(&path));
            return Err(Error::Usage(message));
        }
        files::write(&path, &text)?;
        if global.verbose {
            print::note(&format!("info: {} -> {}", job.input.name, display(&path)));
        }
    }
    if !global.quiet && !options.check {
        let unchanged = written.len() - changed;
        let noun = if written.len() == 1 { "template" } else { "templates" };
        print::note(&format!("{} {noun} in {} ({unchanged} unchanged).", written.len(), display(&folder)));
    }
    Ok(changed)
}

/// The path of an input below the folder that was named, or its file name where it was named itself.
fn relative(paths: &[PathBuf], job: &Job, work: &Work) -> PathBuf {
    let file_name = || PathBuf::from(job.input.path.file_name().unwrap_or_default());
    if job.input.named || work.stdin {
        return file_name();
    }
    let here = [PathBuf::from(".")];
    let roots = if paths.is_empty() { &here[..] } else { paths };
    let location = absolute(&job.input.path);
    let below = |root: &PathBuf| location.strip_prefix(absolute(root)).ok().map(Path::to_owned);
    // Of nested folders the outermost decides, so that no two inputs meet.
    roots.iter().filter_map(below).max_by_key(|path| path.components().count()).unwrap_or_else(file_name)
}
