//! `sentlint fmt`

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::args::{Fmt, Global};
use super::files::{self, Work};
use super::progress::Progress;
use super::{Error, Outcome, print, results};
use crate::check::{self, Job, Skipped};
use crate::config;
use crate::content::Content;
use crate::fix;
use crate::fmt::{self, Formatted, Options, Unformatted};
use crate::report;
use crate::source::SourceFile;

/// What is done with a file that formatting changes.
#[derive(Clone, Copy)]
enum Task {
    /// Its name is told.
    Check,
    /// The difference is shown.
    Diff,
    /// It is written.
    Write,
    /// Its new text is shown.
    Show,
}

/// What became of one file. Texts are not kept longer than they are needed: there may be many.
struct Done {
    /// Whether formatting changes it.
    is_changed: bool,
    /// What is shown of it.
    shown: String,
    /// What is said of the queries that stay as they are.
    left: Vec<String>,
    /// Why it could not be written.
    error: Option<Error>,
}

pub(super) fn run(global: &Global, options: &Fmt) -> Result<Outcome, Error> {
    let mut work = files::collect(global, &options.files, false)?;
    let task = match options {
        Fmt { diff: true, .. } => Task::Diff,
        Fmt { check: true, .. } => Task::Check,
        _ if work.stdin => Task::Show,
        _ => Task::Write,
    };
    let progress = Progress::of(global, &mut work.jobs, "Formatting");
    let done = format_all(&work, options, task);
    drop(progress);
    let skipped: Vec<Skipped> = done.iter().filter_map(|done| done.as_ref().err().cloned()).collect();
    let read = done.len() - skipped.len();
    // A text from standard input comes back, whatever it is.
    if !work.stdin {
        files::tell_skipped(global, &work, &skipped, read)?;
    }
    let done: Vec<&Done> = done.iter().flatten().collect();
    if global.verbose > 0 {
        done.iter().flat_map(|done| &done.left).for_each(|left| print::note(left));
    }
    match task {
        Task::Show => return to_stdout(&work, &done),
        Task::Diff => show_diff(global, &done)?,
        Task::Check => results(&done.iter().map(|done| done.shown.as_str()).collect::<String>())?,
        Task::Write => {}
    }
    let errors: Vec<&Error> = done.iter().filter_map(|done| done.error.as_ref()).collect();
    for error in &errors {
        print::error(global, error);
    }
    let is_dry = !matches!(task, Task::Write);
    let changed = done.iter().filter(|done| done.is_changed).count();
    if !global.quiet {
        tell_summary(is_dry, changed, read);
    }
    Ok(match (errors.is_empty(), is_dry && changed > 0) {
        (false, _) => Outcome::Impossible,
        (true, true) => Outcome::Findings,
        (true, false) => Outcome::Clean,
    })
}

fn format_all(work: &Work, options: &Fmt, task: Task) -> Vec<Result<Done, Skipped>> {
    let asked: Vec<Options> = work
        .jobs
        .iter()
        .map(|job| {
            let asked = config::Fmt { width: options.width, style: options.style };
            asked.over(work.config(job.location()).fmt).options()
        })
        .collect();
    let one = |(job, asked)| format_one(job, asked, options.unsafe_fixes, task);
    // In short stretches, so that no thread is left with the last one alone.
    work.jobs.par_iter().zip(asked).with_max_len(16).map(one).collect()
}

fn format_one(job: &Job, options: Options, blocks: bool, task: Task) -> Result<Done, Skipped> {
    let read = check::read(job);
    if let Some(counter) = &job.counter {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    let (name, named) = (job.input.name.clone(), job.input.named);
    let source = match read {
        Ok(source) => source,
        Err(reason) => return Err(Skipped::Unreadable { name, named, reason }),
    };
    let content = Content::read(Arc::clone(&source), job.place());
    if !content.looks_like_content() {
        return Err(Skipped::NotContent {
            name,
            named,
            what: content.foreign,
            broken: content.why_unreadable(),
        });
    }
    if !source.is_writable() {
        let reason = "it is not valid UTF-8, so it cannot be formatted".to_owned();
        return Err(Skipped::Unreadable { name, named, reason });
    }
    let Formatted { text, left } = fmt::of_file(&content, options, blocks);
    let mut done = Done {
        is_changed: text.is_some(),
        shown: String::new(),
        left: left.iter().map(|left| left_as_it_is(&source, left)).collect(),
        error: None,
    };
    match (task, text) {
        (Task::Check, Some(_)) => done.shown = report::one_line(&name) + "\n",
        (Task::Diff, Some(new)) => done.shown = fix::diff(source.path(), source.text(), &new),
        (Task::Show, text) => done.shown = text.unwrap_or_default(),
        (Task::Write, Some(new)) => done.error = write(job, &source, &new).err(),
        (_, None) => {}
    }
    Ok(done)
}

/// What is said of a query that stays as it is.
fn left_as_it_is(source: &SourceFile, left: &Unformatted) -> String {
    let at = source.position(left.span.start as usize);
    format!("info: {}:{}:{}: {}; not formatted", source.path(), at.line, at.column, left.reason)
}

fn to_stdout(work: &Work, done: &[&Done]) -> Result<Outcome, Error> {
    let source = work.jobs.first().and_then(|job| job.text.as_ref());
    match (done.first(), source) {
        (Some(Done { is_changed: true, shown, .. }), _) => results(shown)?,
        (_, Some(source)) if !source.is_writable() => {
            let message = "standard input is not valid UTF-8, so it cannot be formatted";
            return Err(Error::Usage(message.to_owned()));
        }
        (_, Some(source)) => results(source.text())?,
        (_, None) => {}
    }
    Ok(Outcome::Clean)
}

fn show_diff(global: &Global, done: &[&Done]) -> Result<(), Error> {
    let style = print::style(global, false);
    let mut text = String::new();
    for Done { shown, .. } in done.iter().filter(|done| done.is_changed) {
        // Only what nobody looks at is the exact patch.
        text += &if style.color || style.terminal { report::colored(shown, &style) } else { shown.clone() };
    }
    if print::is_read_by_a_runner() {
        return results(&report::without_commands(&text));
    }
    results(&text)
}

/// Writes a file that changed.
fn write(job: &Job, source: &SourceFile, new: &str) -> Result<(), Error> {
    let (path, name) = (&job.input.path, &job.input.name);
    match std::fs::read(path) {
        // What was written since the file was read is somebody's work.
        Ok(bytes) if bytes != source.text().as_bytes() => Err(Error::Changed(name.clone())),
        Ok(_) => files::write(path, new),
        Err(error) => Err(Error::Unreadable(name.clone(), error.to_string())),
    }
}

fn tell_summary(is_dry: bool, changed: usize, read: usize) {
    let files = print::count(changed, "file");
    print::note(&match (changed, is_dry) {
        (0, _) if read == 0 => return,
        (0, _) => format!("All queries in {} are formatted.", print::count(read, "file")),
        (_, true) => format!("Would format {files}."),
        (_, false) => format!("Formatted {files}."),
    });
}
