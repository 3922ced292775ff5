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
use crate::fmt::{self, Formatted, Options};
use crate::report;
use crate::source::SourceFile;

/// What became of one file.
struct Done {
    source: Arc<SourceFile>,
    formatted: Formatted,
}

pub(super) fn run(global: &Global, options: &Fmt) -> Result<Outcome, Error> {
    let mut work = files::collect(global, &options.files, false)?;
    let progress = Progress::of(global, &mut work.jobs, "Formatting");
    let done = format_all(&work, options);
    drop(progress);
    let skipped: Vec<Skipped> = done.iter().filter_map(|done| done.as_ref().err().cloned()).collect();
    let read = done.len() - skipped.len();
    // A text from standard input comes back, whatever it is.
    if !work.stdin {
        files::tell_skipped(global, &work, &skipped, read)?;
    }
    if global.verbose > 0 {
        done.iter().flatten().for_each(tell_left);
    }
    if work.stdin && !options.check && !options.diff {
        return to_stdout(&work, &done);
    }
    let changed: Vec<(&Job, &Done, &str)> = work
        .jobs
        .iter()
        .zip(&done)
        .filter_map(|(job, done)| {
            let done = done.as_ref().ok()?;
            Some((job, done, done.formatted.text.as_deref()?))
        })
        .collect();
    if options.diff {
        show_diff(global, &changed)?;
    } else if options.check {
        let names = changed.iter().map(|(job, ..)| report::one_line(&job.input.name) + "\n");
        results(&names.collect::<String>())?;
    }
    let is_dry = options.check || options.diff;
    let failed = !is_dry && !write_all(global, &changed);
    if !global.quiet {
        tell_summary(is_dry, changed.len(), read);
    }
    Ok(match (failed, is_dry && !changed.is_empty()) {
        (true, _) => Outcome::Impossible,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Clean,
    })
}

fn format_all(work: &Work, options: &Fmt) -> Vec<Result<Done, Skipped>> {
    let asked: Vec<Options> = work
        .jobs
        .iter()
        .map(|job| {
            let asked = config::Fmt { width: options.width, style: options.style };
            asked.over(work.config(job.location()).fmt).options()
        })
        .collect();
    work.jobs.par_iter().zip(asked).map(|(job, asked)| format_one(job, asked, options.unsafe_fixes)).collect()
}

fn format_one(job: &Job, options: Options, blocks: bool) -> Result<Done, Skipped> {
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
    Ok(Done { source, formatted: fmt::of_file(&content, options, blocks) })
}

/// Names the queries that stay as they are.
fn tell_left(done: &Done) {
    for left in &done.formatted.left {
        let at = done.source.position(left.span.start as usize);
        print::note(&format!(
            "info: {}:{}:{}: {}; not formatted",
            done.source.path(),
            at.line,
            at.column,
            left.reason
        ));
    }
}

fn to_stdout(work: &Work, done: &[Result<Done, Skipped>]) -> Result<Outcome, Error> {
    let source = work.jobs.first().and_then(|job| job.text.as_ref());
    match done.first() {
        Some(Ok(Done { formatted: Formatted { text: Some(text), .. }, .. })) => results(text)?,
        _ => match source {
            Some(source) if !source.is_writable() => {
                let message = "standard input is not valid UTF-8, so it cannot be formatted";
                return Err(Error::Usage(message.to_owned()));
            }
            Some(source) => results(source.text())?,
            None => {}
        },
    }
    Ok(Outcome::Clean)
}

fn show_diff(global: &Global, changed: &[(&Job, &Done, &str)]) -> Result<(), Error> {
    let style = print::style(global, false);
    let mut text = String::new();
    for (_, done, new) in changed {
        let diff = fix::diff(done.source.path(), done.source.text(), new);
        // Only what nobody looks at is the exact patch.
        text += &if style.color || style.terminal { report::colored(&diff, &style) } else { diff };
    }
    if print::is_read_by_a_runner() {
        return results(&report::without_commands(&text));
    }
    results(&text)
}

/// Writes the files that changed; whether all of them could be.
fn write_all(global: &Global, changed: &[(&Job, &Done, &str)]) -> bool {
    let mut all = true;
    for (job, done, new) in changed {
        let (path, name) = (&job.input.path, &job.input.name);
        let written = match std::fs::read(path) {
            // What was written since the file was read is somebody's work.
            Ok(bytes) if bytes != done.source.text().as_bytes() => Err(Error::Changed(name.clone())),
            Ok(_) => files::write(path, new),
            Err(error) => Err(Error::Unreadable(name.clone(), error.to_string())),
        };
        if let Err(error) = written {
            print::error(global, &error);
            all = false;
        }
    }
    all
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
